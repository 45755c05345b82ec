"""What is carried from one week to the next: plain records with named fields, and the words that number them.

A firm in motion is one record, its *world* (`WORLD`): the parameters in force and before, the firm, its leaders (CEO, COO,
marketing lead), teams (10), open decisions (64), projects (64) and the journal. Phases called from Python take an array
of one such record (numba types arrays quickly, single records slowly); the phases beneath them take the record.
Stocks are in [0, 1] unless the field's comment gives a unit.
"""

from __future__ import annotations

import numpy as np

from tandem.sim.compile import records
from tandem.sim.parameters import MAXIMUM_TEAMS, RECORD

CEO, COO, LEAD = 0, 1, 2
GROWTH, BRAND, INNOVATION, EFFICIENCY, CUSTOMERS = 0, 1, 2, 3, 4
BUDGET, AGENCY, CAMPAIGN, KEY_CLIENT, POSITIONING, PROCESS, EXPERIMENT = 0, 1, 2, 3, 4, 5, 6
MARKET_SKILL, TECHNOLOGY_SKILL, OPERATIONS_SKILL, PROJECT_SKILL = 0, 1, 2, 3
SOLE, AND, OR, AVERAGE, GATE, VOTE, TEAM_RULE = 0, 1, 2, 3, 4, 5, 6
NOBODY = 0
NO_STEP, MEDIATION, ARBITRATION, EXPERT, DECIDER = 0, 1, 2, 3, 4
MARKETING, SALES, SERVICE = 0, 1, 2
BRAND_ARM, ACTIVATION_ARM, EXPERIMENT_ARM, RETENTION_ARM = 0, 1, 2, 3

# Status of an open decision.
NEW, ORPHAN, QUEUED, CONTESTED, SETTLED, LAPSED = 0, 1, 2, 3, 4, 5
# How its claims fell out (MODEL.md, "Claims").
AS_CHARTERED, DOUBLE, USURPED, UNILATERAL, UNCLAIMED, OVERRULED = 0, 1, 2, 3, 4, 5
# Status of a project.
WORKING, RUNNING, FINISHED = 0, 1, 2

DECISION_SLOTS, PROJECT_SLOTS, EVENT_SLOTS = 64, 64, 128

STOCKS = ("trust", "relationship_conflict", "brand_awareness", "satisfaction", "revenue", "role_clarity")
TRUST, RELATIONSHIP, AWARENESS, SATISFACTION, REVENUE, CLARITY = range(6)

# Why a stock moved. Texts for these keys stand in sim/texts/.
CAUSES = (
    "agreement",
    "results_shown",
    "forecast_right",
    "quarrel_over_roles",
    "quarrel_over_matter",
    "culture",
    "decision_lapsed",
    "arbitration",
    "mediation",
    "decision_reopened",
    "newcomer",
    "trust_shock",
    "intervention",
    "outvoted",
    "different_priorities",
    "incompatible_styles",
    "lack_of_communication",
    "unclear_roles",
    "misread_messages",
    "forgiving",
    "power",
    "restructuring",
    "campaigns_on_brand",
    "campaigns_off_brand",
    "brand_budget",
    "forgetting",
    "recovery_of_service",
    "key_client_errors",
    "process_errors",
    "backlog",
    "defects",
    "contradiction",
    "base_demand",
    "customer_base",
    "awareness",
    "campaign_pressure",
    "reputation",
    "competitor",
    "market_trend",
    "right_settings",
    "technique",
    "funnel",
    "goal_fit",
    "luck",
    "usual_churn",
    "dissatisfaction",
    "retention_budget",
    "orphaned_key_clients",
    "suspicion",
    "presence",
    "roles_forgotten",
    "roles_discussed",
    "roles_written",
    "ownership_felt",
    "grabbing",
    "debriefs",
)
(
    AGREEMENT,
    RESULTS_SHOWN,
    FORECAST_RIGHT,
    QUARREL_OVER_ROLES,
    QUARREL_OVER_MATTER,
    CULTURE,
    DECISION_LAPSED,
    BY_ARBITRATION,
    BY_MEDIATION,
    DECISION_REOPENED,
    NEWCOMER,
    TRUST_SHOCK,
    INTERVENTION,
    OUTVOTED,
    PRIORITIES_CAUSE,
    STYLES_CAUSE,
    COMMUNICATION_CAUSE,
    ROLES_CAUSE,
    MISREAD,
    FORGIVING,
    POWER,
    RESTRUCTURING,
    ON_BRAND,
    OFF_BRAND,
    BRAND_BUDGET,
    FORGETTING,
    RECOVERY_OF_SERVICE,
    KEY_CLIENT_ERRORS,
    PROCESS_ERRORS,
    BACKLOG,
    DEFECTS,
    CONTRADICTION,
    BASE_DEMAND,
    CUSTOMER_BASE,
    AWARENESS_CAUSE,
    CAMPAIGN_PRESSURE,
    REPUTATION,
    COMPETITOR,
    MARKET_TREND,
    RIGHT_SETTINGS,
    TECHNIQUE,
    FUNNEL,
    GOAL_FIT,
    LUCK,
    USUAL_CHURN,
    DISSATISFACTION,
    RETENTION_BUDGET,
    ORPHANED_KEY_CLIENTS,
    SUSPICION,
    PRESENCE,
    ROLES_FORGOTTEN,
    ROLES_DISCUSSED,
    ROLES_WRITTEN,
    OWNERSHIP_FELT,
    GRABBING,
    DEBRIEFS,
) = range(len(CAUSES))

