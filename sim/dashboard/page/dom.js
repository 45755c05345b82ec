// Makes elements. Texts go in as text, never as markup: whatever an address says, nothing of it runs.

/** @param {string} tag @param {Object<string, any>} attributes @param {...(Node|string|null|false)} children */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SHAPES = {
  start: "M6 5v14M20 5 9 12l11 7z",
  back: "M17 5 7 12l10 7z",
  forward: "M7 5l10 7-10 7z",
  end: "M18 5v14M4 5l11 7-11 7z",
  play: "M6 4l14 8-14 8z",
  pause: "M7 4h3v16H7zM14 4h3v16h-3z",
  previous: "M12 6l-6 6 6 6 6-6zM3 5v14",
  next: "M12 6l-6 6 6 6 6-6zM21 5v14",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  close: "M5 5l14 14M19 5 5 19",
};
const OUTLINED = ["undo", "close"];

/** A drawn sign: fonts on strange machines lack the symbols. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  path.setAttribute("fill", OUTLINED.includes(name) ? "none" : "currentColor");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", OUTLINED.includes(name) ? "2.4" : "1.6");
  path.setAttribute("stroke-linejoin", "round");
  path.setAttribute("stroke-linecap", "round");
  svg.append(path);
  return svg;
}

/** A button with words, and its key where it has one. */
export function button(words, act, { id = null, key = "", sign = "", pressed = null, title = "", plain = false, kind = "" } = {}) {
  const label = sign ? icon(sign) : document.createTextNode(words);
  return make("button", {
    type: "button", id, class: kind || null, onclick: act, "aria-label": sign ? words : null, "aria-keyshortcuts": key || null,
    "aria-pressed": pressed === null ? null : String(pressed), title: title || (key && !plain ? `${words} (${key})` : null),
  }, label);
}

const LEAST_LETTERS = 0.62; // of a panel's own size: smaller is not read from the last row

/** Lets a panel that must not scroll show all it holds: smaller letters, no smaller than may be. */
export function fitted(node, wanted) {
  node.style.fontSize = "";
  if (!wanted) return;
  const full = parseFloat(getComputedStyle(node).fontSize);
  for (let part = 0.96; node.scrollHeight > node.clientHeight + 1 && part >= LEAST_LETTERS; part -= 0.04) node.style.fontSize = `${full * part}px`;
}
