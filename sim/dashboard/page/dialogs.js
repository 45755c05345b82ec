// Windows over the page: bet, intervention, help, confidence. The browser keeps the focus in them and closes them on Esc.
import { button, make } from "./dom.js";
import { oddsWords } from "./compare_panel.js";
import { pairWords } from "./pair_dialog.js";
import { cleanName, specOf } from "./state.js";
import { inNoTellingOrder } from "./story_panel.js";

export class Dialogs {
  constructor(app) {
    this.app = app;
    this.node = make("dialog", { class: "dialog", "aria-labelledby": "dialog-title", onclose: () => this.closed() });
    this.kind = null;
  }

  open(kind, title, ...children) {
    this.app.player.stop(null);
    this.kind = kind;
    this.node.className = `dialog ${kind}`;
    this.node.replaceChildren(make("div", { class: "dialog-head" }, make("h2", { id: "dialog-title" }, title),
      button(this.app.words.say("dialog.close"), () => this.node.close(), { id: "dialog-close", sign: "close" })), ...children.filter(Boolean));
    if (!this.node.open) this.node.showModal();
    this.node.querySelector("[data-first]")?.focus();
  }

  closed() {
    for (const part of this.app.shell?.querySelectorAll(".toured") ?? []) part.classList.remove("toured");
    this.kind = null;
  }

  close() {
    if (this.node.open) this.node.close();
  }

  /** The room's bet: hands raised for each of three ends. */
  bet() {
    const { words, state } = this.app;
    const kinds = ["holds", "drifts", "breaks"];
    const inputs = kinds.map((kind, index) => make("input", { type: "number", id: `bet-${kind}`, min: 0, max: 999, step: 1, inputmode: "numeric",
      value: state.bet?.[index] || "", placeholder: "0", "data-first": index === 0, onfocus: (event) => event.target.select() }));
    const save = (event) => {
      event.preventDefault();
      const hands = inputs.map((input) => Math.min(Math.max(Math.round(+input.value) || 0, 0), 999));
      this.close();
      this.app.setBet(hands.some((count) => count > 0) ? hands : null);
    };
    this.open("bet", words.say("bet.title"), make("form", { onsubmit: save },
      make("p", {}, words.say("bet.question")),
      make("div", { class: "bets" }, kinds.map((kind, index) => make("div", { class: "bet-line" },
        make("label", { for: `bet-${kind}` }, words.say(`bet.${kind}`)), inputs[index],
        make("p", { class: "note", id: `bet-means-${kind}` }, words.of(this.app.found.means[kind]))))),
      make("p", { class: "note" }, words.of(this.app.found.fails_when) || words.say("bet.no_rule")),
      make("button", { type: "submit", id: "bet-save", class: "primary" }, words.say("bet.save"))));
  }

  /** What to try from this week on: the actions on their digits, or the levers. */
  act() {
    const { app } = this;
    const { words, state, found, catalogue } = app;
    const week = app.actWeek();
    const names = inNoTellingOrder(app, Object.keys(found.actions).filter((name) => app.host.canMove || app.host.offers(name)));
    const levers = catalogue.controls.filter((one) => one.kind === "lever");
    const set = {};
    const sliders = levers.map((control) => {
      const id = `act-${control.path.replace(".", "-")}`;
      const value = state.set[control.path] ?? found.standing[control.path];
      const shown = make("output", { for: id }, words.number(100 * value));
      const input = make("input", { type: "range", id, min: control.low, max: control.high, step: control.step, value,
        oninput: () => { set[control.path] = +input.value; shown.textContent = words.number(100 * +input.value); } });
      return make("div", { class: "lever" }, make("label", { for: id }, words.say(`control.${control.path}`)), shown, input);
    });
    const full = state.acts.length >= 6;
    this.open("act", words.say("act.title", { week }),
      make("p", {}, words.say(full ? "act.full" : "act.question")),
      make("ol", { class: "actions" }, names.map((name, index) => make("li", {}, make("button", { type: "button", id: `action-${name}`, disabled: full,
        "data-first": index === 0, "data-digit": index + 1, onclick: () => { this.close(); app.act(name, week); } },
      make("kbd", {}, String(index + 1)), make("span", {}, app.actionTitle(name)))))),
      app.host.canMove && make("details", {}, make("summary", {}, words.say("act.levers")), sliders,
        make("button", { type: "button", id: "act-levers", disabled: full, onclick: () => {
          if (Object.keys(set).length) { this.close(); app.act(null, week, set); }
        } }, words.say("act.levers_from", { week }))),
      !app.host.canMove && make("p", { class: "note" }, words.say("act.in_file", { week })));
  }

