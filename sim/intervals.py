"""How sure a figure is: intervals of means, differences and shares, and the words that follow from them, decided here alone."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from tandem.sim.mistake import Mistake


def mean_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float, float, int]:
    """Mean, low and high of its t-interval, standard error, and number of the values that are defined.

    Without two values there is no interval: low, high and standard error are then not-a-number.
    """
    defined = np.asarray(values, dtype=float)
    defined = defined[~np.isnan(defined)]
    n = len(defined)
    if n == 0:
        return np.nan, np.nan, np.nan, np.nan, 0
    mean = float(defined.mean())
    if n == 1:
        return mean, np.nan, np.nan, np.nan, 1
    if np.all(defined == defined[0]):  # no rounding of a mean may make a constant look spread
        return float(defined[0]), float(defined[0]), float(defined[0]), 0.0, n
    error = float(defined.std(ddof=1)) / n**0.5
    half = float(stdtrit(n - 1, 0.5 + 0.5 * level)) * error
    return mean, mean - half, mean + half, error, n


def paired_difference(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float, float, float, int]:
    """How much higher `b` is than `a`, pair by pair: mean difference, low and high of its t-interval, standard error, and
    the number of pairs in which both are defined (not-a-number elsewhere)."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise Mistake(f"pairs need equal shapes, not {a.shape} and {b.shape}")
    return mean_interval(b - a, level)


def share_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Low and high of the interval of a share, `count` of `n` (Wilson 1927): never a point, not even at 0 or 1."""
    from scipy.stats import binomtest

    interval = binomtest(int(count), int(n)).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def verdict(low: float, high: float, n: int = 2) -> str:
    """What the interval of a difference over `n` pairs says: higher, lower, same (not one pair differs), undecided, or not
    defined. `n` may be left out where an interval is there."""
    if n < 2:
        return "not defined" if n == 0 else "undecided"
    if low == high == 0.0:
        return "same"
    return "higher" if low > 0.0 else "lower" if high < 0.0 else "undecided"


def look(word: str, better: str) -> str:
    """What a verdict means where `better` (high, low, neither) is wished for: good, bad, decided (neither is better), or open."""
    if word not in ("higher", "lower"):
        return "open"
    if better == "neither":
        return "decided"
    return "good" if (word == "higher") == (better == "high") else "bad"
