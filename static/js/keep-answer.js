// An answer that was not sent yet survives a reload; the thank-you page forgets it. Stays in this
// tab, under a number made of the path. Without script the page works as well.
(function () {
  try {
    var store = sessionStorage, first = document.querySelector("[name=satisfaction]");
    var path = location.pathname.replace(/thanks\/$/, ""), number = 0, i;
    for (i = 0; i < path.length; i++) number = number * 31 + path.charCodeAt(i) | 0;
    var key = "answer" + number;
    if (!first) return store.removeItem(key);
    var form = first.form, text = form.elements.motivation, kept = JSON.parse(store.getItem(key));
    var each = function (act) {
      form.querySelectorAll("[type=radio],[type=checkbox]").forEach(act);
    };
    if (kept && !document.querySelector("[autofocus]")) {
      text.value = kept.shift();
      each(function (box) { box.checked = kept.indexOf(box.name + box.value) > -1; });
    }
    form.addEventListener("input", function () {
      var now = [text.value];
      each(function (box) { if (box.checked) now.push(box.name + box.value); });
      store.setItem(key, JSON.stringify(now));
    });
  } catch (error) { /* no storage: nothing is kept */ }
})();
