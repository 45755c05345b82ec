"""Factors and the groups they form: what is varied together is ranked together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tandem.sim.given import listed
from tandem.sim.mistake import Mistake


@dataclass(frozen=True)
class Factors:
    """Names of the k factors, names of the g groups (in the order in which they first appear), and the group of each factor."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: tuple[int, ...]

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
