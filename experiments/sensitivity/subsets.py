"""Every subset of groups at once: Walsh transforms of the corners between two points, and what their energies mean.

A corner v of a row takes the groups in v from its point B and the others from its point A; subsets are numbers whose bit j
says whether group j belongs. Let c_s be the Walsh coefficient of the 2^g corner values for subset s. For a function with
ANOVA components of variance V_t, E[c_s^2] = sum over t containing s of V_t / 2^|t|. So all components, all totals and all
Shapley effects are linear in the energies E[c_s^2], each averaged over all 2^(g-1) pairs of corners that tell of it: the
estimators of Saltelli 2002, Jansen 1999 and Owen 2014 with every pair that can be made.
"""

from __future__ import annotations

from functools import cache

import numpy as np


def transform(values: np.ndarray) -> np.ndarray:
    """Walsh coefficients over the first axis (length 2^g): sum over v of (-1)^|s and v| values[v]. A new array.

    Where values do not depend on a group, every coefficient of a subset with that group is 0.0 exactly.
    """
    size = len(values)
    out = np.array(values, dtype=float)
    step = 1
    while step < size:
        halves = out.reshape(size // (2 * step), 2, step, *out.shape[1:])
        plus, minus = halves[:, 0] + halves[:, 1], halves[:, 0] - halves[:, 1]
        halves[:, 0], halves[:, 1] = plus, minus
        step *= 2
    return out


@cache
def sizes(groups: int) -> np.ndarray:
    """Number of groups in each subset, int64 (2^g,)."""
    return np.array([int(s).bit_count() for s in range(1 << groups)])


@cache
def to_components(groups: int) -> np.ndarray:
    """Energies -> variance components, float64 (2^g, 2^g): V_t = 2^|t| sum over s containing t of (-1)^(|s|-|t|) energy_s.

    The row of the empty set is zero: the mean is no variance.
    """
    every, size = np.arange(1 << groups), sizes(groups)
    holds = (every[None, :] & every[:, None]) == every[:, None]
    sign = 1.0 - 2.0 * ((size[None, :] - size[:, None]) % 2)
    table = np.where(holds, sign * 2.0 ** size[:, None], 0.0)
    table[0] = 0.0
    return table


@cache
def to_totals(groups: int) -> np.ndarray:
    """Energies -> total variance of each group, (g, 2^g): half the mean square of a change of that group alone."""
    every = np.arange(1 << groups)
    return np.array([2.0 * ((every >> j) & 1) for j in range(groups)])


@cache
def to_variance(groups: int) -> np.ndarray:
    """Energies -> variance of the whole function, (2^g,): half the mean square between opposite corners."""
    return 2.0 * (sizes(groups) % 2)


@cache
def to_shapley(groups: int) -> np.ndarray:
    """Energies -> Shapley effects, (g, 2^g): each component shared equally among its groups (Owen 2014, "Sobol' indices
    and Shapley value")."""
    every, size = np.arange(1 << groups), sizes(groups)
    share = np.array([((every >> j) & 1) / np.maximum(size, 1) for j in range(groups)])
    shapley: np.ndarray = np.einsum("jt,ts->js", share, to_components(groups))
    return shapley
