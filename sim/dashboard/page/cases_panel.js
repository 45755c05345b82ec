// The cases, on keys 1 to 9 and 0.
import { make } from "./dom.js";

export function casesPanel(app) {
  const { words, catalogue, state } = app;
  return make("nav", { class: "panel cases", "aria-label": words.say("cases.title") },
    make("h2", {}, words.say("cases.title")),
    make("ul", {}, catalogue.cases.map((one) => {
      const title = words.title(one.title);
      return make("li", {}, make("button", {
        type: "button", id: `case-${one.name}`, class: one.failure || !one.key ? "case" : "case success", "aria-keyshortcuts": one.key || null,
        "aria-current": one.name === state.case ? "true" : null, onclick: () => app.open(one.name), title,
      }, make("kbd", {}, one.key || "·"), make("span", {}, title)));
    })));
}
