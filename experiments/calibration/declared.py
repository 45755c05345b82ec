"""What the file of a calibration may say, checked by the same reader and sentences as scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from tandem.experiments.firms.declared import MOST_LAWS, Reasoned, once, ranges
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.complaint import among
from tandem.sim.scenario.reading import read
from tandem.sim.scenario.story import Told, checked

OF_SPREAD, OF_THRESHOLD = "population.spread.", "population.coo.threshold"
MOST_SETS = 10**7


class ParameterTable(Told):
    """One parameter that may move."""

    path: str
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    scale: Literal["linear", "log"]
    why: str

    @model_validator(mode="after")
    def _sound(self) -> ParameterTable:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("a range on a log scale starts above 0")
        return self


class ProfileTable(Told):
    """How much a calibration plays."""

    firms: int = Field(ge=2, le=MOST_SETS)
    twins: int = Field(ge=2, le=MOST_SETS)
    advertisers: int = Field(ge=2, le=MOST_SETS)
    long: int = Field(ge=2, le=MOST_SETS)
    first: int = Field(ge=2, le=MOST_SETS)
    later: int = Field(ge=1, le=MOST_SETS)
    waves: int = Field(ge=1, le=1000)
    final: int = Field(ge=1, le=MOST_SETS)
    ensemble: int = Field(ge=1, le=MOST_SETS)


class CalibrationTables(Told):
    """The keys of a calibration's file."""

    parameters: tuple[ParameterTable, ...] = Field(min_length=1, max_length=MOST_LAWS)
    profiles: dict[str, ProfileTable] = Field(min_length=1, max_length=100)
    priors: Reasoned = Reasoned()

    _lists = field_validator("parameters", mode="before")(lambda value: tuple(value) if isinstance(value, list) else value)


MOVABLE = "a number that `tandem schema` shows, population.spread of one that differs, population.coo.threshold"


def read_calibration(source: Path | Traversable, name: str, population: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a calibration's file; `population`: those of the population whose spreads it may move. Raises
    ScenarioError, which names the file."""
    tables = read(source, name)
    told: CalibrationTables = checked(CalibrationTables, tables, name)
    spreads = {f"{OF_SPREAD}{row['path']}" for row in population["differs"] if "spread" in row}
    known = {path: limits for path, limits in ranges().items() if ".N." not in path}
    for index, row in enumerate(told.parameters):
        key = f"parameters.{index}.path"
        among(row.path, [*known, *spreads, OF_THRESHOLD], "unknown path", file=name, key=key, allowed=MOVABLE)
        low, high = known.get(row.path, (0.0, float("inf")))
        if not low <= row.low < row.high <= high:
            raise ScenarioError(
                "the range leaves what the model allows",
                file=name,
                key=f"parameters.{index}: {row.path}",
                value=[row.low, row.high],
                allowed=f"within {low:g} to {high:g}",
            )
    once("parameters", [row.path for row in told.parameters], name)
    return tables
