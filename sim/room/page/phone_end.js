// The end on a phone: the room against the model's own leaders on the same luck, what was bet, what was learned.
import { make } from "./dom.js";
import { pathsFigure, quizSentences } from "./debrief.js";

/** @param {{words: any, state: Object}} given */
export function ending({ words, state }) {
  const { end } = state;
  if (!end) return { node: make("div", { class: "stack centre" }, make("h1", {}, words.say("end.title")), make("p", { role: "status" }, words.say("end.making"))) };
  const won = end.verdict && state.bet ? words.say(state.bet === end.verdict ? "end.bet_right" : "end.bet_wrong", { bet: words.say(`bet.${state.bet}`) }) : null;
  return { node: make("div", { class: "stack" }, make("h1", {}, words.say("end.title")),
    end.verdict ? make("p", { class: "headline" }, words.say(`verdict.${end.verdict}`)) : null, won ? make("p", {}, won) : null,
    ["revenue", "trust", "relationship_conflict"].map((name) => pathsFigure(words, end, name)),
    quizSentences(words, end), make("p", { class: "note" }, words.say("model")), make("p", { class: "note" }, words.say("end.leave"))) };
}
