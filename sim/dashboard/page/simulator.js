// The flight simulator: holds the state, asks its host for runs, and lets the panels show them.
import { button, make } from "./dom.js";
import { Words } from "./words.js";
import { fresh, ghostOf, read, specOf, stakedSpec, stakes, written } from "./state.js";
import { Player } from "./player.js";
import { Dialogs } from "./dialogs.js";
import { casesPanel } from "./cases_panel.js";
import { leversPanel, versionShown } from "./levers_panel.js";
import { pairPanel } from "./pair_panel.js";
import { officePanel } from "./office_panel.js";
import { chartsPanel } from "./charts_panel.js";
import { transportPanel } from "./transport_panel.js";
import { storyPanel } from "./story_panel.js";
import { comparePanel } from "./compare_panel.js";
import { letGo, press } from "./keys.js";
import { mountFacilitator, nextStep, take } from "./guiding.js";

const MOST_UNDO = 40;
const ANSWERS_KEPT = 120;
const REST = 220; // ms of rest before what is slow is asked for
const PATIENCE = 900; // ms without a first answer until a sentence says why
const AGAIN = 1500; // ms until a silent server is asked again
const ADDRESS_EVERY = 700; // ms between changes of the address while playing
const FLIP = 650; // ms of each side of a replay

class Simulator {
  constructor(root, host) {
    Object.assign(this, { root, host, catalogue: null, state: null, run: null, ghost: null, staked: null, bands: null, story: null, odds: null, luck: null,
      luckBusy: false, trials: {}, judged: {}, opened: {}, undoable: [], serial: 0, replaying: "", allLevers: false, justStopped: false, trouble: "" });
    this.answers = new Map();
    this.player = new Player({
      here: () => this.run !== null, week: () => this.state.week, last: () => this.found.weeks, speed: () => this.state.speed,
      stops: () => (this.state.stops ? (this.story?.points ?? []).filter((point) => point.stop).map((point) => point.week) : []),
      dwell: (week) => (this.state.motion && this.story?.stage[week]?.some((one) => one.line) ? 1 : 0),
      show: (week) => this.show(week, true), stopped: (at) => this.stopped(at),
    });
  }

  get found() { return this.catalogue.cases.find((one) => one.name === this.state.case); }

  get words() {
    const names = this.state.names;
    if (this.said?.lang !== this.state.lang || this.said.names.join() !== names.join()) this.said = new Words(this.catalogue.texts[this.state.lang], this.state.lang, names);
    return this.said;
  }

  async begin() {
    this.host.waits = (waiting) => this.waits(waiting);
    this.host.renewed = () => { if (this.state) this.address(true); };
    const patience = setTimeout(() => this.waitingPage("preparing"), PATIENCE);
    try {
      this.catalogue = await this.ask("catalogue", {});
    } catch {
      this.waitingPage("server_down");
      setTimeout(() => this.begin(), AGAIN);
      return;
    } finally {
      clearTimeout(patience);
    }
    this.readAddress();
    this.undoable = this.host.undone().filter((text) => typeof text === "string").slice(-MOST_UNDO);
    this.dialogs = new Dialogs(this);
    this.root.ownerDocument.addEventListener("keydown", (event) => {
      if (this.root.contains(event.target) || event.target === this.root.ownerDocument.body) {
        if (press(this, event)) event.preventDefault();
      }
    });
    this.root.addEventListener("click", (event) => letGo(event, this));
    this.root.addEventListener("change", (event) => letGo(event, this));
    this.root.addEventListener("pointerup", (event) => { if (event.target.matches?.("input[type=range]")) letGo(event, this); });
    this.root.addEventListener("pointerdown", () => { this.byPointer = true; }, true);
    this.root.ownerDocument.addEventListener("keydown", () => { this.byPointer = false; }, true);
    this.session();
    this.host.onAddress?.(() => {
      this.dialogs.close();
      this.keep();
      this.readAddress();
      Object.assign(this, { run: null, ghost: null, staked: null, bands: null, story: null, odds: null, luck: null, opened: {} });
      this.build();
      this.load();
    });
    this.build();
    await this.load();
  }

  readAddress() {
    const lang = this.catalogue.texts[this.host.language()] ? this.host.language() : "en";
    const read_ = read(this.host.read(), this.catalogue, lang);
    this.trouble = read_ ? "" : "bad_link";
    this.state = read_ ?? fresh(this.catalogue.cases[0], { lang });
  }

