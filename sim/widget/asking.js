// Questions to the kernel and what came of them: one question of a kind at a time, the latest wins, and answers are kept.

/** Asks the kernel; while an answer is awaited only the newest further question is kept. */
export class Line {
  constructor(model, kind, heard) {
    this.model = model;
    this.kind = kind;
    this.heard = heard;
    this.awaited = 0;
    this.number = 0;
    this.question = null;
    this.next = null;
  }

  ask(question) {
    if (this.awaited) {
      this.next = question;
      return;
    }
    this.number += 1;
    this.awaited = this.number;
    this.question = question;
    this.model.send({ kind: this.kind, number: this.number, ...question });
  }

  /** Nobody wants to know any more. */
  drop() {
    this.awaited = 0;
    this.next = null;
  }

  hear(message) {
    if (message.kind !== this.kind || message.number !== this.awaited) return;
    this.awaited = 0;
    const [question, next] = [this.question, this.next];
    this.next = null;
    if (next) this.ask(next);
    this.heard(message, question, next !== null);
  }
}

/** Answers by the state they are about; the oldest go first. */
export class Kept {
  constructor(most) {
    this.most = most;
    this.answers = new Map();
  }

  of(state) {
    return this.answers.get(JSON.stringify(state));
  }

  put(state, answer) {
    this.answers.set(JSON.stringify(state), answer);
    if (this.answers.size > this.most) this.answers.delete(this.answers.keys().next().value);
  }

  clear() {
    this.answers.clear();
  }
}

/** Positions of a slider beside the one it stands at, nearest first. */
export function around(slider, most) {
  const [low, high, step, now] = [slider.min, slider.max, slider.step, slider.value].map(Number);
  const found = [];
  for (let apart = step; found.length < most && apart <= high - low; apart += step) {
    found.push(...[now + apart, now - apart].filter((position) => position >= low && position <= high));
  }
  return found.slice(0, most);
}
