// The debrief sheet: its own document, one A4 page, made for print.
import { make } from "./dom.js";
import { oddsWords } from "./compare_panel.js";
import { lineDrawing } from "./line_drawing.js";
import { betWords } from "./story_panel.js";
import { fresh, ghostOf, read, specOf, stakedSpec, written } from "./state.js";
import { Words } from "./words.js";

const MOST_POINTS = 5;
const FEWEST_POINTS = 3;
const PRINTED_HEIGHT = 275; // mm: A4 within its margins, and a little less, for printers differ
const AGAIN_SHEET = 1500; // ms until a silent server is asked again
const QUESTIONS = ["feel", "happened", "alike", "lesson", "what_if", "monday"];

export async function mountSheet(root, host) {
  const address = host.read().replace(/^sheet&/, "");
  let catalogue;
  try {
    catalogue = await host.ask("catalogue", {});
  } catch {
    root.replaceChildren(make("main", { class: "tandem notice-page" }, make("p", { role: "status" }, root.dataset.server_down ?? "")));
    setTimeout(() => mountSheet(root, host), AGAIN_SHEET);
    return;
  }
  const lang = catalogue.texts[host.language()] ? host.language() : "en";
  const asked = read(address, catalogue, lang);
  const state = asked ?? fresh(catalogue.cases[0], { lang });
  const found = catalogue.cases.find((one) => one.name === state.case);
  const words = new Words(catalogue.texts[state.lang], state.lang, state.names);
  document.documentElement.lang = state.lang;
  document.title = `${words.title(found.title)} · ${words.say("sheet.title")}`;
  const page = make("main", { class: "tandem sheet" }, make("p", { role: "status" }, words.say("sheet.making")));
  root.replaceChildren(page);
  const spec = specOf(state);
  const other = ghostOf(state, found);
  try {
    const [run, ghost, story, luck, staked] = await Promise.all([host.ask("run", { spec }), other ? host.ask("run", { spec: other }) : null,
      host.ask("story", { spec }), host.ask("luck", { spec }), host.ask("run", { spec: stakedSpec(state) })]);
    page.replaceChildren(...filled({ words, catalogue, state, found, run, ghost, story, luck, staked, address: written(state, found) }));
    onOnePage(page);
    page.dataset.ready = "true";
  } catch (problem) {
    const key = catalogue.texts.en[`notice.${problem.message}`] ? problem.message : "broken";
    page.replaceChildren(make("p", { role: "status" }, words.say(`notice.${key}`)));
  }
}

function filled(sheet) {
  const { words, catalogue, state, found, run, story } = sheet;
  const split = catalogue.splits.find((one) => one.name === (state.split ?? found.split));
  const context = catalogue.contexts.find((one) => one.name === (state.context ?? found.context));
  return [
    make("header", {}, make("p", { class: "product" }, words.say("sheet.title")), make("h1", {}, words.title(found.title)),
      make("button", { type: "button", id: "print", class: "screen-only", onclick: () => window.print() }, words.say("sheet.print"))),
    make("p", { class: "setting" }, words.of(found.story)),
    make("p", { class: "facts" }, words.say("sheet.setting", { split: split ? words.of(split.title) : "", context: context ? words.of(context.title) : "", ceo: state.names[0], coo: state.names[1] })),
    make("div", { class: "drawings" }, [state.left, state.right].map((name) => drawing(sheet, name))),
    make("p", { class: "note" }, words.say("sheet.legend")),
    make("section", { class: "end" }, make("h2", {}, words.say("sheet.end")), make("p", {}, ending(sheet))),
    make("section", {}, make("h2", {}, words.say("sheet.points")), make("ol", { class: "sheet-points" }, chosen(story.hindsight).map((point) => make("li", { "data-rank": point.rank },
      make("strong", {}, words.say("story.week", { week: point.week })), " ", words.of(point.sentence), " ",
      point.causes.length ? make("span", { class: "cause" }, words.say("sheet.cause", { cause: words.of(point.causes[0].name), share: 100 * point.causes[0].share })) : "")))),
    make("section", {}, make("h2", {}, words.say("sheet.tried")), make("p", {}, tried(sheet))),
    make("section", { class: "questions" }, make("h2", {}, words.say("sheet.questions")), make("ol", {}, QUESTIONS.map((question) => make("li", {}, words.say(`question.${question}`))))),
    make("p", { class: "commitment" }, words.say("sheet.commitment")),
    make("footer", {}, make("p", {}, words.say("model")), make("p", {}, words.say("sheet.foot", { version: catalogue.version, seed: String(catalogue.seed), luck: String(state.luck), digest: run.digest })), make("p", { id: "parameters" }, words.of(catalogue.parameters)),
      make("p", { class: "code" }, `#${sheet.address}`)),
  ];
}

