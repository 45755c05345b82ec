"""Where only one mechanism is left, or none is fed, the run is a closed form: week by week, to the last digits.

`still` has no decisions, no shocks of any kind and no moving of what is right; each test switches on what it asks for.
"""

import math

import numpy as np
import pytest

from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.parameters import DOMAINS, Switches

OFF = {f"switches.{name}": False for name in Switches.model_fields}
SILENT = {f"decisions.{domain}.arrivals_per_week": 0.0 for domain in DOMAINS}
ALONE = {
    "communication.meetings_per_week": 0.0,
    "communication.transparency": 0.0,
    "communication.asynchronous": 0.0,
    "communication.misreading": 0.0,
}
WEEKS = np.arange(53)


def still(changes=None, role_model="co-pilot", context="baseline"):
    """A firm in which nothing happens but what `changes` say."""
    return Scenario.of(role_model=role_model, context=context).with_({**OFF, **SILENT, **ALONE, "quarters": 4, **(changes or {})})


def weekly(scenario, column, seed=3):
    return simulate(scenario, seed=seed, parameters="declared").weekly[column].to_numpy()


def agrees(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def settling(start, rest, left, weeks=WEEKS):
    """A stock that keeps the share `left` of its distance to `rest` each week."""
    return rest + (start - rest) * left**weeks


# -- the brand and the market ------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.25, 0.05, 0.01])
def test_without_campaigns_awareness_settles_where_the_brand_budget_holds_it(share):
    """Inflow b = 0.3 d (share / 0.25)^allocation, forgetting d: rest b / (b + d), and 1 - b - d of the distance stays."""
    rest_of_budget = (1 - share) / 3
    scenario = still(
        {
            "switches.goodwill": True,
            "market.start_share_brand": share,
            "market.start_share_activation": rest_of_budget,
            "market.start_share_experiment": rest_of_budget,
            "market.start_share_retention": rest_of_budget,
        }
    )
    decay = 0.04
    inflow = 0.3 * decay * (share / 0.25) ** 0.65
    agrees(weekly(scenario, "brand_awareness"), settling(0.4, inflow / (inflow + decay), 1 - inflow - decay))


def test_with_nothing_for_the_brand_it_is_forgotten_at_its_decay():
    """A hundredth of the budget at the highest elasticity is as good as nothing: 0.4 x 0.96^t, to a fortieth of it."""
    scenario = still(
        {
            "switches.goodwill": True,
            "market.start_share_brand": 0.01,
            "market.start_share_activation": 0.97,
            "market.allocation": 1.5,
        }
    )
    found = weekly(scenario, "brand_awareness")
    # The smallest share is scaled by the sum of the four, 0.01 + 0.97 + 0.25 + 0.25 = 1.48.
    inflow = 0.3 * 0.04 * (0.01 / 1.48 / 0.25) ** 1.5
    agrees(found, settling(0.4, inflow / (inflow + 0.04), 1 - inflow - 0.04))
    np.testing.assert_allclose(found, 0.4 * 0.96**WEEKS, atol=0.01)


def test_nothing_forgotten_and_nothing_built_stays():
    agrees(
        weekly(still({"switches.goodwill": True, "market.goodwill_decay": 0.0}), "brand_awareness"),
        np.full(53, 0.4),
    )


def test_without_churn_and_growth_nobody_comes_or_goes():
    """Demand is solved for growth at the start; none is wished for and nobody is lost, so there is none."""
    scenario = still({"market.churn": 0.0, "market.target_growth": 0.0})
    run = simulate(scenario, seed=3, parameters="declared")
    agrees(run.weekly["customers"].to_numpy(), np.full(53, 8000.0))
    assert run.outcomes["revenue_growth"] == pytest.approx(0.0, abs=1e-12)
    assert run.outcomes["customer_retention"] == 1.0
    assert math.isnan(run.outcomes["conversion_rate"])


def test_a_competitors_attack_fades():
    """exp(-0.16 size) in its week; a week leaves 0.926 of what is missing, its own week's included."""
    found = weekly(
        still({"switches.shocks": True, "events": [{"week": 10, "kind": "competitor", "size": 2.0}]}),
        "competitor",
    )
    agrees(found[:10], np.ones(10))
    agrees(found[10:], 1 - (1 - math.exp(-0.32)) * 0.926 ** (WEEKS[10:] - 9))


def test_the_market_grows_by_compound_weeks():
    agrees(weekly(still({"market.market_growth": 0.26}), "market_size"), 1.005**WEEKS)


def test_techniques_age_to_two_fifths():
    agrees(
        weekly(still({"switches.technique": True, "market.obsolescence": 0.05}), "technique"),
        settling(1.0, 0.4, 0.95),
    )


def test_a_funnel_nobody_refines_wears_out():
    agrees(weekly(still({"switches.refinement": True}), "refinement"), 0.65 * 0.996**WEEKS)


# -- service and authorities -------------------------------------------------------------------


def test_without_errors_satisfaction_becomes_full():
    """No errors, backlog, defects or contradiction: a tenth of what is missing returns each week."""
    agrees(weekly(still({"switches.service": True}), "satisfaction"), settling(0.75, 1.0, 0.9))


def test_without_approvals_reputation_stays():
    agrees(
        weekly(still({"switches.compliance": True, "compliance.approvals_per_week": 0.0}), "reputation"),
        np.ones(53),
    )


def test_wholly_neglected_approvals_cost_their_damage_each_week():
    """A hundred hours of approvals a week against a day: from the first week on all are in arrears beyond patience."""
    scenario = still(
        {"switches.compliance": True, "compliance.approvals_per_week": 20.0, "compliance.hours": 5.0, "compliance.patience": 0.5}
    )
    agrees(weekly(scenario, "reputation"), 0.97**WEEKS)


# -- the pair ----------------------------------------------------------------------------------


def test_a_grudge_fades_when_nobody_quarrels():
    agrees(weekly(still({"dyad.relationship_conflict": 0.8}), "relationship_conflict"), 0.8 * 0.98**WEEKS)


@pytest.mark.parametrize("start", [0.1, 0.5, 0.9])
def test_trust_returns_to_what_the_culture_expects_when_nothing_happens(start):
    found = weekly(still({"switches.trust_dynamics": True, "dyad.trust": start, "dyad.trust_return": 0.02}), "trust")
    agrees(found, settling(start, 0.5, 0.98))


def test_common_ground_is_lost_by_who_never_meets():
    agrees(weekly(still(), "common_ground"), 0.4 * 0.94**WEEKS)


def test_common_ground_settles_where_the_channel_holds_it():
    """Gain g = 1 - exp(-0.05) of what is missing at full use of the channel, loss 0.06: rest g / (g + 0.06)."""
    gain = 1 - math.exp(-0.05)
    agrees(
        weekly(still({"communication.asynchronous": 1.0}), "common_ground"), settling(0.4, gain / (gain + 0.06), 1 - gain - 0.06)
    )


@pytest.mark.parametrize("role_model", ["co-pilot", "strategist-executor", "brand-performance"])
def test_roles_that_nobody_forgets_stay_as_chartered(role_model):
    """Beliefs start so that both act as chartered with the declared probability; sole and joint domains alike."""
    kept = {
        "switches.claims": True,
        "clarity.charter": 0.8,
        "clarity.forgetting": 0.0,
        "clarity.grabbing": 0.0,
    }
    scenario = still(kept, role_model)
    rules = {domain: getattr(scenario.parameters.charter, domain).rule for domain in DOMAINS}
    chartered = [domain for domain, rule in rules.items() if rule in ("sole", "gate", "average", "and")]
    assert chartered
    for domain in chartered:
        agrees(weekly(scenario, f"role_clarity_{domain}"), np.full(53, 0.8))


def test_who_never_doubts_the_charter_leaves_no_orphan_and_gives_no_double_directive():
    certain = {"clarity.charter": 1.0, "clarity.forgetting": 0.0, "clarity.grabbing": 0.0, "quarters": 4}
    batch = simulate_batch(
        Scenario.of(role_model="strategist-executor").with_(certain), runs=10, seed=3, parameters="declared"
    ).outcomes
    for outcome in ("orphaned_decisions", "double_directives", "usurped_decisions"):
        assert (batch[outcome] == 0).all(), outcome
    assert (batch["role_clarity"] == 1.0).all()


def test_who_defers_wholly_never_quarrels_over_the_matter():
    """Full power of one and full deference leave a gap of nought."""
    deferring = {"dyad.ceo_power": 1.0, "dyad.deference": 1.0, "quarters": 4}
    batch = simulate_batch(Scenario.of(role_model="co-pilot").with_(deferring), runs=10, seed=3, parameters="declared").outcomes
    assert (batch["task_conflict_rate"] == 0).all()
    assert (batch["decisions_taken"] > 0).all()


def test_full_trust_quarrels_over_no_person():
    trusting = {
        "dyad.trust": 1.0,
        "assumptions.trust_frozen": True,
        "dyad.relationship_conflict": 1.0,
        "quarters": 4,
    }
    batch = simulate_batch(Scenario.of(role_model="co-pilot").with_(trusting), runs=10, seed=3, parameters="declared").outcomes
    assert (batch["relationship_conflict_rate"] == 0).all()


# -- work, hours and money ---------------------------------------------------------------------


def test_nothing_to_decide_delays_nothing():
    """The whole model, only without decisions: no delay, no quarrel over a matter, no backlog, no rework."""
    silent = Scenario.of(role_model="co-pilot", context="agile").with_({**SILENT, "quarters": 4})
    run = simulate(silent, seed=3, parameters="declared")
    assert math.isnan(run.outcomes["decision_delay_weeks"])
    for outcome in (
        "decisions_taken",
        "task_conflict_rate",
        "process_conflict_rate",
        "backlog_weeks",
        "orphaned_decisions",
        "experiments_proposed",
        "campaigns_launched",
    ):
        assert run.outcomes[outcome] == 0.0, outcome
    assert (run.weekly["campaign_pressure"].iloc[1:] == 0).all()
    assert (run.weekly[["backlog", "rework_done"]].iloc[1:] == 0).all(axis=None)


def test_ample_hours_and_free_meetings_decide_at_once():
    """A single leader with time on his hands decides everything in the week in which it arises, if he need not ask and misses
    nothing."""
    sure = {"switches.calendar": False, "switches.lone_claims": False}
    alone = Scenario.of(role_model="no-coo").with_({**sure, "ceo.hours": 60.0, "quarters": 4})
    batch = simulate_batch(alone, runs=10, seed=3, parameters="declared").outcomes
    assert (batch["decision_delay_weeks"] == 0).all()
    assert (batch["decisions_taken"] > 0).all()


def test_team_skill_ages_and_leaders_forget():
    """Market, operations and projects 0.2% a week, technology at the frontier's 0.5%."""
    scenario = still({"switches.skill_decay": True})
    run = simulate(scenario, seed=3, parameters="declared")
    agrees(run.weekly["team_skill"].to_numpy(), 0.65 * 0.996**WEEKS)
    slow, fast = (0.78 + 0.40 + 0.45) + (0.42 + 0.78 + 0.70), 0.70 + 0.35
    agrees(run.outcomes["leader_skill"], (slow * 0.998**52 + fast * 0.995**52) / 8)


def test_free_practices_take_no_hours_and_no_money():
    """All prices nought, nothing to do and nobody to follow, posts unpaid: no hour used, nothing spent, profit is the margin on
    revenue."""
    free = {f"prices.{name}": 0.0 for name in ("hours", "money", "capacity")}
    unpaid = {
        "market.programme_cost": 0.0,
        "market.work_cost": 0.0,
        "levers.communication": 1.0,
        "levers.smart_goals": 1.0,
        "levers.skills": 1.0,
        "levers.adaptation": 1.0,
        "levers.decision_clarity": 1.0,
    }
    idle = {f"switches.{name}": False for name in ("compliance", "encouragement", "supervision")}
    idle["assumptions.posts_paid"] = False
    scenario = Scenario.of(role_model="co-pilot").with_({**SILENT, **free, **unpaid, **idle, "quarters": 4})
    run = simulate(scenario, seed=3, parameters="declared")
    assert (run.weekly["spend"].iloc[1:] == 0).all()
    assert run.outcomes["hours_used_share"] == 0.0
    assert run.outcomes["cost_per_acquisition"] == 0.0
    margin = scenario.parameters.market.gross_margin
    agrees(run.weekly["profit"].iloc[1:].to_numpy(), margin * run.weekly["revenue"].iloc[1:].to_numpy())
    agrees(run.weekly["cash"].to_numpy(), np.concatenate([[0.0], np.cumsum(run.weekly["profit"].iloc[1:])]))


def test_idle_leaders_cost_their_programme_and_their_teams():
    """14 of programme and 1.5 for each of 6 x 1.85 people: 30.65 kEUR a week, whatever is sold."""
    agrees(weekly(still({"prices.hours": 0.0, "prices.money": 0.0}), "spend")[1:], np.full(52, 30.65))


# -- sabotage: a closed form with a wrong constant is told apart -------------------------------


@pytest.mark.parametrize("wrong", [0.961, 0.959])
def test_another_decay_is_another_curve(wrong):
    found = weekly(still(), "relationship_conflict")
    with pytest.raises(AssertionError):
        agrees(found, found[0] * wrong**WEEKS)


def test_a_mechanism_that_is_on_leaves_its_closed_form():
    """With quarrels on, a grudge no longer only fades: the limit above is not true of every run."""
    busy = Scenario.of(role_model="co-pilot").with_({"quarters": 4, "dyad.relationship_conflict": 0.8, "dyad.trust": 0.2})
    with pytest.raises(AssertionError):
        agrees(weekly(busy, "relationship_conflict"), 0.8 * 0.98**WEEKS)
