"""Until when a failing case can be saved: the intervention that its story tells of, tried at one week after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tandem.sim import kernel
from tandem.sim.explain import TurningPoint
from tandem.sim.given import whole
from tandem.sim.intervals import share_interval
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.own import Own
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.scenario.story import Verdict
from tandem.sim.seeds import seed_of
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable
from tandem.sim.texts import listed, text, typeset

ENOUGH = 0.5  # a week saves a case if this share of the replicates that fail untouched no longer fail
MOST_PLAYED = 10  # replicates played untouched, as a multiple of the failing ones wanted
RUNS_IN_ONE_CALL = 1024  # between two calls Ctrl-C is heard and progress told


@dataclass(frozen=True, eq=False)
class Rescue(Own):
    """What trying the intervention week by week showed."""

    week: int | None
    """The last week tried at which it saves the case; None if no week does."""
    table: pd.DataFrame
    """One row a week tried: week, saved, replicates, share, low, high (95% Wilson interval), saves."""
    failing: int
    """Replicates that fail untouched, on which every week is tried."""
    played: int
    """Replicates played untouched to find them."""
    scenario: Scenario

    @property
    def gaps(self) -> tuple[int, ...]:
        """Weeks tried before the last saving one that do not save: saving need not end once and for all."""
        if self.week is None:
            return ()
        earlier = self.table[self.table["week"] < self.week]
        return tuple(int(week) for week in earlier[~earlier["saves"]]["week"])

    @property
    def turning_point(self) -> TurningPoint | None:
        """The last saving week, to stand among the turning points of a run."""
        if self.week is None:
            return None
        return TurningPoint(self.week, "last_saving_week", None, self._found(self.week))

    def paragraphs(self, lang: str = "en") -> list[str]:
        """What was tried and found, in words."""
        planned = self.scenario.story.intervention
        title = planned.title[lang] if planned is not None and planned.title is not None else self.scenario.name
        if not self.failing:
            return [text("rescue.none_fails", lang, n=self.played)]
        told = [
            text("rescue.tried", lang, title=typeset(title, lang), n=len(self.table), failing=self.failing, played=self.played)
        ]
        if self.week is None:
            best = int(self.table["week"].to_numpy()[self.table["share"].to_numpy().argmax()])
            return [*told, text("rescue.never", lang, week=best, **self._found(best))]
        told.append(text("rescue.last", lang, week=self.week, **self._found(self.week)))
        if self.gaps:
            told.append(text("rescue.gaps", lang, weeks=listed(self._stretches(lang), lang)))
        return told

    def _stretches(self, lang: str) -> list[str]:
        """The gaps, neighbours among the weeks tried drawn together."""
        tried = [int(week) for week in self.table["week"]]
        runs: list[list[int]] = []
        for week in self.gaps:
            if runs and tried.index(week) == tried.index(runs[-1][-1]) + 1:
                runs[-1].append(week)
            else:
                runs.append([week])
        return [str(run[0]) if len(run) == 1 else text("rescue.stretch", lang, first=run[0], last=run[-1]) for run in runs]

    def _found(self, week: int) -> dict[str, float]:
        row = self.table[self.table["week"] == week].iloc[0]
        return {name: float(row[name]) for name in ("share", "low", "high")}


def last_saving_week(
    scenario: Scenario | str,
    seed: int | str = 0,
    replicates: int = 200,
    step: int = 4,
    progress: Callable[[float], None] | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Rescue:
    """The last week at which the scenario's intervention still saves it.

    The first `replicates` replicates that fail untouched are looked for (playing at most MOST_PLAYED times as many). The
    intervention is tried on all of them at every `step`-th week from 1 and at the week planned, then at every week
    between the last that saves and the next tried. Whether a week saves need not change only once, so what is found is
    the last week *of those tried*; `table` holds them all. `progress` is told the share done, 0 to 1; `parameters` as in
    `tandem.sim.parameter_sets`.
    """
    scenario, seed = scenario_of(scenario), seed_of(seed)
    replicates, step = whole("replicates", replicates, 1), whole("step", step, 1)
    failure, planned = scenario.story.failure, scenario.story.intervention
    if failure is None or planned is None:
        raise ScenarioError(
            "this scenario tells of none", file=scenario.name, key="failure" if failure is None else "intervention"
        )
    tell = progress or (lambda share: None)
    asked = chosen(parameters)
    failing, played = _failing_replicates(scenario, failure, seed, replicates, asked)
    last = scenario.parameters.weeks
    grid = sorted({*range(1, last + 1, step), planned.week} & set(range(1, last + 1)))
    found: dict[int, int] = {}
    if len(failing):
        for number, week in enumerate(grid):
            found[week] = _saved(scenario.at(week, planned.set), failure, failing, seed, asked)
            tell((number + 1) / (len(grid) + step))
        saving = [week for week in grid if found[week] >= ENOUGH * len(failing)]
        if saving:
            between = range(saving[-1] + 1, next((week for week in grid if week > saving[-1]), last + 1))
            for week in between:
                found[week] = _saved(scenario.at(week, planned.set), failure, failing, seed, asked)
    tell(1.0)
    table = _table(found, len(failing))
    weeks = table[table["saves"]]["week"]
    return Rescue(int(weeks.max()) if len(weeks) else None, table, len(failing), played, scenario)


def _failing_replicates(
    scenario: Scenario, failure: Verdict, seed: int | str, wanted: int, parameters: Chosen
) -> tuple[np.ndarray, int]:
    """The first replicates that fail untouched, and how many were played to find them."""
    failing = np.zeros(0, np.int64)
    played = 0
    while len(failing) < wanted and played < MOST_PLAYED * wanted:
        block = np.arange(played, played + wanted)
        failing = np.concatenate([failing, block[failure.which(_play(scenario, block, seed, parameters))]])
        played += wanted
    if len(failing) > wanted:
        failing = failing[:wanted]
        played = int(failing[-1]) + 1
    return failing, played


def _saved(tried: Scenario, failure: Verdict, replicates: np.ndarray, seed: int | str, parameters: Chosen) -> int:
    """How many of these replicates do not fail under the scenario as tried."""
    return int(np.sum(~failure.which(_play(tried, replicates, seed, parameters))))


def _play(scenario: Scenario, replicates: np.ndarray, seed: int | str, parameters: Chosen) -> pd.DataFrame:
    """Outcomes of some replicates of a scenario, one row each."""
    firm = FirmTable([scenario])
    key = np.array(seed_key(seed), np.uint64)
    parts = []
    for low in range(0, len(replicates), RUNS_IN_ONE_CALL):
        part = replicates[low : low + RUNS_IN_ONE_CALL]
        zeros = np.zeros(len(part), np.int64)
        table, arms = parameters.arms(firm, zeros, parameters.drawn(seed, zeros, part))
        parts.append(kernel.run_batch(table.rows, table.starts, arms, zeros, part, np.tile(key, (len(part), 1))))
    return pd.DataFrame(np.concatenate(parts), columns=list(OUTCOMES))


def _table(found: dict[int, int], replicates: int) -> pd.DataFrame:
    rows = []
    for week, saved in sorted(found.items()):
        low, high = share_interval(saved, replicates)
        rows.append((week, saved, replicates, saved / replicates, low, high, saved >= ENOUGH * replicates))
    columns = ["week", "saved", "replicates", "share", "low", "high", "saves"]
    return pd.DataFrame(rows, columns=columns).astype({"saves": bool})
