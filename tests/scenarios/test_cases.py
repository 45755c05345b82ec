"""Cases: a failure case fails, its cause is what makes it fail, and a weakness offers the remedy the article names."""

import numpy as np
import pytest

from tandem.sim import Scenario, simulate_batch
from tandem.sim.scenario import catalogue

REPLICATES, SEED = 500, 11
CASES = [entry.name for entry in catalogue() if entry.kind == "case"]
FAILURES = [name for name in CASES if Scenario.load(name).story.failure is not None]
WEAKNESSES = [name for name in CASES if name.endswith("-weakness")]


def share_failing(scenario, failure, parameters) -> float:
    """Share of replicates in which a scenario fails by these conditions."""
    outcomes = simulate_batch(scenario, runs=REPLICATES, seed=SEED, parameters=parameters).outcomes
    return float(np.mean([failure.holds(row) for row in outcomes.to_dict("records")]))


def test_the_catalogue_has_what_was_promised():
    kinds = [entry.kind for entry in catalogue()]
    assert (kinds.count("role_model"), kinds.count("context")) == (6, 5)
    assert kinds.count("case") >= 10 and len(FAILURES) >= 10 and len(WEAKNESSES) == 4


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_case_fails_and_its_cause_is_why(name):
    """As the model declares, where the cases were written."""
    scenario = Scenario.load(name)
    story = scenario.story
    failing = share_failing(scenario, story.failure, "declared")
    assert failing >= 0.7, f"{name}: only {failing:.0%} of replicates fail"
    without = share_failing(scenario.with_(dict(story.cause.set)), story.failure, "declared")
    assert failing - without >= 0.2, f"{name}: {failing:.0%} fail, {without:.0%} without its cause"


@pytest.mark.parametrize("name", FAILURES)
def test_with_what_calibration_leaves_open_most_still_fail_and_the_cause_still_tells(name):
    """Under the ensemble: more than half fail, and decidedly more than without the cause (two standard errors)."""
    scenario = Scenario.load(name)
    story = scenario.story
    failing = share_failing(scenario, story.failure, "ensemble")
    without = share_failing(scenario.with_(dict(story.cause.set)), story.failure, "ensemble")
    assert failing > 0.5, f"{name}: only {failing:.0%} of replicates fail"
    error = ((failing * (1 - failing) + without * (1 - without)) / REPLICATES) ** 0.5
    assert failing - without > 2 * error, f"{name}: {failing:.0%} fail, {without:.0%} without its cause"


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_told_in_both_languages(name):
    story = Scenario.load(name).story
    for text in (story.title, story.story, story.teaches):
        assert text.en and text.fr and text.en != text.fr
    assert story.sources
    if story.failure is not None:
        assert story.failure.reason.en and all(condition.reason.fr for condition in story.failure.conditions)
        assert story.intervention.week >= 1 and story.intervention.set


@pytest.mark.parametrize("name", WEAKNESSES)
def test_a_weakness_offers_its_remedy(name):
    scenario = Scenario.load(name)
    remedied = scenario.with_(dict(scenario.story.remedy.set))
    assert remedied.digest != scenario.digest


def test_the_success_case_succeeds_and_says_whose_post_it_was():
    scenario = Scenario.load("success-story")
    outcomes = simulate_batch(scenario, runs=200, seed=SEED).outcomes
    assert (outcomes.revenue_growth > 0.15).mean() > 0.9
    assert "Sherman" in scenario.story.notes.en and "Sherman" in scenario.story.notes.fr
