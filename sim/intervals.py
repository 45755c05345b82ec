"""How sure a figure is: intervals of means, differences and shares, and the words that follow from them, decided here alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

import numpy as np

from tandem.sim.mistake import Mistake

DECIDED = ("higher", "lower")  # the verdicts that say in which direction


# -- intervals ---------------------------------------------------------------------------------


@overload
def t_quantile(n: int, level: float = 0.95) -> float: ...


@overload
def t_quantile(n: np.ndarray, level: float = 0.95) -> np.ndarray: ...


def t_quantile(n: int | np.ndarray, level: float = 0.95) -> float | np.ndarray:
    """How many standard errors the interval of a mean of `n` values reaches to either side (Student's t, `n` - 1 degrees of
    freedom)."""
    from scipy.special import stdtrit  # only here: it takes as long to import as NumPy, the model and a firm together

    found = stdtrit(n - 1, 0.5 + 0.5 * level)
    return np.asarray(found) if isinstance(n, np.ndarray) else float(found)


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
    half = t_quantile(n, level) * error
    return mean, mean - half, mean + half, error, n


def interval_of_sums(n: int, total: float, squares: float, level: float = 0.95) -> tuple[float, float, float]:
    """Mean, low and high of the t-interval of `n` values of which only the sum and the sum of squares were kept."""
    if n == 0:
        return np.nan, np.nan, np.nan
    mean = total / n
    if n == 1:
        return mean, np.nan, np.nan
    half = t_quantile(int(n), level) * (max(squares - n * mean * mean, 0.0) / (n - 1) / n) ** 0.5
    return mean, mean - half, mean + half


def paired_difference(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float, float, float, int]:
    """How much higher `b` is than `a`, pair by pair: mean difference, low and high of its t-interval, standard error, and
    the number of pairs in which both are defined (not-a-number elsewhere)."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise Mistake(f"pairs need equal shapes, not {a.shape} and {b.shape}")
    return mean_interval(b - a, level)


def share_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Low and high of the interval of a share, `count` of `n` (Wilson 1927): never a point, not even at 0 or 1."""
    from scipy.special import ndtri

    share, reach = count / n, float(ndtri(0.5 + 0.5 * level))
    double = 2 * (n + reach**2)
    middle = (2 * n * share + reach**2) / double
    half = reach / double * (4 * n * share * (1 - share) + reach**2) ** 0.5
    return (0.0 if count == 0 else middle - half), (1.0 if count == n else middle + half)


def share_difference(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """How much larger the share of `b` is than that of `a`, pair by pair (bool arrays): difference, low and high.

    Two pairs are added, one that moves up and one that moves down, so that the interval does not shrink to nothing where
    all pairs agree: Agresti & Min (2005), "Simple improved confidence intervals for comparing matched proportions".
    """
    moved = b.astype(float) - a.astype(float)
    n = len(moved) + 2
    up, down = (moved > 0).sum() + 0.5, (moved < 0).sum() + 0.5
    middle = (up - down) / n
    from scipy.special import ndtri

    half = ndtri(0.5 + 0.5 * level) * np.sqrt(up + down - (up - down) ** 2 / n) / n
    return float(moved.mean()), float(max(-1.0, middle - half)), float(min(1.0, middle + half))


# -- words -------------------------------------------------------------------------------------


def verdict(low: float, high: float, n: int = 2, line: float = 0.0) -> str:
    """What the interval of a difference over `n` pairs says against `line`: higher, lower, same (not one pair differs from
    it), undecided, or not defined. `n` may be left out where an interval is there."""
    if n < 2:
        return "not defined" if n == 0 else "undecided"
    if low == high == line:
        return "same"
    return "higher" if low > line else "lower" if high < line else "undecided"


def claim_verdict(low: float, high: float, line: float = 0.0, above: bool = True) -> str:
    """What an interval says of the claim that a figure lies above `line` (or below it): holds, fails, or undecided."""
    word = verdict(low, high, line=line)
    if word not in DECIDED:
        return "undecided"
    return "holds" if (word == "higher") == above else "fails"


def band_verdict(value: float, error: float, low: float, high: float) -> str:
    """What an estimate with its standard error says of a band: holds (within it), fails (outside by more than twice the
    error, or not defined), undecided (on the edge)."""
    if not np.isfinite(value):
        return "fails"
    if low <= value <= high:
        return "holds"
    away = low - value if value < low else value - high
    return "fails" if away > 2.0 * error else "undecided"


def whole_verdict(words: Iterable[str]) -> str:
    """What the verdicts on its parts make of a whole: it holds when all hold, fails when one fails, else is undecided."""
    found = set(words)
    return "fails" if "fails" in found else "holds" if found == {"holds"} else "undecided"


def look(word: str, better: str) -> str:
    """What a verdict means where `better` (high, low, neither) is wished for: good, bad, decided (neither is better), or open."""
    if word not in DECIDED:
        return "open"
    if better == "neither":
        return "decided"
    return "good" if (word == "higher") == (better == "high") else "bad"
