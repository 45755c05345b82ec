"""A scenario at the points of a design: rows of the kernel for the valid ones, a complaint for each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.paths import bounds
from tandem.sim.table import FirmTable, alone


def plain_number(value: Any) -> Any:
    """A value of a table as scenarios take it: NumPy's scalars as Python's."""
    return value.item() if hasattr(value, "item") else value


def table_of_points(scenario: Scenario, factors: Mapping[str, np.ndarray], count: int) -> tuple[FirmTable, list[str]]:
    """A scenario at `count` design points. `factors`: path -> values, one a point (any type that scenarios take).

    Returns the firms of the valid points, in order, and a complaint for each point ("" for a valid one).
    """
    if all(alone(path) and _inside(path, values) for path, values in factors.items()):
        table = FirmTable([scenario]).take(np.zeros(count, dtype=np.int64))
        for path, values in factors.items():
            table.set(path, np.asarray(values, dtype=np.float64))
        return table, [""] * count
    made: dict[tuple[object, ...], int | str] = {}
    firms: list[Scenario] = []
    found: list[int | str] = []
    for point in range(count):
        said = {path: plain_number(column[point]) for path, column in factors.items()}
        key = tuple(said.values())
        if key not in made:
            try:
                firms.append(scenario.with_(said))
                made[key] = len(firms) - 1
            except ScenarioError as error:
                made[key] = str(error)
        found.append(made[key])
    valid = [which for which in found if not isinstance(which, str)]
    return FirmTable(firms).take(valid) if firms else FirmTable([scenario]).take([]), [
        which if isinstance(which, str) else "" for which in found
    ]


def _inside(path: str, values: Any) -> bool:
    numbers = np.asarray(values)
    low, high = bounds(path)
    return numbers.dtype.kind in "iuf" and bool(((numbers >= low) & (numbers <= high)).all())
