// What is on the screen, as an address: everything a reload, a bookmark or a colleague needs, checked when it is read.

export const LONGEST = 6000; // characters of an address that is read at all
const SPEEDS = [0.5, 1, 3];
const NAME_LENGTH = 24;

/** The state in which a case starts. */
export function fresh(found, kept = {}) {
  return {
    case: found.name, luck: found.luck, split: null, context: null, set: {}, acts: [], week: 0, seen: 0, past: 0, bet: null, on: null,
    left: "pair", right: found.right, lang: kept.lang ?? "en", projector: kept.projector ?? false,
    names: kept.names ?? ["Claude", "Dominique"], keys: kept.keys ?? true, speed: kept.speed ?? 1, stops: kept.stops ?? true,
    motion: kept.motion ?? true, large: kept.large ?? false,
  };
}

/** What of the state makes the run. */
export function specOf(state) {
  const spec = { case: state.case, luck: state.luck };
  if (state.split) spec.split = state.split;
  if (state.context) spec.context = state.context;
  if (Object.keys(state.set).length) spec.set = state.set;
  if (state.acts.length) spec.acts = state.acts;
  return spec;
}

/** The run it is compared with: without what was tried in the middle, else the case as written; null if it is that. */
export function ghostOf(state, found) {
  if (state.acts.length) return specOf({ ...state, acts: [] });
  const own = specOf(state);
  const bare = { case: state.case, luck: state.luck };
  return JSON.stringify(own) === JSON.stringify(bare) ? null : bare;
}

/** The run that a bet is about: as it stood when the bet was made, before anybody intervened. */
export function stakedSpec(state) {
  return specOf({ ...state, ...(state.on ?? {}), acts: [] });
}

/** What of the state a bet is about, to be kept with it. */
export function stakes({ luck, split, context, set }) {
  return { luck, split, context, set };
}

const stakesText = ({ luck, split, context, set }) => [luck, split ?? "", context ?? "", settingsText(set)].join("~");

function settingsText(set) {
  return Object.entries(set).map(([path, value]) => `${path}=${value}`).join(",");
}

/** The state as the part of an address behind the #. */
export function written(state, found) {
  const parts = [["case", state.case], ["luck", state.luck]];
  if (state.split) parts.push(["split", state.split]);
  if (state.context) parts.push(["context", state.context]);
  if (Object.keys(state.set).length) parts.push(["set", settingsText(state.set)]);
  if (state.acts.length) {
    parts.push(["acts", state.acts.map((act) => `${act.week}:${act.action ?? settingsText(act.set)}`).join(";")]);
  }
  parts.push(["week", state.week], ["seen", state.seen]);
  if (state.past) parts.push(["past", state.past]);
  if (state.bet) parts.push(["bet", state.bet.join(".")]);
  if (state.bet && state.on && stakesText(state.on) !== stakesText(state)) parts.push(["on", stakesText(state.on)]);
  if (state.left !== "pair") parts.push(["left", state.left]);
  if (found && state.right !== found.right) parts.push(["right", state.right]);
  parts.push(["lang", state.lang]);
  if (state.projector) parts.push(["view", "projector"]);
  if (state.names.join() !== "Claude,Dominique") parts.push(["names", state.names.map(encodeURIComponent).join("~")]);
  if (!state.keys) parts.push(["keys", "off"]);
  if (state.speed !== 1) parts.push(["speed", state.speed]);
  if (!state.stops) parts.push(["stops", "off"]);
  if (!state.motion) parts.push(["motion", "off"]);
  if (state.large) parts.push(["charts", "large"]);
  return parts.map(([name, value]) => `${name}=${String(value).replace(/&/g, "%26")}`).join("&");
}

/** A first name as it may be shown: printable, short. */
export function cleanName(text) {
  return [...String(text).replace(/[\p{C}\p{Z}]+/gu, " ").trim()].slice(0, NAME_LENGTH).join("");
}

