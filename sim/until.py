"""Playing until a statement is decided: intervals that stay honest however often one looks, and whenever one stops.

A group-sequential design with repeated confidence intervals (Jennison & Turnbull 1989, "Interim analyses: the repeated
confidence interval approach", JRSS B 51): the pairs come in an order fixed by the seed, are looked at after 100, 200, 500,
1,000, ... of them, and each look spends a part of 5% that was set beforehand (Lan & DeMets 1983, Biometrika 70): .0175 at the
first, .65 times as much at each further one, .05 in all, however many follow. What a look spends depends on its number alone,
never on the budget, so a larger budget goes on with the same looks. An interval told is what all looks so far agree on: it only
shrinks, so that what was decided stays decided. All looks together hold the truth with 95% or more, and for that reason any one
at which somebody stops.

A statement ends undecided when the budget is used, or before that when going on would hardly decide it: when the chance to leave
the bound at the budget's last look, by what is known of the mean so far, is below a fifth (predictive power: Spiegelhalter,
Freedman & Blackburn 1986, Controlled Clinical Trials 7). That ending says nothing about the truth, breaks no interval, and a
larger budget goes on from there.

How far an interval must reach is worked out by the recursion of Armitage, McPherson & Rowe (1969, JRSS A 132) for means that are
nearly normal, and Student's t takes the place of the normal law at the same level. A first look at fewer than 100 pairs would
trust means of skewed outcomes too early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from tandem.sim.intervals import DECIDED, brought_within, mean_within, verdict

ALPHA = 0.05
"""Of all looks together, however many there are."""
PASSED_ON = 0.65
"""How much each look spends of what the look before it spent."""
FIRST_LOOK = 100
"""Pairs at the first look."""
HOPELESS = 0.20
"""Chance to be decided within the budget below which one stops."""
MOST_LOOKS = 24
"""The last at 5 thousand million pairs, beyond what fits in memory."""
_POINTS = 301


def all_looks() -> Iterator[int]:
    """Numbers of pairs at which one looks: 100, 200, 500, 1,000, 2,000, 5,000, ..."""
    for place in range(MOST_LOOKS):
        yield FIRST_LOOK * (1, 2, 5)[place % 3] * 10 ** (place // 3)


def looks(budget: int) -> tuple[int, ...]:
    """The looks that a budget of pairs allows; none below 100 pairs. What a budget has beyond its last look is not played."""
    return tuple(look for look in all_looks() if look <= budget)


def within_looks(budget: int) -> int:
    """How many pairs of a budget can be used: up to its last look, or all of them where it has none."""
    return max(looks(budget), default=budget)


def spent_at(place: int) -> float:
    """What the look at this place (from 0) spends of ALPHA."""
    return (1.0 - PASSED_ON) * ALPHA * PASSED_ON**place


@cache
def reaches(taken: tuple[int, ...]) -> tuple[float, ...]:
    """How many standard errors the interval of each look reaches, for looks after so many units (rising), so that the first k
    looks together miss the truth with the sum of what they spend: the chance to leave the bounds for the first time at each look,
    integrated from look to look."""
    from scipy.special import ndtr

    found: list[float] = []
    before = 0
    at, mass = np.zeros(1), np.ones(1)  # sums of standard normal steps that have left no bound so far
    for place, now in enumerate(taken):
        spent = spent_at(place)
        step, low, high = float(now - before), 1.0, 10.0
        for _ in range(50):
            middle = 0.5 * (low + high)
            bound = middle * now**0.5
            outside = ndtr((at - bound) / step**0.5) + ndtr((-at - bound) / step**0.5)
            low, high = (middle, high) if float((mass * outside).sum()) > spent else (low, middle)
        ends = np.linspace(-high * now**0.5, high * now**0.5, _POINTS)
        density = np.exp(-((ends[:, None] - at) ** 2) / (2.0 * step)) / np.sqrt(2.0 * np.pi * step) @ mass
        width = np.full(_POINTS, ends[1] - ends[0])
        width[[0, -1]] *= 0.5
        found.append(high)
        before, at, mass = now, ends, density * width
    return tuple(found)


def level_of(taken: tuple[int, ...]) -> float:
    """Level of the interval of the last of these looks, such that all of them together have at least 95%."""
    from scipy.special import ndtr

    return 1.0 - 2.0 * float(ndtr(-reaches(taken)[-1]))


@cache
def level_at(look: int) -> float:
    """Level of the interval of one look, such that all looks together have at least 95%; .95 for a number of pairs below the
    first look, which is then the only one. Raises ValueError for a number of pairs at which one does not look."""
    if look < FIRST_LOOK:
        return 1.0 - ALPHA
    if look not in (taken := looks(look)):
        raise ValueError(f"{look}: one looks after {', '.join(map(str, taken))} pairs, and so on")
    return level_of(taken)


def chance(score: float, seen: float, reach: float) -> float:
    """Chance to be more than `reach` standard errors away when all is known, of a mean that stands `score` standard errors away
    when the share `seen` is known (below 1): its predictive power."""
    from scipy.special import ndtr

    mean, spread = abs(score) / seen**0.5, (1.0 / seen - 1.0) ** 0.5
    return float(ndtr((mean - reach) / spread) + ndtr((-mean - reach) / spread))


@dataclass(frozen=True)
class Followed:
    """What has been seen of a mean over looks: the estimate, its interval (what all looks agree on), standard error, number of
    values defined, pairs seen, the verdict against the line, and after how many pairs it was decided (None: it is not)."""

    estimate: float
    low: float
    high: float
    error: float
    n: int
    pairs: int
    verdict: str
    decided_after: int | None
    score: float = 0.0
    """Standard errors between the line and the mean of all pairs seen; 0 where there is no spread."""

    @property
    def decided(self) -> bool:
        """Whether it is known on which side of the line the truth lies."""
        return self.verdict in DECIDED

    def open_within(self, budget: int, hopeless: float = HOPELESS) -> bool:
        """Whether more pairs of the budget may decide it: it is not decided yet, and the chance that it will be is not below
        `hopeless`."""
        last = max(looks(budget), default=budget)
        if self.decided or not self.n or self.pairs >= last:
            return False
        if not self.error > 0.0:
            return False  # where no pair of a hundred differs, hardly one will
        return chance(self.score, self.pairs / last, reaches(looks(last))[-1]) >= hopeless

    @property
    def interval(self) -> tuple[float, float, float, float, int]:
        """Estimate, low, high, standard error and number of values, as `tandem.sim.intervals` gives them."""
        return self.estimate, self.low, self.high, self.error, self.n


Interval = tuple[float, float, float, float, int]


def followed_by(interval: Callable[[int, float], Interval], pairs: int, line: float = 0.0) -> Followed:
    """Any estimate, followed over the looks up to `pairs`. `interval` (first so many pairs, level) -> estimate, low, high,
    standard error, number of values defined. Below the first look: the one interval at 95%.

    A look at which no value differs from another knows no spread: it narrows nothing later, and counts as the last.
    Where looks contradict each other, which happens in 5% of cases at most, what the earlier ones agreed on stands.
    """
    taken = looks(pairs) or (pairs,)
    low, high, after = -np.inf, np.inf, None
    for look in taken:
        found = interval(look, level_at(look))
        if found[4] < 2 or not found[3] > 0.0:
            continue
        if max(low, found[1]) <= min(high, found[2]):
            low, high = max(low, found[1]), min(high, found[2])
        if after is None and verdict(low, high, found[4], line) in DECIDED:
            after = look
    estimate, _, _, error, n = found
    score = (estimate - line) / error if error > 0.0 else 0.0
    if not np.isfinite(low) or not np.isfinite(high):
        word = verdict(found[1], found[2], n, line)
        return Followed(*found, taken[-1], word, taken[-1] if word in DECIDED else None)
    estimate, *_ = brought_within(estimate, low, high, low, high)
    return Followed(estimate, low, high, error, n, taken[-1], verdict(low, high, n, line), after, score)


def followed(values: np.ndarray, least: float = -np.inf, most: float = np.inf, line: float = 0.0) -> Followed:
    """The mean of values that came one after the other, of which some may be undefined, as `mean_within` tells it at each look.
    `values`: one a unit that was drawn by itself (of what was drawn together, its mean), in the order of play."""
    values = np.asarray(values, dtype=float)
    return followed_by(lambda look, level: mean_within(values[:look], least, most, level), len(values), line)


def followed_difference(a: np.ndarray, b: np.ndarray) -> Followed:
    """How much higher `b` is than `a`, pair by pair, over the pairs that both have."""
    pairs = min(len(a), len(b))
    return followed(np.asarray(b[:pairs], dtype=float) - np.asarray(a[:pairs], dtype=float))


def difference_until_decided(a: np.ndarray, b: np.ndarray) -> Interval:
    """The same as `paired_difference` tells it, of arms that were played until decided."""
    return followed_difference(a, b).interval
