"""Outcomes of a run: each written by its name into one record, from the sums kept (unit and meaning: sim/outcomes.py)."""

import math

from tandem.sim.compile import part, phase
from tandem.sim.phases.pair import mean_trust
from tandem.sim.rules.arithmetic import least, most
from tandem.sim.state import BRAND_ARM, CEO, COO


@phase
def measure(world, measured):
    """Write the outcomes of the weeks played so far into `measured` (array of one record, dtype `tandem.sim.outcomes.MEASURED`).

    Outcomes of the pair are not-a-number in a firm that never had one.
    """
    w, m = world[0], measured[0]
    measure_market(w, m)
    measure_pair(w, m)
    measure_deciding(w, m)
    measure_work(w, m)


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
def measure_market(w, m):
    """Outcomes of market and money."""
    p, s = w.parameters, w.firm
    weeks, last = most(1.0, s.week), most(1.0, least(13.0, s.week))
    margin = p.market_gross_margin * p.market_revenue_per_customer
    lost = s.sum_lost / most(s.sum_customers, 1e-9)
    # Two years of margin of the customers won by campaigns, thinned by churn, per kEUR spent.
    life = (1.0 - math.exp(-104.0 * lost)) / lost if lost > 1e-9 else 104.0
    m.revenue_growth = growth_rate(w)
    m.conversion_rate = ratio(s.sum_new, s.sum_leads)
    m.cost_per_acquisition = ratio(s.sum_spend, s.sum_new)
    m.return_on_investment = ratio((s.sum_new - s.sum_baseline_leads) * margin * life, s.sum_spend)
    m.satisfaction = s.quarter_satisfaction / last
    m.brand_awareness = s.quarter_awareness / last
    m.customer_retention = math.exp(-52.0 * lost)
    m.marketing_spend_share = ratio(s.sum_spend, s.sum_revenue)
    m.profit_per_week = s.sum_profit / weeks
    m.cash = s.cash
    m.ruined = s.ruined
    m.technique = s.technique
    m.reputation = s.reputation
    m.refinement = s.refinement
    m.budget_share_brand = s.shares[BRAND_ARM]


@part
def measure_pair(w, m):
    """Outcomes of the pair; not-a-number where there was no pair."""
    s = w.firm
    weeks = s.sum_paired_weeks
    quarters = weeks / 13.0
    pair = weeks > 0.0
    episodes = s.sum_task + s.sum_process + s.sum_relationship
    causes = s.sum_causes[0] + s.sum_causes[1] + s.sum_causes[2] + s.sum_causes[3]
    m.conflict_rate = ratio(episodes, quarters)
    m.task_conflict_rate = ratio(s.sum_task, quarters)
    m.relationship_conflict_rate = ratio(s.sum_relationship, quarters)
    m.process_conflict_rate = ratio(s.sum_process, quarters)
    m.conflict_per_decision = ratio(episodes, s.sum_decided) if pair else math.nan
    m.cause_priorities_share = ratio(s.sum_causes[0], causes)
    m.cause_styles_share = ratio(s.sum_causes[1], causes)
    m.cause_communication_share = ratio(s.sum_causes[2], causes)
    m.cause_roles_share = ratio(s.sum_causes[3], causes)
    m.trust = mean_trust(w) if pair else math.nan
    m.trust_mean = ratio(s.sum_trust, weeks)
    m.relationship_conflict = s.relationship_conflict if pair else math.nan
    m.relationship_conflict_mean = ratio(s.sum_relationship_level, weeks)
    m.role_clarity = ratio(s.sum_clarity, weeks)
    m.goal_gap = ratio(s.sum_gap, weeks)
    m.information_shared = ratio(s.sum_exchanged, s.sum_chances)


@part
def measure_deciding(w, m):
    """Outcomes of deciding and hours; open and lapsed decisions count at their age."""
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
    m.decision_delay_weeks = ratio(s.sum_delay + open_delay, concluded + s.decision_count)
    m.lapsed_share = ratio(s.sum_lapsed, concluded)
    m.decisions_taken = s.sum_decided
    m.decisions_dropped = s.sum_dropped
    m.omission_rate = ratio(s.sum_good_refused, s.sum_good)
    m.commission_rate = ratio(s.sum_bad_accepted, s.sum_bad)
    m.setting_error = ratio(s.sum_error, s.sum_settings)
    m.standing_error = s.sum_standing / weeks
    m.double_directives = s.sum_double / quarters
    m.orphaned_decisions = s.sum_orphans / quarters
    m.usurped_decisions = s.sum_usurped / quarters
    m.reopened_decisions = s.sum_reopened / quarters
    m.arbitrations = s.sum_arbitrated / quarters
    m.departures = s.sum_departures
    m.hours_used_share = ratio(hours, s.sum_hours_available[CEO] + s.sum_hours_available[COO])
    m.ceo_hours = s.sum_hours[CEO] / weeks
    m.coo_hours = s.sum_hours[COO] / weeks
    m.meeting_hours = s.sum_meeting / weeks
    m.fatigue = ratio(tired, seats)
    m.leader_skill = ratio(skill, seats)


@part
def measure_work(w, m):
    """Outcomes of the teams' work."""
    teams = w.teams
    p, s = w.parameters, w.firm
    weeks = most(1.0, s.week)
    skill, backlog = 0.0, 0.0
    for t in range(p.team_count):
        skill += teams[t].skill / p.team_count
        backlog += teams[t].sum_backlog
    first = teams[0]
    m.morale = s.sum_morale / weeks
    m.team_skill = skill
    m.hidden_work_share = ratio(s.sum_hidden, s.sum_hidden + s.sum_work)
    m.unanswered_share = ratio(s.sum_defaults, s.sum_exceptions)
    m.backlog_weeks = ratio(backlog, s.sum_capacity)
    m.experiments_proposed = s.sum_experiments_proposed
    m.experiments_started = s.sum_experiments_started
    m.experiments_succeeded = s.sum_experiments_succeeded
    m.experiments_stopped = s.sum_experiments_stopped
    m.campaigns_launched = s.sum_campaigns
    m.launched_performance = ratio(s.sum_launched_performance, s.sum_campaigns)
    m.launched_brand = ratio(s.sum_launched_brand, s.sum_campaigns)
    m.novelty_accepted = s.sum_novelty_accepted
    m.team_1_morale = first.sum_morale / weeks
    m.team_1_wait_weeks = ratio(first.sum_wait, first.sum_finished)
    m.team_1_unanswered_share = ratio(first.sum_defaults, first.sum_done)