  /** All keys; single letters may be switched off; the two first names. */
  help() {
    const { words, state } = this.app;
    const keys = [["Space", "play"], ["← →", "step"], ["⇧ ← →", "turn"], ["Home End", "ends"], ["1–9 0", "case"], ["N", "next"], ["B", "bet"], ["I", "act"], ["U", "undo"],
      ["R", "replay"], ["W", "why"], ["L", "luck"], ["P", "sheet"], ["C", "confidence"], ["D", "fit"], ["G", "language"], ["F", "projector"], ["?", "help"], ["Esc", "close"]];
    const names = state.names.map((name, index) => make("input", { type: "text", id: `name-${index}`, maxlength: 24, value: name,
      onchange: (event) => this.app.rename(index, cleanName(event.target.value)) }));
    this.open("help", words.say("help.title"),
      make("dl", { class: "keys" }, keys.map(([key, what]) => make("div", {}, make("dt", {}, make("kbd", {}, words.say(`key.${what}`) || key)), make("dd", {}, words.say(`help.${what}`))))),
      make("label", { class: "row" }, make("input", { type: "checkbox", id: "keys-on", checked: state.keys, onchange: (event) => this.app.prefer("keys", event.target.checked) }),
        make("span", {}, words.say("help.letters"))),
      make("label", { class: "row speed" }, make("span", {}, words.say("transport.speed")), make("select", { id: "speed", onchange: (event) => this.app.prefer("speed", +event.target.value) },
        [[0.5, "½×"], [1, "1×"], [3, "3×"]].map(([value, text]) => make("option", { value, selected: value === state.speed }, text)))),
      make("label", { class: "row" }, make("input", { type: "checkbox", id: "stops", checked: state.stops, onchange: (event) => this.app.prefer("stops", event.target.checked) }),
        make("span", {}, words.say("transport.stops"))),
      make("label", { class: "row" }, make("input", { type: "checkbox", id: "motion", checked: state.motion, onchange: (event) => this.app.prefer("motion", event.target.checked) }),
        make("span", {}, words.say("office.motion"))),
      make("div", { class: "row names" }, make("label", { for: "name-0" }, words.say("help.name_ceo")), names[0], make("label", { for: "name-1" }, words.say("help.name_coo")), names[1]),
      make("p", { class: "note" }, words.say("help.address")));
  }

  /** Two minutes through the page: what each part is for, the part itself shown beside. */
  tour(step = 0) {
    const { words } = this.app;
    const stops = ["office", "charts", "transport", "story", "compare", "levers"];
    const shell = this.app.shell;
    for (const part of shell.querySelectorAll(".toured")) part.classList.remove("toured");
    if (step >= stops.length) { this.close(); return; }
    shell.querySelector(`.${stops[step]}`)?.classList.add("toured");
    this.open("tour", words.say("tour.title", { n: step + 1, all: stops.length }), make("p", { id: "tour-words" }, words.say(`tour.${stops[step]}`)),
      make("div", { class: "row" },
        make("button", { type: "button", id: "tour-next", class: "primary", "data-first": true, onclick: () => this.tour(step + 1) }, words.say(step + 1 < stops.length ? "tour.next" : "tour.done"))));
  }

  /** Which role model fits this firm, and what a second executive is worth to it. It is played when asked for; meanwhile a sentence says so. */
  async fit() {
    const { app } = this;
    const { words } = app;
    if (!app.host.canMove) return;
    const waiting = make("p", { role: "status", id: "fit-waiting" }, words.say("fit.waiting"));
    const box = make("div", { id: "fit", "aria-live": "polite" }, waiting);
    this.open("fit", words.say("fit.title"), box);
    const spec = specOf({ ...app.state, acts: [], luck: 0 });
    try {
      const told = await app.ask("pair", { spec });
      if (box.isConnected) box.replaceChildren(...pairWords(app, told));
    } catch (problem) {
      const key = app.catalogue.texts.en[`notice.${problem.message}`] ? problem.message : "broken";
      waiting.textContent = words.say(`notice.${key}`);
    }
  }

  /** Why believe it, and why not. */
  confidence() {
    const { words, catalogue, found, run, state, odds } = this.app;
    const { published, article, assumed } = catalogue.sources;
    this.open("confidence", words.say("confidence.title"),
      make("p", { class: "model" }, words.say("model")),
      make("h3", {}, words.say("confidence.basis")),
      make("p", {}, words.say("confidence.sources", { published, article, assumed, all: published + article + assumed })),
      make("p", { id: "parameters" }, words.of(catalogue.parameters)),
      catalogue.headline.command && make("h3", {}, words.say("confidence.headline")),
      ...(words.of(catalogue.headline.told) ?? []).map((line) => make("p", { class: "headline" }, line)),
      catalogue.headline.command && make("p", { class: "note", id: "headline-command" }, words.say("confidence.made", { firms: catalogue.headline.firms }), " ", make("code", {}, catalogue.headline.command)),
      make("h3", {}, words.say("confidence.case")),
      make("p", {}, words.of(found.fails_when) || words.say("bet.no_rule")),
      found.failure && make("p", { id: "confidence-luck" }, words.say("confidence.chosen")),
      odds?.untouched && found.failure && make("p", { id: "confidence-odds" }, oddsWords(words, "luck.case", odds.untouched)),
      odds?.planned && make("p", {}, `${words.say("confidence.planned", { action: this.app.actionTitle("planned"), week: odds.week })} ${oddsWords(words, "luck.with_planned", odds.planned)}`),
      make("h3", {}, words.say("confidence.missing")),
      make("ul", {}, ["people", "rivals", "money", "forecast"].map((what) => make("li", {}, words.say(`confidence.missing_${what}`)))),
      make("p", { class: "note" }, words.say("confidence.small", { version: catalogue.version, seed: String(catalogue.seed), luck: String(state.luck), digest: run?.digest ?? "" })));
  }
}
