(function () {
  "use strict";
  // another line of a list, copied from its blank one; without scripts the button asks the server for it
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-more]");
    if (!button) return;
    const list = button.dataset.more;
    const table = document.querySelector('table[data-list="' + list + '"]');
    const blank = document.querySelector('template[data-blank="' + list + '"]');
    if (!table || !blank) return;
    event.preventDefault();
    const place = table.dataset.next;
    table.dataset.next = String(Number(place) + 1);
    const row = blank.content.cloneNode(true);
    for (const one of row.querySelectorAll("[id],[name],[for],[list],[aria-describedby]")) {
      for (const name of ["id", "name", "for", "list", "aria-describedby"]) {
        const value = one.getAttribute(name);
        if (value) one.setAttribute(name, value.replace(".NEXT.", "." + place + "."));
      }
    }
    table.tBodies[0].append(row);
    const first = table.tBodies[0].lastElementChild.querySelector("input:not([type=hidden]),select,textarea");
    if (first) first.focus();
  });

  // rows of another register while somebody types into a field that points there
  let waiting = 0;
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.dataset || !input.dataset.link) return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => fetchOptions(input), 250);
  });
  async function fetchOptions(input) {
    const answer = await fetch("/registers/" + encodeURIComponent(input.dataset.link) + "/options?q=" + encodeURIComponent(input.value));
    if (!answer.ok) return;
    const known = document.getElementById(input.getAttribute("list"));
    known.replaceChildren();
    for (const one of (await answer.json()).options) {
      const option = document.createElement("option");
      option.value = one.key;
      option.label = one.label;
      known.append(option);
    }
  }

  // a step named in the address is open and in sight
  const step = new URLSearchParams(window.location.search).get("step");
  const wanted = step && document.getElementById("step-" + step);
  if (wanted) { wanted.open = true; wanted.scrollIntoView({ block: "center" }); }
})();
