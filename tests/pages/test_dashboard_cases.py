"""Cases as a room sees them: each fails, and its intervention at the marked week saves at least twenty replicates in a
hundred."""

import pytest

from tandem.sim.dashboard.answers import ANSWERS
from tandem.sim.dashboard.specification import Specification, known
from tandem.sim.dashboard.verdict import rules

CASES = known()["case"]
FAILURES = [name for name in CASES if Specification(name).firm.story.failure is not None]
LEAST_SAVED = 20


def complaints(odds) -> list[str]:
    """What of the promise about a case does not hold."""
    untouched, planned = odds["untouched"], odds["planned"]
    found = [] if untouched["n"] == planned["n"] == 200 else ["not two hundred replicates"]
    if untouched["failing"] - planned["failing"] < LEAST_SAVED:
        found.append(f"fails in {untouched['failing']}, with its intervention in {planned['failing']}")
    for row in (untouched, planned):
        if not 0 <= row["low"] <= row["failing"] / row["n"] <= row["high"] <= 1:
            found.append("no interval")
    return found


@pytest.mark.parametrize("name", FAILURES)
def test_an_intervention_saves_replicates(name):
    assert complaints(ANSWERS["odds"]({"spec": {"case": name}})) == []


def test_an_intervention_that_does_not_help_is_found():
    row = {"n": 100, "failing": 80, "low": 0.7, "high": 0.9}
    assert complaints({"untouched": row, "planned": {**row, "failing": 61, "low": 0.5}}) != []


@pytest.mark.parametrize("name", CASES)
def test_the_luck_on_the_screen_goes_as_the_case_is_told(name):
    case = next(case for case in ANSWERS["catalogue"]({})["cases"] if case["name"] == name)
    run = ANSWERS["run"]({"spec": {"case": name, "luck": case["luck"]}})
    untouched = ANSWERS["odds"]({"spec": {"case": name}})[
        "untouched"
    ]  # one that states no failure ends as most of its futures do
    assert (run["verdict"] == "breaks") == (name in FAILURES or untouched["failing"] > 0.5 * untouched["n"]), rules(name)


def test_ten_cases_stand_on_the_digits():
    keys = [case["key"] for case in ANSWERS["catalogue"]({})["cases"] if case["key"]]
    assert keys == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"]
