"""Intervals from independent replications: the jackknife over scrambles (or handfuls of random rows), with Student's t."""

from __future__ import annotations

from typing import overload

import numpy as np
from scipy.special import stdtr

from tandem.sim.intervals import t_quantile

LEVEL = 0.95


def left_out(sums: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of all rows (q,), and the means without each replication in turn (replications, q)."""
    whole, rows = sums.sum(axis=0), counts.sum()
    return whole / rows, (whole - sums) / (rows - counts)[:, None]


def covariance(without: np.ndarray) -> np.ndarray:
    """Jackknife covariance, (q, q), of estimates made without each replication (replications, q)."""
    r = len(without)
    moved = without - without.mean(axis=0)
    found: np.ndarray = (r - 1) / r * np.einsum("ri,rj->ij", moved, moved)
    return found


def standard_error(without: np.ndarray) -> np.ndarray:
    """Jackknife standard error, (...), of estimates made without each replication (replications, ...) (Tukey 1958)."""
    r = len(without)
    error: np.ndarray = np.sqrt((r - 1) / r * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return error


@overload
def half_width(error: float, replications: int, level: float = LEVEL) -> float: ...


@overload
def half_width(error: np.ndarray, replications: int, level: float = LEVEL) -> np.ndarray: ...


def half_width(error: float | np.ndarray, replications: int, level: float = LEVEL) -> float | np.ndarray:
    """Half the width of the interval: Student's t with one degree of freedom less than there are replications."""
    return t_quantile(replications, level) * error


def p_value(difference: float, error: float, replications: int) -> float:
    """Two-sided; 1 where nothing differs, 0 where something does without any error."""
    if error == 0.0 or not np.isfinite(error):
        return 1.0 if difference == 0.0 or not np.isfinite(error) else 0.0
    return float(2.0 * stdtr(replications - 1, -abs(difference) / error))


def holm(p: np.ndarray) -> np.ndarray:
    """p-values adjusted for being many (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
