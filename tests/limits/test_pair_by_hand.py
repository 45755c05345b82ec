"""Mechanisms of the pair, played by hand: beliefs, trust, debate, debriefs, who carries out."""

import numpy as np
import pytest
from by_hand import firm, with_matter

from tandem.sim import simulate
from tandem.sim.kernel import start_world
from tandem.sim.phases.arrivals import settle_claims
from tandem.sim.phases.closing import close_week
from tandem.sim.phases.conclusion import conclude
from tandem.sim.phases.deliberation import deliberate
from tandem.sim.phases.execution import execute
from tandem.sim.phases.hours import choose_hours, meet
from tandem.sim.phases.negotiation import negotiate
from tandem.sim.phases.opening import open_week
from tandem.sim.phases.review import review
from tandem.sim.state import (
    AND,
    AVERAGE,
    BUDGET,
    CEO,
    CONTESTED,
    COO,
    LEAD,
    MEDIATION,
    POSITIONING,
    QUEUED,
    SETTLED,
    SOLE,
    TEAM_RULE,
    VOTE,
)

EXECUTOR = "strategist-executor"


# -- whom a charter names ----------------------------------------------------------------------


def test_whom_the_charter_names_starts_with_a_quarter_of_the_doubt():
    """A charter of .81 leaves each reader .1 of doubt; positioning is the CEO's alone."""
    for on, owner in ((False, 0.9), (True, 0.975)):
        world = start_world(firm(EXECUTOR, switches__owner_certainty=on, clarity__charter=0.81).records(), 1)
        beliefs = world["leaders"]["beliefs"][0]
        assert beliefs[CEO, POSITIONING] == pytest.approx(owner) and beliefs[COO, POSITIONING] == pytest.approx(0.1)
        assert world["firm"]["clarity"][0, POSITIONING] == pytest.approx(owner * 0.9)


def test_a_joint_domain_has_no_owner_to_be_sure():
    world = start_world(firm("co-pilot", clarity__charter=0.81).records(), 1)
    assert world["leaders"]["beliefs"][0, :2, BUDGET].tolist() == pytest.approx([0.9, 0.9])


QUIET = {"clarity__documentation": 0.0, "clarity__grabbing": 0.0, "clarity__forgetting": 0.1, "dyad__precedents": 0.0}


def test_what_he_read_fades_to_acting_unless_he_doubts():
    for on, end in ((False, 0.5), (True, 0.875)):
        world = start_world(firm(EXECUTOR, switches__owner_certainty=on, **QUIET).records(), 1)
        world["leaders"]["beliefs"] = 1.0
        close_week(world)
        beliefs = world["leaders"]["beliefs"][0]
        assert beliefs[CEO, POSITIONING] == pytest.approx(1.0 + 0.1 * (end - 1.0))
        assert beliefs[COO, POSITIONING] == pytest.approx(0.95)


# -- reliance ----------------------------------------------------------------------------------

EVEN = {"dyad__reliance_threshold": 0.5, "dyad__reliance_width": 0.06, "culture__trust": 0.5, "dyad__trust": 0.5}


def test_agreement_alone_earns_no_trust_where_reliance_must_come_true():
    for on in (False, True):
        world = with_matter(firm(switches__reliance=on, **EVEN), status=SETTLED, rule=AVERAGE, decider=CEO)
        conclude(world)
        assert (world["leaders"]["trust"][0, 0] > 0.5) != on


def finished(rule: int, outcome: float, standing: float, **on: object) -> np.ndarray:
    """Gain of trust of both after a budget decision of this error, taken by the CEO or by both, is carried out."""
    world = with_matter(firm(**EVEN, **on), status=SETTLED, rule=rule, decider=CEO, outcome=outcome)
    conclude(world)
    world["leaders"]["trust"][0, :2] = 0.5
    world["firm"]["standing_error"][0, BUDGET] = standing
    world["projects"]["work_left"][0, 0] = 0.0
    execute(world)
    return np.array(world["leaders"]["trust"][0, :2]) - 0.5


