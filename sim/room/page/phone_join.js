// The way in: the code as it stands on the wall.
import { make } from "./dom.js";

export const LONGEST_CODE = 16;

/** A code as it is meant: capitals, without spaces and hyphens. */
export const codeOf = (typed) => typed.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, LONGEST_CODE);

/** @param {{words: any, code: string, notice: string|null, join: (code: string) => void}} given */
export function joinForm({ words, code, notice, join }) {
  const field = make("input", {
    type: "text", id: "code", class: "code", value: code, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: LONGEST_CODE + 4, required: true,
    enterkeyhint: "go", "aria-describedby": "code-note", "aria-invalid": notice ? "true" : null,
  });
  const go = make("button", { type: "submit", class: "primary wide", id: "join" }, words.say("join.button"));
  const form = make("form", { class: "card", onsubmit: (event) => {
    event.preventDefault();
    if (codeOf(field.value)) join(codeOf(field.value));
    else field.focus();
  } }, make("h1", {}, words.say("join.title")), make("label", { for: "code" }, words.say("join.code")), field,
  make("p", { class: notice ? "problem" : "note", id: "code-note", role: notice ? "alert" : null }, notice ?? words.say("join.where")), go,
  make("p", { class: "note" }, words.say("join.private")));
  return form;
}
