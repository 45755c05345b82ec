"""Role models and other arms played until it is decided which differ from the first, and which of them leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from tandem.experiments.effects.role_models import best_of, looked_at
from tandem.sim.batch import Batch
from tandem.sim.comparison import Comparison, compare_batches
from tandem.sim.deciding import batches_until_decided
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario import Scenario
from tandem.sim.until import HOPELESS, followed_difference


def compare_until_decided(
    scenarios: Mapping[str, Scenario],
    at_most: int,
    seed: int | str = 0,
    changes: Mapping[str, object] | None = None,
    known: Mapping[str, Batch] | None = None,
    progress: Callable[[int], None] = lambda runs: None,
    parameters: str | int | Chosen = ENSEMBLE,
    at_least: int = 1,
    asked: Sequence[str] = (),
    controls: Collection[str] = (),
    more: Sequence[str] = (),
    hopeless: float = HOPELESS,
) -> Comparison:
    """As `compare_role_models`, but each arm is played until its headlines, the user's own outcomes and `more` are decided
    against the first, and until it is decided which of the arms without `controls` leads by each outcome `asked`, or `at_most`
    pairs are used. `at_least`: replicates that each arm has at the end in any case; `hopeless`: the chance to be decided within
    the budget below which a statement is given up as undecided. `progress` hears firms played."""
    firms = {arm: plain.with_(dict(changes)) if changes else plain for arm, plain in scenarios.items()}
    same = {arm: batch for arm, batch in (known or {}).items() if firms[arm].digest == scenarios[arm].digest}
    batches = batches_until_decided(
        firms,
        at_most,
        seed,
        looked_at(more),
        parameters,
        at_least,
        lambda arm, runs: progress(runs),
        same,
        lambda played: in_the_lead(played, at_most, asked, controls, hopeless),
        hopeless,
    )
    return compare_batches(batches, looked_at(more), until_decided=True)


def in_the_lead(
    batches: Mapping[str, Batch], at_most: int, asked: Sequence[str], controls: Collection[str] = (), hopeless: float = HOPELESS
) -> set[str]:
    """The arms between which it is not decided who leads by one of the outcomes `asked`, but may be within `at_most` pairs."""
    found: set[str] = set()
    first = next(iter(batches.values()))
    for outcome in asked:
        sign = 1.0 if OUTCOMES[outcome].better == "high" else -1.0
        values = {arm: sign * batch.units(outcome) for arm, batch in batches.items() if arm not in controls}
        values = {arm: row for arm, row in values.items() if not np.isnan(row).all()}
        if len(values) < 2:
            continue
        best = best_of(values, sign * first.units(outcome))
        behind = {arm: followed_difference(row, values[best]) for arm, row in values.items() if arm != best}
        rivals = {arm for arm, found in behind.items() if found.open_within(at_most, hopeless)}
        found |= rivals | ({best} if rivals else set())
    return found
