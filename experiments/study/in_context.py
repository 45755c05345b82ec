"""The role models and controls compared in one context: as described, with equal dispositions, and under each alternative."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from tandem.experiments.effects.role_models import (
    DISPOSITIONS,
    HEADLINES,
    STATEMENTS,
    Player,
    best_role_models,
    compare_role_models,
    differences,
    first_replicates,
    looked_at,
)
from tandem.experiments.effects.until import compare_until_decided
from tandem.experiments.firms.kept_batches import play, play_together
from tandem.experiments.study.fitting import Remembered, fit_tables
from tandem.sim.batch import Batch
from tandem.sim.comparison import Comparison, compare_batches
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario

if TYPE_CHECKING:
    from tandem.experiments.study.study import Profile

Told = Callable[[str, int], None]


@dataclass
class InContext:
    """What is compared in a context, played on making it. Each list holds a table a comparison; `batches`: as described."""

    context: str
    scenarios: Mapping[str, Scenario]
    size: Profile
    options: list[str]
    seed: int | str
    asked: Chosen
    player: Player
    progress: Told
    default: list[pd.DataFrame] = field(default_factory=list)
    equal: list[pd.DataFrame] = field(default_factory=list)
    other: list[pd.DataFrame] = field(default_factory=list)
    best: list[pd.DataFrame] = field(default_factory=list)
    against: list[pd.DataFrame] = field(default_factory=list)
    batches: dict[str, Batch] = field(default_factory=dict)
    fit: pd.DataFrame = field(init=False)
    """How each role model fits what a firm of the context wants."""
    fit_played: int = field(init=False, default=0)
    """Firms that were played for `fit`."""
    spared: int = 0
    """Firms that were planned and not needed."""

    def __post_init__(self) -> None:
        scenarios, context, size = self.scenarios, self.context, self.size
        first = self._first()
        self.batches = first.batches
        self.default.append(differences(table_of(first), context, "default", "as described"))
        self._note_best(first.batches, until_decided=self.size.until_decided)
        leader = str(self.best[-1].set_index("outcome").loc["revenue_growth", "best"])
        both = {arm: first.batches[arm] for arm in [leader, *(arm for arm in scenarios if arm not in self.options)]}
        against = compare_batches(_shared(both, self.size.until_decided), HEADLINES, self.size.until_decided)
        self.against.append(differences(table_of(against), context, "default", "as described"))
        few = {arm: first_replicates(batch, size.known_pairs) for arm, batch in first.batches.items()}
        self.other.append(differences(table_of(compare_batches(few, HEADLINES)), context, "default", "as described"))
        second = self._compared(size.known_pairs, f"{context}, equal dispositions", DISPOSITIONS, few)
        self.equal.append(differences(table_of(second), context, "default", "equal"))
        self._note_best(second.batches, "equal dispositions")
        for name, batches in self._under_alternatives():
            found = compare_batches(batches, looked_at(), described=few)
            self.other.append(differences(table_of(found), context, name, "as described"))
            self._note_best(batches, name, described=few)
        told = self._tick(f"{context}, what firms want")
        memory = Remembered(self.player, told, until_decided=size.until_decided, hopeless=size.hopeless)
        memory.show((scenarios[arm] for arm in self.options), (self.batches[arm] for arm in self.options))
        self.fit = fit_tables([context], self.options, size.pairs, size.fit_pairs, self.seed, self.asked, memory)
        self.fit_played = memory.played

    def _tick(self, what: str) -> Callable[[int], None]:
        return lambda runs: self.progress(what, runs)

    def _compared(
        self,
        pairs: int,
        what: str,
        changes: Mapping[str, object] | None = None,
        known: Mapping[str, Batch] | None = None,
    ) -> Comparison:
        tick = self._tick(what)
        return compare_role_models(self.scenarios, pairs, self.seed, changes, known, tick, self.asked, self.player)

    def _under_alternatives(self) -> Iterator[tuple[str, dict[str, Batch]]]:
        """The name of each alternative, and a batch of each arm under it."""
        pairs, asked = self.size.alternative_pairs, (self.seed, self.asked)
        firms = {
            name: [plain.with_(dict(changes)) for plain in self.scenarios.values()]
            for name, changes in self.size.alternatives.items()
        }
        if self.player is play:
            played = iter(play_together([firm for each in firms.values() for firm in each], pairs, *asked))
        else:  # which keeps each by itself
            played = (self.player(firm, pairs, *asked) for each in firms.values() for firm in each)
        for name in firms:
            batches = dict(zip(self.scenarios, played, strict=False))
            self.progress(f"{self.context}, {name}", pairs * len(batches))
            yield name, batches

    def _first(self) -> Comparison:
        """As described: all pairs, or as many as it takes; no fewer than stand beside the alternatives."""
        size, scenarios = self.size, self.scenarios
        if not size.until_decided:
            return self._compared(size.pairs, self.context)
        tick, aside = self._tick(self.context), set(scenarios) - set(self.options)
        found = compare_until_decided(
            scenarios,
            size.pairs,
            self.seed,
            progress=tick,
            parameters=self.asked,
            at_least=size.known_pairs,
            asked=STATEMENTS,
            controls=aside,
            hopeless=size.hopeless,
        )
        self.spared = len(scenarios) * size.pairs - sum(batch.runs for batch in found.batches.values())
        tick(self.spared)
        return found

    def _note_best(
        self,
        batches: Mapping[str, Batch],
        assumption: str = "default",
        until_decided: bool = False,
        described: Mapping[str, Batch] | None = None,
    ) -> None:
        options = {arm: batches[arm] for arm in self.options}
        self.best.append(best_role_models(options, self.context, assumption, until_decided, described))


def table_of(found: Comparison) -> pd.DataFrame:
    """The table without the record that a reader's copy carries: the study's own tables carry theirs."""
    table: pd.DataFrame = vars(found)["table"]
    return table


def _shared(batches: Mapping[str, Batch], until_decided: bool) -> dict[str, Batch]:
    """Batches of which none has more replicates than the first, which pairs would lack."""
    first = next(iter(batches.values()))
    return {
        arm: first_replicates(batch, min(first.runs, batch.runs)) if until_decided else batch for arm, batch in batches.items()
    }
