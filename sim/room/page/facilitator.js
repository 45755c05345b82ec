// The facilitator's window, on a laptop or a phone: what comes next is one large button; every act has a key.
import { make } from "./dom.js";
import { Watcher, ask, clockFace, fetchFile, fromHash, otherLanguage, pageWords } from "./asking.js";
import { qrPicture } from "./qr.js";

const ROLES = ["ceo", "coo", "lead"];
const LONGER = 30; // seconds that a press gives
const HURRY = 10; // seconds
const SECOND_TAP = 500; // ms after a change of phase in which a tap still means the old button
/** What Space and the large button do, by phase. */
const FORWARD = { waiting: "start", before: "next", choosing: "end_round", told: "next", after: "next", end: "next" };
const KEYS = { n: "next", e: "end_round", "+": "extend", "=": "extend", h: "curtain", b: "back" };

const words = pageWords();
const { key } = fromHash();
const root = document.getElementById("room");
const head = make("header", { class: "head" });
const bar = make("p", { class: "notice-bar", role: "status", hidden: true });
const body = make("div", { class: "body" });
let shown = null;
let waiting = Promise.resolve(); // the acts on their way
let acted = false; // an act was answered and not drawn yet
let changedAt = 0; // when the phase changed

const watcher = new Watcher("lead", () => ({ key }), {
  heard: render,
  lost(isLost) { announce(isLost ? words.say("phone.lost") : null); },
  refused(notice) { announce(words.say(`notice.${notice}`)); },
});

function announce(text) {
  bar.hidden = !text;
  bar.textContent = text ?? "";
}

/** One act after another: what is pressed while another is on its way waits for it, and is left out if it means nothing any more. */
function act(name, more = {}) {
  waiting = waiting.then(async () => {
    if (name in SAID && !allowed(watcher.state)[name]) return;
    try {
      const answer = await ask("lead", { key, act: SAID[name]?.(watcher.state) ?? name, ...more });
      acted = true;
      watcher.take(answer);
      announce(null);
    } catch (problem) {
      announce(words.say(`notice.${problem.message}`));
    }
  });
  return waiting;
}

/** What the server is told, by act of the window. */
const SAID = {
  start: () => "start", next: () => "next", back: () => "back", end_round: () => "end_round", extend: () => "extend",
  pause: (state) => (state.paused ? "go_on" : "pause"), curtain: (state) => (state.hidden ? "show" : "hide"),
};
const acts = { ...Object.fromEntries(Object.keys(SAID).map((name) => [name, () => act(name)])), extend: () => act("extend", { seconds: LONGER }) };

/** The large button changes its meaning in place: a second tap of the same thumb shall not do the next thing too. */
function forwardBy(name) {
  if (performance.now() - changedAt > SECOND_TAP) acts[name]();
}

/** Which acts mean something now. */
function allowed(state) {
  const running = state.phase === "choosing";
  return {
    start: state.phase === "waiting", next: ["before", "told", "after", "end"].includes(state.phase), end_round: running,
    back: state.phase === "end", pause: running, extend: running, curtain: true,
  };
}

function button(name, text, sign, state, kind = "") {
  return make("button", { type: "button", id: name, class: kind, disabled: !allowed(state)[name], onclick: acts[name], "aria-keyshortcuts": sign }, text, sign ? make("kbd", { "aria-hidden": "true" }, sign) : null);
}

function toolbar(state) {
  const forward = FORWARD[state.phase];
  const main = forward ? make("button", { type: "button", id: "forward", class: "primary wide", onclick: () => forwardBy(forward) }, words.say(`lead.${forward}_${state.phase}`), state.phase === "waiting" ? make("kbd", { "aria-hidden": "true" }, words.say("key.space")) : make("kbd", { "aria-hidden": "true" }, forward === "next" ? "N" : "E"))
    : make("p", { class: "wide playing", role: "status" }, words.say("phone.playing"));
  return make("section", { class: "card acts", "aria-label": words.say("lead.acts") }, make("p", { class: "now" }, words.say(`lead.now_${state.phase}`)), main,
    make("div", { class: "buttons" },
      state.phase === "end" ? button("back", words.say("lead.back"), "B", state) : button("pause", words.say(state.paused ? "lead.go_on" : "lead.pause"), words.say("key.space"), state),
      state.phase === "end" ? null : button("extend", words.say("lead.extend", { n: LONGER }), "+", state),
      button("curtain", words.say(state.hidden ? "lead.show" : "lead.hide"), "H", state),
      ["waiting", "playing", "after", "end"].includes(state.phase) ? null : asked("finish", words.say("lead.finish"), words.say("lead.finish_really"), () => act("finish"))));
}

/** A button that asks once more in its own place before it acts. */
function asked(id, text, again, go) {
  const node = make("button", { type: "button", id, class: "danger", onclick: () => {
    if (node.dataset.sure) { go(); return; }
    node.dataset.sure = "true";
    node.textContent = again;
    setTimeout(() => { delete node.dataset.sure; node.textContent = text; }, 5000);
  } }, text);
  return node;
}

