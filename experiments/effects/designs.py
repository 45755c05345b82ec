"""Which points are played: random lever levels that spread well, and which role model and context each of them meets."""

from __future__ import annotations

import numpy as np

from tandem.sim.seeds import entropy


def random_levels(n: int, levers: int, seed: int | str = 0) -> np.ndarray:
    """Levels in [0, 1), float64 (n, levers): a scrambled Sobol sequence; a power of two spreads best."""
    from scipy.stats import qmc  # half a second, which a study spends while it plays

    levels: np.ndarray = qmc.Sobol(levers, scramble=True, rng=np.random.default_rng(entropy(seed))).random(n)
    return levels


def random_cells(n: int, cells: int, seed: int | str = 0) -> np.ndarray:
    """A cell number for each of n points, int64 (n,): as many points in each cell as can be, in random order.

    Taking cells in turn would not do: every fourth point of a Sobol sequence lies in one half of the first lever, so that
    a role model would never meet the other half.
    """
    return np.random.default_rng(entropy(seed, 1)).permutation(n) % cells
