"""Arms played side by side until what is asked of them is decided, or a budget of pairs is used (see `tandem.sim.until`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tandem.sim.batch import Batch
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import Chosen
from tandem.sim.results import continued, simulate_batch
from tandem.sim.until import followed_difference, looks

Played = Callable[[str, int], None]
"""Hears the name of an arm and how many more of its replicates have been played."""


def batches_until_decided(
    arms: Mapping[str, Any],
    at_most: int,
    seed: int | str = 0,
    outcomes: Sequence[str] = tuple(OUTCOMES),
    parameters: str | int | Chosen = "ensemble",
    at_least: int = 1,
    progress: Played = lambda arm, runs: None,
) -> dict[str, Batch]:
    """A batch of each arm (scenarios by name, the first is what the others are compared with), of as many replicates as it took:
    an arm is played from look to look until each of `outcomes` is decidedly higher or lower than under the first, or `at_most`
    pairs (to the last look among them) are played; the first as far as any other. An outcome that is defined in no pair of a look
    is waited for no longer. `at_least`: replicates that are played whatever is decided.

    The order of play is that of the replicates, so that a larger budget goes on with the same pairs.
    """
    first, batches = next(iter(arms)), {}
    waiting = list(arms)
    for look in looks(at_most) or (at_most,):
        for name in waiting:
            known = batches.get(name)
            before, wanted = (0 if known is None else known.runs), max(look, min(at_least, at_most))
            batches[name] = (
                simulate_batch(arms[name], wanted, seed, parameters=parameters) if known is None else continued(known, wanted)
            )
            progress(name, batches[name].runs - before)
        still = [name for name in waiting if name != first and _open(batches[first], batches[name], outcomes, look)]
        if not still:
            break
        waiting = [first, *still]
    return batches


def _open(first: Batch, other: Batch, outcomes: Sequence[str], look: int) -> bool:
    """Whether some outcome is still to be decided after so many pairs."""
    for name in outcomes:
        found = followed_difference(first.units(name)[:look], other.units(name)[:look])
        if found.n and not found.decided:
            return True
    return False
