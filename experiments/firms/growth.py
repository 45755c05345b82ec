"""How firms that are followed grow, and on what a figure of each firm depends."""

from __future__ import annotations

import numpy as np

from tandem.sim.panel import Panel

YEAR = 52


def growth(panel: Panel, after: int, until: int) -> np.ndarray:
    """Mean yearly log growth of revenue over the window, (firms,): each year's revenue against the year before."""
    years = (until - after) / YEAR
    first = panel.between("revenue_sum", after - YEAR, after)[:, 0]
    last = panel.between("revenue_sum", until - YEAR, until)[:, 0]
    return np.asarray(np.log(np.maximum(last, 1e-9) / np.maximum(first, 1e-9)) / years)


def standard(values: np.ndarray) -> np.ndarray:
    """`values` in standard deviations from their mean, the same shape; zeros where they do not vary."""
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > 0 else 0.0 * values)


def slopes(outcome: np.ndarray, *factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares of an outcome on standardised factors, (firms,) each: slopes a standard deviation and their standard errors,
    (factors,) each; the constant is left out."""
    x = np.column_stack([np.ones(len(outcome)), *(standard(factor) for factor in factors)])
    found, *_ = np.linalg.lstsq(x, outcome, rcond=None)
    rest = outcome - x @ found
    variance = rest @ rest / max(1, len(outcome) - x.shape[1])
    errors = np.sqrt(np.maximum(0.0, np.diag(np.linalg.pinv(x.T @ x))) * variance)
    return found[1:], errors[1:]
