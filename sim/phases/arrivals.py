"""Decisions arise: teams propose campaigns and experiments, problems raise the rest, and leaders claim them."""

import math

from tandem.sim.compile import part, phase
from tandem.sim.parameters import FURTHEST_NOVELTY
from tandem.sim.phases.journal import note
from tandem.sim.phases.luck import normals, uniforms
from tandem.sim.phases.pair import both_present, heard_from_the_other, is_joint, owns
from tandem.sim.phases.rights import assign_effort, present_decider, present_rule
from tandem.sim.rules.arithmetic import least
from tandem.sim.rules.clarity import (
    alone_below,
    blurred,
    chartered_belief,
    hand_off_probability,
    noticing_probability,
    owner_belief,
    waiting_probability,
)
from tandem.sim.rules.learning import experience_effect, problem_pressure
from tandem.sim.state import (
    AND,
    AS_CHARTERED,
    CAMPAIGN,
    CEO,
    COO,
    DECISION_SLOTS,
    DOUBLE,
    DROPPED,
    EFFICIENCY,
    EXPERIMENT,
    GATE,
    INNOVATION,
    KEY_CLIENT,
    NEW,
    OR,
    ORPHAN,
    ORPHANED,
    OVERRULED,
    POSITIONING,
    QUEUED,
    SOLE,
    TEAM_RULE,
    UNCLAIMED,
    UNILATERAL,
    UNILATERAL_NOTE,
    USURPED,
    USURPED_NOTE,
)
from tandem.sim.streams import (
    ARRIVALS,
    ATTRIBUTES,
    CLAIMS,
    COMMON_ERRORS,
    HANDOFFS,
    normal_from_uniform,
    poisson_from_uniform,
)


@phase
def choose_proposals(world, t):
    """Team t decides how much it proposes (multiples for campaigns and experiments) and where its proposals lean.

    Teams stop proposing what gets refused [march1991], dare more when encouraged, and lean to their own priorities.
    """
    w = world[0]
    leaders, teams = w.leaders, w.teams
    p, s, team = w.parameters, w.firm, teams[t]
    encouraged = 1.0 + p.arrivals_encouragement * (leaders[CEO].encouraging + leaders[COO].encouraging)
    if p.switches_proposals == 1:
        team.proposal_rate[0] = p.arrivals_campaigns + p.arrivals_campaigns_morale * team.morale
        team.proposal_rate[1] = (
            (p.arrivals_experiments + p.arrivals_experiments_acceptance * s.acceptance)
            * (p.arrivals_innovation + p.arrivals_innovation_weight * team.priorities[INNOVATION])
            * encouraged
        )
        for g in range(5):
            team.proposal_lean[g] = p.campaigns_lean * (team.priorities[g] - 0.2)
    else:
        team.proposal_rate[0], team.proposal_rate[1] = 1.0, encouraged
        for g in range(5):
            team.proposal_lean[g] = 0.0


@phase
def arise(world):
    """New decisions enter the pool; those that find no room are counted and lapse."""
    w = world[0]
    teams = w.teams
    p, s = w.parameters, w.firm
    u = uniforms(s, ARRIVALS, s.week * 2)
    v = uniforms(s, ARRIVALS, s.week * 2 + 1)
    campaigns, experiments, heads = 0.0, 0.0, 0.0
    for t in range(p.team_count):
        heads += teams[t].headcount
        campaigns += teams[t].headcount * teams[t].proposal_rate[0]
        experiments += teams[t].headcount * teams[t].proposal_rate[1]
    for d in range(7):
        rate = p.domain_arrivals_per_week[d] * p.execution_load
        if d == CAMPAIGN:
            rate *= campaigns / heads
        elif d == EXPERIMENT:
            rate *= experiments / heads
        elif p.switches_problem_driven == 1:
            rate *= problem_pressure(s.seen_error[d], p.arrivals_problem_most, p.arrivals_problem_usual)
        urgent = 0
        if s.crisis_weeks > 0.0 and (d == KEY_CLIENT or d == POSITIONING):
            rate *= p.shocks_crisis_matters
            urgent = 1
        count = poisson_from_uniform(u[d] if d < 4 else v[d - 4], rate)
        if count > 15:
            count = 15
        for ordinal in range(count):
            s.sum_arrived += 1.0
            if s.decision_count < DECISION_SLOTS:
                bear(w, d, ordinal, urgent)
            else:
                s.dropped += 1.0
                s.sum_dropped += 1.0
                note(w, DROPPED, s.week, d, -1, 0.0, 0.0)


