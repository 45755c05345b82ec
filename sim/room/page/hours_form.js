// Hours by thumb: four shares of a leader's week that always make the whole.
import { make } from "./dom.js";

export const WAYS = ["decisions", "preparing", "following", "market"];
export const PARTS = 20; // a share is moved by a twentieth

/** Hours as whole parts of the week that sum to PARTS, as near to the hours as may be (largest remainders). */
export function partsOf(plan) {
  const hours = WAYS.map((way) => Math.max(plan[way] ?? 0, 0));
  const sum = hours.reduce((total, one) => total + one, 0);
  const exact = hours.map((one) => (sum > 0 ? (one / sum) * PARTS : PARTS / WAYS.length));
  const parts = exact.map(Math.floor);
  const order = exact.map((one, at) => [one - parts[at], at]).sort((one, other) => other[0] - one[0] || one[1] - other[1]);
  for (let left = PARTS - parts.reduce((total, one) => total + one, 0), at = 0; left > 0; left -= 1, at += 1) parts[order[at][1]] += 1;
  return parts;
}

/**
 * One way set to so many parts; the others give or take the difference, a part at a time: whoever has most above the leader's own plan
 * gives, whoever lacks most of it takes. From that plan a step forth and a step back end where they began.
 */
export function moved(parts, way, wanted, plan) {
  const next = [...parts];
  const target = Math.min(Math.max(Math.round(wanted), 0), PARTS);
  const others = [0, 1, 2, 3].filter((at) => at !== way);
  while (next[way] < target) {
    const giver = others.filter((at) => next[at] > 0).sort((one, other) => (next[other] - plan[other]) - (next[one] - plan[one]) || next[other] - next[one] || one - other)[0];
    next[giver] -= 1;
    next[way] += 1;
  }
  while (next[way] > target) {
    const taker = [...others].sort((one, other) => (next[one] - plan[one]) - (next[other] - plan[other]) || next[one] - next[other] || one - other)[0];
    next[taker] += 1;
    next[way] -= 1;
  }
  return next;
}

/** Shares by name, as the server wants them. */
export const sharesOf = (parts) => Object.fromEntries(WAYS.map((way, at) => [way, parts[at] / PARTS]));

/**
 * The four rows. `chosen`: shares already sent, or null; `changed` hears the shares, null once the own plan is back.
 */
export function hoursForm({ words, hours, chosen, changed }) {
  const plan = partsOf(hours.plan);
  let parts = chosen ? partsOf(chosen) : plan;
  let touched = chosen !== null && chosen !== undefined;
  const rows = WAYS.map((way, at) => {
    const value = make("output", { class: "hours-value", id: `hours-${way}-value` });
    const slider = make("input", { type: "range", min: 0, max: PARTS, step: 1, id: `hours-${way}`, "aria-describedby": `hours-${way}-what`, oninput: (event) => set(at, Number(event.target.value)) });
    const less = make("button", { type: "button", class: "step", "aria-label": words.say("hours.less", { way: words.say(`way.${way}`) }), onclick: () => set(at, parts[at] - 1) }, "\u2212");
    const more = make("button", { type: "button", class: "step", "aria-label": words.say("hours.more", { way: words.say(`way.${way}`) }), onclick: () => set(at, parts[at] + 1) }, "+");
    const node = make("div", { class: "hours-row" }, make("label", { for: `hours-${way}` }, words.say(`way.${way}`)), value,
      make("p", { class: "note", id: `hours-${way}-what` }, words.say(`way_means.${way}`)), make("div", { class: "hours-controls" }, less, slider, more));
    return { node, value, slider, less, more };
  });
  const back = make("button", { type: "button", class: "link", id: "hours-back", onclick: () => { touched = false; parts = plan; show(); changed(null); } }, words.say("hours.back"));

  function set(at, wanted) {
    const next = moved(parts, at, wanted, plan);
    if (touched && next.every((one, place) => one === parts[place])) return;
    parts = next;
    touched = true;
    show();
    changed(sharesOf(parts));
  }

  function show() {
    rows.forEach(({ value, slider, less, more }, at) => {
      const told = words.say("hours.value", { hours: words.number((parts[at] / PARTS) * hours.available, 1) });
      value.textContent = told;
      slider.value = parts[at];
      slider.setAttribute("aria-valuetext", told);
      less.disabled = parts[at] === 0;
      more.disabled = parts[at] === PARTS;
    });
    back.hidden = !touched;
  }

  show();
  return make("fieldset", { class: "card hours" }, make("legend", {}, words.say("hours.title")),
    make("p", { class: "note" }, words.say("hours.what", { hours: words.number(hours.available, 0) })), rows.map((row) => row.node), back);
}
