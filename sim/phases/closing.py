"""The week closes: priorities and beliefs drift, relations cool, personal quarrels break out, sums are kept."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.judging import priority_gap
from tandem.sim.phases.luck import uniforms
from tandem.sim.phases.pair import (
    book_clarity,
    both_present,
    forgotten,
    grasped,
    mean_trust,
    move_relationship,
    move_trust,
    relied,
    update_clarity,
)
from tandem.sim.rules.arithmetic import clip, least, most, unit
from tandem.sim.rules.clarity import moved_belief
from tandem.sim.rules.conflict import episode_probability
from tandem.sim.rules.effort import effort_factor, fatigue_after
from tandem.sim.rules.goals import egocentric_weight, moved_weight, within_reach
from tandem.sim.rules.market import presence_after
from tandem.sim.rules.trust import trust_after_failure, trust_returning
from tandem.sim.state import (
    CEO,
    COO,
    CULTURE,
    FORGIVING,
    GRABBING,
    KEY_CLIENT,
    MARKET_SKILL,
    RELATIONSHIP_CONFLICT,
    ROLES_FORGOTTEN,
    SUSPICION,
)
from tandem.sim.streams import RELATIONSHIP


@phase
def close_week(world):
    """End of the week, in this order: quarrels, priorities, beliefs, relations, fatigue, aspiration, sums."""
    w = world[0]
    leaders = w.leaders
    p = w.parameters
    quarrel_personally(w)
    align(w)
    forget_roles(w)
    cool_down(w)
    for i in range(3):
        leader = leaders[i]
        if leader.present == 1 and leader.hours_available > 0.0:
            leader.fatigue = fatigue_after(
                leader.fatigue,
                leader.hours_used / leader.hours_available,
                p.effort_fatigue_threshold,
                p.effort_fatigue_gain,
                p.effort_fatigue_fading,
            )
    meet_outside(w)
    use_spare_hours(w)
    aspire(w)
    update_clarity(w)
    keep_sums(w)


@part
def quarrel_personally(w):
    """A personal quarrel may break out; it inherits the causes of the sourness it springs from."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_relationship_episodes == 0 or not both_present(w):
        return
    u0, u1, u2, u3 = uniforms(s, RELATIONSHIP, s.week)
    if u0 < episode_probability(p.dyad_episode_hazard, s.relationship_conflict, mean_trust(w)):
        s.relationship_episodes += 1.0
        total = 0.0
        for c in range(4):
            total += s.conflict_causes[c]
        for c in range(4):
            s.sum_causes[c] += s.conflict_causes[c] / total if total > 1e-12 else 0.25
        # What a quarrel costs at once; the hours that a sour relation takes are taken from every week (see hours.py).
        for i in range(2):
            leaders[i].fatigue += p.dyad_episode_fatigue * (1.0 - leaders[i].fatigue)
        note(w, RELATIONSHIP_CONFLICT, s.week, -1, -1, s.relationship_conflict, mean_trust(w))


@part
def align(w):
    """Priorities move: to the goals set together, to the other's, back to their anchor; apart under separate figures."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_goal_dynamics == 0:
        return
    gap = priority_gap(w)
    pull = p.targets_pull * p.targets_specificity * p.targets_shared
    pair = both_present(w)
    ceo, coo = leaders[CEO], leaders[COO]
    mutual_ceo = (
        p.targets_mutual_pull * ceo.trust * within_reach(gap, ceo.trust, p.targets_reach, p.targets_reach_trust) if pair else 0.0
    )
    mutual_coo = (
        p.targets_mutual_pull * coo.trust * within_reach(gap, coo.trust, p.targets_reach, p.targets_reach_trust) if pair else 0.0
    )
    push = p.targets_egocentric_push * (1.0 - p.targets_shared) if pair else 0.0
    for g in range(5):
        a, b = ceo.priorities[g], coo.priorities[g]
        goal = s.estimated_goals[g]
        if ceo.present == 1:
            ceo.priorities[g] = egocentric_weight(moved_weight(a, goal, pull, b, mutual_ceo, ceo.anchors[g], ceo.anchor), b, push)
        if coo.present == 1:
            coo.priorities[g] = egocentric_weight(moved_weight(b, goal, pull, a, mutual_coo, coo.anchors[g], coo.anchor), a, push)
    for i in range(2):
        total = 0.0
        for g in range(5):
            total += leaders[i].priorities[g]
        for g in range(5):
            # Who has put aside all he wished for comes back to what he came with.
            leaders[i].priorities[g] = leaders[i].priorities[g] / total if total > 0.0 else leaders[i].anchors[g]


@part
def forget_roles(w):
    """Beliefs about who owns what fade to 'either of us'; distrust makes both grab what matters; a written practice mends a
    blurred charter; precedents fade."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    for d in range(7):
        s.charter_alive[d] += (
            p.clarity_rewriting * p.clarity_documentation * most(0.0, 2.0 * p.clarity_charter - 1.0) * (1.0 - s.charter_alive[d])
        )
        if p.switches_documentation == 1:
            s.precedents[d] *= 1.0 - p.clarity_precedent_loss
        fade = p.clarity_forgetting * (1.0 - s.precedents[d])
        for i in range(2):
            leaders[i].beliefs[d] = moved_belief(leaders[i].beliefs[d], forgotten(w, d, i), fade)
    book_clarity(w, ROLES_FORGOTTEN)
    for d in range(7):
        for i in range(2):
            if both_present(w):
                grab = p.clarity_grabbing * p.domain_stake[d] * (1.0 - leaders[i].trust)
                leaders[i].beliefs[d] = moved_belief(leaders[i].beliefs[d], grasped(w, d), grab)
            leaders[i].beliefs[d] = unit(leaders[i].beliefs[d])
    book_clarity(w, GRABBING)


