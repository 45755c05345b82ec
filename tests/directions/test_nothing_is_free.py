"""Practices cost hours, capacity or money, and their price is what bounds them."""

import pytest

from tandem.experiments.validation.free_lunch import FREE, PLACES, best, loss_at_full, profits
from tandem.sim import Scenario, simulate_batch
from tandem.sim.intervals import paired_difference

BASE = Scenario.of(role_model="co-pilot", context="baseline")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.lever)
def test_a_lever_has_a_level_beyond_which_more_does_not_help(place):
    found = profits(place, 600, 3, parameters="declared")
    gain, low, _ = loss_at_full(found)
    assert best(found) < 1.0
    assert low > 0.0, f"{place.lever}: {best(found)} earns {gain} more than 1"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.lever)
def test_without_prices_the_optimum_moves_to_one(place):
    found = profits(place, 600, 3, FREE, "declared")
    gain, low, _ = loss_at_full(found)
    assert low <= 0.0, f"{place.lever}: even free, {best(found)} earns {gain} more than 1"


@pytest.mark.parametrize(
    ("change", "outcome", "sign"),
    [
        ({"communication.meetings_per_week": 3.0}, "ceo_hours", 1),
        ({"clarity.documentation": 1.0}, "coo_hours", 1),
        ({"training.hours_per_week": 4.0}, "marketing_spend_share", 1),
        ({"training.hours_per_week": 4.0}, "ceo_hours", 1),
        ({"targets.specificity": 1.0}, "ceo_hours", 1),
        ({"adaptation.review_interval_weeks": 2.0}, "coo_hours", 1),
        ({"training.team_share": 0.2}, "backlog_weeks", 1),
    ],
)
def test_a_practice_takes_what_it_costs(change, outcome, sign):
    first, second = (
        simulate_batch(s, runs=300, seed=1, parameters="declared").outcomes[outcome].to_numpy()
        for s in (BASE, BASE.with_(change))
    )
    difference, _, _, error, _ = paired_difference(first, second)
    assert sign * difference > 4 * error, f"{change}: {outcome} moves by {difference} (standard error {error})"


def test_reports_take_capacity():
    louder = BASE.with_({f"teams.{team}.reporting_per_week": 5.0 for team in range(6)})
    first, second = (
        simulate_batch(s, runs=300, seed=1, parameters="declared").outcomes["backlog_weeks"].to_numpy() for s in (BASE, louder)
    )
    difference, _, _, error, _ = paired_difference(first, second)
    assert difference > 4 * error


def test_joint_decisions_take_meeting_time():
    free = BASE.with_({"communication.joint_share": 0.0, "execution.load": 2.0})
    dear = BASE.with_({"communication.joint_share": 0.3, "execution.load": 2.0})
    first, second = (
        simulate_batch(s, runs=200, seed=1, parameters="declared").outcomes["decision_delay_weeks"].to_numpy()
        for s in (free, dear)
    )
    difference, _, _, error, _ = paired_difference(first, second)
    assert difference > 4 * error
