"""The tables that boxes are looked for in, checked: what was varied at each point, and how often the event happened there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.files.together import aligned
from tandem.experiments.store.own_table import named_columns, plain_column
from tandem.sim.mistake import Mistake
from tandem.sim.scenario import ScenarioError

EVENT = "event"  # of the halves that a discovery keeps
LEAST = 4
"""Points of which two halves can be made."""


def looked_at(varied: Any, share: Any) -> tuple[pd.DataFrame, pd.Series]:
    """What was varied and the share of each point (float64, 0 to 1), in the order of `varied` and without labels.

    Raises Mistake in one sentence: no tables, labels or lengths that differ, a column twice, a value that is missing or no
    number or word, a share outside 0 to 1.
    """

    def refuse(problem: str, **more: Any) -> ScenarioError:
        return ScenarioError(problem, file="varied", **more)

    frame = varied if isinstance(varied, pd.DataFrame) else _framed(varied)
    if isinstance(share, pd.DataFrame):
        if share.shape[1] != 1:
            raise Mistake(f"discover: share has {share.shape[1]} columns; one is needed")
        share = share.iloc[:, 0]
    values = aligned("discover", frame, share if hasattr(share, "__len__") else [share], ("varied", "share"))
    if len(frame) < LEAST:
        raise Mistake(f"discover: {len(frame)} points; at least {LEAST} are needed for two halves")
    columns = {name: plain_column(name, column, refuse) for name, column in _named(frame, refuse).items()}
    for name, column in columns.items():
        if name == EVENT:
            raise refuse("this column is made of share", key=name, allowed="another name")
        if column.dtype.kind == "f" and not np.isfinite(column).all():
            raise refuse("a value is missing or not finite", key=name)
    return pd.DataFrame(columns), pd.Series(_shares(values), name=EVENT)


def _named(frame: pd.DataFrame, refuse: Any) -> dict[str, Any]:
    """The columns by name; numbers as names are texts here, since nobody asks for them by name."""
    return named_columns(frame.set_axis([_text(name) for name in frame.columns], axis=1), refuse, firms=False)


def _text(name: Any) -> str:
    return name if isinstance(name, str) else str(name)


def _framed(varied: Any) -> pd.DataFrame:
    try:
        return pd.DataFrame(varied)
    except (ValueError, TypeError):
        raise Mistake("discover: varied is no table; a DataFrame is needed, one row a point") from None


def _shares(values: Any) -> np.ndarray:
    kept = np.asarray(values)
    if kept.ndim != 1 or kept.dtype.kind not in "biuf":
        raise Mistake(f"discover: share holds {kept.dtype} in {kept.ndim} dimensions; one number from 0 to 1 a point is needed")
    made = kept.astype(np.float64)
    if not ((made >= 0.0) & (made <= 1.0)).all():
        raise Mistake(
            "discover: share holds a value that is missing or outside 0 to 1; it is the share of replicates with the event"
        )
    return made
