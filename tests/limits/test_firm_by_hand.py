"""Mechanisms of the firm, played by hand: who takes a matter up, who waits, who spends hours, what is learnt and paid."""

import numpy as np
import pytest
from by_hand import firm, with_matter

from tandem.sim import Scenario, simulate
from tandem.sim.kernel import start_world
from tandem.sim.parameters import DOMAINS
from tandem.sim.phases.arrivals import arise, choose_claims, choose_proposals, settle_claims
from tandem.sim.phases.closing import close_week
from tandem.sim.phases.conclusion import conclude
from tandem.sim.phases.deliberation import deliberate
from tandem.sim.phases.execution import execute
from tandem.sim.phases.judging import choose_judgments
from tandem.sim.phases.market import respond
from tandem.sim.phases.review import review
from tandem.sim.state import (
    AND,
    AS_CHARTERED,
    AVERAGE,
    BUDGET,
    CAMPAIGN,
    CEO,
    COO,
    CUSTOMERS,
    DOUBLE,
    EFFICIENCY,
    EXPERIMENT,
    KEY_CLIENT,
    LEAD,
    NEW,
    ORPHAN,
    OVERRULED,
    QUEUED,
    RUNNING,
    SETTLED,
    SOLE,
    TEAM_RULE,
    UNCLAIMED,
    UNILATERAL,
    USURPED,
    VOTE,
)

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
    world = with_matter(firm(charter__budget__rule=rule), claim=claims)
    settle_claims(world)
    matter = world["decisions"][0, 0]
    assert (matter["status"], matter["path"]) == (status, path)
    assert matter["rule"] == (SOLE if sole else {"and": AND, "average": AVERAGE, "vote": VOTE}[rule])
    if path == UNILATERAL:
        assert matter["decider"] == (CEO if claims[0] == MINE else COO)
    if path == DOUBLE:  # both spend the hours
        assert min(matter["effort_left"][:2]) > 0


SETTLED_BELIEFS = {"clarity__forgetting": 0.0, "clarity__documentation": 0.0, "dyad__trust": 0.0, "culture__trust": 0.0}


@pytest.mark.parametrize(
    ("rule", "on", "grabbed", "decided"),
    [
        ("average", True, 0.9 - 0.0036 * 0.9, 0.9 - 0.01 * 0.9),  # no longer ours
        ("average", False, 0.9 + 0.0036 * 0.1, 0.9 + 0.01 * 0.1),  # mine
        ("sole", True, 0.9 + 0.0036 * 0.1, 0.9 + 0.01 * 0.1),
    ],
)
def test_who_grabs_or_decides_alone_holds_a_joint_domain_less_to_be_ours(rule, on, grabbed, decided):
    """Grabbing .004 of a stake of .9 without trust, in a week; attribution .01 for a decision taken alone."""
    scenario = firm(switches__shared_claims=on, charter__budget__rule=rule, **SETTLED_BELIEFS)
    for moved, phase in ((grabbed, close_week), (decided, conclude)):
        world = with_matter(scenario, status=SETTLED if phase is conclude else NEW, rule=SOLE, decider=CEO)
        world["leaders"]["beliefs"][0] = 0.9
        phase(world)
        assert world["leaders"]["beliefs"][0, CEO, BUDGET] == pytest.approx(moved, abs=1e-9)


# -- calendar ----------------------------------------------------------------------------------


def concluded(meetings: int, weeks: int, rule: int = AVERAGE, consulted: int = 0, **on: object) -> float:
    """Share of 400 matters, prepared in one week of so many meetings, that are concluded within the weeks."""
    done, prepared = 0, {"status": QUEUED, "effort_left": (0.0, 0.0, 0.0)}
    for place in range(400):
        world = with_matter(firm(**on), uid=place, rule=rule, decider=CEO, consulted=consulted, **prepared)
        world["firm"]["meetings"] = meetings
        for _ in range(weeks):
            world["firm"]["agenda_hours"] = 10.0
            deliberate(world)
        done += int(world["decisions"]["status"][0, 0] == SETTLED)
    return done / 400


