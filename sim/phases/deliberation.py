"""Deciding: hours served, judgments combined, quarrels opened."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.judging import (
    exchange_views,
    is_proposal,
    pooled_position,
    read_gap,
)
from tandem.sim.phases.luck import uniforms
from tandem.sim.phases.pair import (
    blame,
    lose_trust,
    mean_trust,
    style_gap,
)
from tandem.sim.rules.arithmetic import least, most
from tandem.sim.rules.clarity import in_time_probability
from tandem.sim.rules.conflict import gap_under_power, tolerance
from tandem.sim.state import (
    AND,
    CEO,
    CONTESTED,
    COO,
    DOUBLE,
    GATE,
    LEAD,
    OR,
    OUTVOTED,
    QUEUED,
    SETTLED,
    SOLE,
    TASK_OPENED,
    TEAM_RULE,
    VOTE,
)
from tandem.sim.streams import MEETINGS, RESOLUTION


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
        if p.switches_team_hours == 0 or done(item, LEAD):
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
        if done(item, d) and (item.consulted == 0 or (done(item, other) and heard(w, item))):
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
        if done(item, CEO) and done(item, COO) and done(item, LEAD) and in_time(w, item) and take_agenda(w, item.agenda):
            settle_vote(w, item)
    elif done(item, CEO) and done(item, COO) and (rule == AND or (in_time(w, item) and take_agenda(w, item.agenda))):
        confront(w, item)


@part
def heard(w, item):
    """True if who is consulted on a matter has had a meeting to say what he thinks of it."""
    return w.parameters.switches_hearings == 0 or in_time(w, item)


@part
def in_time(w, item):
    """True if a prepared matter on which both are heard comes before a meeting of this week: by chance in the week in which it
    was prepared, surely later on."""
    p, s = w.parameters, w.firm
    if p.switches_calendar == 0 or item.prepared == 1:
        return True
    item.prepared = 1
    u0, u1, u2, u3 = uniforms(s, MEETINGS, item.uid)
    return u0 < in_time_probability(s.meetings)


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
    # Disagreement is voiced with trust as well as without: what differs is how it ends.
    return tolerance(
        p.judgment_tolerance_usual if p.switches_voice == 1 else mean_trust(w),
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
