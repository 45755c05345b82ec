"""Figures that a user has observed of firms of his own: a mean, a spread, a correlation or a path over quarters, with its
error."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.own_outcomes import OwnOutcome, declared
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.complaint import among
from tandem.sim.scenario.reading import read
from tandem.sim.weekly import WEEKLY

KINDS = {"mean": 1, "spread": 1, "correlation": 2}
KEYS = ("outcome", "outcomes", "column", "statistic", "value", "values", "error", "quarters", "firms")
MOST_QUARTERS = 160


@dataclass(frozen=True)
class Figure:
    """One observed figure. `statistic`: mean (over firms), spread (their standard deviation) or correlation; of `outcomes`, by
    name; `value`, `error` (its standard error, same unit); `firms`: of how many firms it was observed, whose luck is then added
    to the error (None: the error is all there is). `own`: how a figure of a quarter is made of the weeks."""

    name: str
    statistic: str
    outcomes: tuple[str, ...]
    value: float
    error: float
    firms: int | None = None
    own: OwnOutcome | None = None

    def of(self, values: np.ndarray) -> float:
        """The statistic of simulated firms, values (firms, outcomes); not-a-number where fewer than two are defined."""
        known = values[np.isfinite(values).all(axis=1)]
        if len(known) < 2:
            return np.nan
        if self.statistic == "mean":
            return float(known.mean())
        if self.statistic == "spread":
            return float(known.std(ddof=1))
        still = bool((np.ptp(known, axis=0) == 0.0).any())
        return np.nan if still else float(np.corrcoef(known.T)[0, 1])

    def luck(self, values: np.ndarray) -> float:
        """The variance that the luck of `firms` firms gives the figure, told from simulated ones; 0 where these are not said."""
        known = values[np.isfinite(values).all(axis=1)]
        if self.firms is None or len(known) < 2:
            return 0.0
        variance = float(known[:, 0].var(ddof=1))
        if self.statistic == "mean":
            return variance / self.firms
        if self.statistic == "spread":
            return variance / (2 * max(1, self.firms - 1))
        return (
            float((1.0 - np.corrcoef(known.T)[0, 1] ** 2) ** 2 / max(1, self.firms - 1)) if np.ptp(known, axis=0).all() else 0.0
        )


def read_targets(given: Any) -> tuple[Figure, ...]:
    """Targets from a TOML file (`[targets.NAME]`) or a dict name -> table. A table has `outcome` (a name, one's own too) with
    `statistic` mean or spread; or `outcomes` (two) with correlation; or `column` (a weekly column) with `values`, one a quarter
    from `quarters` = [first, last] (else from the first): a path. Then `value` (or `values`), `error` (one, or one a quarter)
    and `firms`. Raises ScenarioError: file, key, value, what is allowed."""
    file = str(given) if isinstance(given, str | os.PathLike) else None
    tables = read(Path(given), file) if file is not None else given
    if isinstance(tables, Mapping) and file is None and "targets" not in tables:
        tables = {"targets": tables}
    entries = tables.get("targets") if isinstance(tables, Mapping) else None
    if not isinstance(entries, Mapping) or not entries:
        raise ScenarioError("there are no targets", file=file, key="targets", allowed="tables [targets.NAME]")
    if strange := next((str(name) for name in tables if name != "targets"), None):
        raise ScenarioError("unknown key", file=file, key=strange, allowed="tables [targets.NAME]")
    found: list[Figure] = []
    said: dict[tuple[Any, ...], str] = {}
    for name, entry in entries.items():
        for figure in _read(str(name), entry, file):
            what = (figure.statistic, *sorted(figure.outcomes))
            if what in said:
                twice = f"the same figure as {said[what]}: it would count twice"
                raise ScenarioError(twice, file=file, key=f"targets.{name}", allowed="one target for a figure")
            said[what] = figure.name
            found.append(figure)
    return tuple(found)


def _read(name: str, entry: Any, file: str | None) -> list[Figure]:
    key = f"targets.{name}"
    if not isinstance(entry, Mapping):
        raise ScenarioError("wrong type", file=file, key=key, value=entry, allowed=f"a table of {', '.join(KEYS)}")
    if strange := next((word for word in entry if word not in KEYS), None):
        raise ScenarioError("unknown key", file=file, key=f"{key}.{strange}", allowed=", ".join(KEYS))
    firms = entry.get("firms")
    if firms is not None and (not isinstance(firms, int) or isinstance(firms, bool) or firms < 1):
        raise ScenarioError(
            "wrong value", file=file, key=f"{key}.firms", value=firms, allowed="a whole number of firms, 1 or more"
        )
    if "column" in entry:
        return _path(name, entry, file, firms)
    statistic = str(entry.get("statistic", "mean"))
    among(statistic, KINDS, "unknown word", file=file, key=f"{key}.statistic", allowed=f"{', '.join(KINDS)}, or column = a path")
    said = entry.get("outcomes", [entry["outcome"]] if "outcome" in entry else [])
    names = [said] if isinstance(said, str) else [str(each) for each in said] if isinstance(said, list | tuple) else []
    if len(names) != KINDS[statistic] or ("outcome" in entry and "outcomes" in entry):
        wanted = "outcomes = two names" if statistic == "correlation" else "outcome = a name"
        raise ScenarioError("wrong number of outcomes", file=file, key=key, allowed=wanted)
    for outcome in names:
        among(outcome, [*OUTCOMES, *OWN], "no such outcome", file=file, key=key, allowed="an outcome of the model, or your own")
    value, error = _number(entry, "value", key, file), _number(entry, "error", key, file)
    _positive(error, key, file)
    _possible(statistic, names, value, key, file)
    if firms == 1 and statistic != "mean":
        raise ScenarioError("one firm has no spread", file=file, key=f"{key}.firms", value=1, allowed="2 or more firms")
    return [Figure(name, statistic, tuple(names), value, error, firms)]


def _path(name: str, entry: Mapping[str, Any], file: str | None, firms: int | None) -> list[Figure]:
    """One figure a quarter."""
    key, column = f"targets.{name}", entry["column"]
    among(str(column), WEEKLY, "no such weekly column", file=file, key=f"{key}.column", allowed="a weekly column")
    values = entry.get("values")
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_QUARTERS or not all(map(_is_number, values)):
        raise ScenarioError(
            "wrong value", file=file, key=f"{key}.values", value=values, allowed="a list of numbers, one a quarter"
        )
    quarters = entry.get("quarters", [1, len(values)])
    there = isinstance(quarters, list | tuple) and len(quarters) == 2 and isinstance(quarters[0], int)
    first, last = quarters if there else (0, 0)
    if last != first + len(values) - 1 or first < 1:
        raise ScenarioError("wrong quarters", file=file, key=f"{key}.quarters", allowed=f"[first, first + {len(values) - 1}]")
    error = entry.get("error")
    errors = error if isinstance(error, list) else [error] * len(values)
    if len(errors) != len(values) or not all(map(_is_number, errors)):
        raise ScenarioError("wrong value", file=file, key=f"{key}.error", value=error, allowed="a number, or one a quarter")
    found = []
    for at, (value, each) in enumerate(zip(values, errors)):
        _positive(float(each), key, file)
        quarter = first + at
        own = of_quarter(str(column), quarter)
        found.append(Figure(f"{name} q{quarter}", "mean", (own.name,), float(value), float(each), firms, own))
    return found


def of_quarter(column: str, quarter: int) -> OwnOutcome:
    """A weekly column's figure of one quarter as `Run.quarterly` has it: summed, its mean, what stands at its end, or a ratio
    anew."""
    low, high = 13 * (quarter - 1) + 1, 13 * quarter
    known = WEEKLY[column]
    if known.over is not None:
        above, below = known.over
        text = f"sum(between({above}, {low}, {high})) / sum(between({below}, {low}, {high}))"
    elif known.quarter in ("sum", "mean"):
        text = f"{known.quarter}(between({column}, {low}, {high}))"
    else:
        text = f"sum(between({column}, {high}, {high}))"
    return declared(f"{column}_in_quarter_{quarter}", text, "1", "neither")


def _number(entry: Mapping[str, Any], name: str, key: str, file: str | None) -> float:
    if not _is_number(entry.get(name)):
        raise ScenarioError("a number is needed", file=file, key=f"{key}.{name}", value=entry.get(name, "nothing"))
    return float(entry[name])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _possible(statistic: str, names: list[str], value: float, key: str, file: str | None) -> None:
    """Raises ScenarioError for two outcomes that are one, and for a value that no firm could show."""
    if len(set(names)) < len(names):
        raise ScenarioError("an outcome with itself", file=file, key=f"{key}.outcomes", value=names[0], allowed="two outcomes")
    low, high = OUTCOMES[names[0]].bounds
    low, high = {"mean": (low, high), "spread": (0.0, np.inf), "correlation": (-1.0, 1.0)}[statistic]
    if not low <= value <= high:
        allowed = f"from {low:g} to {high:g}" if np.isfinite(high) else f"{low:g} or more"
        raise ScenarioError("out of range", file=file, key=f"{key}.value", value=value, allowed=allowed)


def _positive(error: float, key: str, file: str | None) -> None:
    if not error > 0.0:
        raise ScenarioError("out of range", file=file, key=f"{key}.error", value=error, allowed="a standard error above 0")