  /** One sentence while there is no catalogue; the host's page carries it in the visitor's language. */
  waitingPage(key) {
    const said = this.root.dataset[key];
    if (said) this.root.replaceChildren(make("main", { class: "tandem notice-page" }, make("p", { role: "status", "data-notice": key }, said)));
  }

  // -- asking ------------------------------------------------------------------------------------

  /** An answer, from memory if it was given before. */
  async ask(question, asked) {
    const key = question + JSON.stringify(asked);
    const before = this.answers.get(key);
    if (before) return before;
    const answer = await this.host.ask(question, asked);
    this.answers.set(key, answer);
    if (this.answers.size > ANSWERS_KEPT) this.answers.delete(this.answers.keys().next().value);
    return answer;
  }

  /** Fetches what the state asks for. A newer call makes an older one's answers void. */
  async load({ live = false } = {}) {
    this.serial += 1;
    this.stage = "asking";
    this.shell.dataset.stage = this.stage;
    const mine = this.serial;
    clearTimeout(this.resting);
    const spec = specOf(this.state);
    const other = ghostOf(this.state, this.found);
    if (!live || this.shownCase !== this.state.case) this.luck = null;
    try {
      const [run, ghost, staked] = await Promise.all([this.ask("run", { spec }), other ? this.ask("run", { spec: other }) : null,
        this.state.bet ? this.ask("run", { spec: stakedSpec(this.state) }) : null]);
      if (mine !== this.serial) return;
      if (this.shownCase !== this.state.case) { this.bands = null; this.story = null; }
      if (live) { this.bands = null; this.story = null; }
      Object.assign(this, { run, ghost, staked, shownCase: this.state.case });
      this.calm();
      this.update();
      this.mark("drawn");
      if (live) return;
      this.story = await this.ask("story", { spec });
      if (mine !== this.serial) return;
      this.update();
      this.mark("told");
      await new Promise((rest) => { this.resting = setTimeout(rest, REST); });
      const [bands, odds] = await Promise.all([this.ask("bands", { spec: other ?? spec }), this.found.failure ? this.ask("odds", { spec: { case: this.state.case } }) : null]);
      if (mine !== this.serial) return;
      Object.assign(this, { bands, odds });
      this.update();
      this.mark("complete");
    } catch (problem) {
      if (mine === this.serial) this.trouble_(problem.message);
    }
  }

  /** One run at a time while a slider moves; the latest position wins. */
  async loadLive() {
    if (this.live) { this.again = true; return; }
    this.live = true;
    do {
      this.again = false;
      await this.load({ live: true });
    } while (this.again);
    this.live = false;
    if (this.released) { this.released = false; this.load(); }
  }

  /** A facilitator's window on this computer hears where the room is, and may press for it. */
  session() {
    if (typeof BroadcastChannel === "undefined" || !this.host.canMove) return;
    this.channel = new BroadcastChannel("tandem-session");
    this.channel.onmessage = ({ data }) => {
      if (data.hello) this.report(true);
      const presses = { next: () => this.next(), play: () => this.player.toggle(), back: () => this.turn(-1) };
      if (Object.hasOwn(presses, String(data.press))) presses[data.press]();
    };
  }

  report(anew = false) {
    if (!this.channel || !this.state) return;
    const room = { case: this.state.case, week: this.state.week, spec: specOf(this.state), next: this.nextStep() };
    const told = JSON.stringify(room);
    if (!anew && told === this.reported) return;
    this.reported = told;
    this.channel.postMessage({ room });
  }

  nextStep() { return nextStep(this); }

  /** The one button that leads through a session. */
  next() { take(this, this.nextStep()); }

