"""Which inputs are otherwise distributed where an event happens: a distance for each, and what chance alone would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tandem.experiments.discovery.rows import design_rows
from tandem.experiments.discovery.tables import looked_at
from tandem.sim.seeds import entropy, seed_of

PERMUTATIONS = 500
LEVEL = 0.05


def regional(
    varied: pd.DataFrame,
    share: np.ndarray,
    seed: int | str = 0,
    permutations: int = PERMUTATIONS,
    rows: pd.Series | np.ndarray | None = None,
) -> pd.DataFrame:
    """Regional sensitivity: points weighted by how often the event happens there, against points weighted by how often not.

    `varied`: one row a point, numbers or words; `share`: share of its replicates with the event (0-1), float64 (points,); `rows`
    as in `discover`. One row an input, the farthest first: input, distance (Kolmogorov and Smirnov's for numbers; half the summed
    differences of shares for words, both 0-1), chance (the 95% limit of the largest distance of any input when shares are dealt
    out anew), verdict ("decided" beyond it, else "undecided"), shift (mean with the event less mean without; not-a-number for
    words), n. Shares of points that were drawn together are dealt out together; for an input that takes the same values in every
    row (scenarios that each row was crossed with) they are dealt out within rows. The idea: Spear & Hornberger 1980,
    "Eutrophication in Peel Inlet"; the limit over all inputs at once: Westfall & Young 1993.
    """
    seed, labels = seed_of(seed), varied
    varied, shares = looked_at(varied, share)
    share = shares.to_numpy()
    dealer = Dealer.of(design_rows(varied, rows, labels))
    ways = [_numbers(varied[name]) if pd.api.types.is_numeric_dtype(varied[name]) else _words(varied[name]) for name in varied]
    crossed = [dealer.crossed(varied[name]) for name in varied]
    draw = np.random.default_rng(entropy(seed, 31))
    found = [way(share) for way in ways]
    dealt = []
    for _ in range(permutations):
        across = dealer.across(share, draw)
        within = dealer.within(share, draw) if any(crossed) else across
        dealt.append(max(way(within if inside else across) for way, inside in zip(ways, crossed)))
    chance = float(np.quantile(dealt, 1.0 - LEVEL))
    table = [
        {
            "input": str(name),
            "distance": distance,
            "chance": chance,
            "verdict": "decided" if distance > chance else "undecided",
            "shift": _shift(varied[name], share),
            "n": len(share),
        }
        for name, distance in zip(varied, found)
    ]
    return pd.DataFrame(table).sort_values("distance", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Dealer:
    """Deals shares of the event out anew as they were drawn. `rows`: the design row of each point; `sets`: places of the points
    of all rows of one size, int64 (rows of that size, size), each row's points in their order."""

    rows: np.ndarray
    sets: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, rows: np.ndarray) -> Dealer:
        """From the design row of each point, int64 (points,) from 0."""
        sizes = np.bincount(rows)
        order = np.argsort(rows, kind="stable")
        each = np.repeat(sizes, sizes)
        return cls(rows, tuple(order[each == size].reshape(-1, size) for size in np.unique(sizes)))

    def across(self, share: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Each row gets the shares of another of its size, in their order."""
        if len(self.sets) == 1 and self.sets[0].shape[1] == 1:
            return np.asarray(draw.permutation(share))
        dealt = np.empty_like(share)
        for places in self.sets:
            dealt[places] = share[draw.permutation(places)]
        return dealt

    def within(self, share: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """The points of each row change their shares among each other."""
        dealt = np.empty_like(share)
        for places in self.sets:
            dealt[places] = draw.permuted(share[places], axis=1)
        return dealt

    def crossed(self, column: pd.Series) -> bool:
        """Whether every row takes the same values of an input, of which there are several."""
        codes = pd.factorize(column)[0]
        if len(self.sets) != 1 or self.sets[0].shape[1] == 1:
            return False
        there = np.sort(codes[self.sets[0]], axis=1)
        return bool((there == there[0]).all() and (there[0] != there[0][0]).any())


def _numbers(column: pd.Series) -> Callable[[np.ndarray], float]:
    order = np.argsort(column.to_numpy(dtype=float), kind="stable")
    values = column.to_numpy(dtype=float)[order]
    last = np.append(values[1:] > values[:-1], True)  # equal values count together

    def distance(share: np.ndarray) -> float:
        apart = np.cumsum(share[order] / share.sum() - (1.0 - share[order]) / (1.0 - share).sum())
        return float(np.abs(apart[last]).max())

    return distance


def _words(column: pd.Series) -> Callable[[np.ndarray], float]:
    codes, names = pd.factorize(column.astype(str), sort=True)

    def distance(share: np.ndarray) -> float:
        with_, without = (
            np.bincount(codes, weights=weights, minlength=len(names)) / weights.sum() for weights in (share, 1.0 - share)
        )
        return float(0.5 * np.abs(with_ - without).sum())

    return distance


def _shift(column: pd.Series, share: np.ndarray) -> float:
    if not pd.api.types.is_numeric_dtype(column):
        return float("nan")
    values = column.to_numpy(dtype=float)
    return float(np.average(values, weights=share) - np.average(values, weights=1.0 - share))
