"""What is kept of a base row: products whose means are the parts of every index, so that sums are all that is stored.

With y the output less a constant near its mean, bars for means over replicates, and v for the variance between replicates:
pairs of replicates estimate products of the mean function without the bias that luck would add (see `pair_product`).
"""

from __future__ import annotations

import numpy as np

from experiments.sensitivity.design import Design


def names(design: Design) -> list[str]:
    """The features of a row, in order."""
    groups = range(len(design.groups))
    found = ["mean_a", "mean_b", "square", "noise"]
    found += [f"first {j}" for j in groups] + [f"shift {j}" for j in groups] + [f"stream {j}" for j in groups]
    found += ["total " + " ".join(map(str, u)) for u in design.subsets]
    found += [f"swing {j}" for j in groups] + [f"net {j}" for j in groups] + [f"gross {j}" for j in groups]
    if design.replicates >= 4:
        found += ["dispersion_mean", "dispersion_square"]
        found += [f"dispersion_first {j}" for j in groups] + [f"dispersion_total {j}" for j in groups]
    return found


def pair_product(d: np.ndarray) -> np.ndarray:
    """Mean over pairs of different replicates of d_i d_j, shape (rows,), from d (rows, replicates): no luck meets itself."""
    r = d.shape[1]
    return (d.sum(axis=1) ** 2 - (d**2).sum(axis=1)) / (r * (r - 1))


def features(design: Design, a: np.ndarray, b: np.ndarray, y_a: np.ndarray, y_b: np.ndarray, mixed: list[np.ndarray],
             dispersion_centre: float) -> np.ndarray:
    """Features (rows, len(names)) of one output: points a, b; centred outputs of A, B and of each arm (rows, replicates)."""
    bar_a, bar_b = y_a.mean(axis=1), y_b.mean(axis=1)
    noise = 0.5 * (y_a.var(axis=1, ddof=1) + y_b.var(axis=1, ddof=1))
    singles = [mixed[j] for j in range(len(design.groups))]
    columns = [bar_a, bar_b, 0.5 * ((y_a**2).mean(axis=1) + (y_b**2).mean(axis=1)), noise]
    columns += [bar_b * (arm.mean(axis=1) - bar_a) for arm in singles]
    columns += [arm.mean(axis=1) - bar_a for arm in singles]
    columns += [0.5 * ((y_a - arm) ** 2).mean(axis=1) for arm in singles]
    columns += [0.5 * pair_product(y_a - arm) for arm in mixed]
    swings, nets, grosses = [], [], []
    for j, arm in enumerate(singles):
        # A group of several inputs has no one direction: its levels are told by their mean.
        low, high = a[:, design.members[j]].mean(axis=1), b[:, design.members[j]].mean(axis=1)
        swings.append(0.5 * (bar_a * _end(low) + bar_b * _end(high)) / 0.2)
        step = np.sign(high - low) * (arm.mean(axis=1) - bar_a)
        nets.append(step)
        grosses.append(np.abs(step))
    columns += swings + nets + grosses
    if design.replicates >= 4:
        half = design.replicates // 2
        (a1, a2), (b1, b2) = _variances(y_a, half), _variances(y_b, half)
        pairs = [_variances(arm, half) for arm in singles]
        a1, a2, b1, b2 = (v - dispersion_centre for v in (a1, a2, b1, b2))
        pairs = [(v1 - dispersion_centre, v2 - dispersion_centre) for v1, v2 in pairs]
        columns += [0.25 * (a1 + a2 + b1 + b2), 0.5 * (a1 * a2 + b1 * b2)]
        columns += [0.25 * (b1 + b2) * ((v1 - a1) + (v2 - a2)) for v1, v2 in pairs]
        columns += [0.5 * (a1 - v1) * (a2 - v2) for v1, v2 in pairs]
    return np.stack(columns, axis=1)


def _end(level: np.ndarray) -> np.ndarray:
    """1 in the top fifth of a level, -1 in the bottom fifth."""
    return (level >= 0.8).astype(float) - (level < 0.2)


def _variances(y: np.ndarray, half: int) -> tuple[np.ndarray, np.ndarray]:
    """Two independent estimates of the variance between replicates, one from each half of them."""
    return y[:, :half].var(axis=1, ddof=1), y[:, half:].var(axis=1, ddof=1)
