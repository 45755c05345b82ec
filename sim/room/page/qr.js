// The session's address as a picture for cameras: drawn from what the server's library made. Dark on white in light and dark rooms alike.
import { drawn } from "./lines.js";

const QUIET = 4; // modules of white that a camera needs around

/** @param {{size: number, path: string}|(string|number[])[]} qr the dark modules as a path, or rows of 0 and 1 @param {string} title */
export function qrPicture(qr, title) {
  const rows = Array.isArray(qr) ? qr : null;
  const size = rows ? rows.length + 2 * QUIET : qr.size;
  const svg = drawn("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": title, "shape-rendering": "crispEdges" });
  svg.append(drawn("rect", { width: size, height: size, fill: "#FFFFFF" }));
  if (rows) {
    let path = "";
    rows.forEach((row, y) => [...row].forEach((cell, x) => { if (Number(cell)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`; }));
    svg.append(drawn("path", { d: path, fill: "#000000" }));
  } else svg.append(drawn("path", { d: qr.path, fill: "#000000" }));
  return svg;
}
