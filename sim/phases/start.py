"""Week 0: the records filled from the parameters, and what an intervention or a newcomer sets anew."""

import math

from tandem.sim.compile import copy_record, part, phase
from tandem.sim.phases.journal import contribute, note
from tandem.sim.phases.luck import normals
from tandem.sim.phases.pair import belief_target, book_clarity, both_present, update_clarity
from tandem.sim.phases.projects import close_ranks
from tandem.sim.rules.arithmetic import clip, unit
from tandem.sim.rules.execution import report_reach
from tandem.sim.rules.learning import results_seen_at_rest
from tandem.sim.rules.market import arm_response
from tandem.sim.state import (
    AWARENESS,
    CEO,
    CHANGE_APPLIED,
    CONTESTED,
    COO,
    INTERVENTION,
    LEAD,
    LEADER_ARRIVED,
    LEADER_LEFT,
    NEWCOMER,
    QUEUED,
    RELATIONSHIP,
    RETENTION_ARM,
    REVENUE,
    SATISFACTION,
    SOLE,
    TRUST,
)
from tandem.sim.streams import PRODUCT_LINES, SUCCESSION

MOST_LINES = 256.0  # beyond, more of them steady the whole hardly further


@part
def set_leader(w, i):
    """Give leader i the priorities, anchors, skills, style and hours declared."""
    leaders = w.leaders
    p, leader = w.parameters, leaders[i]
    for g in range(5):
        leader.priorities[g] = p.leader_priorities[i, g]
        leader.anchors[g] = p.leader_priorities[i, g]
    for k in range(4):
        leader.skills[k] = p.leader_skills[i, k]
    set_habits(w, i)


@part
def set_habits(w, i):
    """Give leader i the style, openness, hours, encouragement and anchor strength declared."""
    leaders = w.leaders
    p, leader = w.parameters, leaders[i]
    leader.style, leader.openness, leader.hours = p.leader_style[i], p.leader_openness[i], p.leader_hours[i]
    leader.encouragement, leader.anchor = p.leader_encouragement[i], p.leader_anchor[i]


@part
def set_beliefs(w, i):
    """Let leader i believe what the charter, as far as it is alive, says he owns."""
    leaders = w.leaders
    for domain in range(7):
        leaders[i].beliefs[domain] = belief_target(w, domain, i)


@phase
def start_firm(world):
    """Fill week 0. `w.firm` must hold key0, key1, number and replicate; everything else is set here."""
    w = world[0]
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    s.week, s.decision_count, s.project_count = 0, 0, 0
    s.relationship_conflict, s.common_ground = p.dyad_relationship_conflict, p.dyad_common_ground
    for c in range(4):
        s.conflict_causes[c] = 0.25 * p.dyad_relationship_conflict
    for d in range(7):
        s.precedents[d], s.charter_alive[d] = p.dyad_precedents, 1.0
    for i in range(3):
        leader = leaders[i]
        leader.present = p.leader_present[i]
        set_leader(w, i)
        leader.trust, leader.fatigue = p.dyad_trust, 0.0
        leader.vacancy, leader.successions = 0.0, 0
        leader.results_seen = results_seen_at_rest(
            p.adaptation_lesson, shown_results(w, i), p.adaptation_lesson_fade, p.adaptation_review_interval_weeks
        )
    for i in range(2):
        set_beliefs(w, i)
    s.ever_paired = 1 if both_present(w) else 0
    update_clarity(w)
    w.journal.clarity = -1.0
    book_clarity(w, INTERVENTION)
    s.goodwill, s.technique, s.refinement, s.reputation = p.market_goodwill, 1.0, p.market_refinement, 1.0
    s.satisfaction, s.customers, s.start_customers = p.market_satisfaction, p.market_customers, p.market_customers
    s.competitor, s.market_size, s.acceptance, s.cash = 1.0, 1.0, p.arrivals_acceptance, 0.0
    s.experience = p.campaigns_experience_start
    s.yardstick = 1.0
    s.presence, s.coherence, s.path, s.rivalry, s.line_luck = p.market_presence_usual, p.market_coherence, 0.0, 0.0, 0.0
    s.line_share = concentration(w) if p.switches_product_lines == 1 else 1.0
    for g in range(5):
        s.right_goals[g] = p.market_right_goals[g]
        s.estimated_goals[g] = p.market_right_goals[g]
    s.shares[0], s.shares[1] = p.market_start_share_brand, p.market_start_share_activation
    s.shares[2], s.shares[3] = p.market_start_share_experiment, p.market_start_share_retention
    for a in range(4):
        s.estimates[a] = s.shares[a]
    answer_of_arms(w)
    s.review_due = p.adaptation_review_interval_weeks
    s.revenue = p.market_customers * p.market_revenue_per_customer
    s.start_revenue, s.aspiration, s.defect_quality = s.revenue, s.revenue, 1.0
    for j in range(p.team_count):
        set_team(w, j)
        teams[j].skill, teams[j].morale = p.team_skill[j], p.morale_start
    close_ranks(w)


