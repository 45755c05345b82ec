"""Mechanisms that are off by default, played by hand: one matter, one firm, one week."""

import numpy as np
import pytest

from tandem.sim import Scenario
from tandem.sim.kernel import start_world
from tandem.sim.phases.arrivals import settle_claims
from tandem.sim.phases.deliberation import deliberate
from tandem.sim.phases.market import respond
from tandem.sim.state import (
    AND,
    AS_CHARTERED,
    AVERAGE,
    BUDGET,
    CEO,
    COO,
    DOUBLE,
    KEY_CLIENT,
    LEAD,
    NEW,
    ORPHAN,
    QUEUED,
    SETTLED,
    SOLE,
    UNCLAIMED,
    UNILATERAL,
    VOTE,
)


def firm(role_model: str = "co-pilot", **on: object) -> Scenario:
    """A split in the baseline with switches and values set (dots written as double underscores)."""
    return Scenario.of(role_model=role_model).with_({path.replace("__", "."): value for path, value in on.items()})


def with_matter(scenario: Scenario, domain: int = BUDGET, **fields: object) -> np.ndarray:
    """The firm at its start, with one new matter in the domain; returns its world."""
    world = start_world(scenario.records(), 1)
    world["firm"]["week"] = 1
    world["firm"]["decision_count"] = 1
    matter = world["decisions"][0, 0:1]
    matter["uid"], matter["domain"], matter["status"], matter["author"] = 128 + 16 * domain, domain, NEW, -1
    for name, value in fields.items():
        matter[name] = value
    return world


# -- shared claims -----------------------------------------------------------------------------

OURS, MINE, OTHERS = 1, 2, 0


@pytest.mark.parametrize("rule", ["and", "average", "vote"])
@pytest.mark.parametrize(
    ("claims", "status", "path", "sole"),
    [
        ((OURS, OURS), QUEUED, AS_CHARTERED, False),
        ((MINE, OURS), QUEUED, DOUBLE, True),
        ((OURS, MINE), QUEUED, DOUBLE, True),
        ((MINE, MINE), QUEUED, DOUBLE, True),
        ((MINE, OTHERS), QUEUED, UNILATERAL, True),
        ((OTHERS, MINE), QUEUED, UNILATERAL, True),
        ((OURS, OTHERS), ORPHAN, UNCLAIMED, False),
        ((OTHERS, OURS), ORPHAN, UNCLAIMED, False),
        ((OTHERS, OTHERS), ORPHAN, UNCLAIMED, False),
    ],
)
def test_two_claims_on_a_joint_matter(rule, claims, status, path, sole):
    world = with_matter(firm(switches__shared_claims=True, charter__budget__rule=rule), claim=claims)
    settle_claims(world)
    matter = world["decisions"][0, 0]
    assert (matter["status"], matter["path"]) == (status, path)
    assert matter["rule"] == (SOLE if sole else {"and": AND, "average": AVERAGE, "vote": VOTE}[rule])
    if path == UNILATERAL:
        assert matter["decider"] == (CEO if claims[0] == MINE else COO)
    if path == DOUBLE:  # both spend the hours
        assert min(matter["effort_left"][:2]) > 0


# -- calendar ----------------------------------------------------------------------------------


def concluded(meetings: int, weeks: int, **on: object) -> float:
    """Share of 400 joint matters, prepared in one week of so many meetings, that are concluded within the weeks."""
    done = 0
    for place in range(400):
        world = with_matter(firm(**on), status=QUEUED, rule=AVERAGE, uid=place, effort_left=(0.0, 0.0, 0.0))
        world["firm"]["meetings"] = meetings
        for _ in range(weeks):
            world["firm"]["agenda_hours"] = 10.0
            deliberate(world)
        done += int(world["decisions"]["status"][0, 0] == SETTLED)
    return done / 400


def test_what_is_prepared_waits_for_a_meeting():
    on = {"switches__calendar": True, "judgment__tolerance": 3.0}
    assert concluded(1, 1, **on) == pytest.approx(0.5, abs=0.1)  # 4 standard errors
    assert concluded(4, 1, **on) == pytest.approx(0.875, abs=0.07)
    assert concluded(0, 1, **on) == 0.0
    assert concluded(1, 2, **on) == 1.0  # the next meeting takes it
    assert concluded(1, 1, judgment__tolerance=3.0) == 1.0  # without the calendar


@pytest.mark.parametrize(
    ("role_model", "rule", "waits"),
    [("co-pilot", "and", (False, True)), ("co-pilot", "average", (False, False)), ("co-pilot", "sole", (True, True))],
)
def test_who_decides_without_context_waits(role_model, rule, waits):
    """Full overlap and no common ground: who can lack context does."""
    for on, wanted in zip((False, True), waits):
        world = with_matter(firm(role_model, switches__calendar=on, charter__budget__rule=rule, dyad__common_ground=0.0))
        world["decisions"]["claim"][0, 0] = (1, 1) if rule != "sole" else (1, 0)
        settle_claims(world)
        assert bool(world["decisions"]["waiting"][0, 0]) == wanted


def test_a_leader_alone_waits_for_context_too():
    for on in (False, True):
        world = with_matter(firm("no-coo", switches__calendar=on, dyad__common_ground=0.0), claim=(1, 0))
        settle_claims(world)
        assert bool(world["decisions"]["waiting"][0, 0]) == on


# -- hours of the marketing lead ---------------------------------------------------------------


def test_what_the_team_decides_takes_the_leads_hours():
    """Key clients need market and operations skill: the lead's .3 x .65 + .05 x .6 + .65 x .5 = .55 makes 3 hours 3.3."""
    for on in (False, True):
        world = with_matter(firm(switches__team_hours=on, charter__key_client__rule="team"), domain=KEY_CLIENT)
        settle_claims(world)
        assert world["decisions"]["effort_left"][0, 0].tolist() == pytest.approx([0.0, 0.0, 3.3 if on else 0.0])
        deliberate(world)  # before anybody has planned hours
        assert (world["decisions"]["status"][0, 0] == SETTLED) != on
        world["leaders"]["hours_left"][0, LEAD] = 4.0
        deliberate(world)
        assert world["decisions"]["status"][0, 0] == SETTLED
        assert world["leaders"]["hours_left"][0, LEAD] == pytest.approx(4.0 - (3.3 if on else 0.0))


# -- whom customers wait for -------------------------------------------------------------------


def test_customers_wait_for_sales_and_service():
    """Six teams, three of them marketing: 30 weeks of backlog there and 2 elsewhere are 2 weeks for customers, or 16 in all."""

    def satisfaction(**on):
        world = with_matter(firm(**on))
        world["firm"]["capacity"] = 6.0
        world["teams"]["capacity"][0, :6] = 1.0
        world["teams"]["backlog"][0, :6] = [30.0, 30.0, 30.0, 2.0, 2.0, 2.0]
        respond(world)
        return world["firm"]["satisfaction"][0]

    # Noticed beyond 3 weeks, half of .35 at 10 more: 16 weeks cost .35 x 13 / 23, a tenth of which is felt in a week.
    assert satisfaction(switches__service_backlog=True) - satisfaction() == pytest.approx(0.1 * 0.35 * 13 / 23)
    assert satisfaction(switches__service_backlog=True, teams=only_marketing()) == pytest.approx(
        satisfaction(teams=only_marketing())
    )


def only_marketing() -> list[dict]:
    """Six teams that serve nobody."""
    return [{"kind": "marketing"}] * 6
