// A chart as a drawing for print: sharp on paper at any size.
import { ACT_COLOUR, INK, colourOf, roundTop } from "./chart.js";
import { spread } from "./labels.js";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 150, 30, 96, 12, 20];

function drawn(tag, attributes, text = "") {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

/** The whole run as an SVG drawing: the lines of a theme, the untouched run dotted, stops, interventions. */
export function lineDrawing({ names, hundred, run, ghost, points, acts, label, lang }) {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "drawing", "aria-hidden": "true" });
  const every = names.flatMap((name) => [...run.series[name], ...(ghost ? ghost.series[name] : [])]);
  const top = hundred ? 100 : roundTop(every);
  const x = (week) => LEFT + ((WIDTH - LEFT - RIGHT) * week) / run.weeks;
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  for (const share of [0, 0.5, 1]) {
    svg.append(drawn("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(top * share), y2: y(top * share), stroke: "#C9D0D8", "stroke-width": 0.6 }));
    const shown = new Intl.NumberFormat(lang, { maximumFractionDigits: top < 10 ? 1 : 0 }).format(top * share);
    svg.append(drawn("text", { x: LEFT - 4, y: y(top * share) + 3, "text-anchor": "end", class: "axis" }, shown));
  }
  for (let week = 0; week <= run.weeks; week += 26) {
    svg.append(drawn("text", { x: x(week), y: HEIGHT - 6, "text-anchor": "middle", class: "axis" }, String(week)));
  }
  for (const act of acts) {
    svg.append(drawn("rect", { x: x(act) - 1, y: TOP, width: 2, height: HEIGHT - TOP - BOTTOM, fill: ACT_COLOUR }));
  }
  for (const week of points) {
    svg.append(drawn("path", { d: `M${x(week)} ${TOP - 9}l4 4-4 4-4-4z`, fill: INK }));
  }
  const line = (values, more) => {
    let path = "";
    let pen = "M";
    values.forEach((value, week) => {
      if (value === null) { pen = "M"; return; }
      path += `${pen}${x(week).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
    });
    svg.append(drawn("path", { d: path, fill: "none", "stroke-linejoin": "round", ...more }));
  };
  const ends = [];
  names.forEach((name, index) => {
    const dash = index ? { "stroke-dasharray": "6 3" } : {};
    if (ghost) line(ghost.series[name], { stroke: colourOf(name), "stroke-width": 1, "stroke-dasharray": "1.5 2.5" });
    line(run.series[name], { stroke: colourOf(name), "stroke-width": 1.8, ...dash });
    ends.push([run.series[name].at(-1) ?? 0, colourOf(name), label(name, run.series[name].at(-1))]);
  });
  const places = spread(ends.map(([value]) => y(value)), 11, TOP, HEIGHT - BOTTOM);
  ends.forEach(([, colour, text], index) => {
    svg.append(drawn("text", { x: WIDTH - RIGHT + 5, y: places[index] + 3, fill: colour, class: "end" }, text));
  });
  return svg;
}
