// The same luck with one difference: figures beside each other, replay of the change, luck check.
import { button, fitted, make } from "./dom.js";

export function comparePanel(app) {
  const node = make("section", { class: "panel compare", "aria-label": app.words.say("compare.title") });
  let shown = "";
  return {
    node,
    update() {
      const { words, state, run, ghost } = app;
      if (!run) return;
      const key = [state.lang, Boolean(ghost), state.acts.length, app.serial, app.luckBusy, JSON.stringify(app.luck)].join("|");
      if (key === shown) { // another week only
        if (ghost) node.querySelector(".difference").replaceWith(difference(app));
        return;
      }
      shown = key;
      const focused = document.activeElement?.id;
      // What was asked last stands first, so that it is seen without scrolling.
      const content = [make("h2", {}, words.say("compare.title")), luck(app),
        make("div", { class: "row" },
          button(words.say("compare.replay"), () => app.replay(), { id: "replay", key: "R" }),
          state.acts.length > 0 && button(words.say("compare.remove"), () => app.removeActs(), { id: "remove" }),
          button(words.say("luck.button"), () => app.checkLuck(), { id: "luck", key: "L" }),
          app.host.canMove && button(words.say("luck.other"), () => app.otherLuck(), { id: "other-luck" })),
        ghost ? difference(app) : make("p", { class: "note" }, words.say("compare.nothing")),
        ghost && make("p", { class: "note" }, words.say(state.acts.length ? "compare.same_luck" : "compare.same_luck_levers"))];
      node.replaceChildren(...content.filter(Boolean));
      node.querySelector("#replay").disabled = !ghost;
      if (focused && node.querySelector(`#${CSS.escape(focused)}`)) node.querySelector(`#${CSS.escape(focused)}`).focus({ preventScroll: true });
      fitted(node, state.projector);
    },
    fit() { fitted(node, app.state.projector); },
  };
}

/** Three or four series at the week shown: with the change, without, difference. */
function difference(app) {
  const { words, state, run, ghost, catalogue } = app;
  const first = (side) => catalogue.themes.find((theme) => theme.name === state[side]).series[0];
  const names = [...new Set([first("left"), first("right"), "revenue", "trust", "satisfaction"])].slice(0, 3);
  const decimals = (name) => (name === "open_delay_weeks" || name === "waiting_weeks" ? 1 : 0);
  return make("table", { class: "difference" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("transport.week", { week: state.week, weeks: app.found.weeks })),
      make("th", { scope: "col" }, words.say(state.acts.length ? "compare.without" : "compare.case")),
      make("th", { scope: "col" }, words.say("compare.with")), make("th", { scope: "col" }, words.say("compare.difference")))),
    make("tbody", {}, names.map((name) => {
      const [now, before] = [run.series[name][state.week], ghost.series[name][state.week]];
      const gap = now === null || before === null ? null : words.rounded(now, decimals(name)) - words.rounded(before, decimals(name));
      return make("tr", {}, make("th", { scope: "row" }, words.say(`series.${name}`)), make("td", {}, words.number(before, decimals(name))),
        make("td", {}, words.number(now, decimals(name))),
        make("td", {}, make("strong", {}, gap === null ? words.say("number.none") : words.signed(gap, decimals(name)))));
    })));
}

/** "Fails in k of n futures", with its interval in hundredths. */
export function oddsWords(words, key, odds) {
  return words.say(key, { k: odds.failing, n: odds.n, low: Math.round(100 * odds.low), high: Math.round(100 * odds.high) });
}

function luck(app) {
  const { words } = app;
  const box = make("div", { class: "luck", role: "status", id: "luck-result" });
  if (app.luckBusy) box.append(make("p", {}, words.say("luck.busy")));
  else if (app.luck) {
    const { now, untouched, odds } = app.luck;
    box.append(make("p", {}, oddsWords(words, "luck.now", now)));
    if (untouched) box.append(make("p", {}, oddsWords(words, app.state.acts.length ? "luck.without" : "luck.case", untouched)));
    if (odds?.planned) {
      box.append(make("p", { class: "note" }, words.say("luck.planned", {
        k: odds.untouched.failing, kl: Math.round(100 * odds.untouched.low), kh: Math.round(100 * odds.untouched.high),
        l: odds.planned.failing, ll: Math.round(100 * odds.planned.low), lh: Math.round(100 * odds.planned.high), week: odds.week, n: odds.untouched.n,
      })));
    }
  }
  return box;
}
