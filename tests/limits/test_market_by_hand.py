"""Mechanisms of the market, played by hand: presence, coherence, the path of growth, product lines."""

import math

import numpy as np
import pytest
from by_hand import firm, with_matter

from tandem.sim import Scenario, simulate_batch
from tandem.sim.kernel import start_world
from tandem.sim.phases.closing import close_week
from tandem.sim.phases.execution import execute
from tandem.sim.phases.market import respond
from tandem.sim.phases.opening import drift_environment
from tandem.sim.state import BRAND, CAMPAIGN, CEO, KEY_CLIENT, WORKING

SURE = {"switches__customer_luck": False}


def leads(world: np.ndarray) -> float:
    """Leads of the week that the market gives."""
    respond(world)
    return float(world["firm"]["leads"][0])


# -- the CEO outside ---------------------------------------------------------------------------


def test_presence_follows_the_hours_left_and_sells():
    """Half of the four hours wanted by a CEO of usual skill: presence moves from .8 towards .5 by .08; full against none makes
    .23 of demand."""
    world = start_world(firm(ceo__skills__market=0.6, **SURE).records(), 1)
    world["leaders"]["hours_left"][0, CEO] = 2.0
    world["firm"]["standing_error"][0, KEY_CLIENT] = 1.0
    close_week(world)
    assert world["firm"]["presence"][0] == pytest.approx(0.8 + 0.08 * (0.5 - 0.8))
    assert world["firm"]["standing_error"][0, KEY_CLIENT] == pytest.approx(1.0 - 0.03 * 0.5)
    plain, seen = (start_world(firm(switches__outside_role=on, **SURE).records(), 1) for on in (False, True))
    for place in (plain, seen):
        place["firm"]["presence"] = 0.3
    assert leads(seen) / leads(plain) == pytest.approx(1.0 - 0.23 * 0.5)


@pytest.mark.parametrize(("skill", "hours"), [(0.6, 4.0), (0.8, 2.4), (0.2, 7.2), (1.0, 1.6)])
def test_a_skilled_marketer_needs_fewer_hours_outside(skill, hours):
    """Four hours for a usual skill of .6, and 2 x 4 more for each full skill less: full presence takes as many, half of them
    half."""
    for given, share in ((hours, 1.0), (0.5 * hours, 0.5), (2.0 * hours, 1.0)):
        world = start_world(firm(ceo__skills__market=skill, **SURE).records(), 1)
        world["leaders"]["hours_left"][0, CEO] = given
        close_week(world)
        assert world["firm"]["presence"][0] == pytest.approx(0.8 + 0.08 * (share - 0.8))


def test_without_the_mechanism_presence_stays():
    world = start_world(firm(switches__outside_role=False, **SURE).records(), 1)
    world["leaders"]["hours_left"][0, CEO] = 0.0
    close_week(world)
    assert world["firm"]["presence"][0] == 0.8


# -- coherence ---------------------------------------------------------------------------------


def test_launches_that_say_one_thing_make_a_brand_coherent():
    """A launch neutral to the brand: .6 moves to .5 by .05."""
    for on, expected in ((False, 0.6), (True, 0.595)):
        world = with_matter(firm(switches__coherence=on))
        world["firm"]["project_count"], world["firm"]["week"] = 1, 3
        project = world["projects"][0, 0:1]
        project["domain"], project["status"], project["quality"], project["work"] = CAMPAIGN, WORKING, 1.0, 5.0
        project["attributes"][0, BRAND] = 0.0
        project["next"] = -1
        execute(world)
        assert world["firm"]["coherence"][0] == pytest.approx(expected)


def test_a_coherent_brand_sells_more_of_its_awareness():
    """Awareness of .4 on a base of .35: with .2 more of coherence at a gain of .5 a tenth more of the .4 counts."""
    plain, coherent = (start_world(firm(switches__coherence=on, **SURE).records(), 1) for on in (False, True))
    coherent["firm"]["coherence"] = 0.8
    assert leads(coherent) / leads(plain) == pytest.approx((0.35 + 0.44) / (0.35 + 0.4), rel=1e-2)


# -- the path of growth ------------------------------------------------------------------------


