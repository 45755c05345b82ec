"""The week opens: calendar, dated and random shocks, departures and arrivals, drift of the environment."""

import math

from tandem.sim.compile import part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.luck import normals, uniforms
from tandem.sim.phases.pair import book_clarity, both_present, move_relationship, move_trust, update_clarity
from tandem.sim.phases.start import arrive_leader, leave
from tandem.sim.rules.arithmetic import clip, most
from tandem.sim.rules.learning import experience_after
from tandem.sim.rules.market import growth_of_business, line_luck_after
from tandem.sim.rules.skills import aged
from tandem.sim.state import (
    CEO,
    COMPETITOR_ATTACK,
    COO,
    CRISIS,
    MARKET_JUMP,
    RESTRUCTURED,
    RESTRUCTURING,
    TECHNOLOGY_SHOCK,
    TECHNOLOGY_SKILL,
    TRUST_SHOCK,
    TRUST_SHOCKED,
)
from tandem.sim.streams import ENVIRONMENT, PRODUCT_LINES, SHOCKS, normal_from_uniform


@phase
def open_week(world):
    """Turn the calendar, clear the week's flows, let shocks strike and posts be left and filled."""
    w = world[0]
    leaders = w.leaders
    p, s = w.parameters, w.firm
    s.week += 1
    clear_flows(w)
    s.meeting_credit += p.communication_meetings_per_week
    s.meetings = int(math.floor(s.meeting_credit + 1e-9))
    s.meeting_credit -= s.meetings
    s.review_due -= 1.0
    s.review_now = 0
    if s.review_due <= 1e-9:
        s.review_now = 1
        s.review_due += p.adaptation_review_interval_weeks
    for i in range(2):
        if leaders[i].present == 0 and leaders[i].vacancy > 0.0:
            leaders[i].vacancy -= 1.0
            if leaders[i].vacancy <= 0.0:
                leaders[i].vacancy = 0.0
                arrive_leader(w, i, 0)
    if s.crisis_weeks > 0.0:
        s.crisis_weeks = most(0.0, s.crisis_weeks - 1.0)
    if p.switches_shocks == 1:
        strike(w)
    update_clarity(w)


@part
def clear_flows(w):
    """Zero what is counted afresh each week."""
    leaders, s = w.leaders, w.firm
    s.extra_spend, s.contradiction = 0.0, 0.0
    s.task_episodes, s.process_episodes, s.relationship_episodes = 0.0, 0.0, 0.0
    s.decided, s.lapsed, s.dropped, s.exchanged, s.exchange_chances, s.wasted_work = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(3):
        leaders[i].hours_used = 0.0


@part
def strike(w):
    """Dated events of this week, then random ones; each strikes as MODEL.md describes, scaled by its size."""
    p, s = w.parameters, w.firm
    for e in range(p.event_count):
        if p.event_week[e] == s.week:
            happen(w, p.event_kind[e], p.event_size[e])
    hazards = (
        p.hazards_restructuring
        + p.hazards_technology
        + p.hazards_competitor
        + p.hazards_crisis
        + p.hazards_ceo_departure
        + p.hazards_coo_departure
    )
    if hazards > 0.0:
        u0, u1, u2, u3 = uniforms(s, SHOCKS, s.week * 4)
        v0, v1, v2, v3 = uniforms(s, SHOCKS, s.week * 4 + 1)
        if u0 < p.hazards_restructuring:
            happen(w, 0, 1.0)
        if u1 < p.hazards_technology:
            happen(w, 1, 1.0)
        if u2 < p.hazards_competitor:
            happen(w, 2, 1.0)
        if u3 < p.hazards_crisis:
            happen(w, 3, 1.0)
        # A sour relation doubles and trebles the hazard of leaving (at the strain declared).
        strain = 1.0 + p.hazards_strain * s.relationship_conflict if both_present(w) else 1.0
        if v0 < p.hazards_ceo_departure * strain:
            happen(w, 6, 1.0)
        if v1 < p.hazards_coo_departure * strain:
            happen(w, 7, 1.0)


