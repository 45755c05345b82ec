// The wall: the code, who is here, a round's clock, what the month brought, and at the end what it all came to. Nothing is chosen here.
import { fitted, make } from "./dom.js";
import { Watcher, clockFace, fromHash, otherLanguage, pageWords } from "./asking.js";
import { betsLine, causesList, gapFigure, judgedLine, misreadList, monthsTable, outcomesTable, pathsFigure, pathsLegend, quizTable, scopeLines } from "./debrief.js";
import { linesBox } from "./lines.js";
import { qrPicture } from "./qr.js";

const ROLES = ["ceo", "coo", "lead"];
const SERIES = ["revenue", "trust", "relationship_conflict"];
const WAYS = ["decisions", "preparing", "following", "market"];
const SENTENCES = 5; // the latest; more are not read from the last row
const PAGES = ["paths", "months", "misread", "quiz"];
const HURRY = 10; // seconds

const words = pageWords();
const { key } = fromHash();
const root = document.getElementById("room");
const head = make("header", { class: "head" });
const bar = make("p", { class: "notice-bar", role: "status", hidden: true });
const body = make("div", { class: "body" });
let shown = null;
let turned = 0; // debrief pages turned at this window, beside those that the facilitator turned

const watcher = new Watcher("stage", () => ({ key }), {
  heard: render,
  lost(isLost) { announce(isLost ? words.say("phone.lost") : null); },
  refused(notice) { announce(words.say(`notice.${notice}`)); },
});

function announce(text) {
  bar.hidden = !text;
  bar.textContent = text ?? "";
}

/** The last week of so many months: three are a quarter of 13 weeks. */
const lastWeek = (months) => 13 * Math.floor(months / 3) + [0, 4, 8][months % 3];

const seatedRoles = (state) => ROLES.filter((role) => (state.seated?.[role] ?? 0) > 0);

function heading(state) {
  const clock = make("span", { class: "clock", id: "clock" });
  const round = state.round > 0 && state.phase !== "end" ? words.say("stage.round", { round: state.round, rounds: state.rounds, week: state.week }) : "";
  const small = ["waiting", "before"].includes(state.phase) ? null : make("span", { class: "small-code" }, make("span", {}, plainAddress(state)), " ", make("span", { class: "code" }, state.code));
  head.replaceChildren(...[make("div", { class: "titles" }, make("h1", {}, state.title ? words.of(state.title) : words.say("stage.title")), make("p", { class: "round" }, round)), small, clock,
    make("button", { type: "button", class: "language", lang: words.lang === "fr" ? "en" : "fr", onclick: () => otherLanguage(words) }, words.say("language.other"))].filter(Boolean));
  tick();
}

function tick() {
  const clock = document.getElementById("clock");
  if (!clock) return;
  const left = watcher.left();
  clock.textContent = left === null ? "" : clockFace(left);
  clock.classList.toggle("hurry", left !== null && left <= HURRY);
}
setInterval(tick, 250);

