// Which role model fits this firm, and what a second executive is worth to it: figures of `tandem advise`, played while the window says so.
import { make } from "./dom.js";

const shown = (words, value) => words.signed(value, 1);
const span = (words, { low, high }) => words.say("fit.interval", { low: shown(words, low), high: shown(words, high) });

/** What stands in the window once the answer is here. */
export function pairWords(app, told) {
  const { words } = app;
  return [
    make("p", { id: "fit-firm" }, words.say(app.moved() ? "fit.moved" : "fit.as_written", { title: words.title(app.found.title) })),
    ...told.told[app.state.lang].map((line) => make("p", { class: "fit-told" }, line)),
    roleModels(app, told),
    told.depends.length > 0 && make("h3", {}, words.say("fit.depends")),
    told.depends.length > 0 && depends(app, told),
    make("p", { class: "note" }, words.say("fit.made", { runs: told.runs })),
    make("p", { class: "note", id: "fit-parameters" }, words.of(told.parameters)),
    make("p", { class: "note" }, words.say("model")),
  ].filter(Boolean);
}

function roleModels({ words }, told) {
  const head = ["role_model", "growth", "behind", "probability"].map((name) => make("th", { scope: "col" }, words.say(`fit.${name}`)));
  const rows = told.role_models.map((row, at) => make("tr", { class: row.decided ? "decided" : null }, make("th", { scope: "row" }, words.of(row.title)),
    make("td", {}, shown(words, row.growth)),
    make("td", {}, at === 0 ? words.say(row.decided ? "fit.best" : "fit.open") : `${words.signed(-row.difference, 1)} ${words.say("fit.interval", { low: shown(words, -row.high), high: shown(words, -row.low) })}`),
    make("td", {}, words.say("fit.in_hundred", { n: Math.min(Math.max(Math.round(100 * row.probability), 0), 100) }))));
  return make("table", { class: "difference", id: "fit-role-models" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
}

function depends({ words }, told) {
  const head = ["factor", "lower", "same", "higher", "more"].map((name) => make("th", { scope: "col" }, words.say(`fit.${name}`)));
  const rows = told.depends.map((row) => make("tr", {}, make("th", { scope: "row" }, words.say(`fit.factor_${row.factor}`)),
    row.levels.map((level) => make("td", {}, `${shown(words, level.worth)} ${span(words, level)}`)),
    make("td", {}, words.say(`fit.does_${["higher", "lower"].includes(row.change.verdict) ? row.change.verdict : "undecided"}`))));
  return make("table", { class: "difference", id: "fit-depends" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
}
