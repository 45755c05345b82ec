"""Which role model fits which firm, played for a study: what the comparison has played already is not played again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from tandem.experiments.effects.fit import fits, wishes_of
from tandem.experiments.effects.role_models import HEADLINES, Player, contexts, first_replicates, unequal_in
from tandem.sim.parameter_sets import Chosen
from tandem.sim.results import Batch, continued
from tandem.sim.scenario import Scenario
from tandem.sim.until import HOPELESS

AS_DESCRIBED, EQUAL = "as described", "equal"


def kept_outcomes() -> tuple[str, ...]:
    """The outcomes that a study reads from its batches: the headlines, and what firms of the contexts want."""
    wanted = [wish.outcome for context in contexts() for wish in wishes_of(context).wants]
    return tuple(dict.fromkeys([*HEADLINES, *wanted]))


@dataclass
class Remembered:
    """Plays as `player` does, but takes the first replicates of a batch that it has been shown or has played (of the same seed
    and parameter sets, which it does not ask); `told` hears how many firms were played."""

    player: Player
    told: Callable[[int], None] = lambda runs: None
    known: dict[str, Batch] = field(default_factory=dict)
    until_decided: bool = False
    """Whether what is known is gone on with where more is asked for, instead of played by `player`."""
    hopeless: float = HOPELESS
    """Chance to be decided below which a difference is given up."""
    played: int = 0
    """Firms that were played here."""

    def show(self, scenarios: Iterable[Scenario], batches: Iterable[Batch]) -> None:
        """Batches that were played elsewhere, one a scenario."""
        self.known.update({scenario.digest: batch for scenario, batch in zip(scenarios, batches)})

    def play(self, scenario: Scenario, runs: int, seed: int | str, parameters: str | int | Chosen) -> Batch:
        """The batch, remembered or played."""
        batch = self.known.get(scenario.digest)
        if batch is not None and batch.runs < runs and self.until_decided:
            self._count(runs - batch.runs)
            batch = self.known[scenario.digest] = continued(batch, runs)
        if batch is None or batch.runs < runs:
            batch = self.known[scenario.digest] = self.player(scenario, runs, seed, parameters)
            self._count(runs)
        return first_replicates(batch, runs)

    def _count(self, runs: int) -> None:
        self.played += runs
        self.told(runs)


def plays(context: str) -> int:
    """How many batches a role model takes beside the comparison's own, for what firms of this context want."""
    wishes = wishes_of(context)
    return 1 + any(wish.beyond for wish in wishes.wants) if wishes.under else 0


def fit_runs(options: Sequence[str], pairs: int) -> int:
    """Firms that `fit_tables` plays where it was shown all role models as described."""
    other = {context: len(set(options) & set(unequal_in(context))) for context in contexts()}
    return pairs * sum(len(options) * plays(context) + other[context] * (plays(context) or 1) for context in other)


def fit_tables(
    fields: Sequence[str],
    options: Sequence[str],
    whole: int,
    pairs: int,
    seed: int | str,
    parameters: Chosen,
    memory: Remembered,
) -> pd.DataFrame:
    """The table of `tandem.experiments.effects.fit.fits` in the contexts `fields`, with dispositions (as described, equal) in
    front. `whole`: pairs where the comparison has played them all, `pairs`: elsewhere, and with equal dispositions; the most
    of them where the memory plays until decided."""
    parts = []
    for dispositions in (AS_DESCRIBED, EQUAL):
        equal = dispositions == EQUAL
        for context in fields:
            n = pairs if equal or plays(context) else whole
            found = fits([context], n, options, seed, parameters, equal, memory.play, memory.until_decided, memory.hopeless)
            found.insert(0, "dispositions", dispositions)
            parts.append(found)
    return pd.concat(parts, ignore_index=True)
