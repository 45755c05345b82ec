"""Does the widget hold its bars in JupyterLab? `python -m bench.notebook_benchmark` prints each figure beside its bar.

Measured in the system's Chromium with a real kernel; it needs the extras `test` and `notebooks`.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import sync_playwright

from bench.benchmark import Figure
from bench.dashboard_benchmark import p95
from bench.notebook_lab import lab

MOVES, RELEASES, DRAGGED = 40, 8, 60
# Moves a slider as a hand does and waits for the frame after both charts have changed; the widget stamps what it has drawn.
MOVE = """async ([moves, settle]) => {
  const root = document.querySelector(".tandem.explorer");
  const slider = root.querySelector('[data-lever="decision_clarity"]');
  const frame = () => new Promise((next) => { requestAnimationFrame(() => next()); });
  const until = async (name, before) => {
    while (root.dataset[name] === before) await new Promise((next) => { setTimeout(next, 0); });
  };
  const taken = [];
  for (let move = 0; move < moves; move += 1) {
    const answered = root.dataset.answered;
    const banded = root.dataset.banded;
    const from = performance.now();
    slider.value = String(5 * (1 + (7 * move) % 19));
    slider.dispatchEvent(new Event(settle ? "change" : "input"));
    await until(settle ? "banded" : "answered", settle ? banded : answered);
    await frame();
    taken.push(performance.now() - from);
    await new Promise((next) => { setTimeout(next, 30); });
  }
  return taken;
}"""
# The first move of a slider that the hand was not near before: nothing is known ahead, the kernel has to be asked.
FRESH = """async (moves) => {
  const root = document.querySelector(".tandem.explorer");
  const levers = [...root.querySelectorAll("[data-lever]")];
  const taken = [];
  for (let move = 0; move < moves; move += 1) {
    const slider = levers[move % levers.length];
    const answered = root.dataset.answered;
    const from = performance.now();
    slider.value = String(5 * (1 + (11 * move) % 19));
    slider.dispatchEvent(new Event("input"));
    while (root.dataset.answered === answered) await new Promise((next) => { setTimeout(next, 0); });
    await new Promise((next) => { requestAnimationFrame(() => next()); });
    taken.push(performance.now() - from);
    await new Promise((next) => { setTimeout(next, 400); });
  }
  return taken;
}"""
# Drags without waiting: however many moves, the last answer is the last move's, and only few questions were asked.
DRAG = """async (moves) => {
  const root = document.querySelector(".tandem.explorer");
  const slider = root.querySelector('[data-lever="skills"]');
  const before = Number(root.dataset.answered);
  for (let move = 1; move <= moves; move += 1) {
    slider.value = String(move);
    slider.dispatchEvent(new Event("input"));
    await new Promise((next) => { setTimeout(next, 4); });
  }
  const from = performance.now();
  while (Number(root.dataset.answered) < before + moves) await new Promise((next) => { setTimeout(next, 0); });
  return performance.now() - from;
}"""


def figures(page: Any, asked: list[str]) -> Iterator[Figure]:
    """Everything that is measured."""
    page.evaluate(MOVE, [5, False])  # the first ones compile and fill caches
    moved = page.evaluate(MOVE, [MOVES, False])
    middle, high = statistics.median(moved), p95(moved)
    yield Figure(
        "slider to both charts, median / p95",
        f"{middle:.0f} / {high:.0f} ms",
        "50 / 100 ms",
        middle <= 50 and high <= 100,
    )
    fresh = page.evaluate(FRESH, MOVES)
    yield Figure(
        "the same, another slider each time, median / p95",
        f"{statistics.median(fresh):.0f} / {p95(fresh):.0f} ms",
        "100 ms",
        p95(fresh) <= 100,
    )
    page.evaluate(MOVE, [2, True])
    released = page.evaluate(MOVE, [RELEASES, True])
    middle = statistics.median(released)
    yield Figure(
        "letting go to bands of 200 replicates, median (worst)",
        f"{middle:.0f} ({max(released):.0f}) ms",
        "500 ms",
        middle <= 500,
    )
    late = page.evaluate(DRAG, DRAGGED)
    yield Figure(f"{DRAGGED} moves without a pause: last move to its answer", f"{late:.0f} ms", "200 ms", late <= 200)
    outside = sum("//127.0.0.1" not in url for url in asked if url.startswith(("http", "ws")))
    yield Figure("requests to other machines", str(outside), "0", not outside)


def main() -> int:
    """Print every figure; 1 if one misses its bar."""
    missed = 0
    with sync_playwright() as playwright, lab(playwright) as (page, asked):
        for figure in figures(page, asked):
            word = "" if figure.met is None else "held" if figure.met else "missed"
            print(f"{figure.what:<58} {figure.figure:>16}   bar {figure.goal:<14} {word}", flush=True)
            missed += figure.met is False
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
