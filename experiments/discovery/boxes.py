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

from tandem.experiments.discovery.coded import Coded

PEEL = 0.05
"""Share of the rows inside that one peel takes off: patient, so that one noisy step does no harm."""
LEAST_MASS = 0.05
"""Smallest share of all rows that a box may hold."""
ROUNDING = 1e-12
"""Rises (share a point) nearer to each other than this may differ by rounding alone."""


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

    def keeps(self, points: Coded) -> np.ndarray:
        """The same of coded points."""
        values = points.column(self.name)
        if self.words is None:
            return np.asarray((values >= self.low) & (values <= self.high))
        allowed = np.array([word in self.words for word in points.words[self.name]])
        return np.asarray(allowed[values.astype(int)])

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

    def holds(self, varied: pd.DataFrame | Coded) -> np.ndarray:
        """Which rows lie inside, bool (rows,)."""
        inside = np.ones(len(varied), dtype=bool)
        for name, limit in self.limits.items():
            inside &= limit.keeps(varied) if isinstance(varied, Coded) else limit.holds(varied[name])
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


def peel(varied: pd.DataFrame | Coded, event: np.ndarray) -> list[Box]:
    """The boxes of a peeling, the whole first, each a little smaller and denser than the one before.

    `varied`: one row a point; `event`: its share of replicates with the event, float64 (rows,). Each step takes off what
    raises the mean of the event inside most for each row taken off.
    """
    return [box for box, _ in peeling(Coded.of(varied), np.asarray(event, dtype=float))]


def peeling(points: Coded, event: np.ndarray) -> list[tuple[Box, np.ndarray]]:
    """The same, each box with the points that lie inside, bool (points,)."""
    box, inside = Box(), np.ones(len(points), dtype=bool)
    found = [(box, inside)]
    ranked = Ranked.of(points, event)
    while (step := ranked.best(inside, event, LEAST_MASS * len(event))) is not None:
        limit, inside = step
        box = narrowed(box, limit)
        ranked = ranked.within(inside)
        found.append((box, inside))
    return found


@dataclass(frozen=True)
class Ranked:
    """The points inside, sorted along each input that holds numbers: `order` (their places), `values` and `event`, each
    (inputs, points inside)."""

    points: Coded
    numeric: np.ndarray
    order: np.ndarray
    values: np.ndarray
    event: np.ndarray

    @classmethod
    def of(cls, points: Coded, event: np.ndarray) -> Ranked:
        """All points, sorted."""
        numeric = np.array([place for place, name in enumerate(points.names) if name not in points.words], dtype=int)
        order = np.argsort(points.values[numeric], axis=1, kind="stable")
        return cls(points, numeric, order, np.take_along_axis(points.values[numeric], order, axis=1), event[order])

    def within(self, inside: np.ndarray) -> Ranked:
        """Only the points inside; they stay sorted."""
        stays, shape = inside[self.order], (len(self.order), int(inside.sum()))
        parts = (part[stays].reshape(shape) for part in (self.order, self.values, self.event))
        return Ranked(self.points, self.numeric, *parts)

    def best(self, inside: np.ndarray, event: np.ndarray, least: float) -> tuple[Limit, np.ndarray] | None:
        """The limit whose peel raises the mean of the event most for each point taken off, and what then lies inside; None
        where no peel raises it, or too little would be left. Sums along the sorted points choose who is looked at closely:
        their rounding differs from that of a mean over the points in their own order, which decides."""
        here = event[inside]
        mean, size = float(here.mean()), len(here)
        rises, made = self._cuts(mean, size, least)
        for place, name in enumerate(self.points.names):
            if name in self.points.words:
                self._words(place, name, inside, event, (mean, size, least), rises, made)
        if not rises or max(rises) <= -ROUNDING:
            return None
        top, gain, found = max(rises), 0.0, None
        for order in sorted(
            (place for place, rise in enumerate(rises) if rise >= top - ROUNDING), key=lambda each: made[each][0]
        ):
            limit = made[order][1]
            kept = inside & limit.keeps(self.points)
            count = int(kept.sum())
            rise = (float(event[kept].mean()) - mean) / (size - count)
            if rise > gain:
                gain, found = rise, (limit, kept)
        return found

    def _cuts(self, mean: float, size: int, least: float) -> tuple[list[float], list[tuple[tuple[int, int], Limit]]]:
        """The rise of each peel of the lowest and the highest twentieth, nearly, and in which order they are looked at."""
        if not len(self.numeric):
            return [], []
        above, beneath = edges(self.values)
        sums = np.concatenate([np.zeros((len(self.numeric), 1)), np.cumsum(self.event, axis=1)], axis=1)
        every = np.arange(len(self.numeric))
        off = np.array([(self.values < above[:, None]).sum(axis=1), (self.values > beneath[:, None]).sum(axis=1)])
        gone = np.array([sums[every, off[0]], sums[every, -1] - sums[every, size - off[1]]])
        left = size - off
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = ((sums[every, -1] - gone) / left - mean) / off
        rise[(left < least) | (off == 0)] = -np.inf
        rises, made = [], []
        for end, place in zip(*np.nonzero(np.isfinite(rise))):
            column = int(self.numeric[place])
            name = self.points.names[column]
            limit = Limit(name, low=float(above[place])) if end == 0 else Limit(name, high=float(beneath[place]))
            rises.append(float(rise[end, place]))
            made.append(((column, int(end)), limit))
        return rises, made

    def _words(
        self,
        place: int,
        name: str,
        inside: np.ndarray,
        event: np.ndarray,
        now: tuple[float, int, float],
        rises: list[float],
        made: list[tuple[tuple[int, int], Limit]],
    ) -> None:
        """The same for an input of words: one of those inside goes."""
        mean, size, least = now
        codes = self.points.values[place][inside].astype(int)
        counts = np.bincount(codes, minlength=len(self.points.words[name]))
        sums = np.bincount(codes, weights=event[inside], minlength=len(counts))
        there = np.flatnonzero(counts)
        if len(there) < 2:
            return
        words = [self.points.words[name][code] for code in there]
        for turn, code in enumerate(there):
            left = size - counts[code]
            if left < least:
                continue
            rises.append(float(((sums.sum() - sums[code]) / left - mean) / counts[code]))
            made.append(((place, turn), Limit(name, words=tuple(word for word in words if word != words[turn]))))


