"""What compiled code does in its own way, as plain Python does it: the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from tandem.sim.compiler.settings import COMPILED

MASK = 0xFFFF_FFFF_FFFF_FFFF


def word(value: Any) -> int:
    """A whole number as a 64-bit word; -1 is the word of all ones."""
    return int(value) & MASK


def sum_of(a: int, b: int) -> int:
    """The sum of two words, wrapped to 64 bits (NumPy's scalars would warn at every wrap)."""
    return (a + b) & MASK


def copy_record(target: Any, source: Any) -> None:
    """Copy one record over another of the same type."""
    for name in target.dtype.names:
        target[name] = source[name]


def odd_ratios(*words: Any) -> tuple[float, ...]:
    """For each of four numbers q: q * top(q * q) / bottom(q * q), polynomials given from the highest power down."""
    *numbers, top, bottom = words

    def polynomial(coefficients: tuple[float, ...], square: float) -> float:
        value, *others = coefficients
        for other in others:
            value = value * square + other
        return value

    return tuple(polynomial(top, q * q) * q / polynomial(bottom, q * q) for q in numbers)


def multiply_wide(a: int, b: int) -> tuple[int, int]:
    """The high and the low 64 bits of the 128-bit product of two uint64."""
    return divmod(int(a) * int(b), 1 << 64)


def records(n: int, dtype: np.dtype) -> np.ndarray:
    """Zeroed records, shape (n,), whose fields phases read as `array[i].field`: plain Python finds fields as attributes only on
    a record array."""
    return as_records(np.zeros(n, dtype=dtype))


def as_records(array: np.ndarray) -> np.ndarray:
    """The same records, readable as `array[i].field` by compiled and by plain Python."""
    return array if COMPILED else array.view(np.recarray)
