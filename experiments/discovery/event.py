"""What is looked for: runs in which an outcome lies beyond a line, as the share of each point's replicates in which it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from tandem.experiments.discovery.rows import ROW
from tandem.experiments.store.errors import Refused
from tandem.sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from tandem.experiments.store.sweep import Sweep

NOT_VARIED = ("point_id", "firm_id", "first_replicate")
LEAST_POINTS = 40
USUAL_SHARE = 0.1


class Looked(Protocol):
    """Anything that can be looked for."""

    @property
    def told(self) -> str:
        """In words, with the units."""


@dataclass(frozen=True)
class Event:
    """An outcome beyond a line."""

    outcome: str
    line: float
    above: bool

    @property
    def told(self) -> str:
        """In words, with the unit."""
        known = OUTCOMES.get(self.outcome)
        name = f"{known.title()} ({known.unit})" if known else self.outcome
        return f"{name} {'above' if self.above else 'below'} {self.line:.4g}"

    def happens(self, values: np.ndarray) -> np.ndarray:
        """1.0 where it happens, 0.0 where not, not-a-number where the outcome is not defined; float64 like `values`."""
        hit = values > self.line if self.above else values < self.line
        return np.where(np.isfinite(values), hit.astype(float), np.nan)


def worst_tenth(outcome: str, values: np.ndarray) -> Event:
    """The event that an outcome is among the worst tenth of its runs; what is worse stands with the outcome."""
    known = OUTCOMES.get(outcome)
    above = known is not None and known.better == "low"
    return Event(outcome, float(np.nanquantile(values, 1.0 - USUAL_SHARE if above else USUAL_SHARE)), above)


def of_sweep(
    sweep: Sweep, outcome: str | None = None, above: float | None = None, below: float | None = None, allow_partial: bool = False
) -> tuple[Event, pd.DataFrame, pd.Series]:
    """The event, what was varied (one row a point) and the share of each point's replicates in which it happens.

    Both tables say in their index (levels "row" and "point_id") which points were drawn together; `discover` and `regional` look
    there. Without a line, the worst tenth of the runs. Raises Refused where there is nothing to look for.
    """
    name = outcome or next(iter(sweep.outcomes))
    runs = sweep.to_pandas([name], allow_partial=allow_partial)
    varied = sweep.design.set_index("point_id").drop(columns=[c for c in NOT_VARIED if c in sweep.design], errors="ignore")
    values, point = runs[name].to_numpy(dtype=float), runs["point_id"].to_numpy()
    return looked_for(name, values, point, varied, above, below, sweep.path.name, rows_of_sweep(sweep))


def rows_of_sweep(sweep: Sweep) -> pd.Series:
    """The design row of each point, by point_id: points that differ only in their scenario, firm or luck; in a Saltelli design
    the block, whose points mix two others."""
    design, asked = sweep.design, sweep.manifest.spec.get("design", {})
    factors = [column for column in design if column not in (*NOT_VARIED, "scenario")]
    if asked.get("kind") == "saltelli":
        copies = max(1, sweep.manifest.points // design.groupby(factors, sort=False).ngroups) if factors else 1
        size = sweep.manifest.points // copies // int(asked["points"])
        rows = design["point_id"].to_numpy() // (copies * size)
    else:
        rows = design.groupby(factors, sort=False, dropna=False).ngroup().to_numpy() if factors else design["point_id"].to_numpy()
    return pd.Series(rows, index=design["point_id"].to_numpy(), name=ROW)


def looked_for(
    name: str,
    values: np.ndarray,
    point: np.ndarray,
    varied: pd.DataFrame,
    above: float | None,
    below: float | None,
    place: str,
    rows: pd.Series | None = None,
) -> tuple[Event, pd.DataFrame, pd.Series]:
    """The same from runs: their outcome, the point that each played, what each point (the index of `varied`) varied, and the
    design row of each point (by the same index; None: told from the numbers)."""
    if above is not None and below is not None:
        raise Refused("both above and below are given; an event has one line")
    if not np.isfinite(values).any():
        raise Refused(f"{name} is not defined in any run of {place}")
    line = above if above is not None else below
    event = worst_tenth(name, values) if line is None else Event(name, line, above is not None)
    hits = pd.Series(event.happens(values), index=point).groupby(level=0).mean().dropna()
    varied = varied.loc[hits.index]
    varied = varied[[column for column in varied if varied[column].nunique() > 1]]
    if varied.empty:
        raise Refused(f"{place} varies nothing; boxes need factors")
    if len(hits) < LEAST_POINTS:
        raise Refused(f"{place} has {len(hits)} points with {name}; boxes need at least {LEAST_POINTS}")
    share = float(hits.mean())
    if share in (0.0, 1.0):
        raise Refused(f"{event.told} happens in {'every run' if share else 'no run'}; move the line")
    if rows is None:
        return event, varied.reset_index(drop=True), hits.reset_index(drop=True).rename(index="event")
    index = pd.MultiIndex.from_arrays([rows.loc[hits.index].to_numpy(), hits.index.to_numpy()], names=[ROW, "point_id"])
    return event, varied.set_axis(index), hits.set_axis(index).rename(index="event")
