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


def normal_quantile(level: float = 0.95) -> float:
    """How many standard errors an interval reaches to either side by the normal law."""
    if level == 0.95:
        return 1.959963984540054  # as SciPy has it, without half a second of importing it for shares alone
    from scipy.special import ndtri

    return float(ndtri(0.5 + 0.5 * level))


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


def interval_of_sums(
    n: int, total: float, squares: float, level: float = 0.95, *, least: float = -np.inf, most: float = np.inf
) -> tuple[float, float, float]:
    """Mean, low and high of the interval of `n` values of which only the sum and the sum of squares were kept: Student's t, and
    between two bounds Wilson's, as `mean_within`."""
    if n == 0:
        return np.nan, np.nan, np.nan
    mean = total / n
    if n == 1:
        return mean, np.nan, np.nan
    variance = max(squares - n * mean * mean, 0.0) / (n - 1) / n
    half = t_quantile(int(n), level) * variance**0.5
    if not (np.isfinite(least) and np.isfinite(most)) or not least < mean < most or variance == 0.0:
        return mean, max(mean - half, least), min(mean + half, most)
    width, share = most - least, (mean - least) / (most - least)
    low, high = wilson(share, share * (1.0 - share) * width**2 / variance, t_quantile(int(n), level))
    return mean, least + width * low, least + width * high


def paired_difference(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> tuple[float, float, float, float, int]:
    """How much higher `b` is than `a`, pair by pair: mean difference, low and high of its t-interval, standard error, and
    the number of pairs in which both are defined (not-a-number elsewhere)."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise Mistake(f"pairs need equal shapes, not {a.shape} and {b.shape}")
    return mean_interval(b - a, level)


def mean_within(
    values: np.ndarray, least: float = -np.inf, most: float = np.inf, level: float = 0.95
) -> tuple[float, float, float, float, int]:
    """As `mean_interval`, of values that lie from `least` to `most` by their nature: between two bounds Wilson's interval at the
    number of yes-or-no cases that would leave as much open, which never reaches beyond them and needs no symmetry."""
    mean, low, high, error, n = mean_interval(values, level)
    if n < 2 or not (np.isfinite(least) and np.isfinite(most)):
        return mean, max(low, least), min(high, most), error, n
    width, defined = most - least, np.asarray(values, dtype=float)
    share, ends = (mean - least) / width, np.isin(defined[~np.isnan(defined)], (least, most)).all()
    if ends:  # yes or no: as of any other share
        low, high = share_interval(round(share * n), n, level)
    elif error == 0.0:
        return mean, low, high, error, n
    else:
        low, high = wilson(share, share * (1.0 - share) / (error / width) ** 2, t_quantile(n, level))
    return mean, least + width * low, least + width * high, error, n


FEWEST_CONTROLLED = 10
"""Values below which a slope is not to be trusted, and none is used."""


def controlled_mean(
    values: np.ndarray, companion: np.ndarray, least: float = -np.inf, most: float = np.inf, level: float = 0.95
) -> tuple[float, float, float, float, int]:
    """As `mean_within`, of values that move with a companion of which more is known: `companion` has the companion of each value
    first, in the same order, and goes on with those of units whose value is not known.

    The mean is moved along the regression line to the mean of all companions (double sampling: Cochran 1977, "Sampling
    techniques", chapter 12; in simulation, a control variate with an estimated mean: Pasupathy, Schmeiser, Taaffe & Wang 2012,
    IIE Transactions 44). Its variance has three parts: what the line does not explain, how unsure the slope is, and how
    unsure the companions' mean is. Where a value or a companion is not defined, the companions do not differ, or there are fewer
    than FEWEST_CONTROLLED values, the values stand alone.
    """
    y, known = np.asarray(values, dtype=float), np.asarray(companion, dtype=float)
    n, more = len(y), len(known)
    if n < FEWEST_CONTROLLED or more < n or np.isnan(y).any() or np.isnan(known).any() or np.all(y == y[0]):
        return mean_within(y, least, most, level)
    x = known[:n] - known[:n].mean()
    spread = float(x @ x)
    if spread <= 1e-24 * n * float(np.abs(known).max()) ** 2:
        return mean_within(y, least, most, level)
    apart = y - y.mean()
    slope, away = float(x @ apart) / spread, float(known.mean() - known[:n].mean())
    left = apart - slope * x
    unexplained = float(left @ left) / (n - 2)
    error = (unexplained * (1.0 / n + away**2 / spread) + slope**2 * float(known.var(ddof=1)) / more) ** 0.5
    mean, half = float(y.mean()) + slope * away, t_quantile(n - 1, level) * error
    return *brought_within(mean, mean - half, mean + half, least, most), error, n


def wilson(share: float, n: float, reach: float) -> tuple[float, float]:
    """Low and high of the interval of a share seen in `n` cases, which need not be whole (effective cases: Korn & Graubard 1998),
    that reaches `reach` standard errors (Wilson 1927)."""
    far = reach**2 / n
    middle, half = (share + 0.5 * far) / (1.0 + far), np.sqrt(far * (share * (1.0 - share) + 0.25 * far)) / (1.0 + far)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def share_of_rows(values: np.ndarray, rows: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """Mean, low and high of the interval of a share, from values of 0 to 1 in rows that were drawn together: Wilson's, with as
    many cases as the rows are worth. `rows`: the row of each value. Without two rows the interval is the whole from 0 to 1."""
    values, (_, place) = np.asarray(values, dtype=float), np.unique(rows, return_inverse=True)
    if not len(values):
        return np.nan, np.nan, np.nan
    share, count = float(values.mean()), int(place.max()) + 1
    if count < 2:
        return share, 0.0, 1.0
    apart = np.bincount(place, weights=values - share)
    variance = float((apart**2).sum()) * count / (count - 1) / len(values) ** 2
    known = share * (1.0 - share) / variance if variance > 1e-12 * share * (1.0 - share) > 0.0 else float(count)
    return (share, *wilson(share, known, t_quantile(count, level)))


def brought_within(value: float, low: float, high: float, least: float, most: float) -> tuple[float, float, float]:
    """An estimate and its interval, brought into the range in which what is estimated lies: none of the three is the worse for
    it, and no figure is told that cannot be."""
    found = np.clip([value, low, high], least, most)
    return float(found[0]), float(found[1]), float(found[2])


def standard_score(change: float, error: float, n: int) -> float:
    """A mean change over `n` pairs in its standard errors. Where every pair changes alike the error is nothing and the score no
    number; then it is that of a sign test, the chance that `n` pairs all go one way (0 where nothing changes)."""
    if change == 0.0 or not np.isfinite(change):
        return 0.0 if change == 0.0 else np.nan
    if error > 1e-12 * abs(change):
        return change / error
    from scipy.special import ndtri_exp

    return float(-np.sign(change) * ndtri_exp(-max(n, 1) * np.log(2.0)))


def share_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Low and high of the interval of a share, `count` of `n` (Wilson 1927): never a point, not even at 0 or 1."""
    share, reach = count / n, normal_quantile(level)
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
    half = normal_quantile(level) * np.sqrt(up + down - (up - down) ** 2 / n) / n
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


def band_verdict(value: float, reach: float, low: float, high: float) -> str:
    """What an estimate whose interval reaches so far to either side says of a band: holds (the estimate lies within it), fails
    (the whole interval lies outside, or it is not defined), undecided (on the edge)."""
    if not np.isfinite(value):
        return "fails"
    if low <= value <= high:
        return "holds"
    away = low - value if value < low else value - high
    return "fails" if away > reach else "undecided"


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
