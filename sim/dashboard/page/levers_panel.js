// Four levers first, then all: levers, setting, split and context, conflict handling, decision rights.
import { make } from "./dom.js";

/** Where a control stands in the week shown: as an intervention before it left it, else moved by hand, else as the case has it. */
function standing(app, path) {
  const version = versionShown(app);
  if (version > 0) return app.run.standing[version].values[path];
  return app.state.set[path] ?? app.found.standing[path];
}

/** Which of the run's settings is in force in the week shown: 0 at the start, more after interventions and dated changes. */
export function versionShown({ run, state }) {
  let shown = 0;
  (run?.standing ?? []).forEach((version, at) => { if (at > 0 && version.week <= state.week) shown = at; });
  return shown;
}

function valueText(app, control, value) {
  if (control.path === "market.drift") return app.words.number(value, 2);
  return control.path.endsWith(".hours") ? app.words.number(value) : `${app.words.number(100 * value)}`;
}

function slider(app, control) {
  const { words, found } = app;
  const value = standing(app, control.path);
  const id = `control-${control.path.replace(".", "-")}`;
  const shown = make("output", { for: id }, valueText(app, control, value));
  const parts = found.fixed[control.path];
  const note = parts && app.state.set[control.path] === undefined ? words.say("levers.fixed", { n: parts }) : "";
  const input = make("input", {
    type: "range", id, min: control.low, max: control.high, step: control.step, value, disabled: !app.host.canMove,
    "aria-describedby": note ? `${id}-note` : null,
    oninput: () => {
      shown.textContent = valueText(app, control, +input.value);
      app.move(control.path, +input.value, true);
    },
    onchange: () => app.move(control.path, +input.value, false),
  });
  return make("div", { class: app.state.set[control.path] === undefined ? "lever" : "lever moved" },
    make("label", { for: id }, words.say(`control.${control.path}`)), shown, input,
    note && make("p", { class: "note", id: `${id}-note` }, note));
}

function select(app, id, label, options, chosen, change) {
  return make("div", { class: "lever" }, make("label", { for: id }, label),
    make("select", { id, disabled: !app.host.canMove, onchange: (event) => change(event.target.value) },
      options.map(([value, text]) => make("option", { value, selected: value === chosen }, text))));
}

function choice(app, control) {
  const { words } = app;
  const family = control.kind === "right" ? "right" : "step";
  return select(app, `control-${control.path.replace(".", "-")}`, words.say(`control.${control.path}`),
    control.options.map((option) => [option, words.say(`${family}.${option}`)]), standing(app, control.path),
    (value) => app.move(control.path, value, false));
}

function group(title, controls) {
  return make("fieldset", {}, make("legend", {}, title), controls);
}

export function leversPanel(app) {
  const { words, catalogue, state, found } = app;
  const of = (kind, first = null) => catalogue.controls.filter((one) => one.kind === kind && (first === null || one.first === first));
  const details = make("details", { id: "all-levers", open: app.allLevers, ontoggle: () => { app.allLevers = details.open; } },
    make("summary", {}, words.say("levers.all")),
    of("lever", false).map((one) => slider(app, one)),
    group(words.say("levers.setting"), of("setting").map((one) => slider(app, one))),
    group(words.say("levers.roles"), [
      select(app, "control-split", words.say("levers.split"), catalogue.splits.map((one) => [one.name, words.of(one.title)]),
        state.split ?? found.split, (value) => app.place("split", value)),
      select(app, "control-context", words.say("levers.context"), catalogue.contexts.map((one) => [one.name, words.of(one.title)]),
        state.context ?? found.context, (value) => app.place("context", value)),
    ]),
    group(words.say("levers.disputes"), of("choice").map((one) => choice(app, one))),
    group(words.say("levers.rights"), of("right").map((one) => choice(app, one))));
  return make("section", { class: "panel levers", "aria-label": words.say("levers.title") },
    make("h2", {}, words.say("levers.title")),
    app.host.canMove ? make("button", { type: "button", id: "fit-button", class: "fit-button", "aria-keyshortcuts": "D", onclick: () => app.dialogs.fit() }, words.say("fit.button"))
      : make("p", { class: "note" }, words.say("levers.in_file")),
    of("lever", true).map((one) => slider(app, one)), details,
    make("button", { type: "button", id: "levers-back", disabled: !app.moved(), onclick: () => app.putBack() }, words.say("levers.back")));
}