const plainAddress = (state) => (state.address ?? "").replace(/^https?:\/\//, "").replace(/[/#].*$/, "");

/** Who sits where, and how many have chosen. */
function seats(state, withChoice) {
  return make("ul", { class: "seats", id: "seats" }, (withChoice ? seatedRoles(state) : ROLES.filter((role) => role !== "lead" || state.seated?.lead)).map((role) => {
    const [many, chosen] = [state.seated?.[role] ?? 0, state.chosen?.[role] ?? 0];
    const fill = make("span", {});
    fill.style.width = `${many ? (100 * chosen) / many : 0}%`;
    return make("li", {}, make("span", { class: `role-badge ${role}` }, words.say(`role.${role}`)), make("strong", {}, withChoice ? words.say("stage.chosen", { n: chosen, all: many }) : words.say("stage.seated", { n: many })),
      withChoice ? make("span", { class: `bar ${role}`, "aria-hidden": "true" }, fill) : null);
  }));
}

function inviting(state) {
  const all = ROLES.reduce((sum, role) => sum + (state.seated?.[role] ?? 0), 0);
  return make("div", { class: "inviting" },
    make("div", { class: "way" }, make("p", { class: "step" }, words.say("stage.open")), make("p", { class: "address" }, plainAddress(state)), make("p", { class: "step" }, words.say("stage.type")), make("p", { class: "code big" }, state.code),
      make("p", { class: "note" }, words.say(state.phase === "before" ? "stage.quiz" : "join.private"))),
    make("div", { class: "camera" }, state.qr ? qrPicture(state.qr, words.say("stage.qr")) : null, make("p", { class: "here" }, words.say("stage.here", { n: all })), seats(state, false)));
}

function charts(state) {
  const series = state.month?.series ?? {};
  return make("div", { class: "charts" }, SERIES.filter((name) => series[name]).map((name) => {
    const values = series[name];
    const last = values.filter((value) => value !== null).at(-1) ?? null;
    return make("figure", { class: "card" }, make("figcaption", {}, words.say(`series.${name}`), " ", make("span", { class: "note" }, words.say(`series_unit.${name}`))),
      linesBox({ paths: [{ kind: name, values, label: words.number(last) }], weeks: Math.max(lastWeek(state.rounds), values.length - 1), hundred: name !== "revenue", words,
        title: words.say("stage.line", { name: words.say(`series.${name}`), value: words.number(last) }) }));
  }));
}

function sentences(state) {
  const told = (state.month?.sentences ?? []).slice(-SENTENCES);
  return make("section", { class: "card story" }, make("h2", {}, words.say("stage.happened")), told.length ? make("ul", { class: "happened" }, told.map((one) => make("li", {}, one.week === undefined ? null : make("strong", {}, words.say("stage.week", { week: one.week })), " ", words.of(one))))
    : make("p", {}, words.say(state.week ? "stage.quiet" : "stage.start")));
}

function gap(state) {
  const figure = gapFigure(words, state.gap);
  return make("section", { class: "card" }, make("h2", {}, words.say("gap.title")), figure ? make("p", { class: "legend note" }, ["ceo", "coo"].map((role) => make("span", { class: `role-badge ${role}` }, words.say(`role.${role}`)))) : null, figure ?? make("p", {}, words.say("gap.none")));
}

/** What each role chose: the answer with most hands, and how many. */
function tallied(state) {
  const all = Array.isArray(state.tallies) ? state.tallies.at(-1) : state.tallies;
  if (!all) return null;
  const rows = ROLES.filter((role) => all[role] && state.seated?.[role]).map((role) => make("li", {}, make("span", { class: `role-badge ${role}` }, words.say(`role.${role}`)), make("span", {}, talliesOf(all[role]).join(" · ") || words.say("tally.silent"))));
  return make("section", { class: "card tallies" }, make("h2", {}, words.say("tally.title")), make("ul", {}, rows));
}

function talliesOf(tally) {
  const told = [];
  const hours = Object.entries(tally.hours ?? {}).filter(([way, share]) => WAYS.includes(way) && share !== null);
  if (hours.length) {
    const [way, share] = hours.sort((one, other) => other[1] - one[1])[0];
    told.push(words.say("tally.hours", { way: words.say(`way.${way}`), percent: words.number(share * 100) }));
  }
  const most = (counts) => Object.entries(counts ?? {}).filter(([, n]) => n > 0).sort((one, other) => other[1] - one[1])[0];
  const meetings = most(tally.meetings);
  if (meetings) told.push(words.say("tally.meetings", { option: words.say(`meetings.${meetings[0]}`), n: meetings[1] }));
  for (const matter of tally.matters ?? []) {
    const act = most(matter.acts);
    if (act) told.push(words.say("tally.matter", { domain: words.say(`domain.${matter.domain}`), act: words.say(`act.${act[0]}`), n: act[1] }));
  }
  const word = most(tally.word);
  if (word) told.push(words.say("tally.word", { word: words.say(`word.${word[0]}`), n: word[1] }));
  return told;
}

/** The debrief, a page at a time. */
function debrief(state) {
  const { end } = state;
  if (!end) return make("div", { class: "waiting" }, make("p", { role: "status" }, words.say("end.making")));
  const at = pageAt(state);
  const tabs = make("div", { class: "tabs", role: "tablist", "aria-label": words.say("debrief.pages") }, PAGES.map((page, place) => make("button", { type: "button", role: "tab", id: `tab-${page}`, "aria-selected": String(place === at), "aria-controls": "debrief-page", tabindex: place === at ? 0 : -1,
    onclick: () => turnTo(place, state) }, words.say(`debrief.${page}`))));
  return make("div", { class: "debrief" }, tabs, make("div", { class: `debrief-page ${PAGES[at]}`, id: "debrief-page", role: "tabpanel", "aria-labelledby": `tab-${PAGES[at]}`, tabindex: 0 }, DEBRIEF[PAGES[at]](end), at < 2 ? make("p", { class: "note parameters" }, [...scopeLines(words, end), state.parameters ? words.of(state.parameters) : ""].join(" ")) : null));
}

const DEBRIEF = {
  paths: (end) => [make("p", { class: "headline" }, end.verdict ? `${words.say(`verdict.${end.verdict}`)} ` : "", make("span", { class: "note" }, words.say("debrief.same_luck"))), make("div", { class: "charts" }, SERIES.map((name) => make("div", { class: "card" }, pathsFigure(words, end, name)))), make("div", { class: "card" }, outcomesTable(words, end), pathsLegend(words))],
  months: (end) => [make("p", { class: "headline" }, words.say("debrief.months_what")), make("div", { class: "card" }, monthsTable(words, end)), end.causes?.length ? make("section", { class: "card" }, make("h2", {}, words.say("debrief.causes")), causesList(words, end)) : null],
  misread: (end) => [make("p", { class: "headline" }, words.say("misread.what")), make("div", { class: "card" }, misreadList(words, end)), judgedLine(words, end)],
  quiz: (end) => [make("div", { class: "quizzes" }, ["conflict", "decide", "first"].filter((question) => end.quiz?.[question]).map((question) => make("div", { class: "card" }, quizTable(words, end, question), end.quiz[question].sentence ? make("p", { class: "sentence" }, words.of(end.quiz[question].sentence)) : null))), make("div", { class: "card" }, betsLine(words, end))],
};

const pageAt = (state) => ((((state.page ?? 0) + turned) % PAGES.length) + PAGES.length) % PAGES.length;

function turnTo(place, state) {
  turned += place - pageAt(state);
  render(state);
  document.getElementById(`tab-${PAGES[place]}`)?.focus();
}

document.addEventListener("keydown", (event) => {
  const { state } = watcher;
  if (!state?.end || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) turnTo((pageAt(state) + step + PAGES.length) % PAGES.length, state);
});

const SCREENS = {
  waiting: inviting,
  before: inviting,
  choosing: (state) => make("div", { class: "month" }, make("p", { class: "headline" }, words.say("stage.choose")), seats(state, true), charts(state), sentences(state)),
  playing: () => make("div", { class: "waiting" }, make("p", { role: "status" }, words.say("phone.playing"))),
  told: (state) => make("div", { class: "month told" }, charts(state), make("div", { class: "columns" }, sentences(state), gap(state), tallied(state))),
  after: (state) => make("div", { class: "waiting" }, make("p", {}, words.say("stage.after")), seats(state, false)),
  end: debrief,
};

function render(state) {
  bar.hidden = true;
  document.body.dataset.phase = state.phase;
  document.body.classList.toggle("hidden", Boolean(state.hidden));
  if (state.paused) announce(words.say("phone.paused"));
  const made = JSON.stringify([state.version, state.phase, Boolean(state.hidden), turned, state.chosen, state.seated]);
  if (made === shown) return;
  shown = made;
  heading(state);
  body.replaceChildren(state.hidden ? make("p", { class: "curtain" }, words.say("stage.hidden")) : SCREENS[state.phase](state));
  fit();
}

/** Nothing on a wall scrolls: what is too much gets smaller letters, and of what happened the oldest goes first. */
function fit() {
  const page = body.querySelector(".debrief-page");
  if (page) {
    fitted(page, true);
    const least = () => [...page.querySelectorAll(".causes li:not(:first-child), .misread li:not(:first-child), .months tbody tr:not(:first-child)")].at(-1);
    while (page.scrollHeight > page.clientHeight + 1 && least()) least().remove();
  }
  for (const card of body.querySelectorAll(".columns > .card")) {
    fitted(card, true);
    const told = card.querySelector(".happened");
    while (told && told.children.length > 1 && card.scrollHeight > card.clientHeight + 1) told.firstElementChild.remove();
  }
}
window.addEventListener("resize", () => {
  shown = null;
  if (watcher.state) render(watcher.state);
});

document.title = words.say("stage.title");
root.replaceChildren(head, bar, body);
body.replaceChildren(make("p", { class: "curtain" }, words.say("stage.loading")));
if (key) watcher.start();
else announce(words.say("notice.wrong_code"));
