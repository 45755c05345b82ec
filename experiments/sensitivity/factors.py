"""Factors and the groups they form: what is varied together is ranked together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tandem.sim.given import listed, mapping
from tandem.sim.mistake import Mistake


@dataclass(frozen=True)
class Factors:
    """Names of the k factors, names of the g groups (in the order in which they first appear), and the group of each factor.

    `held`: factors that are drawn once a row and never moved, with the names of their levels; their columns follow the others.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: tuple[int, ...]
    held: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a point, in order: the factors, then what is held."""
        return (*self.names, *(name for name, _ in self.held))

    @property
    def takes(self) -> np.ndarray:
        """The group with which each column moves, int64 (columns,). A held column is the same in A and B: any will do."""
        return np.array([*self.group_of, *(0 for _ in self.held)])

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of held levels, the last varying fastest; one empty combination where nothing is held."""
        return tuple(product(*(levels for _, levels in self.held)))

    def cell(self, points: np.ndarray) -> np.ndarray:
        """The place of each point (rows, columns) in `cells`, int64 (rows,)."""
        place = np.zeros(len(points), dtype=np.int64)
        for column, (_, levels) in enumerate(self.held, len(self.names)):
            place = place * len(levels) + level_of(points[:, column], len(levels))
        return place

    @property
    def members(self) -> tuple[np.ndarray, ...]:
        """For each group, the columns of its factors."""
        of = np.array(self.group_of)
        return tuple(np.flatnonzero(of == group) for group in range(len(self.groups)))

    @property
    def labels(self) -> tuple[str, ...]:
        """What direction and effect of each factor are listed under: its group's name if it is alone there, else its own."""
        alone = [len(columns) == 1 for columns in self.members]
        return tuple(self.groups[group] if alone[group] else name for name, group in zip(self.names, self.group_of))

    def holding(self, held: Mapping[str, Sequence[str]] | None) -> Factors:
        """The same with factors that are held: name -> names of their levels. Mistake where a name is taken or has no levels."""
        found = []
        for name, levels in mapping("held", held).items():
            words = tuple(listed(f"held: the levels of {name!r}", levels))
            if name in (*self.names, *self.groups) or " & " in name:
                raise Mistake(f"held: {name!r} is the name of a factor already, or holds ' & '")
            if len(words) < 2 or len(set(words)) != len(words):
                raise Mistake(f"held: {name!r} needs two levels or more, each named once")
            found.append((name, words))
        return Factors(self.names, self.groups, self.group_of, tuple(found))

    @classmethod
    def of(cls, given: str | Iterable[str] | Mapping[str, str]) -> Factors:
        """From a list of names (each its own group; one text is a list of one), or from factor -> group. Mistake for all else."""
        pairs = list(given.items()) if isinstance(given, Mapping) else [(name, name) for name in listed("factors", given)]
        if not pairs:
            raise Mistake("factors: at least one is needed")
        for name, group in pairs:
            if not isinstance(name, str) or not isinstance(group, str) or not name or not group:
                raise Mistake(f"factors: {name!r} in group {group!r}: names are texts that are not empty")
            if " & " in group:
                raise Mistake(f"factors: the name {group!r} holds ' & ', which stands between the inputs of an interaction")
        names = [name for name, _ in pairs]
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise Mistake(f"factors: {repeated!r} is named twice")
        groups = list(dict.fromkeys(group for _, group in pairs))
        return cls(tuple(names), tuple(groups), tuple(groups.index(group) for _, group in pairs))


def level_of(column: np.ndarray, levels: int) -> np.ndarray:
    """Which of so many equally likely levels a coordinate in [0, 1) stands for, int64 (rows,)."""
    return np.minimum((column * levels).astype(np.int64), levels - 1)
