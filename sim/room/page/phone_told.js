// What the month brought, as this leader saw it.
import { make } from "./dom.js";
import { inbox, money, notes, situation } from "./phone_situation.js";

const WEEKS = 4; // about a month

/** The mean of some weeks' revenue. */
const mean = (weeks) => weeks.reduce((sum, week) => sum + week.revenue, 0) / weeks.length;

/** Revenue of the last month against the one before, as reports show it. */
function headline(words, view) {
  const weeks = (view.months ?? []).filter((week) => week.revenue !== undefined && week.revenue !== null);
  if (weeks.length <= WEEKS) return null;
  const now = mean(weeks.slice(-WEEKS));
  const before = mean(weeks.slice(-2 * WEEKS, -WEEKS));
  return make("p", { class: "headline" }, words.say(now >= before ? "told.up" : "told.down", { percent: words.number(Math.abs(now / before - 1) * 100, 1), revenue: money(words, now) }));
}

/** @param {{words: any, state: Object}} given */
export function told({ words, state }) {
  const { view } = state;
  return { node: make("div", { class: "stack" }, make("h1", {}, words.say("told.title", { round: state.round })), headline(words, view), inbox(words, view), notes(words, view), situation(words, view, state.role),
    make("p", { class: "note" }, words.say("told.wait"))) };
}
