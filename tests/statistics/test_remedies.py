"""What a case's story offers is tried on the same replicates, and its effect said even if there is none."""

import pytest

from tandem.experiments.advice.remedies import remedies
from tandem.sim import Scenario
from tandem.sim.scenario import ScenarioError


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
