// Asks the session's server, and keeps asking: each second while it answers, less often while it does not.
import { Words } from "./words.js";

const EVERY = 1000; // ms between two looks
const LONGEST_WAIT = 8000; // ms between two tries without a network
const PATIENCE = 6000; // ms until a question counts as lost

/** The words of this page in its language. */
export function pageWords() {
  return new Words(JSON.parse(document.getElementById("texts").textContent), document.documentElement.lang);
}

/** The named values of the address's hash, which never leaves the browser. */
export function fromHash() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

/** The same page in the other language, at the same place. */
export function otherLanguage(words) {
  const next = words.lang === "fr" ? "en" : "fr";
  location.replace(`${location.pathname}?lang=${next}${location.hash}`);
}

async function sent(question, asked) {
  const line = new AbortController();
  const patience = setTimeout(() => line.abort(), PATIENCE);
  try {
    return await fetch(`/api/${question}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(asked), signal: line.signal, cache: "no-store",
    });
  } catch {
    throw new Error("lost");
  } finally {
    clearTimeout(patience);
  }
}

async function answered(question, asked) {
  const answer = await sent(question, asked);
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Error(told.notice ?? (answer.status >= 500 ? "lost" : "broken"));
}

/** One question, one answer. Throws an Error whose message is a key of the notices; "lost" where nobody answered. */
export async function ask(question, asked) {
  const answer = await answered(question, asked);
  return answer.json().catch(() => { throw new Error("lost"); });
}

/** A file of the session, as the browser keeps it: content and name. */
export async function fetchFile(question, asked, fallback) {
  const answer = await answered(question, asked);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? fallback;
  return { content: await answer.blob(), name };
}

export class Watcher {
  /**
   * @param {string} question what is asked again and again
   * @param {() => Object} asked who asks: a seat or a key
   * @param {{heard: (state: Object) => void, refused: (key: string) => void, lost: (isLost: boolean) => void}} hearer
   */
  constructor(question, asked, hearer) {
    Object.assign(this, { question, asked, hearer, state: null, waiting: EVERY, stopped: true, isLost: false });
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.now(); });
  }

  start() {
    this.stopped = false;
    this.now();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Asks at once, as after an act of one's own. */
  now() {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.turn = (this.turn ?? 0) + 1; // an answer to an older question than the newest is not heard
    this.look(this.turn);
  }

  /** Takes an answer that came another way, as that to an act. */
  take(state) {
    this.turn = (this.turn ?? 0) + 1;
    this.hear(state);
    this.again(EVERY);
  }

  async look(turn) {
    try {
      const since = this.state ? { since: this.state.version } : {};
      const answer = await ask(this.question, { ...this.asked(), ...since });
      if (turn !== this.turn || this.stopped) return;
      this.waiting = EVERY;
      this.tellLost(false);
      this.hear(answer);
    } catch (problem) {
      if (turn !== this.turn || this.stopped) return;
      if (problem.message === "lost" || problem.message === "too_fast") {
        if (problem.message === "lost") this.tellLost(true);
        this.waiting = Math.min(this.waiting * 2, LONGEST_WAIT);
      } else {
        this.stop();
        this.hearer.refused(problem.message);
        return;
      }
    }
    this.again(this.waiting);
  }

  /** Says so when the network goes and when it is back, and only then: other notices stay as long as they mean something. */
  tellLost(isLost) {
    if (isLost === this.isLost) return;
    this.isLost = isLost;
    this.hearer.lost(isLost);
  }

  again(wait) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.now(), wait);
  }

  hear(answer) {
    this.state = "phase" in answer ? answer : { ...this.state, ...answer };
    this.heardAt = performance.now();
    this.hearer.heard(this.state);
  }

  /** Seconds left of the round by now; null while no clock runs. */
  left() {
    const seconds = this.state?.seconds;
    if (seconds === null || seconds === undefined) return null;
    return Math.max(Math.ceil(seconds - (performance.now() - this.heardAt) / 1000), 0);
  }
}

/** Seconds as a clock shows them. */
export function clockFace(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