@part
def bear(w, domain, ordinal, urgent):
    """Put a new decision, with its author and attributes, at the end of the pool."""
    s = w.firm
    item = w.decisions[s.decision_count]
    s.decision_count += 1
    item.uid = (s.week * 8 + domain) * 16 + ordinal
    item.domain, item.status, item.path, item.rule = domain, NEW, AS_CHARTERED, SOLE
    item.decider, item.consulted, item.born, item.age, item.author, item.urgent = 0, 0, s.week, 0.0, -1, urgent
    item.waiting, item.timer, item.step, item.step_left, item.contested, item.rounds = 0, 0.0, 0, 0.0, 0, 0.0
    item.retaken, item.verdict, item.exchanged, item.gap, item.outcome, item.contradiction = 0, 0, 0, 0.0, 0.0, 0.0
    item.alone, item.agenda, item.prepared, item.spilled = 0.0, 0.0, 0, 0.0
    for i in range(3):
        item.judged[i], item.position[i], item.effort_left[i], item.effort[i] = 0, 0.0, 0.0, 0.0
        for g in range(5):
            item.error[i, g] = 0.0
    luck = uniforms(s, CLAIMS, item.uid)
    for i in range(2):
        item.claim[i], item.concession[i], item.claim_luck[i] = 0, 0.0, luck[i]
    for c in range(4):
        item.causes[c] = 0.0
    for g in range(5):
        item.attributes[g] = 0.0
    c = normals(s, COMMON_ERRORS, item.uid * 2)
    f = normals(s, COMMON_ERRORS, item.uid * 2 + 1)
    for g in range(5):
        item.common_error[g] = c[g] if g < 4 else f[3]
    for i in range(3):
        item.fifth_error[i] = f[i]
    if domain == CAMPAIGN or domain == EXPERIMENT:
        describe_proposal(w, item)


@part
def describe_proposal(w, item):
    """Author and attributes (standard deviations) of a proposal: correlated in a cluster, leaning to its author's goals.

    An experiment's efficiency attribute is its feasibility; its innovation attribute has a heavy right tail.
    """
    teams = w.teams
    p, s = w.parameters, w.firm
    which = 0 if item.domain == CAMPAIGN else 1
    n = normals(s, ATTRIBUTES, item.uid * 2)
    u0, u1, u2, u3 = uniforms(s, ATTRIBUTES, item.uid * 2 + 1)
    fifth, first_cluster, second_cluster = normal_from_uniform(u1), normal_from_uniform(u2), normal_from_uniform(u3)
    total = 0.0
    for t in range(p.team_count):
        total += teams[t].headcount * teams[t].proposal_rate[which]
    reached = 0.0
    author = p.team_count - 1
    for t in range(p.team_count):
        reached += teams[t].headcount * teams[t].proposal_rate[which]
        if u0 * total < reached:
            author = t
            break
    item.author = author
    own, common = math.sqrt(1.0 - p.campaigns_correlation), math.sqrt(p.campaigns_correlation)
    for g in range(5):
        cluster = first_cluster if g < 3 else second_cluster
        draw = n[g] if g < 4 else fifth
        item.attributes[g] = own * draw + common * cluster + teams[author].proposal_lean[g]
    if item.domain == EXPERIMENT:
        s.sum_experiments_proposed += 1.0
        item.attributes[EFFICIENCY] += p.campaigns_feasibility_mean
        if p.switches_experience == 1:
            item.attributes[EFFICIENCY] += experience_effect(
                s.experience, p.campaigns_experience_start, p.campaigns_experience_gain
            )
        novelty = least(FURTHEST_NOVELTY, item.attributes[INNOVATION] + s.novelty_shift)
        tail = p.campaigns_novelty_tail
        item.attributes[INNOVATION] = (math.exp(tail * novelty) - 1.0) / tail if tail > 1e-6 else novelty