def edges(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the next limits of each input would be: the lowest value kept when the lowest twentieth goes, and the highest kept
    when the highest goes; float64 (inputs,) each. `values`: sorted, (inputs, points).

    With ties a twentieth may be nothing: then the whole lowest (highest) value goes.
    """
    low, high = np.quantile(values, [PEEL, 1.0 - PEEL], axis=1)
    size, every = values.shape[1], np.arange(len(values))
    least, most = values[:, 0], values[:, -1]
    after = (values <= low[:, None]).sum(axis=1)
    before = (values < high[:, None]).sum(axis=1) - 1
    above = np.where((low == least) & (after < size), values[every, np.minimum(after, size - 1)], low)
    beneath = np.where((high == most) & (before >= 0), values[every, np.maximum(before, 0)], high)
    return above, beneath


def narrowed(box: Box, limit: Limit) -> Box:
    """The box with a further limit, joined with the one it already has on that input."""
    old = box.limits.get(limit.name)
    if old is not None and limit.words is None:
        limit = Limit(limit.name, max(old.low, limit.low), min(old.high, limit.high))
    return Box({**box.limits, limit.name: limit})


def chosen(trajectory: Sequence[Box], varied: pd.DataFrame | Coded, event: np.ndarray) -> Box:
    """The box of a peeling that chance explains least: the largest excess of the event inside, in standard errors.

    Coverage times density, the other usual trade, takes nearly the whole where an event is diffuse (luck makes most of it).
    """
    points = Coded.of(varied)
    return least_by_chance([(box, box.holds(points)) for box in trajectory], event)


def least_by_chance(trajectory: Sequence[tuple[Box, np.ndarray]], event: np.ndarray) -> Box:
    """The same of a `peeling`."""
    best, most = Box(), 0.0
    apart = event - event.mean()
    for box, inside in trajectory[1:]:
        share = float(inside.mean())
        excess = float((apart * inside).mean()) / (share * (1.0 - share)) ** 0.5
        if excess > most:
            best, most = box, excess
    return best


def chance(box: Box, name: str, varied: pd.DataFrame | Coded, event: np.ndarray) -> float:
    """Quasi p-value of a limit: the probability that as many events or more fell inside by chance, were it idle [bryant2010].

    Points that were drawn together count for as many as they are worth: see `worth`.
    """
    points = Coded.of(varied)
    looser, inside = box.without(name).holds(points), box.holds(points)
    if not looser.any():  # nothing was seen there, so nothing speaks against chance
        return 1.0
    usual = float(event[looser].mean())
    less = worth(points, inside, event)
    events, count = float(event[inside].sum()) * less, int(inside.sum())
    return float(binom.sf(np.ceil(events) - 1, count if less == 1.0 else max(1, round(count * less)), usual))


def worth(points: Coded, inside: np.ndarray, event: np.ndarray) -> float:
    """How much one of the points inside counts as an independent one (0-1): one over the design effect of their mean, never
    above 1 (Kish 1965, "Survey Sampling"). 1 where each point is a row of its own."""
    here, rows = event[inside], points.rows[inside]
    if points.alone or len(here) < 2:
        return 1.0
    mean = float(here.mean())
    alone = mean * (1.0 - mean) * len(here)
    sums = np.bincount(rows, weights=here - mean)
    counts = np.bincount(rows)
    met = int((counts > 0).sum())
    if alone <= 0.0 or met < 2:  # all alike: each row is worth one point
        return met / len(here)
    return float(min(1.0, alone / ((sums**2).sum() * met / (met - 1)))) if sums.any() else 1.0


def pruned(box: Box, varied: pd.DataFrame | Coded, event: np.ndarray, level: float = 0.05) -> Box:
    """The box without the limits that chance explains, the weakest taken away first."""
    points = Coded.of(varied)
    while box.limits:
        found: dict[str, float] = {name: chance(box, name, points, event) for name in box.limits}
        weakest = max(found, key=lambda name: found[name])
        if found[weakest] <= level:
            return box
        box = box.without(weakest)
    return box
