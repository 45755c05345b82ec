"""What a design varies: lists, ranges and distributions, from a place in [0, 1) to a value."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from tandem.experiments.store.laws import Law
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.story import Told, checked

BETWEEN = ("uniform", "log-uniform", "normal", "triangular", "beta")
"""Laws between `low` and `high` with names of their own; any other, and one without both ends, is scipy's."""


class Listed(Told):
    """Some values, each as likely as its weight (none given: equally likely)."""

    values: list[Any] = Field(min_length=1, max_length=100_000)
    weights: list[float] | None = None

    @model_validator(mode="after")
    def _sound(self):
        if any(not isinstance(value, bool | int | float | str) for value in self.values):
            raise ValueError("values are numbers, words, true or false")
        if any(isinstance(value, float) and not math.isfinite(value) for value in self.values):
            raise ValueError("values must be finite")
        if any(isinstance(value, int) and abs(value) >= 2**53 for value in self.values):
            raise ValueError("a whole number is too large")
        if len({repr(value) for value in self.values}) < len(self.values):
            raise ValueError("a value stands there twice")
        kinds = {_kind(value) for value in self.values}
        if len(kinds) > 1:
            raise ValueError("values are of different kinds")
        if self.weights is not None and (
            len(self.weights) != len(self.values) or not all(math.isfinite(w) and w > 0 for w in self.weights)
        ):
            raise ValueError("weights are positive numbers, one for each value")
        return self

    def at(self, places: np.ndarray) -> np.ndarray:
        """The values at places in [0, 1)."""
        if self.weights is None:
            index = (places * len(self.values)).astype(np.int64)
        else:
            shares = np.cumsum(self.weights) / math.fsum(self.weights)
            index = np.searchsorted(shares, places, side="right")
        return column(self.values)[np.minimum(index, len(self.values) - 1)]

    @property
    def grid(self) -> list[Any]:
        """The values of a factorial design."""
        return list(self.values)

    @property
    def extremes(self) -> list[Any]:
        """Values that must be valid for all to be: of numbers the least, the greatest and one that is not whole."""
        if any(isinstance(value, bool | str) for value in self.values):
            return list(self.values)
        broken = [value for value in self.values if value != int(value)][:1]
        return list(dict.fromkeys([min(self.values), max(self.values), *broken]))


class Range(Told):
    """Numbers between `low` and `high` by a distribution. Shapes: `normal` (mean, sd; cut at low and high), `triangular`
    (mode), `beta` (a, b), `log-uniform` (low above 0). `levels` are the steps in a factorial design."""

    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    distribution: Literal["uniform", "log-uniform", "normal", "triangular", "beta"] = "uniform"
    mean: float | None = Field(None, allow_inf_nan=False)
    sd: float | None = Field(None, gt=0, allow_inf_nan=False)
    mode: float | None = Field(None, allow_inf_nan=False)
    a: float | None = Field(None, gt=0, allow_inf_nan=False)
    b: float | None = Field(None, gt=0, allow_inf_nan=False)
    levels: int | None = Field(None, ge=2, le=100_000)
    whole: bool = False
    """Whole numbers from low to high, both included."""

    @model_validator(mode="after")
    def _sound(self):
        if not self.low < self.high:
            raise ValueError("low must be below high")
        needed = {"normal": ("mean", "sd"), "triangular": ("mode",), "beta": ("a", "b")}.get(self.distribution, ())
        for name in ("mean", "sd", "mode", "a", "b"):
            if (getattr(self, name) is not None) != (name in needed):
                word = f"needs {name}" if name in needed else f"has no {name}"
                raise ValueError(f"distribution {self.distribution!r} {word}")
        if self.distribution == "log-uniform" and self.low <= 0:
            raise ValueError("log-uniform needs low above 0")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError("mode must lie between low and high")
        if self.distribution == "normal":
            from scipy.special import ndtr

            mean, sd = self.mean or 0.0, self.sd or 1.0
            inside = ndtr((self.high - mean) / sd) - ndtr((self.low - mean) / sd)
            if not inside > 1e-9:
                raise ValueError("low and high leave nothing of this normal distribution")
        if self.whole and (self.low != int(self.low) or self.high != int(self.high)):
            raise ValueError("whole numbers need whole low and high")
        return self

    def at(self, places: np.ndarray) -> np.ndarray:
        """The values at places in [0, 1)."""
        if self.whole:
            wide = self.model_copy(update={"whole": False, "low": self.low - 0.5, "high": self.high + 0.5})
            return np.clip(np.rint(wide.at(places)), self.low, self.high).astype(np.int64)
        low, high = self.low, self.high
        mean, sd, mode = self.mean or 0.0, self.sd or 1.0, self.mode if self.mode is not None else low
        if self.distribution == "uniform":
            values = low + places * (high - low)
        elif self.distribution == "log-uniform":
            values = low * np.exp(places * math.log(high / low))
        elif self.distribution == "normal":
            from scipy.special import ndtr, ndtri

            below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
            values = mean + sd * ndtri(below + places * (above - below))
        elif self.distribution == "triangular":
            turn = (mode - low) / (high - low)
            up = low + np.sqrt(places * (high - low) * (mode - low))
            values = np.where(places < turn, up, high - np.sqrt((1 - places) * (high - low) * (high - mode)))
        else:
            from scipy.special import betaincinv

            values = low + (high - low) * betaincinv(self.a, self.b, places)
        return np.clip(values, low, high)

    @property
    def grid(self) -> list[Any]:
        """The values of a factorial design: the middles of `levels` equally likely parts, or low to high in equal steps."""
        if self.levels is None:
            if self.whole:
                return list(range(int(self.low), int(self.high) + 1))
            raise ValueError("a range in a factorial design needs `levels`")
        if self.distribution == "uniform" and not self.whole:
            return [float(value) for value in np.linspace(self.low, self.high, self.levels)]
        middles = (np.arange(self.levels) + 0.5) / self.levels
        return list(dict.fromkeys(self.at(middles).tolist()))

    @property
    def extremes(self) -> list[Any]:
        """Values that must be valid for all to be."""
        return [int(self.low), int(self.high)] if self.whole else [self.low, self.high]


