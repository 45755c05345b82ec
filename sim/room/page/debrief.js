// What the end says, in pieces that phone, stage and paper put together: paths on the same luck, months that counted, misreadings, quiz, bets.
import { make } from "./dom.js";
import { drawn, linesBox, linesOf } from "./lines.js";

const PATHS = ["room", "model", "shared"];
const OUTCOMES = { growth: { percent: true, decimals: 1 }, conflict: { decimals: 1 }, delay: { decimals: 1 }, trust: { points: true, decimals: 0 } };
const BETS = ["holds", "drifts", "breaks"];
const QUIZ = { conflict: "lever", first: "lever", decide: "decide" };
const MOST_MONTHS = 5;
const MOST_MISREAD = 5;

/** One series of the room, of the model's own leaders and with perfect sharing, on the same luck. `print`: the size of a drawing for
 * paper; else it fills its box. */
export function pathsFigure(words, end, name, print = null) {
  const paths = PATHS.filter((path) => end.paths?.[path]?.[name]).map((path) => {
    const values = end.paths[path][name];
    const last = values.filter((value) => value !== null && value !== undefined).at(-1) ?? null;
    return { kind: path, values, label: words.say("path.label", { name: words.say(`path.${path}`), value: words.number(last) }) };
  });
  const told = paths.map((path) => path.label).join(", ");
  const weeks = Math.max(...paths.map((path) => path.values.length - 1), 1);
  return make("figure", { class: "paths" }, make("figcaption", {}, words.say(`series.${name}`), " ", make("span", { class: "note" }, words.say(`series_unit.${name}`))),
    (print ? linesOf : linesBox)({ paths, weeks, hundred: name !== "revenue", until: end.weeks_of_room < weeks ? end.weeks_of_room : null, words, title: `${words.say(`series.${name}`)}: ${told}`, ...(print ?? {}) }));
}

/** A difference with its sign. */
const change = (words, value, factor, decimals) => (value === null || value === undefined ? words.say("outcome.none") : words.signed(value * factor, decimals));

/** A value of an outcome as it is read. */
export function outcomeValue(words, name, value) {
  if (value === null || value === undefined) return words.say("outcome.none");
  const { percent, points, decimals } = OUTCOMES[name];
  const number = words.number(percent || points ? value * 100 : value, decimals);
  return percent ? words.say("unit.percent", { number }) : number;
}

/** The three paths' outcomes side by side. */
export function outcomesTable(words, end) {
  const paths = PATHS.filter((path) => end.outcomes?.[path]);
  return make("table", { class: "outcomes" }, make("caption", { class: "for-readers" }, words.say("debrief.outcomes")),
    make("thead", {}, make("tr", {}, make("td", {}), paths.map((path) => make("th", { scope: "col", class: path }, words.say(`path.${path}`))))),
    make("tbody", {}, Object.keys(OUTCOMES).map((name) => make("tr", {}, make("th", { scope: "row" }, words.say(`outcome.${name}`), " ", make("span", { class: "note" }, words.say(`outcome_unit.${name}`))),
      paths.map((path) => make("td", {}, outcomeValue(words, name, end.outcomes[path][name]))))),
    end.verdicts ? make("tr", {}, make("th", { scope: "row" }, words.say("outcome.rule")), paths.map((path) => make("td", {}, words.say(end.verdicts[path] ? `rule.${end.verdicts[path]}` : "outcome.none")))) : null));
}

/** Under what the figures hold: how long the room chose, one luck, what perfect sharing is. */
export function scopeLines(words, end) {
  const rest = end.weeks_of_room && end.weeks_of_room < (end.paths?.room?.revenue?.length ?? 1) - 1;
  return [rest ? words.say("debrief.then", { week: end.weeks_of_room }) : "", end.scope ? words.of(end.scope) : "", end.sharing ? words.of(end.sharing) : ""].filter(Boolean);
}

