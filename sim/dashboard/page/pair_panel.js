// The two leaders: their load, the trust between them, what waits, and one sentence of now.
import { make } from "./dom.js";

function figure(role, name, load, present, words) {
  const full = Math.min(load ?? 0, 100);
  const bar = make("span", { class: "load-bar", "aria-hidden": "true" }, make("span", { class: full > 95 ? "load full" : "load" }));
  bar.firstChild.style.width = `${full}%`;
  return make("div", { class: `leader ${present ? "" : "away"}` },
    make("span", { class: `face ${role}`, "aria-hidden": "true" }),
    make("div", {}, make("strong", {}, name), make("span", { class: "role" }, words.say(`role.${role}`)),
      make("span", { class: "load-line" }, bar,
        make("span", {}, present ? words.say("pair.load", { share: load ?? 0 }) : words.say("pair.away")))));
}

export function pairPanel(app) {
  const node = make("section", { class: "panel pair", "aria-label": app.words.say("pair.title") });
  return {
    node,
    update() {
      const { words, state, run } = app;
      if (!run) return;
      const at = (name) => run.series[name][state.week];
      const trust = at("trust");
      const both = at("ceo_present") === 1 && at("coo_present") === 1;
      const tie = make("span", { class: "tie-line" });
      tie.style.height = `${1 + (trust ?? 0) / 9}px`;
      const open = at("decisions_open");
      const waiting = open ? words.say("pair.waiting", { n: open, weeks: words.number(at("open_delay_weeks"), 0) }) : words.say("pair.nothing_waits");
      node.replaceChildren(
        figure("ceo", state.names[0], at("ceo_load"), at("ceo_present") === 1, words),
        make("div", { class: both ? "tie" : "tie broken" }, tie,
          make("span", {}, trust === null || !both ? words.say("pair.no_trust") : words.say("pair.trust", { points: trust }))),
        figure("coo", state.names[1], at("coo_load"), at("coo_present") === 1, words),
        make("p", { class: "now" }, make("span", { class: "now-words", id: "now-words" }, app.sentenceOfNow()), " ", make("span", { class: "waiting" }, waiting)));
    },
  };
}
