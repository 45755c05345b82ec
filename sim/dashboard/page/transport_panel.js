// Play, pause, step, back, scrub, speed, stops; bet, intervene, undo.
import { button, icon, make } from "./dom.js";

export function transportPanel(app) {
  const { words, state } = app;
  const say = (key, slots) => words.say(key, slots);
  const play = button(say("transport.play"), () => app.player.toggle(), { id: "play", key: "Space", sign: "play", kind: "play" });
  const scrub = make("input", { type: "range", id: "scrub", min: 0, max: app.found.weeks, step: 1, value: state.week, "aria-label": say("transport.scrub"),
    oninput: () => app.goto(+scrub.value) });
  const marks = make("div", { class: "scrub-marks", "aria-hidden": "true" });
  const place = make("output", { class: "week", for: "scrub", id: "week" });
  const undo = button(say("transport.undo"), () => app.undo(), { id: "undo", key: "U", sign: "undo" });
  const next = make("button", { type: "button", id: "next", class: "next", "aria-keyshortcuts": "N", onclick: () => app.next() }, "");
  const node = make("section", { class: "panel transport", "aria-label": say("transport.title") },
    make("div", { class: "transport-buttons" },
      button(say("transport.start"), () => app.goto(0), { id: "start", key: "Home", sign: "start" }),
      button(say("transport.previous_turn"), () => app.turn(-1), { id: "previous-turn", key: "Shift+ArrowLeft", sign: "previous" }),
      button(say("transport.back"), () => app.step(-1), { id: "back", key: "ArrowLeft", sign: "back" }),
      play,
      button(say("transport.forward"), () => app.step(1), { id: "forward", key: "ArrowRight", sign: "forward" }),
      button(say("transport.next_turn"), () => app.turn(1), { id: "next-turn", key: "Shift+ArrowRight", sign: "next" }),
      button(say("transport.end"), () => app.goto(app.found.weeks), { id: "end", key: "End", sign: "end" })),
    make("div", { class: "scrubber" }, scrub, marks), place,
    make("div", { class: "transport-acts" }, next, undo,
      button(say("bet.button"), () => app.dialogs.bet(), { id: "bet", key: "B" }),
      button(say("act.button"), () => app.dialogs.act(), { id: "intervene", key: "I", kind: "primary" })));
  return {
    node,
    update() {
      const { state: now, story, player, found } = app;
      scrub.max = found.weeks;
      scrub.value = now.week;
      scrub.setAttribute("aria-valuetext", say("transport.week", { week: now.week, weeks: found.weeks }));
      place.textContent = say("transport.week", { week: now.week, weeks: found.weeks });
      play.replaceChildren(icon(player.playing ? "pause" : "play"));
      play.setAttribute("aria-label", say(player.playing ? "transport.pause" : "transport.play"));
      undo.disabled = !app.undoable.length;
      const step = app.nextStep();
      next.textContent = say("next.button", { step: say(`next.${step}`) });
      next.disabled = player.playing || app.luckBusy || Boolean(app.replaying);
      const shown = (story?.points ?? []).filter((point) => point.stop && point.week <= now.seen).map((point) => ["turn", point.week]);
      marks.replaceChildren(...[...shown, ...now.acts.map((act) => ["act", act.week])].map(([kind, week]) => {
        const mark = make("span", { class: `mark ${kind}` });
        mark.style.left = `${(100 * week) / found.weeks}%`;
        return mark;
      }));
    },
  };
}
