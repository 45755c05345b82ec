// Plays the weeks of a run that is already computed, and stops by itself at turning points.

const WEEKS_PER_SECOND = 6; // of weeks in which nobody speaks; the others stay as long as `dwell` says

export class Player {
  /** @param {{here: () => boolean, week: () => number, last: () => number, speed: () => number, stops: () => number[], dwell: (week: number) => number, show: (week: number) => void,
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
    if (!this.screen.here()) return; // it begins by itself once there is something to play
    const from = this.screen.week();
    this.waited = (this.waited ?? 0) + Math.min(seconds, 0.25) * this.screen.speed();
    if (this.waited < this.screen.dwell(from)) return;
    this.place = Math.min(this.place + Math.min(seconds, 0.25) * WEEKS_PER_SECOND * this.screen.speed(), this.screen.last());
    const to = Math.floor(this.place);
    if (to <= from) return;
    this.waited = 0;
    let next = to;
    for (let week = from + 1; week < to; week += 1) if (this.screen.dwell(week) > 0) { next = week; break; } // none is passed over
    this.place = Math.min(this.place, next + 0.999);
    const stop = this.screen.stops().find((week) => week > from && week <= next);
    this.screen.show(stop ?? next);
    if (stop !== undefined || next >= this.screen.last()) this.stop(stop ?? null);
  }

  stop(at) {
    if (!this.playing) return;
    this.playing = false;
    this.screen.stopped(at);
  }
}
