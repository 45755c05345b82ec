"""Which inputs are otherwise distributed where an event happens: a distance for each, and what chance alone would show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from tandem.experiments.discovery.tables import looked_at
from tandem.sim.seeds import entropy, seed_of

PERMUTATIONS = 500
LEVEL = 0.05


def regional(varied: pd.DataFrame, share: np.ndarray, seed: int | str = 0, permutations: int = PERMUTATIONS) -> pd.DataFrame:
    """Regional sensitivity: points weighted by how often the event happens there, against points weighted by how often not.

    `varied`: one row a point, numbers or words; `share`: share of its replicates with the event (0-1), float64 (points,).
    One row an
    input, the farthest first: input, distance (Kolmogorov and Smirnov's for numbers; half the summed differences of shares for
    words, both 0-1), chance (the 95% limit of the largest distance of any input when shares are dealt out anew), verdict
    ("decided" beyond it, else "undecided"), shift (mean with the event less mean without; not-a-number for words), n. The
    idea: Spear & Hornberger 1980, "Eutrophication in Peel Inlet"; the limit over all inputs at once: Westfall & Young 1993.
    """
    seed = seed_of(seed)
    varied, shares = looked_at(varied, share)
    share = shares.to_numpy()
    ways = [_numbers(varied[name]) if pd.api.types.is_numeric_dtype(varied[name]) else _words(varied[name]) for name in varied]
    draw = np.random.default_rng(entropy(seed, 31))
    found = [way(share) for way in ways]
    dealt = [max(way(again) for way in ways) for again in (draw.permutation(share) for _ in range(permutations))]
    chance = float(np.quantile(dealt, 1.0 - LEVEL))
    rows = [
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
    return pd.DataFrame(rows).sort_values("distance", ascending=False, kind="stable", ignore_index=True)


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