@part
def happen(w, kind, size):
    """One shock: kinds in the order of tandem.sim.parameters.EVENTS."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if kind == 0:
        restructure(w, size)
    elif kind == 1:
        s.technique *= math.exp(-p.shocks_technology_technique * size)
        s.novelty_shift += p.shocks_technology_novelty * size
        for i in range(3):
            leaders[i].skills[TECHNOLOGY_SKILL] *= math.exp(-p.shocks_technology_skill * size)
        note(w, TECHNOLOGY_SHOCK, s.week, -1, -1, size, 0.0)
    elif kind == 2:
        s.competitor *= math.exp(-p.shocks_competitor * size)
        note(w, COMPETITOR_ATTACK, s.week, -1, -1, size, 0.0)
    elif kind == 3:
        s.crisis_weeks = most(p.shocks_crisis_weeks * size, s.crisis_weeks)
        note(w, CRISIS, s.week, -1, -1, size, s.crisis_weeks)
    elif kind == 4:
        jump(w, size)
    elif kind == 5:
        if both_present(w):
            for i in range(2):
                move_trust(w, i, leaders[i].trust * math.exp(-p.shocks_trust * size), TRUST_SHOCK)
        note(w, TRUST_SHOCKED, s.week, -1, -1, size, 0.0)
    else:
        who = CEO if kind == 6 else COO
        if leaders[who].present == 1:
            u0, u1, u2, u3 = uniforms(s, SHOCKS, s.week * 4 + 2)
            u = u0 if who == CEO else u1
            weeks = p.hazards_vacancy_shortest + u * (p.hazards_vacancy_longest - p.hazards_vacancy_shortest)
            leave(w, who, math.floor(weeks) + 1.0)


@part
def restructure(w, size):
    """Who decides is thrown open in a random set of domains; until somebody writes it down again, nothing is clear.

    Beliefs fall back to 'either of us', precedents and the charter lose their hold. Source: the article's retailer.
    """
    leaders = w.leaders
    p, s = w.parameters, w.firm
    severity = clip(size, 0.0, 1.0)
    if p.switches_records_protect == 1:
        severity *= 1.0 - p.shocks_restructuring_documented * p.clarity_documentation
    u = uniforms(s, SHOCKS, s.week * 4 + 3)
    v = uniforms(s, SHOCKS, s.week * 4 + 2)
    reach = p.shocks_restructuring_reach + p.shocks_restructuring_reach_size * severity
    for d in range(7):
        chance = u[d % 4] if d < 4 else v[d % 4]
        if d < 4 or chance < reach:
            s.charter_alive[d] *= 1.0 - severity
            s.precedents[d] *= 1.0 - p.shocks_restructuring_precedents * severity
            for i in range(2):
                leaders[i].beliefs[d] += severity * (0.5 - leaders[i].beliefs[d])
    book_clarity(w, RESTRUCTURING)
    if both_present(w):
        move_relationship(w, p.shocks_restructuring_conflict * size * (1.0 - s.relationship_conflict), RESTRUCTURING)
    note(w, RESTRUCTURED, s.week, -1, -1, size, 0.0)


@part
def jump(w, size):
    """The market jumps: right settings move, the funnel wears, the goals that pay shift, knowledge is partly void."""
    p, s = w.parameters, w.firm
    n = normals(s, ENVIRONMENT, s.week * 8 + 3)
    m = normals(s, ENVIRONMENT, s.week * 8 + 4)
    u0, u1, u2, u3 = uniforms(s, ENVIRONMENT, s.week * 8 + 5)
    step = p.market_jump_size * size
    s.standing_error[0] += step * n[0]
    s.standing_error[1] += step * n[1]
    s.standing_error[3] += step * n[2]
    s.standing_error[4] += step * n[3]
    s.standing_error[5] += step * m[0]
    s.refinement *= math.exp(-p.shocks_jump_refinement * size)
    s.common_ground *= math.exp(-p.shocks_jump_ground * size)
    favoured = int(u0 * 5.0)
    shift = clip(p.shocks_jump_goals * size, 0.0, p.shocks_jump_goals_most)
    for g in range(5):
        s.right_goals[g] += shift * ((1.0 if g == favoured else 0.0) - s.right_goals[g])
    note(w, MARKET_JUMP, s.week, -1, favoured, size, 0.0)


@part
def grow(w):
    """The market grows; with the path in force it matures, as the line of business does, and rivals answer who outgrows it.
    Each product line's demand wanders by itself: the more lines of like size, the steadier the whole."""
    p, s = w.parameters, w.firm
    if p.switches_growth_path == 0:
        s.market_size *= 1.0 + p.market_market_growth / 52.0
    else:
        t = s.week / 52.0
        s.market_size *= 1.0 + growth_of_business(p.market_market_growth, 0.0, p.market_maturing_years, t) / 52.0
        s.yardstick -= p.market_obsolescence * (s.yardstick - p.market_technique_rest)
        s.path += (
            growth_of_business(math.log(1.0 + p.market_target_growth), p.market_mature_growth, p.market_maturing_years, t) / 52.0
        )
        ahead = math.log(most(s.customers, 1e-9) / s.start_customers) - s.path
        s.rivalry += (ahead - s.rivalry) / (52.0 * p.market_entry_years)
    if p.switches_product_lines == 1:
        n0, n1, n2, n3 = normals(s, PRODUCT_LINES, 1024 + s.week)
        s.line_luck = line_luck_after(s.line_luck, p.market_line_memory, p.market_line_luck * s.line_share, n0)


@phase
def drift_environment(world):
    """Right settings drift or jump, techniques age, a competitor's attack fades, the market grows."""
    w = world[0]
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    if p.switches_drift == 1:
        n = normals(s, ENVIRONMENT, s.week * 8)
        u0, u1, u2, u3 = uniforms(s, ENVIRONMENT, s.week * 8 + 1)
        s.standing_error[0] += p.market_drift * n[0]
        s.standing_error[1] += p.market_drift * n[1]
        s.standing_error[3] += p.market_drift * n[2]
        s.standing_error[4] += p.market_drift * n[3]
        s.standing_error[5] += p.market_drift * normal_from_uniform(u0)
    if p.switches_jumps == 1 and p.market_jumps > 0.0:
        j0, j1, j2, j3 = uniforms(s, ENVIRONMENT, s.week * 8 + 2)
        if j0 < p.market_jumps:
            jump(w, 1.0)
    if p.switches_technique == 1:
        s.technique -= p.market_obsolescence * (s.technique - p.market_technique_rest)
    if p.switches_refinement == 1:
        s.refinement *= 1.0 - p.market_refinement_loss
    s.experience = experience_after(s.experience, p.campaigns_experience_loss)
    s.competitor = 1.0 - (1.0 - s.competitor) * (1.0 - p.shocks_competitor_fading)
    s.novelty_shift *= 1.0 - p.shocks_novelty_fading
    grow(w)
    if p.switches_skill_decay == 1:
        for i in range(3):
            leader = leaders[i]
            for k in range(4):
                leader.skills[k] = aged(leader.skills[k], p.market_frontier if k == TECHNOLOGY_SKILL else p.training_loss)
        for t in range(p.team_count):
            teams[t].skill = aged(teams[t].skill, p.training_team_loss)
