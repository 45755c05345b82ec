"""Batches that a long study has played, kept on disk: whatever kills it, none of them is played twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.files.provenance import model_source
from tandem.experiments.firms.ensemble import ensemble
from tandem.experiments.firms.uncertainty import play
from tandem.sim.results import Batch
from tandem.sim.scenario import Scenario


@dataclass(frozen=True)
class Keeper:
    """Plays as `tandem.experiments.firms.uncertainty.play` does, but first looks into `folder`, and puts there what it played.

    `outcomes`: the outcomes that are kept; batches that come back hold these alone.
    """

    folder: Path
    outcomes: tuple[str, ...]

    def play(self, scenario: Scenario, runs: int, seed: int | str = 0, parameters: str = "ensemble") -> Batch:
        """The batch, played or read: the same bits. A file that a crash has torn is taken for none."""
        mark = self.digest(scenario, runs, seed, parameters)
        checkpoint = Checkpoint(self.folder / f"{mark}.npz", mark)
        if kept := checkpoint.load():
            return Batch((scenario,), seed, runs, pd.DataFrame(kept))
        batch = play(scenario, runs, seed, parameters)
        table = batch.outcomes[["firm", "luck", *self.outcomes]]
        checkpoint.save({name: table[name].to_numpy() for name in table})
        return Batch((scenario,), seed, runs, table)

    def digest(self, scenario: Scenario, runs: int, seed: int | str, parameters: str) -> str:
        """Names what was asked for, of which model and ensemble."""
        known = ensemble()
        sets = known.sets.to_csv() if known is not None else ""
        content = [scenario.digest, runs, str(seed), parameters, self.outcomes, model_source(), sets]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
