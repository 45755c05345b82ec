"""Advice for one firm: paired, undecided where it is, confirmed by fresh luck, and refused in one line."""

import pytest

from experiments.advice import LEVELS, advise
from experiments.commands.main import status
from experiments.uncertainty import play
from sim import Scenario
from sim.comparison import paired_difference


@pytest.fixture(scope="module")
def found():
    return advise(Scenario.load("silence").with_({"quarters": 6}), runs=200, seed=3)


def test_the_first_lever_is_confirmed_by_fresh_luck(found):
    lever = found.first_lever
    assert lever is not None
    row = found.levers.set_index("lever").loc[lever]
    raised = found.scenario.with_({f"levers.{lever}": row["level"] + found.step})
    fresh = [play(scenario, 200, seed=99).outcomes["revenue_growth"].to_numpy() for scenario in (found.scenario, raised)]
    change, low, _, _, _ = paired_difference(*fresh)
    assert low > 0.0
    assert abs(change - row["growth_change"]) < 5 * (row["growth_high"] - row["growth_low"]) / 1.96


def test_what_is_undecided_is_said(found):
    told = " ".join(found.paragraphs())
    if found.best_split is None:
        assert "undecided" in told
    assert found.levers["growth_change"].dropna().is_monotonic_decreasing
    assert list(found.levels["level"]) == list(LEVELS)


def test_a_lever_set_by_hand_is_named(found):
    assert any("by hand" in paragraph for paragraph in found.paragraphs())
    assert found.levers.set_index("lever").at["communication", "growth_change"] == 0.0


def test_a_firm_at_its_top_has_no_lever_to_raise():
    top = Scenario.of(role_model="co-pilot").with_({"quarters": 2, **{f"levers.{lever}": 1.0 for lever in (
        "smart_goals", "communication", "decision_clarity", "skills", "adaptation")}})  # fmt: skip
    found = advise(top, runs=50)
    assert found.first_lever is None
    assert "No single lever" in " ".join(found.paragraphs())


def test_a_misspelt_firm_is_one_line(capsys):
    assert status(["advise", "silense"]) == 2
    assert "silence" in capsys.readouterr().err
