// What this leader knows, and nothing else: figures that reports show, priorities, the inbox, what was seen this month.
import { make } from "./dom.js";
import { linesBox } from "./lines.js";

const POINTS = 100;

/** A share as points on a bar. */
export function gauge(words, title, share, role = "") {
  const points = Math.round(POINTS * share);
  const fill = make("span", {});
  fill.style.width = `${points}%`;
  return make("div", { class: "gauge" }, make("span", { class: "gauge-title" }, title), make("strong", {}, words.say("unit.points", { points })), make("span", { class: `bar ${role}`, "aria-hidden": "true" }, fill));
}

/** Money as reports give it: thousands of euros. */
export function money(words, thousands) {
  const many = Math.abs(thousands) >= 1000;
  return words.say(many ? "unit.millions" : "unit.thousands", { amount: words.number(many ? thousands / 1000 : thousands, many ? 2 : 0) });
}

/** What is known of the firm and of oneself, in a few short lines. */
export function situation(words, view, role) {
  const rows = [];
  if (view.reported?.revenue !== undefined && view.reported.revenue !== null) {
    rows.push(make("div", { class: "gauge" }, make("span", { class: "gauge-title" }, words.say("know.revenue")), make("strong", {}, money(words, view.reported.revenue))));
  }
  if (view.trust !== undefined && view.trust !== null) rows.push(gauge(words, words.say(`know.trust_${role}`), view.trust, role));
  if (view.fatigue !== undefined && view.fatigue !== null) rows.push(gauge(words, words.say("know.fatigue"), view.fatigue));
  return make("section", { class: "card situation" }, make("h2", {}, words.say("know.title")), rows, months(words, view));
}

/** Revenue month by month, as reported. */
function months(words, view) {
  const known = (view.months ?? []).filter((month) => month.revenue !== undefined && month.revenue !== null);
  if (known.length < 2) return null;
  const values = known.map((month) => month.revenue);
  const last = values.at(-1);
  return linesBox({ paths: [{ kind: "revenue", values, label: words.number(last) }], weeks: values.length - 1, words,
    title: words.say("know.line", { first: money(words, values[0]), last: money(words, last) }) });
}

/** What counts for this leader, most first. */
export function priorities(words, view, role) {
  const order = Object.entries(view.priorities ?? {}).sort((one, other) => other[1] - one[1]);
  if (!order.length) return null;
  return make("details", { class: "card priorities" }, make("summary", {}, make("h2", {}, words.say("know.priorities"))),
    make("p", { class: "note" }, words.say("know.priorities_private")), order.map(([goal, share]) => gauge(words, words.say(`goal.${goal}`), share, role)));
}

/** Words of the other side. */
export function inbox(words, view) {
  const heard = view.inbox ?? [];
  if (!heard.length) return null;
  return make("section", { class: "card inbox" }, make("h2", {}, words.say("inbox.title")), make("ul", {}, heard.map((one) => make("li", {},
    make("span", { class: `role-badge ${one.from}` }, words.say(`role.${one.from}`)), " ", make("q", {}, words.say(`word.${one.word}`)), one.count > 1 ? make("span", { class: "note" }, ` ×${one.count}`) : null))));
}

/** What this leader saw happen. */
export function notes(words, view) {
  const seen = view.notes ?? [];
  return make("section", { class: "card notes" }, make("h2", {}, words.say("told.seen")),
    seen.length ? make("ul", {}, seen.map((one) => make("li", {}, words.of(one)))) : make("p", {}, words.say("told.quiet")));
}
