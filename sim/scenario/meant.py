"""Which firm is meant: a scenario, the name of one or a path to its file, wherever a public function takes a firm."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tandem.sim.mistake import Mistake, shown
from tandem.sim.parameters import RECORD
from tandem.sim.scenario.scenario import Scenario

MOST_WEEKS = 13 * 160
PLAIN = np.dtype((np.void, RECORD.itemsize))  # NumPy copies bytes faster than hundreds of fields
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
    if hasattr(value, "columns") and hasattr(value, "iloc"):
        raise Mistake(
            f"{what} is a table: a list of firms is needed, such as [firm.with_(row) for row in table.to_dict('records')]; "
            "tandem.experiments.store.of_rows plays tables as sweeps"
        )
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
    """A firm's records, looked at as `all_records` does."""
    return all_records([firm])[0]


def all_records(firms: Sequence[Any]) -> list[np.ndarray]:
    """The records of each firm. Those of firms of the user's own are looked at: rows of RECORD in the order of their weeks, all
    numbers finite. Raises Mistake, naming a firm that has others."""
    found = [np.asarray(firm.records()) if isinstance(firm, Scenario) else _own_records(firm) for firm in firms]
    own = [k for k, firm in enumerate(firms) if not isinstance(firm, Scenario)]
    if own:
        _look_at([found[k] for k in own], [_name_of(firms[k]) for k in own])
    return found


def _name_of(firm: Any) -> str:
    return shown(getattr(firm, "name", type(firm).__name__))


def _own_records(firm: Any) -> np.ndarray:
    rows = firm.records()
    if not isinstance(rows, np.ndarray) or rows.dtype != RECORD or rows.ndim != 1 or not len(rows):
        raise Mistake(f"{_name_of(firm)}: its records are no rows of tandem.sim.parameters.RECORD, at least one")
    return rows


def _look_at(parts: list[np.ndarray], names: list[str]) -> None:
    """All firms at once: a population has thousands, and each has hundreds of fields."""
    rows = parts[0] if len(parts) == 1 else np.concatenate([part.view(PLAIN) for part in parts]).view(RECORD)
    first = np.cumsum([0, *map(len, parts)])
    begins = np.isin(np.arange(len(rows)), first)
    for field in RECORD.names or ():
        if rows[field].dtype.kind != "f":
            continue
        wrong = ~np.isfinite(rows[field])
        if wrong.any():
            at = int(np.flatnonzero(wrong.reshape(len(rows), -1).any(axis=1))[0])
            value = rows[field][at : at + 1][wrong[at : at + 1]].flat[0]
            name = names[int(np.searchsorted(first, at, side="right")) - 1]
            raise Mistake(f"{name}: its records hold {field} = {value:g}; allowed: finite numbers")
    weeks, starts = rows["weeks"].astype(np.int64), rows["starts_week"].astype(np.int64)
    later = np.diff(starts, prepend=-1) > 0
    wrong = np.where(begins, (weeks < 1) | (weeks > MOST_WEEKS) | (starts != 0), ~later)
    if wrong.any():
        name = names[int(np.searchsorted(first, int(np.flatnonzero(wrong)[0]), side="right")) - 1]
        raise Mistake(f"{name}: its records do not go from week 0 on, or not for 1 to {MOST_WEEKS:,} weeks")


def _told(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, bool) else shown(value)
