"""A first look at all moves of one or two levers: a smooth surface through a few runs of each, as neighbours tell of each other.

Each lever has a curve (a polynomial of the third degree in how far it moves), each pair of levers an interaction; fitted by least
squares with a slight pull to zero (Box & Wilson 1951, "On the experimental attainment of optimum conditions").
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from tandem.experiments.advice.arms import Option
from tandem.sim.parameters import LEVERS

PULL = 0.5
"""Of the ridge, in observations: less than one run of one option."""


class Surface:
    """What a move brings, from noisy looks at many. `now`: the levels of the levers as the firm is, (levers,)."""

    def __init__(self, now: np.ndarray, options: Sequence[Option], values: np.ndarray):
        """`values`: what each option brought against the firm as it is, (options, looks); not-a-number where undefined."""
        self._now = now
        seen = np.isfinite(values)
        weight = np.sqrt(seen.sum(axis=1))
        means = np.where(seen, values, 0.0).sum(axis=1) / np.maximum(weight**2, 1.0)
        terms = self._terms(options)
        self._scale = np.maximum(np.sqrt((terms**2).mean(axis=0)), 1e-9)
        wide = np.concatenate([terms / self._scale * weight[:, None], np.sqrt(PULL) * np.eye(terms.shape[1])])
        self._slopes = np.linalg.lstsq(wide, np.append(means * weight, np.zeros(terms.shape[1])), rcond=None)[0]

    def _terms(self, options: Sequence[Option]) -> np.ndarray:
        """Powers of how far each lever moves, and products of two moves, (options, terms)."""
        moves = np.zeros((len(options), len(LEVERS)))
        for row, option in enumerate(options):
            for lever, level in option:
                place = LEVERS.index(lever)
                moves[row, place] = level - self._now[place]
        both = [moves[:, [a]] * moves[:, [b]] for a, b in combinations(range(len(LEVERS)), 2)]
        bent = [product * moves[:, [a]] for product, pair in zip(both, combinations(range(len(LEVERS)), 2)) for a in pair]
        return np.concatenate([moves, moves**2, moves**3, *both, *bent], axis=1)

    def __call__(self, options: Sequence[Option]) -> np.ndarray:
        """What each option brings, as the surface has it, float64 (options,)."""
        return np.asarray(self._terms(options) / self._scale @ self._slopes)
