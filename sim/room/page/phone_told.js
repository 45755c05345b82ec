// What the month brought, as this leader saw it.
import { make } from "./dom.js";
import { inbox, money, notes, situation } from "./phone_situation.js";

/** @param {{words: any, state: Object}} given */
export function told({ words, state }) {
  const { view } = state;
  const revenues = (view.months ?? []).map((month) => month.revenue).filter((revenue) => revenue !== undefined && revenue !== null);
  const [before, now] = revenues.slice(-2);
  const change = revenues.length > 1 && before ? make("p", { class: "headline" }, words.say(now >= before ? "told.up" : "told.down", { percent: words.number(Math.abs(now / before - 1) * 100, 1), revenue: money(words, now) })) : null;
  return { node: make("div", { class: "stack" }, make("h1", {}, words.say("told.title", { round: state.round })), change, inbox(words, view), notes(words, view), situation(words, view, state.role),
    make("p", { class: "note" }, words.say("told.wait"))) };
}