def test_what_is_prepared_waits_for_a_meeting():
    on = {"judgment__tolerance": 3.0}
    assert concluded(1, 1, **on) == pytest.approx(0.5, abs=0.1)  # 4 standard errors
    assert concluded(4, 1, **on) == pytest.approx(0.875, abs=0.07)
    assert concluded(0, 1, **on) == 0.0
    assert concluded(1, 2, **on) == 1.0  # the next meeting takes it
    assert concluded(1, 1, **on, switches__calendar=False) == 1.0


def test_who_is_consulted_is_heard_at_a_meeting():
    """A sole matter on which the other is heard waits as a joint one does; one that he has no say in does not."""
    assert concluded(1, 1, SOLE, 1) == pytest.approx(0.5, abs=0.1)
    assert concluded(4, 1, SOLE, 1) == pytest.approx(0.875, abs=0.07)
    assert (concluded(0, 1, SOLE, 1), concluded(1, 2, SOLE, 1)) == (0.0, 1.0)
    assert concluded(0, 1, SOLE, 0) == 1.0
    assert concluded(0, 1, SOLE, 1, switches__calendar=False) == 1.0


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


# -- what is seen of customers -----------------------------------------------------------------

# Nobody shares an error or has learnt from results, and an error falls from 2 by 2 for full skill.
OPEN_EYES = {"switches__common_error": False, "switches__feedback": False, "judgment__error_least": 0.02}
OPEN_EYES |= {"judgment__error_at_no_skill": 2.0, "judgment__error_per_skill": 2.0}


def customers_seen(insight: float, **skills: float) -> tuple[float, float]:
    """Error of the CEO about what a matter does for customers, and about its efficiency, over the noise drawn for it."""
    skilled = {f"ceo__skills__{name}": value for name, value in skills.items()}
    world = with_matter(
        firm(judgment__customer_insight=insight, **OPEN_EYES, **skilled), status=QUEUED, fifth_error=(1.0, 1.0, 1.0)
    )
    choose_judgments(world, CEO)
    blind = with_matter(firm(**OPEN_EYES, **dict.fromkeys(skilled, 0.0)), status=QUEUED, fifth_error=(1.0, 1.0, 1.0))
    choose_judgments(blind, CEO)
    errors, most = (place["decisions"]["error"][0, 0, CEO] for place in (world, blind))
    return 2.0 * float(errors[CUSTOMERS] / most[CUSTOMERS]), 2.0 * float(errors[EFFICIENCY] / most[EFFICIENCY])


@pytest.mark.parametrize(("insight", "skill"), [(0.5, 0.5), (0.0, 0.2), (1.0, 0.8), (0.25, 0.35)])
def test_customers_are_seen_by_who_knows_what_they_want_and_how_they_are_served(insight, skill):
    """Market skill of .8 and operations skill of .2: half and half makes .5. Efficiency is seen by operations alone."""
    seen = customers_seen(insight, market=0.8, operations=0.2)
    assert seen == pytest.approx((2.0 - 2.0 * skill, 2.0 - 2.0 * 0.2))


# -- hours of the marketing lead ---------------------------------------------------------------


def test_what_the_team_decides_takes_the_leads_hours():
    """Key clients need market and operations skill: the lead's .3 x .65 + .05 x .6 + .2 x .5 and, for customers, .45 of the mean
    of .65 and .5 are .58375, and make 3 hours 3.0975."""
    for on in (False, True):
        world = with_matter(firm(switches__team_hours=on, charter__key_client__rule="team"), domain=KEY_CLIENT)
        settle_claims(world)
        assert world["decisions"]["effort_left"][0, 0].tolist() == pytest.approx([0.0, 0.0, 3.0975 if on else 0.0])
        deliberate(world)  # before anybody has planned hours
        assert (world["decisions"]["status"][0, 0] == SETTLED) != on
        world["leaders"]["hours_left"][0, LEAD] = 4.0
        deliberate(world)
        assert world["decisions"]["status"][0, 0] == SETTLED
        assert world["leaders"]["hours_left"][0, LEAD] == pytest.approx(4.0 - (3.0975 if on else 0.0))


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
    one_queue = {"switches__service_backlog": False}
    assert satisfaction() - satisfaction(**one_queue) == pytest.approx(0.1 * 0.35 * 13 / 23)
    assert satisfaction(teams=only_marketing()) == pytest.approx(satisfaction(**one_queue, teams=only_marketing()))


