"""Where things go wrong among the firms of a study: growth among the worst, conflict among the worst, and both at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tandem.experiments.decisions.played import play_options
from tandem.experiments.discovery.event import USUAL_SHARE
from tandem.experiments.discovery.found import MOST_BOXES, REDRAWS, Discovery, discover
from tandem.experiments.discovery.regional import regional
from tandem.experiments.effects.cells import CONTEXT, Firms
from tandem.experiments.study.replayed import varied_by
from tandem.experiments.study.strata import Part
from tandem.sim.outcomes import OUTCOMES

SIZES = {"smoke": (128, 2), "paper": (4096, 4)}
"""Points, and replicates a point."""
POORER_HALF = 0.5
PEELINGS = MOST_BOXES * REDRAWS

Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Worst:
    """Runs in which every outcome named is among its worst share of runs *in the same context*: contexts grow at rates of their
    own, and without this a box would only say which."""

    shares: Mapping[str, float]

    @property
    def told(self) -> str:
        """In words."""
        parts = []
        for outcome, share in self.shares.items():
            known, part = OUTCOMES[outcome], "half" if share == POORER_HALF else f"{share:.0%}"
            parts.append(f"{known.title().lower()} in the {'highest' if known.better == 'low' else 'lowest'} {part}")
        told = f"{' and '.join(parts)} of its context"
        return told[:1].upper() + told[1:]

    def happens(self, values: Mapping[str, np.ndarray], context: np.ndarray) -> np.ndarray:
        """1.0 where it happens, else 0.0, float64 (replicates, points); `values`: outcome -> float64 (replicates, points)."""
        hits = np.ones_like(next(iter(values.values())))
        for outcome, share in self.shares.items():
            sign = 1.0 if OUTCOMES[outcome].better == "high" else -1.0
            for place in np.unique(context):
                mine = sign * values[outcome][:, context == place]
                hits[:, context == place] *= mine < np.quantile(mine, share)
        return hits


EVENTS: Mapping[str, Worst] = {
    "growth": Worst({"revenue_growth": USUAL_SHARE}),
    "conflict": Worst({"conflict_rate": USUAL_SHARE}),
    "both": Worst({"conflict_rate": USUAL_SHARE, "revenue_growth": POORER_HALF}),
}
"""What is looked for, declared before anything is played."""


@dataclass(frozen=True)
class Found:
    """What was found of one event: boxes and a tree; how far each input's distribution shifts (see `regional`); luck's part of
    the event's variance over runs; replicates a point."""

    discovery: Discovery
    regional: pd.DataFrame
    noise: float
    replicates: int


def planned_runs(profile: str) -> int:
    """Firms that a profile plays."""
    points, replicates = SIZES[profile]
    return points * replicates


def play(
    part: Part,
    profile: str,
    store: Path,
    progress: Told = lambda what, runs: None,
    peeled: Callable[[int], None] = lambda done: None,
) -> dict[str, Found]:
    """By event, over the firms of `part`: all role models and contexts, the levers random. What `store` holds is not played
    again.

    `peeled` hears how many peelings of redrawn points are done, PEELINGS an event at most.
    """
    points, replicates = SIZES[profile]
    firms = Firms(part.cells, part.outputs, part.ranges, parameters=part.parameters, sets_vary=False)
    played = play_options(
        firms,
        list(firms.factors),
        len(part.outputs),
        points,
        part.seed,
        replicates,
        store / "points.npz",
        part.digest,
        lambda rows: progress("discovery", rows),
    )
    varied = varied_by(firms, played.points)
    values = {name: played.values[:, :, column] for column, name in enumerate(part.outputs)}
    found = {}
    for name, event in EVENTS.items():
        hits = event.happens(values, varied[CONTEXT].to_numpy())
        share = hits.mean(axis=0)
        boxes = discover(event, varied, pd.Series(share, name="event"), part.seed, peeled)
        spread = float(hits.var())
        noise = float(hits.var(axis=0, ddof=1).mean() / spread) if spread else float("nan")
        found[name] = Found(boxes, regional(varied, share, part.seed), noise, replicates)
    return found
