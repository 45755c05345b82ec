"""Contested matters: what each gives up, rounds of negotiation, the steps of the ladder, and what lapses."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.deliberation import agree, take_agenda, tolerated
from tandem.sim.phases.journal import note
from tandem.sim.phases.judging import (
    is_proposal,
    pooled_position,
    shift_error,
)
from tandem.sim.phases.luck import normals, uniforms
from tandem.sim.phases.pair import (
    both_present,
    gain_trust,
    lose_trust,
    mean_trust,
    move_relationship,
    move_trust,
    relied,
    style_gap,
)
from tandem.sim.rules.arithmetic import least, most, unit
from tandem.sim.rules.conflict import attributed, closing_share, intensity, resentment, spill
from tandem.sim.rules.trust import trust_after_debate
from tandem.sim.state import (
    ARBITRATED,
    ARBITRATION,
    BY_ARBITRATION,
    BY_MEDIATION,
    CEO,
    COMMUNICATION_CAUSE,
    CONTESTED,
    COO,
    DECIDER,
    DECIDER_DECIDED,
    DECISION_LAPSED,
    EFFICIENCY,
    EXPERT,
    EXPERT_HEARD,
    INNOVATION,
    LAPSED,
    LAPSED_NOTE,
    MEDIATED,
    MEDIATION,
    NO_STEP,
    POWER,
    PRIORITIES_CAUSE,
    QUARREL_OVER_MATTER,
    ROLES_CAUSE,
    SETTLED,
    STYLES_CAUSE,
    TASK_SETTLED,
)
from tandem.sim.streams import ARBITER, RESOLUTION


@phase
def choose_concessions(world, i):
    """Leader i decides what share of the gap (0-1) he gives up this week on each contested matter."""
    w = world[0]
    leaders, decisions = w.leaders, w.decisions
    p, s = w.parameters, w.firm
    if not both_present(w):
        return
    style = style_gap(w)
    share = closing_share(
        leaders[i].trust,
        s.relationship_conflict,
        style,
        p.resolution_concession,
        p.resolution_concession_trust,
        p.resolution_concession_conflict,
        p.resolution_concession_style,
    )
    # The weaker gives up more: twice his part at full power of the other.
    power = p.dyad_ceo_power if i == COO else 1.0 - p.dyad_ceo_power
    for k in range(s.decision_count):
        if decisions[k].status == CONTESTED:
            decisions[k].concession[i] = unit(share * (2.0 * power if p.switches_power == 1 else 1.0))


@phase
def negotiate(world):
    """One round on every contested matter for which there is time; after the timer the ladder takes over; the too old lapse."""
    w = world[0]
    decisions = w.decisions
    p, s = w.parameters, w.firm
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status == CONTESTED:
            item.timer += 1.0
            if item.step == NO_STEP:
                debate(w, item)
                patience = p.clarity_timer_weeks / (1.0 + s.escalation)
                if item.status == CONTESTED and item.timer >= patience and p.switches_ladder == 1:
                    climb(w, item, p.resolution_first)
            else:
                item.step_left -= 1.0
                if item.step_left <= 0.0:
                    resolve(w, item)
        if item.status != SETTLED and item.status != LAPSED and item.age >= p.resolution_lapse_weeks:
            lapse(w, item)


@part
def debate(w, item):
    """A round of negotiation: hours of each and time in a meeting; gaps close, views improve, distrust makes it personal."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    hour = p.prices_hours * p.resolution_debate_hours
    if leaders[CEO].hours_left < hour or leaders[COO].hours_left < hour:
        return
    if not take_agenda(w, p.communication_round_hours):
        return
    for i in range(2):
        leaders[i].hours_left -= hour
        leaders[i].hours_used += hour
    item.rounds += 1.0
    strength = intensity(item.gap, p.dyad_full_gap)
    style = style_gap(w)
    if p.switches_spill == 1:
        trust = mean_trust(w)
        if p.switches_sinister_attribution == 1:
            strength = attributed(strength, trust, p.dyad_sinister)
        if p.switches_reliance == 1:  # who relies on the other hears a disagreement as one about the matter
            trust = 0.5 * (relied(w, CEO) + relied(w, COO))
        rise = spill(p.dyad_spill, strength, trust, style, s.relationship_conflict, s.shortfall, p.dyad_spill_shortfall)
        book_spill(w, item, rise)
        item.spilled += rise
    for i in range(2):
        value = trust_after_debate(leaders[i].trust, p.dyad_trust_loss, s.relationship_conflict, p.dyad_debate_loss)
        move_trust(w, i, value, QUARREL_OVER_MATTER)
    if p.switches_elaboration == 1 and s.relationship_conflict < p.judgment_elaboration_limit:
        for i in range(2):
            kept = 1.0 - p.judgment_elaboration * leaders[i].openness
            for g in range(5):
                shift_error(w, item, i, g, kept * item.error[i, g])
    a, b = item.position[CEO], item.position[COO]
    item.position[CEO] = a + 0.5 * item.concession[CEO] * (b - a)
    item.position[COO] = b + 0.5 * item.concession[COO] * (a - b)
    item.gap *= most(0.0, 1.0 - 0.5 * (item.concession[CEO] + item.concession[COO]))
    allowed = tolerated(w)
    if item.gap <= allowed:
        agree(w, item)
        note(w, TASK_SETTLED, s.week, item.domain, -1, item.rounds, item.gap)


