"""Deciding: hours served, judgments combined, quarrels opened, negotiated, resolved."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.judging import (
    exchange_views,
    is_proposal,
    pooled_position,
    read_gap,
    shift_error,
)
from tandem.sim.phases.luck import normals, uniforms
from tandem.sim.phases.pair import (
    blame,
    both_present,
    gain_trust,
    lose_trust,
    mean_trust,
    move_relationship,
    move_trust,
    style_gap,
)
from tandem.sim.rules.arithmetic import least, most, unit
from tandem.sim.rules.conflict import closing_share, gap_under_power, intensity, resentment, spill, tolerance
from tandem.sim.rules.trust import trust_after_debate
from tandem.sim.state import (
    AND,
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
    DOUBLE,
    EFFICIENCY,
    EXPERT,
    EXPERT_HEARD,
    GATE,
    INNOVATION,
    LAPSED,
    LAPSED_NOTE,
    LEAD,
    MEDIATED,
    MEDIATION,
    NO_STEP,
    OR,
    OUTVOTED,
    POWER,
    PRIORITIES_CAUSE,
    QUARREL_OVER_MATTER,
    QUEUED,
    ROLES_CAUSE,
    SETTLED,
    SOLE,
    STYLES_CAUSE,
    TASK_OPENED,
    TASK_SETTLED,
    TEAM_RULE,
    VOTE,
)
from tandem.sim.streams import ARBITER, RESOLUTION


@phase
def deliberate(world):
    """Serve the queue: urgent matters, then the teams' questions, then the rest in order of arrival; combine judgments
    where all have done their part."""
    w = world[0]
    decisions = w.decisions
    s = w.firm
    serve(w, 1)
    for i in range(2):
        answer_questions(w, i)
    serve(w, 0)
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status == QUEUED and item.waiting == 0:
            combine(w, item)


@part
def serve(w, urgent):
    """Spend leaders' hours on queued matters in order of arrival; under AND the second waits for the first."""
    leaders, decisions = w.leaders, w.decisions
    for k in range(w.firm.decision_count):
        item = decisions[k]
        if item.status != QUEUED or item.waiting == 1 or item.urgent != urgent:
            continue
        first = COO if item.decider == CEO else CEO
        for n in range(3):
            i = first if n == 0 else (item.decider if n == 1 else LEAD)
            if n == 1 and item.decider == LEAD:
                continue
            leader = leaders[i]
            if item.effort_left[i] <= 0.0 or leader.hours_left <= 0.0 or leader.present == 0:
                continue
            if item.rule == AND and i == item.decider and item.effort_left[first] > 0.0:
                continue
            spent = least(item.effort_left[i], leader.hours_left)
            item.effort_left[i] -= spent
            leader.hours_left -= spent
            leader.hours_used += spent


@part
def answer_questions(w, i):
    """Leader i answers teams' questions within a share of his hours left; what waited a week unanswered is lost."""
    leaders = w.leaders
    p, leader = w.parameters, leaders[i]
    asked = leader.questions
    leader.questions_answered = 1.0
    if asked > 0.0 and p.switches_exceptions == 1:
        time = most(0.0, p.effort_questions * leader.hours_left)
        answered = least(asked, time / p.execution_exception_hours) if p.execution_exception_hours > 0.0 else asked
        if leader.present == 0:
            answered = 0.0
        leader.hours_left -= answered * p.execution_exception_hours
        leader.hours_used += answered * p.execution_exception_hours
        leader.questions_answered = answered / asked
    leader.questions = 0.0


@part
def done(item, i):
    """True if leader i has nothing left to do on the matter."""
    return item.effort_left[i] <= 0.0


