"""Arms played side by side until what is asked of them is decided, or a budget of pairs is used (see `tandem.sim.until`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tandem.sim.batch import Batch
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.results import continued, simulate_batch
from tandem.sim.until import HOPELESS, followed_difference, looks

Told = Callable[[str, int], None]
"""Hears the name of an arm and how many more of its replicates have been played."""
Open = Callable[[Mapping[str, Batch]], Collection[str]]
"""Which arms a further question still needs, from what has been played of each."""


def batches_until_decided(
    arms: Mapping[str, Any],
    at_most: int,
    seed: int | str = 0,
    outcomes: Sequence[str] = tuple(OUTCOMES),
    parameters: str | int | Chosen = ENSEMBLE,
    at_least: int = 1,
    progress: Told = lambda arm, runs: None,
    known: Mapping[str, Batch] | None = None,
    also: Open = lambda batches: (),
    hopeless: float = HOPELESS,
) -> dict[str, Batch]:
    """A batch of each arm (scenarios by name, the first is what the others are compared with), of as many replicates as it took:
    an arm is played from look to look until each of `outcomes` is decidedly higher or lower than under the first, or would be
    within `at_most` pairs with a chance below `hopeless` only; the first as far as any other. An outcome that is defined in no
    pair of a look is waited for no longer. `at_least`: replicates that are played whatever is decided; `known`: batches of the
    same seed and parameters, not played again; `also`: arms that another question needs further.

    The order of play is that of the replicates, so that a larger budget goes on with the same pairs.
    """
    first, batches, least = next(iter(arms)), dict(known or {}), min(at_least, at_most)
    waiting: Collection[str] = list(arms)
    for look in looks(at_most) or (at_most,):
        for name in waiting:
            before = batches[name].runs if name in batches else 0
            wanted = max(look, least)
            if not before:
                batches[name] = simulate_batch(arms[name], wanted, seed, parameters=parameters)
            batches[name] = continued(batches[name], wanted)
            progress(name, batches[name].runs - before)
        still = {
            name for name in waiting if name != first and _open(batches[first], batches[name], outcomes, look, at_most, hopeless)
        }
        still |= set(also(batches))
        if not still:
            break
        waiting = [name for name in arms if name == first or name in still]
    return {name: batches[name] for name in arms}


def _open(first: Batch, other: Batch, outcomes: Sequence[str], look: int, at_most: int, hopeless: float) -> bool:
    """Whether some outcome is still to be decided after so many pairs, and can be."""
    each = (followed_difference(first.units(name)[:look], other.units(name)[:look]) for name in outcomes)
    return any(found.open_within(at_most, hopeless) for found in each)