@part
def book_spill(w, item, rise):
    """Raise relationship conflict by `rise`, in parts to the causes of the quarrel."""
    s = w.firm
    move_relationship(w, rise * item.causes[0], PRIORITIES_CAUSE)
    move_relationship(w, rise * item.causes[1], STYLES_CAUSE)
    move_relationship(w, rise * item.causes[2], COMMUNICATION_CAUSE)
    move_relationship(w, rise * item.causes[3], ROLES_CAUSE)
    for c in range(4):
        s.conflict_causes[c] += rise * item.causes[c]


@part
def climb(w, item, step):
    """Start a step of the ladder: it takes its weeks, hours of both leaders and money."""
    p, s = w.parameters, w.firm
    item.step = step
    if step == MEDIATION:
        item.step_left = p.resolution_mediation_weeks
        s.extra_spend += p.prices_money * p.resolution_mediation_cost
        spend_hours(w, p.prices_hours * p.resolution_mediation_hours)
    elif step == EXPERT:
        item.step_left = p.resolution_expert_weeks
        s.extra_spend += p.prices_money * p.resolution_expert_cost
        spend_hours(w, p.prices_hours * p.resolution_expert_hours)
    elif step == ARBITRATION:
        item.step_left = p.resolution_arbitration_weeks
        s.extra_spend += p.prices_money * p.resolution_arbitration_cost
        spend_hours(w, p.prices_hours * p.resolution_arbitration_hours)
    elif step == DECIDER:
        item.step_left = p.resolution_decider_weeks
    else:
        item.step, item.timer = NO_STEP, 0.0


@part
def spend_hours(w, hours):
    """Take up to `hours` from both leaders' hours left."""
    leaders = w.leaders
    for i in range(2):
        spent = least(hours, most(0.0, leaders[i].hours_left))
        leaders[i].hours_left -= spent
        leaders[i].hours_used += spent


@part
def resolve(w, item):
    """End a step of the ladder: it settles the matter, or the next step follows."""
    p, s = w.parameters, w.firm
    u0, u1, u2, u3 = uniforms(s, RESOLUTION, item.uid * 256 + int(item.age if item.age < 250.0 else 250.0))
    step = item.step
    if step == MEDIATION:
        note(w, MEDIATED, s.week, item.domain, -1, 1.0 if u0 < p.resolution_mediation_success else 0.0, item.gap)
        if u0 < p.resolution_mediation_success:
            item.gap *= p.resolution_mediation_left
            contribute_mediation(w, item)
            agree_midway(w, item)
        else:
            climb(w, item, p.resolution_second)
    elif step == EXPERT:
        n0, n1, n2, n3 = normals(s, ARBITER, item.uid)
        note(w, EXPERT_HEARD, s.week, item.domain, -1, item.gap, 0.0)
        own, his = p.resolution_expert_own, (1.0 - p.resolution_expert_own) * p.resolution_expert_error
        for i in range(2):
            shift_error(w, item, i, EFFICIENCY, own * item.error[i, EFFICIENCY] + his * n0)
            shift_error(w, item, i, INNOVATION, own * item.error[i, INNOVATION] + his * n1)
        agree_midway(w, item)
    elif step == ARBITRATION:
        arbitrate(w, item)
    else:
        winner = CEO if p.dyad_ceo_power >= 0.5 else COO
        note(w, DECIDER_DECIDED, s.week, item.domain, winner, item.gap, 0.0)
        rise = resentment(p.dyad_resentment, p.dyad_ceo_power, item.gap, mean_trust(w), s.relationship_conflict)
        if p.switches_power == 1:
            move_relationship(w, rise, POWER)
        item.outcome, item.decider, item.status = item.position[winner], winner, SETTLED


@part
def contribute_mediation(w, item):
    """A mediation that worked: relationship conflict falls by a share, of all or of what came of this quarrel, trust rises by one
    usual gain (assumption)."""
    p = w.parameters
    relief = p.resolution_mediation_relief * w.firm.relationship_conflict
    if p.switches_mediated_quarrel == 1:
        relief = p.resolution_mediation_own * item.spilled
    move_relationship(w, -relief, BY_MEDIATION)
    for i in range(2):
        gain_trust(w, i, 1.0, BY_MEDIATION)


@part
def agree_midway(w, item):
    """Settle at the pooled position, also where both would have had to agree: that is what the step was for."""
    item.outcome = pooled_position(w, item)
    item.status = SETTLED


@part
def arbitrate(w, item):
    """An arbiter decides with an error of his own; the loser trusts less and claims less; escalation becomes a habit."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    n0, n1, n2, n3 = normals(s, ARBITER, item.uid)
    truth = 0.0
    if is_proposal(item):
        for g in range(5):
            truth += s.right_goals[g] * item.attributes[g]
    item.outcome = truth + 0.5 * p.resolution_arbitration_error * n0
    loser = CEO if abs(item.position[CEO] - item.outcome) > abs(item.position[COO] - item.outcome) else COO
    lose_trust(w, loser, p.dyad_arbitration_loss, BY_ARBITRATION)
    leaders[loser].beliefs[item.domain] *= 1.0 - p.clarity_arbitration_fading
    s.escalation += p.resolution_escalation
    s.sum_arbitrated += 1.0
    item.status = SETTLED
    note(w, ARBITRATED, s.week, item.domain, loser, item.gap, item.outcome)


@part
def lapse(w, item):
    """A matter too old to decide lapses: an omission, and a promise broken if it was contested."""
    s = w.firm
    if item.contested == 1 and both_present(w):
        for i in range(2):
            lose_trust(w, i, w.parameters.dyad_lapse_loss, DECISION_LAPSED)
    item.status = LAPSED
    s.lapsed += 1.0
    note(w, LAPSED_NOTE, s.week, item.domain, -1, item.age, 0.0)
