"""Outcomes of a run: one row of numbers from the sums kept (what each means, and its unit: sim/outcomes.py)."""

import math

from tandem.sim.compile import part, phase
from tandem.sim.phases.pair import mean_trust
from tandem.sim.rules.arithmetic import least, most
from tandem.sim.state import CEO, COO

PAIR = (
    "conflict_rate",
    "task_conflict_rate",
    "relationship_conflict_rate",
    "process_conflict_rate",
    "conflict_per_decision",
    "cause_priorities_share",
    "cause_styles_share",
    "cause_communication_share",
    "cause_roles_share",
    "trust",
    "trust_mean",
    "relationship_conflict",
    "relationship_conflict_mean",
    "role_clarity",
    "goal_gap",
    "information_shared",
)
DECIDING = (
    "decision_delay_weeks",
    "lapsed_share",
    "decisions_taken",
    "decisions_dropped",
    "omission_rate",
    "commission_rate",
    "setting_error",
    "standing_error",
    "double_directives",
    "orphaned_decisions",
    "usurped_decisions",
    "reopened_decisions",
    "arbitrations",
    "departures",
    "hours_used_share",
    "ceo_hours",
    "coo_hours",
    "meeting_hours",
    "fatigue",
    "leader_skill",
)
MARKET = (
    "revenue_growth",
    "conversion_rate",
    "cost_per_acquisition",
    "return_on_investment",
    "satisfaction",
    "brand_awareness",
    "customer_retention",
    "marketing_spend_share",
    "profit_per_week",
    "cash",
    "ruined",
    "technique",
    "reputation",
    "refinement",
    "budget_share_brand",
)
WORK = (
    "morale",
    "team_skill",
    "hidden_work_share",
    "unanswered_share",
    "backlog_weeks",
    "experiments_proposed",
    "experiments_started",
    "experiments_succeeded",
    "experiments_stopped",
    "campaigns_launched",
    "launched_performance",
    "launched_brand",
    "novelty_accepted",
    "team_1_morale",
    "team_1_wait_weeks",
    "team_1_unanswered_share",
)
NAMES = MARKET + PAIR + DECIDING + WORK
COUNT = len(NAMES)
PAIR_AT, DECIDING_AT, WORK_AT = len(MARKET), len(MARKET) + len(PAIR), len(MARKET) + len(PAIR) + len(DECIDING)


@phase
def measure(world, out):
    """Write the outcomes of the weeks played so far into `out` (float array of length COUNT, order of NAMES).

    Outcomes of the pair are not-a-number in a firm that never had one.
    """
    w = world[0]
    measure_market(w, out)
    measure_pair(w, out)
    measure_deciding(w, out)
    measure_work(w, out)


@part
def ratio(a, b):
    """a / b, or not-a-number where nothing was counted."""
    return a / b if b > 0.0 else math.nan


@part
def growth_rate(w):
    """Yearly growth of revenue: the last quarter's mean week against the week before the start (share/year)."""
    s = w.firm
    last = least(13.0, s.week)
    if s.quarter_revenue <= 0.0 or s.start_revenue <= 0.0:
        return -1.0
    years = most(1.0, s.week - 0.5 * (last - 1.0)) / 52.0
    return math.exp(math.log(s.quarter_revenue / last / s.start_revenue) / years) - 1.0


@part
def measure_market(w, out):
    """Outcomes of market and money, in the order of MARKET."""
    p, s = w.parameters, w.firm
    weeks, last = most(1.0, s.week), most(1.0, least(13.0, s.week))
    margin = p.market_gross_margin * p.market_revenue_per_customer
    lost = s.sum_lost / most(s.sum_customers, 1e-9)
    # Two years of margin of the customers won by campaigns, thinned by churn, per kEUR spent.
    life = (1.0 - math.exp(-104.0 * lost)) / lost if lost > 1e-9 else 104.0
    values = (
        growth_rate(w),
        ratio(s.sum_new, s.sum_leads),
        ratio(s.sum_spend, s.sum_new),
        ratio((s.sum_new - s.sum_baseline_leads) * margin * life, s.sum_spend),
        s.quarter_satisfaction / last,
        s.quarter_awareness / last,
        math.exp(-52.0 * lost),
        ratio(s.sum_spend, s.sum_revenue),
        s.sum_profit / weeks,
        s.cash,
        s.ruined,
        s.technique,
        s.reputation,
        s.refinement,
        s.shares[0],
    )
    for n in range(len(values)):
        out[n] = values[n]


