"""Which arms each base row plays, and the moments of a row: numbers whose mean over rows makes every index.

All are U-statistics over replicates: each has the variance of the mean function m(x) = E[Y|x], or a part of it, as its
expectation, however noisy single runs are. Differences are taken between runs of the same luck, so that most of the noise
cancels before anything is squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np

from tandem.experiments.sensitivity import subsets
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.luck import NEAR_A, ORDERS, keys_of
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

    def moved(self, values: np.ndarray, group: int) -> np.ndarray:
        """Every change of the output as a group goes from A to B under the same luck, (moves, rows)."""
        ...

    def totals_at(self, values: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray]:
        """Total variance of each group, (g, rows), where a group stands as in A and where it stands as in B; its own row says
        nothing."""
        ...


def cross(values: np.ndarray) -> np.ndarray:
    """Mean product over all pairs of different replicates (axis -2): unbiased for the square of the mean."""
    m = values.shape[-2]
    product: np.ndarray = (values.sum(axis=-2) ** 2 - (values**2).sum(axis=-2)) / (m * (m - 1))
    return product


def crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean product of two over all ordered pairs of different replicates (axis -2): unbiased for the product of their means."""
    m = one.shape[-2]
    product: np.ndarray = (one.sum(axis=-2) * other.sum(axis=-2) - (one * other).sum(axis=-2)) / (m * (m - 1))
    return product


def interactions(to_a: np.ndarray, to_b: np.ndarray, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Half of what moves of two groups have in common, (pairs, rows): of the moves away from B, (g, replicates, rows), and those
    away from A."""
    found = np.zeros((len(pairs), to_a.shape[-1]))
    m, sums_a, sums_b = to_a.shape[-2], to_a.sum(axis=-2), to_b.sum(axis=-2)
    at = 0
    for i in range(len(to_a)):  # all partners of a group at once: the same sums as pair by pair, without a call for each
        others = [second for first, second in pairs if first == i]
        if others:
            j = slice(others[0], others[-1] + 1)
            mine = found[at : at + len(others)]
            np.multiply(sums_a[i], sums_b[j], out=mine)
            mine -= (to_a[i] * to_b[j]).sum(axis=-2)
            mine /= m * (m - 1)
            other = sums_a[j] * sums_b[i]
            other -= (to_a[j] * to_b[i]).sum(axis=-2)
            other /= m * (m - 1)
            mine += other
            mine *= 0.5
            at += len(others)
    return found


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
        of = self.factors.takes
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

    def moved(self, values: np.ndarray, group: int) -> np.ndarray:
        """See the protocol."""
        waves = waves_between(values, group)
        return waves.reshape(-1, waves.shape[-1])

    def totals_at(self, values: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray]:
        """See the protocol: moves between corners that take the group from A, and between those that take it from B."""
        found: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for j in range(len(self.factors.groups)):
            corners = np.arange(self.arms)
            start = corners[(corners >> j) & 1 == 0]
            energy = 0.5 * cross(waves_between(values, j))
            for end in (0, 1):
                mine = energy[(start >> group) & 1 == end]
                found[end].append(mine.mean(axis=0) if len(mine) else energy.mean(axis=0))
        return np.array(found[0]), np.array(found[1])


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
    """A, B, and each with one group taken from the other: 2 g + 2 arms, all of a row on one family of luck.

    First and total indices as in Azzini, Mara & Rosati 2020 ("Monte Carlo estimators of first- and total-orders Sobol'
    indices"), interactions of two groups from the same arms (Saltelli 2002, written without the mean). Each is a product of two
    differences between arms of the same luck, one under one replicate and one under another: the luck of a difference cancels as
    far as arms share it, and what is left of it is independent between replicates. The variance, too, is half the mean product
    of differences between opposite arms, which luck blurs far less than products of outputs.
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
        keys = keys_of(self.seed, NEAR_A, block.numbers, self.replicates)
        of = self.factors.takes
        g = len(self.factors.groups)
        played = [run(block.a, keys)]
        played += [run(_with(block.a, block.b, of == j), keys) for j in range(g)]
        played.append(run(block.b, keys))
        played += [run(_with(block.b, block.a, of == j), keys) for j in range(g)]
        if self.walk:
            order = self._orders(block.numbers)
            from_b = np.zeros((len(block.numbers), g), dtype=bool)
            rows = np.arange(len(block.numbers))
            for step in range(2 * g - 1):
                mover = order[:, step % g]
                from_b[rows, mover] = ~from_b[rows, mover]
                played.append(run(np.where(from_b[:, of], block.b, block.a), keys))
        return np.stack(played, axis=1)

    def moments(self, values: np.ndarray, numbers: np.ndarray) -> Moments:
        """See the class."""
        g, pairs = len(self.factors.groups), self._pairs()
        a, c, b, d = values[0], values[1 : g + 1], values[g + 1], values[g + 2 : 2 * g + 2]
        to_b, to_a = c - a, d - b
        opposite = np.concatenate([(a - b)[None], c - d])
        found: Moments = {
            "variance": 0.5 * cross(opposite).mean(axis=0)[None],
            "first": -0.5 * crossed(to_a, to_b),
            "total": 0.25 * (cross(to_b) + cross(to_a)),
            "interaction": interactions(to_a, to_b, pairs),
            "stream": 0.25 * ((to_b**2).mean(axis=-2) + (to_a**2).mean(axis=-2)),
            "noise": spread(values[: 2 * g + 2]).mean(axis=0)[None],
            "null": ((a[0] - a[1]) * 0.5 * (b[0] + b[1]))[None],
            "mean": values[: 2 * g + 2].mean(axis=(0, 1))[None],
            "moves": 0.5 * (to_b - to_a).mean(axis=-2),
        }
        if self.replicates >= 4:
            (a1, a2), (b1, b2), (c1, c2), (d1, d2) = (halves(part) for part in (a, b, c, d))
            apart = np.concatenate([((a1 - b1) * (a2 - b2))[None], (c1 - d1) * (c2 - d2)])
            found["spread_variance"] = 0.5 * apart.mean(axis=0)[None]
            found["spread_first"] = 0.25 * ((d1 - b1) * (a2 - c2) + (d2 - b2) * (a1 - c1))
            found["spread_total"] = 0.25 * ((a1 - c1) * (a2 - c2) + (b1 - d1) * (b2 - d2))
        if self.walk:
            around = np.concatenate([a[None], values[2 * g + 2 :]])
            found["shapley"] = _shares_around(around, self._orders(numbers))
        return found

    def moved(self, values: np.ndarray, group: int) -> np.ndarray:
        """See the protocol: A's own arm and B's."""
        g = len(self.factors.groups)
        return np.concatenate([values[1 + group] - values[0], values[g + 1] - values[g + 2 + group]])

    def totals_at(self, values: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray]:
        """See the protocol: whatever moves away from A leaves the other groups as in A."""
        g = len(self.factors.groups)
        return 0.5 * cross(values[1 : g + 1] - values[0]), 0.5 * cross(values[g + 2 : 2 * g + 2] - values[g + 1])


def _with(points: np.ndarray, others: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The points with some columns, bool (k,), from others."""
    found = points.copy()
    found[:, columns] = others[:, columns]
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
