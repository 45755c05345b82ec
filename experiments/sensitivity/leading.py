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
    normal = np.ascontiguousarray(np.moveaxis(draw.standard_normal((len(n), DRAWS, g)), 2, 0))
    whole = _leads(means, within, n, normal).mean(axis=0)
    again = np.empty((RESAMPLES, g))
    for turn in range(RESAMPLES):
        chosen = draw.integers(0, len(n), len(n))
        again[turn] = _leads(means[chosen], within, n[chosen], normal).mean(axis=0)
    tail = round(0.5 * (1.0 - level), 12)
    low, high = np.quantile(again, [tail, 1.0 - tail], axis=0) if len(n) >= 10 else (np.full(g, np.nan), np.full(g, np.nan))
    rows: list[dict[str, Any]] = [
        {"output": output, "input": name, "probability": float(p), "low": float(a), "high": float(b), "levels": len(n)}
        for name, p, a, b in zip(inputs, whole, low, high)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _leads(means: np.ndarray, within: np.ndarray, n: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Posterior probability of each input to have the largest total, (levels, g); `normal` (g, levels, draws)."""
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
    # Input by input, in memory of their own: products of many small matrices, and the largest along a short axis, are slow.
    g, shape = len(centre), normal.shape[1:]
    best, first = np.full(shape, -np.inf), np.zeros(shape, dtype=np.int8)
    drawn, part, ahead = np.empty(shape), np.empty(shape), np.empty(shape, dtype=bool)
    for at in range(g):
        np.multiply(root[:, at, [0]], normal[0], out=drawn)
        for other in range(1, g):
            np.multiply(root[:, at, [other]], normal[other], out=part)
            drawn += part
        drawn += middle[:, [at]]
        np.greater(drawn, best, out=ahead)
        np.copyto(best, drawn, where=ahead)
        first[ahead] = at
    found: np.ndarray = np.stack([(first == at).mean(axis=1) for at in range(g)], axis=1)
    return found


def _at_least_nothing(matrix: np.ndarray) -> np.ndarray:
    """The nearest covariance: directions in which nothing is left have none."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    found: np.ndarray = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return found
