"""Which arms each base row plays, and the moments of a row: numbers whose mean over rows makes every index.

All are U-statistics over replicates, or products over independent families of luck: each has the variance of the mean
function m(x) = E[Y|x], or a part of it, as its expectation, however noisy single runs are. Differences are taken between
runs of the same luck, so that most of the noise cancels before anything is squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np

from tandem.experiments.sensitivity import subsets
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.luck import NEAR_A, NEAR_B, ORDERS, keys_of
from tandem.experiments.sensitivity.runner import Runner

BINS = 40
MOST_GROUPS_FOR_CORNERS = 8
MOST_GROUPS_FOR_PAIRS = 64


@dataclass(frozen=True)
class Block:
    """Some base rows: their numbers, points A and B (rows, k)."""

    numbers: np.ndarray
    a: np.ndarray
    b: np.ndarray


Moments = dict[str, np.ndarray]
"""Name -> (how many, rows). `variance` (1), `first`, `total`, `stream` (g each), `noise` (1), `null` (1), `mean` (1), `moves`
(g), where asked for `shapley` (g), `interaction` (one each), and where there are four replicates `spread_variance` (1),
`spread_first`, `spread_total` (g each)."""


class Design(Protocol):
    """A way to play rows."""

    @property
    def factors(self) -> Factors:
        """What varies."""
        ...

    @property
    def replicates(self) -> int:
        """Replicates a point."""
        ...

    @property
    def seed(self) -> int | str:
        """Seed of the points."""
        ...

    @property
    def arms(self) -> int:
        """Arms a row."""
        ...

    @property
    def interactions(self) -> list[str]:
        """Labels of the moments called `interaction`."""
        ...

    def play(self, run: Runner, block: Block) -> np.ndarray:
        """Values, (outputs, arms, replicates, rows)."""
        ...

    def moments(self, values: np.ndarray, numbers: np.ndarray) -> Moments:
        """Of one output: values (arms, replicates, rows) of the rows numbered `numbers`."""
        ...


def cross(values: np.ndarray) -> np.ndarray:
    """Mean product over all pairs of different replicates (axis -2): unbiased for the square of the mean."""
    m = values.shape[-2]
    product: np.ndarray = (values.sum(axis=-2) ** 2 - (values**2).sum(axis=-2)) / (m * (m - 1))
    return product


def spread(values: np.ndarray) -> np.ndarray:
    """Variance over replicates (axis -2): unbiased for Var(Y|x)."""
    variance: np.ndarray = values.var(axis=-2, ddof=1)
    return variance


def halves(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance over the first and over the second half of the replicates: two independent looks at Var(Y|x)."""
    middle = values.shape[-2] // 2
    return spread(values[..., :middle, :]), spread(values[..., middle:, :])


def label(factors: Factors, groups: tuple[int, ...]) -> str:
    """How an interaction is named."""
    return " & ".join(factors.groups[group] for group in groups)


