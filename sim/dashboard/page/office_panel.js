// The office: who is in, who meets, what piles up and what passes between them. Drawn from the run; nothing is invented.
import { make } from "./dom.js";

const OFFICE_SPACE = "http://www.w3.org/2000/svg";
const OFFICE_HEIGHT = 200; // of the drawing, in its own units; its width follows the panel's shape
const OFFICE_MARGIN = 120; // of the desks from the walls
const MOST_SHEETS = 14; // on the table; more are a higher number beside it
const FLOOR = 152; // where the teams stand
const COLOURS_OF = { ceo: "#0072B2", coo: "#8A5A00", marketing_lead: "#5B4B8A", team: "#4D7EA8" };
const CLASHES = ["conflict.relationship", "conflict.process", "conflict.task.opened", "decision.double_directive"];
const ORDERS = ["decision.usurped", "decision.unilateral", "decision.reopened", "decision.accepted", "decision.refused"];

/** Where everything stands in an office so wide. */
function plan(width) {
  const table = { x: width / 2, y: 84 };
  return { width, table, home: { ceo: { x: OFFICE_MARGIN, y: 58 }, coo: { x: width - OFFICE_MARGIN, y: 58 } },
    seated: { ceo: { x: table.x - 150, y: 58 }, coo: { x: table.x + 150, y: 58 } } };
}

