"""`analyse`: sensitivity of any vectorised function of points and luck."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.sensitivity.design import Design, SensitivityError, designed, evaluated, generator
from experiments.sensitivity.estimates import estimates
from experiments.sensitivity.features import features, names
from experiments.sensitivity.verdicts import Spread, checks, places, ranks, row_verdict, spread

PILOT = 256  # rows
MOST_REPLICATES = 16
COLUMNS = ["output", "input", "measure", "estimate", "low", "high", "se", "n", "verdict"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """Indices of every output with their intervals, and what may be said about them."""

    table: pd.DataFrame
    """Tidy: output, input, measure, estimate, low, high (95%), se, n, verdict. Shares of variance are between 0 and 1 but
    for noise, `direction` is between -1 and 1, `swing` is in units of the output (top fifth of the levels less bottom fifth)."""
    ranks: pd.DataFrame
    """By output and pair of inputs: before, after, difference of total_mean, low, high, p (Holm), decided."""
    checks: pd.DataFrame
    """By output: check, figure, criterion, passed."""
    verdicts: dict[str, str]
    """By output: converged, undecided, or not identifiable."""
    runs: int
    """Evaluations made, the pilot's among them."""
    design: Design
    outputs: tuple[str, ...] = field(default=("y",))

    @property
    def verdict(self) -> str:
        """The weakest verdict of all outputs."""
        order = ("not identifiable", "undecided", "converged")
        return min(self.verdicts.values(), key=order.index)

    @property
    def places(self) -> dict[str, dict[str, tuple[int, int]]]:
        """By output and input: first and last rank that it may have; equal ones are undecided."""
        found = {}
        for output in self.outputs:
            found[output] = places(self.ranks[self.ranks["output"] == output], list(self.design.groups))
        return found

    def value(self, measure: str, input: str = "", output: str | None = None) -> pd.Series:
        """One row of the table."""
        of = output or self.outputs[0]
        chosen = self.table[(self.table["output"] == of) & (self.table["input"] == input) & (self.table["measure"] == measure)]
        if len(chosen) != 1:
            raise KeyError(f"no {measure} of {input!r} for {of!r}")
        return chosen.iloc[0]

    def plot(self, output: str | None = None) -> Any:
        """A figure (matplotlib) of one output: totals and shares by input, with intervals, and the verdict."""
        from experiments.sensitivity.figures import indices_figure

        return indices_figure(self, output or self.outputs[0])

    def save(self, folder: str | Path) -> Path:
        """Write indices.csv, ranks.csv, convergence.csv, verdict.json and design.json, each whole or not at all."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        design = {"inputs": self.design.inputs, "groups": self.design.groups, "n": self.design.n, "seed": self.design.seed,
                  "replicates": self.design.replicates, "scrambles": self.design.scrambles, "runs": self.runs}  # fmt: skip
        texts = {"indices.csv": self.table.to_csv(index=False), "ranks.csv": self.ranks.to_csv(index=False),
                 "convergence.csv": self.checks.to_csv(index=False),
                 "verdict.json": json.dumps({"verdict": self.verdict, "outputs": self.verdicts}, indent=1) + "\n",
                 "design.json": json.dumps(design, indent=1) + "\n"}  # fmt: skip
        for name, text in texts.items():
            part = place / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(place / name)
        return place


def analyse(f: Callable[[np.ndarray, np.ndarray], np.ndarray], factors: Sequence[str] | Mapping[str, str], n: int = 2**14,
            seed: int = 1, outputs: Sequence[str] = ("y",), *, replicates: int | None = None, subsets: bool | None = None,
            progress: Callable[[float], None] | None = None) -> Analysis:  # fmt: skip
    """What moves the mean, the spread and the single run of a model that may be random.

    f(X, keys): X float64 (rows, inputs) in [0, 1), keys uint64 (rows,), the luck of each row: equal keys, equal luck. It
    returns float64 (rows,) or (rows, outputs), all finite. factors: names of the columns of X, or {name: group}.
    n: base rows over all scrambles, a power of two; from 4,096 on they are 16 scrambled Sobol sequences and intervals come from
    their spread, below they are independent and intervals come from each row's influence. replicates: lucks a row is
    played under; left out, a pilot of 256 rows decides (about nu / (1 - nu) for a noise share nu, 4 to 16; 2 where the
    pilot sees no luck). From 4 on, what drives the dispersion is estimated as well. subsets: play every set of groups (all
    interactions of pairs and Shapley shares); left out, up to 8 groups. progress is told the share done, 0 to 1.

    Returns an Analysis. SensitivityError: bad factors or n, a wrong shape, an output that is not finite.
    """
    if isinstance(outputs, str) or not outputs:
        raise SensitivityError(f"outputs = {outputs!r}: give a list with at least one name")
    outputs = tuple(outputs)
    tell = progress or (lambda share: None)
    plan = designed(factors, n, seed, 2, subsets)
    centre, dispersion, noise = pilot(f, plan, len(outputs))
    if replicates is None:
        replicates = wanted_replicates(noise)
    if replicates < 2:
        raise SensitivityError(f"replicates = {replicates}: at least 2, for one luck alone cannot tell luck from inputs")
    plan = designed(factors, n, seed, replicates, subsets)
    sums = Sums(plan, len(outputs))
    done = 0
    for scramble, a, b, keys_a, keys_b in plan.blocks():
        y_a = evaluated(f, a, keys_a, len(outputs)) - centre
        y_b = evaluated(f, b, keys_b, len(outputs)) - centre
        mixed = [evaluated(f, plan.mixed(a, b, u), keys_a, len(outputs)) - centre for u in plan.subsets]
        for o in range(len(outputs)):
            row = features(plan, a, b, y_a[:, :, o], y_b[:, :, o], [arm[:, :, o] for arm in mixed], dispersion[o])
            sums.add(scramble, o, row)
        done += len(a)
        tell(done / n)
    tables: list[pd.DataFrame] = []
    orders: list[pd.DataFrame] = []
    tested: list[pd.DataFrame] = []
    verdicts: dict[str, str] = {}
    for o, output in enumerate(outputs):
        table, order, check, verdict = judged(plan, sums, o)
        for frame, kept in ((table, tables), (order, orders), (check, tested)):
            frame.insert(0, "output", output)
            kept.append(frame)
        verdicts[output] = verdict
    return Analysis(pd.concat(tables, ignore_index=True)[COLUMNS], pd.concat(orders, ignore_index=True),
                    pd.concat(tested, ignore_index=True), verdicts, plan.runs + 2 * PILOT, plan, outputs)  # fmt: skip


def pilot(f: Callable, plan: Design, outputs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, mean variance between replicates and noise share of each output, from PILOT rows under two lucks."""
    draw = generator(plan.seed, "pilot")
    points = draw.random((PILOT, len(plan.inputs)))
    keys = draw.integers(0, 2**64, (PILOT, 2), dtype=np.uint64)
    y = evaluated(f, points, keys, outputs)
    within = y.var(axis=1, ddof=1).mean(axis=0)
    total = y.reshape(-1, outputs).var(axis=0)
    return y.mean(axis=(0, 1)), within, np.divide(within, total, out=np.zeros(outputs), where=total > 0.0)


