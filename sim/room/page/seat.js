// The seat of this browser: kept by the browser, so that a reload or a lost network comes back to it. Nothing about a person.
const PLACE = "tandem-room";
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Where the seat is kept. In a rehearsal on one computer, each numbered window has a seat of its own; elsewhere a browser has one. */
function place(asked) {
  const number = LOOPBACK.includes(location.hostname) ? (asked ?? "").replace(/\D/g, "").slice(0, 2) : "";
  return number ? `${PLACE}-${number}` : PLACE;
}

export class Seat {
  constructor(window) {
    this.place = place(window);
    this.kept = null; // where a browser keeps nothing, for as long as the page is open
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.place)) ?? this.kept;
    } catch {
      return this.kept;
    }
  }

  write(seat) {
    this.kept = seat;
    try {
      if (seat) localStorage.setItem(this.place, JSON.stringify(seat));
      else localStorage.removeItem(this.place);
    } catch { /* a private window keeps nothing */ }
  }
}