@part
def cool_down(w):
    """Relationship conflict fades; trust returns to what the culture expects, where one relies on the other, else is eaten."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    fading = p.dyad_recovery * s.relationship_conflict
    move_relationship(w, -fading, FORGIVING)
    for c in range(4):
        s.conflict_causes[c] *= 1.0 - p.dyad_recovery
    if both_present(w):
        for i in range(2):
            leaning = relied(w, i)
            value = trust_returning(leaders[i].trust, p.culture_trust, p.dyad_trust_return * leaning)
            move_trust(w, i, value, CULTURE)
            if p.switches_reliance == 1:
                value = trust_after_failure(leaders[i].trust, p.dyad_suspicion * (1.0 - leaning))
                move_trust(w, i, value, SUSPICION)


@part
def meet_outside(w):
    """What is left of the CEO's hours, up to what they can take (less of a skilled marketer), goes to markets, key clients and
    the public. They see him there, and he sees them: errors about key clients are mended as those of a sensing CEO are."""
    p, s, ceo = w.parameters, w.firm, w.leaders[CEO]
    if p.switches_outside_role == 0:
        return
    full = p.effort_outside_hours
    if p.switches_outside_skill == 1 and p.assumptions_specialised_effort == 1:
        skill = ceo.skills[MARKET_SKILL]
        full *= effort_factor(skill, p.judgment_specialisation, p.effort_usual_skill, p.effort_least, p.effort_most)
    given = least(most(0.0, ceo.hours_left), full) if ceo.present == 1 else 0.0
    share = given / full
    s.presence = presence_after(s.presence, share, p.market_presence_speed)
    s.standing_error[KEY_CLIENT] *= 1.0 - p.effort_spare_sensing * share


@part
def use_spare_hours(w):
    """Unspent hours, up to the normal week: the CEO senses the market, the COO refines and coaches."""
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    if p.switches_sensing == 0:
        return
    ceo, coo = leaders[CEO], leaders[COO]
    if ceo.present == 1:
        spare = clip(ceo.hours_left / ceo.hours, 0.0, 1.0)
        s.standing_error[0] *= 1.0 - p.effort_spare_sensing * spare
        s.standing_error[4] *= 1.0 - p.effort_spare_sensing * spare
    if coo.present == 1:
        spare = clip(coo.hours_left / coo.hours, 0.0, 1.0)
        s.refinement += p.effort_spare_refining * spare * (1.0 - s.refinement)
        for t in range(p.team_count):
            teams[t].morale += p.effort_spare_coaching * spare * (1.0 - teams[t].morale)


@part
def aspire(w):
    """Aspired revenue follows what was reached, more willingly upwards; the shortfall (0-1) is what stings."""
    p, s = w.parameters, w.firm
    step = p.judgment_aspiration_rise if s.revenue > s.aspiration else p.judgment_aspiration_fall
    s.aspiration += step * (s.revenue - s.aspiration)
    s.shortfall = clip(p.judgment_shortfall * (s.aspiration - s.revenue) / most(s.aspiration, 1e-9), 0.0, 1.0)


@part
def keep_sums(w):
    """Add the week to the sums from which outcomes are computed."""
    leaders, teams, decisions = w.leaders, w.teams, w.decisions
    p, s = w.parameters, w.firm
    s.sum_task += s.task_episodes
    s.sum_process += s.process_episodes
    s.sum_relationship += s.relationship_episodes
    s.sum_leads += s.leads
    s.sum_new += s.new_customers
    s.sum_lost += s.lost_customers
    s.sum_customers += s.customers
    s.sum_revenue += s.revenue
    s.sum_spend += s.spend
    s.sum_profit += s.profit
    s.sum_satisfaction += s.satisfaction
    s.sum_capacity += s.capacity
    s.sum_work += s.work_done
    s.sum_hidden += s.rework_done + s.wasted_work
    s.sum_meeting += s.meeting_hours
    s.sum_exchanged += s.exchanged
    s.sum_chances += 2.0 * s.exchange_chances
    if s.cash < -p.market_ruin * 52.0 * s.start_revenue:
        s.ruined = 1.0
    morale = 0.0
    for t in range(p.team_count):
        morale += teams[t].morale / p.team_count
    s.sum_morale += morale
    clarity, errors, weight = 0.0, 0.0, 0.0
    for d in range(7):
        clarity += p.domain_arrivals_per_week[d] * s.clarity[d]
        weight += p.domain_arrivals_per_week[d]
        errors += abs(s.standing_error[d]) / 5.0
    s.sum_standing += errors
    if both_present(w):
        s.sum_paired_weeks += 1.0
        s.sum_clarity += clarity / most(weight, 1e-12)
        s.sum_trust += mean_trust(w)
        s.sum_relationship_level += s.relationship_conflict
        s.sum_gap += priority_gap(w)
    s.sum_ceo_meeting += leaders[CEO].hours_with_reports
    for i in range(3):
        s.sum_hours[i] += leaders[i].hours_used
        s.sum_hours_available[i] += leaders[i].hours if leaders[i].present == 1 else 0.0
    open_age = 0.0
    for k in range(s.decision_count):
        open_age += decisions[k].age
    s.delay_now = open_age / s.decision_count if s.decision_count > 0 else 0.0
    if s.week % 13 == 1:
        s.quarter_revenue, s.quarter_awareness, s.quarter_satisfaction = 0.0, 0.0, 0.0
    s.quarter_revenue += s.revenue
    s.quarter_awareness += s.goodwill
    s.quarter_satisfaction += s.satisfaction
