"""How likely each input leads, over the levels of a factor that stands for what is not known, such as a set of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.luck import generator

DRAWS, RESAMPLES = 200, 200
COLUMNS = ["output", "input", "probability", "low", "high", "levels"]


def probabilities(
    output: str,
    inputs: Sequence[str],
    counts: np.ndarray,
    totals: np.ndarray,
    products: np.ndarray,
    seed: int | str,
    level: float,
) -> pd.DataFrame:
    """Probability that an input has the largest total index of all, over the levels of a factor: one row an input (see COLUMNS).

    `counts` (levels,), `totals` (levels, g), `products` (levels, g, g): rows, sums of the total variances of the inputs, and of
    their products, level by level. What is estimated within one level is blurred by the few rows that it has, and the largest of
    blurred figures is anybody; so true totals are taken as normal about their mean over the levels with what covariance is left
    when that of the estimates is taken off (random effects: Morris 1983, "Parametric empirical Bayes inference"), and the
    probability of each level is that under its posterior law. `low`, `high`: 95% over levels drawn again, each with all its rows;
    not-a-number with fewer than ten levels.
    """
    there = counts >= 2
    n, g, draw = counts[there], len(inputs), generator(seed, 6)
    if len(n) < 2 or g < 2:
        alone = {"output": output, "probability": 1.0 if g == 1 else np.nan, "low": np.nan, "high": np.nan, "levels": len(n)}
        return pd.DataFrame([{**alone, "input": name} for name in inputs], columns=COLUMNS)
    means = totals[there] / n[:, None]
    within = (products[there] - n[:, None, None] * means[:, :, None] * means[:, None, :]).sum(axis=0) / (n - 1.0).sum()
    normal = np.ascontiguousarray(draw.standard_normal((len(n), DRAWS, g)).transpose(0, 2, 1))
    rooms = np.empty(normal.shape), np.empty(normal.shape, dtype=bool)
    whole = _leads(means, within, n, normal, *rooms).mean(axis=0)
    again = np.empty((RESAMPLES, g))
    for turn in range(RESAMPLES):
        chosen = draw.integers(0, len(n), len(n))
        again[turn] = _leads(means[chosen], within, n[chosen], normal, *rooms).mean(axis=0)
    tail = round(0.5 * (1.0 - level), 12)
    low, high = np.quantile(again, [tail, 1.0 - tail], axis=0) if len(n) >= 10 else (np.full(g, np.nan), np.full(g, np.nan))
    rows: list[dict[str, Any]] = [
        {"output": output, "input": name, "probability": float(p), "low": float(a), "high": float(b), "levels": len(n)}
        for name, p, a, b in zip(inputs, whole, low, high)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _leads(
    means: np.ndarray, within: np.ndarray, n: np.ndarray, normal: np.ndarray, drawn: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """Posterior probability of each input to have the largest total, (levels, g); `normal` (levels, g, draws); `drawn`,
    `ahead` (bool): memory of that shape, which is slow to get again and again."""
    centre = means.mean(axis=0)
    errors = within[None] / n[:, None, None]
    between = _at_least_nothing(np.cov(means.T) - errors.mean(axis=0))
    # Levels with as many rows share their matrices; most do.
    alike, of = np.unique(n, return_inverse=True)
    gain = between[None] @ np.linalg.pinv(between[None] + within[None] / alike[:, None, None], hermitian=True)
    left = between[None] - gain @ between[None]
    values, vectors = np.linalg.eigh(0.5 * (left + left.transpose(0, 2, 1)))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :])[of]
    middle = centre + np.einsum("lij,lj->li", gain[of], means - centre)
    np.matmul(root, normal, out=drawn)
    np.add(drawn, middle[:, :, None], out=drawn)
    np.equal(drawn, drawn.max(axis=1, keepdims=True), out=ahead)
    found = ahead.sum(axis=2)
    if int(found.sum()) != len(n) * drawn.shape[2]:  # some are equal: the first of them leads
        ahead[:, 1:] &= ~np.logical_or.accumulate(ahead, axis=1)[:, :-1]
        found = ahead.sum(axis=2)
    leads: np.ndarray = found / drawn.shape[2]
    return leads


def _at_least_nothing(matrix: np.ndarray) -> np.ndarray:
    """The nearest covariance: directions in which nothing is left have none."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    found: np.ndarray = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return found
