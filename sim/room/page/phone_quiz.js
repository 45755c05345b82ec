// Three questions before and after, and the secret bet.
import { make } from "./dom.js";

const LEVERS = ["smart_goals", "communication", "decision_clarity", "skills", "adaptation"];
const WHO = ["ceo", "coo", "both", "by_domain"];
const BETS = ["holds", "drifts", "breaks"];
export const QUESTIONS = { conflict: LEVERS, decide: WHO, first: LEVERS };

/** What an answer is called. */
export const answerTitle = (words, question, key) => words.say(question === "decide" ? `decide.${key}` : `lever.${key}`);

function choices({ name, title, options, label, chosen, pick }) {
  return make("fieldset", { class: "card choices" }, make("legend", {}, title), options.map((option) => make("label", { class: "choice" },
    make("input", { type: "radio", name, value: option, checked: chosen === option, onchange: () => pick(option) }), make("span", {}, label(option)))));
}

/**
 * @param {{words: any, when: "before"|"after", answers: Object|null, bet: string|null, withBet: boolean, send: (answers: Object, bet: string|null) => Promise<void>}} given
 */
export function quizForm({ words, when, answers, bet, withBet, send }) {
  const given = { ...(answers ?? {}) };
  let staked = bet ?? null;
  const button = make("button", { type: "submit", class: "primary wide", id: "send-quiz" }, words.say("quiz.send"));
  const told = make("p", { class: "note told-line", role: "status" });
  const complete = () => Object.keys(QUESTIONS).every((question) => given[question]) && (!withBet || staked);
  const open = () => { button.textContent = words.say("quiz.send"); told.textContent = complete() ? "" : words.say("quiz.all"); };
  const done = () => { button.textContent = words.say("quiz.sent"); told.textContent = words.say(when === "before" ? "quiz.until_start" : "quiz.until_end"); };
  const form = make("form", { class: "stack", onsubmit: async (event) => {
    event.preventDefault();
    if (!complete()) { told.textContent = words.say("quiz.all"); return; }
    const held = document.activeElement === button; // a button that is out of use loses the focus
    button.disabled = true;
    try {
      await send(given, withBet ? staked : null);
      done();
    } catch (problem) {
      told.textContent = words.say(`notice.${problem.message}`);
    } finally {
      button.disabled = false;
      if (held) button.focus({ preventScroll: true });
    }
  } }, make("h1", {}, words.say(`quiz.title_${when}`)), make("p", { class: "note" }, words.say("quiz.private")),
  Object.entries(QUESTIONS).map(([question, options]) => choices({ name: question, title: words.say(`quiz.${question}`), options,
    label: (key) => answerTitle(words, question, key), chosen: given[question], pick: (key) => { given[question] = key; open(); } })),
  withBet ? choices({ name: "bet", title: words.say("bet.question"), options: BETS, label: (key) => words.say(`bet.${key}`), chosen: staked, pick: (key) => { staked = key; open(); } }) : null,
  make("div", { class: "bottom" }, told, button));
  if (answers && complete()) done();
  else open();
  return form;
}
