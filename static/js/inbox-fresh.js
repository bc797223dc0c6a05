// Asks now and then whether alerts came since the page was made, and then offers to show them:
// what somebody reads never moves. Without it the page works; a reload shows the same.
(() => {
  const bar = document.getElementById("fresh");
  const said = document.getElementById("fresh-said");
  const link = bar.querySelector("a");
  const title = document.title;
  const EVERY = 30_000, SELDOM = 600_000, QUIET = 300_000; // milliseconds
  let etag = "", wait = EVERY, timer, asked = Date.now(), spoke = -QUIET, isOver = false;

  const show = (text) => {
    link.textContent = text;
    bar.hidden = false;
    if (Date.now() - spoke < QUIET) return; // a screen reader hears of it once in a while
    spoke = Date.now();
    said.textContent = text;
  };
  const tell = ({ count, text }) => {
    document.title = count ? `(${count}) ${title}` : title;
    if (count) show(text);
    else bar.hidden = true; // taken up elsewhere and closed meanwhile
  };
  const stop = () => {
    isOver = true;
    document.title = title;
    spoke = -QUIET;
    show(bar.dataset.signedOut);
  };
  const plan = () => {
    clearTimeout(timer);
    if (!isOver && !document.hidden) timer = setTimeout(ask, Math.max(0, asked + wait - Date.now()));
  };
  const ask = async () => {
    asked = Date.now();
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(bar.dataset.ask, { headers, redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || answer.status === 403) return stop();
      if (answer.status === 200) {
        tell(await answer.json());
        etag = answer.headers.get("ETag");
      } else if (answer.status !== 304) {
        throw new Error(`status ${answer.status}`);
      }
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, SELDOM); // the server is away, or busy: less often, until it answers
    }
    plan();
  };
  document.addEventListener("visibilitychange", plan); // a hidden tab asks nothing
  plan();
})();