/** Who chose otherwise, in what: "the CEO: hours, meetings · the COO: hours". */
function differs(words, month) {
  const byRole = new Map();
  for (const { role, what } of month.differs) byRole.set(role, [...(byRole.get(role) ?? []), words.say(`what.${what}`)]);
  return [...byRole].map(([role, what]) => words.say("months.who", { role: words.say(`the_role.${role}`), what: what.join(", ") })).join(" · ");
}

/** The months in which the room chose otherwise, the weightiest first, and what that did: the room's run against itself without that month. */
export function monthsTable(words, end, most = MOST_MONTHS) {
  const months = [...(end.months ?? [])].filter((month) => month.differs?.length);
  if (!months.length) return make("p", {}, words.say("months.none"));
  months.sort((one, other) => Math.abs(other.effect?.growth ?? 0) - Math.abs(one.effect?.growth ?? 0) || one.round - other.round);
  return make("table", { class: "months" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("months.month")), make("th", { scope: "col" }, words.say("months.differs")),
    make("th", { scope: "col" }, words.say("months.growth")), make("th", { scope: "col" }, words.say("months.conflict")))),
  make("tbody", {}, months.slice(0, most).map((month) => make("tr", {}, make("th", { scope: "row" }, words.number(month.round)), make("td", {}, differs(words, month)),
    make("td", {}, change(words, month.effect?.growth, 100, 2)), make("td", {}, change(words, month.effect?.conflict, 1, 2))))));
}

/** Sentences of the causes, as the simulator explains. */
export function causesList(words, end) {
  return end.causes?.length ? make("ul", { class: "causes" }, end.causes.map((cause) => make("li", {}, words.of(cause)))) : null;
}

const sideOf = (value) => (value > 0 ? "good" : "bad");

/** Of how many proposals each role judged it misread how many. */
export function judgedLine(words, end) {
  const told = Object.entries(end.judged ?? {}).filter(([, counts]) => counts.judged).map(([role, { judged, misread }]) => words.say("misread.counted", { role: words.say(`the_role.${role}`), n: misread, all: judged }));
  return told.length ? make("p", { class: "judged" }, told.join(" · ")) : null;
}

/** Which role misread what. */
export function misreadList(words, end, most = MOST_MISREAD) {
  const found = end.misread ?? [];
  if (!found.length) return make("p", {}, words.say("misread.none"));
  return make("ul", { class: "misread" }, found.slice(0, most).map((one) => make("li", {}, make("span", { class: `role-badge ${one.role}` }, words.say(`role.${one.role}`)), " ",
    words.say("misread.line", { domain: words.say(`domain.${one.domain}`), thought: words.say(`misread.${sideOf(one.thought)}`), truth: words.say(`misread.${sideOf(one.truth)}`) }))));
}

/** Counts of an answer before and after, as two bars with their numbers. */
function answerRow(words, family, key, { before, after }, most, right) {
  const bar = (count, when) => {
    const fill = make("span", {});
    fill.style.width = `${(100 * count) / most}%`;
    return make("div", { class: `tally ${when}` }, make("span", { class: "bar", "aria-hidden": "true" }, fill), make("span", { class: "count" }, words.number(count)));
  };
  return make("tr", { class: right ? "right" : null }, make("th", { scope: "row" }, words.say(`${family}.${key}`), right ? ` (${words.say("quiz.answer")})` : ""),
    make("td", {}, bar(before[key] ?? 0, "before")), make("td", {}, bar(after[key] ?? 0, "after")));
}

/** One question of the quiz: how often each answer was given before and after. */
export function quizTable(words, end, question) {
  const { before = {}, after = {}, answer } = end.quiz[question];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after), ...(answer ? [answer] : [])])];
  if (!keys.some((key) => before[key] || after[key])) return make("p", { class: "quiz" }, make("strong", {}, words.say(`quiz.${question}`)), " ", words.say("quiz.none"));
  const most = Math.max(1, ...keys.flatMap((key) => [before[key] ?? 0, after[key] ?? 0]));
  keys.sort((one, other) => (after[other] ?? 0) - (after[one] ?? 0) || (before[other] ?? 0) - (before[one] ?? 0));
  return make("table", { class: "quiz" }, make("caption", {}, words.say(`quiz.${question}`)),
    make("thead", {}, make("tr", {}, make("td", {}), make("th", { scope: "col" }, words.say("quiz.before")), make("th", { scope: "col" }, words.say("quiz.after")))),
    make("tbody", {}, keys.map((key) => answerRow(words, QUIZ[question], key, { before, after }, most, key === answer))));
}

