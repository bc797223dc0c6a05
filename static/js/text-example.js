// The example follows the typing. The button "Show example" does the same without script: this
// asks for that same page and takes the example out of it. Nothing is stored.
(function () {
  var form = document.querySelector("form[data-example]"), waiting, running;
  if (!form || !window.fetch) return;
  function show(page) {
    var fresh = page.getElementById("example"), old = document.getElementById("example");
    if (!fresh) return; // signed out meanwhile: the last example stays
    var details = fresh.querySelector("details");
    if (details) details.open = Boolean(old.querySelector("details[open]"));
    old.replaceWith(document.adoptNode(fresh));
  }
  function ask() {
    if (running) running.abort();
    running = new AbortController();
    fetch(form.dataset.example, {
      method: "POST", body: new FormData(form), credentials: "same-origin", signal: running.signal
    }).then(function (answer) { return answer.ok ? answer.text() : ""; }).then(function (text) {
      show(new DOMParser().parseFromString(text, "text/html"));
    }).catch(function () { /* offline, or typed on: the last example stays */ });
  }
  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 500);
  });
})();
