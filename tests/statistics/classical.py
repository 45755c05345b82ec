"""The textbook estimators on given arrays, for deterministic functions: to compare with other tools, digit by digit."""

from __future__ import annotations

import numpy as np


def _standardised(*arrays: np.ndarray) -> list[np.ndarray]:
    """All arrays less their common mean, over their common standard deviation."""
    every = np.concatenate([array.ravel() for array in arrays])
    spread = every.std()
    if not np.isfinite(every).all():
        raise ValueError("the outputs hold a value that is not finite")
    if spread == 0.0:
        raise ValueError("the output never changes: shares of its variance are not defined")
    return [(array - every.mean()) / spread for array in arrays]


def first_saltelli(a: np.ndarray, b: np.ndarray, ab: np.ndarray, ba: np.ndarray | None = None) -> np.ndarray:
    """First indices, (k,), from outputs at A (n,), at B (n,), and at A with one column from B (k, n).

    Saltelli et al. 2010, table 2 (b). `ba` (k, n), if it was played: it counts for the mean that is taken off first, on which
    the estimate hangs in its last digits. ValueError for outputs that are not finite or never change.
    """
    a, b, ab = _standardised(a, b, ab, *([] if ba is None else [ba]))[:3]
    first: np.ndarray = (b * (ab - a)).mean(axis=1) / np.concatenate([a, b]).var()
    return first


def total_jansen(a: np.ndarray, b: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Total indices, (k,), from the same arrays (Jansen 1999); no mean matters here."""
    a, b, ab = _standardised(a, b, ab)
    total: np.ndarray = 0.5 * ((a - ab) ** 2).mean(axis=1) / np.concatenate([a, b]).var()
    return total


def second_saltelli(a: np.ndarray, b: np.ndarray, ab: np.ndarray, ba: np.ndarray) -> np.ndarray:
    """Interactions of two, (k, k), not-a-number on and below the diagonal; `ba`: at B with one column from A (k, n).

    Saltelli 2002: the closed index of the pair less both first indices.
    """
    a, b, ab, ba = _standardised(a, b, ab, ba)
    k, whole = len(ab), np.concatenate([a, b]).var()
    first = (b * (ab - a)).mean(axis=1) / whole
    found = np.full((k, k), np.nan)
    for j in range(k):
        for i in range(j + 1, k):
            found[j, i] = (ba[j] * ab[i] - a * b).mean() / whole - first[j] - first[i]
    return found