def test_who_relied_on_what_came_true_trusts_more():
    """A gain of .4 x .02 on the half that is missing, halved at the threshold of reliance, and again for a joint decision."""
    gain = 0.5 * 0.4 * 0.02 * 0.5
    assert finished(SOLE, 0.1, 1.0, switches__reliance=False) == pytest.approx([0.0, 0.0])
    assert finished(SOLE, 0.1, 1.0) == pytest.approx([0.0, gain])
    assert finished(AVERAGE, 0.1, 1.0) == pytest.approx([0.5 * gain, 0.5 * gain])
    assert finished(SOLE, 3.0, 0.1) == pytest.approx([0.0, 0.0])  # it made things worse


def ending(start: float, **on: object) -> float:
    """Mean trust after three years of pairs of co-pilots who start at this trust in a culture of .5."""
    scenario = firm(dyad__trust=start, culture__trust=0.5, quarters=12, **on)
    runs = (simulate(scenario, seed=2, replicate=k, parameters="declared") for k in range(8))
    return float(np.mean([run.outcomes["trust"] for run in runs]))


def test_there_are_two_regimes_of_trust():
    plain = {"switches__reliance": False}  # a pair forgets where it came from
    assert ending(0.9, **plain) - ending(0.1, **plain) < 0.2
    assert ending(0.9) - ending(0.1) > 0.4


def test_watching_takes_hours():
    """Without any trust reliance is .003 at a threshold of .35 and a width of .06, and .08 of the hours go to watching."""
    hours = []
    for on in (False, True):
        world = start_world(firm(switches__reliance=on, dyad__trust=0.0).records(), 1)
        open_week(world)
        choose_hours(world, CEO)
        hours.append(world["leaders"]["hours_available"][0, CEO])
    assert hours[1] / hours[0] == pytest.approx(1.0 - 0.08 * (1.0 - 1.0 / (1.0 + np.exp(0.35 / 0.06))))


def waits_ended(trust: float, **on: object) -> float:
    """Share of 400 sole matters, waiting for context, of which the other tells within a week."""
    told = 0
    for place in range(400):
        scenario = firm(EXECUTOR, dyad__trust=trust, clarity__hand_off=1.0, **on)
        world = with_matter(scenario, status=QUEUED, rule=SOLE, decider=CEO, waiting=1, uid=place)
        settle_claims(world)
        told += int(world["decisions"]["waiting"][0, 0] == 0)
    return told / 400


def test_who_does_not_rely_on_the_other_tells_him_late():
    """A rate of 1 and .3 x .4 by the channel at the usual lever; .4 of it without any trust."""
    usual = waits_ended(0.02, switches__reliance=False)
    assert usual == pytest.approx(1.0 - np.exp(-1.12), abs=0.1)
    assert waits_ended(0.02) == pytest.approx(1.0 - np.exp(-0.4 * 1.12), abs=0.1)
    assert waits_ended(0.98) == usual


# -- quarrels ----------------------------------------------------------------------------------


def contested(gap: float, **on: object) -> np.ndarray:
    """A contested budget, ready for a round."""
    world = with_matter(firm(**on), status=CONTESTED, rule=AVERAGE, gap=gap, position=(gap, 0.0, 0.0), judged=(1, 1, 0))
    world["decisions"]["causes"][0, 0] = (1.0, 0.0, 0.0, 0.0)
    world["leaders"]["hours_left"] = 10.0
    world["firm"]["agenda_hours"] = 10.0
    world["firm"]["relationship_conflict"] = 0.0
    return world


def test_distrust_takes_a_small_difference_for_an_attack():
    """A gap of .3 of 1.5 is a strength of .2; at a trust of .5, .6 x .5 of what it lacks are added: .44."""
    rises = []
    for on in (False, True):
        world = contested(0.3, switches__sinister_attribution=on, dyad__trust=0.5, assumptions__trust_frozen=True)
        negotiate(world)
        rises.append(float(world["firm"]["relationship_conflict"][0]))
    assert rises[1] / rises[0] == pytest.approx(0.44 / 0.2)


def test_who_relies_on_the_other_hears_a_quarrel_as_one_about_the_matter():
    """At a trust of .5, of the threshold of .35 and a width of .06, each relies on the other by 1 / (1 + exp(-2.5)) = .924: what
    is left to make it personal is .076 instead of .5."""
    rises = []
    for on in (False, True):
        off = {"switches__sinister_attribution": False, "assumptions__trust_frozen": True}
        world = contested(0.3, switches__reliance=on, dyad__trust=0.5, **off)
        negotiate(world)
        rises.append(float(world["firm"]["relationship_conflict"][0]))
    assert rises[1] / rises[0] == pytest.approx((1.0 - 1.0 / (1.0 + np.exp(-2.5))) / 0.5)


