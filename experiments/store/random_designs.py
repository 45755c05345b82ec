"""Designs that choose their points by themselves: a name each, how many rows it plays, and its places in the unit cube."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tandem.sim.seeds import entropy, narrow

Blocks = Callable[[list[str], int, int | str, bool, int, int], Iterator[np.ndarray]]
"""(factors' names, points, seed, second order?, rows in all, rows of a block) -> places in [0, 1), float64 (rows, factors)."""


@dataclass(frozen=True)
class RandomDesign:
    """`rows(points, factors, second_order)`: how many rows are played for so many points."""

    blocks: Blocks
    rows: Callable[[int, int, bool], int] = lambda points, factors, second_order: points
    whole: bool = False
    """It has to be in memory whole."""
    powers_of_two: bool = False
    """It is defined for powers of two only."""
    orders: bool = False
    """It may be asked for effects of the second order."""


def _saltelli(names: list[str], points: int, seed: int | str, second_order: bool, rows: int, step: int) -> Iterator[np.ndarray]:
    from SALib.sample import sobol

    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    whole = sobol.sample(problem, points, calc_second_order=second_order, seed=narrow(seed))
    for low in range(0, len(whole), step):
        yield np.minimum(whole[low : low + step], 1.0 - 2.0**-53)


def _latin_hypercube(
    names: list[str], points: int, seed: int | str, second_order: bool, rows: int, step: int
) -> Iterator[np.ndarray]:
    from scipy.stats import qmc

    whole = qmc.LatinHypercube(len(names), rng=np.random.default_rng(entropy(seed))).random(rows)
    for low in range(0, rows, step):
        yield whole[low : low + step]


def _sobol(names: list[str], points: int, seed: int | str, second_order: bool, rows: int, step: int) -> Iterator[np.ndarray]:
    from scipy.stats import qmc

    bits = 30 if rows <= 2**30 else 62
    engine = qmc.Sobol(len(names), scramble=True, rng=np.random.default_rng(entropy(seed)), bits=bits)
    for low in range(0, rows, step):
        with warnings.catch_warnings():  # that only powers of two are balanced stands in docs/how-to/sweeps.md
            warnings.simplefilter("ignore", UserWarning)
            places = engine.random(min(step, rows - low))
        yield places


RANDOM_DESIGNS = {
    "latin-hypercube": RandomDesign(_latin_hypercube, whole=True),
    "sobol": RandomDesign(_sobol),
    "saltelli": RandomDesign(
        _saltelli,
        rows=lambda points, factors, second_order: points * ((2 * factors + 2) if second_order else (factors + 2)),
        powers_of_two=True,
        orders=True,
    ),
}
"""By the name that a plan gives; a new one is a function and a line here."""

KINDS = ("factorial", *RANDOM_DESIGNS, "table")
"""Every kind of design that a plan may name."""