@part
def concentration(w):
    """Concentration of the firm's demand on product lines (0-1): root of the sum of their squared shares. Their number follows
    the firm's size, their sizes are log-normal [riccaboni2008]."""
    p, s = w.parameters, w.firm
    lines = int(clip(p.market_customers / p.market_customers_per_line + 0.5, 1.0, MOST_LINES))
    total, squares = 0.0, 0.0
    for k in range(0, lines, 4):
        n = normals(s, PRODUCT_LINES, k // 4)
        for j in range(4):
            if k + j < lines:
                size = math.exp(p.market_line_spread * n[j])
                total += size
                squares += size * size
    return math.sqrt(squares) / total


@part
def analyst(w):
    """Who reads the figures: the COO, or the CEO without one."""
    return COO if w.leaders[COO].present == 1 else CEO


@part
def shown_results(w, i):
    """Share of the results of past judgments that a review shows leader i: the others' figures must be shared."""
    p = w.parameters
    return p.adaptation_analytics if i == analyst(w) else p.adaptation_analytics * p.communication_transparency


@part
def set_team(w, j):
    """Give team j its kind, priorities, headcount and reporting frequency."""
    teams = w.teams
    p, team = w.parameters, teams[j]
    team.kind, team.reports = p.team_kind[j], p.team_reporting_per_week[j]
    if p.team_headcount[j] != w.previous.team_headcount[j] or team.headcount <= 0.0:
        team.headcount = p.team_headcount[j]  # else it has grown or shrunk since it was declared
    for g in range(5):
        team.priorities[g] = p.team_priorities[j, g]
    heard = team.reports if p.switches_reporting == 1 else p.execution_reports_unwritten
    team.reach = report_reach(heard, p.execution_reach, p.execution_reach_reports)
    for d in range(7):
        team.worth[d] = 0.0
        for g in range(5):
            team.worth[d] += team.priorities[g] * p.domain_goals[d, g]


@part
def answer_of_arms(w):
    """Response of each arm of the budget to its present share (1 at a quarter); retention answers less (assumption)."""
    p, s = w.parameters, w.firm
    for a in range(4):
        answer = p.market_retention_response * p.market_allocation if a == RETENTION_ARM else p.market_allocation
        s.arms[a] = arm_response(s.shares[a], answer)


@part
def reroute(w):
    """Hand every open decision that waits for an absent leader to the one who is there (or to the team)."""
    leaders, decisions = w.leaders, w.decisions
    for k in range(w.firm.decision_count):
        item = decisions[k]
        if item.status == QUEUED or item.status == CONTESTED:
            present = LEAD
            if leaders[CEO].present == 1:
                present = CEO
            elif leaders[COO].present == 1:
                present = COO
            if item.effort_left[present] <= 0.0 and item.effort[present] <= 0.0:
                item.effort_left[present] = w.parameters.domain_executive_hours[item.domain]
            item.rule, item.decider, item.consulted, item.status, item.waiting = SOLE, present, 0, QUEUED, 0
            item.agenda, item.step = 0.0, 0
            for i in range(2):
                if leaders[i].present == 0:
                    item.effort_left[i] = 0.0


@part
def leave(w, i, vacancy):
    """Leader i leaves; the post stays empty for `vacancy` weeks (below 0: for good). Undocumented precedents go too."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    leaders[i].present, leaders[i].vacancy = 0, vacancy
    if p.clarity_documentation < p.shocks_departure_documented:
        for d in range(7):
            s.precedents[d] *= p.shocks_departure_precedents
    s.common_ground *= p.shocks_departure_ground
    s.sum_departures += 1.0
    book_clarity(w, NEWCOMER)
    reroute(w)
    note(w, LEADER_LEFT, s.week, -1, i, vacancy, 0.0)


@part
def arrive_leader(w, i, as_declared):
    """A leader takes post i: skills and priorities near those declared, trust at what the culture expects, on both sides."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    leader = leaders[i]
    leader.successions += 1
    leader.results_seen = 0.0
    set_leader(w, i)
    if as_declared == 0:
        block = leader.successions * 8 + i * 4
        n0, n1, n2, n3 = normals(s, SUCCESSION, block)
        m0, m1, m2, m3 = normals(s, SUCCESSION, block + 1)
        leader.skills[0] = unit(leader.skills[0] + p.shocks_successor_skill * n0)
        leader.skills[1] = unit(leader.skills[1] + p.shocks_successor_skill * n1)
        leader.skills[2] = unit(leader.skills[2] + p.shocks_successor_skill * n2)
        leader.skills[3] = unit(leader.skills[3] + p.shocks_successor_skill * n3)
        leader.priorities[0] = unit(leader.priorities[0] + p.shocks_successor_priorities * m0)
        leader.priorities[1] = unit(leader.priorities[1] + p.shocks_successor_priorities * m1)
        leader.priorities[2] = unit(leader.priorities[2] + p.shocks_successor_priorities * m2)
        leader.priorities[3] = unit(leader.priorities[3] + p.shocks_successor_priorities * m3)
        total = 0.0
        for g in range(5):
            total += leader.priorities[g]
        for g in range(5):
            leader.priorities[g] = leader.priorities[g] / total if total > 0.0 else leader.anchors[g]
            leader.anchors[g] = leader.priorities[g]
    leader.present, leader.vacancy, leader.fatigue = 1, 0.0, 0.0
    if s.ever_paired == 1 and p.switches_trust_dynamics == 1 and p.assumptions_trust_frozen == 0:
        for k in range(2):
            contribute(w, TRUST, NEWCOMER, 0.5 * (p.culture_trust - leaders[k].trust))
            leaders[k].trust = p.culture_trust
    kept = p.shocks_successor_conflict * s.relationship_conflict
    contribute(w, RELATIONSHIP, NEWCOMER, kept - s.relationship_conflict)
    s.relationship_conflict = kept
    set_beliefs(w, i)
    book_clarity(w, NEWCOMER)
    if both_present(w):
        s.ever_paired = 1
    note(w, LEADER_ARRIVED, s.week, -1, i, leader.trust, 0.0)


@part
def set_stocks(w):
    """Set the stocks that the new row of parameters declares differently from the one before."""
    leaders = w.leaders
    b, p, s = w.previous, w.parameters, w.firm
    if b.dyad_trust != p.dyad_trust:
        for i in range(2):
            contribute(w, TRUST, INTERVENTION, 0.5 * (p.dyad_trust - leaders[i].trust))
            leaders[i].trust = p.dyad_trust
    if b.dyad_relationship_conflict != p.dyad_relationship_conflict:
        contribute(w, RELATIONSHIP, INTERVENTION, p.dyad_relationship_conflict - s.relationship_conflict)
        s.relationship_conflict = p.dyad_relationship_conflict
    if b.dyad_common_ground != p.dyad_common_ground:
        s.common_ground = p.dyad_common_ground
    if b.market_goodwill != p.market_goodwill:
        contribute(w, AWARENESS, INTERVENTION, p.market_goodwill - s.goodwill)
        s.goodwill = p.market_goodwill
    if b.market_satisfaction != p.market_satisfaction:
        contribute(w, SATISFACTION, INTERVENTION, p.market_satisfaction - s.satisfaction)
        s.satisfaction = p.market_satisfaction
    if b.market_revenue_per_customer != p.market_revenue_per_customer:
        price_change = p.market_revenue_per_customer - b.market_revenue_per_customer
        contribute(w, REVENUE, INTERVENTION, s.customers * price_change)


@phase
def apply_change(world, row):
    """Put a new row of parameters in force: whatever it declares differently from the row before is set anew.

    `row` is an array of one record (dtype RECORD). Dispositions and starting stocks that did not
    change keep their present, evolved values; a changed charter is believed as far as it is alive.
    """
    w = world[0]
    leaders, teams, projects = w.leaders, w.teams, w.projects
    copy_record(w.previous, w.parameters)
    copy_record(w.parameters, row[0])
    b, p, s = w.previous, w.parameters, w.firm
    note(w, CHANGE_APPLIED, s.week + 1, -1, -1, 0.0, 0.0)
    for i in range(3):
        leader = leaders[i]
        for g in range(5):
            if b.leader_priorities[i, g] != p.leader_priorities[i, g]:
                leader.priorities[g], leader.anchors[g] = p.leader_priorities[i, g], p.leader_priorities[i, g]
        total = 0.0
        for g in range(5):
            total += leader.priorities[g]
        for g in range(5):
            leader.priorities[g] /= total
        for k in range(4):
            if b.leader_skills[i, k] != p.leader_skills[i, k]:
                leader.skills[k] = unit(leader.skills[k] + p.leader_skills[i, k] - b.leader_skills[i, k])
        set_habits(w, i)
        if b.leader_present[i] == 1 and p.leader_present[i] == 0 and leader.present == 1:
            leave(w, i, -1.0)
        elif b.leader_present[i] == 1 and p.leader_present[i] == 0:
            leader.vacancy = -1.0
        elif b.leader_present[i] == 0 and p.leader_present[i] == 1:
            arrive_leader(w, i, 1)
    set_stocks(w)
    for d in range(7):
        same = b.charter_rule[d] == p.charter_rule[d] and b.charter_decides[d] == p.charter_decides[d]
        if not same or b.clarity_charter != p.clarity_charter:
            # A rewritten charter is announced: it is alive again, and believed in part at once.
            s.charter_alive[d] = 1.0
            for i in range(2):
                leaders[i].beliefs[d] += p.clarity_announced * (belief_target(w, d, i) - leaders[i].beliefs[d])
    for g in range(5):
        if b.market_right_goals[g] != p.market_right_goals[g]:
            s.right_goals[g] = p.market_right_goals[g]
    for j in range(p.team_count):
        set_team(w, j)
        if j >= b.team_count:
            teams[j].skill, teams[j].morale = p.team_skill[j], p.morale_start
    if p.team_count != b.team_count:
        for k in range(s.project_count):
            if projects[k].team >= p.team_count:
                projects[k].team = 0
        close_ranks(w)
    if s.review_due > p.adaptation_review_interval_weeks:
        s.review_due = p.adaptation_review_interval_weeks
    answer_of_arms(w)
    update_clarity(w)
    book_clarity(w, INTERVENTION)