/** What the model answers, a sentence a question. */
export function quizSentences(words, end) {
  const told = Object.keys(QUIZ).filter((question) => end.quiz?.[question]?.sentence);
  return told.length ? make("section", { class: "card" }, make("h2", {}, words.say("quiz.model")), make("dl", {}, told.flatMap((question) => [make("dt", {}, words.say(`quiz.${question}`)), make("dd", {}, words.of(end.quiz[question].sentence))]))) : null;
}

/** How the room bet, and how it ended. */
export function betsLine(words, end) {
  const bets = end.bets ?? {};
  const all = BETS.reduce((sum, hands) => sum + (bets[hands] ?? 0), 0);
  if (!all) return make("p", {}, words.say("bets.none"));
  const right = end.verdict ? words.say("bets.right", { n: bets[end.verdict] ?? 0, all }) : "";
  return make("p", { class: "bets" }, words.say("bets.told", { holds: bets.holds ?? 0, drifts: bets.drifts ?? 0, breaks: bets.breaks ?? 0 }), " ", right);
}

const PROPOSALS = ["campaign", "experiment"]; // accepted or refused; the other domains are settings
const LINE = 200; // px of the drawing of a gap

/** What both sides thought of the same matters: two points on one line, from against to for, or from one way to the other. */
export function gapFigure(words, gap) {
  if (!gap?.length) return null;
  const widest = Math.max(1, ...gap.flatMap((one) => [Math.abs(one.ceo ?? 0), Math.abs(one.coo ?? 0)]));
  return make("div", { class: "gap" }, gap.map((one) => {
    const proposal = PROPOSALS.includes(one.domain);
    const ends = proposal ? ["gap.against", "gap.for"] : ["gap.one_way", "gap.other_way"];
    return make("div", { class: "gap-row" }, make("span", { class: "gap-title" }, words.say(`domain.${one.domain}`)),
      make("div", {}, gapLine(words, one, widest, ends), make("div", { class: "gap-scale note", "aria-hidden": "true" }, ends.map((end) => make("span", {}, words.say(end))))));
  }));
}

function gapLine(words, one, widest, ends) {
  const at = (value) => LINE / 2 + ((value / widest) * (LINE - 20)) / 2;
  const missing = (value) => value === null || value === undefined;
  const thought = (value) => (missing(value) ? words.say("gap.nothing") : words.say(value > 0 ? ends[1] : ends[0]));
  const svg = drawn("svg", { viewBox: `0 0 ${LINE} 20`, class: "gap-line", role: "img", "aria-label": words.say("gap.told", { ceo: thought(one.ceo), coo: thought(one.coo) }) });
  svg.append(drawn("line", { class: "grid", x1: 10, x2: LINE - 10, y1: 10, y2: 10 }), drawn("line", { class: "grid", x1: LINE / 2, x2: LINE / 2, y1: 3, y2: 17 }));
  if (!missing(one.ceo) && !missing(one.coo)) svg.append(drawn("line", { class: "apart", x1: at(one.ceo), x2: at(one.coo), y1: 10, y2: 10 }));
  for (const role of ["ceo", "coo"]) if (!missing(one[role])) svg.append(drawn("circle", { class: role, cx: at(one[role]), cy: 10, r: 7 }));
  return svg;
}

/** What the three names of a debrief mean. */
export function pathsLegend(words) {
  return make("ul", { class: "legend note" }, PATHS.map((path) => make("li", {}, make("strong", { class: path }, words.say(`path.${path}`)), " ", words.say(`path_means.${path}`))));
}
