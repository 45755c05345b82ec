// The notebook's widget. It holds what was moved and asks the kernel for numbers: one question at a time, the latest wins.
import { make } from "./dom.js";
import { Chart } from "./chart.js";
import { Line, Kept, around } from "./asking.js";

const LUCKS = 200;
const BESIDE = 20;  // positions of the slider in hand that are looked up beside the one it stands at
const AT_ONCE = 4;  // in one question, so that the hand's own never waits long behind it
const KEEP = 300;
const QUIET = 100;  // milliseconds without a move before the kernel is told where the sliders stand

export function render({ model, el }) {
  const told = model.get("told");
  const words = told.words;
  const state = () => model.get("state");
  let answer = null;
  let band = null;
  let stamp = 0;
  let quiet = 0;
  let inHand = null;  // the states beside the one on screen that the slider in hand can reach
  const kept = new Kept(KEEP);

  const notice = make("p", { class: "notice", role: "status" });
  const charts = [];
  const themes = [...model.get("themes")];

  const change = (part, settled, beside = null) => {
    model.set("state", { ...state(), ...part });
    band = null;
    stamp += 1;
    inHand = beside;
    const known = kept.of(state());
    if (known) {
      runs.drop();
      present(known, stamp);
    } else {
      runs.ask({ state: state(), stamp });
    }
    clearTimeout(quiet);
    quiet = setTimeout(() => model.save_changes(), settled ? 0 : QUIET);  // never before the question: the kernel takes one after the other
    if (settled) futures.ask({ state: state(), stamp, lucks: LUCKS });
    lookAhead();
  };

  const present = (message, about) => {
    notice.textContent = "";
    answer = message;
    draw();
    root.dataset.answered = String(about);
  };
  const runs = new Line(model, "run", (message, question) => {
    if (message.mistake) {
      notice.textContent = message.mistake;
      return;
    }
    kept.put(question.state, message);
    present(message, message.stamp);
    lookAhead();
  });
  const futures = new Line(model, "bands", (message, question, stale) => {
    if (!stale && !message.mistake && message.stamp === stamp) {
      band = message.bands;
      draw();
      root.dataset.banded = String(message.stamp);
    }
    lookAhead();
  });
  const ahead = new Line(model, "ahead", (message, question) => {
    if (message.mistake) {
      inHand = null;
      return;
    }
    message.answers.forEach((found, index) => kept.put(question.states[index], found));
    lookAhead();
  });

  /** While nothing else is asked, the kernel plays where the slider in hand may go next: a chart then follows without a question. */
  function lookAhead() {
    if (!inHand || runs.awaited || futures.awaited || ahead.awaited) return;
    const states = inHand().filter((other) => !kept.of(other)).slice(0, AT_ONCE);
    if (states.length) ahead.ask({ states });
  }

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

  /** A slider whose position means a part of the state. A hand above it is enough for the kernel to look ahead. */
  const follow = (slider, at) => {
    const beside = () => around(slider, BESIDE).map((position) => ({ ...state(), ...at(position) }));
    const move = (settled) => {
      change(at(Number(slider.value)), settled, beside);
      show();
    };
    const approach = () => {
      inHand = beside;
      lookAhead();
    };
    slider.addEventListener("input", () => move(false));
    slider.addEventListener("change", () => move(true));
    slider.addEventListener("pointerenter", approach);
    slider.addEventListener("focus", approach);
  };

  const sliders = told.levers.map(([lever, title]) => {
    const shown = make("output");
    const input = make("input", { type: "range", min: 0, max: 100, step: 5, "aria-label": title, "data-lever": lever });
    const at = (position) => {
      const part = later() ? "after" : "levers";
      return { [part]: { ...state()[part], [lever]: position / 100 } };
    };
    follow(input, at);
    return { lever, input, shown, node: make("label", { class: "lever" }, make("span", {}, title), shown, input) };
  });

  const week = make("input", { type: "range", min: 0, max: told.weeks, step: 1, "aria-label": words.week });
  const weekShown = make("output");
  follow(week, (position) => ({ week: position }));
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
    make("p", { class: "foot" }, lucks, " ", words.model, " ", words.parameters), notice, text);
  el.replaceChildren(root);

  const heard = (message) => {
    if (message.kind === "code") {
      text.hidden = false;
      text.textContent = message.code;
      navigator.clipboard?.writeText(message.code).catch(() => {});
    } else {
      [runs, futures, ahead].forEach((line) => line.hear(message));
    }
  };
  model.on("msg:custom", heard);
  const refresh = () => {
    stamp += 1;
    band = null;
    show();
    runs.ask({ state: state(), stamp });
    futures.ask({ state: state(), stamp, lucks: LUCKS });
  };
  const repin = () => {  // what stands behind the lines is another firm now
    kept.clear();
    [runs, ahead].forEach((line) => line.drop());
    refresh();
  };
  model.on("change:pins", repin);
  model.on("change:moved", refresh);
  show();
  refresh();
  return () => {
    model.off("msg:custom", heard);
    model.off("change:pins", repin);
    model.off("change:moved", refresh);
  };
}
