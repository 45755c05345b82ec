"""What happens late in a week is felt in the next: nothing that a rule waits for is cleared before it is read."""

import numpy as np
import pytest

from tandem.sim import Scenario
from tandem.sim.kernel import start_world, step_week

FIRM = Scenario.of(role_model="visionary-catalyst", context="innovative").with_({"levers.adaptation": 1.0, "quarters": 12})
TIMELINE = FIRM.records()
BUSY = FIRM.with_({"execution.load": 3.0}).records()


def twins(timeline, touch, weeks=30, seed=4):
    """The firm after some weeks and one more, played as it is and with `touch` done to its twin before the last."""
    world = start_world(timeline, seed)
    for _ in range(weeks):
        step_week(world, timeline, 0, len(timeline))
    other = world.copy()
    touch(other)
    for each in (world, other):
        step_week(each, timeline, 0, len(timeline))
    return world, other


@pytest.mark.parametrize(("what", "much", "step"), [("launched", 2.0, 0.02), ("stopped_late", 3.0, -0.06)])
def test_launches_raise_morale_and_late_stops_lower_it(what, much, step):
    def touch(world):
        world["teams"][what][0, 0] += much

    plain, touched = twins(TIMELINE, touch)
    change = touched["teams"]["morale"][0] - plain["teams"]["morale"][0]
    assert change[0] == pytest.approx(step, rel=0.02)  # spare hours of the COO mend a little of it
    assert np.abs(change[1:]).max() < 1e-3
    assert touched["teams"][what][0, 0] == plain["teams"][what][0, 0]  # felt once


def test_moving_the_budget_takes_work_in_the_week_after():
    def touch(world):
        world["firm"]["move_work"] = 4.0

    plain, touched = twins(BUSY, touch)
    assert touched["firm"]["work_done"][0] < plain["firm"]["work_done"][0] - 0.5
    assert touched["firm"]["backlog"][0] == plain["firm"]["backlog"][0]  # counted before the work


def test_launches_and_moves_happen_in_a_run():
    """Else the tests above would test what never occurs."""
    world = start_world(TIMELINE, 4)
    seen = np.zeros(3)
    for _ in range(156):
        step_week(world, TIMELINE, 0, len(TIMELINE))
        seen += [world["teams"]["launched"].sum(), world["teams"]["stopped_late"].sum(), world["firm"]["move_work"].sum()]
    assert (seen > 0.0).all(), seen
