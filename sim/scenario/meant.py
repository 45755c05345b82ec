"""Which firm is meant: a scenario, the name of one or a path to its file, wherever a public function takes a firm."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tandem.sim.mistake import Mistake, shown
from tandem.sim.parameters import RECORD
from tandem.sim.scenario.scenario import Scenario

MOST_WEEKS = 13 * 160
WANTED = "a scenario, a name of the catalogue, or a path to a .toml file"


def is_firm(value: Any) -> bool:
    """Whether `value` is a firm that can be played: it has records."""
    return callable(getattr(value, "records", None)) and not isinstance(value, type)


def firm_of(value: Any, what: str = "scenario") -> Any:
    """The firm that is meant: what has records as it is, a name or a path loaded. Raises ScenarioError where there is no such
    file, Mistake for what is no firm at all."""
    if isinstance(value, str | os.PathLike):
        return Scenario.load(value)
    if is_firm(value):
        return value
    raise Mistake(f"{what} = {_told(value)}: not a firm; allowed: {WANTED}")


def scenario_of(value: Any, what: str = "scenario") -> Scenario:
    """The same where the firm is changed on the way, which takes a Scenario."""
    firm = firm_of(value, what)
    if not isinstance(firm, Scenario):
        raise Mistake(f"{what} = {_told(value)}: not a scenario; allowed: {WANTED}")
    return firm


def firms_of(value: Any, what: str = "scenarios") -> tuple[Any, ...]:
    """One firm or a sequence of firms, each as `firm_of` takes it."""
    if isinstance(value, str | os.PathLike) or is_firm(value):
        return (firm_of(value, what),)
    if isinstance(value, Mapping | bytes | type) or not isinstance(value, Iterable):
        raise Mistake(f"{what} = {_told(value)}: neither a firm nor a list of firms; allowed: {WANTED}, or a list of these")
    return tuple(firm_of(each, what) for each in value)


def named_scenarios(value: Any, what: str = "scenarios") -> dict[str, Scenario]:
    """Scenarios by name: from a mapping, from one, or from a list, in which no name may stand twice."""
    if isinstance(value, Mapping):
        return {str(name): scenario_of(each, what) for name, each in value.items()}
    found: dict[str, Scenario] = {}
    for firm in firms_of(value, what):
        scenario = scenario_of(firm, what)
        if scenario.name in found:
            raise Mistake(f"{what}: {scenario.name!r} stands there twice; give a mapping of names of your own")
        found[scenario.name] = scenario
    return found


def records_of(firm: Any) -> np.ndarray:
    """A firm's records. Those of a firm of the user's own are looked at: rows of RECORD in the order of their weeks, all numbers
    finite. Raises Mistake, naming the firm."""
    rows = firm.records()
    if isinstance(firm, Scenario):
        return np.asarray(rows)
    name = shown(getattr(firm, "name", type(firm).__name__))
    if not isinstance(rows, np.ndarray) or rows.dtype != RECORD or rows.ndim != 1 or not len(rows):
        raise Mistake(f"{name}: its records are no rows of tandem.sim.parameters.RECORD, at least one")
    for field in RECORD.names or ():
        wrong = ~np.isfinite(rows[field]) if rows[field].dtype.kind == "f" else np.zeros(0, dtype=bool)
        if wrong.any():
            raise Mistake(f"{name}: its records hold {field} = {rows[field][wrong].flat[0]:g}; allowed: finite numbers")
    if not 1 <= int(rows["weeks"][0]) <= MOST_WEEKS or (np.diff(rows["starts_week"]) <= 0).any() or rows["starts_week"][0] != 0:
        raise Mistake(f"{name}: its records do not go from week 0 on, or not for 1 to {MOST_WEEKS:,} weeks")
    return rows


def _told(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, bool) else shown(value)
