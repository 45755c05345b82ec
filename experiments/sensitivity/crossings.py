"""Rows in which a factor goes from the bottom of its range to the top: does the output fall, under the same luck?"""

from __future__ import annotations

import numpy as np

FIFTH = 0.2


def lowered(moved: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each row: share of its moves of a factor from the bottom to the top fifth that lower the output, and whether it has any.

    `moved` (moves, rows): changes of the output as the factor goes from its level in A to that in B, `a`, `b` (rows,).
    """
    rises, falls = (a < FIFTH) & (b >= 1.0 - FIFTH), (b < FIFTH) & (a >= 1.0 - FIFTH)
    crosses = np.flatnonzero(rises | falls)  # one row in twelve
    gained = moved[:, crosses] * np.where(rises[crosses], 1.0, -1.0)
    share, has = np.zeros((2, len(a)))
    share[crosses], has[crosses] = ((gained < 0.0) + 0.5 * (gained == 0.0)).mean(axis=0), 1.0
    return share, has
