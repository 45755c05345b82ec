// The notebook's widget. It holds what was moved and asks the kernel for numbers: one question at a time, the latest wins.
import { make } from "./dom.js";
import { Chart } from "./chart.js";

const LUCKS = 200;

/** Asks the kernel; while an answer is awaited only the newest further question is kept. */
class Line {
  constructor(model, kind, heard) {
    this.model = model;
    this.kind = kind;
    this.heard = heard;
    this.awaited = 0;
    this.number = 0;
    this.next = null;
  }

  ask(question) {
    if (this.awaited) {
      this.next = question;
      return;
    }
    this.number += 1;
    this.awaited = this.number;
    this.model.send({ kind: this.kind, number: this.number, ...question });
  }

  hear(message) {
    if (message.kind !== this.kind || message.number !== this.awaited) return;
    this.awaited = 0;
    const stale = this.next !== null;
    if (!stale || this.kind === "run") this.heard(message);
    if (stale) {
      const question = this.next;
      this.next = null;
      this.ask(question);
    }
  }
}

export function render({ model, el }) {
  const told = model.get("told");
  const words = told.words;
  const state = () => model.get("state");
  let answer = null;
  let band = null;
  let stamp = 0;

  const notice = make("p", { class: "notice", role: "status" });
  const charts = [];
  const themes = [...model.get("themes")];

  const change = (part, settled) => {
    model.set("state", { ...state(), ...part });
    model.save_changes();
    band = null;
    stamp += 1;
    runs.ask({ state: state(), stamp });
    if (settled) futures.ask({ state: state(), stamp, lucks: LUCKS });
  };

  const runs = new Line(model, "run", (message) => {
    notice.textContent = message.mistake ?? "";
    if (message.mistake) return;
    answer = message;
    draw();
    root.dataset.answered = String(message.stamp);
  });
  const futures = new Line(model, "bands", (message) => {
    if (message.mistake || message.stamp !== stamp) return;
    band = message.bands;
    draw();
    root.dataset.banded = String(message.stamp);
  });

  function draw() {
    if (!answer) return;
    const weeks = answer.series.role_clarity.length - 1;
    charts.forEach(({ chart, unit, theme }, index) => {
      const name = themes[index];
      theme.value = name;
      unit.textContent = `${told.units[name]} · ${words.by_week}`;
      const named = (series, value) => `${told.series[series]} ${new Intl.NumberFormat(told.lang, { maximumFractionDigits: 0 }).format(value)}`;
      chart.draw({
        names: told.themes[name], hundred: told.hundred.includes(name), series: answer.series, ghost: answer.ghost, bands: band,
        weeks, week: weeks, seen: weeks, past: weeks, points: [], acts: state().week && Object.keys(state().after).length ? [state().week] : [],
        words: named, ghostWords: (series, value) => `${answer.ghost_name} ${Math.round(value)}`, replay: null, large: false, lang: told.lang,
      });
    });
    lucks.textContent = band ? words.band.replace("{n}", String(band.n)) : "";
  }

  // -- controls --------------------------------------------------------------------------------

  const selects = ["role_model", "context"].map((kind) => {
    const select = make("select", { "aria-label": words[kind], onchange: () => change({ [kind]: select.value }, true) },
      ...told.options[kind].map(([value, title]) => make("option", { value }, title)));
    return make("label", {}, make("span", {}, words[kind]), select);
  });

  const sliders = told.levers.map(([lever, title]) => {
    const shown = make("output");
    const input = make("input", { type: "range", min: 0, max: 100, step: 5, "aria-label": title, "data-lever": lever });
    const move = (settled) => {
      const part = later() ? "after" : "levers";
      change({ [part]: { ...state()[part], [lever]: Number(input.value) / 100 } }, settled);
      show();
    };
    input.addEventListener("input", () => move(false));
    input.addEventListener("change", () => move(true));
    return { lever, input, shown, node: make("label", { class: "lever" }, make("span", {}, title), shown, input) };
  });

  const week = make("input", { type: "range", min: 0, max: told.weeks, step: 1, "aria-label": words.week });
  const weekShown = make("output");
  week.addEventListener("input", () => { change({ week: Number(week.value) }, false); show(); });
  week.addEventListener("change", () => { change({ week: Number(week.value) }, true); show(); });
  const luck = make("button", { type: "button", onclick: () => change({ luck: state().luck + 1 }, true) }, words.luck);
  const pins = ["A", "B"].map((name) => make("button", { type: "button", onclick: () => model.send({ kind: "pin", name, state: state() }) }, `${words.pin} ${name}`));
  const copy = make("button", { type: "button", onclick: () => model.send({ kind: "code", state: state() }) }, words.code);
  const text = make("pre", { class: "code", hidden: true });
  const lucks = make("span", { class: "lucks" });
  const pinned = make("span", { class: "pinned" });

  /** Do the sliders move the firm from the intervention's week on, rather than from the start? */
  const later = () => state().week > 0;

  function show() {
    const now = state();
    selects.forEach((label, index) => { label.querySelector("select").value = now[["role_model", "context"][index]] || told.base[index]; });
    for (const { lever, input, shown } of sliders) {
      const level = (later() ? now.after[lever] : undefined) ?? now.levers[lever] ?? told.levels[lever];
      input.value = String(Math.round(100 * level));
      shown.textContent = String(Math.round(100 * level));
    }
    week.value = String(now.week);
    weekShown.textContent = now.week ? words.from_week.replace("{week}", String(now.week)) : words.from_start;
    pinned.textContent = Object.keys(model.get("pins")).map((name) => `${name} ✓`).join("  ");
  }

  themes.forEach((name, index) => {
    const chart = new Chart(() => {});
    const theme = make("select", { "aria-label": words.chart, onchange: () => { themes[index] = theme.value; model.set("themes", [...themes]); model.save_changes(); draw(); } },
      ...Object.entries(told.titles).map(([value, title]) => make("option", { value }, title)));
    const unit = make("span", { class: "unit" });
    charts.push({ chart, unit, theme, node: make("section", { class: "chart" }, make("div", { class: "chart-head" }, theme, unit), make("div", { class: "chart-frame" }, chart.node)) });
  });

  const root = make("div", { class: "tandem explorer", lang: told.lang },
    make("div", { class: "row" }, ...selects, luck, ...pins, pinned, copy),
    make("div", { class: "controls" }, ...sliders.map((slider) => slider.node), make("label", { class: "lever" }, make("span", {}, words.week), weekShown, week)),
    make("div", { class: "charts" }, ...charts.map((entry) => entry.node)),
    make("p", { class: "foot" }, lucks, " ", words.model), notice, text);
  el.replaceChildren(root);

  const heard = (message) => {
    if (message.kind === "code") {
      text.hidden = false;
      text.textContent = message.code;
      navigator.clipboard?.writeText(message.code).catch(() => {});
    } else {
      runs.hear(message);
      futures.hear(message);
    }
  };
  model.on("msg:custom", heard);
  const refresh = () => { stamp += 1; band = null; show(); runs.ask({ state: state(), stamp }); futures.ask({ state: state(), stamp, lucks: LUCKS }); };
  model.on("change:pins", refresh);
  model.on("change:moved", refresh);
  show();
  refresh();
  return () => {
    model.off("msg:custom", heard);
    model.off("change:pins", refresh);
    model.off("change:moved", refresh);
  };
}
