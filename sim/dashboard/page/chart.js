// One chart: at most two series of a run, its ghost, the band of futures, turning points, interventions, the week.
import { make } from "./dom.js";
import { spread } from "./labels.js";

/** Lines need a contrast of 3 on white, their labels one of 4.5; a test holds them to it. */
export const COLOURS = {
  trust: "#0072B2", role_clarity: "#8A5A00", relationship_conflict: "#B34700", goal_gap: "#5B4B8A", satisfaction: "#00735A",
  brand_awareness: "#0072B2", revenue: "#00735A", quarrels: "#B34700", decisions_open: "#8A5A00", open_delay_weeks: "#B34700",
  waiting_weeks: "#8A5A00", ceo_load: "#0072B2", coo_load: "#8A5A00", morale: "#00735A", team_skill: "#0072B2",
  technique: "#00735A", standing_error: "#B34700",
};
/** The colour of a series; outcomes of a user's own share one. */
export const colourOf = (name) => COLOURS[name] ?? "#5B4B8A";
export const ACT_COLOUR = "#9C3D78";
export const INK = "#1B2430";
const PER_SERIES = 5; // low, high, ghost, seen, shown
const LABEL_HEIGHT = 1.25; // of the font's size

/** Values up to a week, and nothing after it. */
function upTo(values, week) {
  return values.map((value, at) => (at <= week ? value : null));
}

/** A round number above all values, for the top of an axis. */
export function roundTop(values) {
  let most = 0;
  for (const value of values) if (value !== null && value > most) most = value;
  const step = 10 ** Math.floor(Math.log10(most || 1));
  return Math.max((Math.ceil((2 * 1.08 * most) / step) / 2) * step, 1);
}

