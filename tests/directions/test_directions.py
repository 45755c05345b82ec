"""Levers and parameters move named outcomes the stated way: the same luck with one difference, decided by the paired 95%
interval at a fixed seed. What is stated is the mechanism's direct effect in a firm where nothing hides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tandem.sim import Scenario, compare
from tandem.sim.parameters import DOMAINS

RUNS, SEED, QUARTERS = 200, 20, 8


@dataclass(frozen=True)
class Direction:
    """`outcome` goes up or down when `change` is made to `role model` in `context` (where `given` holds)."""

    change: dict
    outcome: str
    verdict: str
    because: str
    role_model: str = "co-pilot"
    context: str = "baseline"
    given: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        told = ", ".join(f"{path} {value}" for path, value in self.change.items())
        return f"{told}: {self.outcome} {self.verdict} ({self.role_model} in {self.context})"


SOLE = "strategist-executor"
SOUR = {"dyad.trust": 0.2, "culture.trust": 0.2}
SPENT = {"assumptions.media_budget_spent": True}
TRYING_MUCH: dict = {"role_model": "visionary-catalyst", "context": "innovative"}
TO_TEAM = {f"charter.{domain}.rule": "team" for domain in DOMAINS} | {"execution.load": 1.5}
ONE_QUEUE = {"switches.service_backlog": False}
UNPAID = {"assumptions.posts_paid": False}
# Leaders who know what customers want, and not how they are served.
MARKETERS = {
    f"{leader}.skills.{name}": value for leader in ("ceo", "coo") for name, value in (("market", 0.9), ("operations", 0.1))
}


def with_it(
    name: str,
    outcome: str,
    verdict: str,
    because: str,
    role_model: str = "co-pilot",
    context: str = "baseline",
    given: Any = None,
) -> Direction:
    """What a mechanism does to the same firm without it."""
    without = {**(given or {}), f"switches.{name}": False}
    return Direction({f"switches.{name}": True}, outcome, verdict, because, role_model, context, without)


DIRECTIONS = (
    # communication
    Direction({"levers.communication": 0.9}, "meeting_hours", "higher", "more meetings a week"),
    Direction({"levers.communication": 0.9}, "information_shared", "higher", "common ground and trust carry views"),
    Direction({"levers.communication": 0.9}, "cause_communication_share", "lower", "less is not told"),
    Direction({"communication.transparency": 1.0}, "trust", "higher", "results shown"),
    Direction({"communication.meetings_per_week": 0.25}, "decision_delay_weeks", "higher", "joint decisions wait for a meeting"),
    # clarity
    Direction({"levers.decision_clarity": 0.9}, "orphaned_decisions", "lower", "each knows what is his", SOLE),
    Direction({"levers.decision_clarity": 0.9}, "double_directives", "lower", "each knows what is not his", SOLE),
    Direction({"levers.decision_clarity": 0.9}, "process_conflict_rate", "lower", "less to quarrel over", SOLE),
    Direction({"levers.decision_clarity": 0.9}, "cause_roles_share", "lower", "other causes remain", SOLE),
    Direction({"levers.decision_clarity": 0.9}, "hidden_work_share", "lower", "fewer contradictory instructions", SOLE),
    Direction({"clarity.documentation": 1.0}, "role_clarity", "higher", "written decisions build precedents", SOLE),
    Direction({"clarity.timer_weeks": 0.5}, "arbitrations", "higher", "the ladder begins sooner", given=SOUR),
    # goals
    Direction({"levers.smart_goals": 1.0}, "goal_gap", "lower", "shared, specific goals draw priorities together"),
    Direction({"levers.smart_goals": 1.0}, "cause_priorities_share", "lower", "priorities differ less"),
    # skills
    Direction({"levers.skills": 1.0}, "leader_skill", "higher", "training"),
    Direction({"levers.skills": 1.0}, "setting_error", "lower", "skill decides the error of perception", SOLE),
    Direction({"ceo.skills.market": 0.1, "coo.skills.market": 0.1}, "omission_rate", "higher", "good ideas are not seen", SOLE),
    # adaptation
    Direction({"levers.adaptation": 1.0}, "setting_error", "lower", "results seen correct judgment", SOLE),
    Direction({"levers.adaptation": 1.0}, "standing_error", "lower", "reviews see errors and decisions mend them", SOLE),
    # the pair
    Direction(SOUR, "relationship_conflict_mean", "higher", "distrust makes quarrels personal"),
    Direction(SOUR, "task_conflict_rate", "higher", "less is tolerated"),
    Direction(SOUR, "reopened_decisions", "higher", "distrust challenges", SOLE),
    Direction({"ceo.style": 0.0, "coo.style": 1.0}, "cause_styles_share", "higher", "opposite styles add to every gap"),
    Direction({"dyad.ceo_power": 1.0}, "task_conflict_rate", "lower", "who is weaker defers"),
    Direction({"ceo.hours": 4.0}, "decision_delay_weeks", "higher", "joint matters wait for the busier", context="rapid-growth"),
    Direction(
        {"communication.asynchronous": 1.0}, "relationship_conflict_mean", "higher", "text offends without trust", given=SOUR
    ),
    # how two judgments combine: what both must approve is refused more often, good or bad; what one may approve, less
    Direction({"charter.campaign.rule": "and"}, "omission_rate", "higher", "two filters in a row", SOLE),
    Direction({"charter.campaign.rule": "and"}, "commission_rate", "lower", "two filters in a row", SOLE),
    Direction({"charter.campaign.rule": "or"}, "omission_rate", "lower", "two chances", SOLE),
    Direction({"judgment.elaboration": 0.8}, "setting_error", "lower", "debate teaches", given={"judgment.tolerance": 0.0}),
    # work
    Direction({"execution.load": 2.0}, "backlog_weeks", "higher", "more work for the same teams", SOLE),
    Direction({"execution.defects": 0.5}, "hidden_work_share", "higher", "more is done twice", SOLE),
    Direction(
        {f"teams.{team}.reporting_per_week": 3.0 for team in range(6)},
        "unanswered_share",
        "lower",
        "questions reach the owner",
        SOLE,
    ),
    Direction({"assumptions.capacity": 0.6}, "satisfaction", "lower", "late work is late service", SOLE),
    Direction({"ceo.encouragement": 0.3}, "experiments_proposed", "higher", "who is encouraged dares"),
    # the market
    Direction(
        {"market.start_share_brand": 0.6},
        "brand_awareness",
        "higher",
        "the brand's arm of the media budget",
        given={"switches.budget_learning": False},
    ),
    Direction({"market.goodwill_decay": 0.08}, "brand_awareness", "lower", "the brand is forgotten faster"),
    Direction({"campaigns.off_brand": 8.0}, "brand_awareness", "lower", "launches off brand do more damage"),
    Direction({"market.word_of_mouth": 0.8}, "revenue_growth", "higher", "customers bring customers", context="rapid-growth"),
    Direction({"market.drift": 0.2}, "standing_error", "higher", "what is right moves faster"),
    Direction({"market.churn_satisfaction": 4.0}, "customer_retention", "lower", "the dissatisfied leave sooner"),
    Direction(
        {"market.start_share_retention": 0.6},
        "customer_retention",
        "higher",
        "a budget that holds customers",
        given={"switches.budget_learning": False},
    ),
    Direction({"market.programme_cost": 28.0}, "return_on_investment", "lower", "more money for the same customers"),
    Direction({"campaigns.experiment_gain": 1.5}, "technique", "higher", "experiments that work are worth more"),
    # Twenty approvals of 0.3 hours are six hours; the COO gives at most three tenths of his sixteen.
    Direction({"compliance.approvals_per_week": 20.0}, "reputation", "lower", "approvals outgrow the hours for them"),
    Direction({"events": [{"week": 20, "kind": "restructuring"}]}, "role_clarity", "lower", "who decides is thrown open", SOLE),
    # shared claims
    with_it("shared_claims", "double_directives", "higher", "one may take for his alone what is both's"),
    with_it("shared_claims", "orphaned_decisions", "higher", "one waits for another who does not come"),
    with_it("shared_claims", "double_directives", "same", "it has no joint domain", SOLE),
    Direction({"levers.decision_clarity": 0.9}, "double_directives", "lower", "each knows that it is both's"),
    Direction(SOUR, "role_clarity", "lower", "who distrusts grabs, and holds less to be both's"),
    # the calendar
    with_it("calendar", "decision_delay_weeks", "higher", "what is prepared waits for the meeting"),
    with_it("calendar", "decision_delay_weeks", "higher", "who is consulted is heard at the meeting", "brand-performance"),
    with_it(
        "calendar",
        "decision_delay_weeks",
        "higher",
        "the second looks when he knows what it is about",
        "brand-performance",
        given={"charter.budget.consults": "nobody", "charter.campaign.rule": "and", "charter.campaign.consults": "nobody"},
    ),
    with_it("calendar", "decision_delay_weeks", "higher", "who is alone has to ask", "no-coo"),
    with_it("calendar", "decision_delay_weeks", "same", "one who decides with another there waited before", SOLE),
    Direction(
        {"communication.meetings_per_week": 2.0},
        "decision_delay_weeks",
        "lower",
        "the next meeting is nearer, where hours are no matter",
        given={"ceo.hours": 40.0, "coo.hours": 40.0},
    ),
    # the marketing lead's hours
    with_it("team_hours", "decision_delay_weeks", "higher", "he has no more hours than others", SOLE, given=TO_TEAM),
    Direction(
        {"marketing_lead.hours": 6.0},
        "decision_delay_weeks",
        "higher",
        "fewer of his hours",
        SOLE,
        given=TO_TEAM,
    ),
    # who serves customers
    with_it(
        "service_backlog",
        "satisfaction",
        "higher",
        "experiments keep no customer waiting",
        given={"decisions.experiment.work": 16.0},
        **TRYING_MUCH,
    ),
    Direction(
        {"decisions.experiment.work": 16.0},
        "satisfaction",
        "lower",
        "marketing's work counts while all teams are one queue",
        given=ONE_QUEUE,
        **TRYING_MUCH,
    ),
    # a leader alone
    with_it("lone_load", "decision_delay_weeks", "higher", "fewer hours", "no-coo", "rapid-growth"),
    with_it("lone_load", "decision_delay_weeks", "same", "he has a second", "co-pilot", "rapid-growth"),
    Direction({"execution.lone_share": 0.28}, "decision_delay_weeks", "higher", "fewer still", "no-coo", "rapid-growth"),
    # execution that somebody follows
    with_it("supervision", "hidden_work_share", "higher", "what nobody follows goes wrong", SOLE, "rapid-growth"),
    with_it("supervision", "backlog_weeks", "higher", "and gets done more slowly", SOLE, "rapid-growth"),
    with_it("supervision", "coo_hours", "higher", "following takes hours", SOLE),
    Direction({"coo.hours": 24.0}, "hidden_work_share", "lower", "hours to follow with", SOLE, "rapid-growth"),
    # what joint results teach
    with_it("credit", "setting_error", "higher", "they tell each less about himself"),
    with_it("credit", "setting_error", "same", "all decisions are somebody's own", SOLE),
    Direction({"adaptation.joint_credit": 1.0}, "setting_error", "lower", "they tell all"),
    # experience with experiments
    Direction({"campaigns.experience_gain": 1.5}, "experiments_succeeded", "lower", "who tries little forgets", SOLE),
    Direction({"campaigns.experience_loss": 0.03}, "experiments_succeeded", "lower", "it is forgotten sooner", **TRYING_MUCH),
    Direction({"campaigns.experience_start": 2.0}, "technique", "higher", "more to learn", **TRYING_MUCH),
    # who leads experiments
    Direction({"coo.skills.project_management": 0.1}, "backlog_weeks", "higher", "badly planned", **TRYING_MUCH),
    Direction(
        {"execution.project_slope": 3.0},
        "backlog_weeks",
        "higher",
        "all hangs on a plan that is bad",
        given={"coo.skills.project_management": 0.2},
        **TRYING_MUCH,
    ),
    # who knows what customers want
    Direction({"judgment.customer_insight": 1.0}, "setting_error", "lower", "they know customers well", given=MARKETERS),
    Direction({"judgment.customer_insight": 0.0}, "setting_error", "higher", "they see no service", given=MARKETERS),
    # claims in a firm of one executive
    with_it("lone_claims", "orphaned_decisions", "higher", "each thinks it the other's", "no-coo"),
    with_it("lone_claims", "hidden_work_share", "higher", "two direct, and one is overruled", "no-coo"),
    with_it("lone_claims", "orphaned_decisions", "same", "a pair had claims before", "co-pilot"),
    Direction({"levers.decision_clarity": 1.0}, "orphaned_decisions", "lower", "each knows what is his", "no-coo"),
    Direction({"dyad.deference": 0.0}, "hidden_work_share", "higher", "rank settles nothing", "no-coo"),
    # posts and the media budget
    Direction(SPENT, "brand_awareness", "higher", "what others do not spend, these do", SOLE),
    Direction(SPENT, "revenue_growth", "higher", "and presses", SOLE),
    Direction({"campaigns.media_weight_most": 1.2}, "brand_awareness", "lower", "less of it", SOLE, given=SPENT),
    Direction({"assumptions.posts_paid": True}, "profit_per_week", "lower", "hours not used are paid too", given=UNPAID),
    Direction({"assumptions.posts_paid": True}, "marketing_spend_share", "same", "no spending on marketing", given=UNPAID),
    Direction({"events": [{"week": 80, "kind": "competitor", "size": 2.0}]}, "revenue_growth", "lower", "demand falls"),
)


def base_of(direction: Direction) -> Scenario:
    scenario = Scenario.of(role_model=direction.role_model, context=direction.context)
    return scenario.with_({"quarters": QUARTERS, **direction.given})


def decided(direction: Direction) -> tuple[str, str]:
    """The verdict of the paired interval, and the figures behind it."""
    base = base_of(direction)
    table = compare(
        base, base.with_(direction.change), runs=RUNS, seed=SEED, outcomes=[direction.outcome], parameters="declared"
    ).table
    row = table.iloc[-1]
    return row["verdict"], f"{row['difference']:.4g} ({row['low']:.4g} to {row['high']:.4g}), {row['n']} pairs"


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda direction: direction.name)
def test_it_moves_as_stated(direction):
    verdict, figures = decided(direction)
    assert verdict == direction.verdict, f"{direction.because}: {figures}"


# -- sabotage: what does not move, or moves the other way, is told apart -----------------------


def test_no_change_is_no_direction():
    assert decided(Direction({"levers.communication": 0.5}, "meeting_hours", "same", "it is 0.5 already"))[0] == "same"


def test_the_other_way_is_the_other_verdict():
    less = Direction({"levers.communication": 0.1}, "meeting_hours", "lower", "fewer meetings")
    assert decided(less)[0] == "lower"


def test_a_cut_wire_is_found():
    """Transparency moves trust by results shown; with trust frozen nothing is left of it."""
    frozen = Direction({"communication.transparency": 1.0}, "trust", "same", "", given={"assumptions.trust_frozen": True})
    assert decided(frozen)[0] == "same"
