"""Playing from Python: one firm (`simulate`, a `Run`) or many runs (`simulate_batch`, a `Batch`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tandem.sim import kernel
from tandem.sim.batch import Batch
from tandem.sim.compile import COMPILED
from tandem.sim.intervals import mean_interval
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen, one_timeline
from tandem.sim.run import Run
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable

__all__ = ["RUNS_IN_ONE_CALL", "Batch", "Firm", "Run", "mean_interval", "simulate", "simulate_batch"]

RUNS_IN_ONE_CALL = 2048  # between two calls Ctrl-C is heard, and only so many firms' records are in memory


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
    scenario: Firm, seed: int | str = 0, replicate: int = 0, *, firm: int = 0, parameters: str | int | Chosen = ENSEMBLE
) -> Run:
    """One run, every week of it kept. `replicate` numbers the luck, `firm` the firm in its population; `parameters` as in
    `tandem.sim.parameter_sets`: the run has the set of its pair.

    >>> from tandem import Scenario, simulate
    >>> simulate(Scenario.load("silence"), seed=7, replicate=3).weeks
    156
    """
    _whole("replicate", replicate, 0)
    _whole("firm", firm, 0)
    key: Any = seed
    asked = chosen(parameters)
    rows = one_timeline(scenario, asked, seed, firm, replicate)
    return Run(scenario, seed, replicate, firm, kernel.trajectory(_readable(rows), key, firm, replicate), asked, rows)


def simulate_batch(
    s: Firm | Iterable[Firm],
    runs: int = 1000,
    seed: int | str = 0,
    threads: bool = True,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Batch:
    """Outcomes of many runs: `runs` replicates of a scenario, or of each of a sequence of firms, each with the parameter set
    of its pair (`parameters` as in `tandem.sim.parameter_sets`).

    Row r of a scenario equals `simulate(s, seed, replicate=r).outcomes` bit for bit; in a sequence, the row of firm f
    and luck r equals `simulate(s[f], seed, replicate=r, firm=f).outcomes`. Rows go firm by firm.

    >>> from tandem import Scenario, simulate_batch
    >>> len(simulate_batch(Scenario.load("silence"), runs=20, seed=7))
    20
    """
    _whole("runs", runs, 1)
    firms: tuple[Any, ...] = (s,) if hasattr(s, "records") else tuple(s)
    if not firms:
        raise Mistake("simulate_batch: the sequence of firms is empty")
    numbers, replicates = np.repeat(np.arange(len(firms)), runs), np.tile(np.arange(runs), len(firms))
    key, asked = np.array(seed_key(seed), dtype=np.uint64), chosen(parameters)
    parts = []
    for low in range(0, len(numbers), RUNS_IN_ONE_CALL):
        part = slice(low, min(low + RUNS_IN_ONE_CALL, len(numbers)))
        first, last = numbers[part][0], numbers[part][-1]
        drawn = asked.drawn(seed, numbers[part], replicates[part])
        rows, arms = asked.arms(FirmTable(firms[first : last + 1]), numbers[part] - first, drawn)
        keys = np.tile(key, (part.stop - part.start, 1))
        parts.append(kernel.run_batch(rows.rows, rows.starts, arms, numbers[part], replicates[part], keys, threads))
    table = pd.DataFrame(np.concatenate(parts), columns=list(OUTCOMES))
    table.insert(0, "firm_id", numbers)
    table.insert(1, "replicate", replicates)
    return Batch(firms, seed, runs, table, asked)


def _readable(rows: np.ndarray) -> np.ndarray:
    """Records as phases read them: without the compiler, fields are found as attributes on a record array only."""
    return rows if COMPILED else rows.view(np.recarray)


def _whole(name: str, value: int, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise Mistake(f"{name} = {value!r} is not a whole number of {low} or more")
