"""Patient rule induction: peel a box, a little at a time, towards where an event gathers [friedman1999] [bryant2010].

Kept here in a hundred lines because the kept implementations report a box on the rows it was fitted on, and bring a plotting
stack along. Rows are points, not runs: the event is a share of each point's replicates, so that luck is not mistaken for a
pattern.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import binom

PEEL = 0.05
"""Share of the rows inside that one peel takes off: patient, so that one noisy step does no harm."""
LEAST_MASS = 0.05
"""Smallest share of all rows that a box may hold."""


@dataclass(frozen=True)
class Limit:
    """What a box asks of one input: a range, or a set of words."""

    name: str
    low: float = -np.inf
    high: float = np.inf
    words: tuple[str, ...] | None = None

    def holds(self, column: pd.Series) -> np.ndarray:
        """Which rows keep it, bool (rows,)."""
        if self.words is not None:
            return column.astype(str).isin(self.words).to_numpy()
        values = column.to_numpy(dtype=float)
        return (values >= self.low) & (values <= self.high)

    @property
    def told(self) -> str:
        """As a reader says it."""
        if self.words is not None:
            return f"{self.name} is {' or '.join(self.words)}"
        if np.isinf(self.low):
            return f"{self.name} at most {self.high:.3g}"
        if np.isinf(self.high):
            return f"{self.name} at least {self.low:.3g}"
        return f"{self.name} from {self.low:.3g} to {self.high:.3g}"


@dataclass(frozen=True)
class Box:
    """A region: all limits hold. An empty box is the whole."""

    limits: Mapping[str, Limit] = field(default_factory=dict)

    def holds(self, varied: pd.DataFrame) -> np.ndarray:
        """Which rows lie inside, bool (rows,)."""
        inside = np.ones(len(varied), dtype=bool)
        for name, limit in self.limits.items():
            inside &= limit.holds(varied[name])
        return inside

    def without(self, name: str) -> Box:
        """The box with one limit taken away."""
        return Box({key: limit for key, limit in self.limits.items() if key != name})

    @property
    def told(self) -> str:
        """As a reader says it."""
        return " and ".join(limit.told for limit in self.limits.values()) or "no limit"


def quality(inside: np.ndarray, event: np.ndarray) -> tuple[float, float]:
    """Coverage (share of the event inside) and density (share of the event among what is inside), not-a-number if undefined."""
    total, mine = float(event.sum()), float(event[inside].sum())
    return (mine / total if total else np.nan), (mine / int(inside.sum()) if inside.any() else np.nan)


def peels(name: str, column: pd.Series, inside: np.ndarray) -> list[Limit]:
    """What could be peeled off one input next: the lowest or highest twentieth inside, or one word."""
    here = column[inside]
    if not pd.api.types.is_numeric_dtype(column):
        words = sorted(here.astype(str).unique())
        return [Limit(name, words=tuple(word for word in words if word != off)) for off in words] if len(words) > 1 else []
    values = here.to_numpy(dtype=float)
    low, high = np.quantile(values, [PEEL, 1.0 - PEEL])
    # With ties a twentieth may be nothing: then the whole lowest (highest) value goes.
    above = values[values > low].min() if (values > low).any() and low == values.min() else low
    beneath = values[values < high].max() if (values < high).any() and high == values.max() else high
    return [Limit(name, low=float(above)), Limit(name, high=float(beneath))]


def peel(varied: pd.DataFrame, event: np.ndarray) -> list[Box]:
    """The boxes of a peeling, the whole first, each a little smaller and denser than the one before.

    `varied`: one row a point; `event`: its share of replicates with the event, float64 (rows,). Each step takes off what
    raises the mean of the event inside most for each row taken off.
    """
    box, trajectory = Box(), [Box()]
    least = LEAST_MASS * len(event)
    while True:
        inside = box.holds(varied)
        mean, best, gain = float(event[inside].mean()), None, 0.0
        for name in varied:
            for limit in peels(str(name), varied[name], inside):
                merged = narrowed(box, limit)
                kept = merged.holds(varied)
                count, off = int(kept.sum()), int(inside.sum() - kept.sum())
                if count < least or off == 0:
                    continue
                rise = (float(event[kept].mean()) - mean) / off
                if rise > gain:
                    best, gain = merged, rise
        if best is None:
            return trajectory
        box = best
        trajectory.append(box)


def narrowed(box: Box, limit: Limit) -> Box:
    """The box with a further limit, joined with the one it already has on that input."""
    old = box.limits.get(limit.name)
    if old is not None and limit.words is None:
        limit = Limit(limit.name, max(old.low, limit.low), min(old.high, limit.high))
    return Box({**box.limits, limit.name: limit})


def chosen(trajectory: Sequence[Box], varied: pd.DataFrame, event: np.ndarray) -> Box:
    """The box of a peeling that chance explains least: the largest excess of the event inside, in standard errors.

    Coverage times density, the other usual trade, takes nearly the whole where an event is diffuse (luck makes most of it).
    """
    best, most = Box(), 0.0
    for box in trajectory[1:]:
        inside = box.holds(varied)
        share = float(inside.mean())
        excess = float(((event - event.mean()) * inside).mean()) / (share * (1.0 - share)) ** 0.5
        if excess > most:
            best, most = box, excess
    return best


def chance(box: Box, name: str, varied: pd.DataFrame, event: np.ndarray) -> float:
    """Quasi p-value of a limit: the probability that as many events or more fell inside by chance, were it idle [bryant2010]."""
    looser = box.without(name).holds(varied)
    inside = box.holds(varied)
    usual = float(event[looser].mean())
    return float(binom.sf(np.ceil(event[inside].sum()) - 1, int(inside.sum()), usual))


def pruned(box: Box, varied: pd.DataFrame, event: np.ndarray, level: float = 0.05) -> Box:
    """The box without the limits that chance explains, the weakest taken away first."""
    while box.limits:
        found: dict[str, float] = {name: chance(box, name, varied, event) for name in box.limits}
        weakest = max(found, key=lambda name: found[name])
        if found[weakest] <= level:
            return box
        box = box.without(weakest)
    return box
