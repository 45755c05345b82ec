"""Plays parameter sets in sweeps, one a wave and one set a run, so that a calibration killed at any moment goes on.

A set's number is its luck: the same set under the same number has the same firms, so going on changes no result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.calibration.space import Profile
from tandem.experiments.store import FunctionModel, Refused, Told, of_rows, open_sweep, run
from tandem.experiments.validation.findings import targets
from tandem.experiments.validation.plausibility import plausible_ranges
from tandem.experiments.validation.trials import Size
from tandem.sim.seeds import further


@dataclass(frozen=True)
class PlaySet:
    """A function of one parameter set: all statistics of a population of firms of its own."""

    size: Size
    seed: int | str

    def __call__(self, parameters: Mapping[str, float], firm: int, number: int) -> dict[str, float]:
        """Statistics by name; not-a-number where one is not defined (no COO ever left, say)."""
        from tandem.experiments.firms.population import Population
        from tandem.experiments.validation.findings import computed
        from tandem.experiments.validation.plausibility import plausible_figures
        from tandem.experiments.validation.trials import Trial
        from tandem.sim.compile import set_threads

        set_threads(1)
        trial = Trial(Population.load("population", parameters=parameters), further(self.seed, 1_000_003, number), self.size)
        with np.errstate(all="ignore"):
            values = {**computed(trial, [row.name for row in targets()]), **plausible_figures(trial)}
        return {name: value if np.isfinite(value) else np.nan for name, value in values.items()}


def statistics() -> list[str]:
    """Names of what is computed for a set, in order: the findings' targets, then the plausible ranges."""
    return [*(row.name for row in targets()), *plausible_ranges()]


class Evaluations:
    """The sets played so far, by number; on disk a sweep for each wave in `folder`."""

    def __init__(self, folder: Path, size: Profile, seed: int | str, model: str):
        self.folder, self.size = folder, size
        self.rows: dict[int, dict[str, Any]] = {}
        played = PlaySet(Size(size.firms, size.twins, size.advertisers, size.long), seed)
        names = statistics()
        self.model = FunctionModel(
            played, dict.fromkeys(names, "1"), nullable=names, version=json.dumps({**asdict(played), "model": model})
        )

    def played(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of these numbers, in their order."""
        return [self.rows[number] for number in numbers]

    def play(
        self, wave: str, sets: Mapping[int, Mapping[str, float]], workers: int, progress: Callable[[], None] = lambda: None
    ) -> None:
        """Play the numbered sets of a wave that are not there yet, each on firms and luck of its number. Raises SweepError."""
        rows = pd.DataFrame(list(sets.values())).assign(first_replicate=list(sets))
        run(
            of_rows(rows, model=self.model, title=f"calibration, {wave}"),
            self.folder / wave,
            workers=min(workers, len(sets)),
            chunk_runs=1,
            told=_Ticks(progress),
        )
        sweep = open_sweep(self.folder / wave)
        for failure in sweep.failures():
            raise Refused(f"{self.folder / wave}: a parameter set could not be played ({failure['message']})")
        for (number, parameters), values in zip(sets.items(), sweep.values(), strict=True):
            self.rows[number] = {"parameters": dict(parameters), "statistics": dict(zip(self.model.outcomes, map(float, values)))}


class _Ticks(Told):
    """Tells a caller of each set, those that were there at the beginning too."""

    def __init__(self, progress: Callable[[], None]):
        self.progress = progress

    def total(self, done: int, runs: int) -> None:
        self.advanced(done)

    def advanced(self, runs: int) -> None:
        for _ in range(runs):
            self.progress()
