"""Which points were drawn together: a plan crosses each design row with all scenarios, a Saltelli design mixes two points.

Such points are no independent looks at chance: what luck gave one of them it gave all. Whoever splits points into halves, redraws
them or counts them, does so by row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.discovery.coded import renumbered
from tandem.experiments.files.together import aligned
from tandem.sim.mistake import Mistake

ROW = "row"
"""The level of a table's index that says which points were drawn together."""
LEAST_ROWS = 4
"""Design rows of which two halves can be made."""


def design_rows(varied: pd.DataFrame, rows: Any = None, labelled: Any = None) -> np.ndarray:
    """The design row of each point, int64 (points,), from 0 in order of appearance.

    `rows`: a label a point, as the caller knows them, in the order of `varied` (or brought to that of `labelled`, the caller's
    own table, by their labels). None: the level "row" of that table's index; without one, points that share every number belong
    together (a row crossed with scenarios, which are words; a row played several times), and so do blocks in the order in which
    SALib samples them (Saltelli et al. 2010, "Variance based sensitivity analysis of model output"). Raises Mistake where rows
    are missing, as many labels as points are not there, or fewer than LEAST_ROWS rows come out.
    """
    if rows is None and ROW in getattr(getattr(labelled, "index", None), "names", ()):
        rows = labelled.index.get_level_values(ROW).to_numpy()
    if rows is None:
        found = blocks(varied)
        found = same_numbers(varied) if found is None else found
    else:
        kept = aligned("discover", labelled, rows, ("varied", "rows")) if labelled is not None else rows
        if len(kept) != len(varied):
            raise Mistake(f"discover: varied has {len(varied):,} rows and rows {len(kept):,}; they need as many")
        if pd.isna(kept).any():
            raise Mistake("discover: rows holds a value that is missing; a label is needed for each point")
        found = renumbered(np.asarray(kept))
    count = int(found.max()) + 1
    if count < LEAST_ROWS:
        raise Mistake(
            f"discover: the points come from {count} design rows; at least {LEAST_ROWS} are needed for two halves "
            "(rows= says which points were drawn together)"
        )
    return found


def same_numbers(varied: pd.DataFrame) -> np.ndarray:
    """Points that share every number, or every value where there are no numbers, have one row; int64 (points,).

    Where nearly nothing is varied but words (numbers of fewer than LEAST_ROWS kinds), all values count.
    """
    numbers = [name for name in varied if pd.api.types.is_numeric_dtype(varied[name])]
    for names in (numbers, list(varied)):
        if names:
            found = renumbered(varied.groupby(names, sort=False, dropna=False).ngroup().to_numpy())
            if int(found.max()) + 1 >= LEAST_ROWS:
                return found
    return np.arange(len(varied))


def blocks(varied: pd.DataFrame) -> np.ndarray | None:
    """The block of each point of a Saltelli design as SALib orders it (A, A with each column of B, [B with each of A,] B), alone
    or crossed with words; int64 (points,). None where the points are in no such order."""
    numbers = [name for name in varied if pd.api.types.is_numeric_dtype(varied[name])]
    factors = len(numbers)
    rows = same_numbers(varied)
    firsts = np.unique(rows, return_index=True)[1]
    values = varied[numbers].to_numpy(dtype=float)[firsts]
    for size, second in ((factors + 2, False), (2 * factors + 2, True)):
        if factors >= 2 and len(values) % size == 0 and _mixed(values.reshape(-1, size, factors), second):
            return np.asarray(rows // size)
    return None


def _mixed(parts: np.ndarray, second: bool) -> bool:
    """Whether every block, (blocks, size, factors), mixes its first point with its last as a Saltelli design does."""
    factors = parts.shape[2]
    first, last = parts[:, :1], parts[:, -1:]
    eye = np.eye(factors, dtype=bool)
    wanted = np.where(eye, last, first)
    if not np.array_equal(parts[:, 1 : factors + 1], wanted):
        return False
    return not second or np.array_equal(parts[:, factors + 1 : -1], np.where(eye, first, last))
