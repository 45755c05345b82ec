// Lines over the weeks as a drawing: the same for a phone, a projector and paper. Colours come from the style sheet, for light and dark.
import { spread } from "./labels.js";

const SPACE = "http://www.w3.org/2000/svg";
const [LEFT, RIGHT, TOP, BOTTOM, LETTERS] = [34, 92, 10, 20, 13];

export function drawn(tag, attributes, ...children) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A round number above all values, for the top of an axis. */
function top(values) {
  const most = Math.max(...values, 1);
  const step = 10 ** Math.floor(Math.log10(most));
  return (Math.ceil((2 * 1.05 * most) / step) / 2) * step;
}

/** A distance between marks so that some five stand on the axis. */
function stepOf(weeks) {
  return [4, 8, 13, 26, 52].find((step) => weeks / step <= 6) ?? 104;
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
 *   words: import("./words.js").Words, title: string}} shown `title` is what it says to who cannot see it
 */
export function linesOf({ paths, weeks, hundred = false, width = 360, height = 170, words, title }) {
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "lines", role: "img", "aria-label": title });
  const every = paths.flatMap((path) => path.values.filter((value) => value !== null && value !== undefined));
  const ceiling = hundred ? 100 : top(every);
  const x = (week) => LEFT + ((width - LEFT - RIGHT) * week) / Math.max(weeks, 1);
  const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - value / ceiling);
  for (const share of [0, 0.5, 1]) {
    svg.append(drawn("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(ceiling * share), y2: y(ceiling * share) }));
    svg.append(drawn("text", { x: LEFT - 5, y: y(ceiling * share) + 4, "text-anchor": "end" }, words.number(ceiling * share, ceiling < 10 ? 1 : 0)));
  }
  for (let week = 0; week <= weeks; week += stepOf(weeks)) {
    svg.append(drawn("text", { x: x(week), y: height - 5, "text-anchor": "middle" }, words.number(week)));
  }
  const ends = paths.filter((path) => lastOf(path.values) !== undefined);
  for (const path of ends) svg.append(drawn("path", { class: `path ${path.kind}`, d: pathOf(path.values, x, y) }));
  const places = spread(ends.map((path) => y(lastOf(path.values)) - LETTERS / 2), LETTERS, 0, height - BOTTOM - LETTERS);
  ends.forEach((path, at) => svg.append(drawn("text", { class: `end ${path.kind}`, x: width - RIGHT + 7, y: places[at] + LETTERS - 2 }, path.label)));
  return svg;
}
