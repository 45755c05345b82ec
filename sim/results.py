"""Playing from Python: one firm (`simulate`, a `Run`) or many runs (`simulate_batch`, a `Batch`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tandem.sim import kernel
from tandem.sim.batch import Batch
from tandem.sim.compile import COMPILED
from tandem.sim.given import truth, whole
from tandem.sim.intervals import mean_interval
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.own_outcomes import OwnOutcome, own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen, one_timeline
from tandem.sim.played import with_own
from tandem.sim.run import Run
from tandem.sim.scenario.meant import firm_of, firms_of
from tandem.sim.seeds import replicate_of, seed_of, word_of
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RUNS_IN_ONE_CALL", "Batch", "Firm", "Run", "mean_interval", "simulate", "simulate_batch"]

RUNS_IN_ONE_CALL = 2048  # between two calls Ctrl-C is heard, and only so many firms' records are in memory
MOST_RUNS = 10**8  # outcomes are kept in memory, half a kilobyte a run; what is larger is a sweep


class Firm(Protocol):
    """What a simulation asks of a scenario."""

    @property
    def name(self) -> str:
        """What it is called in tables and messages."""
        ...

    def records(self) -> np.ndarray:
        """Rows of `tandem.sim.parameters.RECORD`, one per version, by the week from which they hold."""
        ...


def simulate(
    scenario: Firm | str | os.PathLike[str],
    seed: int | str = 0,
    replicate: int = 0,
    *,
    firm: int = 0,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Run:
    """One run, every week of it kept. `scenario`: a Scenario, a name of the catalogue or a path; `seed` and `replicate` (which
    numbers the luck) as in `tandem.sim.seeds`; `firm` is the firm's number in its population; `parameters` as in
    `tandem.sim.parameter_sets`: the run has the set of its pair. Returns a `Run`, whose tables have one row a week or
    quarter, with a unit a column (`tandem.sim.weekly.WEEKLY`). Raises Mistake in one sentence, ScenarioError for a scenario
    that is none.

    >>> from tandem import Scenario, simulate
    >>> simulate(Scenario.load("silence"), seed=7, replicate=3).weeks
    156
    """
    meant, asked = firm_of(scenario), chosen(parameters)
    seed, replicate, firm = seed_of(seed), replicate_of(replicate), replicate_of(firm, "firm")
    number, luck = word_of(firm), word_of(replicate)
    rows = one_timeline(meant, asked, seed, number, luck)
    return Run(meant, seed, replicate, firm, kernel.trajectory(_readable(rows), seed, number, luck), asked, rows)


def simulate_batch(
    s: Firm | str | os.PathLike[str] | Iterable[Firm | str | os.PathLike[str]],
    runs: int = 1000,
    seed: int | str = 0,
    threads: bool = True,
    parameters: str | int | Chosen = ENSEMBLE,
    paired: bool = False,
) -> Batch:
    """Outcomes of many runs: `runs` replicates of a scenario (or the name of one), or of each of a sequence of firms, each with
    the parameter set of its pair (`parameters` as in `tandem.sim.parameter_sets`). Returns a `Batch`: `.outcomes` has one row
    a run, units as `tandem.sim.outcomes.OUTCOMES` says. `seed` as in `tandem.sim.seeds`; `threads`: side by side, which changes
    no bit. Raises Mistake in one sentence, ScenarioError for a scenario that is none.

    Row r of a scenario equals `simulate(s, seed, replicate=r).outcomes` bit for bit; in a sequence, the row of firm f
    and luck r equals `simulate(s[f], seed, replicate=r, firm=f).outcomes`: firms are different firms, each with luck of its own.
    With `paired` they are arms: all firms meet one luck and one parameter set in replicate r, that of firm 0, so that the row of
    firm f equals `simulate(s[f], seed, replicate=r).outcomes`, and differences between firms are due to the firms. `Batch.luck`
    says which luck each row had. Rows go firm by firm.

    >>> from tandem import Scenario, simulate_batch
    >>> len(simulate_batch(Scenario.load("silence"), runs=20, seed=7))
    20
    """
    firms, seed, paired = firms_of(s), seed_of(seed), truth("paired", paired)
    if not firms:
        raise Mistake("simulate_batch: the sequence of firms is empty")
    runs = whole("runs", runs, 1, MOST_RUNS // len(firms))
    numbers, replicates = np.repeat(np.arange(len(firms)), runs), np.tile(np.arange(runs), len(firms))
    asked, own = chosen(parameters), own_among(OWN)
    found = outcomes_played(firms, numbers, replicates, seed, asked, threads, paired, own)
    table = _table(numbers, replicates, found, own)
    return Batch(firms, seed, runs, table, asked, paired, tuple(each.identity for each in own))


def continued(batch: Batch, runs: int) -> Batch:
    """A batch of one scenario with so many replicates in all: what it has, and those that follow, which are the same bits as if
    all had been played at once. One that has as many already comes back as it is."""
    import pandas as pd

    if batch.runs >= runs:
        return batch
    fresh, own = np.arange(batch.runs, runs), own_among(OWN)
    firm = np.zeros_like(fresh)
    found = outcomes_played(batch.scenarios, firm, fresh, batch.seed, batch.parameters, own=own)
    table = pd.concat([vars(batch)["outcomes"], _table(firm, fresh, found, own)], ignore_index=True)
    return Batch(batch.scenarios, batch.seed, runs, table, batch.parameters, batch.paired, batch.own_outcomes)


def _table(numbers: np.ndarray, replicates: np.ndarray, found: np.ndarray, own: Sequence[OwnOutcome]) -> pd.DataFrame:
    """The table of a batch: firm `numbers` and `replicates`, int64 (runs,), then every outcome of each run."""
    import pandas as pd

    number = pd.DataFrame(np.stack([numbers, replicates], axis=1), columns=_columns(("firm_id", "replicate")))
    told = pd.DataFrame(found, columns=_columns((*OUTCOMES, *(each.name for each in own))))
    return pd.concat([number, told], axis=1)


def outcomes_played(
    firms: Sequence[Firm],
    numbers: np.ndarray,
    replicates: np.ndarray,
    seed: int | str,
    asked: Chosen,
    threads: bool = True,
    paired: bool = False,
    own: Sequence[OwnOutcome] = (),
) -> np.ndarray:
    """Outcomes of runs of `firms`, float64 (runs, len(OUTCOMES) + len(own)). `numbers`: the firm of each run, rising, and
    `replicates`, int64 (runs,); `paired`: all firms meet the luck of the first."""
    key, parts = np.array(seed_key(seed), dtype=np.uint64), []
    for low in range(0, len(numbers), RUNS_IN_ONE_CALL):
        part = slice(low, min(low + RUNS_IN_ONE_CALL, len(numbers)))
        first, last = numbers[part][0], numbers[part][-1]
        of_luck = np.zeros_like(numbers[part]) if paired else numbers[part]
        drawn = asked.drawn(seed, of_luck, replicates[part])
        rows, arms = asked.arms(FirmTable(firms[first : last + 1]), numbers[part] - first, drawn)
        keys = np.tile(key, (part.stop - part.start, 1))
        played = (rows.rows, rows.starts, arms, of_luck, replicates[part], keys)
        parts.append(with_own(kernel.run_batch(*played, threads), *played, own))
    return np.concatenate(parts)


@lru_cache(maxsize=8)
def _columns(names: tuple[str, ...]) -> pd.Index:
    """Names of columns: a batch of few runs would take as long to name as to play."""
    import pandas as pd

    return pd.Index(names)


def _readable(rows: np.ndarray) -> np.ndarray:
    """Records as phases read them: without the compiler, fields are found as attributes on a record array only."""
    return rows if COMPILED else rows.view(np.recarray)