# What happened, as the journal notes it: (week, kind, domain, who, value, second value).
EVENT_KINDS = (
    "decision.double_directive",
    "decision.orphaned",
    "decision.usurped",
    "decision.unilateral",
    "decision.reopened",
    "decision.accepted",
    "decision.refused",
    "decision.lapsed",
    "decision.dropped",
    "conflict.task.opened",
    "conflict.task.settled",
    "conflict.process",
    "conflict.relationship",
    "resolution.mediation",
    "resolution.arbitration",
    "resolution.expert",
    "resolution.decider",
    "experiment.started",
    "experiment.stopped",
    "experiment.succeeded",
    "experiment.failed",
    "campaign.launched",
    "campaign.off_brand",
    "shock.restructuring",
    "shock.technology",
    "shock.competitor",
    "shock.crisis",
    "shock.market_jump",
    "shock.trust",
    "leader.left",
    "leader.arrived",
    "review.held",
    "change.applied",
    "compliance.neglected",
)
(
    DOUBLE_DIRECTIVE,
    ORPHANED,
    USURPED_NOTE,
    UNILATERAL_NOTE,
    REOPENED,
    ACCEPTED,
    REFUSED,
    LAPSED_NOTE,
    DROPPED,
    TASK_OPENED,
    TASK_SETTLED,
    PROCESS_CONFLICT,
    RELATIONSHIP_CONFLICT,
    MEDIATED,
    ARBITRATED,
    EXPERT_HEARD,
    DECIDER_DECIDED,
    EXPERIMENT_STARTED,
    EXPERIMENT_STOPPED,
    EXPERIMENT_SUCCEEDED,
    EXPERIMENT_FAILED,
    CAMPAIGN_LAUNCHED,
    CAMPAIGN_OFF_BRAND,
    RESTRUCTURED,
    TECHNOLOGY_SHOCK,
    COMPETITOR_ATTACK,
    CRISIS,
    MARKET_JUMP,
    TRUST_SHOCKED,
    LEADER_LEFT,
    LEADER_ARRIVED,
    REVIEW_HELD,
    CHANGE_APPLIED,
    COMPLIANCE_NEGLECTED,
) = range(len(EVENT_KINDS))

# The layout of memory, a field a word: exploded to a line a field it would be six pages.
# fmt: off
f8, i8, u8 = np.float64, np.int64, np.uint64

