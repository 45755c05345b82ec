// Lines over the weeks as a drawing: the same for a phone, a projector and paper. Colours come from the style sheet, for light and dark.
import { spread } from "./labels.js";

const SPACE = "http://www.w3.org/2000/svg";
const LETTERS = 12; // px, where nobody says otherwise
const WIDE = 0.6; // of a letter's size: about the width of a letter
const NARROWEST = 20; // of an index that starts at 100: less would blow up what hardly moves

export function drawn(tag, attributes, ...children) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The lowest and the highest value of an axis: shares from 0 to 100, an index around where it moves, on round numbers. */
function ends(values, hundred) {
  if (hundred) return [0, 100];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(1.15 * (most - least), NARROWEST * Math.max(1, most / 400));
  const wanted = (least + most - span) / 2;
  for (let step = 1; ; step *= 10) {
    for (const one of [step, 2 * step, 5 * step]) {
      const low = Math.max(0, Math.floor(wanted / one) * one);
      if (2 * one >= span && low + 2 * one >= most) return [low, low + 2 * one];
    }
  }
}

/** A distance between marks so that no more stand on the axis than have room. */
function stepOf(weeks, room) {
  return [4, 8, 13, 26, 52, 104, 208].find((step) => weeks / step <= room) ?? 416;
}

/** One line: gaps where a value is missing, a point where it is alone. */
function pathOf(values, x, y) {
  let path = "";
  let pen = "M";
  values.forEach((value, week) => {
    if (value === null || value === undefined) { pen = "M"; return; }
    path += `${pen}${x(week).toFixed(1)} ${y(value).toFixed(1)}`;
    if (pen === "M") path += "h0.01";
    pen = "L";
  });
  return path;
}

const lastOf = (values) => values.filter((value) => value !== null && value !== undefined).at(-1);

/**
 * The drawing of several lines on one axis.
 * @param {{paths: {kind: string, values: (number|null)[], label: string}[], weeks: number, hundred?: boolean, width?: number, height?: number,
 *   letters?: number, until?: number|null, words: import("./words.js").Words, title: string}} shown `title` is what it says to who cannot see it;
 *   `until`: the week after which the room no longer chose, as a line
 */
export function linesOf({ paths, weeks, hundred = false, width = 360, height = 170, letters = LETTERS, until = null, words, title }) {
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "lines", role: "img", "aria-label": title, "font-size": letters });
  const shown = paths.filter((path) => lastOf(path.values) !== undefined);
  if (!shown.length) return svg;
  const [low, high] = ends(shown.flatMap((path) => path.values.filter((value) => value !== null && value !== undefined)), hundred);
  const marks = [low, (low + high) / 2, high];
  const left = letters * WIDE * Math.max(...marks.map((mark) => words.number(mark).length)) + 0.8 * letters;
  const right = letters * WIDE * 1.08 * Math.max(...shown.map((path) => path.label.length)) + letters;
  const [above, below] = [0.7 * letters, 1.7 * letters];
  const x = (week) => left + ((width - left - right) * week) / Math.max(weeks, 1);
  const y = (value) => above + (height - above - below) * (1 - (value - low) / (high - low));
  for (const mark of marks) {
    svg.append(drawn("line", { class: "grid", x1: left, x2: width - right, y1: y(mark), y2: y(mark) }));
    svg.append(drawn("text", { x: left - 0.45 * letters, y: y(mark) + 0.35 * letters, "text-anchor": "end" }, words.number(mark)));
  }
  if (until) svg.append(drawn("line", { class: "until", x1: x(until), x2: x(until), y1: above, y2: height - below }));
  const step = stepOf(weeks, Math.max(1, (width - left - right) / (3.6 * letters)));
  for (let week = 0; week <= weeks; week += step) {
    svg.append(drawn("text", { x: x(week), y: height - 0.3 * letters, "text-anchor": "middle" }, words.say("stage.week", { week })));
  }
  for (const path of shown) svg.append(drawn("path", { class: `path ${path.kind}`, d: pathOf(path.values, x, y) }));
  const row = 1.15 * letters;
  const places = spread(shown.map((path) => y(lastOf(path.values)) - row / 2), row, 0, height - below - row / 2);
  shown.forEach((path, at) => {
    const from = Math.min(x(path.values.length - 1), width - right) + 0.5 * letters;
    const beside = shown.length === 1 ? from : width - right + 0.5 * letters;
    svg.append(drawn("text", { class: `end ${path.kind}`, x: beside, y: places[at] + 0.85 * row }, path.label));
  });
  return svg;
}

/** The same in a box that the style sheet sizes: drawn anew when the box changes, so that letters stay letters. */
export function linesBox(shown) {
  const box = document.createElement("div");
  box.className = "lines-box";
  new ResizeObserver(() => {
    const { width, height } = box.getBoundingClientRect();
    if (width < 60 || height < 40) return;
    const letters = parseFloat(getComputedStyle(box).fontSize);
    box.replaceChildren(linesOf({ ...shown, width: Math.floor(width), height: Math.floor(height), letters }));
  }).observe(box);
  return box;
}
