"""Records of many design points at once: a scenario with other values at a few paths, thousands of times.

`Scenario.with_` reads, merges and checks every parameter for each point and takes longer than playing the run. Here the
scenario is read once and only what its factors decide is written anew, with the functions that the scenario itself uses.
Where a factor does more than that (a word, a team, a horizon, goals that are scaled together), every point goes
through `Scenario.with_`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from tandem.sim.parameters import (
    RECORD,
    SCALAR_GROUPS,
    STACKED,
    Leader,
    Parameters,
    lever_value,
    solved_demand,
)
from tandem.sim.scenario import Scenario, ScenarioError

_PLAIN = np.dtype((np.void, RECORD.itemsize))  # NumPy copies bytes faster than hundreds of fields
_WITH_OTHERS = ("market.start_share_", "hazards.vacancy_")  # scaled or checked together


class Firms:
    """One scenario, and the paths that a design varies in it."""

    def __init__(self, scenario: Scenario, names: Sequence[str]):
        self.scenario, self.names = scenario, tuple(names)
        self.base = scenario.records()
        self.short = not scenario.changes and all(map(_plain, self.names))
        self._checked = False

    def timelines(self, factors: Mapping[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Records at `count` points. `factors`: path -> values, one a point, for every path of `names`.

        Returns rows of dtype RECORD, where each point's begin (int64, points + 1), and a complaint for each point ("" for a
        valid firm; an invalid one has no rows).
        """
        if not self.names:
            starts = np.arange(count + 1) * len(self.base)
            return np.tile(self.base.view(_PLAIN), count).view(RECORD), starts, [""] * count
        if not self.short:
            return _one_by_one(self.scenario, factors, count)
        numbers = {name: np.asarray(factors[name], dtype=np.float64) for name in self.names}
        rows = _together(self.scenario.parameters, self.base, numbers, count)
        if not self._checked:  # the short way must not part from the long one unseen
            for point in {0, count - 1}:
                slow = self.scenario.with_({name: float(numbers[name][point]) for name in self.names}).records()
                if slow[0] != rows[point]:
                    raise AssertionError(f"records of {self.scenario.name} differ by the way they are made {self.names}")
            self._checked = True
        return rows, np.arange(count + 1), [""] * count


def plain_number(value: Any) -> Any:
    """A value of a table as scenarios take it: NumPy's scalars as Python's."""
    return value.item() if hasattr(value, "item") else value


def _one_by_one(scenario: Scenario, factors: Mapping[str, Any], count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    parts, starts, complaints = [], [0], []
    made: dict[tuple, np.ndarray | str] = {}
    for point in range(count):
        values = {name: plain_number(column[point]) for name, column in factors.items()}
        key = tuple(values.values())
        if key not in made:
            try:
                made[key] = scenario.with_(values).records()
            except ScenarioError as error:
                made[key] = str(error)
        rows = made[key]
        complaints.append(rows if isinstance(rows, str) else "")
        if not isinstance(rows, str):
            parts.append(rows)
        starts.append(starts[-1] + (0 if isinstance(rows, str) else len(rows)))
    return np.concatenate(parts) if parts else np.zeros(0, RECORD), np.array(starts), complaints


@lru_cache(maxsize=512)
def _plain(path: str) -> bool:
    """Whether the value at a path lands in one number of the record (or, for a lever, in those that follow it)."""
    group, _, name = path.partition(".")
    if path.startswith(_WITH_OTHERS):
        return False
    if group == "levers":
        return True
    model = Leader if group in STACKED else Parameters.model_fields[group].annotation if group in SCALAR_GROUPS else None
    field = getattr(model, "model_fields", {}).get(name)
    return field is not None and field.annotation in (float, float | None)


def _together(base: Parameters, record: np.ndarray, factors: dict[str, np.ndarray], count: int) -> np.ndarray:
    rows = np.repeat(record.view(_PLAIN), count).view(RECORD)
    whole: dict[str, dict[str, Any]] = {
        "market": {},
        "execution": {},
    }  # what the level of demand is solved from
    for path, values in factors.items():
        group, _, name = path.partition(".")
        if group == "levers":
            for follower, lever in _followers(name):
                if getattr(getattr(base, follower), lever) is not None or f"{follower}.{lever}" in factors:
                    continue
                extra: Any = type(getattr(base, follower)).model_fields[lever].json_schema_extra
                made = _levels(values, extra["poorest"], extra["best"], extra["scale"])
                rows[f"{follower}_{lever}"] = made
                if follower in whole:
                    whole[follower][lever] = made.tolist()
        elif group in STACKED:
            prefix, index = STACKED[group]
            rows[f"{prefix}_{name}"][:, index] = values
        else:
            rows[f"{group}_{name}"] = values
            if group in whole:
                whole[group][name] = values.tolist()
    if any(whole.values()):
        rows["demand"] = [_demand(base, whole, point) for point in range(count)]
    return rows


def _levels(values: np.ndarray, poorest: float, best: float, scale: str) -> np.ndarray:
    if scale == "linear":  # products and sums only: NumPy rounds them as Python does
        return lever_value(values, poorest, best, scale)  # type: ignore[arg-type, return-value]
    return np.array([lever_value(level, poorest, best, scale) for level in values.tolist()])


@lru_cache(maxsize=16)
def _followers(lever: str) -> tuple[tuple[str, str], ...]:
    """(group, name) of the parameters that follow a lever."""
    found = []
    for group in SCALAR_GROUPS:
        model: Any = Parameters.model_fields[group].annotation
        found += [
            (group, name) for name, field in model.model_fields.items() if (field.json_schema_extra or {}).get("lever") == lever
        ]
    return tuple(found)


def _demand(base: Parameters, whole: dict[str, dict[str, Any]], point: int) -> float:
    """The level of demand with other values in `market` and `execution`."""
    groups = {}
    for group, changed in whole.items():
        model = getattr(base, group)
        values = {name: getattr(model, name) for name in type(model).model_fields}
        groups[group] = SimpleNamespace(**{**values, **{name: column[point] for name, column in changed.items()}})
    return solved_demand(SimpleNamespace(**groups))  # type: ignore[arg-type]
