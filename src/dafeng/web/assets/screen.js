/* Turns the slides of the large screen. Without it they stand one under the other.
   Space pauses, arrows turn; who asked for less motion gets no turning until he starts it. */
(function () {
  "use strict";
  const DWELL_MS = 15000;
  setTimeout(() => location.reload(), 1000 * Number(document.body.dataset.refresh));
  const slides = Array.from(document.querySelectorAll(".slide")), marks = document.getElementById("marks"), pause = document.getElementById("pause");
  if (slides.length < 2) return;
  let at = 0, held = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const slide of slides) marks.append(document.createElement("li"));
  function show(next) {
    at = (next + slides.length) % slides.length;
    slides.forEach((slide, place) => slide.classList.toggle("now", place === at));
    Array.from(marks.children).forEach((mark, place) => mark.classList.toggle("now", place === at));
  }
  function hold(value) {
    held = value;
    pause.setAttribute("aria-pressed", String(held));
  }
  document.body.classList.add("turning");
  pause.hidden = false;
  pause.addEventListener("click", () => hold(!held));
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at - 1);
    else if (event.key === " " && event.target !== pause) { event.preventDefault(); hold(!held); }
  });
  hold(held);
  show(Number(new URLSearchParams(location.search).get("slide")) || 0);
  setInterval(() => { if (!held) show(at + 1); }, DWELL_MS);
})();
