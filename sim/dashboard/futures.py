"""The same firm under other replicates: in how many futures it fails, and between what its weeks lie in most of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tandem.sim.dashboard.specification import SEED, Specification
from tandem.sim.dashboard.verdict import rules
from tandem.sim.intervals import share_interval
from tandem.sim.parameter_sets import Chosen
from tandem.sim.results import simulate, simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.story import Verdict
from tandem.sim.series import band, listed, of_run, own_series

FUTURES = 200  # wherever a share of failures is told: one denominator
BAND_FUTURES = 60


def odds(scenario: Scenario, failure: Verdict, futures: int, parameters: Chosen) -> dict[str, Any]:
    """In how many of `futures` replicates the scenario fails, with its 95% Wilson interval as shares."""
    outcomes = simulate_batch(scenario, futures, SEED, threads=False, parameters=parameters).outcomes
    failing = int(failure.which(outcomes).sum())
    low, high = share_interval(failing, futures)
    return {"n": futures, "failing": failing, "low": round(low, 4), "high": round(high, 4)}


def luck_check(specification: Specification, parameters: Chosen) -> dict[str, Any]:
    """The firm as it stands on the screen, under 200 replicates."""
    failure = rules(specification.case)[0]
    return odds(specification.scenario, failure, FUTURES, parameters)


def case_odds(specification: Specification, parameters: Chosen) -> dict[str, Any]:
    """The case as written, untouched and with its intervention in its week: fails in k and in l of 200."""
    firm = Specification(specification.case).scenario
    failure = rules(specification.case)[0]
    told: dict[str, Any] = {"untouched": odds(firm, failure, FUTURES, parameters)}
    if firm.story.intervention is not None:
        told |= {"planned": odds(firm.branch("intervention"), failure, FUTURES, parameters), "week": firm.story.intervention.week}
    return told


def bands(specification: Specification, parameters: Chosen) -> dict[str, Any]:
    """Low and high of each series, week by week, between which four futures in five lie."""
    runs = []
    for luck in range(BAND_FUTURES):
        played = simulate(specification.scenario, SEED, luck, parameters=parameters)
        runs.append({**of_run(played), **own_series(played)})
        time.sleep(0)  # another thread may be answering a slider
    spread = {name: band(np.array([run[name] for run in runs])) for name in runs[0]}
    return {
        "n": BAND_FUTURES,
        "low": {name: listed(low) for name, (low, _) in spread.items()},
        "high": {name: listed(high) for name, (_, high) in spread.items()},
    }