def only_marketing() -> list[dict]:
    """Six teams that serve nobody."""
    return [{"kind": "marketing"}] * 6


# -- execution that somebody follows -----------------------------------------------------------


def test_hours_left_by_decisions_follow_the_work():
    """Six teams x .6 hours x (1 + 2 x (.6 - .74)) = 2.592 hours for a COO of operations .78 and projects .70."""
    for left, followed in ((5.0, 1.0), (1.296, 0.5), (0.0, 0.0), (-1.0, 0.0)):
        world = with_matter(firm())
        world["leaders"]["hours_left"][0, COO] = left
        execute(world)
        assert world["firm"]["followed"][0] == pytest.approx(followed)
        assert world["leaders"]["hours_used"][0, COO] == pytest.approx(2.592 * followed)
        assert world["leaders"]["hours_used"][0, CEO] == 0.0


def test_without_a_second_the_chief_executive_follows():
    """Operations .40 and projects .45: 3.6 hours x (1 + 2 x .175) = 4.86."""
    world = with_matter(firm("no-coo"))
    world["leaders"]["hours_left"][0, CEO] = 2.43
    execute(world)
    assert world["firm"]["followed"][0] == pytest.approx(0.5)
    assert world["leaders"]["hours_left"][0, CEO] == pytest.approx(0.0)


def followed(role_model: str, context: str, load: float = 1.0) -> float:
    """Mean share of the work that somebody follows, over 20 replicates of two years."""
    scenario = Scenario.of(role_model=role_model, context=context)
    scenario = scenario.with_({"quarters": 8, "execution.load": load * scenario.parameters.execution.load})
    runs = (simulate(scenario, seed=4, replicate=replicate, parameters="declared") for replicate in range(20))
    return float(np.mean([run.trajectory["firm"]["followed"][1:] for run in runs]))


def test_the_hours_of_a_chief_executive_alone_bind_in_rapid_growth():
    assert followed("no-coo", "rapid-growth") < 0.2
    assert followed("no-coo", "baseline") > 0.4


def test_what_is_followed_falls_with_load():
    light, usual, heavy = (followed("strategist-executor", "baseline", load) for load in (0.5, 1.0, 2.0))
    assert light > usual + 0.02
    assert usual > heavy + 0.2


# -- what joint results teach ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "decider", "alone", "jointly"),
    [
        (AVERAGE, CEO, (0, 0), (1, 1)),
        (AND, COO, (0, 0), (1, 1)),
        (VOTE, CEO, (0, 0), (1, 1)),
        (SOLE, COO, (0, 1), (0, 0)),
        (TEAM_RULE, COO, (0, 0), (0, 0)),
        (SOLE, LEAD, (0, 0), (0, 0)),
    ],
)
def test_a_decision_counts_for_who_took_it(rule, decider, alone, jointly):
    world = with_matter(firm(), status=SETTLED, rule=rule, decider=decider)
    conclude(world)
    assert world["leaders"]["decided_alone"][0].tolist() == [*alone, 0]
    assert world["leaders"]["decided_jointly"][0].tolist() == [*jointly, 0]


