"""Playing until an interval is narrow enough: which points need more replicates, decided from what is committed."""

from __future__ import annotations

import numpy as np

from tandem.experiments.store.layout import Stage
from tandem.experiments.store.model import OK
from tandem.experiments.store.plan import Precision
from tandem.experiments.store.seals import sealed
from tandem.experiments.store.store import STAGE, Scan, Store
from tandem.sim.intervals import t_quantile
from tandem.sim.until import level_of


def half_widths(store: Store, scan: Scan, outcome: str) -> tuple[np.ndarray, np.ndarray]:
    """Half-width of the interval of each point's mean, and number of defined values, (points,) each: Student's t at the level of
    the last look, such that all looks so far together hold the mean with 95% (`tandem.sim.until`).

    Not-a-number with fewer than two values. Sums run in the order of the run numbers, so that chunks change no bit.
    """
    level = level_of(tuple(stage.high for stage in store.layout.stages))
    points = store.manifest.points
    first = np.full(points, np.nan)
    n, total, squares = np.zeros(points, dtype=np.int64), np.zeros(points), np.zeros(points)
    for number in range(store.layout.chunks):
        table = store.shard(scan.done[number])
        values, ids = table[outcome].to_numpy(), table["point_id"].to_numpy()
        defined = (table["status"].to_numpy() == OK) & ~np.isnan(values)
        values, ids = values[defined], ids[defined]
        fresh, at = np.unique(ids, return_index=True)
        unknown = np.isnan(first[fresh])
        first[fresh[unknown]] = values[at[unknown]]
        moved = values - first[ids]  # sums of differences from the point's first value keep their digits
        np.add.at(n, ids, 1)
        np.add.at(total, ids, moved)
        np.add.at(squares, ids, moved * moved)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.maximum(squares - total * total / n, 0.0) / (n - 1)
        width = t_quantile(np.maximum(n, 2), level) * np.sqrt(variance / n)
    return np.where(n >= 2, width, np.nan), n


def next_stage(store: Store, scan: Scan) -> Stage | None:
    """The stage that follows the committed ones; None when every point is precise enough, or has all that it may have.

    A point at which the outcome was never defined is given up after the first look.
    """
    aimed = Precision(**store.manifest.spec["precision"])
    last = store.layout.stages[-1]
    if last.high >= aimed.at_most:
        return None
    width, n = half_widths(store, scan, aimed.outcome)
    open_ = (~(width <= aimed.half_width)) & (n > 0)
    points = np.arange(store.manifest.points) if isinstance(last.points, int) else last.points
    points = points[open_[points]]
    if not len(points):
        return None
    return Stage(last.end, last.high, min(2 * last.high, aimed.at_most), points)


def write_stage(store: Store, stage: Stage) -> None:
    """Put a stage on disk, so that workers and later drivers know it."""
    assert isinstance(stage.points, np.ndarray)
    number = len(store.layout.stages)
    store.folder.write(
        "stages",
        STAGE.format(number),
        sealed(
            {
                "sweep_id": store.manifest.sweep_id,
                "stage": number,
                "start": stage.start,
                "low": stage.low,
                "high": stage.high,
                "points": stage.points.tolist(),
            }
        ),
    )
