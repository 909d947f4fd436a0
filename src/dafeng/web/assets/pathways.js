(function () {
  "use strict";
  const form = document.getElementById("dials");
  if (!form) return;
  const opened = new Set();

  for (const slider of form.querySelectorAll("input[type=range][data-for]")) {
    const field = document.getElementById(slider.dataset.for);
    slider.hidden = false;
    slider.addEventListener("input", () => { field.value = bound(Number(slider.value), field); mark(field); });
    field.addEventListener("input", () => { if (field.value !== "") slider.value = field.value; mark(field); });
  }

  function bound(value, field) {
    return Math.min(Math.max(value, Number(field.min)), Number(field.max));
  }

  function mark(field) {
    const dial = field.closest(".dial");
    if (dial) dial.classList.toggle("turned", isTurned(field));
  }

  function isTurned(field) {
    const given = field.dataset.default;
    return given === "" ? field.value !== "" : Number(field.value) !== Number(given);
  }

  // Only what was changed goes into the request, so that links stay short.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    for (const field of form.querySelectorAll("input[data-default]")) {
      if (!isTurned(field)) delete event.detail.parameters[field.name];
    }
  });

  // What was folded open stays open when the answer is drawn anew.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "answer") return;
    opened.clear();
    for (const one of event.detail.target.querySelectorAll("details[id]")) if (one.open) opened.add(one.id);
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "answer") return;
    for (const one of event.detail.target.querySelectorAll("details[id]")) one.open = opened.has(one.id) || one.open && !opened.size;
    offerCopy();
  });

  function offerCopy() {
    const button = document.querySelector("button[data-copy]");
    if (!button || !navigator.clipboard) return;
    const field = document.getElementById(button.dataset.copy);
    field.value = new URL(field.value, location.href).href;
    button.hidden = false;
    button.addEventListener("click", () => navigator.clipboard.writeText(field.value));
  }
  offerCopy();
})();