def test_a_review_teaches_by_what_was_ones_own():
    """A lesson of .3 at full figures of .6: .18 for three decisions of one's own, .625 of it for two and six joint ones."""
    for on, expected in ((False, 0.18), (True, 0.18 * 0.625)):
        world = with_matter(firm(switches__credit=on, switches__debriefs=False, adaptation__analytics=0.6))
        world["firm"]["review_now"] = 1
        world["leaders"]["results_seen"][0] = 0.0
        world["leaders"]["decided_alone"][0, COO], world["leaders"]["decided_jointly"][0, COO] = 2.0, 6.0
        review(world)
        assert world["leaders"]["results_seen"][0, COO] == pytest.approx(expected)
        assert world["leaders"]["decided_alone"][0, COO] == world["leaders"]["decided_jointly"][0, COO] == 0.0


# -- who leads an experiment -------------------------------------------------------------------


def work_of(scenario: Scenario, domain: int = EXPERIMENT, both_away: bool = False) -> float:
    """Work of what becomes of a decision, over the usual work of its domain."""
    world = with_matter(scenario, domain=domain, status=SETTLED, rule=SOLE, decider=LEAD if both_away else CEO, outcome=1.0)
    if both_away:
        world["leaders"]["present"][0, :2] = 0
    conclude(world)
    return float(world["projects"]["work"][0, 0]) / getattr(scenario.parameters.decisions, DOMAINS[domain]).work


@pytest.mark.parametrize(
    ("role_model", "skills", "away", "multiple"),
    [
        ("co-pilot", {"coo": 0.2, "ceo": 0.9}, False, 1.4),  # 1 + (.6 - .2)
        ("co-pilot", {"coo": 1.0, "ceo": 0.2}, False, 0.6),
        ("no-coo", {"ceo": 0.2}, False, 1.4),
        ("co-pilot", {"coo": 1.0, "ceo": 1.0, "marketing_lead": 0.5}, True, 1.1),
    ],
)
def test_an_experiment_takes_longer_where_it_is_badly_led(role_model, skills, away, multiple):
    """By the project skill of the COO, without one of the CEO, without both of the marketing lead; 1 at the usual skill of .6."""
    leaders = {f"{leader}__skills__project_management": skill for leader, skill in skills.items()}
    assert work_of(firm(role_model, **leaders), both_away=away) == pytest.approx(multiple)
    assert work_of(firm(role_model, **leaders, execution__project_slope=0.0), both_away=away) == 1.0
    assert work_of(firm(role_model, **leaders), CAMPAIGN, both_away=away) == 1.0  # what a team has done before


# -- experience with experiments ---------------------------------------------------------------


def proposed(experience: float, **on: object) -> float:
    """Feasibility (standard deviations) of the first experiment proposed by a firm of so much experience."""
    rare = {f"decisions.{domain}.arrivals_per_week": 0.0 for domain in DOMAINS}
    world = start_world(firm(**on).with_({**rare, "decisions.experiment.arrivals_per_week": 5.0}).records(), 1)
    world["firm"]["week"], world["firm"]["experience"] = 1, experience
    for team in range(6):
        choose_proposals(world, team)
    arise(world)
    assert world["decisions"]["domain"][0, 0] == EXPERIMENT
    return float(world["decisions"]["attributes"][0, 0, EFFICIENCY])


def test_experience_makes_experiments_feasible():
    plain = proposed(25.0, switches__experience=False)
    assert proposed(12.0) == plain
    assert proposed(25.0) == pytest.approx(plain + 0.37)


def concluded_experiment(**fields: object) -> float:
    """Experience gained by the week's work on one experiment."""
    world = with_matter(firm(), domain=EXPERIMENT, status=SETTLED, rule=SOLE, outcome=1.0)
    conclude(world)
    before = world["firm"]["experience"][0]
    for name, value in fields.items():
        world["projects"][name][0, 0] = value
    execute(world)
    return float(world["firm"]["experience"][0] - before)


def test_each_experiment_concluded_teaches():
    assert concluded_experiment() == 0.0  # work has only begun
    assert concluded_experiment(worked=4.0) == pytest.approx(0.25)  # the first stage, stopped or not
    promising = {"attributes": (0.0, 0.0, 9.0, 9.0, 0.0), "novelty_seen": 50.0}
    assert concluded_experiment(worked=4.0, work_left=0.0, **promising) == pytest.approx(1.0)  # both stages in a week
    assert concluded_experiment(worked=4.0, work_left=0.0, stage=1) == pytest.approx(0.75)


