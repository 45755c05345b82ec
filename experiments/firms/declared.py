"""What the file of a population may say, checked before a firm is drawn: the same reader and sentences as for scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from tandem.sim.parameters import describe
from tandem.sim.scenario import Scenario, ScenarioError, Text
from tandem.sim.scenario.catalogue import find, known_sources
from tandem.sim.scenario.complaint import among, shortened
from tandem.sim.scenario.paths import FIELDS
from tandem.sim.scenario.story import Told, checked

MOST_LAWS = 1000
WORDS_OF_WEIGHTS = ("source", "reason")
HEADCOUNT = "teams.headcount"
FINITE: Any = Field(allow_inf_nan=False)


class Reasoned(Told):
    """A table that says where it comes from."""

    source: str = "assumption"
    reason: str = ""


class Horizon(Reasoned):
    """How long firms are played."""

    burn_in_weeks: int = Field(ge=0)
    quarters: int = Field(ge=1, le=160)

    @model_validator(mode="after")
    def _window(self) -> Horizon:
        if self.burn_in_weeks >= 13 * self.quarters:
            raise ValueError("burn_in_weeks leaves no week of the quarters")
        return self


class Scale(Told):
    """What grows with a firm's size."""

    path: str
    exponent: float = Field(ge=-5, le=5, allow_inf_nan=False)


class Size(Reasoned):
    """A firm's size against its context's own."""

    spread: float = Field(ge=0, le=10, allow_inf_nan=False)
    scales: tuple[Scale, ...] = Field((), max_length=MOST_LAWS)

    _lists = field_validator("scales", mode="before")(lambda value: tuple(value) if isinstance(value, list) else value)


class Coo(Reasoned):
    """Who has a COO."""

    threshold: float = Field(ge=0, allow_inf_nan=False)
    taste: float = Field(ge=0, le=10, allow_inf_nan=False)
    without: str


class Priorities(Reasoned):
    """How leaders' weights spread."""

    concentration: float = Field(gt=0, le=1e6, allow_inf_nan=False)


class Differs(Told):
    """How one value differs between firms."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    path: str
    law: Literal["normal", "lognormal", "uniform", "beta"]
    source: str
    mean: float = Field(0.0, allow_inf_nan=False)
    spread: float = Field(1.0, ge=0, allow_inf_nan=False)
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    shares: dict[str, float] = Field(default_factory=dict, max_length=20)
    reason: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Differs:
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("low must be below high")
        if self.law == "uniform" and (self.low is None or self.high is None):
            raise ValueError("a uniform law needs low and high")
        if self.law == "beta" and not 0 < self.spread**2 < self.mean * (1 - self.mean):
            raise ValueError("no beta law has this mean and spread: spread squared must lie below mean (1 - mean)")
        if not sum(weight**2 for weight in self.shares.values()) <= 1:
            raise ValueError("shares exceed one: their squares must sum to 1 at most")
        return self


class Common(Told):
    """A value that every firm has."""

    path: str
    value: Any
    source: str = "assumption"
    reason: str = ""


class PopulationTables(Told):
    """The keys of a population's file."""

    horizon: Horizon
    role_models: dict[str, Any] = Field(min_length=1, max_length=200)
    contexts: dict[str, Any] = Field(min_length=1, max_length=200)
    size: Size
    coo: Coo
    differs: tuple[Differs, ...] = Field(max_length=MOST_LAWS)
    priorities: Priorities
    common: tuple[Common, ...] = Field((), max_length=MOST_LAWS)
    title: Text | None = None
    notes: Text | None = None
    sources: tuple[str, ...] = Field((), max_length=MOST_LAWS)

    _lists = field_validator("differs", "common", "sources", mode="before")(
        lambda value: tuple(value) if isinstance(value, list) else value
    )


@lru_cache(maxsize=1)
def ranges() -> dict[str, tuple[float, float]]:
    """Lowest and highest value of every path that holds a number."""
    return {row["path"]: (row["low"], row["high"]) for row in describe() if row["low"] is not None}


def check(tables: Mapping[str, Any], file: str) -> None:
    """Complain, in one line, about what a population's file lacks or says wrongly."""
    told: PopulationTables = checked(PopulationTables, tables, file)
    for kind in ("role_model", "context"):
        _weights(getattr(told, f"{kind}s"), kind, file)
    _named("coo.without", told.coo.without, "role_model", file)
    _paths("differs", [row.path for row in told.differs], file)
    _paths("size.scales", [row.path for row in told.size.scales], file, {HEADCOUNT})
    parts: list[Any] = [told.horizon, told.size, told.coo, told.priorities, *told.differs, *told.common]
    known_sources([*told.sources, *(part.source for part in parts)], file, also=("assumption",))
    plain = Scenario.of()
    for index, row in enumerate(told.common):
        try:
            plain.with_({row.path: row.value})
        except ScenarioError as error:
            error.file, error.key = file, f"common.{index}.value: {error.key or row.path}"
            raise
    once("common", [row.path for row in told.common], file)


OF_FIRMS = "a number that `tandem schema` shows, of no single team and not counted in whole numbers"


def _paths(key: str, paths: list[str], file: str, more: Iterable[str] = ()) -> None:
    allowed = {path for path in ranges() if ".N." not in path and FIELDS[path].annotation is not int} | set(more)
    for index, path in enumerate(paths):
        at = f"{key}.{index}.path"
        among(path, allowed, "unknown path", file=file, key=at, allowed=OF_FIRMS)
    once(key, paths, file)


def once(key: str, paths: list[str], file: str) -> None:
    """Complain about a path that stands twice in a list of tables."""
    seen: set[str] = set()
    for index, path in enumerate(paths):
        if path in seen:
            raise ScenarioError("this path stands there twice", file=file, key=f"{key}.{index}.path", value=path)
        seen.add(path)


def _weights(table: Mapping[str, Any], kind: str, file: str) -> None:
    total = 0.0
    for name, weight in table.items():
        key = f"{kind}s.{shortened(name)}"
        if name in WORDS_OF_WEIGHTS:
            if not isinstance(weight, str):
                raise ScenarioError("wrong value", file=file, key=key, value=weight, allowed="a text")
            continue
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1e9:
            raise ScenarioError("not a weight", file=file, key=key, value=weight, allowed="a number from 0")
        _named(key, name, kind, file)
        total += weight
    if not total > 0:
        raise ScenarioError("no weight is above 0", file=file, key=f"{kind}s", allowed=f"a {kind.replace('_', ' ')} = its weight")


def _named(key: str, name: str, kind: str, file: str) -> None:
    try:
        found = find(name, kind=kind, key=kind)
        Scenario.of(**{kind: name})
    except ScenarioError as error:
        if error.file in (None, ""):
            error.file, error.key = file, key
        raise
    if "|" in name or not found.name:
        raise ScenarioError("not a name", file=file, key=key, value=name, allowed="a name that `tandem list` shows")