function shape(name, attributes = {}, ...children) {
  const node = document.createElementNS(OFFICE_SPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(key, String(value));
  node.append(...children.filter(Boolean));
  return node;
}

const titled = (node, words) => {
  node.append(shape("title", {}));
  node.lastChild.textContent = words;
  return node;
};

/** Somebody: head and shoulders, standing at a place. */
function person(colour, size) {
  return shape("g", { fill: colour, stroke: "#FFFFFF", "stroke-width": 1.5 },
    shape("path", { d: `M${-size} ${size * 1.7}a${size} ${size * 1.15} 0 0 1 ${2 * size} 0z` }),
    shape("circle", { cx: 0, cy: -size * 0.1, r: size * 0.62 }));
}

function chair(size) {
  return shape("path", { d: `M${-size * 0.8} ${-size}v${size * 2.4}M${-size * 0.8} ${size * 0.5}h${size * 1.6}v${size * 0.9}`, fill: "none",
    stroke: "#7C8896", "stroke-width": 3, "stroke-dasharray": "6 4" });
}

const moved = ({ x, y }) => `translate(${x}px, ${y}px)`;

export function officePanel(app) {
  const seats = { ceo: shape("g", { class: "seat" }), coo: shape("g", { class: "seat" }) };
  const still = shape("g");
  const moving = shape("g");
  const svg = shape("svg", { class: "office-picture", role: "img" }, still, moving, seats.ceo, seats.coo); // names stay readable above arrows
  const line = make("p", { class: "office-line", "aria-hidden": "true" }); // readers hear the sentence
  const words_ = make("ul", { class: "for-readers", id: "office-words" });
  const node = make("section", { class: "panel office", "aria-label": app.words.say("office.title") }, line, svg, words_);
  let shown = "";
  const panel = {
    node,
    update() {
      const { words, state, run, story } = app;
      if (!run) return;
      const box = svg.getBoundingClientRect();
      const width = box.height > 0 ? Math.round(Math.max((OFFICE_HEIGHT * box.width) / box.height, 560)) : 1200;
      const key = [app.serial, state.week, state.lang, state.names.join(), Boolean(story), width].join("|");
      if (key === shown) return;
      shown = key;
      svg.setAttribute("viewBox", `0 0 ${width} ${OFFICE_HEIGHT}`);
      const now = { ...looked(app), place: plan(width) };
      svg.setAttribute("aria-label", now.words.join(" "));
      still.replaceChildren(...furniture(now, words), ...teams(app, now));
      for (const post of ["ceo", "coo"]) seat(seats[post], post, now, app);
      moving.replaceChildren(...happenings(now));
      say(line, app, now);
      words_.replaceChildren(...now.happened.map((one) => make("li", {}, words.of(one.sentence))));
    },
  };
  new ResizeObserver(() => panel.update()).observe(svg);
  return panel;
}

/** What the week holds, as figures and as sentences. */
function looked({ words, state, run, story }) {
  const week = state.week;
  const at = (name) => run.series[name][week];
  const present = { ceo: at("ceo_present") === 1, coo: at("coo_present") === 1 };
  const meets = present.ceo && present.coo && (run.office.meeting[week] ?? 0) > 0;
  const open = at("decisions_open") ?? 0;
  const said = [words.say(meets ? "office.meeting" : "office.apart"), words.say("office.tray", { n: open })];
  for (const [post, name] of [["ceo", state.names[0]], ["coo", state.names[1]]]) if (!present[post]) said.push(words.say("office.alone", { post: name }));
  return { week, present, meets, open, trust: at("trust"), words: said, happened: week > 0 ? story?.stage[week] ?? [] : [] };
}

function furniture(now, words) {
  const { table, home, width } = now.place;
  const sheets = Math.min(now.open, MOST_SHEETS);
  const pile = Array.from({ length: sheets }, (_, at) => shape("rect", { x: table.x - 17 + (at % 2) * 3, y: table.y - 12 - 4 * at, width: 30, height: 3, fill: "#FFFFFF", stroke: "#7C8896", "stroke-width": 0.8 }));
  const tie = now.trust === null || !now.present.ceo || !now.present.coo ? null
    : shape("line", { x1: home.ceo.x + 56, y1: 100, x2: home.coo.x - 56, y2: 100, stroke: "#0072B2", "stroke-opacity": 0.55, "stroke-width": 1 + now.trust / 9, "stroke-linecap": "round" });
  const tray = titled(shape("g", { class: "tray" }, ...pile), words.say("office.tray", { n: now.open }));
  const count = now.open > 0 ? shape("text", { x: table.x + 24, y: table.y - 12, class: "office-small" }) : null;
  if (count) count.textContent = String(now.open);
  return [shape("rect", { x: 0, y: 112, width, height: OFFICE_HEIGHT - 112, fill: "#EDF1F5" }), tie,
    ...[home.ceo, home.coo].map(({ x }) => shape("rect", { x: x - 56, y: 94, width: 112, height: 12, rx: 3, fill: "#C9B79C", stroke: "#8B7B62" })),
    shape("ellipse", { cx: table.x, cy: table.y + 4, rx: 118, ry: 22, class: now.meets ? "table lit" : "table" }), tray, count];
}

/** A leader at the desk, or at the table in a week in which they meet; an empty chair where the post is vacant. */
function seat(group, post, now, { state }) {
  const there = now.present[post];
  const inner = post === "ceo" === !(there && now.meets) ? 1 : -1; // towards the table from a desk, away from it at the table
  const beside = now.place.width > 900; // in a narrow office a name stands below
  const name = shape("text", beside ? { x: 38 * inner, y: 30, class: "office-name", "text-anchor": inner > 0 ? "start" : "end" }
    : { y: 66, class: "office-name below", "text-anchor": "middle" });
  name.textContent = state.names[post === "ceo" ? 0 : 1];
  group.replaceChildren(there ? person(COLOURS_OF[post], 26) : chair(22), name);
  group.style.transform = moved(there && now.meets ? now.place.seated[post] : now.place.home[post]);
}

/** Each team with its pile of waiting work; the marketing lead before them. */
function teams({ words, run, state }, now) {
  const all = run.office.teams;
  const lead = shape("g", { transform: `translate(46, ${FLOOR})` }, person(COLOURS_OF.marketing_lead, 17));
  titled(lead, words.say("office.lead"));
  const step = (now.place.width - 130) / Math.max(all.length, 1);
  return [lead, ...all.map((team, at) => {
    const waiting = team.waiting[state.week] ?? 0;
    const morale = team.morale[state.week] ?? 0;
    const size = 11 + morale / 20;
    const group = shape("g", { transform: `translate(${120 + step * (at + 0.5)}, ${FLOOR})` },
      step > 66 && shape("g", { transform: "translate(-19, 3)", opacity: 0.75 }, person(COLOURS_OF.team, size * 0.8)), person(COLOURS_OF.team, size),
      step > 66 && shape("g", { transform: "translate(19, 3)", opacity: 0.75 }, person(COLOURS_OF.team, size * 0.8)),
      ...Array.from({ length: Math.min(Math.round(waiting * 2), 18) }, (_, sheet) => shape("rect", { x: (step > 66 ? 38 : 16) + 9 * Math.floor(sheet / 9), y: 20 - 4 * (sheet % 9), width: 8, height: 3, fill: waiting > 4 ? "#B34700" : "#7C8896" })));
    return titled(group, words.say("office.team", { n: at + 1, kind: words.say(`office.kind_${team.kind}`), weeks: words.number(waiting, 1), morale: words.number(morale) }));
  })];
}

const placeOf = (who, now) => (now.present[who] ? (now.meets ? now.place.seated[who] : now.place.home[who]) : null);

/** Arrows of instructions, sparks of quarrels. */
function happenings(now) {
  const drawn = [];
  for (const one of now.happened) {
    if (CLASHES.includes(one.kind) && now.present.ceo && now.present.coo) drawn.push(spark(one.kind, now.place.table));
    if (one.kind === "decision.double_directive") drawn.push(arrow(placeOf("ceo", now), COLOURS_OF.ceo, now.place.table.x - 40, true), arrow(placeOf("coo", now), COLOURS_OF.coo, now.place.table.x + 40, true));
    else if (ORDERS.includes(one.kind) && ["ceo", "coo"].includes(one.who)) drawn.push(arrow(placeOf(one.who, now), COLOURS_OF[one.who], now.place.table.x, false));
  }
  return drawn.filter(Boolean);
}

function spark(kind, table) {
  const points = Array.from({ length: 16 }, (_, at) => {
    const far = at % 2 ? 9 : 20;
    return `${table.x + far * Math.cos((at * Math.PI) / 8)},${40 + far * Math.sin((at * Math.PI) / 8)}`;
  });
  return shape("polygon", { points: points.join(" "), class: "spark", fill: kind === "conflict.relationship" ? "#A12B2B" : "#E08A00" });
}

function arrow(from, colour, towards, clash) {
  if (!from) return null;
  const [x, y] = [towards + (from.x - towards) * 0.35, FLOOR - 14];
  const start = { x: from.x, y: from.y + 36 };
  const turn = Math.atan2(y - start.y, x - start.x);
  const tip = [[0, 0], [-11, -6], [-11, 6]].map(([dx, dy]) => `${x + dx * Math.cos(turn) - dy * Math.sin(turn)},${y + dx * Math.sin(turn) + dy * Math.cos(turn)}`);
  return shape("g", { class: clash ? "order clash" : "order" }, shape("line", { x1: start.x, y1: start.y, x2: x, y2: y, stroke: colour, "stroke-width": clash ? 4 : 3 }),
    shape("polygon", { points: tip.join(" "), fill: colour }));
}

/** One spoken line, on the side of who says it; nobody's where the event names nobody. */
function say(line, app, now) {
  const { words, state } = app;
  const speaking = now.happened.find((one) => one.line);
  const speaker = speaking && ["ceo", "coo"].includes(speaking.who) && now.present[speaking.who] ? speaking.who : null;
  line.className = `office-line ${speaker ?? "nobody"}`;
  line.textContent = !speaking ? "" : speaker ? words.say("office.says", { name: state.names[speaker === "ceo" ? 0 : 1], line: words.of(speaking.line) }) : `\u2014 ${words.of(speaking.line)}`;
}
