"""What firms of a population have before they differ: the usual values of their role model and context, and words by chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from tandem.sim.scenario import Scenario


class Usual:
    """What role model and context say about a path, firm by firm, before firms differ."""

    def __init__(self, role_model: np.ndarray, context: np.ndarray):
        self.cells, self.place = np.unique([f"{a}|{b}" for a, b in zip(role_model, context)], return_inverse=True)

    def __getitem__(self, path: str) -> np.ndarray:
        return np.array([_plain(*cell.split("|")).get(path, np.nan) for cell in self.cells], dtype=float)[self.place]


@lru_cache(maxsize=256)
def _plain(role_model: str, context: str) -> dict[str, float]:
    """Numbers by path of a role model in a context."""
    values = Scenario.of(role_model=role_model, context=context).values
    return {path: value for path, value in values.items() if isinstance(value, float | int)}


def chosen_words(table: Mapping[str, object], chance: np.ndarray) -> np.ndarray:
    """A word for each chance in [0, 1], in proportion to the weights of a table."""
    weights = {name: weight for name, weight in table.items() if isinstance(weight, float | int)}
    ends = np.cumsum(list(weights.values()))
    place = np.searchsorted(ends / ends[-1], chance, side="right")
    return np.array(list(weights), dtype=object)[np.minimum(place, len(weights) - 1)]
