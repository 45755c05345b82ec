// The session on one A4 page: what was bet, what was played, where the room differed and what that did, what it takes home.
import { make } from "./dom.js";
import { ask, fromHash, pageWords } from "./asking.js";
import { betsLine, causesList, judgedLine, misreadList, monthsTable, outcomesTable, pathsFigure, pathsLegend, quizSentences, scopeLines } from "./debrief.js";

const AGAIN = 2000; // ms until the end is asked for again
const PRINTED_HEIGHT = 275; // mm: A4 within its margins, and a little less, for printers differ
const SERIES = ["revenue", "trust", "relationship_conflict"];
const QUESTIONS = ["feel", "happened", "alike", "monday"];

const words = pageWords();
const { key } = fromHash();
const root = document.getElementById("room");

async function load() {
  let state;
  try {
    state = await ask("stage", { key: key ?? "" });
  } catch (problem) {
    say(words.say(`notice.${problem.message}`));
    if (problem.message === "lost" || problem.message === "too_fast") setTimeout(load, AGAIN);
    return;
  }
  if (!state.end) {
    say(words.say("sheet.waiting"));
    setTimeout(load, AGAIN);
    return;
  }
  root.replaceChildren(...filled(state));
  onOnePage();
  root.dataset.ready = "true";
}

function say(sentence) {
  root.replaceChildren(make("p", { role: "status", class: "standing" }, sentence));
}

function part(title, ...children) {
  return make("section", {}, make("h2", {}, words.say(title)), ...children);
}

function filled(state) {
  const { end } = state;
  const seated = Object.entries(state.seated ?? {}).filter(([, n]) => n > 0).map(([role, n]) => words.say("sheet.seated", { role: words.say(`roles.${role}`), n })).join(", ");
  return [
    make("header", {}, make("div", {}, make("p", { class: "note" }, words.say("sheet.title")), make("h1", {}, state.title ? words.of(state.title) : words.say("stage.title")), make("p", { class: "note" }, words.say("sheet.played", { rounds: state.rounds, weeks: state.week }), " ", seated)),
      make("button", { type: "button", id: "print", class: "screen-only", onclick: () => window.print() }, words.say("sheet.print"))),
    make("p", { class: "verdict" }, end.verdict ? words.say(`verdict.${end.verdict}`) : "", " ", betsLine(words, end).textContent),
    make("div", { class: "drawings" }, SERIES.map((name) => pathsFigure(words, end, name, { width: 300, height: 130, letters: 12 }))), make("p", { class: "note" }, words.say("debrief.same_luck")), pathsLegend(words),
    outcomesTable(words, end),
    part("debrief.months", make("div", { class: "limited" }, monthsTable(words, end, 4)), causesList(words, end)),
    part("debrief.misread", misreadList(words, end, 4), judgedLine(words, end)),
    quizSentences(words, end),
    part("sheet.questions", make("ol", { class: "questions" }, QUESTIONS.map((question) => make("li", {}, words.say(`question.${question}`))))),
    make("p", { class: "commitment" }, words.say("sheet.commitment")),
    make("footer", {}, make("p", {}, [words.say("model"), ...scopeLines(words, end)].join(" ")), state.parameters ? make("p", { id: "parameters" }, words.of(state.parameters)) : null),
  ];
}

/** Keeps all on one page: less room for answers first, then smaller letters, then fewer of what is listed. */
function onOnePage() {
  const over = () => root.scrollHeight > (PRINTED_HEIGHT * 96) / 25.4;
  const set = (room, letters) => {
    root.style.setProperty("--answer-room", `${room}mm`);
    root.style.setProperty("--letters", `${letters}pt`);
  };
  root.classList.add("measured");
  for (const [room, letters] of [[16, 10], [12, 10], [9, 9.6], [7, 9.2], [6, 8.8], [5, 8.4]]) {
    set(room, letters);
    if (!over()) break;
  }
  const spare = () => [...root.querySelectorAll(".causes li:not(:first-child), .misread li:not(:first-child), .months tbody tr:not(:first-child)")].at(-1);
  while (over() && spare()) spare().remove();
  for (let letters = 8.2; over() && letters >= 7; letters -= 0.2) set(5, letters);
  root.classList.remove("measured");
}

document.title = words.say("sheet.title");
load();
