// What happened, in sentences: each a button to its week, with "why?" and "what could have been done?".
import { fitted, make } from "./dom.js";

export function storyPanel(app) {
  const node = make("section", { class: "panel story", "aria-label": app.words.say("story.title") });
  let shown = "";
  return {
    node,
    update(anew = false) {
      const { words, state, story } = app;
      const points = (story?.points ?? []).filter((point) => point.week <= state.seen);
      const ended = state.seen >= app.found.weeks;
      const key = [state.lang, state.projector, app.serial, points.length, ended, state.projector ? state.week : "", JSON.stringify(app.opened), state.bet, app.staked?.digest].join("|");
      if (key === shown && !anew) {
        for (const line of node.querySelectorAll(".point")) line.classList.toggle("now", +line.dataset.week === state.week);
        scroll(app, node);
        return;
      }
      shown = key;
      const near = points.filter((point) => point.week <= state.week);
      const stops = near.filter((point) => point.stop);
      const listed = state.projector ? (stops.length ? stops : near).slice(-1) : points;
      const lookBack = ended && story && !state.projector;
      const children = [make("h2", {}, words.say("story.title")), bet(app)];
      if (ended && story) children.push(verdict(app));
      else if (!points.length) {
        children.push(make("p", { class: "setting" }, words.of(app.found.story)));
        if (state.week === 0 && !state.projector) children.push(make("p", { class: "note" }, words.say("first.what")),
          make("button", { type: "button", id: "tour", onclick: () => app.dialogs.tour() }, words.say("tour.button")));
      }
      if (lookBack) {
        children.push(make("h3", {}, words.say("story.hindsight")), make("ol", { class: "points" }, story.hindsight.map((point, index) => entry(app, point, `back-${point.week}-${point.kind}-${index}`))),
          make("h3", {}, words.say("story.as_told")));
      }
      children.push(make("ol", { class: "points" }, listed.map((point, index) => entry(app, point, `${point.week}-${point.kind}-${index}`))));
      if (lookBack) children.push(make("p", { class: "note teaches" }, words.say("story.teaches", { lesson: words.of(app.found.teaches) })));
      const focused = document.activeElement?.id;
      const place = node.scrollTop;
      node.replaceChildren(...children.filter(Boolean));
      node.scrollTop = place;
      if (focused && node.querySelector(`#${CSS.escape(focused)}`)) node.querySelector(`#${CSS.escape(focused)}`).focus({ preventScroll: true });
      fitted(node, state.projector);
      scroll(app, node);
    },
    fit() { fitted(node, app.state.projector); },
  };
}

/** Brings the turning point at which playing has just stopped into sight. */
function scroll(app, node) {
  if (app.justStopped && !app.player.playing) node.querySelector(".point.now")?.scrollIntoView({ block: "nearest" });
}

/** The room's bet, from the moment it is made. */
function bet(app) {
  const { words, state } = app;
  if (!state.bet) return null;
  const [holds, drifts, breaks] = state.bet;
  return make("p", { class: "bet-pin", id: "bet-pin" }, words.say("bet.pinned", { holds, drifts, breaks }));
}

function verdict(app) {
  const { words, story } = app;
  const { end } = story;
  const reasons = words.of(end.reasons);
  const lines = [words.say(`verdict.${end.verdict}`), reasons && words.say("verdict.because", { reasons }), words.say(`pair_firm.${end.pair}_${end.firm}`), words.of(end.revenue), betWords(app)];
  return make("p", { class: `verdict ${end.verdict}`, id: "verdict" }, lines.filter(Boolean).join(" "));
}

/** Who called it: scored on the run that was bet on, before anybody intervened. Empty without a bet, or while that run is asked for. */
export function betWords({ words, state, staked }) {
  const all = (state.bet ?? []).reduce((sum, hands) => sum + hands, 0);
  if (!all || !staked) return "";
  const n = state.bet[{ holds: 0, drifts: 1, breaks: 2 }[staked.verdict]];
  return `${words.say(`bet.untouched_${staked.verdict}`)} ${words.say("bet.result", { n, all })}`;
}

function entry(app, point, id) {
  const { words, state, opened } = app;
  const open = opened[id];
  const toggle = (part) => () => app.openPart(id, part, point);
  const extra = (part, key) => make("button", { type: "button", id: `${part}-${id}`, class: "link", "aria-expanded": String(open === part), onclick: toggle(part) }, words.say(key));
  return make("li", { "data-week": point.week, class: `point${point.stop ? " main" : ""}${point.week === state.week ? " now" : ""}` },
    make("button", { type: "button", id: `point-${id}`, class: "goto", onclick: () => app.goto(point.week) },
      make("span", { class: "at" }, words.say("story.week", { week: point.week })), make("span", {}, words.of(point.sentence))),
    make("span", { class: "asks" }, extra("why", "story.why"), extra("do", "story.what")),
    open === "why" && why(app, point), open === "do" && remedies(app, point));
}

/** The main cause in words, the others, what stands behind it, and the rule that found the point. */
function why(app, point) {
  const { words } = app;
  const [main, ...others] = point.causes;
  const said = (cause) => words.say("story.cause", { cause: words.of(cause.name), share: 100 * cause.share });
  return make("div", { class: "opened" },
    main && make("p", { class: "main-cause" }, words.say("story.main_cause", { cause: said(main) })),
    others.length > 0 && make("ol", { class: "causes" }, others.map((cause) => make("li", {}, said(cause)))),
    words.of(point.behind) && make("p", { class: "behind" }, words.of(point.behind)),
    make("p", { class: "note" }, words.say("story.rule", { rule: words.of(point.rule) })));
}

/** Actions by their titles, the case's own plan never first: its place shall tell nothing. */
export function inNoTellingOrder(app, names) {
  const others = names.filter((name) => name !== "planned").sort((one, other) => app.actionTitle(one).localeCompare(app.actionTitle(other), app.state.lang));
  if (names.includes("planned")) others.splice(1 + (app.found.name.length % Math.max(others.length, 1)), 0, "planned");
  return others;
}

function remedies(app, point) {
  const { words, state } = app;
  const found = app.trials[app.trialKey(point.week)];
  if (!found) return make("div", { class: "opened" }, make("p", { role: "status" }, words.say("story.trying")));
  // What each does is shown once the room has chosen: until then all are offered, in an order that tells nothing.
  const chosen = state.acts.some((act) => act.week >= point.week) || app.judged[app.trialKey(point.week)];
  const offered = chosen ? found.trials : inNoTellingOrder(app, found.trials.map((one) => one.action)).map((name) => found.trials.find((one) => one.action === name));
  const choose = (trial) => () => { app.judged[app.trialKey(point.week)] = true; app.act(trial.action, point.week); };
  return make("div", { class: "opened" },
    make("p", {}, words.say(chosen ? "story.tried" : "story.choose", { k: found.untouched.failing, n: found.untouched.n, week: point.week })),
    make("ul", {}, offered.map((trial) => make("li", {},
      make("button", { type: "button", id: `try-${point.week}-${trial.action}`, onclick: choose(trial), disabled: state.acts.length >= 6 },
        chosen ? words.say("story.try", { action: app.actionTitle(trial.action), k: trial.failing, n: trial.n }) : app.actionTitle(trial.action))))));
}
