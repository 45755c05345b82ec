"""How quick is the sensitivity analysis beside SALib, and discovery by itself? `python -m bench.sensitivity_benchmark`.

Processor time, the least of several goes turn by turn in one process; what the function itself takes is counted apart and left
out of both, since it is the user's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from bench.benchmark import Figure, best_of, show
from tandem import discover
from tandem.experiments.discovery import Event
from tandem.experiments.sensitivity.analysis import analyse

INPUTS, ROWS = 20, 2**14
WEIGHTS = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, *[99.0] * (INPUTS - 8)])


class Timed:
    """Sobol's g-function of twenty inputs, which counts the processor time that it takes."""

    def __init__(self) -> None:
        self.spent = 0.0

    def __call__(self, points: np.ndarray) -> np.ndarray:
        began = time.process_time()
        found = np.prod((np.abs(4.0 * points - 2.0) + WEIGHTS) / (1.0 + WEIGHTS), axis=1)
        self.spent += time.process_time() - began
        return np.asarray(found)


def exact_totals() -> np.ndarray:
    """Total indices of the function by its formula (Saltelli & Sobol 1995), float64 (20,)."""
    each = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
    whole = np.prod(1.0 + each) - 1.0
    return np.asarray(each * np.array([np.prod(np.delete(1.0 + each, k)) for k in range(INPUTS)]) / whole)


def ours() -> tuple[float, np.ndarray]:
    """Processor seconds without the function, and total indices; first, total and second order are worked out, with intervals."""
    function, names = Timed(), [f"x{k}" for k in range(INPUTS)]
    began = time.process_time()
    found = analyse(lambda points, keys: function(points), names, ROWS, 1, ["y"], replicates=2, design="pairs")
    spent = time.process_time() - began - function.spent
    totals = found.table[found.table["measure"] == "total_mean"].set_index("input").loc[names, "estimate"]
    return spent, totals.to_numpy()


def salib() -> tuple[float, np.ndarray]:
    """The same of SALib's sample and analyze, without second order."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    function = Timed()
    problem = {"num_vars": INPUTS, "names": [f"x{k}" for k in range(INPUTS)], "bounds": [[0.0, 1.0]] * INPUTS}
    began = time.process_time()
    points = sample.sample(problem, ROWS, calc_second_order=False, seed=1)
    found = analyze.analyze(problem, function(points), calc_second_order=False, seed=1)
    return time.process_time() - began - function.spent, np.asarray(found["ST"])


def sobol(turns: int = 4) -> Iterator[Figure]:
    """Ours beside SALib, turn by turn."""
    spent: dict[str, float] = {}
    worst: dict[str, float] = {}
    for _ in range(turns):
        for name, work in (("ours", ours), ("SALib", salib)):
            seconds, totals = work()
            spent[name] = min(seconds, spent.get(name, np.inf))
            worst[name] = float(np.abs(totals - exact_totals()).max())
    for name, seconds in spent.items():
        yield Figure(f"{INPUTS} inputs, N = {ROWS:,}, {name}", f"{seconds:.2f} processor-s, largest error {worst[name]:.4f}")
    gain = spent["SALib"] / spent["ours"]
    yield Figure("ours against SALib without second order", f"{gain:.1f} times as fast", "15 times", gain >= 15.0)


def discovery() -> Iterator[Figure]:
    """A box in 4,000 points of 10 factors."""
    draw = np.random.default_rng(3)
    points = pd.DataFrame(draw.random((4000, 10)), columns=[f"x{k}" for k in range(10)])
    inside = (points["x0"] < 0.3) & (points["x1"] > 0.6)
    share = (draw.random((4, 4000)) < np.where(inside, 0.9, 0.1)).mean(axis=0)
    spent = best_of(2, lambda: discover(Event("y", 0.0, True), points, pd.Series(share))).processor
    yield Figure("discover, 4,000 points of 10 factors, 4 replicates", f"{spent:.1f} processor-s", "4", spent <= 4.0)


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    work: list[Callable[[], Iterator[Figure]]] = [sobol, discovery]
    show([figure for each in work for figure in each()], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