FIRM = np.dtype([
    ("key0", u8), ("key1", u8), ("number", i8), ("replicate", i8), ("week", i8),
    # pair
    ("relationship_conflict", f8), ("conflict_causes", f8, (4,)), ("common_ground", f8), ("precedents", f8, (7,)),
    ("charter_alive", f8, (7,)), ("clarity", f8, (7,)), ("process_count", f8, (7,)), ("escalation", f8),
    ("ever_paired", i8), ("shortfall", f8), ("aspiration", f8),
    # week's calendar
    ("meeting_credit", f8), ("meetings", i8), ("meeting_hours", f8), ("effective_hours", f8), ("agenda_hours", f8),
    ("review_due", f8), ("review_now", i8), ("crisis_weeks", f8), ("born", i8, (7,)),
    # environment and market
    ("standing_error", f8, (7,)), ("seen_error", f8, (7,)), ("right_goals", f8, (5,)), ("estimated_goals", f8, (5,)),
    ("goodwill", f8), ("technique", f8), ("refinement", f8), ("reputation", f8), ("satisfaction", f8),
    ("customers", f8), ("start_customers", f8), ("cash", f8), ("competitor", f8), ("market_size", f8),
    ("novelty_shift", f8), ("shares", f8, (4,)), ("arms", f8, (4,)),
    ("estimates", f8, (4,)), ("acceptance", f8), ("approvals_due", f8),
    ("experience", f8), # experiments
    ("presence", f8), ("coherence", f8),
    ("path", f8), ("rivalry", f8), # log of customers against the start
    ("yardstick", f8), # technique that the line of business takes for granted
    ("line_share", f8), ("line_luck", f8), # concentration of product lines; log
    ("orphaned_clients", f8),
    # this week's flows
    ("pressure", f8), ("running", f8), ("on_brand", f8), ("off_brand", f8), ("leads", f8),
    ("conversion", f8), ("new_customers", f8), ("lost_customers", f8), ("revenue", f8), ("spend", f8), ("extra_spend", f8),
    ("profit", f8), ("contradiction", f8), ("move_work", f8), ("capacity", f8), ("work_done", f8), ("rework_done", f8),
    ("wasted_work", f8), ("backlog", f8), ("defect_quality", f8), ("delay_now", f8), ("followed", f8),
    ("media_money", f8), # multiple of what a running campaign usually costs
    # this week's counts
    ("task_episodes", f8), ("process_episodes", f8), ("relationship_episodes", f8), ("decided", f8), ("lapsed", f8),
    ("dropped", f8), ("exchanged", f8), ("exchange_chances", f8),
    # fill of the pools
    ("decision_count", i8), ("project_count", i8),
    # sums over the run, for the outcomes
    ("sum_arrived", f8), ("sum_decided", f8), ("sum_delay", f8), ("sum_lapsed", f8), ("sum_dropped", f8),
    ("sum_task", f8), ("sum_process", f8), ("sum_relationship", f8), ("sum_causes", f8, (4,)),
    ("sum_good", f8), ("sum_good_refused", f8), ("sum_bad", f8), ("sum_bad_accepted", f8),
    ("sum_experiments_proposed", f8),
    ("sum_experiments_started", f8), ("sum_experiments_succeeded", f8), ("sum_experiments_stopped", f8),
    ("sum_campaigns", f8), ("sum_launched_performance", f8), ("sum_launched_brand", f8), ("sum_novelty_accepted", f8),
    ("sum_leads", f8), ("sum_new", f8), ("sum_lost", f8), ("sum_customers", f8), ("sum_revenue", f8), ("sum_spend", f8),
    ("sum_profit", f8), ("sum_clarity", f8), ("sum_trust", f8), ("sum_relationship_level", f8),
    ("sum_gap", f8), ("sum_standing", f8), ("sum_capacity", f8), ("sum_work", f8), ("sum_hidden", f8),
    ("sum_hours", f8, (3,)), ("sum_hours_available", f8, (3,)), ("sum_meeting", f8), ("sum_exceptions", f8),
    ("sum_defaults", f8), ("sum_exchanged", f8), ("sum_chances", f8), ("sum_paired_weeks", f8), ("sum_arbitrated", f8),
    ("sum_usurped", f8), ("sum_double", f8), ("sum_orphans", f8), ("sum_reopened", f8), ("sum_error", f8),
    ("sum_settings", f8), ("sum_morale", f8), ("sum_satisfaction", f8),
    ("sum_departures", f8), ("sum_baseline_leads", f8), ("ruined", f8), ("sum_ceo_meeting", f8), # hours
    ("quarter_revenue", f8), ("quarter_awareness", f8), ("quarter_satisfaction", f8), ("start_revenue", f8),
], align=True)

LEADER = np.dtype([
    ("present", i8), ("vacancy", f8), ("successions", i8),
    ("priorities", f8, (5,)), ("anchors", f8, (5,)), ("skills", f8, (4,)), ("style", f8), ("openness", f8),
    ("encouragement", f8), ("anchor", f8), ("results_seen", f8), ("fatigue", f8), ("trust", f8),
    ("beliefs", f8, (7,)), ("hours", f8),
    # this week's intent (choose_hours) and use, in hours
    ("hours_available", f8), ("hours_meeting", f8), ("hours_training", f8), ("hours_reporting", f8),
    ("hours_encouragement", f8), ("encouraging", f8), ("hours_approvals", f8), ("hours_decisions", f8), ("hours_left", f8),
    ("hours_used", f8), ("hours_with_reports", f8), # in meetings with those who report to him, the other leader among them
    ("questions", f8), ("questions_answered", f8),
    ("decided_alone", f8), ("decided_jointly", f8), # since the last review
], align=True)

