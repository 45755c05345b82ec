// The way through a session: which step comes next, what it does, and what the facilitator may say.

/** The step that comes next, from what the room has done so far. */
export function nextStep({ state, found, story, player, opened, replayed, luck }) {
  const atEnd = state.week >= found.weeks;
  if (player.playing) return "watch";
  if (state.acts.length) {
    if (!atEnd && state.seen < found.weeks) return "end";
    if (!replayed) return "compare";
    return luck ? "sheet" : "luck";
  }
  if (state.week === 0 && state.seen === 0) return state.bet ? "watch" : "bet";
  if (atEnd) return luck ? "sheet" : "luck";
  const here = (story?.points ?? []).some((point) => point.stop && point.week === state.week);
  if (!here) return "watch";
  return Object.values(opened).includes("why") ? "act" : "why";
}

/** Does the step. */
export function take(app, step) {
  const acts = { bet: () => app.dialogs.bet(), watch: () => app.player.play(), why: () => app.why(), act: () => app.dialogs.act(), end: () => app.goto(app.found.weeks),
    compare: () => app.replay(), luck: () => app.checkLuck(), sheet: () => app.sheet() };
  acts[step]?.();
}

/** The facilitator's own window: what to do now, what to say, what comes, how long it has taken. It hears the room's window over a
 * channel of this computer and may press for it. */
export async function mountFacilitator(root, host, make, Words) {
  const catalogue = await host.ask("catalogue", {});
  const channel = new BroadcastChannel("tandem-session");
  const lang = catalogue.texts[host.language()] ? host.language() : "en";
  const words = new Words(catalogue.texts[lang], lang);
  const began = Date.now();
  let heard = null;
  let stops = [];
  const part = (kind) => make("section", { class: `panel ${kind}` });
  const [now, say, coming, clock] = ["cue-now", "cue-say", "cue-coming", "cue-clock"].map(part);
  const press = (what) => make("button", { type: "button", id: `press-${what}`, class: what === "next" ? "primary" : null, onclick: () => channel.postMessage({ press: what }) }, words.say(`facilitator.${what}`));
  document.title = words.say("facilitator.title");
  root.replaceChildren(make("main", { class: "tandem facilitator" }, make("h1", {}, words.say("facilitator.title")), now, say, coming,
    make("div", { class: "row" }, press("next"), press("play"), press("back")), clock));
  const show = () => {
    if (!heard) {
      now.replaceChildren(make("p", { role: "status" }, words.say("facilitator.waiting")));
      return;
    }
    const found = catalogue.cases.find((one) => one.name === heard.case);
    now.replaceChildren(make("h2", {}, words.title(found.title)), make("p", { class: "cue-step", id: "cue-step" }, words.say(`next.${heard.next}`)),
      make("p", {}, words.say("transport.week", { week: heard.week, weeks: found.weeks })));
    say.replaceChildren(make("h2", {}, words.say("facilitator.say")), make("p", { id: "cue-words" }, words.say(`cue.${heard.next}`)));
    const ahead = stops.filter((point) => point.week > heard.week);
    coming.replaceChildren(make("h2", {}, words.say("facilitator.coming")),
      ahead.length ? make("ol", {}, ahead.map((point) => make("li", {}, `${words.say("story.week", { week: point.week })} ${words.of(point.sentence)}`))) : make("p", {}, words.say("facilitator.none")));
  };
  channel.onmessage = async ({ data }) => {
    if (!data.room) return;
    const same = heard && JSON.stringify(heard.spec) === JSON.stringify(data.room.spec);
    heard = data.room;
    show();
    if (same) return;
    const story = await host.ask("story", { spec: heard.spec }).catch(() => null);
    stops = (story?.points ?? []).filter((point) => point.stop);
    show();
  };
  setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    clock.replaceChildren(make("p", { id: "cue-time" }, words.say("facilitator.time", { minutes: Math.floor(seconds / 60), seconds: String(seconds % 60).padStart(2, "0") })));
  }, 1000);
  show();
  channel.postMessage({ hello: true });
}