def test_the_line_of_business_comes_of_age_and_rivals_follow_who_outgrows_it():
    world = start_world(firm(switches__drift=False, switches__jumps=False).records(), 1)
    world["firm"]["week"] = 52
    world["firm"]["customers"] = 8000.0 * math.e
    drift_environment(world)
    grown = (0.03 + (math.log(1.1) - 0.03) * math.exp(-0.25)) / 52.0
    assert world["firm"]["path"][0] == pytest.approx(grown)
    assert world["firm"]["rivalry"][0] == pytest.approx((1.0 - grown) / 104.0)  # entry takes two years to answer
    assert world["firm"]["yardstick"][0] == pytest.approx(1.0 - 0.005 * 0.6)


def test_a_firm_on_the_path_needs_the_demand_to_stay_on_it():
    """Twice the line of business with twice the customers: twice the leads, as at the start, by a year at the same growth."""
    usual = {"market__mature_growth": 0.08, "market__target_growth": math.exp(0.08) - 1.0, **SURE}
    plain, later = (start_world(firm(**usual).records(), 1) for _ in range(2))
    later["firm"]["path"], later["firm"]["customers"] = math.log(2.0), 16000.0
    assert leads(later) == pytest.approx(2.0 * leads(plain))


def test_rivals_take_demand_and_spending_grows_with_the_line_of_business():
    plain, rivalled = (start_world(firm(**SURE).records(), 1) for _ in range(2))
    rivalled["firm"]["rivalry"] = 1.0
    assert leads(rivalled) / leads(plain) == pytest.approx(math.exp(-0.5))
    for customers, multiple in ((40_000.0, 3.0), (8000.0, 1.0)):  # as the line of business grew, but no more than the firm did
        larger = start_world(firm(**SURE).records(), 1)
        larger["firm"]["path"], larger["firm"]["customers"] = math.log(3.0), customers
        respond(larger)
        work = 1.5 * 6 * 1.85
        budgets = [float(world["firm"]["spend"][0]) - work for world in (plain, larger)]
        assert budgets[1] / budgets[0] == pytest.approx(multiple, rel=0.01)


def test_a_team_with_twice_the_backlog_hires_and_its_people_are_paid():
    for on, heads in ((False, 1.85), (True, 1.85 * (1.0 + 0.5 / 52.0))):
        world = start_world(firm(switches__growth_path=on).records(), 1)
        world["teams"]["rework"][0, 0] = 50.0
        before = float(world["teams"]["headcount"][0, :6].sum())
        execute(world)
        assert world["teams"]["headcount"][0, 0] == pytest.approx(heads)
        assert (float(world["teams"]["headcount"][0, :6].sum()) == before) != on


@pytest.mark.parametrize("context", ["baseline", "rapid-growth", "agile"])
def test_forty_years_stay_plausible(context):
    scenario = Scenario.of(role_model="strategist-executor", context=context)
    grown = simulate_batch(scenario.with_({"quarters": 160}), 20, 1, parameters="declared").outcomes["revenue_growth"]
    assert grown.between(-0.03, 0.12).mean() >= 0.9  # per year, over all of them
    assert float(np.max((1.0 + grown) ** 40)) < 1000


# -- product lines -----------------------------------------------------------------------------


def share(customers: float, replicate: int = 0, **on: object) -> float:
    """Root of the summed squared shares of the lines of a firm with so many customers."""
    records = firm(market__customers=customers, **on).records()
    return float(start_world(records, 1, replicate=replicate)["firm"]["line_share"][0])


def test_a_firm_has_as_many_lines_as_its_size_asks_for():
    assert share(100.0) == 1.0
    assert share(3200.0, market__line_spread=0.0) == pytest.approx(0.5)  # four of like size
    assert share(800.0 * 1e4, market__line_spread=0.0) == pytest.approx(1.0 / 16.0)  # 256 and no more
    unlike = np.mean([share(3200.0, replicate) for replicate in range(30)])
    assert 0.5 < unlike < 0.9
    assert np.mean([share(32000.0, replicate) for replicate in range(30)]) < unlike - 0.1


def test_lines_wander_and_large_firms_less():
    spread = []
    for customers in (800.0, 80_000.0):
        changes = {"market.customers": customers, "switches.customer_luck": False, "quarters": 8}
        scenario = firm().with_(changes)
        plain = scenario.with_({"switches.product_lines": False})
        grown = [simulate_batch(one, 200, 3, parameters="declared").outcomes["revenue_growth"] for one in (scenario, plain)]
        spread.append(float(np.std(grown[0] - grown[1])))
        assert abs(float(np.mean(grown[0] - grown[1]))) < 4 * spread[-1] / 200**0.5 + 0.01  # luck has next to no mean
    assert spread[0] > 1.5 * spread[1]