@dataclass(frozen=True)
class Corners:
    """Every subset of groups taken from B, the others from A: 2^g arms on one family of luck.

    Gives first and total indices, interactions of every order and exact Shapley effects.
    """

    factors: Factors
    replicates: int
    seed: int | str

    @property
    def arms(self) -> int:
        """One a subset."""
        return 1 << len(self.factors.groups)

    @property
    def interactions(self) -> list[str]:
        """Every subset of two groups or more, by size."""
        return [label(self.factors, groups) for groups in self._subsets()]

    def _subsets(self) -> list[tuple[int, ...]]:
        g = len(self.factors.groups)
        return [groups for size in range(2, g + 1) for groups in combinations(range(g), size)]

    def play(self, run: Runner, block: Block) -> np.ndarray:
        """Arm v takes the groups in the bits of v from B."""
        keys = keys_of(self.seed, NEAR_A, block.numbers, self.replicates)
        of = np.array(self.factors.group_of)
        return np.stack([run(np.where((v >> of) & 1, block.b, block.a), keys) for v in range(self.arms)], axis=1)

    def moments(self, values: np.ndarray, numbers: np.ndarray) -> Moments:
        """What energies mean stands in `subsets`; here they are averaged over pairs of replicates."""
        g, corners = len(self.factors.groups), self.arms
        waves = subsets.transform(values) / corners
        energy = cross(waves)
        components = subsets.to_components(g)
        own = [1 << j for j in range(g)]
        chosen = [sum(1 << j for j in groups) for groups in self._subsets()]
        noise = spread(values).mean(axis=0)
        neighbours = [waves_between(values, j) for j in range(g)]
        found: Moments = {
            "variance": _weighed(subsets.to_variance(g)[None], energy),
            "first": _weighed(components[own], energy),
            "total": _weighed(subsets.to_totals(g), energy),
            "shapley": _weighed(subsets.to_shapley(g), energy),
            "interaction": _weighed(components[chosen], energy) if chosen else np.zeros((0, values.shape[-1])),
            "stream": np.array([0.5 * (moved**2).mean(axis=(0, 1)) for moved in neighbours]),
            "noise": noise[None],
            "null": ((values[0, 0] - values[0, 1]) * 0.5 * (values[-1, 0] + values[-1, 1]))[None],
            "mean": values.mean(axis=(0, 1))[None],
            "moves": np.array([moved.mean(axis=(0, 1)) for moved in neighbours]),
        }
        if self.replicates >= 4:
            one, two = (subsets.transform(half) / corners for half in halves(values))
            energy = one * two
            found["spread_variance"] = _weighed(subsets.to_variance(g)[None], energy)
            found["spread_first"] = _weighed(components[own], energy)
            found["spread_total"] = _weighed(subsets.to_totals(g), energy)
        return found