Factor = Listed | Range | Law


def read_factor(path: str, value: Any, file: str | None) -> Factor:
    """One entry of [factors]: a list of values, or a table that says more."""
    key = f"factors.{path}"
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return checked(Listed, {"values": value}, file, f"{key}.")
    if not isinstance(value, dict):
        raise ScenarioError(
            "wrong type",
            file=file,
            key=key,
            value=value,
            allowed="a list of values, or a table such as { low = 0.2, high = 0.8 }",
        )
    numbers = {
        name: float(inner) if isinstance(inner, int) and not isinstance(inner, bool) and name not in ("levels",) else inner
        for name, inner in value.items()
    }
    if isinstance(value.get("values"), str):
        value = {**value, "values": [value["values"]]}
    if "values" in value:
        weights = (
            [float(w) if isinstance(w, int) and not isinstance(w, bool) else w for w in value["weights"]]
            if isinstance(value.get("weights"), list)
            else value.get("weights")
        )
        return checked(Listed, {**value, **({"weights": weights} if "weights" in value else {})}, file, f"{key}.")
    if "distribution" in value and (value["distribution"] not in BETWEEN or not {"low", "high"} <= set(value)):
        return checked(Law, _law(numbers, file, key), file, f"{key}.")
    return checked(Range, numbers, file, f"{key}.")


def _law(numbers: dict[str, Any], file: str | None, key: str) -> dict[str, Any]:
    """A law's own arguments may stand in its table as well as in a table `arguments` of their own."""
    inner = numbers.get("arguments", {})
    if not isinstance(inner, dict):
        return numbers
    own = {name: value for name, value in numbers.items() if name not in Law.model_fields}
    if twice := next((name for name in own if name in inner), None):
        raise ScenarioError("stands there twice", file=file, key=f"{key}.{twice}", allowed="once, beside the law or in arguments")
    more = {name: float(v) if isinstance(v, int) and not isinstance(v, bool) else v for name, v in inner.items()}
    return {**{name: value for name, value in numbers.items() if name not in own}, "arguments": {**own, **more}}


def column(values: list[Any]) -> np.ndarray:
    """A list of values of one kind as an array: bool, int64, float64 or words."""
    kinds = {_kind(value) for value in values}
    if kinds == {"number"}:
        whole = all(isinstance(value, int) for value in values)
        return np.array(values, dtype=np.int64 if whole else np.float64)
    return np.array(values, dtype=bool if kinds == {"bool"} else object)


def _kind(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "word"
