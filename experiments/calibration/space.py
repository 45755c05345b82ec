"""The space of parameter sets that a calibration searches: declared in `scenarios/calibration.toml`, seen as a unit cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from scipy.stats import qmc

from tandem.experiments.calibration.declared import read_calibration
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.reading import read
from tandem.sim.seeds import entropy

FILE = "calibration.toml"


@dataclass(frozen=True)
class Parameter:
    """One parameter that may move, with its plausible range; its prior is uniform on `scale`."""

    path: str
    low: float
    high: float
    scale: str
    why: str

    def value(self, place: np.ndarray | float) -> Any:
        """The value at a place in [0, 1]."""
        if self.scale == "log":
            return self.low * (self.high / self.low) ** place
        return self.low + (self.high - self.low) * place

    def place(self, value: float) -> float:
        """Where a value lies in its range, 0 to 1; outside it where the value is outside."""
        if self.scale == "log":
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Space:
    """All parameters that may move, in the order of the file."""

    parameters: tuple[Parameter, ...]

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def paths(self) -> list[str]:
        """Paths in order."""
        return [parameter.path for parameter in self.parameters]

    def sets(self, places: np.ndarray) -> list[dict[str, float]]:
        """Parameter sets (path -> value) of points in the unit cube, float64 (rows, parameters)."""
        columns = [parameter.value(places[:, k]) for k, parameter in enumerate(self.parameters)]
        return [dict(zip(self.paths, map(float, row))) for row in zip(*columns)]

    def places(self, sets: Sequence[Mapping[str, float]]) -> np.ndarray:
        """Points in the unit cube of parameter sets, float64 (rows, parameters); what a set does not name has
        its declared value."""
        usual = self.declared()
        return np.array(
            [[parameter.place(one.get(parameter.path, usual[parameter.path])) for parameter in self.parameters] for one in sets]
        )

    def design(self, n: int, seed: int | str) -> np.ndarray:
        """n points that fill the cube (scrambled Sobol), float64 (n, parameters)."""
        whole = 1 << max(0, n - 1).bit_length()
        return qmc.Sobol(len(self), scramble=True, rng=np.random.default_rng(entropy(seed, 0))).random(whole)[:n]

    def declared(self) -> dict[str, float]:
        """The values that the model and the population declare before any fit."""
        model = Scenario.of().values
        own = {row["path"]: row["spread"] for row in _population()["differs"] if "spread" in row}
        common = {row["path"]: row["value"] for row in _population()["common"]}
        found = {}
        for path in self.paths:
            if path.startswith("population.spread."):
                found[path] = own[path.removeprefix("population.spread.")]
            elif path == "population.coo.threshold":
                found[path] = _population()["coo"]["threshold"]
            else:
                found[path] = common.get(path, model.get(path))
        return {path: float(value) for path, value in found.items()}


@lru_cache(maxsize=1)
def _population() -> dict[str, Any]:
    return read(resources.files("tandem.scenarios") / "population.toml", "population.toml")


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return read_calibration(resources.files("tandem.scenarios") / FILE, FILE, _population())


@lru_cache(maxsize=1)
def space() -> Space:
    """The declared space. Complains about paths and ranges that the model does not know."""
    return Space(tuple(Parameter(**table) for table in _tables()["parameters"]))


@dataclass(frozen=True)
class Profile:
    """How much a calibration plays."""

    firms: int
    twins: int
    advertisers: int
    long: int
    first: int
    later: int
    waves: int
    final: int
    ensemble: int

    @property
    def sets(self) -> int:
        """Parameter sets played in all."""
        return self.first + (self.waves - 1) * self.later + self.final


def profile(name: str) -> Profile:
    """A profile of the file by name."""
    profiles = _tables()["profiles"]
    if name not in profiles:
        raise ScenarioError("no such profile", file=FILE, value=name, allowed=", ".join(profiles))
    return Profile(**profiles[name])
