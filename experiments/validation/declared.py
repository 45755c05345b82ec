"""What the files of findings and of case histories may say, checked by the same reader and sentences as scenarios."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from tandem.sim.scenario import Scenario, ScenarioError, Text
from tandem.sim.scenario.catalogue import known_sources
from tandem.sim.scenario.complaint import among
from tandem.sim.scenario.reading import read
from tandem.sim.scenario.story import Told, checked

MOST = 1000
Known = Literal["read", "secondary", "memory"]


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class StatisticTable(Told):
    """One number of a finding."""

    name: str = Field(min_length=1)
    measure: str
    computation: str
    published: float | None = Field(None, allow_inf_nan=False)
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    counts: bool = True

    @model_validator(mode="after")
    def _band(self) -> StatisticTable:
        if (self.low is None) != (self.high is None):
            raise ValueError("a band needs low and high")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("low must be below high")
        return self


class FindingTable(Told):
    """A published finding."""

    id: str = Field(min_length=1)
    en: str
    fr: str
    source: str
    known: Known
    band_source: Literal["published", "convention"]
    chain: str
    statistics: tuple[StatisticTable, ...] = Field(min_length=1, max_length=MOST)

    _lists = field_validator("statistics", mode="before")(_listed)


class FindingTables(Told):
    """The keys of a file of findings."""

    finding: tuple[FindingTable, ...] = Field(min_length=1, max_length=MOST)
    sources: tuple[str, ...] = Field((), max_length=MOST)

    _lists = field_validator("finding", "sources", mode="before")(_listed)


class Point(Told):
    """A published value of a year or of a quarter."""

    year: int | None = Field(None, ge=1900, le=2200)
    quarter: int | None = Field(None, ge=5, le=160)
    value: float = Field(allow_inf_nan=False)
    known: Known

    @model_validator(mode="after")
    def _one_time(self) -> Point:
        if (self.year is None) == (self.quarter is None):
            raise ValueError("a point needs a year or a quarter; one of the two")
        return self


class HistoryTable(Told):
    """The published path of a firm, beside a scenario."""

    scenario: str
    source: str
    measure: str
    unit: str
    first_year: int = Field(ge=1900, le=2200)
    shows: Text
    points: tuple[Point, ...] = Field(min_length=1, max_length=MOST)

    _lists = field_validator("points", mode="before")(_listed)


class HistoryTables(Told):
    """The keys of a file of case histories."""

    history: tuple[HistoryTable, ...] = Field(min_length=1, max_length=MOST)

    _lists = field_validator("history", mode="before")(_listed)


def read_findings(source: Path | Traversable, name: str, computed: Iterable[str]) -> dict[str, Any]:
    """The tables of a file of findings; `computed`: names of the statistics that can be.
    Raises ScenarioError, which names the file."""
    tables = read(source, name)
    told: FindingTables = checked(FindingTables, tables, name)
    _once("finding", [finding.id for finding in told.finding], name)
    rows = [row.name for finding in told.finding for row in finding.statistics]
    _once("finding.statistics", rows, name)
    known = list(computed)
    for row in rows:
        key = "finding.statistics.name"
        among(row, known, "no such statistic", file=name, key=key, allowed="a statistic that is computed")
    _sources([finding.source for finding in told.finding] + list(told.sources), name)
    return tables


def read_histories(source: Path | Traversable, name: str) -> list[dict[str, Any]]:
    """The histories of a file. Raises ScenarioError, which names the file."""
    tables = read(source, name)
    told: HistoryTables = checked(HistoryTables, tables, name)
    _sources([history.source for history in told.history], name)
    for index, history in enumerate(told.history):
        try:
            weeks = Scenario.load(history.scenario).parameters.weeks
        except ScenarioError as error:
            error.file, error.key = name, f"history.{index}.scenario"
            raise
        for place, point in enumerate(history.points):
            end = 52 * (point.year - history.first_year + 1) if point.year else 13 * (point.quarter or 0)
            if (not 104 <= end <= weeks and point.year) or end > weeks:
                raise ScenarioError(
                    "this point lies outside the years that are played, of which it needs the one before",
                    file=name,
                    key=f"history.{index}.points.{place}",
                    value=point.year or point.quarter,
                    allowed=f"within {weeks} weeks from the start of {history.first_year}",
                )
    return list(tables["history"])


def _once(key: str, names: list[str], file: str) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ScenarioError("this name stands there twice", file=file, key=key, value=name)


def _sources(sources: Iterable[str], file: str) -> None:
    known_sources((part for several in sources for part in several.split(", ")), file)
