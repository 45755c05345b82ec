"""What a case's story offers is tried on the same replicates, and its effect said even if there is none."""

import numpy as np
import pytest

from tandem.experiments.advice.remedies import paired, remedies
from tandem.sim import Scenario
from tandem.sim.scenario import ScenarioError


def test_the_paired_interval_by_hand():
    # Of 8 pairs, 5 fail only in the second. With half a pair added either way: (0.5 - 5.5) / 10, and the variance of the
    # difference is (6 - 25 / 10) / 100.
    first, second = np.zeros(8, bool), np.array([True] * 5 + [False] * 3)
    low, difference, high = paired(first, second)
    assert difference == -5 / 8
    assert low == pytest.approx(-0.5 - 1.959964 * np.sqrt(6 - 2.5) / 10)
    assert high == pytest.approx(-0.5 + 1.959964 * np.sqrt(6 - 2.5) / 10)


def test_pairs_that_all_agree_still_leave_doubt():
    low, difference, high = paired(np.ones(50, bool), np.ones(50, bool))
    assert difference == 0.0
    assert low < 0.0 < high


@pytest.fixture(scope="module")
def weakness():
    return remedies(Scenario.load("visionary-catalyst-weakness"), replicates=100)


def test_every_part_of_the_story_is_tried(weakness):
    assert [effect.part for effect in weakness.effects] == ["cause", "intervention", "remedy"]
    assert weakness.low <= weakness.share <= weakness.high
    cause = weakness.effects[0]
    assert cause.difference == pytest.approx(cause.share - weakness.share)
    assert cause.high < 0.0


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_effects_are_told_with_their_interval(weakness, lang):
    told = weakness.paragraphs(lang)
    assert len(told) == 4
    assert all("95" in paragraph for paragraph in told)


def test_a_scenario_without_failure_has_none():
    with pytest.raises(ScenarioError, match="failure"):
        remedies(Scenario.of(role_model="co-pilot"))
