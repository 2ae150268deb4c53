"use strict";
// Draws the report from the roll-up in the element "data". Every text goes into the page as text, never as HTML.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const periods = data.periods;
  const WORD = data.grain;
  const TOP = 10;
  const REST = "⟨all others⟩";
  const PRESETS = data.grain === "week" ? [4, 12, 52] : [7, 28];
  const BEFORE = "the period before", YEAR = "the same weeks a year before", NOTHING = "nothing";
  const YEAR_OF_WEEKS = 52;
  const byId = (id) => document.getElementById(id);
  const from = byId("from"), to = byId("to"), compare = byId("compare");

  const whole = (number) => (number === null ? "no logs" : number.toLocaleString("en-US"));
  const lastDay = (period) => {
    const day = new Date(period.start + "T00:00:00Z");
    day.setUTCDate(day.getUTCDate() + period.day_count - 1);
    return day.toISOString().slice(0, 10);
  };
  const indexes = (range) => Array.from({ length: range.last - range.first + 1 }, (_, step) => range.first + step);
  const sum = (values, range) => indexes(range).reduce((total, index) => total + (values[index] || 0), 0);
  const days = (range) => `${periods[range.first].start} to ${lastDay(periods[range.last])}`;
  const isCovered = (range) =>
    range.first >= 0 && indexes(range).every((i) => periods[i].covered_day_count === periods[i].day_count);

  // An origin counts in a range where its first visit within it had none before it in the range.
  function uniqueOrigins(range) {
    return data.origins
      .filter(([previous, now]) => previous < range.first && now >= range.first && now <= range.last)
      .reduce((total, [, , count]) => total + count, 0);
  }

  function total(measure, range) {
    if (measure === "unique_origin_count") return uniqueOrigins(range);
    return sum(data.totals[measure], range);
  }

  function state(period) {
    if (!period.has_logs) return "no logs";
    const words = period.is_final ? "final" : "not final";
    if (period.covered_day_count === period.day_count) return words;
    return `${words}, logs of ${period.covered_day_count} of ${period.day_count} days`;
  }

  function earlier(range) {
    if (compare.value === NOTHING) return null;
    const shift = compare.value === YEAR ? YEAR_OF_WEEKS : range.last - range.first + 1;
    return { first: range.first - shift, last: range.last - shift };
  }

  function change(now, then) {
    if (!then) return "";
    const percent = (100 * (now - then)) / then;
    return (percent < 0 ? "−" : "+") + Math.abs(percent).toFixed(1) + " %";
  }

  function showHeadline(range) {
    const before = earlier(range);
    const isKnown = before !== null && isCovered(before);
    for (const element of document.querySelectorAll("[data-measure]")) {
      element.textContent = whole(total(element.dataset.measure, range));
    }
    for (const element of document.querySelectorAll("[data-change]")) {
      const measure = element.dataset.change;
      element.textContent = isKnown ? change(total(measure, range), total(measure, before)) : "";
    }
    let words = "";
    if (isKnown) words = `Compared with ${days(before)}.`;
    else if (before !== null && before.first < 0) words = `Not compared: the report knows nothing before ${periods[0].start}.`;
    else if (before !== null) words = `Not compared: not every day of ${days(before)} has logs.`;
    byId("compared").textContent = words;
    return isKnown ? before : null;
  }

  function showRange(range) {
    const shown = indexes(range).map((index) => periods[index]);
    const missing = shown.reduce((count, one) => count + one.day_count - one.covered_day_count, 0);
    const open = shown.filter((one) => !one.is_final).length;
    let words = `${days(range)}, ${shown.length} ${WORD}${shown.length > 1 ? "s" : ""}`;
    if (missing) words += `; ${missing} day${missing > 1 ? "s" : ""} without all logs`;
    if (open) words += `; ${open} ${WORD}${open > 1 ? "s" : ""} not final: logs may still come, and figures change`;
    byId("range").textContent = words + ".";
  }

  // Rows of one figure: those of its chart, and those of its table (a list of cells each, the names first).
  const KINDS = {
    lines(figure, range, before) {
      const chart = [];
      const shift = before === null ? 0 : range.first - before.first;
      for (const [measure, name] of Object.entries(figure.columns)) {
        for (const index of indexes(range)) {
          const row = { period_start: periods[index].start, state: state(periods[index]) };
          chart.push({ ...row, measure: name, value: data.totals[measure][index], is_before: false });
          if (before === null) continue;
          const then = data.totals[measure][index - shift];
          chart.push({ ...row, measure: `${name} (before)`, value: then, is_before: true });
        }
      }
      const table = indexes(range).map((index) => [
        periods[index].start,
        ...Object.keys(figure.columns).map((measure) => data.totals[measure][index]),
        state(periods[index]),
      ]);
      return { chart, table: [[`${WORD} of`, ...Object.values(figure.columns), "state"], ...table] };
    },
    parts(figure, range) {
      const series = partsOf(figure);
      const chart = [];
      for (const index of indexes(range)) {
        for (const [part, values] of series) {
          chart.push({ period_start: periods[index].start, part, value: values[index] });
        }
      }
      const table = indexes(range).map((index) => [
        periods[index].start, ...series.map(([, values]) => values[index]), state(periods[index]),
      ]);
      return { chart, table: [[`${WORD} of`, ...series.map(([part]) => part), "state"], ...table] };
    },
    ranked(figure, range) {
      const measures = Object.keys(figure.columns);
      const found = data.tables[figure.source];
      const rows = found.values.map((value, place) => ({
        value: figure.source === "definition" ? data.definitions[value] || value : value,
        ...Object.fromEntries(measures.map((measure) => [measure, sum(found[measure][place], range)])),
      }));
      const some = rows.filter((row) => measures.some((measure) => row[measure]));
      const named = some.filter((row) => row.value !== REST);
      named.sort((one, other) => firstOtherThanZero(measures.map((measure) => other[measure] - one[measure])));
      const rest = [...named.slice(TOP), ...some.filter((row) => row.value === REST)];
      const chart = figure.source === "definition" ? named : named.slice(0, TOP);
      if (rest.length && figure.source !== "definition") {
        const added = measures.map((measure) => [measure, rest.reduce((count, row) => count + row[measure], 0)]);
        chart.push({ value: REST, ...Object.fromEntries(added) });
      }
      const table = chart.map((row) => [row.value, ...measures.map((measure) => row[measure])]);
      return { chart, table: [["", ...Object.values(figure.columns)], ...table] };
    },
  };
  const firstOtherThanZero = (numbers) => numbers.find((number) => number !== 0) || 0;

  function partsOf(figure) {
    if (figure.source === "installs") {
      return Object.entries(figure.columns).map(([name, part]) => [part, data.installs[name]]);
    }
    const found = data.tables[figure.source];
    return found.values.map((value, place) => [value, found.download_count[place]]);
  }

  function showTable(figure, [names, ...rows]) {
    const table = byId(`table-${figure.name}`);
    const line = (kind, cells) => {
      const row = document.createElement("tr");
      cells.forEach((cell, place) => {
        const isNumber = place > 0 && names[place] !== "state";
        const element = document.createElement(kind === "th" || place === 0 ? "th" : "td");
        element.textContent = kind === "td" && isNumber ? whole(cell) : cell;
        element.scope = kind === "th" ? "col" : "row";
        if (kind === "td" && place > 0) element.removeAttribute("scope");
        if (isNumber) element.className = "number";
        row.append(element);
      });
      return row;
    };
    const head = document.createElement("thead"), body = document.createElement("tbody");
    head.append(line("th", [names[0] || figure.title, ...names.slice(1)]));
    body.append(...rows.map((cells) => line("td", cells)));
    table.replaceChildren(head, body);
  }

  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function colours() {
    const ink = dark.matches ? "#f0f0f0" : "#0a0a0a", grid = dark.matches ? "#3a3f47" : "#dddddd";
    return {
      background: "transparent",
      axis: { labelColor: ink, titleColor: ink, gridColor: grid, domainColor: grid, tickColor: grid },
      legend: { labelColor: ink, titleColor: ink },
      view: { stroke: null },
      range: dark.matches
        ? { category: ["#9ecbff", "#ffb86b", "#8ce0a5", "#ff9ba3", "#d3b6ff", "#e6d06c", "#b0bec5", "#f5a3d7"] }
        : { category: ["#0b4f96", "#b85c00", "#1c7c3c", "#b3202c", "#6b3fa0", "#7a6500", "#455a64", "#a1286f"] },
      mark: { color: dark.matches ? "#9ecbff" : "#0b4f96" },
      bar: { color: dark.matches ? "#9ecbff" : "#0b4f96" },
    };
  }

  function showChart(figure, rows) {
    const chart = document.querySelector(`#${figure.name} .chart`);
    const spec = {
      ...figure.spec,
      description: `${figure.title}; the figures are in the table below.`,
      datasets: { [figure.spec.data.name]: rows },
      config: colours(),
    };
    const options = { actions: false, logLevel: 1, renderer: "svg", tooltip: { theme: dark.matches ? "dark" : "light" } };
    return window.vegaEmbed(chart, spec, options);
  }

  async function show() {
    const range = { first: Number(from.value), last: Number(to.value) };
    history.replaceState(null, "", `#${new URLSearchParams({
      from: periods[range.first].start, to: periods[range.last].start, compare: compare.value,
    })}`);
    showRange(range);
    const before = showHeadline(range);
    for (const figure of data.figures) {
      const rows = KINDS[figure.kind](figure, range, before);
      showTable(figure, rows.table);
      await showChart(figure, rows.chart);
    }
    document.documentElement.dataset.drawn = `${range.first}-${range.last}-${compare.value}`;
  }

  function option(select, value, text) {
    const element = document.createElement("option");
    element.value = value;
    element.textContent = text;
    select.append(element);
  }

  function choose(first, last) {
    from.value = String(first);
    to.value = String(last);
  }

  function setUp() {
    periods.forEach((period, index) => {
      option(from, String(index), period.start);
      option(to, String(index), lastDay(period));
    });
    for (const name of [BEFORE, ...(WORD === "week" && periods.length > YEAR_OF_WEEKS ? [YEAR] : []), NOTHING]) {
      option(compare, name, name);
    }
    const newest = periods.length - 1;
    for (const count of [...PRESETS.filter((one) => one < periods.length), periods.length]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = count === periods.length ? `all ${count} ${WORD}${count > 1 ? "s" : ""}` : `last ${count} ${WORD}s`;
      button.addEventListener("click", () => { choose(newest - count + 1, newest); show(); });
      byId("presets").append(button);
    }
    // At first half of what there is, so that there is something to compare it with.
    choose(Math.max(0, newest - Math.min(PRESETS[0], Math.ceil(periods.length / 2)) + 1), newest);
    fromAddress();
    from.addEventListener("change", () => { if (Number(from.value) > Number(to.value)) to.value = from.value; show(); });
    to.addEventListener("change", () => { if (Number(from.value) > Number(to.value)) from.value = to.value; show(); });
    compare.addEventListener("change", show);
    dark.addEventListener("change", show);
    byId("choice").addEventListener("submit", (event) => event.preventDefault());
  }

  // What stands behind the "#" restores a view; nonsense there is passed over.
  function fromAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const place = (day) => periods.findIndex((period) => period.start === day);
    const first = place(wanted.get("from")), last = place(wanted.get("to"));
    if (first >= 0 && last >= first) choose(first, last);
    if ([...compare.options].some((one) => one.value === wanted.get("compare"))) compare.value = wanted.get("compare");
  }

  setUp();
  show();
})();
