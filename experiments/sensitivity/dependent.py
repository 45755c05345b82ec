"""What drives an output when its inputs hang together: Shapley effects, and what the usual indices mean there.

With dependent inputs first and total indices neither bracket an input's share nor add up. Shapley effects do: they share the
variance of the mean E[Y|x] out among the inputs, each counted with every subset of the others (Owen 2014; Song, Nelson & Staum
2016; for dependent inputs Iooss & Prieur 2019). The worth of a subset is Var(E[Y|x of the subset]), had here as the covariance
of two runs that share the subset's inputs, the others drawn anew from their law given these, under independent luck: luck then
adds nothing to any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.telling import said
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.intervals import LEVEL, half_width, holm, left_out, p_value, standard_error
from tandem.experiments.sensitivity.luck import NEAR_A, ORDERS, generator, keys_of
from tandem.experiments.sensitivity.points import Plan, plan_of
from tandem.experiments.sensitivity.ranking import places_of
from tandem.experiments.sensitivity.runner import Function, NotFinite, Runner
from tandem.experiments.store.dependence import Correlation
from tandem.sim.intervals import brought_within
from tandem.sim.mistake import Mistake
from tandem.sim.own import Own
from tandem.sim.seeds import seed_of

MOST_GROUPS_FOR_SUBSETS = 6
MOST_GROUPS = 64


@dataclass(frozen=True, eq=False, repr=False)
class DependentSensitivity(Own):
    """Shapley effects of inputs that hang together, with intervals, by their shares of the variance of E[Y|x]."""

    table: pd.DataFrame
    """One row an output, measure and input: output, input, measure, estimate, low, high (95%), se, n (base rows), verdict;
    measures shapley_mean, first_mean, total_mean (shares of the variance of E[Y|x], 0-1) and noise_share (of the variance of
    Y)."""
    ranks: pd.DataFrame
    """One row a pair of inputs: output, first, second, difference (of shapley_mean, a share), low, high (95%), se, p (adjusted
    for all pairs of the output), verdict (decided, undecided)."""
    rank_intervals: dict[str, dict[str, str]]
    """Output -> input -> rank by Shapley effect, such as "1", or "1-2" where the order is undecided."""
    factors: Factors
    correlation: Correlation
    n: int
    replicates: int
    seed: int | str
    runs: int
    design: str
    """"subsets" (every subset of the groups) or "orders" (a random order of the groups for each row)."""
    told: tuple[str, ...]
    """What the figures mean, in sentences."""
    second: pd.DataFrame = field(default_factory=pd.DataFrame)
    """A second opinion on the same law, PAWN and delta (0-1): output, input, measure, estimate, low, high (95%), se, n (points),
    as `tandem.experiments.sensitivity.given_data` tells them. Neither is ever zero: compare with the inert input."""

    def __repr__(self) -> str:
        lines = [f"Shapley effects under dependence: n = {self.n:,}, {self.runs:,} runs ({self.design})"]
        for output, places in self.rank_intervals.items():
            ranked = sorted(places.items(), key=lambda item: int(item[1].split("-")[0]))
            lines.append(f"├─ {output}: " + ", ".join(f"{place}. {name}" for name, place in ranked[:8]))
        return "\n".join([*lines, "└─ .table .ranks .told .second"])


def analyse_dependent(
    f: Function,
    factors: str | Iterable[str] | Mapping[str, str],
    correlation: Correlation,
    n: int = 1 << 12,
    seed: int | str = 0,
    outputs: str | Sequence[str] | None = None,
    *,
    sampling: str = "auto",
    progress: Callable[[int], None] | None = None,
) -> DependentSensitivity:
    """Shapley effects of `f` when its inputs hang together.

    `f(X, keys)` as in `tandem.analyse`; column i of X holds places in (0, 1) of factor i, uniform one by one and tied as
    `correlation` says (in the order of the factors). `n`: base rows, a power of two of at least 32. Up to six groups every subset
    is played, 2^g arms a row; with more, each row goes through its groups in a random order, 3 g arms. Mistake, in one sentence,
    for wrong arguments and outputs that are not finite.
    """
    given, seed, told = Factors.of(factors), seed_of(seed), progress or (lambda runs: None)
    k, g = len(given.names), len(given.groups)
    if len(correlation.names) != k:
        raise Mistake(f"correlation: it is of {len(correlation.names)} factors, and there are {k}")
    if not 2 <= g <= MOST_GROUPS:
        raise Mistake(f"factors: {g} groups; allowed: 2 to {MOST_GROUPS}")
    plan = plan_of(n, k, seed, sampling)
    run = Runner(f, k, outputs, None, seed)
    run.settle(0.0)
    told(run.runs)
    whole = g <= MOST_GROUPS_FOR_SUBSETS
    gathered = _Sums(plan.replications, len(run.outputs))
    for part, numbers, a, b in plan.blocks(4096 if whole else 1024):
        rows = _Rows(run, given, correlation, seed, numbers, a, b)
        moments = _by_subsets(rows, g) if whole else _by_orders(rows, g)
        told(rows.played)
        gathered.add(part, plan, numbers, moments)
    return _result(gathered, given, correlation, plan, run, "subsets" if whole else "orders", seed)


class _Rows:
    """Some base rows: `near`, their outputs, and outputs of rows that share a subset of the inputs with them."""

    def __init__(self, run: Runner, factors: Factors, correlation: Correlation, seed: int | str, numbers: Any, a: Any, b: Any):
        self.run, self.factors, self.correlation, self.fresh, self.numbers, self.played = run, factors, correlation, b, numbers, 0
        self.seed, self.keys = seed, keys_of(seed, NEAR_A, numbers, 2)
        self.points = correlation.places(a)
        self.near = self._play(self.points, 0)

    def _play(self, points: np.ndarray, luck: int) -> np.ndarray:
        values = self.run(np.clip(points, 2.0**-54, 1.0 - 2.0**-53), self.keys[luck : luck + 1])[:, 0]
        self.played += len(points)
        if not np.isfinite(values).all():
            raise NotFinite("an output is not finite at a point of the sample")
        return values

    def sharing(self, groups: Iterable[int]) -> np.ndarray:
        """Outputs, (outputs, rows), of rows that share these groups with `near` and have other luck."""
        columns = [int(column) for group in groups for column in self.factors.members[group]]
        return self._play(self.correlation.given(self.points, columns, self.fresh), 1)


def _by_subsets(rows: _Rows, g: int) -> dict[str, np.ndarray]:
    """Moments (outputs, how many, rows) from every subset of the groups."""
    near, worth = rows.near, {}
    for size in range(1, g + 1):
        for subset in combinations(range(g), size):
            worth[subset] = near * rows.sharing(subset)
    empty = near * rows.sharing(())
    shapley = np.zeros((len(near), g, near.shape[1]))
    for group in range(g):
        others = [other for other in range(g) if other != group]
        for size in range(g):
            for subset in combinations(others, size):
                more = tuple(sorted((*subset, group)))
                shapley[:, group] += (worth[more] - worth.get(subset, empty)) / (g * comb(g - 1, size))
    every = tuple(range(g))
    first = np.stack([worth[(group,)] - empty for group in range(g)], axis=1)
    total = np.stack([worth[every] - worth.get(tuple(o for o in every if o != group), empty) for group in range(g)], axis=1)
    return _moments(near, worth[every], empty, first, total, shapley)


def _by_orders(rows: _Rows, g: int) -> dict[str, np.ndarray]:
    """The same from one random order of the groups a row: the change of worth as each joins those before it."""
    near, many = rows.near, rows.near.shape[1]
    order = np.array([generator(rows.seed, ORDERS, int(number)).permutation(g) for number in rows.numbers])
    empty, every = near * rows.sharing(()), near * rows.sharing(range(g))
    alone = np.stack([near * rows.sharing([group]) for group in range(g)], axis=1)
    without = np.stack([near * rows.sharing([o for o in range(g) if o != group]) for group in range(g)], axis=1)
    shapley, before = np.zeros((len(near), g, many)), empty
    at = np.arange(many)
    for step in range(g):
        joins = order[:, step]
        after = every if step == g - 1 else alone[:, joins, at] if step == 0 else near * _shared(rows, order[:, : step + 1])
        shapley[:, joins, at] = after - before
        before = after
    return _moments(near, every, empty, alone - empty[:, None], every[:, None] - without, shapley)


def _shared(rows: _Rows, prefix: np.ndarray) -> np.ndarray:
    """Outputs of rows of which each shares the groups of its own `prefix` (rows, some) with `near`."""
    points = np.empty_like(rows.points)
    sets, which = np.unique(np.sort(prefix, axis=1), axis=0, return_inverse=True)
    for place, groups in enumerate(sets):
        mine = np.flatnonzero(which.reshape(-1) == place)
        columns = [int(column) for group in groups for column in rows.factors.members[group]]
        points[mine] = rows.correlation.given(rows.points[mine], columns, rows.fresh[mine])
    return rows._play(points, 1)


def _moments(near: Any, every: Any, empty: Any, first: Any, total: Any, shapley: Any) -> dict[str, np.ndarray]:
    return {
        "variance": (every - empty)[:, None],
        "whole": (near**2 - empty)[:, None],
        "first": first,
        "total": total,
        "shapley": shapley,
    }


class _Sums:
    """Sums of moments by output, moment and replication."""

    def __init__(self, replications: int, outputs: int):
        self.counts = np.zeros(replications)
        self.sums: list[dict[str, np.ndarray]] = [{} for _ in range(outputs)]

    def add(self, part: int, plan: Plan, numbers: np.ndarray, moments: dict[str, np.ndarray]) -> None:
        """Add a block of rows, which lies within one replication or holds whole ones."""
        of = numbers // plan.rows
        np.add.at(self.counts, of, 1.0)
        for name, values in moments.items():
            for output, mine in enumerate(self.sums):
                there = mine.setdefault(name, np.zeros((len(self.counts), values.shape[1])))
                np.add.at(there, of, values[output].T)


def _result(
    gathered: _Sums, factors: Factors, correlation: Correlation, plan: Plan, run: Runner, design: str, seed: int | str
) -> DependentSensitivity:
    rows, ranks, places = [], [], {}
    for at, output in enumerate(run.outputs):
        whole, without = {}, {}
        for name, sums in gathered.sums[at].items():
            whole[name], without[name] = left_out(sums, gathered.counts)
        measures = {}
        for measure, top, bottom in (
            ("shapley_mean", "shapley", "variance"),
            ("first_mean", "first", "variance"),
            ("total_mean", "total", "variance"),
        ):
            with np.errstate(divide="ignore", invalid="ignore"):
                measures[measure] = whole[top] / whole[bottom], without[top] / without[bottom]
        low = whole["variance"][0] - half_width(float(standard_error(without["variance"])[0]), plan.replications)
        known = bool(low > 0.0)
        for measure, (value, parts) in measures.items():
            rows += [
                _row(output, name, measure, float(value[i]), parts[:, i], plan.n, known) for i, name in enumerate(factors.groups)
            ]
        with np.errstate(divide="ignore", invalid="ignore"):
            noise, apart = (1.0 - part["variance"] / part["whole"] for part in (whole, without))
        rows.append(_row(output, "", "noise_share", float(noise[0]), apart[:, 0], plan.n, True))
        order = _ranks(output, factors.groups, *measures["shapley_mean"], known)
        ranks.append(order)
        places[output] = places_of(order, factors.groups)
    return DependentSensitivity(
        pd.DataFrame(rows),
        pd.concat(ranks, ignore_index=True),
        places,
        factors,
        correlation,
        plan.n,
        2,
        seed,
        run.runs,
        design,
        (said("drives.tied", pairs=correlation.told),),
    )


def _row(output: str, name: str, measure: str, value: float, without: np.ndarray, n: int, known: bool) -> dict[str, object]:
    """A row of the table. Shapley effects of dependent inputs are shares and never negative; so are first and total ones."""
    error = float(standard_error(without))
    wide = float(half_width(error, len(without)))
    if not known or not np.isfinite(value):
        value = low = high = error = np.nan
        verdict = "not identifiable"
    else:
        value, low, high = brought_within(value, value - wide, value + wide, 0.0, 1.0)
        verdict = "converged" if 2 * wide <= 0.2 else "undecided"
    return {
        "output": output,
        "input": name,
        "measure": measure,
        "estimate": value,
        "low": low,
        "high": high,
        "se": error,
        "n": n,
        "verdict": verdict,
    }


def _ranks(output: str, groups: Sequence[str], value: np.ndarray, without: np.ndarray, known: bool) -> pd.DataFrame:
    """Pairs of inputs by their Shapley effects; decided where the difference is (Holm 1979)."""
    rows = []
    for a, b in combinations(np.argsort(-value, kind="stable"), 2):
        gap, error = float(value[a] - value[b]), float(standard_error(without[:, a] - without[:, b]))
        wide = float(half_width(error, len(without)))
        p = p_value(gap, error, len(without)) if known else 1.0
        rows.append((output, groups[a], groups[b], gap, gap - wide, gap + wide, error, p))
    table = pd.DataFrame(rows, columns=["output", "first", "second", "difference", "low", "high", "se", "p"])
    table["p"] = holm(table["p"].to_numpy(dtype=float))
    table["verdict"] = np.where(table["p"] <= 1.0 - LEVEL, "decided", "undecided")
    return table