def test_a_mediation_ends_what_its_own_quarrel_brought():
    """A fifth of all relationship conflict of .5, or seven tenths of the .04 that came of this quarrel."""
    for on, left in ((False, 0.4), (True, 0.5 - 0.7 * 0.04)):
        world = contested(0.3, switches__mediated_quarrel=on, resolution__mediation_success=1.0)
        world["firm"]["relationship_conflict"] = 0.5
        matter = world["decisions"][0, 0:1]
        matter["step"], matter["step_left"], matter["spilled"] = MEDIATION, 1.0, 0.04
        negotiate(world)
        assert world["firm"]["relationship_conflict"][0] == pytest.approx(left)


def test_a_quarrel_remembers_what_came_of_it():
    world = contested(0.9, dyad__trust=0.2)
    negotiate(world)
    assert world["decisions"]["spilled"][0, 0] == pytest.approx(world["firm"]["relationship_conflict"][0])


@pytest.mark.parametrize(("on", "opened"), [(False, [True, False]), (True, [False, False])])
def test_who_trusts_speaks_up_as_readily(on, opened):
    """A gap of .5: tolerance is .35 + .6 x trust less .3 x conflict; with voice that at a trust of .6 holds for all."""
    found = []
    for trust in (0.1, 0.9):
        matter = {"status": QUEUED, "rule": AVERAGE, "judged": (1, 1, 0), "position": (0.5, 0.0, 0.0), "exchanged": 1}
        off = {"dyad__relationship_conflict": 0.0, "dyad__ceo_power": 0.5}
        off |= {"switches__cause_styles": False, "switches__calendar": False}
        world = with_matter(firm(switches__voice=on, dyad__trust=trust, **off), **matter)
        world["firm"]["agenda_hours"] = 10.0
        deliberate(world)
        found.append(bool(world["decisions"]["status"][0, 0] == CONTESTED))
    assert found == opened


def test_in_a_conference_the_better_informed_counts_for_less():
    """Of two errors of 1 and 0 about every goal, the one who knows better is right: what is pooled lies nearer to him."""
    pooled = []
    for on in (False, True):
        fields = {"status": QUEUED, "rule": AVERAGE, "judged": (1, 1, 0), "exchanged": 1, "position": (0.2, 0.0, 0.0)}
        changes = {"switches__common_information": on, "switches__calendar": False}
        changes |= {"judgment__tolerance": 3.0, "dyad__common_ground": 1.0, "dyad__trust": 1.0}
        skilled = {f"coo__skills__{skill}": 1.0 for skill in ("market", "technology", "operations", "project_management")}
        world = with_matter(firm(**changes, **skilled), **fields)
        world["decisions"]["error"][0, 0, CEO] = 0.2
        world["firm"]["agenda_hours"] = 10.0
        deliberate(world)
        pooled.append(abs(float(world["decisions"]["outcome"][0, 0])))
    assert pooled[1] > pooled[0] + 1e-3


# -- debriefs ----------------------------------------------------------------------------------


def debriefed(hours: float, on: bool = True) -> np.ndarray:
    """A co-pilots' firm after a review without figures, with a debrief of so many hours."""
    changes = {"adaptation__analytics": 0.0, "adaptation__debrief_hours": hours, "dyad__relationship_conflict": 0.0}
    world = start_world(firm(switches__debriefs=on, clarity__charter=0.81, dyad__common_ground=0.4, **changes).records(), 1)
    world["firm"]["review_now"] = 1
    world["leaders"]["results_seen"] = 0.0
    world["leaders"]["beliefs"] = 0.5
    world["firm"]["charter_alive"] = 0.5
    review(world)
    return world


