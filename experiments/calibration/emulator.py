"""Emulators: what a statistic would be at a parameter set not played, with its uncertainty, learned from those played.

A statistic follows a linear and quadratic trend in the inputs that a lasso keeps, and a Gaussian process in its most active
inputs, with the noise of firms and luck learned beside [andrianakis2015]. One emulator a statistic.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import Lasso, LassoCV
from sklearn.model_selection import KFold
from threadpoolctl import threadpool_limits

from tandem.sim.seeds import narrow

ACTIVE = 8  # inputs that the Gaussian process sees
LEAST = 10  # evaluations without which there is no emulator


def features(points: np.ndarray) -> np.ndarray:
    """Centred inputs and their squares, float64 (rows, 2 x inputs); `points` in the unit cube."""
    centred = 2.0 * points - 1.0
    return np.column_stack([centred, centred**2 - 1.0 / 3.0])


@dataclass(frozen=True)
class Emulator:
    """The emulator of one statistic."""

    trend: Any
    process: Any
    active: np.ndarray
    middle: float
    scale: float
    noise: float
    """Standard deviation of one evaluation, from firms and luck (units of the statistic)."""
    explained: float
    """Share of the variance of left-out sets that the emulator foresees (five folds); noise bounds it from above."""
    trend_error: float = 0.0
    """What the coefficients of the trend leave open, in standard deviations of the statistic over the sets played."""

    def __call__(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation (without noise) of the statistic at points of the unit cube, (rows,) each."""
        mean = self.trend.predict(features(points))
        more, spread = self.process.predict(points[:, self.active], return_std=True)
        latent = np.sqrt(np.maximum(spread**2 - self._white, 1e-12))
        return self.middle + self.scale * (mean + more), self.scale * np.hypot(latent, self.trend_error)

    @property
    def _white(self) -> float:
        return (self.noise / self.scale) ** 2

    def pull(self) -> np.ndarray:
        """Linear effect of each input over its whole range, in units of the statistic, (inputs,)."""
        return 2.0 * self.scale * self.trend.coef_[: len(self.trend.coef_) // 2]


def fitted(points: np.ndarray, values: np.ndarray, seed: int | str = 0, check: bool = True) -> Emulator:
    """The emulator of values (rows,) at points of the unit cube (rows, inputs); undefined values are left out."""
    ok = np.isfinite(values)
    points, values = points[ok], values[ok]
    if len(values) < LEAST:
        raise ValueError(f"only {len(values)} evaluations are defined; an emulator needs ten")
    # A wild value (a ratio over nearly nothing) says little about the rest: held within five robust deviations.
    spread = 1.4826 * np.median(np.abs(values - np.median(values))) or values.std() or 1.0
    values = np.clip(values, np.median(values) - 5 * spread, np.median(values) + 5 * spread)
    found = _learned(points, values, seed)
    return replace(found, explained=_foreseen(points, values, found, seed)) if check else found


def _learned(points: np.ndarray, values: np.ndarray, seed: int | str, like: Emulator | None = None) -> Emulator:
    """An emulator; `like`: one whose penalty, inputs and kernel are taken over, so that only coefficients are learned."""
    middle, scale = float(values.mean()), float(values.std() or 1.0)
    y, inputs = (values - middle) / scale, points.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if like is None:
            trend: Any = LassoCV(cv=min(5, len(y) // 2), alphas=30, max_iter=5000, random_state=narrow(seed)).fit(
                features(points), y
            )
            weight = np.abs(trend.coef_[:inputs]) + np.abs(trend.coef_[inputs:])
            active = np.sort(np.argsort(-weight)[: min(ACTIVE, inputs)])
            shape = ConstantKernel(0.2, (1e-3, 10.0)) * RBF(np.full(len(active), 1.0), (0.3, 30.0))
            process = GaussianProcessRegressor(shape + WhiteKernel(0.5, (1e-3, 3.0)), random_state=narrow(seed))
        else:
            trend = Lasso(like.trend.alpha_, max_iter=5000).fit(features(points), y)
            active = like.active
            process = GaussianProcessRegressor(like.process.kernel_, optimizer=None)
        process.fit(points[:, active], y - trend.predict(features(points)))
    white = float(process.kernel_.k2.noise_level)
    used = 1 + int((trend.coef_ != 0).sum())
    return Emulator(trend, process, active, middle, scale, scale * white**0.5, np.nan, float(np.sqrt(white * used / len(y))))


def _foreseen(points: np.ndarray, values: np.ndarray, whole: Emulator, seed: int | str) -> float:
    """Share of variance foreseen of sets left out, five folds."""
    if len(values) < 25 or values.var() == 0:
        return np.nan
    missed = np.zeros(len(values))
    for known, left in KFold(5, shuffle=True, random_state=narrow(seed)).split(points):
        missed[left] = values[left] - _learned(points[known], values[known], seed, whole)(points[left])[0]
    return float(1.0 - (missed**2).mean() / values.var())


def emulators(
    points: np.ndarray, statistics: Mapping[str, np.ndarray], seed: int | str = 0, check: bool = False, workers: int = 1
) -> dict[str, Emulator]:
    """One emulator a statistic, learned side by side in `workers` processes; how many changes no bit."""
    learn = delayed(_alone)
    found = Parallel(n_jobs=workers)(learn(points, values, seed, check) for values in statistics.values())
    return dict(zip(statistics, found, strict=True))


def _alone(points: np.ndarray, values: np.ndarray, seed: int | str, check: bool) -> Emulator:
    """As `fitted`, on one thread: sums of linear algebra would otherwise differ in their last bits with the threads at hand."""
    with threadpool_limits(1):
        return fitted(points, values, seed, check)