  trouble_(key) {
    this.trouble = this.catalogue.texts.en[`notice.${key}`] ? key : "broken";
    this.notice();
    if (key === "server_down") {
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.load(), AGAIN);
    }
  }

  calm() {
    if (!["", "bad_link", "getting_ready"].includes(this.trouble)) this.trouble = "";
    this.notice();
  }

  /** A sentence while something asked for waits for the model. Before the first screen another one stands. */
  waits(waiting) {
    if (!this.bar) return;
    if (waiting) this.trouble = "getting_ready";
    else if (this.trouble === "getting_ready") this.trouble = "";
    this.notice();
  }

  notice() {
    this.bar.hidden = !this.trouble;
    this.bar.replaceChildren(...(this.trouble ? [make("span", {}, this.words.say(this.trouble === "busy" ? "export.busy" : `notice.${this.trouble}`)),
      button(this.words.say("dialog.close"), () => { this.trouble = ""; this.notice(); }, { sign: "close", id: "notice-close" })] : []));
  }

  /** Tells whoever watches (tests, benchmarks) how far the page is: drawn, told, complete. */
  mark(stage) {
    this.stage = stage;
    this.shell.dataset.stage = stage;
    performance.mark(`tandem:${stage}`);
  }

  // -- building and showing ----------------------------------------------------------------------

  build() {
    const { words, state } = this;
    const document_ = this.root.ownerDocument;
    const focused = document_.activeElement?.id;
    const wasOpen = this.dialogs.kind;
    document_.documentElement.lang = state.lang;
    document_.title = `${words.title(this.found.title)} · ${words.say("title")}`;
    this.panels = { office: officePanel(this), pair: pairPanel(this), charts: chartsPanel(this), transport: transportPanel(this), story: storyPanel(this), compare: comparePanel(this) };
    this.bar = make("div", { class: "notice-bar", role: "status", hidden: true });
    this.spoken = make("p", { class: "for-readers", role: "status", "aria-live": "polite" });
    const header = make("header", { class: "head" },
      make("div", { class: "titles" }, make("h1", {}, words.title(this.found.title)), make("p", { class: "model" }, words.say("model"))),
      make("div", { class: "head-buttons" },
        button(words.say("language.other"), () => this.otherLanguage(), { id: "language", key: "G" }),
        button(words.say("projector"), () => this.projector(), { id: "projector", key: "F", pressed: state.projector }),
        button(words.say("sheet.button"), () => this.sheet(), { id: "sheet", key: "P" }),
        this.host.exportFile ? button(words.say("export.button"), () => this.exportFile(), { id: "export" }) : null,
        button(words.say("confidence.button"), () => this.dialogs.confidence(), { id: "confidence", key: "C" }),
        button(words.say("help.button"), () => this.dialogs.help(), { id: "help", key: "?" })));
    this.rail = make("div", { class: "rail" }, casesPanel(this), leversPanel(this));
    const { office, pair, charts, transport, story, compare } = this.panels;
    const skip = make("button", { type: "button", id: "skip-to-why", class: "skip for-readers", onclick: () => this.why() }, words.say("story.skip"));
    this.shell = make("div", { class: `tandem${state.projector ? " projector" : ""}${state.motion ? "" : " still"}${state.large ? " large-charts" : ""}` }, skip, header, this.bar, this.rail,
      make("main", { class: "stage" }, office.node, pair.node, charts.node, transport.node, make("div", { class: "telling" }, story.node, compare.node)),
      this.spoken, this.dialogs.node);
    if (this.stage) this.shell.dataset.stage = this.stage;
    this.root.replaceChildren(this.shell);
    this.notice();
    this.update();
    if (focused) document_.getElementById(focused)?.focus({ preventScroll: true });
    if (wasOpen) this.dialogs[wasOpen]();
  }

  rebuildRail() {
    const focused = this.root.ownerDocument.activeElement?.id;
    const place = this.rail.scrollTop;
    this.rail.replaceChildren(casesPanel(this), leversPanel(this));
    this.rail.scrollTop = place;
    if (focused) this.root.ownerDocument.getElementById(focused)?.focus({ preventScroll: true });
  }

  update() {
    const version = `${this.serial}.${versionShown(this)}`;
    if (this.version !== undefined && this.version !== version && !this.moving && !this.live) this.rebuildRail();
    this.version = version;
    // On a projector an open answer takes the room of the office, so that nobody has to scroll.
    const answering = Boolean(Object.keys(this.opened).length || this.luck || this.luckBusy || (this.story && this.state.seen >= this.found.weeks));
    this.shell.classList.toggle("answering", answering);
    for (const panel of Object.values(this.panels)) panel.update();
    this.shell.dataset.week = this.state.week;
    this.report();
    this.address();
  }

  /** Shows another week of what is already computed. */
  show(week, playing = false) {
    const last = this.found.weeks;
    this.state.week = Math.min(Math.max(Math.round(week), 0), last);
    this.state.seen = Math.max(this.state.seen, this.state.week);
    this.state.past = this.state.acts.length || this.ghost ? Math.max(this.state.past, this.state.week) : 0;
    this.justStopped = false;
    if (!playing) this.player.stop(null);
    this.update();
  }

  stopped(at) {
    this.justStopped = at !== null;
    this.update();
    this.address(true);
    const said = at === null ? "" : (this.story?.points ?? []).filter((point) => point.week === at).map((point) => this.words.of(point.sentence)).join(" ");
    this.spoken.textContent = at === null && this.state.week >= this.found.weeks && this.story
      ? this.words.say(`verdict.${this.story.end.verdict}`) : said;
  }

  address(now = false) {
    const write = () => {
      this.host.write(written(this.state, this.found), this.undoable);
      this.writtenAt = Date.now();
    };
    clearTimeout(this.writing);
    if (now || !this.writtenAt || Date.now() - this.writtenAt > ADDRESS_EVERY) write();
    else this.writing = setTimeout(write, ADDRESS_EVERY);
  }

  sentenceOfNow() {
    const { words, state, story } = this;
    if (state.week === 0) return words.say("pair.start");
    const exact = story?.weeks[state.week];
    if (exact) return words.of(exact);
    return words.say("pair.quiet");
  }

  // -- acting ------------------------------------------------------------------------------------

  goto(week) { this.show(week); }

  step(by) { this.show(this.state.week + by); }

  turn(way) {
    const weeks = [0, ...(this.story?.points ?? []).filter((point) => point.stop && (point.week <= this.state.seen || way > 0)).map((point) => point.week), this.found.weeks];
    const next = way > 0 ? weeks.find((week) => week > this.state.week) : weeks.reverse().find((week) => week < this.state.week);
    if (next !== undefined) this.show(next);
  }

  /** Keeps the state as it is, to come back to. */
  keep() {
    this.undoable = [...this.undoable, written(this.state, this.found)].slice(-MOST_UNDO);
  }

  undo() {
    const text = this.undoable.at(-1);
    if (text === undefined) return;
    const { lang, projector } = this.state;
    this.undoable = this.undoable.slice(0, -1);
    this.player.stop(null);
    this.state = { ...(read(text, this.catalogue, lang) ?? this.state), lang, projector };
    this.opened = {};
    this.build();
    this.address(true);
    this.load();
  }

  open(name) {
    this.keep();
    this.player.stop(null);
    this.state = fresh(this.catalogue.cases.find((one) => one.name === name), this.state);
    Object.assign(this, { run: null, ghost: null, staked: null, bands: null, story: null, odds: null, luck: null, opened: {}, trouble: "", replayed: false });
    this.build();
    this.load();
  }

  move(path, value, live) {
    if (!this.moving) this.keep();
    this.moving = live;
    this.state.set = { ...this.state.set, [path]: value };
    this.state.past = Math.max(this.state.past, this.state.seen);
    if (live) this.loadLive();
    else {
      this.address(true);
      if (this.live) this.released = true;
      else this.load();
      this.rebuildRail();
    }
  }

  place(slot, name) {
    this.keep();
    this.state[slot] = name === this.found[slot] ? null : name;
    this.state.past = Math.max(this.state.past, this.state.seen);
    this.load();
    this.rebuildRail();
  }

  moved() {
    return Boolean(Object.keys(this.state.set).length || this.state.split || this.state.context);
  }

  putBack() {
    this.keep();
    Object.assign(this.state, { set: {}, split: null, context: null });
    this.load();
    this.rebuildRail();
  }

  /** The week in which an intervention would act first. */
  actWeek() {
    const week = Math.max(this.state.week, 1);
    return this.host.actWeek ? this.host.actWeek(week) : week;
  }

  actionTitle(name) {
    return this.words.of(this.found.actions[name]);
  }

  act(action, week, set = null) {
    if (this.state.acts.length >= 6) return;
    this.keep();
    const at = this.host.actWeek ? this.host.actWeek(week) : week;
    const acts = this.host.canMove ? this.state.acts : [];
    this.state.past = Math.max(this.state.past, this.state.seen);
    this.state.acts = [...acts, action ? { week: at, action } : { week: at, set }].sort((one, other) => one.week - other.week);
    this.state.week = at;
    this.state.seen = at;
    this.replayed = false;
    this.opened = {};
    this.address(true);
    this.load();
  }

  removeActs() {
    this.keep();
    this.state.acts = [];
    this.state.seen = Math.max(this.state.seen, this.state.past);
    this.load();
  }

  setBet(bet) {
    this.keep();
    this.state.bet = bet;
    this.state.on = bet && stakes(this.state);
    this.staked = null;
    this.update();
    this.address(true);
    this.load();
  }

  theme(side, name) {
    this.state[side] = name;
    this.update();
  }

  prefer(what, value) {
    this.state[what] = value;
    this.shell.classList.toggle("still", !this.state.motion);
    this.shell.classList.toggle("large-charts", this.state.large);
    if (what === "large") this.update();
    this.address(true);
  }

  rename(index, name) {
    if (!name) return;
    this.state.names = this.state.names.map((old, at) => (at === index ? name : old));
    this.build();
    this.address(true);
  }

  otherLanguage() {
    const all = Object.keys(this.catalogue.texts);
    this.state.lang = all[(all.indexOf(this.state.lang) + 1) % all.length];
    this.build();
    this.address(true);
  }

  projector() {
    this.state.projector = !this.state.projector;
    this.build();
    this.address(true);
  }

  /** Shows the change three times: without, with. */
  async replay() {
    if (!this.ghost || this.replaying) return;
    this.player.stop(null);
    for (let flip = 0; flip < 6; flip += 1) {
      this.replaying = flip % 2 ? "run" : "ghost";
      this.shell.dataset.replay = this.replaying;
      this.panels.charts.update();
      await new Promise((rest) => { setTimeout(rest, FLIP); });
    }
    this.replaying = "";
    this.replayed = true;
    delete this.shell.dataset.replay;
    this.update();
  }

  async checkLuck() {
    if (this.luckBusy) return;
    const mine = this.serial;
    this.luckBusy = true;
    this.update();
    try {
      const [told, odds] = await Promise.all([this.ask("luck", { spec: specOf(this.state) }),
        this.found.failure ? this.ask("odds", { spec: { case: this.state.case } }) : null]);
      if (mine === this.serial) this.luck = { ...told, odds };
    } catch (problem) {
      this.trouble_(problem.message);
    }
    this.luckBusy = false;
    this.update();
  }

  otherLuck() {
    this.keep();
    this.state.luck = (this.state.luck + 1) % 10000;
    this.load();
  }

  trialKey(week) { return JSON.stringify([specOf({ ...this.state, acts: [] }), week]); }

  async openPart(id, part, point) {
    this.opened = this.opened[id] === part ? {} : { [id]: part };
    this.panels.story.update(true);
    this.update();
    this.panels.story.fit();
    if (part !== "do" || !this.opened[id] || this.trials[this.trialKey(point.week)]) return;
    const key = this.trialKey(point.week);
    try {
      this.trials[key] = await this.ask("trials", { spec: specOf({ ...this.state, acts: [] }), week: Math.max(point.week, 1) });
    } catch (problem) {
      this.trouble_(problem.message);
    }
    this.panels.story.update(true);
  }

  /** Opens the causes of the latest point told, and goes there: for the keyboard. */
  why() {
    const told = (this.story?.points ?? []).map((point, index) => [point, index]).filter(([point]) => point.week <= this.state.week);
    const stops = told.filter(([point]) => point.stop);
    const [point, index] = (stops.length ? stops : told).at(-1) ?? [];
    if (!point) return;
    const id = `${point.week}-${point.kind}-${this.state.projector ? 0 : index}`;
    if (this.opened[id] !== "why") this.openPart(id, "why", point);
    this.root.ownerDocument.getElementById(`why-${id}`)?.focus();
  }

  sheet() {
    this.player.stop(null);
    this.address(true);
    this.host.openSheet ? this.host.openSheet(this) : window.open(this.host.sheetAddress(written(this.state, this.found), this.state.lang), "_blank");
  }

  /** Saves the case as a file; making it takes a while, and a sentence says so. */
  async exportFile() {
    if (this.exporting) return;
    this.exporting = true;
    this.trouble = "busy";
    this.notice();
    try {
      const { content, name } = await this.host.exportFile(specOf(this.state), this.state.lang);
      const address = URL.createObjectURL(content);
      const link = make("a", { href: address, download: name });
      this.root.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      this.trouble = "";
      this.notice();
    } catch (problem) {
      this.trouble_(problem.message);
    }
    this.exporting = false;
  }
}

/** Shows the facilitator's window in an element. */
export function facilitate(root, host) {
  mountFacilitator(root, host, make, Words);
}

/** Shows the simulator in an element. `host` answers its questions and keeps its address. */
export function mount(root, host) {
  const simulator = new Simulator(root, host);
  simulator.begin();
  return simulator;
}
