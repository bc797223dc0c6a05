// Works the inbox by single keys. They only do what links and buttons on the page do, are off in
// fields, and can be switched off (WCAG 2.1.4). Remembers the place in the list after an action.
(() => {
  const sheet = document.getElementById("keys");
  const toggle = document.getElementById("use-keys");
  const alert = document.getElementById("alert");
  const rows = [...document.querySelectorAll(".list .row")];
  const current = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const isShown = (element) => Boolean(element && element.getClientRects().length);

  // A browser may keep nothing for us: then the keys work, and remember nothing.
  const keep = (store, name, value) => {
    try { window[store].setItem(name, value); } catch { return; }
  };
  const take = (store, name) => {
    try {
      const value = window[store].getItem(name);
      if (store === "sessionStorage") window[store].removeItem(name);
      return value;
    } catch { return null; }
  };

  const start = Number(take("sessionStorage", "inbox-row") ?? 0);
  const cursor = () => {
    const focused = rows.indexOf(document.activeElement.closest(".row"));
    return focused < 0 && isShown(alert) ? current : focused;
  };
  const move = (step) => {
    const at = cursor();
    const next = at < 0 ? Math.min(start, rows.length - 1) : at + step;
    rows[Math.max(0, Math.min(next, rows.length - 1))]?.focus();
  };
  const open = (row) => row?.click();

  // An action on an alert that is not open opens it first: nobody takes up what they do not see.
  const act = (key) => {
    const at = cursor();
    if (at >= 0 && (at !== current || !isShown(alert))) {
      keep("sessionStorage", "inbox-key", `${key} ${new URL(rows[at].href).pathname}`);
      return open(rows[at]);
    }
    const target = reach(key);
    if (target?.matches("button")) target.click();
  };
  const reach = (key) => {
    const target = [...document.querySelectorAll(`#alert [data-key="${key}"]`)].find(isShown);
    if (target?.matches("summary")) {
      target.parentElement.open = true;
      const field = target.parentElement.querySelector("textarea, select, input:not([type=hidden])");
      field?.focus();
    } else {
      target?.focus();
    }
    return target;
  };

  const show = () => {
    toggle.checked = take("localStorage", "inbox-keys") !== "off";
    sheet.showModal();
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => open(rows[cursor()]),
    a: () => act("a"),
    c: () => act("c"),
    n: () => act("n"),
    "/": () => document.getElementById("id_q").focus(),
    "?": show,
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || event.repeat && event.key === "a") return;
    if (sheet.open || !Object.hasOwn(keys, event.key)) return;
    if (take("localStorage", "inbox-keys") === "off") return;
    event.preventDefault();
    keys[event.key]();
  });

  const button = document.getElementById("show-keys");
  button.hidden = false;
  button.addEventListener("click", show);
  document.getElementById("close-keys").addEventListener("click", () => sheet.close());
  toggle.addEventListener("change", () => keep("localStorage", "inbox-keys", toggle.checked ? "on" : "off"));
  alert?.addEventListener("submit", () => { if (current >= 0) keep("sessionStorage", "inbox-row", current); });

  rows[current]?.scrollIntoView({ block: "nearest" });
  const [key, path] = (take("sessionStorage", "inbox-key") ?? "").split(" ");
  if (path === location.pathname) reach(key);
})();
