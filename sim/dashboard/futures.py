"""The same firm under other lucks: in how many futures it fails, and between what its weeks lie in most of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy.stats import binomtest

from tandem.sim.dashboard.series import SERIES, listed, table
from tandem.sim.dashboard.specification import SEED, Specification
from tandem.sim.dashboard.verdict import fails, rules
from tandem.sim.results import simulate, simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.story import Verdict

FUTURES = 200
BAND_FUTURES = 60
BAND = (0.1, 0.9)  # 80% of futures
HUNDRED = 100
TRIAL_FUTURES = 40


def odds(scenario: Scenario, failure: Verdict, futures: int) -> dict[str, Any]:
    """In how many of `futures` lucks the scenario fails, with its 95% Wilson interval as shares."""
    outcomes = simulate_batch(scenario, futures, SEED, threads=False).outcomes
    failing = sum(fails(outcomes, failure))
    interval = binomtest(failing, futures).proportion_ci(0.95, method="wilson")
    return {"n": futures, "failing": failing, "low": round(interval.low, 4), "high": round(interval.high, 4)}


def luck_check(specification: Specification) -> dict[str, Any]:
    """The firm as it stands on the screen, under 200 lucks."""
    failure = rules(specification.case)[0]
    return odds(specification.scenario, failure, FUTURES)


def case_odds(specification: Specification) -> dict[str, Any]:
    """The case as written, untouched and with its intervention in its week: fails in k and in l of 100."""
    firm = Specification(specification.case).scenario
    failure = rules(specification.case)[0]
    told: dict[str, Any] = {"untouched": odds(firm, failure, HUNDRED)}
    if firm.story.intervention is not None:
        told |= {"planned": odds(firm.branch("intervention"), failure, HUNDRED), "week": firm.story.intervention.week}
    return told


def bands(specification: Specification) -> dict[str, Any]:
    """Low and high of each series, week by week, between which four futures in five lie."""
    scenario, names = specification.scenario, tuple(SERIES)
    runs = []
    for luck in range(BAND_FUTURES):
        runs.append(table(simulate(scenario, SEED, luck), names))
        time.sleep(0)  # another thread may be answering a slider
    with np.errstate(all="ignore"):
        low, high = np.quantile(np.array(runs), BAND, axis=0)
    return {
        "n": BAND_FUTURES,
        "low": {name: listed(low[row]) for row, name in enumerate(names)},
        "high": {name: listed(high[row]) for row, name in enumerate(names)},
    }