# -- claims in a firm of one executive ---------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "status", "path", "rule"),
    [
        ((1, 0), QUEUED, AS_CHARTERED, SOLE),
        ((1, 1), QUEUED, OVERRULED, SOLE),
        ((0, 1), QUEUED, USURPED, TEAM_RULE),
        ((0, 0), ORPHAN, UNCLAIMED, SOLE),
    ],
)
def test_two_claims_in_a_firm_of_one(claims, status, path, rule):
    world = with_matter(firm("no-coo"), claim=claims)
    settle_claims(world)
    matter = world["decisions"][0, 0]
    assert (matter["status"], matter["path"], matter["rule"]) == (status, path, rule)
    world = with_matter(firm("no-coo", switches__lone_claims=False), claim=claims)
    settle_claims(world)
    assert (world["decisions"]["status"][0, 0], world["decisions"]["path"][0, 0]) == (QUEUED, AS_CHARTERED)


@pytest.mark.parametrize(
    ("luck", "alive", "claims"),
    [
        ((0.89, 0.09), 1.0, (1, 1)),  # a charter of .81: the leader claims below .9, the lead below .1
        ((0.91, 0.11), 1.0, (0, 0)),
        ((0.49, 0.49), 0.0, (1, 1)),  # a dead charter says "either of us"
        ((0.51, 0.51), 0.0, (0, 0)),
    ],
)
def test_a_leader_alone_and_his_lead_claim_by_the_charter(luck, alive, claims):
    world = with_matter(firm("no-coo", clarity__charter=0.81, switches__owner_certainty=False), claim_luck=luck)
    world["firm"]["charter_alive"] = alive
    for leader in (CEO, COO):
        choose_claims(world, leader)
    assert tuple(world["decisions"]["claim"][0, 0]) == claims


def test_rank_settles_most_of_what_an_overruled_lead_directed():
    """A gap of .5, of which deference of .8 leaves a fifth: .1."""
    position = (0.7, 0.0, 0.2)
    world = with_matter(firm("no-coo"), status=SETTLED, path=OVERRULED, position=position)
    conclude(world)
    assert world["projects"]["contradiction"][0, 0] == pytest.approx(0.1)


# -- posts paid, and the media budget spent ----------------------------------------------------


def test_posts_are_paid_from_profit_alone():
    """CEO 14 hours, COO 16, lead 20, of which 4, 6 and 20 are used: 20 hours more at .1 kEUR."""
    money = []
    for on in (False, True):
        world = with_matter(firm(assumptions__posts_paid=on))
        world["leaders"]["hours_used"][0] = [4.0, 6.0, 20.0]
        respond(world)
        money.append([float(world["firm"][name][0]) for name in ("spend", "profit", "cash")])
    spend, profit, cash = (before - after for before, after in zip(*money))
    assert (spend, profit, cash) == pytest.approx((0.0, 2.0, 2.0))


def test_what_few_campaigns_leave_of_the_media_budget_is_spent_on_them():
    """One campaign on air where the budget carries four, by the square root: it presses twice as hard and costs twice 3 kEUR."""
    found = []
    for on in (False, True):
        world = with_matter(firm(assumptions__media_budget_spent=on, campaigns__media_reference=4.0))
        world["firm"]["running"], world["firm"]["project_count"] = 1.0, 1
        project = world["projects"][0, 0:1]
        project["domain"], project["status"], project["quality"] = CAMPAIGN, RUNNING, 1.0
        respond(world)
        found.append([float(world["firm"][name][0]) for name in ("pressure", "on_brand", "spend")])
    (pressure, on_brand, spend), (more, more_on_brand, dearer) = found
    assert (more / pressure, more_on_brand / on_brand, dearer - spend) == pytest.approx((2.0, 2.0, 3.0))