@phase
def choose_claims(world, i):
    """Leader i claims the new matters he believes to be his, or theirs in a joint domain (1), and leaves the others (0).

    With shared claims he may also take a joint matter for his alone (2).
    """
    w = world[0]
    leaders, decisions = w.leaders, w.decisions
    p, s = w.parameters, w.firm
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status != NEW:
            continue
        if not both_present(w):
            item.claim[i] = claim_alone(w, item, i)
        elif p.switches_claims == 0:
            item.claim[i] = owns(w, item.domain, i)
        else:
            belief = leaders[i].beliefs[item.domain]
            item.claim[i] = 1 if item.claim_luck[i] < belief else 0
            shared = p.switches_shared_claims == 1 and is_joint(present_rule(w, item.domain))
            if shared and item.claim[i] == 0 and item.claim_luck[i] < alone_below(belief):
                item.claim[i] = 2


@part
def claim_alone(w, item, i):
    """Claim of leader i where there is no pair: who is there takes all up. With lone claims he takes a matter up as an owner
    would whom the charter names, and in the place of who is not there the marketing lead does as one would whom it does not name.
    """
    p, s = w.parameters, w.firm
    present = w.leaders[i].present
    if p.switches_lone_claims == 0 or p.switches_claims == 0:
        return present
    chartered = chartered_belief(present == 1, p.clarity_charter)
    if present == 1 and p.switches_owner_certainty == 1:
        chartered = owner_belief(p.clarity_charter, p.clarity_owner_doubt)
    belief = blurred(chartered, s.charter_alive[item.domain])
    return 1 if item.claim_luck[i] < belief else 0


@phase
def settle_claims(world):
    """Claims meet: as chartered, double directive, usurped, unilateral, or nobody's; orphans may be noticed, waits may end."""
    w = world[0]
    decisions = w.decisions
    p, s = w.parameters, w.firm
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status == NEW:
            receive(w, item)
        elif item.status == ORPHAN:
            u0, u1, u2, u3 = uniforms(s, HANDOFFS, item.uid * 256 + 16 + (int(item.age) if item.age < 200.0 else 200))
            if item.domain == KEY_CLIENT:
                s.orphaned_clients += 1.0
            if u0 < noticing_probability(s.effective_hours, p.clarity_noticing, p.clarity_noticing_meetings):
                item.rule = present_rule(w, item.domain)
                item.decider = present_decider(w, item.domain)
                if s.charter_alive[item.domain] < u1 and item.rule != TEAM_RULE and both_present(w):
                    # Noticed, but no living charter says whose it is: one of the two picks it up.
                    item.rule, item.decider = SOLE, CEO if u2 < p.dyad_ceo_power else COO
                enqueue(w, item)
        elif item.status == QUEUED and item.waiting == 1:
            u0, u1, u2, u3 = uniforms(s, HANDOFFS, item.uid * 256 + 16 + (int(item.age) if item.age < 200.0 else 200))
            ended = hand_off_probability(
                s.effective_hours,
                p.communication_asynchronous,
                p.clarity_hand_off,
                p.clarity_hand_off_meetings,
                p.clarity_hand_off_channel,
                heard_from_the_other(w, item),
            )
            if u3 < ended:
                item.waiting = 0