def wanted_replicates(noise: np.ndarray) -> int:
    """Lucks a row should be played under: about nu / (1 - nu) of the noisiest output, 4 to 16; 2 without any luck."""
    nu = float(noise.max(initial=0.0))
    if nu == 0.0:
        return 2
    return int(np.clip(round(nu / max(1.0 - nu, 1e-3)), 4, MOST_REPLICATES))


class Sums:
    """Sums of features by scramble, and of their products: all that is kept, whatever n."""

    def __init__(self, plan: Design, outputs: int):
        size = len(names(plan))
        self.count = np.zeros(plan.scrambles)
        self.first = np.zeros((outputs, plan.scrambles, size))
        self.product = np.zeros((outputs, size, size))

    def add(self, scramble: int, output: int, rows: np.ndarray) -> None:
        """Add the features (rows, features) of a block."""
        if output == 0:
            self.count[scramble] += len(rows)
        self.first[output, scramble] += rows.sum(axis=0)
        self.product[output] += rows.T @ rows

    def means(self, output: int, scrambles: slice = slice(None)) -> np.ndarray:
        """Mean features over some scrambles."""
        return self.first[output, scrambles].sum(axis=0) / self.count[scrambles].sum()

    def covariance(self, output: int) -> np.ndarray:
        """Covariance of the features between rows."""
        mean = self.means(output)
        return self.product[output] / self.count.sum() - np.outer(mean, mean)


def judged(plan: Design, sums: Sums, o: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str]:
    """Table, ranks, checks and verdict of one output."""
    found = estimates(plan, sums.means(o))
    by_scramble, halves = None, []
    if plan.scrambles > 1:
        by_scramble = np.array([estimates(plan, sums.means(o, slice(s, s + 1))).values for s in range(plan.scrambles)])
        halves = [estimates(plan, sums.means(o, slice(0, plan.scrambles // part))).values for part in (4, 2)]
    sure: Spread = spread(found.weights, sums.covariance(o), plan.n, by_scramble)
    half = sure.reach * sure.se
    noise = float(found.values[found.labels.index(("", "noise_share"))])
    rows = []
    for i, (label, measure) in enumerate(found.labels):
        low, high = found.values[i] - half[i], found.values[i] + half[i]
        word = row_verdict(measure, low, high, plan.n, noise)
        rows.append((label, measure, found.values[i], low, high, sure.se[i], plan.n, word))
    table = pd.DataFrame(rows, columns=COLUMNS[1:])
    tested = checks(found.labels, found.values, sure, plan.n, halves)
    totals = table[table["measure"] == "total_mean"]["verdict"]
    if (totals == "not identifiable").any():
        verdict = "not identifiable"
    else:
        verdict = "converged" if bool(tested["passed"].all()) else "undecided"
    return table, ranks(found.labels, found.values, sure), tested, verdict
