"""What a user's function gives back, checked before anything is made of it: real numbers, of the right shape, none hidden.

A function that answers text, masked values or complex numbers would be read as something else without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tandem.sim.mistake import Mistake


def numbers_of(answer: Any, rows: int, columns: int | None = None) -> np.ndarray:
    """A function's answer for `rows` rows, float64 (rows, columns). Values that are not finite pass: see `first_not_finite`.

    Raises Mistake in one sentence where the answer has another shape or kind.
    """
    if np.ma.isMaskedArray(answer) and np.ma.is_masked(answer):
        raise Mistake("the function returned masked values: fill them, with not-a-number where nothing is known")
    try:
        found = np.asarray(answer)
    except ValueError:
        raise Mistake("the function returned rows of different lengths") from None
    wanted = f"({rows}, {columns})" if columns not in (None, 1) else f"({rows},) or ({rows}, outputs)"
    if found.ndim not in (1, 2) or found.shape[0] != rows or (found.ndim == 2 and found.shape[1] == 0):
        raise Mistake(f"the function returned shape {found.shape} for {rows} rows: {wanted} is needed")
    if found.dtype.kind not in "biuf":
        raise Mistake(f"the function returned {found.dtype} instead of real numbers")
    made = found.astype(np.float64).reshape(rows, -1)
    if columns is not None and made.shape[1] != columns:
        raise Mistake(f"the function returned shape {found.shape}: {wanted} is needed")
    return made


def first_not_finite(values: np.ndarray, names: Sequence[str]) -> str:
    """Name and value of the first number that is not finite in (rows, columns), as a sentence says it; "" where all are."""
    wrong = ~np.isfinite(values)
    if not wrong.any():
        return ""
    row, column = np.argwhere(wrong)[0]
    return f"{names[int(column)]} = {values[row, column]:g}"
