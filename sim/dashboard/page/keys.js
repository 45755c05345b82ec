// The keyboard. Single letters rest while a field has the focus, and can be switched off altogether.

function typing(target) {
  return target instanceof HTMLElement && (target.matches("select, textarea") || (target.matches("input") && target.type !== "checkbox" && target.type !== "range"));
}

/** Gives the keys back to the simulator once a pointer has done with a control: Space shall play, not press it again. */
export function letGo(event, app) {
  if (!app.byPointer || app.dialogs.node.open) return;
  const held = event.target instanceof Element ? event.target.closest("button, summary, select, input[type=checkbox], input[type=range]") : null;
  if (held && !(event.type === "click" && held.matches("select, input[type=range]"))) queueMicrotask(() => app.root.ownerDocument.activeElement?.blur?.());
}

/** Acts on a key; true if it was one of ours. */
export function press(app, event) {
  const { key, target } = event;
  if (event.altKey || event.metaKey) return false;
  if (event.ctrlKey) {
    if (key.toLowerCase() !== "z" || event.shiftKey || typing(target)) return false;
    app.undo();
    return true;
  }
  if (app.dialogs.node.open) return inDialog(app, event);
  if (typing(target)) return false;
  const slider = target instanceof HTMLInputElement && target.type === "range" && target.id !== "scrub";
  const pressable = target instanceof HTMLElement && target.matches("button, summary, a, input[type=checkbox]");
  if (key === " ") {
    if (pressable) return false;
    app.player.toggle();
    return true;
  }
  if (!slider) {
    const moves = { ArrowLeft: () => (event.shiftKey ? app.turn(-1) : app.step(-1)), ArrowRight: () => (event.shiftKey ? app.turn(1) : app.step(1)),
      Home: () => app.goto(0), End: () => app.goto(app.found.weeks) };
    if (key in moves) {
      moves[key]();
      return true;
    }
  }
  if (!app.state.keys) return false;
  const letters = { b: () => app.dialogs.bet(), i: () => app.dialogs.act(), u: () => app.undo(), r: () => app.replay(), l: () => app.checkLuck(),
    g: () => app.otherLanguage(), f: () => app.projector(), p: () => app.sheet(), c: () => app.dialogs.confidence(), d: () => app.dialogs.fit(), w: () => app.why(), n: () => app.next(), "?": () => app.dialogs.help() };
  if (/^[0-9]$/.test(key)) {
    const found = app.catalogue.cases.find((one) => one.key === key);
    if (found) app.open(found.name);
    return Boolean(found);
  }
  const act = letters[key.toLowerCase()];
  act?.();
  return Boolean(act);
}

function inDialog(app, event) {
  if (app.dialogs.kind !== "act" || !/^[1-9]$/.test(event.key) || typing(event.target)) return false;
  const found = app.dialogs.node.querySelector(`[data-digit="${event.key}"]:not([disabled])`);
  found?.click();
  return Boolean(found);
}
