"""Estimators that take points as they are: what a finished sample says of its inputs, without one more run.

First indices from correlation ratios (epsilon squared, Kelley 1935), standardised regression, PAWN (Pianosi & Wagener 2015) and
delta (Borgonovo 2007), the last two by SALib. Intervals are jackknives over handfuls of independent points, for PAWN and delta
bootstraps over points. Total indices and interactions need points that share inputs: see `swept`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from tandem.experiments.sensitivity.intervals import half_width, standard_error
from tandem.experiments.sensitivity.luck import generator
from tandem.sim.intervals import brought_within

PARTS = 20
LEAST_POINTS = 40
MOST_FOR_DELTA = 400
RESAMPLES = 40
POINTS_A_BIN = 8
INERT = "inert (for scale)"


@dataclass(frozen=True, eq=False)
class Sample:
    """Points and what they gave. `points`: one column an input; `values`: float64 (points, replicates), not-a-number where a run
    failed or has nothing to measure; `common`: replicate r is the same luck at every point."""

    points: pd.DataFrame
    values: np.ndarray
    common: bool = True

    def defined(self) -> Sample:
        """Without points that gave nothing at all."""
        there = np.isfinite(self.values).any(axis=1)
        return Sample(self.points[there].reset_index(drop=True), self.values[there], self.common)

    @property
    def means(self) -> np.ndarray:
        """The mean of each point's runs, float64 (points,)."""
        return np.asarray(np.nanmean(self.values, axis=1))

    @property
    def noise(self) -> float:
        """The variance that luck leaves in the means: not-a-number with one replicate. What a replicate does to all points alike
        moves no point against another, and is taken off where luck is common."""
        if self.values.shape[1] < 2:
            return np.nan
        values = self.values - (np.nanmean(self.values, axis=0) if self.common else 0.0)
        counts = np.isfinite(values).sum(axis=1)
        several = counts > 1
        if not several.any():
            return np.nan
        apart = np.nanvar(values[several], axis=1, ddof=1)
        return float((apart / counts[several]).mean())


def first_indices(sample: Sample, seed: int | str = 0) -> list[dict[str, Any]]:
    """`first_mean` of each input: the part of the variance of E[Y|x] that its mean given the input explains; where there is one
    replicate `first`, luck counted as variance. Bins hold equally many points (values that come several times, one bin each)."""
    y, noise, n = sample.means, sample.noise, len(sample.means)
    of_part = generator(seed, 5).permutation(n) % PARTS
    keep = [np.ones(n, dtype=bool), *(of_part != part for part in range(PARTS))]
    rows = []
    measure = "first" if np.isnan(noise) else "first_mean"
    for name in sample.points:
        bins = binned(sample.points[name])
        found = np.array([_explained(bins[there], y[there], 0.0 if np.isnan(noise) else noise) for there in keep])
        rows.append(row(str(name), measure, found[0], found[1:], n, 0.0, 1.0))
    return rows