@part
def measure_pair(w, out):
    """Outcomes of the pair, in the order of PAIR; not-a-number where there was no pair."""
    s = w.firm
    weeks = s.sum_paired_weeks
    quarters = weeks / 13.0
    pair = weeks > 0.0
    episodes = s.sum_task + s.sum_process + s.sum_relationship
    causes = s.sum_causes[0] + s.sum_causes[1] + s.sum_causes[2] + s.sum_causes[3]
    values = (
        ratio(episodes, quarters),
        ratio(s.sum_task, quarters),
        ratio(s.sum_relationship, quarters),
        ratio(s.sum_process, quarters),
        ratio(episodes, s.sum_decided) if pair else math.nan,
        ratio(s.sum_causes[0], causes),
        ratio(s.sum_causes[1], causes),
        ratio(s.sum_causes[2], causes),
        ratio(s.sum_causes[3], causes),
        mean_trust(w) if pair else math.nan,
        ratio(s.sum_trust, weeks),
        s.relationship_conflict if pair else math.nan,
        ratio(s.sum_relationship_level, weeks),
        ratio(s.sum_clarity, weeks),
        ratio(s.sum_gap, weeks),
        ratio(s.sum_exchanged, s.sum_chances),
    )
    for n in range(len(values)):
        out[PAIR_AT + n] = values[n]


@part
def measure_deciding(w, out):
    """Outcomes of deciding and hours, in the order of DECIDING; open and lapsed decisions count at their age."""
    leaders, decisions = w.leaders, w.decisions
    s = w.firm
    weeks = most(1.0, s.week)
    quarters = weeks / 13.0
    open_delay = 0.0
    for k in range(s.decision_count):
        open_delay += decisions[k].age
    concluded = s.sum_decided + s.sum_lapsed
    skill, tired, seats = 0.0, 0.0, 0.0
    for i in range(2):
        if leaders[i].present == 1:
            seats += 1.0
            tired += leaders[i].fatigue
            for k in range(4):
                skill += 0.25 * leaders[i].skills[k]
    hours = s.sum_hours[CEO] + s.sum_hours[COO]
    values = (
        ratio(s.sum_delay + open_delay, concluded + s.decision_count),
        ratio(s.sum_lapsed, concluded),
        s.sum_decided,
        s.sum_dropped,
        ratio(s.sum_good_refused, s.sum_good),
        ratio(s.sum_bad_accepted, s.sum_bad),
        ratio(s.sum_error, s.sum_settings),
        s.sum_standing / weeks,
        s.sum_double / quarters,
        s.sum_orphans / quarters,
        s.sum_usurped / quarters,
        s.sum_reopened / quarters,
        s.sum_arbitrated / quarters,
        s.sum_departures,
        ratio(hours, s.sum_hours_available[CEO] + s.sum_hours_available[COO]),
        s.sum_hours[CEO] / weeks,
        s.sum_hours[COO] / weeks,
        s.sum_meeting / weeks,
        ratio(tired, seats),
        ratio(skill, seats),
    )
    for n in range(len(values)):
        out[DECIDING_AT + n] = values[n]


@part
def measure_work(w, out):
    """Outcomes of the teams' work, in the order of WORK."""
    teams = w.teams
    p, s = w.parameters, w.firm
    weeks = most(1.0, s.week)
    skill, backlog = 0.0, 0.0
    for t in range(p.team_count):
        skill += teams[t].skill / p.team_count
        backlog += teams[t].sum_backlog
    first = teams[0]
    values = (
        s.sum_morale / weeks,
        skill,
        ratio(s.sum_hidden, s.sum_hidden + s.sum_work),
        ratio(s.sum_defaults, s.sum_exceptions),
        ratio(backlog, s.sum_capacity),
        s.sum_experiments_proposed,
        s.sum_experiments_started,
        s.sum_experiments_succeeded,
        s.sum_experiments_stopped,
        s.sum_campaigns,
        ratio(s.sum_launched_performance, s.sum_campaigns),
        ratio(s.sum_launched_brand, s.sum_campaigns),
        s.sum_novelty_accepted,
        first.sum_morale / weeks,
        ratio(first.sum_wait, first.sum_finished),
        ratio(first.sum_defaults, first.sum_done),
    )
    for n in range(len(values)):
        out[WORK_AT + n] = values[n]
