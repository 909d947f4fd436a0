/* What every page of the workbench shares. Pages work without it.

   forms    data-confirm="text": asks before it sends;  data-send-on-change: a choice sends the form
   filter   input[data-filter="#table-id"]: hides the rows of a small table that lack the text
   copy     button[data-copy="#id"]: copies the text (or value) of an element; data-done says so
   charts   dafeng.openChart(element, makeOption): ECharts with our font, drawn anew on resize, print and
            after htmx; makeOption(element) gives the option. Tooltips: use dafeng.tip(title, rows).
   data     dafeng.data: what the page put into Body.data;  dafeng.pick([zh, en]) or pick({zh, en}) */
(function () {
  "use strict";
  const root = document.documentElement;
  const language = root.lang === "en" ? "en" : "zh";
  const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  const pick = (pair) => (!pair ? "" : (Array.isArray(pair) ? pair[language === "zh" ? 0 : 1] : pair[language]) || "");
  const written = document.getElementById("page-data");
  const charts = new Map();

  function tell(text) {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => { toast.textContent = ""; }, 4000);
  }
  function figure(value, digits) {
    if (value === null || value === undefined) return "—";
    return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  }
  /* a tooltip as an element: no style attribute goes through innerHTML, which the policy would refuse */
  function tip(title, rows) {
    const box = document.createElement("div"), head = document.createElement("b"), table = document.createElement("table");
    box.className = "tip";
    head.textContent = title;
    for (const [name, value, color] of rows) {
      const row = table.insertRow(), left = row.insertCell();
      if (color) {
        const mark = document.createElement("i");
        mark.style.background = color;
        left.append(mark);
      }
      left.append(name);
      row.insertCell().textContent = value;
    }
    box.append(head, table);
    return box;
  }
  function openChart(element, makeOption) {
    const kept = charts.get(element);
    if (kept) { kept.make = makeOption; drawChart(kept); return kept.chart; }
    const entry = { element, make: makeOption, chart: echarts.init(element, null, { renderer: "svg" }) };
    charts.set(element, entry);
    drawChart(entry);
    return entry.chart;
  }
  function drawChart(entry) {
    const base = { animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "#1a232c" }, aria: { enabled: true, label: { enabled: false } } };
    entry.chart.setOption(Object.assign(base, entry.make(entry.element)), true);
  }
  function redraw(width) {
    for (const entry of charts.values()) {
      if (!entry.element.isConnected) { entry.chart.dispose(); charts.delete(entry.element); continue; }
      entry.chart.resize(width ? { width } : undefined);
      drawChart(entry);
    }
  }
  let waiting = 0;
  window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => redraw(), 120); });
  window.addEventListener("beforeprint", () => redraw(670));
  window.addEventListener("afterprint", () => redraw("auto"));

  window.dafeng = { language, pick, figure, tip, tell, openChart, redraw, data: written ? JSON.parse(written.textContent) : null };

  /* htmx: the value that proves the session, refusals shown, what was swapped is told */
  const csrf = document.querySelector('meta[name="csrf"]');
  if (csrf) document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRF-Token"] = csrf.content; });
  document.addEventListener("htmx:responseError", (event) => {
    let text = event.detail.xhr.statusText;
    try { text = pick(JSON.parse(event.detail.xhr.responseText).error) || text; } catch (error) { /* not JSON */ }
    tell(text || String(event.detail.xhr.status));
  });
  document.addEventListener("htmx:sendError", () => tell(pick(["连接中断", "The connection was lost"])));
  document.addEventListener("htmx:afterSettle", () => redraw());

  document.addEventListener("submit", (event) => {
    const asks = event.target.closest("[data-confirm]");
    if (asks && !window.confirm(asks.dataset.confirm)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-send-on-change")) form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    const table = event.target.dataset.filter && document.querySelector(event.target.dataset.filter);
    if (!table) return;
    const text = event.target.value.trim().toLowerCase();
    for (const row of all("tbody tr", table)) row.hidden = !row.textContent.toLowerCase().includes(text);
  });
  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const from = document.querySelector(copier.dataset.copy);
      navigator.clipboard.writeText(from.value || from.textContent).then(() => tell(copier.dataset.done || "✓"));
    }
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.menu[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
})();