def binned(column: pd.Series) -> np.ndarray:
    """Bin of each point, int64: its value where there are few of them, else one of some bins of equally many points."""
    codes = pd.factorize(column, sort=column.dtype != object)[0]
    most = int(np.clip(len(column) // POINTS_A_BIN, 4, 60))  # fine, since epsilon squared is not biased by many bins
    if codes.max() < 2 * most:
        return np.asarray(codes)
    place = np.argsort(np.argsort(column.to_numpy(), kind="stable"), kind="stable")
    return np.asarray(place * most // len(column))


def _explained(bins: np.ndarray, y: np.ndarray, noise: float) -> float:
    _, place = np.unique(bins, return_inverse=True)
    counts = np.bincount(place)
    means = np.bincount(place, y) / counts
    groups, n = len(counts), len(y)
    if n <= groups or groups < 2:
        return np.nan
    within = float(((y - means[place]) ** 2).sum()) / (n - groups)
    whole = float(y.var(ddof=1))
    return (whole - within) / (whole - noise) if whole > noise else np.nan


def regression(sample: Sample, seed: int | str = 0) -> list[dict[str, Any]]:
    """`src`: standardised regression coefficients of the inputs that are numbers, and `r_squared` (row without an input): how
    much of the spread of the points' means a straight line in all of them explains. Read the coefficients where it is near 1."""
    table = numeric(sample.points)
    if table.empty or len(table) <= table.shape[1] + 2:
        return []
    x, y, n = table.to_numpy(dtype=float), sample.means, len(table)
    of_part = generator(seed, 5).permutation(n) % PARTS
    keep = [np.ones(n, dtype=bool), *(of_part != part for part in range(PARTS))]
    found = np.array([_coefficients(x[there], y[there]) for there in keep])
    rows = [row(str(name), "src", found[0, at], found[1:, at], n, -np.inf, np.inf) for at, name in enumerate(table)]
    return [*rows, row("", "r_squared", found[0, -1], found[1:, -1], n, 0.0, 1.0)]


def _coefficients(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    spread = x.std(axis=0)
    z = (x - x.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    whole = y.std()
    if whole == 0.0:
        return np.full(x.shape[1] + 1, np.nan)
    target = (y - y.mean()) / whole
    slopes = np.linalg.lstsq(z, target, rcond=None)[0]
    return np.append(slopes, 1.0 - float(((target - z @ slopes) ** 2).mean()))


def moment_free(sample: Sample, method: str, seed: int | str = 0) -> list[dict[str, Any]]:
    """`pawn_median` or `delta` of the inputs that are numbers and vary continuously, and of one that is inert (a permutation):
    what does nothing gets that much too. 95% intervals: quantiles of a bootstrap over points."""
    table = numeric(sample.points)
    table = table[[name for name in table if table[name].nunique() > 8]]
    if table.empty:
        return []
    draw = generator(seed, 6)
    y, n = sample.means, len(sample.means)
    x = np.column_stack([table.to_numpy(dtype=float), draw.permutation(n)])
    if method == "delta" and n > MOST_FOR_DELTA:
        some = np.sort(draw.choice(n, MOST_FOR_DELTA, replace=False))
        x, y = x[some], y[some]
    names = [*map(str, table), INERT]
    again = [draw.integers(0, len(y), len(y)) for _ in range(RESAMPLES)]
    value = _by_salib(method, names, x, y)
    drawn = np.array([_by_salib(method, names, x[rows], y[rows]) for rows in again])
    # Points that come twice pull both measures up. Delta is corrected for what that shows of its bias (Plischke, Borgonovo &
    # Smith 2013); PAWN, whose bias the inert row tells, stays as it is. The bootstrap is moved onto the estimate.
    value = 2.0 * value - drawn.mean(axis=0) if method == "delta" else value
    drawn += value - drawn.mean(axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    measure = "pawn_median" if method == "pawn" else "delta"
    return [
        told(name, measure, *brought_within(value[at], low[at], high[at], 0.0, 1.0), float(drawn[:, at].std(ddof=1)), len(y))
        for at, name in enumerate(names)
    ]


def _by_salib(method: str, names: list[str], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    from importlib import import_module

    ends = [[float(column.min()), float(column.max()) + 1e-12] for column in x.T]
    problem = {"num_vars": len(names), "names": names, "bounds": ends}
    with warnings.catch_warnings(), threadpool_limits(1):  # many small systems: threads would only wait for each other
        warnings.simplefilter("ignore")
        if method == "pawn":
            found = import_module("SALib.analyze.pawn").analyze(problem, x, y, S=10, seed=1)
            return np.asarray(found["median"], dtype=float)
        grid = np.linspace(y.min(), y.max(), 100)
        order, calc = np.arange(len(y)), import_module("SALib.analyze.delta").calc_delta
        edges = np.linspace(0, len(y), min(int(np.ceil(len(y) ** (2 / 7))), 48) + 1)
        return np.array([float(calc(y[order], grid, x[order, at], edges)) for at in range(len(names))])


def luck_share(sample: Sample, seed: int | str = 0) -> list[dict[str, Any]]:
    """`noise_share`: luck's part in the variance of a single run; nothing where one replicate was played."""
    n, replicates = sample.values.shape
    if replicates < 2:
        return []
    of_part = generator(seed, 5).permutation(n) % PARTS
    found = []
    for there in [np.ones(n, dtype=bool), *(of_part != part for part in range(PARTS))]:
        some = Sample(sample.points[there], sample.values[there], sample.common)
        single = some.noise * replicates
        found.append(single / max(single + max(float(some.means.var(ddof=1)) - some.noise, 0.0), 1e-300))
    return [row("", "noise_share", found[0], np.array(found[1:]), n, 0.0, 1.0)]


def numeric(points: pd.DataFrame) -> pd.DataFrame:
    """The columns that are numbers and vary."""
    kept = [name for name in points if points[name].dtype.kind in "iuf" and points[name].nunique() > 1]
    return points[kept]


def row(name: str, measure: str, value: float, without: np.ndarray, n: int, least: float, most: float) -> dict[str, Any]:
    """A row of a table from an estimate and the estimates made without each part."""
    error = float(standard_error(without))
    wide = float(half_width(error, len(without)))
    return told(name, measure, *brought_within(float(value), value - wide, value + wide, least, most), error, n)


def told(name: str, measure: str, value: float, low: float, high: float, error: float, n: int) -> dict[str, Any]:
    """A row of a table."""
    return {"input": name, "measure": measure, "estimate": value, "low": low, "high": high, "se": error, "n": n}
