(function () {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, from) => (from || document).querySelector(selector);
  const $$ = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  const readJson = (id) => JSON.parse(document.getElementById(id).textContent);
  const page = Object.assign({ traces: {}, sources: {}, grades: {}, words: {} }, readJson("page-data"));
  const switcher = $("#language"); /* none where a server chooses the language (the workbench) */
  let language = "zh";
  const pick = (pair) => (!pair ? "" : (Array.isArray(pair) ? pair[language === "zh" ? 0 : 1] : pair[language]) || "");
  const word = (key) => pick(page.words[key]);
  const figure = (value, digits) =>
    value === null || value === undefined ? word("null")
      : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");

  /* ---------- language ---------- */
  function firstLanguage() {
    if (!switcher) return root.lang === "en" ? "en" : "zh";
    const asked = new URLSearchParams(location.search).get("lang") || location.hash.slice(1);
    if (asked === "en" || asked === "zh") return asked;
    try {
      const kept = localStorage.getItem("dafeng.language");
      if (kept === "en" || kept === "zh") return kept;
    } catch (error) { /* storage may be forbidden */ }
    return "zh";
  }
  function setLanguage(next) {
    language = next;
    root.lang = next === "zh" ? "zh-Hans" : "en";
    document.title = root.getAttribute("data-title-" + next);
    for (const item of $$("[data-label-zh]")) {
      const text = item.getAttribute("data-label-" + next);
      item.setAttribute("aria-label", text);
      if (item.hasAttribute("placeholder")) item.placeholder = text;
    }
    for (const item of $$("[data-title-zh]:not(html)")) item.title = item.getAttribute("data-title-" + next);
    for (const item of $$("[data-text-zh]")) item.textContent = item.getAttribute("data-text-" + next);
    closeTrace();
    drawCharts();
    arrangeBoard();
  }
  if (switcher) {
    switcher.hidden = false;
    switcher.addEventListener("click", () => {
      setLanguage(language === "zh" ? "en" : "zh");
      try { localStorage.setItem("dafeng.language", language); } catch (error) { /* storage may be forbidden */ }
    });
  }

  /* ---------- traces ---------- */
  const box = $("#trace");
  let anchor = null, pinned = false, timer = 0;
  function line(list, key, text) {
    if (!text) return;
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = word(key);
    dd.textContent = text;
    list.append(dt, dd);
  }
  function fillTrace(key) {
    const trace = page.traces[key];
    if (!trace) return false;
    box.textContent = "";
    const title = document.createElement("h3"), list = document.createElement("dl"), close = document.createElement("button");
    title.id = "trace-title";
    title.textContent = word("trace.own");
    close.type = "button";
    close.className = "close";
    close.textContent = "×";
    close.setAttribute("aria-label", word("trace.close"));
    close.addEventListener("click", () => closeTrace(true));
    for (const code of trace.s || []) {
      const source = page.sources[code];
      line(list, source || !code.startsWith("dafeng ") ? "trace.source" : "trace.method", source ? pick(source.t) : code);
      const more = source ? [pick(source.p), source.d, source.l].filter(Boolean).join(" · ") : "";
      if (more) {
        const small = document.createElement("small");
        small.textContent = more;
        list.lastElementChild.append(small);
      }
    }
    if ((trace.s || []).length) list.append(document.createElement("hr"));
    line(list, "trace.place", pick(trace.p));
    line(list, "trace.grade", trace.g ? trace.g + " · " + pick(page.grades[trace.g]) : "");
    line(list, "trace.unit", pick(trace.u));
    line(list, "trace.step", pick(trace.d));
    box.append(title, close, list);
    if (trace.j) {
      const jump = document.createElement("a");
      jump.href = switcher ? "#targets" : "/targets?verdict=" + encodeURIComponent(trace.j);
      jump.className = "jump";
      jump.textContent = word("trace.jump");
      jump.addEventListener("click", () => { closeTrace(); if (switcher) filterVerdict(trace.j); });
      box.append(jump);
    }
    return true;
  }
  function placeTrace(spot) {
    const gap = 8, width = box.offsetWidth, height = box.offsetHeight;
    const left = Math.min(Math.max(gap, spot.left), window.innerWidth - width - gap);
    const below = spot.bottom + gap + height <= window.innerHeight;
    box.style.left = left + "px";
    box.style.top = Math.max(gap, below ? spot.bottom + gap : spot.top - height - gap) + "px";
  }
  function openTrace(key, element, spot, pin) {
    clearTimeout(timer);
    if (anchor) anchor.removeAttribute("aria-expanded");
    if (!fillTrace(key)) return;
    anchor = element;
    pinned = pin;
    if (anchor) {
      anchor.setAttribute("aria-expanded", "true");
      anchor.setAttribute("aria-controls", "trace");
    }
    box.hidden = false;
    placeTrace(spot);
  }
  function closeTrace(back) {
    clearTimeout(timer);
    if (box.hidden) return;
    box.hidden = true;
    if (anchor) {
      anchor.removeAttribute("aria-expanded");
      if (back && anchor.focus) { muted = true; anchor.focus(); muted = false; }
    }
    anchor = null;
    pinned = false;
  }
  let muted = false, pressed = false;
  const numberOf = (event) => (event.target.closest ? event.target.closest("[data-trace]") : null);
  document.addEventListener("pointerdown", () => { pressed = true; });
  document.addEventListener("pointerup", () => { pressed = false; });
  document.addEventListener("click", (event) => {
    const found = numberOf(event);
    if (found) {
      if (pinned && anchor === found) { closeTrace(); return; }
      openTrace(found.dataset.trace, found, found.getBoundingClientRect(), true);
    } else if (!box.contains(event.target) && !event.target.closest(".chart")) closeTrace();
  });
  document.addEventListener("mouseover", (event) => {
    const found = numberOf(event);
    clearTimeout(timer);
    if (found && !pinned) timer = setTimeout(() => openTrace(found.dataset.trace, found, found.getBoundingClientRect(), false), 300);
    else if (!found && !pinned && !box.hidden && !box.contains(event.target)) timer = setTimeout(() => closeTrace(), 300);
  });
  document.addEventListener("focusin", (event) => {
    const found = numberOf(event);
    if (found && !muted && !pressed) openTrace(found.dataset.trace, found, found.getBoundingClientRect(), false);
    else if (!found && !pinned && !box.contains(event.target)) closeTrace();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeTrace(true);
    const found = numberOf(event);
    if (found && found.tagName !== "BUTTON" && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      openTrace(found.dataset.trace, found, found.getBoundingClientRect(), true);
    }
  });
  window.addEventListener("scroll", () => {
    if (box.hidden) return;
    if (anchor && (pinned || anchor === document.activeElement)) placeTrace(anchor.getBoundingClientRect());
    else closeTrace();
  }, { passive: true });

  function sourceLine(key) {
    const trace = page.traces[key];
    if (!trace) return "";
    const code = (trace.s || [])[0], source = page.sources[code];
    const name = source ? pick(source.t) : code || "";
    return word("trace.source") + (language === "zh" ? "：" : ": ") + name + (trace.g ? " · " + word("trace.grade") + " " + trace.g : "");
  }

  /* ---------- charts ---------- */
  const charts = [];
  const ink = "#1a232c", soft = "#4d5a66", rule = "#dbe1e7";
  const hatch = { symbol: "rect", color: "#6f7d8a", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, symbolSize: 1 };
  function initCharts() {
    for (const element of $$("[data-chart]")) {
      const data = readJson(element.dataset.chart);
      const chart = echarts.init(element, null, { renderer: "svg" });
      const entry = { element, chart, data, year: data.latest, week: data.week, width: 0 };
      charts.push(entry);
      chart.on("click", (event) => clickChart(entry, event));
    }
    let waiting = 0;
    window.addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { charts.forEach((entry) => entry.chart.resize()); drawCharts(); }, 120);
    });
  }
  function drawCharts() {
    for (const entry of charts) {
      const option = { flow: flowOption, week: weekOption }[entry.data.kind];
      entry.chart.setOption(Object.assign({ animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink } }, (option || stackOption)(entry)), true);
      if (entry.data.kind === "stack") drawLegend(entry);
      if (entry.data.kind === "week") drawWeekLegend(entry);
    }
  }
  function clickChart(entry, event) {
    let key;
    if (entry.data.kind === "flow") key = entry.data.traces[entry.year];
    else if (entry.data.kind === "week") key = entry.data.trace;
    else key = (event.seriesId === "published" ? entry.data.points.traces : entry.data.traces)[event.dataIndex];
    const mouse = event.event.event;
    if (key) openTrace(key, null, { left: mouse.clientX, top: mouse.clientY, bottom: mouse.clientY }, true);
  }
  function stackOption(entry) {
    const data = entry.data, top = Math.max(...data.years.map((_, i) => Math.max(data.totals[i] || 0, data.combustion[i] || 0)));
    const narrow = entry.element.clientWidth < 560;
    const bars = data.series.map((item, place) => ({
      id: "s" + place, type: "bar", stack: "all", name: pick(item.name), data: item.values, barMaxWidth: 58,
      itemStyle: { color: item.color, borderColor: "#fff", borderWidth: 0.8, decal: item.hatched ? hatch : undefined },
      emphasis: { disabled: true },
    }));
    const gaps = data.years.map((_, i) => (data.totals[i] === null && data.combustion[i] !== null ? top * 0.045 : null));
    bars.push({ id: "gap", type: "bar", stack: "all", name: word("no_total"), data: gaps, barMaxWidth: 58, emphasis: { disabled: true },
      itemStyle: { color: "rgba(255,255,255,0)", borderColor: soft, borderType: "dashed", borderWidth: 1.2 } });
    bars.push({ id: "sum", type: "line", name: word("total"), data: data.totals, symbol: "circle", symbolSize: 1, itemStyle: { color: "transparent" }, lineStyle: { width: 0 }, showAllSymbol: true, silent: true,
      label: { show: true, position: "top", distance: narrow ? 7 : 9, fontSize: narrow ? 10 : 12, color: ink, formatter: (p) => (p.value === null || p.value === undefined ? "" : figure(p.value, 0)) } });
    if (data.points.values.some((value) => value !== null))
      bars.push({ id: "published", type: "scatter", name: pick(data.points.name), data: data.points.values, symbol: "diamond", symbolSize: narrow ? 9 : 11,
        itemStyle: { color: "#fff", borderColor: "#a3261b", borderWidth: 2 }, z: 5 });
    return {
      grid: { left: narrow ? 34 : 44, right: 8, top: 36, bottom: 30, outerBoundsMode: "none" },
      xAxis: { type: "category", data: data.years.map(String), axisTick: { show: false }, axisLine: { lineStyle: { color: soft } }, axisLabel: { color: soft, fontSize: narrow ? 11 : 13 } },
      yAxis: { type: "value", name: pick(data.unit), nameTextStyle: { color: soft, align: "left" }, nameGap: 14, axisLabel: { color: soft }, splitLine: { lineStyle: { color: rule } } },
      tooltip: { trigger: "axis", confine: true, axisPointer: { type: "shadow" }, padding: 10, formatter: (items) => stackTip(entry, items[0].dataIndex) },
      aria: { enabled: true, label: { enabled: false } },
      series: bars,
    };
  }
  function stackTip(entry, i) {
    const data = entry.data;
    const rows = data.series.slice().reverse().map((item) => [pick(item.name), figure(item.values[i], 1), item.color]);
    rows.push([word("combustion"), figure(data.combustion[i], 1)], [word("total"), figure(data.totals[i], 1)], [pick(data.points.name), figure(data.points.values[i], 1)]);
    const from = [sourceLine(data.traces[i]), data.points.traces[i] ? sourceLine(data.points.traces[i]) : ""].filter(Boolean);
    return makeTip(data.years[i], pick(data.unit), rows, [...from, word("trace.hint")]);
  }
  /* a tooltip as an element: a strict policy refuses style attributes that go through innerHTML */
  function makeTip(title, unit, rows, from) {
    const box = document.createElement("div"), head = document.createElement("b"), table = document.createElement("table"), foot = document.createElement("div");
    box.className = "tip";
    head.textContent = title;
    for (const [name, value, color] of rows) {
      const line = table.insertRow(), left = line.insertCell();
      if (color) left.append(Object.assign(document.createElement("i"), { style: "background:" + color }));
      left.append(name);
      line.insertCell().textContent = value;
    }
    foot.className = "from";
    for (const text of from.filter(Boolean)) foot.append(Object.assign(document.createElement("div"), { textContent: text }));
    box.append(head, unit ? " " + unit : "", table, foot);
    return box;
  }
  function startLegend(element) {
    let list = element.nextElementSibling;
    if (!list || !list.classList.contains("legend-row")) {
      list = document.createElement("ul");
      list.className = "legend-row";
      element.after(list);
    }
    list.textContent = "";
    return (name, drawing) => {
      const item = document.createElement("li"), text = document.createElement("span");
      item.innerHTML = '<svg width="16" height="12" aria-hidden="true">' + drawing + "</svg>";
      text.textContent = name;
      item.append(text);
      list.append(item);
    };
  }
  function drawLegend(entry) {
    const add = startLegend(entry.element);
    for (const item of entry.data.series) {
      const lines = item.hatched ? '<path d="M-2 12L8 0M3 12L13 0M8 12L18 0" stroke="#6f7d8a"/>' : "";
      add(pick(item.name), '<rect width="16" height="12" fill="' + item.color + '"/>' + lines);
    }
    if (entry.data.totals.some((value, i) => value === null && entry.data.combustion[i] !== null))
      add(word("no_total"), '<rect x="1" y="1" width="14" height="10" fill="none" stroke="#4d5a66" stroke-dasharray="3 2"/>');
    if (entry.data.points.values.some((value) => value !== null))
      add(pick(entry.data.points.name), '<path d="M8 1L13 6L8 11L3 6Z" fill="#fff" stroke="#a3261b" stroke-width="2"/>');
  }
  function flowOption(entry) {
    const data = entry.data, links = data.years[entry.year] || [];
    const used = new Set(links.flatMap((link) => [link[0], link[1]]));
    const outward = new Set(links.map((link) => link[0]));
    const name = (code) => pick(data.nodes[code]);
    const ends = Array.from(used).filter((code) => !outward.has(code)).map((code) => Array.from(name(code)).reduce((sum, c) => sum + (c > "\u2e7f" ? 12.5 : 6.8), 0));
    const room = Math.min(200, Math.max(60, ...ends)) + 12;
    return {
      tooltip: { trigger: "item", confine: true, padding: 10, formatter: (item) => flowTip(entry, item) },
      series: [{
        type: "sankey", left: 4, right: room, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 13, draggable: false, layoutIterations: 64, nodeAlign: "justify",
        data: Array.from(used).sort((a, b) => a - b).map((code) => ({ name: String(code), itemStyle: { color: data.nodes[code].color, borderWidth: 0 }, label: outward.has(code) ? {} : { width: room - 10, overflow: "break" } })),
        links: links.map((link) => ({ source: String(link[0]), target: String(link[1]), value: link[2], lineStyle: { color: data.nodes[link[0]].link || data.nodes[link[0]].color } })),
        label: { color: ink, fontSize: 12, formatter: (item) => name(Number(item.name)), textBorderColor: "rgba(255,255,255,.85)", textBorderWidth: 2 },
        lineStyle: { opacity: 0.38, curveness: 0.5 }, emphasis: { focus: "adjacency", lineStyle: { opacity: 0.65 } },
      }],
    };
  }
  function flowTip(entry, item) {
    const name = (code) => pick(entry.data.nodes[Number(code)]);
    const title = item.dataType === "edge" ? name(item.data.source) + " → " + name(item.data.target) : name(item.name);
    return makeTip(title, "", [[figure(item.value, 1) + " " + pick(entry.data.unit), entry.year]], [sourceLine(entry.data.traces[entry.year])]);
  }
  /* hours are whole numbers of 16 bits in base 64; a kind that gives and takes is drawn above and below nil */
  function readHours(text, scale) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) * scale);
  }
  function openYear(entry) {
    const year = entry.data.years[entry.year];
    if (!year.read)
      year.read = { load: readHours(year.load, year.scale), residual: readHours(year.residual, year.scale), series: year.series.map((item) => Object.assign({}, item, { values: readHours(item.values, year.scale) })) };
    return year.read;
  }
  function hourLabel(entry, hour) {
    const time = new Date(Date.UTC(Number(entry.year), 0, 1, hour)).toISOString();
    return time.slice(5, 10) + " " + time.slice(11, 16);
  }
  function weekOption(entry) {
    const data = entry.data, read = openYear(entry), narrow = entry.element.clientWidth < 560;
    const weeks = Math.max(Math.floor(read.load.length / 168), 1), week = Math.min(Number(entry.week), weeks - 1), start = 168 * week;
    const cut = (values) => values.slice(start, week === weeks - 1 ? values.length : start + 168);
    const area = (item, part, values) => ({
      id: item.name.en + part, type: "line", stack: part, name: pick(item.name), data: values, symbol: "none", step: "start", lineStyle: { width: 0 },
      areaStyle: { color: item.color, opacity: 1 }, itemStyle: { color: item.color }, emphasis: { disabled: true },
    });
    const drawn = [];
    for (const item of read.series) {
      const values = cut(item.values);
      if (values.some((value) => value > 0)) drawn.push(area(item, "up", values.map((value) => Math.max(value, 0))));
      if (values.some((value) => value < 0)) drawn.push(area(item, "down", values.map((value) => Math.min(value, 0))));
    }
    const line = (id, values, color, type) => ({ id, type: "line", data: values, symbol: "none", step: "start", lineStyle: { color, width: 2, type }, itemStyle: { color }, emphasis: { disabled: true }, z: 5 });
    drawn.push(line("load", cut(read.load), ink, "solid"), line("residual", cut(read.residual), "#a3261b", "dashed"));
    const hours = cut(read.load).map((_, i) => start + i);
    return {
      grid: { left: narrow ? 34 : 44, right: 8, top: 36, bottom: 30, outerBoundsMode: "none" },
      xAxis: { type: "category", data: hours.map((hour) => hourLabel(entry, hour)), axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: soft } },
        axisLabel: { color: soft, fontSize: narrow ? 11 : 13, interval: (i) => i % 24 === 0, formatter: (text) => text.slice(0, 5) } },
      yAxis: { type: "value", name: pick(data.unit), nameTextStyle: { color: soft, align: "left" }, nameGap: 14, axisLabel: { color: soft }, splitLine: { lineStyle: { color: rule } } },
      tooltip: { trigger: "axis", confine: true, padding: 10, formatter: (items) => weekTip(entry, start + items[0].dataIndex) },
      aria: { enabled: true, label: { enabled: false } },
      series: drawn,
    };
  }
  function weekTip(entry, hour) {
    const read = openYear(entry);
    const shown = read.series.filter((item) => Math.abs(item.values[hour]) >= 0.005).reverse();
    const rows = shown.map((item) => [pick(item.name), figure(item.values[hour], 2), item.color]);
    rows.push([word("power.load"), figure(read.load[hour], 2)], [word("power.residual"), figure(read.residual[hour], 2)]);
    return makeTip(entry.year + "-" + hourLabel(entry, hour), pick(entry.data.unit), rows, [word("trace.hint")]);
  }
  function drawWeekLegend(entry) {
    const add = startLegend(entry.element);
    for (const item of openYear(entry).series) add(pick(item.name), '<rect width="16" height="12" fill="' + item.color + '"/>');
    add(word("power.load"), '<path d="M0 6H16" stroke="' + ink + '" stroke-width="2"/>');
    add(word("power.residual"), '<path d="M0 6H16" stroke="#a3261b" stroke-width="2" stroke-dasharray="4 3"/>');
  }
  for (const select of $$("select[data-for]"))
    select.addEventListener("change", () => {
      const entry = charts.find((one) => one.element.id === select.dataset.for);
      entry[select.dataset.part || "year"] = select.value;
      drawCharts();
    });

  /* ---------- target board ---------- */
  const board = $("#board");
  const state = { verdict: "", group: "sector", document: "", text: "" };
  const rows = board ? $$("tr.target", board) : [];
  const bodies = board ? $$("tbody", board) : [];
  const agencies = board ? readJson("board-agencies") : {};
  function fits(row, ignoreVerdict) {
    return (ignoreVerdict || !state.verdict || row.dataset.verdict === state.verdict) &&
      (!state.document || row.dataset.document === state.document) &&
      (!state.text || row.dataset.search.includes(state.text));
  }
  function arrangeBoard() {
    if (!board) return;
    $$("tbody.by-agency", board).forEach((body) => body.remove());
    rows.forEach((row) => { row.hidden = !fits(row); });
    for (const body of bodies) {
      const count = $$("tr.target:not([hidden])", body).length;
      body.hidden = state.group !== "sector" || !count;
      $(".count", body).textContent = count;
    }
    if (state.group === "agency") groupByAgency();
    for (const chip of $$(".chip", board.previousElementSibling)) {
      const code = chip.dataset.verdict;
      const count = rows.filter((row) => fits(row, true) && (!code || row.dataset.verdict === code)).length;
      chip.setAttribute("aria-pressed", String(code === state.verdict));
      $("b", chip).textContent = count;
      chip.disabled = !count && code !== state.verdict;
    }
    $("#board-shown").textContent = word("targets.shown").replace("{n}", rows.filter((row) => !row.hidden).length);
  }
  function groupByAgency() {
    const groups = new Map(Object.keys(agencies).map((code) => [code, []]));
    groups.set("", []);
    for (const row of rows.filter((one) => !one.hidden)) {
      const codes = row.dataset.agencies.split(" ").filter((code) => groups.has(code));
      for (const code of codes.length ? codes : [""]) groups.get(code).push(row);
    }
    const ordered = Array.from(groups).filter(([, list]) => list.length).sort((a, b) => (a[0] === "") - (b[0] === "") || b[1].length - a[1].length);
    for (const [code, list] of ordered) {
      const body = document.createElement("tbody"), head = document.createElement("tr"), cell = document.createElement("th"), count = document.createElement("span");
      body.className = "by-agency";
      head.className = "group";
      cell.colSpan = 5;
      cell.scope = "rowgroup";
      cell.textContent = (code ? pick(agencies[code]) : word("no_agency")) + " ";
      count.className = "count";
      count.textContent = list.length;
      cell.append(count);
      head.append(cell);
      body.append(head, ...list.map((row) => row.cloneNode(true)));
      board.append(body);
    }
  }
  function filterVerdict(code) {
    state.verdict = state.verdict === code ? "" : code;
    arrangeBoard();
  }
  if (board) {
    const tools = $("#board-controls"), select = $("#board-document");
    if (select) {
      state.document = select.value;
      select.addEventListener("change", () => { state.document = select.value; arrangeBoard(); });
    }
    for (const chip of $$(".chip", tools)) chip.addEventListener("click", () => filterVerdict(chip.dataset.verdict));
    for (const button of $$("[data-group]", tools))
      button.addEventListener("click", () => {
        state.group = button.dataset.group;
        for (const other of $$("[data-group]", tools)) other.setAttribute("aria-pressed", String(other === button));
        arrangeBoard();
      });
    $("#board-search").addEventListener("input", (event) => { state.text = event.target.value.trim().toLowerCase(); arrangeBoard(); });
  }

  /* ---------- map ---------- */
  const layers = $("#map-layer");
  if (layers) layers.addEventListener("change", () => $$(".map-layer").forEach((layer) => { layer.hidden = layer.dataset.layer !== layers.value; }));

  /* ---------- navigation and print ---------- */
  for (const link of $$("a.open-details"))
    link.addEventListener("click", () => { document.getElementById(link.hash.slice(1)).open = true; });
  const links = new Map($$(".bar nav a").map((link) => [link.hash.slice(1), link]));
  const spy = new IntersectionObserver((seen) => {
    for (const item of seen) {
      if (!item.isIntersecting) continue;
      links.forEach((link, id) => (id === item.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
      const link = links.get(item.target.id);
      if (link) link.closest("nav").scrollTo({ left: link.offsetLeft - 40 });
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  $$("main section").forEach((section) => spy.observe(section));
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = $$("details:not([open])");
    opened.forEach((item) => { item.open = true; });
    /* a flow is drawn as wide as on a screen and scaled down by the style sheet, so that names keep apart */
    charts.forEach((entry) => entry.chart.resize(entry.data.kind === "flow" ? { width: 1000, height: 880 } : { width: 670, height: 330 }));
    drawCharts();
    $$(".chart-flow svg").forEach((drawing) => drawing.setAttribute("viewBox", "0 0 1000 880"));
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((item) => { item.open = false; });
    $$(".chart-flow svg").forEach((drawing) => drawing.removeAttribute("viewBox"));
    charts.forEach((entry) => entry.chart.resize({ width: "auto", height: "auto" }));
    drawCharts();
  });

  initCharts();
  setLanguage(firstLanguage());
  root.dataset.ready = "true";
})();
