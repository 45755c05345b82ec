// Two charts, each with a title that opens the list of what it can show.
import { make } from "./dom.js";
import { Chart } from "./chart.js";

const QUARTER = 13;

export function chartsPanel(app) {
  const sides = ["left", "right"].map((side) => side_(app, side));
  const node = make("div", { class: "charts" }, sides.map((one) => one.node));
  return { node, sides, update() { sides.forEach((one) => one.update()); }, fit() { sides.forEach((one) => one.chart.fit()); } };
}

function side_(app, side) {
  const { words } = app;
  const chart = new Chart((week) => app.goto(week));
  const chooser = make("select", { id: `theme-${side}`, "aria-label": words.say(`chart.${side}`), onchange: () => app.theme(side, chooser.value) },
    app.catalogue.themes.map((theme) => make("option", { value: theme.name }, words.say(`theme.${theme.name}`))));
  const picture = make("div", { class: "chart-frame", role: "img" }, chart.node);
  const table = make("div", { class: "for-readers" });
  const node = make("section", { class: "panel chart", id: `chart-${side}` }, make("div", { class: "chart-head" }, chooser,
    make("span", { class: "unit" }),
    make("button", { type: "button", class: "link enlarge", id: `enlarge-${side}`, "aria-pressed": String(app.state.large), onclick: () => app.prefer("large", !app.state.large) }, words.say("office.enlarge"))), picture, table);
  let tabled = "";
  return {
    node,
    chart,
    update() {
      const { state, run, ghost, bands, story } = app;
      if (!run) return;
      const theme = app.catalogue.themes.find((one) => one.name === state[side]);
      chooser.value = theme.name;
      node.querySelector(".enlarge").setAttribute("aria-pressed", String(state.large));
      node.querySelector(".enlarge").textContent = app.words.say(state.large ? "office.reduce" : "office.enlarge");
      node.querySelector(".unit").textContent = app.words.say(`unit.${theme.name}`);
      const decimals = theme.name === "delay" || theme.name === "work" ? 1 : 0;
      chart.draw({
        names: theme.series, hundred: theme.hundred, series: run.series, ghost: ghost?.series ?? null, bands, weeks: run.weeks,
        week: state.week, seen: state.seen, past: state.past, points: (story?.points ?? []).filter((one) => one.stop).map((one) => one.week),
        acts: state.acts.map((act) => act.week), large: state.projector, lang: state.lang, replay: app.replaying,
        words: (name, value) => app.words.say("chart.label", { name: app.words.say(`series.${name}`), value: app.words.number(value, decimals) }),
        ghostWords: (name, value) => app.words.say("chart.ghost", { value: app.words.number(value, decimals) }),
      });
      picture.setAttribute("aria-label", summary(app, theme, decimals));
      const key = [state[side], state.lang, state.seen >> 3, app.serial].join();
      if (key !== tabled) {
        tabled = key;
        table.replaceChildren(readersTable(app, theme, decimals));
      }
    },
  };
}

/** The chart in a sentence, for those who do not see it. */
function summary(app, theme, decimals) {
  const { words, state, run, ghost } = app;
  return theme.series.map((name) => {
    const slots = { name: words.say(`series.${name}`), start: words.number(run.series[name][0], decimals),
      now: words.number(run.series[name][state.week], decimals), week: state.week };
    if (!ghost) return words.say("chart.summary", slots);
    return words.say("chart.summary_ghost", { ...slots, ghost: words.number(ghost.series[name][state.week], decimals) });
  }).join(" ");
}

function readersTable(app, theme, decimals) {
  const { words, state, run } = app;
  const weeks = run.series.trust.map((_, week) => week).filter((week) => week % QUARTER === 0 && week <= state.seen);
  return make("table", {}, make("caption", {}, words.say("chart.table", { theme: words.say(`theme.${theme.name}`) })),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("chart.week")),
      theme.series.map((name) => make("th", { scope: "col" }, words.say(`series.${name}`))))),
    make("tbody", {}, weeks.map((week) => make("tr", {}, make("th", { scope: "row" }, String(week)),
      theme.series.map((name) => make("td", {}, words.number(run.series[name][week], decimals)))))));
}