function seats(state) {
  const all = state.seats ?? [];
  return make("section", { class: "card" }, make("h2", {}, words.say("lead.seats", { n: all.length })),
    make("ul", { class: "counts" }, ROLES.filter((role) => state.seated?.[role]).map((role) => make("li", {}, make("span", { class: `role-badge ${role}` }, words.say(`role.${role}`)), " ", words.say("stage.chosen", { n: state.chosen?.[role] ?? 0, all: state.seated[role] })))),
    all.length ? make("ul", { class: "seat-list" }, all.map((seat) => make("li", { "data-number": seat.number }, make("span", { class: `role-badge ${seat.role}` }, words.say(`role.${seat.role}`)),
      make("span", { class: "seat-number" }, words.say("lead.seat", { number: seat.number })), make("span", { class: "note" }, words.say(seat.here ? (seat.chosen ? "lead.has_chosen" : "lead.here") : "lead.away")),
      asked(`remove-${seat.number}`, words.say("lead.remove"), words.say("lead.remove_really"), () => act("remove", { number: seat.number }))))) : make("p", {}, words.say("lead.nobody")));
}

async function download(question, fallback) {
  try {
    const { content, name } = await fetchFile(question, { key }, fallback);
    const address = URL.createObjectURL(content);
    const link = make("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (problem) {
    announce(words.say(`notice.${problem.message}`));
  }
}

function files(state) {
  return make("section", { class: "card" }, make("h2", {}, words.say("lead.files")), make("div", { class: "buttons" },
    make("button", { type: "button", id: "export", onclick: () => download("export", "room.json") }, words.say("lead.export")),
    make("button", { type: "button", id: "table", onclick: () => download("table", "room.csv") }, words.say("lead.table")),
    state.phase === "end" ? make("a", { class: "button", id: "sheet", href: `/sheet?lang=${words.lang}#key=${encodeURIComponent(key)}`, target: "_blank", rel: "noopener" }, words.say("lead.sheet")) : null));
}

function ways(state) {
  const windows = state.local ? make("p", {}, words.say("lead.rehearse"), " ", [1, 2, 3, 4].map((number) => [make("a", { class: "button small", href: `/?lang=${words.lang}#room=${encodeURIComponent(state.code)}&window=${number}`, target: "_blank", rel: "noopener" }, words.say("lead.window", { number })), " "]).flat()) : null;
  return make("section", { class: "card" }, make("h2", {}, words.say("lead.way")), make("p", {}, make("span", { class: "address" }, (state.address ?? "").replace(/^https?:\/\//, "").replace(/[/#].*$/, ""))), make("p", { class: "code" }, state.code), windows);
}

/** The facilitator's own phone: its address as a picture, which is shown only when asked for. */
function phoneCard(state) {
  return state.qr_lead ? make("details", { class: "card own-phone" }, make("summary", {}, make("h2", {}, words.say("lead.phone"))), make("p", { class: "note" }, words.say("lead.phone_secret")), qrPicture(state.qr_lead, words.say("lead.phone"))) : null;
}

function keysCard() {
  const rows = [[words.say("key.space"), "lead.key_space"], ["N", "lead.key_next"], ["E", "lead.key_end"], ["+", "lead.key_extend"], ["H", "lead.key_curtain"], ["B", "lead.key_back"]];
  return make("details", { class: "card keys" }, make("summary", {}, make("h2", {}, words.say("lead.keys"))), make("dl", {}, rows.flatMap(([sign, text]) => [make("dt", {}, make("kbd", {}, sign)), make("dd", {}, words.say(text))])));
}

document.addEventListener("keydown", (event) => {
  const { state } = watcher;
  if (!state || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest?.("input, select, textarea")) return;
  const onButton = event.target.closest?.("button, a, summary");
  const name = event.key === " " && !onButton ? (state.phase === "waiting" ? "start" : "pause") : KEYS[event.key.toLowerCase()];
  if (!name || !allowed(state)[name]) return;
  event.preventDefault();
  acts[name]();
});

function heading(state) {
  head.replaceChildren(make("div", { class: "titles" }, make("h1", {}, state.title ? words.of(state.title) : words.say("facilitator.title")), make("p", { class: "round" }, state.round > 0 ? words.say("phone.round", { round: state.round, rounds: state.rounds }) : words.say("facilitator.title"))),
    make("span", { class: "clock", id: "clock" }), make("button", { type: "button", class: "language", lang: words.lang === "fr" ? "en" : "fr", onclick: () => otherLanguage(words) }, words.say("language.other")));
  tick();
}

function tick() {
  const clock = document.getElementById("clock");
  if (!clock || !watcher.state) return;
  const left = watcher.left();
  clock.textContent = left === null ? "" : clockFace(left);
  clock.classList.toggle("hurry", left !== null && left <= HURRY);
}
setInterval(tick, 250);

/** Draws anew only what changed, and never under a button that asks once more. */
function render(state) {
  document.body.dataset.phase = state.phase;
  const made = JSON.stringify([state.phase, state.round, state.paused, state.hidden, state.seats, state.seated, state.chosen]);
  if (made === shown || (body.querySelector("[data-sure]") && shown && JSON.parse(shown)[0] === state.phase && !acted)) return;
  acted = false;
  if (!shown || JSON.parse(shown)[0] !== state.phase) changedAt = performance.now();
  const focused = document.activeElement?.id;
  const open = [...body.querySelectorAll("details[open]")].map((one) => one.classList.item(1));
  shown = made;
  heading(state);
  body.replaceChildren(...[toolbar(state), seats(state), ways(state), files(state), phoneCard(state), keysCard()].filter(Boolean));
  for (const one of open) body.querySelector("details." + one)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus();
}

document.title = words.say("facilitator.title");
root.replaceChildren(head, bar, body);
if (key) watcher.start();
else announce(words.say("notice.wrong_code"));
