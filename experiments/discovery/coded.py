"""What was varied as arrays, looked up once: peeling asks for the same columns some thousand times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Coded:
    """Points as arrays: `values`, float64 (inputs, points), holds numbers, and for an input of words the place of each word
    among `words[input]`, which are sorted. `rows`: the design row of each point, int64 (points,), counted from 0 without gaps;
    points of one row were drawn together."""

    names: tuple[str, ...]
    values: np.ndarray
    words: Mapping[str, tuple[str, ...]]
    rows: np.ndarray

    @classmethod
    def of(cls, varied: pd.DataFrame | Coded, rows: np.ndarray | None = None) -> Coded:
        """The columns of a table, in their order. Without `rows` each point is a row of its own."""
        if isinstance(varied, Coded):
            return varied
        names, values, words = tuple(map(str, varied)), np.empty((varied.shape[1], len(varied))), {}
        for place, (name, (_, column)) in enumerate(zip(names, varied.items())):
            if pd.api.types.is_numeric_dtype(column):
                values[place] = column.to_numpy(dtype=float)
            else:
                values[place], known = pd.factorize(column.astype(str), sort=True)
                words[name] = tuple(map(str, known))
        return cls(names, values, words, np.arange(len(varied)) if rows is None else renumbered(rows))

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def take(self, which: np.ndarray) -> Coded:
        """Some points: their places, int64, or a mask, bool."""
        return Coded(self.names, self.values[:, which], self.words, renumbered(self.rows[which]))

    def column(self, name: str) -> np.ndarray:
        """The values of one input, float64 (points,)."""
        return np.asarray(self.values[self.names.index(name)])

    @cached_property
    def row_count(self) -> int:
        """How many design rows there are."""
        return int(self.rows.max(initial=-1)) + 1

    @cached_property
    def alone(self) -> bool:
        """Whether each point is a row of its own."""
        return self.row_count == len(self)

    def redrawn(self, draw: np.random.Generator) -> tuple[Coded, np.ndarray]:
        """As many rows as there are, drawn with replacement, each with all of its points, and the places of those points. A row
        that is drawn twice is two rows."""
        picked = draw.integers(0, self.row_count, self.row_count)
        order = np.argsort(self.rows, kind="stable")
        starts = np.searchsorted(self.rows[order], np.arange(self.row_count + 1))
        sizes = np.diff(starts)[picked]
        which = order[np.repeat(starts[picked] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())]
        return Coded(self.names, self.values[:, which], self.words, np.repeat(np.arange(len(picked)), sizes)), which

    def by_row(self, values: np.ndarray) -> np.ndarray:
        """Values of points summed over each design row, float64 (rows,)."""
        return np.bincount(self.rows, weights=values, minlength=self.row_count)


def renumbered(rows: np.ndarray) -> np.ndarray:
    """Labels of rows as numbers from 0 without gaps, in the order in which they first appear."""
    return np.asarray(pd.factorize(rows)[0], dtype=np.int64)