/** Keeps the sheet on one page however much was tried: less room for answers first, then smaller letters, then fewer turning points
 * (the least telling goes first). Measured as wide as it is printed. */
function onOnePage(page) {
  const tight = (room, letters) => {
    page.style.setProperty("--answer-room", `${room}mm`);
    page.style.setProperty("--letters", `${letters}pt`);
  };
  const over = () => page.scrollHeight > (PRINTED_HEIGHT * 96) / 25.4;
  page.classList.add("measured");
  for (const [room, letters] of [[15, 10.5], [13, 10.5], [11, 10.2], [9, 10], [7, 9.6], [6, 9.2]]) {
    tight(room, letters);
    if (!over()) break;
  }
  const least = () => [...page.querySelectorAll(".sheet-points li")].sort((one, other) => other.dataset.rank - one.dataset.rank)[0];
  while (over() && page.querySelectorAll(".sheet-points li").length > FEWEST_POINTS) least().remove();
  for (let letters = 9; over() && letters >= 7.5; letters -= 0.3) tight(6, letters);
  page.classList.remove("measured");
}

/** The most telling turning points, in their order: looked back at, the rarest kinds first. What was tried stands below by itself. */
function chosen(points) {
  return points.filter((point) => point.kind !== "change.applied").sort((one, other) => one.rank - other.rank || one.week - other.week).slice(0, MOST_POINTS).sort((one, other) => one.week - other.week);
}

function drawing({ words, catalogue, state, run, ghost, story }, name) {
  const theme = catalogue.themes.find((one) => one.name === name);
  const decimals = name === "delay" || name === "work" ? 1 : 0;
  return make("figure", {}, make("figcaption", {}, words.say(`theme.${name}`), " ", make("span", { class: "unit" }, words.say(`unit.${name}`))),
    lineDrawing({ names: theme.series, hundred: theme.hundred, run, ghost, lang: state.lang,
      points: story.points.filter((point) => point.stop).map((point) => point.week), acts: state.acts.map((act) => act.week),
      label: (series, value) => words.say("chart.label", { name: words.say(`short.${series}`), value: words.number(value, decimals) }) }));
}

function ending({ words, state, story, staked }) {
  const { end } = story;
  const reasons = words.of(end.reasons);
  const lines = [words.say(`verdict.${end.verdict}`), reasons ? words.say("verdict.because", { reasons }) : "", words.say(`pair_firm.${end.pair}_${end.firm}`), words.of(end.revenue)];
  const called = betWords({ words, state, staked });
  if (called) lines.push(words.say("sheet.bets", { holds: state.bet[0], drifts: state.bet[1], breaks: state.bet[2] }), called);
  else lines.push(words.say("sheet.no_bet"));
  return lines.filter(Boolean).join(" ");
}

function tried({ words, state, found, run, ghost, luck }) {
  const lines = [];
  for (const act of state.acts) {
    lines.push(words.say("sheet.act", { week: act.week, action: act.action ? words.of(found.actions[act.action]) : words.say("action.levers") }));
  }
  if (!state.acts.length) lines.push(words.say(ghost ? "sheet.levers_moved" : "sheet.nothing_tried"));
  if (ghost) {
    lines.push(words.say("sheet.difference", { trust: words.signed(words.rounded(run.series.trust.at(-1) ?? 0) - words.rounded(ghost.series.trust.at(-1) ?? 0)),
      revenue: words.signed(words.rounded(run.series.revenue.at(-1)) - words.rounded(ghost.series.revenue.at(-1))) }));
  }
  lines.push(oddsWords(words, "luck.now", luck.now));
  if (luck.untouched) lines.push(oddsWords(words, state.acts.length ? "luck.without" : "luck.case", luck.untouched));
  return lines.join(" ");
}