@part
def combine(w, item):
    """Combine judgments by the rule in force, once everybody the rule needs has done his part."""
    p, s = w.parameters, w.firm
    rule, d = item.rule, item.decider
    other = COO if d == CEO else CEO
    if rule == TEAM_RULE or d == LEAD:
        item.outcome, item.status = item.position[LEAD], SETTLED
    elif item.path == DOUBLE:
        if done(item, CEO) and done(item, COO):
            u0, u1, u2, u3 = uniforms(s, RESOLUTION, item.uid * 256)
            exchange_views(w, item, p.judgment_exchange_unasked)
            item.gap = read_gap(w, item, style_gap(w))
            item.outcome = item.position[CEO] if u0 < p.dyad_ceo_power else item.position[COO]
            item.decider = CEO if u0 < p.dyad_ceo_power else COO
            item.status = SETTLED
    elif rule == SOLE or rule == GATE:
        if done(item, d) and (item.consulted == 0 or done(item, other)):
            if done(item, other) and rule == SOLE:
                exchange_views(w, item, 1.0 if item.consulted == 1 else p.judgment_exchange_unasked)
            item.outcome, item.status = item.position[d], SETTLED
    elif rule == OR:
        if done(item, d) and item.position[d] > 0.0:
            item.outcome, item.status = item.position[d], SETTLED
        elif done(item, d) and item.judged[other] == 1 and item.effort[other] <= 0.0:
            item.effort[other] = item.effort[d]
            item.effort_left[other] = item.effort[d]
        elif done(item, d) and done(item, other):
            item.outcome = most(item.position[CEO], item.position[COO])
            item.status = SETTLED
    elif rule == VOTE:
        if done(item, CEO) and done(item, COO) and done(item, LEAD) and take_agenda(w, item.agenda):
            settle_vote(w, item)
    elif done(item, CEO) and done(item, COO) and (rule == AND or take_agenda(w, item.agenda)):
        confront(w, item)


@part
def take_agenda(w, hours):
    """True if this week's meeting still has `hours` for a matter, which are then taken; no meeting, no joint decision."""
    s = w.firm
    if s.agenda_hours <= 0.0:
        return False
    s.agenda_hours -= hours
    return True


@part
def settle_vote(w, item):
    """Majority of three; for a setting, the middle position. Who is outvoted trusts a little less."""
    a, b, c = item.position[CEO], item.position[COO], item.position[LEAD]
    exchange_views(w, item, 1.0)
    low, high = least(a, b), most(a, b)
    item.outcome = most(low, least(high, c))
    item.gap = high - low
    if is_proposal(item) and a * b < 0.0:
        loser = CEO if a * item.outcome < 0.0 else COO
        lose_trust(w, loser, w.parameters.dyad_outvoted_loss, OUTVOTED)
    item.status = SETTLED


@part
def confront(w, item):
    """Two judgments meet: within tolerance they are combined, beyond it a quarrel over the matter opens."""
    p, s = w.parameters, w.firm
    exchange_views(w, item, 1.0)
    style = style_gap(w)
    gap = read_gap(w, item, style)
    if p.switches_power == 1:
        gap = gap_under_power(gap, p.dyad_ceo_power, p.dyad_deference, p.culture_power_distance)
    item.gap = gap
    allowed = tolerated(w)
    agreed = item.rule == AND and is_proposal(item) and item.position[CEO] * item.position[COO] > 0.0
    if gap <= allowed or agreed:
        agree(w, item)
        return
    item.status, item.contested, item.timer, item.step = CONTESTED, 1, 0.0, 0
    s.task_episodes += 1.0
    blame(w, item.causes, 1.0)
    note(w, TASK_OPENED, s.week, item.domain, -1, gap, allowed)


@part
def tolerated(w):
    """Gap (standard deviations) that the pair lets pass now."""
    p, s = w.parameters, w.firm
    return tolerance(
        mean_trust(w),
        s.relationship_conflict,
        p.judgment_tolerance,
        p.judgment_tolerance_trust,
        p.judgment_tolerance_conflict,
        p.judgment_tolerance_least,
    )


@part
def agree(w, item):
    """Settle a joint matter: both must like a proposal under AND, otherwise the pooled judgment holds."""
    if item.rule == AND and is_proposal(item):
        item.outcome = least(item.position[CEO], item.position[COO])
    else:
        item.outcome = pooled_position(w, item)
    item.status = SETTLED


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
        rise = spill(p.dyad_spill, strength, trust, style, s.relationship_conflict, s.shortfall, p.dyad_spill_shortfall)
        book_spill(w, item, rise)
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
            contribute_mediation(w)
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
def contribute_mediation(w):
    """A mediation that worked: relationship conflict falls by a share, trust rises by one usual gain (assumption)."""
    move_relationship(w, -w.parameters.resolution_mediation_relief * w.firm.relationship_conflict, BY_MEDIATION)
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
