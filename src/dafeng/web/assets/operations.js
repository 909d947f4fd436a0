// A page with work under way draws the part that changes anew; focus and scrolling stay where they are.
(function () {
  "use strict";
  function watch() {
    var part = document.querySelector("[data-refresh]");
    if (!part) return;
    setTimeout(async function () {
      try {
        var answer = await fetch(location.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
        if (answer.ok && !part.contains(document.activeElement)) {
          var made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
          if (made) part.replaceWith(document.adoptNode(made));
        }
      } catch (error) { /* the next look may be answered */ }
      watch();
    }, Number(part.dataset.refresh) * 1000);
  }
  watch();
})();
