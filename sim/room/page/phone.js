// A participant's page: one seat, one leader's view, one choice a month. What is shown follows what the server says, second by second.
import { make } from "./dom.js";
import { Watcher, ask, clockFace, fromHash, otherLanguage, pageWords } from "./asking.js";
import { codeOf, joinForm } from "./phone_join.js";
import { choosing } from "./phone_choosing.js";
import { ending } from "./phone_end.js";
import { quizForm } from "./phone_quiz.js";
import { told } from "./phone_told.js";
import { Seat } from "./seat.js";

const TICK = 250; // ms between two looks at one's own clock
const HURRY = 10; // seconds from which the clock is shown as urgent

const words = pageWords();
const hash = fromHash();
const seat = new Seat(hash.window);
const root = document.getElementById("room");
const head = make("header", { class: "head" });
const bar = make("p", { class: "notice-bar", role: "status", hidden: true });
const body = make("div", { class: "body" });
const sent = {}; // what this page sent of quiz and bet, where the server does not say it back
let shown = null; // what the body was made for
let screen = null;

const watcher = new Watcher("look", () => ({ seat: seat.read()?.seat }), {
  heard: render,
  lost(isLost) {
    document.body.classList.toggle("lost", isLost);
    if (isLost) announce(words.say("phone.lost"));
    else announce(watcher.state?.paused ? words.say("phone.paused") : null);
  },
  refused(key) {
    const lately = seat.read();
    if (key === "removed" || key === "ended") { // a reload says so again; only who types the code anew gets another seat
      standing(key);
      return;
    }
    seat.write(null);
    enter(lately?.code ?? hash.room ?? "", null);
  },
});

function announce(text) {
  if ((bar.hidden ? "" : bar.textContent) === (text ?? "")) return;
  bar.hidden = !text;
  bar.textContent = text ?? "";
}

/** A page without a form: one heading, one sentence. */
function show(key, node) {
  shown = key;
  screen = null;
  document.body.dataset.phase = key;
  const within = body.contains(document.activeElement); // who works by keyboard or by ear goes on at the new heading
  body.replaceChildren(node);
  const title = body.querySelector("h1");
  if (within && title) {
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }
}

function standing(key, ...more) {
  announce(null);
  show(key, make("div", { class: "stack centre" }, make("h1", {}, words.say(`phone.${key}_title`)), make("p", {}, words.say(`phone.${key}`)), ...more,
    key === "removed" ? make("button", { type: "button", class: "link", onclick: () => { seat.write(null); enter("", null); } }, words.say("join.again")) : null));
  heading(null);
}

/** The code's form; with a code at hand it goes in by itself. */
function enter(code, notice) {
  heading(null);
  announce(null);
  show("join", joinForm({ words, code, notice, join }));
}

async function join(code) {
  try {
    const before = seat.read()?.seat;
    const answer = await ask("join", { code, lang: words.lang, ...(before ? { seat: before } : {}) });
    seat.write({ code, seat: answer.seat });
    watcher.state = null;
    watcher.start();
  } catch (problem) {
    enter(code, words.say(`notice.${problem.message}`));
  }
}

function heading(state) {
  delete head.dataset.made;
  const left = state ? watcher.left() : null;
  const clock = make("span", { class: "clock", id: "clock" });
  head.replaceChildren(
    make("span", { class: "who" }, state ? make("span", { class: `role-badge ${state.role}` }, words.say(`role.${state.role}`)) : make("strong", {}, words.say("phone.title"))),
    make("span", { class: "round" }, state && state.round > 0 && state.phase !== "end" ? words.say("phone.round", { round: state.round, rounds: state.rounds }) : ""), clock,
    make("button", { type: "button", class: "language", lang: words.lang === "fr" ? "en" : "fr", onclick: () => otherLanguage(words) }, words.say("language.other")));
  face(clock, left);
}

function face(clock, left) {
  clock.textContent = left === null ? "" : clockFace(left);
  clock.classList.toggle("hurry", left !== null && left <= HURRY);
  if (left !== null) clock.setAttribute("aria-label", words.say("phone.left", { n: left }));
}

setInterval(() => {
  const clock = document.getElementById("clock");
  if (clock && watcher.state && !watcher.stopped) face(clock, watcher.left());
}, TICK);

/** What a screen is made for; while it stays the same, a form keeps what a thumb has set. */
function keyOf(state) {
  const finished = state.phase === "end" ? `:${Boolean(state.end)}` : "";
  return `${state.phase}:${state.round}${finished}`;
}

function render(state) {
  if (!document.body.classList.contains("lost")) announce(state.paused ? words.say("phone.paused") : null);
  const key = keyOf(state);
  const headed = [state.role, state.round, state.phase].join();
  if (head.dataset.made !== headed || !head.hasChildNodes()) {
    heading(state);
    head.dataset.made = headed;
  }
  if (key !== shown) {
    const made = SCREENS[state.phase](state);
    show(key, made.node);
    document.title = `${words.say(`role.${state.role}`)} · ${words.say("phone.title")}`;
    document.body.dataset.phase = state.phase;
    screen = made;
    window.scrollTo(0, 0);
  }
  screen?.update?.(state);
}

async function sendQuiz(when, answers, bet) {
  const mine = { seat: seat.read().seat };
  await ask("quiz", { ...mine, when, answers });
  sent[when] = { ...answers };
  if (bet) {
    await ask("bet", { ...mine, hands: bet });
    sent.bet = bet;
  }
}

const quiz = (when) => (state) => ({ node: quizForm({ words, when, answers: state.quiz?.[when] ?? sent[when] ?? null, bet: state.bet ?? sent.bet ?? null, withBet: when === "before",
  send: (answers, bet) => sendQuiz(when, answers, bet) }) });

function plain(name) {
  return (state) => ({ node: make("div", { class: "stack centre" }, make("h1", {}, words.say(`phone.${name}_title`)),
    name === "waiting" ? make("p", {}, words.say("phone.you_are", { role: words.say(`the_role.${state.role}`), n: state.others?.seated ?? 1 })) : null,
    make("p", {}, words.say(`phone.${name}`)), name === "waiting" ? make("p", { class: "note" }, words.say("join.private")) : null) });
}

const SCREENS = {
  waiting: plain("waiting"),
  before: quiz("before"),
  choosing: (state) => choosing({ words, state, send: async (choice) => {
    await ask("choose", { seat: seat.read().seat, round: state.round, choice });
    watcher.now();
  } }),
  playing: plain("playing"),
  told: (state) => told({ words, state }),
  after: quiz("after"),
  end: (state) => ending({ words, state: { ...state, bet: state.bet ?? sent.bet } }),
};

document.title = words.say("phone.title");
root.replaceChildren(head, bar, body);
heading(null);
const kept = seat.read();
const code = codeOf(hash.room ?? "");
if (kept && (!code || kept.code === code)) watcher.start();
else if (code) join(code);
else enter("", null);
