"""Every law of scipy.stats by its name, as what a factor is drawn from: a place in [0, 1) becomes a value by its quantile."""

from __future__ import annotations

import inspect
import math
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from tandem.sim.scenario.complaint import nearest
from tandem.sim.scenario.story import Told

LEAST_LEFT = 1e-9
"""A law of which `low` and `high` leave less than this share is cut to nothing."""


class Law(Told):
    """A law of scipy.stats: `distribution` by its name there, `arguments` as scipy has them (shapes, `loc`, `scale`). `low` and
    `high` cut it: what lies beyond is not drawn, and the rest is as likely among itself as before. `levels`: steps in a
    factorial design (middles of equally likely parts). `whole`: rounded to whole numbers."""

    distribution: str
    arguments: dict[str, float] = Field(default_factory=dict)
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    levels: int | None = Field(None, ge=2, le=100_000)
    whole: bool = False

    @model_validator(mode="after")
    def _sound(self):
        family = _family(self.distribution)
        known = [*family.shapes.split(", ")] if family.shapes else []
        allowed = [*known, "loc", *(["scale"] if hasattr(family, "pdf") else [])]
        for name, value in self.arguments.items():
            if name not in allowed:
                near = nearest(name, allowed)
                hint = f"; did you mean {near}?" if near else ""
                raise ValueError(f"{self.distribution} has no argument {name!r}; it has {', '.join(allowed)}{hint}")
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite")
        if missing := [name for name in known if name not in self.arguments]:
            raise ValueError(f"{self.distribution} needs {' and '.join(missing)}")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("low must be below high")
        ends = [self._frozen.support()[0], self._frozen.support()[1]]
        if not all(end == end for end in ends):
            said = ", ".join(f"{name} = {value:g}" for name, value in self.arguments.items())
            raise ValueError(f"{self.distribution} is not defined for {said or 'these arguments'}")
        if not self._cut[1] - self._cut[0] > LEAST_LEFT:
            raise ValueError("low and high leave nothing of this law")
        return self

    @cached_property
    def _frozen(self) -> Any:
        return _family(self.distribution)(**self.arguments)

    @cached_property
    def _cut(self) -> tuple[float, float]:
        """Between which probabilities of the law its values are drawn."""
        law = self._frozen
        discrete = not hasattr(law.dist, "pdf")
        below = 0.0 if self.low is None else float(law.cdf(math.ceil(self.low) - 1 if discrete else self.low))
        return below, 1.0 if self.high is None else float(law.cdf(self.high))

    def at(self, places: np.ndarray) -> np.ndarray:
        """The values at places in [0, 1)."""
        below, above = self._cut
        values = self._frozen.ppf(below + np.asarray(places) * (above - below))
        if self.low is not None or self.high is not None:
            values = np.clip(values, self.low, self.high)
        return np.rint(values).astype(np.int64) if self.whole else np.asarray(values, dtype=np.float64)

    @property
    def grid(self) -> list[Any]:
        """The values of a factorial design: the middles of `levels` equally likely parts."""
        if self.levels is None:
            raise ValueError("a law in a factorial design needs `levels`")
        return list(dict.fromkeys(self.at((np.arange(self.levels) + 0.5) / self.levels).tolist()))

    @property
    def extremes(self) -> list[Any]:
        """Values that must be valid for all to be."""
        ends = [float(end) for end in self._frozen.support()]
        low = ends[0] if self.low is None else max(self.low, ends[0])
        high = ends[1] if self.high is None else min(self.high, ends[1])
        return [low, high] if not self.whole or math.isinf(low) or math.isinf(high) else [round(low), round(high)]


def _family(name: str) -> Any:
    """A family of laws of scipy.stats. ValueError, with a name like it, for what is none."""
    from scipy import stats

    found = getattr(stats, name, None) if name.isidentifier() and not name.startswith("_") else None
    if not isinstance(found, stats.rv_continuous | stats.rv_discrete):
        there = [word for word, law in inspect.getmembers(stats) if isinstance(law, stats.rv_continuous | stats.rv_discrete)]
        near = nearest(name, there) or {"normal": "norm", "uniform": "uniform", "exponential": "expon"}.get(name)
        raise ValueError(
            f"distribution {name!r} is none of scipy.stats (with low and high also uniform, log-uniform, normal, triangular)"
            + (f"; did you mean {near}?" if near else "")
        )
    return found