export class Chart {
  /** @param {(week: number) => void} jump called with the week somebody points at */
  constructor(jump) {
    this.jump = jump;
    this.labels = make("div", { class: "line-labels", "aria-hidden": "true" });
    this.plot = make("div", { class: "plot" });
    this.node = make("div", { class: "chart-body" }, this.plot, this.labels);
    this.shown = null;
    this.size = [0, 0];
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.node);
    this.watcher.observe(this.plot); // labels above it, on a narrow screen, take of its height
    this.plot.addEventListener("click", (event) => {
      if (!this.picture || !this.shown) return;
      const box = this.picture.over.getBoundingClientRect();
      const week = Math.round(this.picture.posToVal(event.clientX - box.left, "x"));
      this.jump(this.snapped(week));
    });
  }

  /** A turning point near a week that was pointed at, else the week. */
  snapped(week) {
    const near = this.shown.points.filter((point) => Math.abs(point - week) <= 1);
    return Math.min(Math.max(near[0] ?? week, 0), this.shown.weeks);
  }

  /**
   * Draws. `shown`: names, hundred, series, ghost, bands, weeks, week, seen, past, points, acts, words, ghostWords, replay.
   * Only what changed is made anew: another week changes data, another theme the picture.
   */
  draw(shown) {
    const before = this.shown;
    this.shown = shown;
    const range = this.range(shown);
    const same = before && this.picture && before.names.join() === shown.names.join() && before.weeks === shown.weeks
      && before.large === shown.large && before.lang === shown.lang;
    const moved = !this.limits || this.limits[1] !== range[1];
    this.limits = range;
    if (same) {
      this.picture.batch(() => {
        this.picture.setData(this.data(shown), false);
        if (moved) this.picture.setScale("y", { min: range[0], max: range[1] });
        else this.picture.redraw(true, false);
      });
    } else this.make();
    queueMicrotask(() => this.label()); // the library settles its scales in a microtask, and labels stand at their heights
  }

  range(shown) {
    if (shown.hundred) return [0, 100];
    const every = []; // of the run only what was seen: the height of an axis shall not tell what comes
    const seen = Math.max(shown.seen, shown.week) + 1;
    for (const name of shown.names) {
      every.push(...(shown.bands ? shown.bands.high[name] : []), ...shown.series[name].slice(0, seen), ...(shown.ghost ? shown.ghost[name].slice(0, Math.max(shown.past + 1, seen)) : []));
    }
    return [0, roundTop(every)];
  }

  data(shown) {
    const columns = [Array.from({ length: shown.weeks + 1 }, (_, week) => week)];
    const seen = Math.max(shown.seen, shown.week);
    for (const name of shown.names) {
      const nothing = new Array(shown.weeks + 1).fill(null);
      const bands = shown.bands && !shown.replay;
      columns.push(bands ? upTo(shown.bands.low[name], seen) : nothing, bands ? upTo(shown.bands.high[name], seen) : nothing);
      columns.push(shown.ghost ? upTo(shown.ghost[name], Math.max(shown.past, shown.week)) : nothing);
      columns.push(shown.series[name].map((value, week) => (week >= shown.week && week <= seen ? value : null)));
      columns.push(shown.replay === "ghost" ? nothing : upTo(shown.series[name], shown.week));
    }
    return columns;
  }

  make() {
    this.picture?.destroy();
    this.picture = null;
    const { width, height } = this.plot.getBoundingClientRect();
    if (width < 40 || height < 40 || !this.shown) return;
    const shown = this.shown;
    const size = parseFloat(getComputedStyle(this.node).fontSize);
    const font = `${Math.round(size * 0.92)}px system-ui, sans-serif`;
    const thick = shown.large ? 5 : 3;
    const room = Math.max(1, Math.floor((width - 4 * size) / (3 * size))); // marks whose numbers keep apart
    const marked = [13, 26, 52, 104, 208].find((step) => shown.weeks / step <= room) ?? 416;
    const series = [{}];
    const bands = [];
    shown.names.forEach((name, index) => {
      const colour = colourOf(name);
      const dash = index ? [10, 5] : undefined;
      const first = 1 + index * PER_SERIES;
      const unseen = { stroke: "transparent", width: 0, points: { show: false } };
      series.push(unseen, { ...unseen });
      series.push({ stroke: colour, width: thick * 0.6, dash: [2, 5], points: { show: false } });
      series.push({ stroke: `${colour}66`, width: thick * 0.8, dash, points: { show: false } });
      series.push({ stroke: colour, width: thick, dash, points: { show: false } });
      bands.push({ series: [first + 1, first], fill: `${colour}1c` });
    });
    const grid = { stroke: "#E3E7EC", width: 1 };
    this.picture = new uPlot({
      width: Math.floor(width), height: Math.floor(height), padding: [size * 1.1, size * 1.1, 0, 0], legend: { show: false },
      cursor: { show: false }, select: { show: false }, series, bands,
      scales: { x: { time: false, range: [0, shown.weeks] }, y: { range: () => this.limits } },
      axes: [
        { stroke: "#4A5563", font, grid: { show: false }, ticks: { stroke: "#9AA5B1", width: 1 }, size: size * 2,
          splits: () => Array.from({ length: Math.floor(shown.weeks / marked) + 1 }, (_, mark) => mark * marked) },
        { stroke: "#4A5563", font, grid, ticks: { show: false }, size: size * 2.9, space: size * 2.4,
          values: (_, marks) => marks.map((mark) => new Intl.NumberFormat(shown.lang).format(mark)) },
      ],
      hooks: { draw: [(picture) => this.marks(picture)] },
    }, this.data(shown), this.plot);
    this.size = [Math.floor(width), Math.floor(height)];
  }

  /** Turning points on top, interventions as bars, the week as a line. */
  marks(picture) {
    const { ctx } = picture;
    const ratio = devicePixelRatio;
    const { left, top, height } = picture.bbox;
    const shown = this.shown;
    const seen = Math.max(shown.seen, shown.week);
    const place = (week) => picture.valToPos(week, "x", true);
    ctx.save();
    ctx.setLineDash([]);
    for (const act of shown.acts) {
      ctx.fillStyle = ACT_COLOUR;
      ctx.fillRect(place(act) - 2 * ratio, top, 4 * ratio, height);
    }
    ctx.fillStyle = INK;
    const half = (shown.large ? 8 : 5.5) * ratio;
    for (const week of shown.points.filter((point) => point <= seen)) {
      const x = place(week);
      const y = top - half * 0.9;
      ctx.beginPath();
      ctx.moveTo(x, y - half);
      ctx.lineTo(x + half, y);
      ctx.lineTo(x, y + half);
      ctx.lineTo(x - half, y);
      ctx.fill();
    }
    ctx.strokeStyle = INK;
    ctx.lineWidth = 1.5 * ratio;
    ctx.beginPath();
    ctx.moveTo(Math.max(place(shown.week), left), top);
    ctx.lineTo(Math.max(place(shown.week), left), top + height);
    ctx.stroke();
    ctx.restore();
  }

  /** What the lines are called and where they stand, at their height in the margin. */
  label() {
    const shown = this.shown;
    if (!shown) return;
    const rows = [];
    shown.names.forEach((name, index) => {
      const value = shown.series[name][shown.week];
      const dash = index ? "dashed" : "solid";
      if (value !== null && value !== undefined) {
        rows.push({ value, colour: colourOf(name), dash, words: shown.words(name, value) });
      }
      const ghost = shown.ghost?.[name]?.[shown.week];
      const apart = ghost !== null && ghost !== undefined && value !== null && Math.abs(ghost - value) > 0.005 * (this.limits[1] - this.limits[0]);
      if (apart) rows.push({ value: ghost, colour: colourOf(name), dash: "dotted", words: shown.ghostWords(name, ghost) });
    });
    const made = rows.map((row) => {
      const key = make("span", { class: `line-key ${row.dash}` });
      key.style.borderTopColor = row.colour;
      const node = make("span", { class: "line-label" }, key, make("span", {}, row.words));
      node.style.color = row.colour;
      return node;
    });
    this.labels.replaceChildren(...made);
    this.place(rows, made);
  }

  place(rows, nodes) {
    if (!this.picture || !rows.length || getComputedStyle(this.labels).position !== "absolute") return;
    const size = parseFloat(getComputedStyle(this.labels).fontSize);
    const step = Math.max(...nodes.map((node) => node.offsetHeight), LABEL_HEIGHT * size) + 2;
    const ratio = devicePixelRatio;
    const top = this.picture.bbox.top / ratio;
    const bottom = top + this.picture.bbox.height / ratio;
    if (rows.length * step > bottom + step / 2 && rows.some((row) => row.dash === "dotted")) {
      // Too low a chart for all: what the ghost says stands in the table of differences too.
      nodes.forEach((node, index) => { if (rows[index].dash === "dotted") node.remove(); });
      const kept = rows.map((row) => row.dash !== "dotted");
      this.place(rows.filter((_, index) => kept[index]), nodes.filter((_, index) => kept[index]));
      return;
    }
    const wanted = rows.map((row) => top + (bottom - top) * (1 - row.value / this.limits[1]) - step / 2);
    const places = spread(wanted, step, 0, Math.max(bottom - step, 0));
    nodes.forEach((node, index) => { node.style.top = `${places[index]}px`; });
  }

  fit() {
    const { width, height } = this.plot.getBoundingClientRect();
    if (!this.shown || (Math.floor(width) === this.size[0] && Math.floor(height) === this.size[1])) return;
    this.make();
    this.label();
  }
}
