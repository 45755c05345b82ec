"""The model of firms as a function that `analyse` takes: points are levels of levers, and where asked split and context."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.sensitivity.design import generator
from sim.kernel import run_batch
from sim.parameters import LEVERS, describe, lever_value
from sim.phases.measures import NAMES
from sim.scenario import Scenario

OUTPUTS = ("revenue_growth", "conflict_rate")
CELL_POINTS = 128  # firms from which the level of a split in a context is told


class Firms:
    """f(X, keys) of firms in one or several cells (scenarios): the levers by column, then the cell by its own columns.

    `axes`: names of further columns, each with the number of its values; together they pick the cell (row-major). The keys
    are the lucks' seeds, so that equal keys give equal luck whatever the point.
    """

    def __init__(self, scenarios: Sequence[Scenario], outputs: Sequence[str] = OUTPUTS, levers: Sequence[str] = LEVERS,
                 axes: dict[str, int] | None = None):  # fmt: skip
        self.scenarios, self.outputs, self.levers, self.axes = list(scenarios), list(outputs), list(levers), dict(axes or {})
        if int(np.prod(list(self.axes.values()) or [1])) != len(self.scenarios):
            raise ValueError("axes must tell of as many cells as there are scenarios")
        if any(len(scenario.records()) > 1 for scenario in self.scenarios):
            raise ValueError("a scenario with a change in mid-run sets levers itself; analyse its start")
        self._rows = np.concatenate([scenario.records() for scenario in self.scenarios])
        self._moved = [row for row in describe() if row.get("lever") in self.levers]
        self._fixed = [set(scenario.explicit_lever_parameters) for scenario in self.scenarios]
        self._columns = [NAMES.index(output) for output in self.outputs]
        self.level = np.zeros((len(self.scenarios), len(self.outputs)))

    def centred(self, points: int, seed: int) -> Firms:
        """The same, each cell's outputs less their mean over `points` random levels of levers: what moves firms *within* a
        cell. Without it a context in which all firms grow hides every lever."""
        draw = generator(seed, "cells")
        levels = draw.random((points, len(self.levers)))
        keys = draw.integers(0, 2**64, points, dtype=np.uint64)
        for cell in range(len(self.scenarios)):
            played = self._played(np.full(points, cell), levels, keys)
            self.level[cell] = played.mean(axis=0)
        return self

    @property
    def factors(self) -> list[str]:
        """Names of the columns of X."""
        return [*self.levers, *self.axes]

    def cells(self, points: np.ndarray) -> np.ndarray:
        """Which scenario each point means, int64 (rows,)."""
        cell = np.zeros(len(points), np.int64)
        for place, size in enumerate(self.axes.values()):
            level = points[:, len(self.levers) + place]
            cell = cell * size + np.minimum((level * size).astype(np.int64), size - 1)
        return cell

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outcomes, float64 (rows, outputs), of points (rows, factors) under lucks (rows,)."""
        cell = self.cells(points)
        return self._played(cell, points, keys) - self.level[cell]

    def _played(self, cell: np.ndarray, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        timeline = self._rows[cell]
        for parameter in self._moved:
            level = points[:, self.levers.index(parameter["lever"])]
            value = [lever_value(x, parameter["poorest"], parameter["best"], parameter["scale"]) for x in level]
            free = np.array([parameter["path"] not in self._fixed[c] for c in range(len(self.scenarios))])[cell]
            name = parameter["path"].replace(".", "_")
            timeline[name] = np.where(free, value, timeline[name])
        n = len(points)
        zeros = np.zeros(n, np.int64)
        words = np.stack([keys, keys ^ np.uint64(0x9E3779B97F4A7C15)], axis=1)
        return run_batch(timeline, np.arange(n + 1), np.arange(n), zeros, zeros, words)[:, self._columns]


def pooled(splits: Sequence[str], contexts: Sequence[str], outputs: Sequence[str] = OUTPUTS) -> Firms:
    """Levers, split and context together, within cells: what one global ranking hides shows as interaction with these two."""
    scenarios = [Scenario.of(role_model=split, context=context) for split in splits for context in contexts]
    firms = Firms(scenarios, outputs, axes={"role_split": len(splits), "context": len(contexts)})
    return firms.centred(CELL_POINTS, seed=1)
