// Plays the weeks of a run that is already computed, and stops by itself at turning points.

const WEEKS_PER_SECOND = 6;

export class Player {
  /** @param {{week: () => number, last: () => number, speed: () => number, stops: () => number[], show: (week: number) => void,
   *   stopped: (at: number|null) => void}} screen */
  constructor(screen) {
    this.screen = screen;
    this.playing = false;
  }

  toggle() {
    if (this.playing) this.stop(null);
    else this.play();
  }

  play() {
    if (this.screen.week() >= this.screen.last()) return;
    this.playing = true;
    this.place = this.screen.week();
    let before = null;
    const frame = (now) => {
      if (!this.playing) return;
      if (before !== null) this.advance((now - before) / 1000);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** Moves on by so many seconds; a slow machine skips no turning point. */
  advance(seconds) {
    const from = this.screen.week();
    this.place = Math.min(this.place + Math.min(seconds, 0.25) * WEEKS_PER_SECOND * this.screen.speed(), this.screen.last());
    const to = Math.floor(this.place);
    if (to <= from) return;
    const stop = this.screen.stops().find((week) => week > from && week <= to);
    this.screen.show(stop ?? to);
    if (stop !== undefined || to >= this.screen.last()) this.stop(stop ?? null);
  }

  stop(at) {
    if (!this.playing) return;
    this.playing = false;
    this.screen.stopped(at);
  }
}
