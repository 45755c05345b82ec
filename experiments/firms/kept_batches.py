"""Batches that a long study has played, kept on disk: whatever kills it, none of them is played twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.files.provenance import model_source
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.results import Batch, simulate_batch
from tandem.sim.scenario import Scenario

if TYPE_CHECKING:
    pass


def play(scenario: Scenario, runs: int, seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE) -> Batch:
    """The batch, played: what a `Keeper` does where nothing is kept."""
    return simulate_batch(scenario, runs, seed, parameters=parameters)


def play_together(
    scenarios: Sequence[Scenario], runs: int, seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE
) -> list[Batch]:
    """A batch of each scenario as `play` gives it, bit for bit, all played in one call: what a call takes beside the firms is as
    much as a dozen of them."""
    whole = simulate_batch(scenarios, runs, seed, parameters=parameters, paired=True)
    table = vars(whole)["outcomes"]
    found = []
    for place, scenario in enumerate(scenarios):
        part = table.iloc[place * runs : (place + 1) * runs].reset_index(drop=True).assign(firm_id=0)
        found.append(replace(whole, scenarios=(scenario,), outcomes=part, paired=False))
    return found


@dataclass(frozen=True)
class Keeper:
    """Plays as `play` does, but first looks into `folder`, and puts there what it played.

    `outcomes`: the outcomes that are kept; batches that come back hold these alone.
    """

    folder: Path
    outcomes: tuple[str, ...]

    def play(self, scenario: Scenario, runs: int, seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE) -> Batch:
        """The batch, played or read: the same bits. A file that a crash has torn is taken for none."""
        import pandas as pd

        asked = chosen(parameters)
        mark = self.digest(scenario, runs, seed, asked)
        checkpoint = Checkpoint(self.folder / f"{mark}.npz", mark)
        if kept := checkpoint.load():
            return Batch((scenario,), seed, runs, pd.DataFrame(kept), asked)
        batch = play(scenario, runs, seed, asked)
        table = batch.outcomes[["firm_id", "replicate", *self.outcomes]]
        checkpoint.save({str(name): table[name].to_numpy() for name in table})
        return Batch((scenario,), seed, runs, table, asked)

    def digest(self, scenario: Scenario, runs: int, seed: int | str, parameters: Chosen) -> str:
        """Names what was asked for, of which model and ensemble."""
        content = [
            scenario.digest,
            runs,
            str(seed) if isinstance(seed, int) else [seed],
            parameters.identity,
            self.outcomes,
            model_source(),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
