(function () {
  "use strict";
  const csrf = document.querySelector('meta[name="csrf"]');
  if (csrf) document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRF-Token"] = csrf.content; });
})();
