(function () {
  "use strict";
  // cards can be dragged; what a drop means is the step of the card's own list that leads into the column
  let dragged = null;
  for (const card of document.querySelectorAll("[data-card]")) {
    if (!card.querySelector(".tk-move")) continue;
    card.draggable = true;
    card.addEventListener("dragstart", (event) => { dragged = card; event.dataTransfer.setData("text/plain", ""); });
    card.addEventListener("dragend", () => { dragged = null; });
  }
  const stepInto = (card, column) => {
    const states = column.dataset.states.split(" ");
    return [...card.querySelectorAll("li[data-target]")].find((one) => states.includes(one.dataset.target));
  };
  for (const column of document.querySelectorAll(".tk-column")) {
    column.addEventListener("dragover", (event) => {
      if (!dragged || !stepInto(dragged, column)) return;
      event.preventDefault();
      column.classList.add("tk-over");
    });
    column.addEventListener("dragleave", () => column.classList.remove("tk-over"));
    column.addEventListener("drop", (event) => {
      column.classList.remove("tk-over");
      const step = dragged && stepInto(dragged, column);
      if (!step) return;
      event.preventDefault();
      const form = step.querySelector("form");
      if (form) form.requestSubmit(); else step.querySelector("a").click();
    });
  }
  // Escape closes the open list of steps of a card and gives the focus back
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement && document.activeElement.closest(".tk-move[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
