// A month's choice: hours, meetings, the two weightiest matters, a word. What is left alone, the leader decides as the model has it.
import { make } from "./dom.js";
import { hoursForm } from "./hours_form.js";
import { inbox, priorities, situation } from "./phone_situation.js";

const MEETINGS = ["fewer", "same", "more"];
const WORDS = ["trust_you", "need_to_talk", "your_call", "my_call", "slow_down", "hurry_up", "well_done", "worried"];
const SURE = 0.6; // a belief above it is said as one, below its complement as its opposite
const APART = 0.5; // standard deviations between two wishes for a setting, from which they are called different
const CLEAR = 0.15; // a judgment beyond it is said without "rather"

/** Buttons of which at most one is pressed; pressed again, it is taken back. */
function oneOf({ options, label, chosen, pick, kind }) {
  let picked = chosen ?? null;
  const buttons = options.map((option) => make("button", { type: "button", "data-option": option, "aria-pressed": String(option === picked), onclick: () => {
    picked = picked === option ? null : option;
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.option === picked)));
    pick(picked);
  } }, label(option)));
  return make("div", { class: kind }, buttons);
}

/** A judgment of a proposal in words: this leader's own, with its error. Of a setting a phone is told none: its number would tell the error. */
function opinion(words, { kind, status, judgment }) {
  if (kind === "setting" || status === "new") return null;
  if (judgment === null || judgment === undefined) return words.say("matter.unjudged");
  return words.say(`matter.${judgment > CLEAR ? "good" : judgment > 0 ? "rather_good" : judgment >= -CLEAR ? "rather_bad" : "bad"}`);
}

/** What the other said in a meeting, where it was exchanged. */
function heard(words, { kind, apart, told }, other) {
  const said = kind === "setting" ? apart : told;
  if (said === null || said === undefined) return null;
  if (kind === "setting") return words.say(Math.abs(said) > APART ? "matter.told_apart" : "matter.told_near", { other });
  return words.say(said > 0 ? "matter.told_for" : "matter.told_against", { other });
}

function belief(words, mine) {
  if (mine === null || mine === undefined) return null;
  return words.say(mine >= SURE ? "matter.mine" : mine <= 1 - SURE ? "matter.theirs" : "matter.whose", { points: Math.round(100 * mine) });
}

function matterCard({ words, matter, chosen, pick, other }) {
  const facts = [
    words.say(`status.${matter.status}`, { n: Math.round(matter.age) }), opinion(words, matter), belief(words, matter.mine), heard(words, matter, other),
  ];
  return make("fieldset", { class: "card matter", "data-matter": matter.id }, make("legend", {}, words.say(`domain.${matter.domain}`), " ", make("span", { class: "note" }, words.say(`kind.${matter.kind}`))),
    make("ul", { class: "facts" }, facts.filter(Boolean).map((fact) => make("li", {}, fact))),
    matter.acts?.length ? oneOf({ options: matter.acts, label: (act) => words.say(`act.${act}`), chosen, pick, kind: "options" }) : null);
}

/** Where nobody holds the post, nobody chooses. */
function emptyChair(words, view, role) {
  return { node: make("div", { class: "stack" }, make("h1", {}, words.say("phone.empty_title")), make("p", {}, words.say("phone.empty")), situation(words, view, role)) };
}

/**
 * @param {{words: any, state: Object, send: (choice: Object) => Promise<void>}} given
 * @returns {{node: HTMLElement, update: (state: Object) => void}}
 */
export function choosing({ words, state, send }) {
  const { view, role } = state;
  const other = words.say(`the_role.${{ ceo: "coo", coo: "ceo", lead: "pair" }[role]}`);
  if (view.present === false) return emptyChair(words, view, role);
  const draft = { hours: null, meetings: null, matters: {}, word: null, ...(state.chosen ?? {}) };
  draft.matters = { ...(draft.matters ?? {}) };
  let sent = state.chosen ? JSON.stringify(draft) : null;
  let others = state.others;
  const count = make("p", { class: "note count", role: "status" });
  const button = make("button", { type: "submit", class: "primary wide", id: "choose" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });

  const changed = () => { problem.hidden = true; show(); };
  const show = () => {
    const same = sent === JSON.stringify(draft);
    button.textContent = words.say(same ? "choose.sent" : sent ? "choose.change" : "choose.send");
    button.classList.toggle("done", same);
    const told = others ? words.say("choose.others", { n: others.chosen, all: others.seated, role: words.say(`roles.${role}`) }) : "";
    count.textContent = same ? `${words.say("choose.may_change")} ${told}` : told;
  };

  const form = make("form", { class: "stack", onsubmit: async (event) => {
    event.preventDefault();
    const asked = JSON.stringify(draft);
    const held = document.activeElement === button; // a button that is out of use loses the focus
    button.disabled = true;
    try {
      await send(JSON.parse(asked));
      sent = asked;
      problem.hidden = true;
    } catch (slip) {
      problem.textContent = words.say(`notice.${slip.message}`);
      problem.hidden = false;
    } finally {
      button.disabled = false;
      if (held) button.focus({ preventScroll: true });
      show();
    }
  } },
  make("h1", { class: "for-readers" }, words.say("phone.round", { round: state.round, rounds: state.rounds })), make("p", { class: "lead-in" }, words.say("choose.untouched")),
  inbox(words, view), situation(words, view, role), priorities(words, view, role),
  view.hours ? hoursForm({ words, hours: view.hours, chosen: draft.hours, changed: (hours) => { draft.hours = hours; changed(); } }) : null,
  make("fieldset", { class: "card" }, make("legend", {}, words.say("meetings.title", { other })), make("p", { class: "note" }, words.say("meetings.what")),
    oneOf({ options: MEETINGS, label: (option) => words.say(`meetings.${option}`), chosen: draft.meetings, pick: (option) => { draft.meetings = option; changed(); }, kind: "options three" })),
  view.matters?.length ? null : make("p", { class: "card" }, words.say("matter.none")),
  (view.matters ?? []).map((matter) => matterCard({ words, matter, other, chosen: draft.matters[matter.id], pick: (act) => {
    if (act) draft.matters[matter.id] = act;
    else delete draft.matters[matter.id];
    changed();
  } })),
  view.others_open ? make("p", { class: "note further" }, words.say("matter.further", { n: view.others_open })) : null,
  make("fieldset", { class: "card" }, make("legend", {}, words.say("word.title")), make("p", { class: "note" }, words.say("word.what")),
    oneOf({ options: WORDS, label: (word) => words.say(`word.${word}`), chosen: draft.word, pick: (word) => { draft.word = word; changed(); }, kind: "options words" })),
  make("div", { class: "bottom" }, problem, count, button));
  show();
  return { node: form, update: (next) => { others = next.others; show(); } };
}
