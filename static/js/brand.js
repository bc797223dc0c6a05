// The page of the branding works without this. With it, the example follows what is filled in,
// and the accent can be picked.
(() => {
  const form = document.getElementById("brand");
  const preview = document.getElementById("preview");
  const accent = form.elements.accent;
  let waiting, running;

  const picker = Object.assign(document.createElement("input"), { type: "color" });
  picker.setAttribute("aria-label", form.dataset.colour);
  const line = document.createElement("div");
  line.className = "with-colour";
  accent.before(line);
  line.append(accent, picker);
  const follow = () => {
    const text = accent.value.trim().toLowerCase();
    picker.value = /^#[0-9a-f]{6}$/.test(text) ? text : "#10141f";
  };
  follow();
  accent.addEventListener("input", follow);
  picker.addEventListener("input", () => { accent.value = picker.value; });

  const show = async () => {
    running?.abort();
    running = new AbortController();
    const filled = new FormData(form);
    filled.append("live", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: filled, signal: running.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      preview.replaceChildren(...page.getElementById("preview").childNodes);
    } catch (error) {
      if (error.name !== "AbortError") preview.dataset.failed = error.name; // the button still works
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
})();
