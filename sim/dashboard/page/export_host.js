// The host of an exported file: answers from what was computed when the file was made.

/** @param {{catalogue: any, runs: Object<string, any>, grid: number[], odds: any, luck: any, trials: any, bands: any, case: string}} kept */
export function exportHost(kept) {
  const keyOf = (spec) => (spec.acts?.length ? `${spec.acts[0].week}:${spec.acts[0].action}` : "");
  const untouched = unpacked(kept, "");
  const made = new Map([["", untouched]]);
  const runOf = (spec) => {
    const key = keyOf(spec);
    if (!Object.hasOwn(kept.runs, key)) throw new Error("not_in_file");
    if (!made.has(key)) made.set(key, unpacked(kept, key, untouched));
    return made.get(key);
  };
  return {
    kind: "file",
    canMove: false,
    offers: (action) => action in kept.catalogue.cases[0].actions,
    actWeek: (week) => kept.grid.reduce((best, one) => (Math.abs(one - week) < Math.abs(best - week) ? one : best)),
    async ask(question, asked) {
      if (question === "catalogue") return kept.catalogue;
      const { spec } = asked;
      if (question === "run") return runOf(spec).run;
      if (question === "story") return runOf(spec).story;
      if (question === "bands") return kept.bands;
      if (question === "odds") return kept.odds;
      if (question === "luck") return { now: kept.luck[keyOf(spec)] ?? kept.luck[""], untouched: keyOf(spec) ? kept.luck[""] : undefined };
      if (question === "trials") {
        const near = Object.keys(kept.trials).map(Number).reduce((best, one) => (Math.abs(one - asked.week) < Math.abs(best - asked.week) ? one : best));
        return kept.trials[near];
      }
      throw new Error("not_in_file");
    },
    language: () => document.documentElement.lang,
    read: () => location.hash.slice(1) || kept.start,
    onAddress: (act) => window.addEventListener("hashchange", () => (location.hash.startsWith("#sheet&") ? location.reload() : act())),
    undone: () => history.state?.undo ?? [],
    write(text, undo) {
      try {
        history.replaceState({ undo }, "", `#${text}`);
      } catch { /* some viewers of files allow no change of the address */ }
    },
    sheetAddress: (text) => `${location.href.split("#")[0]}#sheet&${text}`,
    openSheet(app) {
      const opened = window.open(this.sheetAddress(location.hash.slice(1)), "_blank");
      if (!opened) app.trouble_("not_in_file");
    },
  };
}

/** Numbers from their steps, in parts of one. */
function walked(steps, parts) {
  let last = 0;
  return steps.map((step) => {
    if (step === null) return null;
    last += step;
    return last / parts;
  });
}

/** A run whose numbers were kept as differences from the untouched one, its sentences as numbers of a list. */
function unpacked(kept, key, untouched = null) {
  const packed = kept.runs[key];
  const from = packed.from;
  const series = {};
  const whole = (steps, parts, before) => [...(before ? before.slice(0, from) : []), ...walked(steps, parts)];
  for (const [name, steps] of Object.entries(packed.series)) series[name] = whole(steps, 100, untouched?.run.series[name]);
  const office = { meeting: whole(packed.office.meeting, 10, untouched?.run.office.meeting), teams: packed.office.teams.map((team, at) => ({ ...team,
    waiting: whole(team.waiting, 10, untouched?.run.office.teams[at].waiting), morale: whole(team.morale, 1, untouched?.run.office.teams[at].morale) })) };
  const say = (number) => kept.sentences[number];
  const before = untouched ? untouched.story.weeks : {};
  const weeks = Object.fromEntries(Object.entries(before).filter(([week]) => +week < from));
  for (const [week, number] of Object.entries(packed.weeks)) weeks[week] = say(number);
  const stage = Object.fromEntries(Object.entries(untouched ? untouched.story.stage : {}).filter(([week]) => +week < from));
  for (const [week, shown] of Object.entries(packed.stage)) {
    stage[week] = shown.map((one) => ({ ...one, sentence: say(one.sentence), line: one.line === null ? null : say(one.line) }));
  }
  const told = (points) => points.map((point) => ({ ...point, sentence: say(point.sentence), rule: say(point.rule), behind: say(point.behind),
    causes: point.causes.map((cause) => ({ name: say(cause.name), share: cause.share })) }));
  return { run: { ...packed.run, series, office }, story: { points: told(packed.points), hindsight: told(packed.hindsight), weeks, stage, end: packed.end, measures: packed.run.measures } };
}