def waves_between(values: np.ndarray, group: int) -> np.ndarray:
    """From each corner without a group to its neighbour with it: differences, (2^(g-1), replicates, rows)."""
    step = 1 << group
    pairs = values.reshape(len(values) // (2 * step), 2, step, *values.shape[1:])
    waves: np.ndarray = (pairs[:, 1] - pairs[:, 0]).reshape(-1, *values.shape[1:])
    return waves


def _weighed(weights: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """Weights (q, s) times energies (s, rows), summed in a fixed order (a matrix product would depend on the threads)."""
    out = np.zeros((len(weights), energy.shape[1]))
    for line, row in zip(weights, out):
        for s in np.flatnonzero(line):
            row += line[s] * energy[s]
    return out


@dataclass(frozen=True)
class Pairs:
    """A, B, and each with one group taken from the other: 2 g + 2 arms, A's on one family of luck and B's on another.

    First and total indices as in Azzini, Mara & Rosati 2020 ("Monte Carlo estimators of first- and total-orders Sobol'
    indices"), interactions of two groups from the same arms (Saltelli 2002, written without the mean); both through
    products over independent luck.
    `walk` adds a walk around the box of each row, from which Shapley effects come.
    """

    factors: Factors
    replicates: int
    seed: int | str
    walk: bool = True
    pairwise: bool = True

    @property
    def arms(self) -> int:
        """A, B and 2 g mixed; with a walk 2 g - 1 more (A on its way is A)."""
        g = len(self.factors.groups)
        return 2 * g + 2 + (2 * g - 1 if self.walk else 0)

    @property
    def interactions(self) -> list[str]:
        """Every pair of groups."""
        return [label(self.factors, pair) for pair in self._pairs()]

    def _pairs(self) -> list[tuple[int, int]]:
        g = len(self.factors.groups)
        return list(combinations(range(g), 2)) if self.pairwise and g <= MOST_GROUPS_FOR_PAIRS else []

    def _orders(self, numbers: np.ndarray) -> np.ndarray:
        """A random order of the groups for each row, int64 (rows, g), by the row's number."""
        g = len(self.factors.groups)
        words = np.array([keys_of(self.seed, ORDERS + j, numbers, 1)[0] for j in range(g)])
        return np.argsort(words, axis=0, kind="stable").T

    def play(self, run: Runner, block: Block) -> np.ndarray:
        """A, A with group j from B, B, B with group j from A; then the walk."""
        near_a = keys_of(self.seed, NEAR_A, block.numbers, self.replicates)
        near_b = keys_of(self.seed, NEAR_B, block.numbers, self.replicates)
        of = np.array(self.factors.group_of)
        g = len(self.factors.groups)
        played = [run(block.a, near_a)]
        played += [run(np.where(of == j, block.b, block.a), near_a) for j in range(g)]
        played.append(run(block.b, near_b))
        played += [run(np.where(of == j, block.a, block.b), near_b) for j in range(g)]
        if self.walk:
            order = self._orders(block.numbers)
            from_b = np.zeros((len(block.numbers), g), dtype=bool)
            rows = np.arange(len(block.numbers))
            for step in range(2 * g - 1):
                mover = order[:, step % g]
                from_b[rows, mover] = ~from_b[rows, mover]
                played.append(run(np.where(from_b[:, of], block.b, block.a), near_a))
        return np.stack(played, axis=1)

    def moments(self, values: np.ndarray, numbers: np.ndarray) -> Moments:
        """See the class."""
        g, pairs = len(self.factors.groups), self._pairs()
        a, c, b, d = values[0], values[1 : g + 1], values[g + 1], values[g + 2 : 2 * g + 2]
        mean_a, mean_b, mean_c, mean_d = (part.mean(axis=-2) for part in (a, b, c, d))
        to_b, to_a = mean_c - mean_a, mean_d - mean_b
        apart = [cross(a) + cross(b) - 2.0 * mean_a * mean_b]
        apart += [cross(c[j]) + cross(d[j]) - 2.0 * mean_c[j] * mean_d[j] for j in range(g)]
        found: Moments = {
            "variance": 0.5 * np.mean(apart, axis=0)[None],
            "first": -0.5 * to_a * to_b,
            "total": 0.25 * (cross(a - c) + cross(b - d)),
            "interaction": np.array([0.5 * (to_a[i] * to_b[j] + to_a[j] * to_b[i]) for i, j in pairs]).reshape(
                len(pairs), values.shape[-1]
            ),
            "stream": 0.25 * (((a - c) ** 2).mean(axis=-2) + ((b - d) ** 2).mean(axis=-2)),
            "noise": spread(values[: 2 * g + 2]).mean(axis=0)[None],
            "null": ((a[0] - a[1]) * mean_b)[None],
            "mean": values[: 2 * g + 2].mean(axis=(0, 1))[None],
            "moves": 0.5 * (to_b - to_a),
        }
        if self.replicates >= 4:
            whole_a, whole_b, whole_c, whole_d = (spread(part) for part in (a, b, c, d))
            (a1, a2), (b1, b2), (c1, c2), (d1, d2) = (halves(part) for part in (a, b, c, d))
            apart = [a1 * a2 + b1 * b2 - 2.0 * whole_a * whole_b]
            apart += [c1[j] * c2[j] + d1[j] * d2[j] - 2.0 * whole_c[j] * whole_d[j] for j in range(g)]
            found["spread_variance"] = 0.5 * np.mean(apart, axis=0)[None]
            found["spread_first"] = 0.5 * (whole_d - whole_b) * (whole_a - whole_c)
            found["spread_total"] = 0.25 * ((a1 - c1) * (a2 - c2) + (b1 - d1) * (b2 - d2))
        if self.walk:
            around = np.concatenate([a[None], values[2 * g + 2 :]])
            found["shapley"] = _shares_around(around, self._orders(numbers))
        return found


def _shares_around(corners: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Shapley effects, (g, rows), from a closed walk of 2 g corners that changes each group once on the way from A to B and
    once on the way back, in the same order.

    Every corner serves as a start: from it, the next g steps change each group once, at every place of the order, so that
    each row gives 2 g marginal contributions of each group (Owen 2014; Song, Nelson & Staum 2016, with all rotations).
    """
    steps, g, rows = len(corners), order.shape[1], corners.shape[-1]
    found = np.zeros((g, rows))
    turn = np.arange(steps)
    before = np.zeros((steps, rows))
    everyone = np.arange(rows)
    for length in range(1, g + 1):
        now = 0.5 * cross(corners - corners[(turn + length) % steps])
        gained = now - before
        for start in range(steps):
            found[order[:, (start + length - 1) % g], everyone] += gained[start]
        before = now
    return found / steps
