"""Factors of a user's own: any parameter with any range or law, in groups, and how they hang together; from a file or a dict."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tandem.experiments.pages.telling import said
from tandem.experiments.store.dependence import Correlation, read_correlation
from tandem.experiments.store.factors import Factor, read_factor
from tandem.sim.given import plain
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.complaint import among, nearest
from tandem.sim.scenario.paths import FIELDS, allowed, bounds, lever_of, pattern, unknown
from tandem.sim.scenario.reading import read

MOST_CHECKED = 50
TABLES = ("factors", "groups", "correlation")
OF_PLANS = (
    *("title", "seed", "quarters", "replicates", "precision", "outcomes", "own_outcomes", "keep", "trajectories"),
    *("independent_luck", "parameters", "scenarios", "design"),
)
"""What else may stand in a file of factors, which may be a sweep's plan; it is not looked at here."""


@dataclass(frozen=True, eq=False)
class DeclaredFactors:
    """`factors`: path -> what it is drawn from; `groups`: path -> the group with which it moves (its own name where it stands
    alone); `correlation`: how they hang together, None where they do not."""

    factors: dict[str, Factor]
    groups: dict[str, str]
    correlation: Correlation | None = None
    file: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The paths, in the order of the columns."""
        return tuple(self.factors)

    def values(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Values by path, each (rows,), of independent places in [0, 1), float64 (rows, factors)."""
        tied = self.correlation.places(places) if self.correlation is not None else places
        return self.of_tied(tied)

    def of_tied(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """The same of places that hang together already."""
        return {path: factor.at(places[:, at]) for at, (path, factor) in enumerate(self.factors.items())}

    def identity(self) -> dict[str, Any]:
        """What decides the values, as JSON: laws, groups, correlation."""
        laws = {path: factor.model_dump(exclude_none=True, exclude_defaults=True) for path, factor in self.factors.items()}
        grouped = {path: group for path, group in self.groups.items() if group != path}
        tied = {} if self.correlation is None else {"correlation": self.correlation.identity()}
        return {"factors": laws, **({"groups": grouped} if grouped else {}), **tied}

    @property
    def tables(self) -> dict[str, Any]:
        """The same as the tables of a plan, which `declared_factors` reads again."""
        told = self.identity()
        grouped: dict[str, list[str]] = {}
        for path, group in told.pop("groups", {}).items():
            grouped.setdefault(group, []).append(path)
        tied = told.pop("correlation", None)
        matrix = {} if tied is None else {"correlation": {"factors": tied["factors"], "matrix": tied["ranks"]}}
        return {**told, **({"groups": grouped} if grouped else {}), **matrix}

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return hashlib.sha256(json.dumps(self.identity(), sort_keys=True).encode()).hexdigest()

    @property
    def told(self) -> str:
        """One line for a reader: how many factors, from where, and how they hang together."""
        where = said("drives.factors_of", file=self.file) if self.file else ""
        tied = "" if self.correlation is None else said("drives.factors_tied", correlations=self.correlation.told)
        names = ", ".join(self.names[:6]) + (" ..." if len(self.factors) > 6 else "")
        return said("drives.factors", where=where, many=len(self.factors), names=names, tied=tied)

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Raises ScenarioError, in one line, where a value that may be drawn is none that some scenario takes."""
        check_factors(self.factors, scenarios, self.file)


def declared_factors(given: Any) -> DeclaredFactors:
    """Factors from a file (the tables `factors`, `groups` and `correlation` of a plan; its other tables are not looked at) or
    from a dict: those tables, or path -> law alone. A law is a list of values, a pair (low, high), a table as in a plan, or a
    frozen law of scipy.stats. Raises ScenarioError, one line, for whatever is wrong.

    >>> found = declared_factors({"dyad.trust": (0.2, 0.8), "ceo.skills.market": {"distribution": "beta", "a": 2, "b": 3}})
    >>> {path: float(values[0]) for path, values in found.values(np.array([[0.5, 0.5]])).items()}["dyad.trust"]
    0.5
    """
    if isinstance(given, DeclaredFactors):
        return given
    file = str(given) if isinstance(given, str | os.PathLike) else None
    tables = read(Path(given), file) if file is not None else given
    if not isinstance(tables, Mapping):
        raise ScenarioError("no factors", value=given, allowed="a file, or a dict of path -> law")
    tables = dict(tables)
    if file is None and not set(TABLES) & set(tables):
        tables = {"factors": tables}
    known = TABLES if file is None else (*TABLES, *OF_PLANS)
    if strange := next((str(name) for name in tables if name not in known), None):
        may = ", ".join(TABLES) + ("" if file is None else ", and the keys of a plan")
        raise ScenarioError("unknown key", file=file, key=strange, allowed=may, suggestion=nearest(strange, known))
    laws = tables.get("factors")
    if not isinstance(laws, Mapping) or not laws:
        raise ScenarioError("there are no factors", file=file, key="factors", allowed="a table [factors] of path = law")
    laws = by_path(plain({path: _written(law) for path, law in laws.items()}), file)
    factors = {path: read_factor(path, law, file) for path, law in laws.items()}
    for path in factors:
        _known(path, file)
    _not_both(list(factors), file)
    groups = read_groups(plain(dict(tables)).get("groups"), list(factors), file)
    return DeclaredFactors(factors, groups, read_correlation(plain(tables.get("correlation")), list(factors), file), file)


def _not_both(paths: list[str], file: str | None) -> None:
    """Raises ScenarioError for a lever beside a parameter that it sets: the lever would no longer be what its name says."""
    for path in paths:
        lever = lever_of(path)
        if lever is not None and f"levers.{lever}" in paths:
            raise ScenarioError(
                f"the lever levers.{lever} sets it, and is a factor too: what it does would be divided between the two",
                file=file,
                key=f"factors.{path}",
                allowed="one of the two",
            )


def _written(law: Any) -> Any:
    """What Python may give for a law, as a file would: a pair as a range, a frozen law of scipy by its name and arguments."""
    if isinstance(law, tuple) and len(law) == 2 and all(isinstance(end, int | float) for end in law):
        return {"low": law[0], "high": law[1]}
    if isinstance(law, tuple):
        return list(law)
    if hasattr(law, "dist") and hasattr(law, "kwds"):
        shapes = law.dist.shapes.split(", ") if law.dist.shapes else []
        order = [*shapes, "loc", *(["scale"] if hasattr(law.dist, "pdf") else [])]
        return {"distribution": law.dist.name, "arguments": {**dict(zip(order, law.args)), **law.kwds}}
    return law


def by_path(tables: Mapping[str, Any], file: str | None, prefix: str = "") -> dict[str, Any]:
    """[factors.levers] communication = ... as well as [factors] "levers.communication" = ...; a path that is said in both ways
    is refused, since one of the two would not be played."""
    flat: dict[str, Any] = {}
    for name, value in tables.items():
        path = f"{prefix}{name}"
        law = isinstance(value, dict) and {"low", "high", "values", "distribution"} & set(value)
        group = isinstance(value, dict) and pattern(path) not in FIELDS and not law
        said = by_path(value, file, f"{path}.") if group and value else {path: value}
        if twice := next((path for path in said if path in flat), None):
            raise ScenarioError(
                "stands there twice", file=file, key=f"factors.{twice}", allowed=f'once, as "{twice}" or in a table of its group'
            )
        flat |= said
    return flat


def read_groups(value: Any, factors: list[str], file: str | None) -> dict[str, str]:
    """Path -> group, from a table group -> paths. Raises ScenarioError for a path that is no factor or stands in two groups."""
    if value is not None and not isinstance(value, dict):
        raise ScenarioError("wrong type", file=file, key="groups", value=value, allowed="a table of group = [paths]")
    of = {path: path for path in factors}
    taken: set[str] = set()
    for group, paths in (value or {}).items():
        key = f"groups.{group}"
        if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
            raise ScenarioError("wrong type", file=file, key=key, value=paths, allowed="a list of factors")
        if group in factors or " & " in group or not group.strip():
            raise ScenarioError(
                "not a name for a group", file=file, key=key, allowed="a word, no factor's path, and without ' & '"
            )
        for path in paths:
            among(path, factors, "no such factor", file=file, key=key, allowed="a factor of this plan")
            if path in taken:
                raise ScenarioError("stands in two groups", file=file, key=key, value=path, allowed="one group each")
            taken.add(path)
            of[path] = group
    return of


def _known(path: str, file: str | None) -> None:
    key = f"factors.{path}"
    if path in ("role_model", "context"):
        raise ScenarioError(
            "a role model or a context is no factor",
            file=file,
            key=key,
            allowed='scenarios = [{ role_model = ["...", "..."], context = "..." }]',
        )
    if pattern(path) not in FIELDS:
        complaint = unknown(path, file=file)
        complaint.key = key
        raise complaint


def check_factors(factors: Mapping[str, Factor], scenarios: Mapping[str, Scenario], file: str | None) -> None:
    """Raises ScenarioError, in one line, for a path that is none, and where a value that may be drawn is not allowed."""
    for path, factor in factors.items():
        key = f"factors.{path}"
        _known(path, file)
        for value in factor.extremes:
            if isinstance(value, float) and math.isinf(value):
                low, high = bounds(path)
                raise ScenarioError(
                    "this law reaches to infinity",
                    file=file,
                    key=key,
                    allowed=f"{allowed(path)}: cut it with low = {low:g} and high = {high:g}, or nearer",
                )
        for scenario in scenarios.values():
            for value in factor.extremes if len(scenarios) <= MOST_CHECKED else factor.extremes[:2]:
                try:
                    scenario.with_({path: value})
                except ScenarioError as error:
                    error.file, error.key = file, key
                    raise