def test_a_debrief_teaches_without_figures_and_renews_roles():
    """One hour goes half as deep as it could: .3 x .5 of what is to be seen, .15 x .5 of roles and of common ground."""
    world = debriefed(1.0)
    assert world["leaders"]["results_seen"][0].tolist() == pytest.approx([0.15] * 3)
    assert world["firm"]["charter_alive"][0].tolist() == pytest.approx([0.5 + 0.075 * 0.5] * 7)
    assert world["firm"]["common_ground"][0] == pytest.approx(0.4 + 0.075 * 0.6)
    alive = 0.5 + 0.075 * 0.5
    assert world["leaders"]["beliefs"][0, CEO, BUDGET] == pytest.approx(0.5 + 0.075 * alive * 0.4)
    for nothing in (debriefed(0.0), debriefed(1.0, on=False)):
        assert nothing["leaders"]["results_seen"][0].tolist() == [0.0] * 3


def test_a_debrief_takes_its_hours_in_the_week_of_a_review():
    taken = []
    for on in (False, True):
        world = start_world(firm(switches__debriefs=on, adaptation__debrief_hours=2.0).records(), 1)
        open_week(world)
        world["firm"]["review_now"] = 1
        for leader in (CEO, COO, LEAD):
            choose_hours(world, leader)
        taken.append(np.array(world["leaders"]["hours_reporting"][0]))
    assert taken[1] - taken[0] == pytest.approx([2.0, 2.0, 2.0])


# -- who carries out ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role_model", "rule", "decider", "consulted", "part"),
    [
        ("co-pilot", SOLE, CEO, 0, 0.0),  # an edict to the COO, who leads the execution
        ("co-pilot", SOLE, CEO, 1, 0.5),
        ("co-pilot", SOLE, COO, 0, 1.0),
        ("co-pilot", AVERAGE, CEO, 0, 1.0),
        ("co-pilot", AND, CEO, 0, 1.0),
        ("no-coo", SOLE, CEO, 0, 0.0),  # an edict to the marketing lead
        ("no-coo", TEAM_RULE, CEO, 0, 1.0),
        ("no-coo", VOTE, CEO, 0, 1.0),
        ("no-coo", SOLE, LEAD, 0, 1.0),
    ],
)
def test_who_leads_the_execution_had_a_part_or_not(role_model, rule, decider, consulted, part):
    world = with_matter(firm(role_model), status=SETTLED, rule=rule, decider=decider, consulted=consulted)
    conclude(world)
    assert world["projects"]["part"][0, 0] == part


def test_an_edict_is_carried_out_half_heartedly_where_trust_is_low():
    """A loss of a fifth, of which trust of .25 spares a quarter."""
    quality = []
    for on in (False, True):
        scenario = firm(switches__commitment=on, switches__rework=False, dyad__trust=0.25)
        world = with_matter(scenario, status=SETTLED, rule=SOLE, decider=CEO, outcome=0.0)
        conclude(world)
        world["leaders"]["trust"][0, :2] = 0.25
        world["projects"]["work_left"][0, 0], world["projects"]["contradiction"][0, 0] = 0.0, 0.0
        world["firm"]["standing_error"][0, BUDGET] = 1.0
        execute(world)
        quality.append((1.0 - float(world["firm"]["standing_error"][0, BUDGET])) / 0.9)  # the share of a stake of .9 that took
    assert quality == pytest.approx([1.0, 1.0 - 0.2 * 0.75])


# -- vacancies, records ------------------------------------------------------------------------


def test_common_ground_grows_between_two_who_are_there():
    for on in (False, True):
        world = start_world(firm("no-coo", switches__vacant_ground=on, dyad__common_ground=0.4).records(), 1)
        open_week(world)
        world["firm"]["meetings"] = 4
        for leader in (CEO, COO, LEAD):
            choose_hours(world, leader)
        meet(world)
        assert (world["firm"]["common_ground"][0] > 0.4) != on
    assert world["firm"]["common_ground"][0] == pytest.approx(0.4 * 0.94)


def test_written_decisions_soften_a_restructuring():
    """Of a whole restructuring full documentation spares half."""
    for on, alive in ((False, 0.0), (True, 0.5)):
        events = [{"week": 1, "kind": "restructuring", "size": 1.0}]
        world = start_world(firm(switches__records_protect=on, clarity__documentation=1.0, events=events).records(), 1)
        open_week(world)
        assert world["firm"]["charter_alive"][0, :4].tolist() == pytest.approx([alive] * 4)