/** The state an address asks for; null where it asks for what there is not. An empty address asks for the first case. */
export function read(text, catalogue, lang) {
  const first = catalogue.cases[0];
  if (!text) return fresh(first, { lang });
  if (text.length > LONGEST) return null;
  try {
    return checked(new Map(text.split("&").map((part) => {
      const [name, ...rest] = part.split("=");
      return [name, rest.join("=")];
    })), catalogue, lang);
  } catch {
    return null;
  }
}

const KNOWN = ["case", "luck", "split", "context", "set", "acts", "week", "seen", "past", "bet", "on", "left", "right", "lang", "view",
  "names", "keys", "speed", "stops", "motion", "charts"];

function checked(parts, catalogue, lang) {
  for (const name of parts.keys()) if (!KNOWN.includes(name)) return null;
  const found = catalogue.cases.find((one) => one.name === parts.get("case"));
  if (!found) return null;
  const state = fresh(found, { lang });
  const whole = (name, low, high) => {
    if (!parts.has(name)) return;
    if (!/^\d{1,4}$/.test(parts.get(name)) || +parts.get(name) < low || +parts.get(name) > high) throw new Error(name);
    state[name] = +parts.get(name);
  };
  const oneOf = (name, known) => {
    if (!parts.has(name)) return;
    if (!known.includes(parts.get(name))) throw new Error(name);
    state[name] = parts.get(name);
  };
  whole("luck", 0, 9999);
  for (const name of ["week", "seen", "past"]) whole(name, 0, found.weeks);
  state.seen = Math.max(state.seen, state.week);
  oneOf("split", catalogue.splits.map((one) => one.name));
  oneOf("context", catalogue.contexts.map((one) => one.name));
  oneOf("lang", Object.keys(catalogue.texts));
  const themes = catalogue.themes.map((theme) => theme.name);
  oneOf("left", themes);
  oneOf("right", themes);
  if (parts.has("set")) state.set = settings(parts.get("set"), catalogue);
  if (parts.has("acts")) {
    state.acts = parts.get("acts").split(";").slice(0, 6).map((part) => {
      const [week, ...rest] = part.split(":");
      const what = rest.join(":");
      if (!/^\d{1,3}$/.test(week) || +week < 1 || +week > found.weeks) throw new Error("acts");
      if (Object.hasOwn(found.actions, what)) return { week: +week, action: what };
      return { week: +week, set: settings(what, catalogue) };
    });
  }
  if (parts.has("bet")) {
    if (!/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(parts.get("bet"))) return null;
    state.bet = parts.get("bet").split(".").map(Number);
    state.on = parts.has("on") ? staked(parts.get("on"), catalogue) : stakes(state);
  } else if (parts.has("on")) return null;
  if (parts.has("names")) {
    const names = parts.get("names").split("~").map((name) => cleanName(decodeURIComponent(name)));
    if (names.length !== 2 || names.some((name) => !name)) return null;
    state.names = names;
  }
  if (parts.has("speed")) {
    if (!SPEEDS.includes(+parts.get("speed"))) return null;
    state.speed = +parts.get("speed");
  }
  state.projector = parts.get("view") === "projector";
  state.keys = parts.get("keys") !== "off";
  state.stops = parts.get("stops") !== "off";
  state.motion = parts.get("motion") !== "off";
  state.large = parts.get("charts") === "large";
  return state;
}

function staked(text, catalogue) {
  const [luck, split, context, ...rest] = text.split("~");
  const known = (name, list) => name === "" || list.some((one) => one.name === name);
  if (!/^\d{1,4}$/.test(luck) || !known(split, catalogue.splits) || !known(context, catalogue.contexts)) throw new Error("on");
  const set = rest.join("~");
  return { luck: +luck, split: split || null, context: context || null, set: set ? settings(set, catalogue) : {} };
}

function settings(text, catalogue) {
  const set = {};
  for (const part of text.split(",")) {
    const [path, value] = part.split("=");
    const control = catalogue.controls.find((one) => one.path === path);
    if (!control) throw new Error(path);
    if (control.options.length) {
      if (!control.options.includes(value)) throw new Error(path);
      set[path] = value;
    } else {
      const number = Number(value);
      if (!value || !(number >= control.low && number <= control.high)) throw new Error(path);
      set[path] = number;
    }
  }
  return set;
}
