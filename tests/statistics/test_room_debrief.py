"""The debrief's figures worked out by another way: paths, months taken back, answers of the quiz with their intervals."""

import numpy as np
import pandas as pd
import pytest

from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.parameter_sets import chosen
from tandem.sim.room import lessons
from tandem.sim.room.debrief import debrief_of, played_out
from tandem.sim.room.lessons import LUCKS, lessons_of
from tandem.sim.series import of_run
from tests.faults.test_room_file import begun, play

CASE = "retail-restructuring"


@pytest.fixture(scope="module")
def session():
    """Four months: in the second nobody chooses."""
    made = begun(None, case=CASE, rounds=4, seats=4)
    play(made, 1)
    made.act("end_round", 0.0)
    made.play()
    made.tell(0.0)
    made.act("next", 0.0)
    play(made, 2, turn=2)
    return made


@pytest.fixture(scope="module")
def told(session):
    return debrief_of(session)


def test_the_other_paths_are_simulate_on_the_same_luck(told):
    own = simulate(CASE, 7, 3)
    shared = simulate(Scenario.load(CASE).with_({"switches.cause_communication": False}), 7, 3)
    for name, run in (("model", own), ("shared", shared)):
        assert told["outcomes"][name]["growth"] == run.outcomes["revenue_growth"]
        assert told["outcomes"][name]["conflict"] == run.outcomes["conflict_rate"]
        assert np.allclose(told["paths"][name]["revenue"], of_run(run, ["revenue"])["revenue"], atol=0.06)
    assert len({told["outcomes"][name]["growth"] for name in ("room", "model", "shared")}) == 3


def test_a_month_taken_back_is_the_session_without_it(session, told):
    whole = played_out(session, session.plans).outcomes
    for number, row in enumerate(told["months"], 1):
        without = list(session.plans)
        without[number - 1] = {}
        again = played_out(session, without).outcomes
        assert row["round"] == number
        assert row["effect"]["growth"] == whole["revenue_growth"] - again["revenue_growth"]
        assert row["effect"]["conflict"] == whole["conflict_rate"] - again["conflict_rate"]
    assert told["months"][1] == {"round": 2, "differs": [], "effect": {"growth": 0.0, "conflict": 0.0}}
    assert any(row["effect"]["growth"] for row in told["months"])
    assert {each["what"] for each in told["months"][0]["differs"]} <= {"hours", "meetings", "matters"}


def test_what_was_misread_was_judged_with_the_wrong_sign(told):
    assert told["misread"] and all(row["thought"] * row["truth"] <= 0.0 for row in told["misread"])
    assert all(each["misread"] <= each["judged"] for each in told["judged"].values()) and told["judged"]["ceo"]["judged"] > 3


def test_the_quiz_is_answered_by_paired_lucks():
    found = lessons_of(CASE, 7, chosen("ensemble"))
    firm = Scenario.load(CASE)
    raised = firm.with_({"levers.skills": firm.values["levers.skills"] + 0.2})
    batch = simulate_batch([firm, raised], LUCKS, 7, paired=True).outcomes["conflict_rate"].to_numpy()
    apart = batch[LUCKS:] - batch[:LUCKS]
    shown = found["conflict"]["effects"]["skills"]
    assert shown["mean"] == pytest.approx(apart.mean()) and shown["low"] < shown["mean"] < shown["high"]
    assert shown["high"] - shown["mean"] == pytest.approx(1.984 * apart.std(ddof=1) / LUCKS**0.5, rel=1e-3)
    assert found["conflict"]["answer"] == "decision_clarity" and found["conflict"]["effects"]["decision_clarity"]["high"] < 0.0


@pytest.mark.parametrize(("gain", "answer"), [(0.0, None), (0.02, None), (1.0, "skills")])
def test_an_answer_is_given_only_where_one_option_beats_all(gain, answer):
    luck = np.random.default_rng(3)
    base = luck.normal(size=LUCKS)
    other, best = (base - 1.0 + 0.3 * luck.normal(size=LUCKS) for _ in range(2))
    tables = {"": base, "skills": best - gain, "adaptation": other}
    found = lessons._lesson(
        "conflict", {name: pd.DataFrame({"conflict_rate": each}) for name, each in tables.items()}, "conflict_rate", -1
    )
    assert found["answer"] == answer
    assert ("Undecided" in found["sentence"]["en"]) == (answer is None) == ("Indécis" in found["sentence"]["fr"])
    nothing = {"": base, "skills": base + 0.3 * luck.normal(size=LUCKS), "adaptation": base + 5.0}
    found = lessons._lesson(
        "conflict", {name: pd.DataFrame({"conflict_rate": each}) for name, each in nothing.items()}, "conflict_rate", -1
    )
    assert found["answer"] is None  # it beats the other option, but not doing nothing