TEAM = np.dtype([
    ("kind", i8), ("priorities", f8, (5,)), ("headcount", f8), ("skill", f8), ("morale", f8), ("reports", f8),
    ("reach", f8), ("worth", f8, (7,)),
    # this week's intent (choose_proposals)
    ("proposal_rate", f8, (2,)), ("proposal_lean", f8, (5,)),
    # work
    ("capacity", f8), ("backlog", f8), ("open_projects", f8), ("undiscovered", f8), ("thrash", f8),
    # its open projects, in the order of their start: places in the pool, -1 for none
    ("first_project", i8), ("last_project", i8),
    ("rework", f8), ("done", f8), ("questions", f8), ("unanswered", f8), ("stopped_late", f8), ("launched", f8),
    ("sum_morale", f8), ("sum_backlog", f8), ("sum_done", f8), ("sum_goal_done", f8, (5,)), ("sum_wait", f8),
    ("sum_finished", f8), ("sum_defaults", f8),
], align=True)

DECISION = np.dtype([
    ("uid", i8), ("domain", i8), ("status", i8), ("path", i8), ("rule", i8), ("decider", i8), ("consulted", i8),
    ("born", i8), ("age", f8), ("author", i8), ("urgent", i8), ("waiting", i8), ("timer", f8), ("step", i8),
    ("step_left", f8), ("contested", i8), ("rounds", f8), ("retaken", i8), ("verdict", i8),
    ("attributes", f8, (5,)), ("common_error", f8, (5,)), ("fifth_error", f8, (3,)),
    ("effort_left", f8, (3,)), ("effort", f8, (3,)), ("agenda", f8),
    ("claim_luck", f8, (2,)), # drawn at birth, one for each leader, against his belief
    # intents (choose_claims, choose_judgments, choose_concessions)
    ("claim", i8, (2,)), ("position", f8, (3,)), ("error", f8, (3, 5)), ("judged", i8, (3,)), ("concession", f8, (2,)),
    ("exchanged", i8), ("gap", f8), ("causes", f8, (4,)), ("outcome", f8), ("contradiction", f8), ("alone", f8),
    ("spilled", f8), # relationship conflict that came of it
    ("prepared", i8), # all have done their part of a joint matter, before this week
], align=True)

PROJECT = np.dtype([
    ("uid", i8), ("domain", i8), ("status", i8), ("team", i8), ("born", i8), ("decided", i8), ("age", f8),
    ("attributes", f8, (5,)), ("outcome", f8), ("work", f8), ("work_left", f8), ("worked", f8), ("defect_work", f8),
    ("quality", f8), ("stage", i8), ("rule", i8), ("owner", i8), ("contradiction", f8), ("novelty_seen", f8),
    ("part", f8), # that who carries it out had in deciding
    # intent (choose_backlog)
    ("priority", f8), ("taken", i8),
    ("next", i8), # place of the same team's next open project, -1 after the last
], align=True)

JOURNAL = np.dtype([
    ("active", i8), ("event_count", i8), ("events", f8, (EVENT_SLOTS, 6)), ("contributions", f8, (len(STOCKS), len(CAUSES))),
    ("clarity", f8), # overall role clarity when it was last booked; below 0 while a post is empty
], align=True)


WORLD = np.dtype([
    ("parameters", RECORD), ("previous", RECORD), ("firm", FIRM), ("leaders", LEADER, (3,)), ("teams", TEAM, (MAXIMUM_TEAMS,)),
    ("decisions", DECISION, (DECISION_SLOTS,)), ("projects", PROJECT, (PROJECT_SLOTS,)), ("journal", JOURNAL),
], align=True)
# fmt: on


def new_world(parameters_row) -> np.ndarray:
    """A zeroed world (array of one record, dtype WORLD) with a copy of one row of parameters (dtype RECORD)."""
    world = records(1, WORLD)
    world["parameters"][0] = parameters_row
    return world
