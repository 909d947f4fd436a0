(function () {
  "use strict";
  const root = document.documentElement;
  function setLanguage(next) {
    root.lang = next === "en" ? "en" : "zh-Hans";
    document.title = root.getAttribute("data-title-" + next);
    for (const item of document.querySelectorAll("[data-label-zh]")) {
      item.setAttribute("aria-label", item.getAttribute("data-label-" + next));
    }
  }
  const switcher = document.getElementById("language");
  switcher.hidden = false;
  switcher.addEventListener("click", () => setLanguage(root.lang === "en" ? "zh" : "en"));
  setLanguage(new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh");
})();