@part
def receive(w, item):
    """Read the two claims on a new matter against the charter and route it."""
    s = w.firm
    domain = item.domain
    rule, decider = present_rule(w, domain), present_decider(w, domain)
    item.rule, item.decider, item.path = rule, decider, AS_CHARTERED
    ceo, coo = item.claim[CEO], item.claim[COO]
    if rule == TEAM_RULE:
        enqueue(w, item)
        return
    if not both_present(w):
        receive_alone(w, item)
        return
    if ceo == 0 and coo == 0:
        orphan(w, item)
        return
    if w.parameters.switches_shared_claims == 1 and is_joint(rule):
        receive_joint(w, item)
        return
    claimer = CEO if ceo == 1 else COO
    if rule == SOLE or rule == GATE:
        if ceo == 1 and coo == 1:
            item.path = DOUBLE
            s.sum_double += 1.0
        elif claimer != decider:
            item.path, item.rule, item.decider = USURPED, SOLE, claimer
            s.sum_usurped += 1.0
            note(w, USURPED_NOTE, s.week, domain, claimer, 0.0, 0.0)
    elif ceo + coo == 1:
        item.rule, item.decider = SOLE, claimer
        if rule != OR:
            item.path = UNILATERAL
            note(w, UNILATERAL_NOTE, s.week, domain, claimer, 0.0, 0.0)
    enqueue(w, item)


@part
def orphan(w, item):
    """Nobody takes the matter up."""
    s = w.firm
    item.status, item.path = ORPHAN, UNCLAIMED
    s.sum_orphans += 1.0
    note(w, ORPHANED, s.week, item.domain, -1, 0.0, 0.0)


@part
def receive_alone(w, item):
    """A matter where there is no pair goes to who is there. With lone claims the marketing lead may have taken it up as well,
    and is overruled; or he alone, and decides; or nobody."""
    p, s = w.parameters, w.firm
    if p.switches_lone_claims == 1 and p.switches_claims == 1:
        own, leads = item.claim[item.decider], item.claim[COO if item.decider == CEO else CEO]
        if own == 0 and leads == 0:
            orphan(w, item)
            return
        if own == 1 and leads == 1:
            item.path = OVERRULED
            s.sum_double += 1.0
        elif leads == 1:
            item.path, item.rule = USURPED, TEAM_RULE
            s.sum_usurped += 1.0
    enqueue(w, item)


@part
def receive_joint(w, item):
    """Read two claims on a joint matter: ours (1), mine alone (2), the other's (0), at least one of them not the other's.

    Ours and ours: as chartered. Mine against ours or mine: a double directive, as in a domain of one. Mine against the other's:
    decided by one. Ours against the other's: who holds it to be ours waits for one who won't come, so that it is nobody's.
    """
    s = w.firm
    ceo, coo = item.claim[CEO], item.claim[COO]
    if ceo + coo == 1:
        orphan(w, item)
        return
    if ceo == 2 or coo == 2:
        item.rule = SOLE
        if ceo > 0 and coo > 0:
            item.path = DOUBLE
            s.sum_double += 1.0
        else:
            claimer = CEO if ceo == 2 else COO
            item.decider, item.path = claimer, UNILATERAL
            note(w, UNILATERAL_NOTE, s.week, item.domain, claimer, 0.0, 0.0)
    enqueue(w, item)


@part
def needs_context(w, rule):
    """True for rules by which one decides who may lack what another knows: with the calendar in force a second approver and a
    leader alone (who asks his marketing lead) may lack it too."""
    if w.parameters.switches_calendar == 1:
        return rule == SOLE or rule == GATE or rule == AND
    return both_present(w) and (rule == SOLE or rule == GATE)


@part
def enqueue(w, item):
    """Queue a matter: hours assigned, and a wait for context where who decides lacks it."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    item.status = QUEUED
    item.consulted = 0
    other = COO if item.decider == CEO else CEO
    if item.rule == SOLE and item.path == AS_CHARTERED and p.charter_consults[item.domain] == other + 1:
        item.consulted = leaders[other].present
    assign_effort(w, item, 1.0)
    if item.path == DOUBLE:
        for i in range(2):
            if item.effort_left[i] < item.effort_left[item.decider]:
                item.effort_left[i] = item.effort_left[item.decider]
                item.effort[i] = item.effort_left[i]
    if p.switches_hand_offs == 1 and needs_context(w, item.rule) and item.path != DOUBLE:
        u0, u1, u2, u3 = uniforms(s, HANDOFFS, item.uid * 256)
        lacking = waiting_probability(
            p.domain_overlap[item.domain],
            s.common_ground,
            item.consulted == 1,
            p.clarity_waiting_known,
            p.clarity_waiting_consulted,
        )
        item.waiting = 1 if u0 < lacking else 0
