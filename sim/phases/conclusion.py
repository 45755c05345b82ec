"""Decisions take effect: verdicts, records, challenges, and the projects that follow."""

from tandem.sim.compile import copy_record, part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.judging import is_proposal, read_gap
from tandem.sim.phases.luck import uniforms
from tandem.sim.phases.pair import (
    belief_target,
    book_clarity,
    both_present,
    gain_trust,
    grasped,
    is_joint,
    lose_trust,
    mean_trust,
    quarrel_over_roles,
    style_gap,
)
from tandem.sim.phases.people import led_work, part_in
from tandem.sim.phases.projects import put_last
from tandem.sim.phases.rights import assign_effort
from tandem.sim.rules.arithmetic import least, most
from tandem.sim.rules.clarity import challenge_probability, moved_belief, unilateral_conflict_probability
from tandem.sim.rules.conflict import gap_under_power
from tandem.sim.state import (
    ACCEPTED,
    AGREEMENT,
    AS_CHARTERED,
    BRAND,
    CEO,
    COO,
    DECISION_REOPENED,
    DOUBLE,
    DOUBLE_DIRECTIVE,
    DROPPED,
    EFFICIENCY,
    EXPERIMENT,
    EXPERIMENT_STARTED,
    INNOVATION,
    KEY_CLIENT,
    LAPSED,
    LEAD,
    MARKETING,
    OR,
    OVERRULED,
    OWNERSHIP_FELT,
    PROCESS,
    PROJECT_SLOTS,
    QUEUED,
    REFUSED,
    REOPENED,
    ROLES_WRITTEN,
    SALES,
    SERVICE,
    SETTLED,
    SOLE,
    TEAM_RULE,
    UNILATERAL,
    USURPED,
    WORKING,
)
from tandem.sim.streams import CHALLENGES


@phase
def conclude(world):
    """Everything settled this week takes effect; the settled and lapsed leave the pool, the rest keep their order."""
    w = world[0]
    decisions = w.decisions
    s = w.firm
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status == SETTLED:
            if unsettle(w, item):
                continue
            take_effect(w, item)
        elif item.status == LAPSED:
            count_lapse(w, item)
    live = 0
    for k in range(s.decision_count):
        if decisions[k].status != SETTLED and decisions[k].status != LAPSED:
            if live != k:
                copy_record(decisions[live], decisions[k])
            decisions[live].age += 1.0
            live += 1
    s.decision_count = live


@part
def true_value(w, item):
    """What a proposal is truly worth: its attributes weighted by the goals that pay now (standard deviations)."""
    total = 0.0
    for g in range(5):
        total += w.firm.right_goals[g] * item.attributes[g]
    return total


@part
def count_lapse(w, item):
    """Book a lapse: its age counts as delay, and a good proposal that lapsed was refused."""
    s = w.firm
    s.sum_lapsed += 1.0
    s.sum_delay += item.age
    if is_proposal(item):
        if true_value(w, item) > 0.0:
            s.sum_good += 1.0
            s.sum_good_refused += 1.0
        else:
            s.sum_bad += 1.0


@part
def unsettle(w, item):
    """True if a joint matter decided by one comes back to both: a quarrel over roles, and part of the work of deciding again."""
    p, s = w.parameters, w.firm
    if item.path != UNILATERAL or item.retaken == 1 or not both_present(w):
        return False
    chance = unilateral_conflict_probability(p.domain_overlap[item.domain], s.clarity[item.domain], p.assumptions_ambiguity_price)
    u0, u1, u2, u3 = uniforms(s, CHALLENGES, item.uid * 2 + 1)
    if u0 >= chance or p.switches_challenge == 0:
        return False
    item.gap = read_gap(w, item, style_gap(w))
    quarrel_over_roles(w, item.domain, item.gap, item.causes)
    item.rule, item.decider = p.charter_rule[item.domain], p.charter_decides[item.domain]
    item.path, item.retaken, item.status, item.waiting = AS_CHARTERED, 1, QUEUED, 0
    assign_effort(w, item, p.effort_retaken)
    return True


@part
def take_effect(w, item):
    """One decision: counted, recorded, perhaps contradicted or challenged, and handed to a team."""
    p, s = w.parameters, w.firm
    s.decided += 1.0
    s.sum_decided += 1.0
    s.sum_delay += item.age
    pair = both_present(w)
    accepted = not is_proposal(item) or item.outcome > 0.0
    item.verdict = 1 if accepted else 0
    record_verdict(w, item, accepted)
    contradict(w, item)
    if pair:
        remember(w, item)
        challenge(w, item)
        if is_joint(item.rule) and item.rounds <= p.dyad_quick_rounds and p.switches_reliance == 0:
            for i in range(2):
                gain_trust(w, i, 1.0, AGREEMENT)
    count_for_lessons(w, item)
    if accepted:
        launch(w, item)


@part
def count_for_lessons(w, item):
    """Count the decision for what the next review teaches: for who decided it, or for both as a joint one."""
    leaders = w.leaders
    if is_joint(item.rule):
        for i in range(2):
            leaders[i].decided_jointly += 1.0
    elif item.rule != TEAM_RULE and item.decider != LEAD:
        leaders[item.decider].decided_alone += 1.0


@part
def record_verdict(w, item, accepted):
    """Counts of good and bad, refused and accepted; what teams dare to propose follows the last verdicts."""
    p, s = w.parameters, w.firm
    if is_proposal(item):
        good = true_value(w, item) > 0.0
        if good:
            s.sum_good += 1.0
            s.sum_good_refused += 0.0 if accepted else 1.0
        else:
            s.sum_bad += 1.0
            s.sum_bad_accepted += 1.0 if accepted else 0.0
        if item.domain == EXPERIMENT:
            s.acceptance += p.campaigns_refusal_memory * ((1.0 if accepted else 0.0) - s.acceptance)
            if accepted:
                s.sum_novelty_accepted += item.attributes[INNOVATION]
        elif accepted:
            s.sum_campaigns += 1.0
            s.sum_launched_brand += item.attributes[BRAND]
            s.sum_launched_performance += 0.5 * (item.attributes[0] + item.attributes[EFFICIENCY])
    else:
        s.sum_settings += 1.0
        s.sum_error += abs(item.outcome)
    note(w, ACCEPTED if accepted else REFUSED, s.week, item.domain, item.decider, item.outcome, item.age)


@part
def contradict(w, item):
    """Contradictory instructions: from a double directive always, from a two-party decision at times. Of a marketing lead whom a
    leader alone overrules as much is left as rank does not settle [krause2015]."""
    p, s = w.parameters, w.firm
    price = p.assumptions_ambiguity_price
    if item.path == OVERRULED:
        gap = abs(item.position[item.decider] - item.position[LEAD])
        gap = gap_under_power(gap, 1.0, p.dyad_deference, p.culture_power_distance)
        item.contradiction = least(1.0, price * least(1.0, gap))
    if not both_present(w):
        return
    if item.path == DOUBLE:
        item.contradiction = least(1.0, price * least(1.0, item.gap))
        note(w, DOUBLE_DIRECTIVE, s.week, item.domain, item.decider, item.gap, 0.0)
        quarrel_over_roles(w, item.domain, item.gap, item.causes)
    elif p.switches_dual_command == 1 and is_joint(item.rule):
        u0, u1, u2, u3 = uniforms(s, CHALLENGES, item.uid * 2)
        chance = price * p.execution_dual_command * (1.0 - s.clarity[item.domain])
        chance *= 1.0 - p.execution_dual_command_ground * s.common_ground
        if u1 < chance:
            item.contradiction = least(1.0, p.execution_dual_contradiction + (1.0 - p.execution_dual_contradiction) * item.gap)
            quarrel_over_roles(w, item.domain, item.gap, item.causes)


@part
def remember(w, item):
    """Written decisions build precedents and beliefs; deciding makes one feel the owner."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    d = item.domain
    if p.switches_documentation == 1:
        written = p.clarity_documentation
        s.precedents[d] += p.clarity_precedent_gain * written * (1.0 - s.precedents[d])
        step = p.clarity_documented_step * written
        for i in range(2):
            leaders[i].beliefs[d] = moved_belief(leaders[i].beliefs[d], belief_target(w, d, i), step)
        book_clarity(w, ROLES_WRITTEN)
    if item.decider < 2 and (item.rule == SOLE or item.rule == OR):
        own = leaders[item.decider]
        own.beliefs[d] = moved_belief(own.beliefs[d], grasped(w, d), p.clarity_attribution)
        book_clarity(w, OWNERSHIP_FELT)


@part
def challenge(w, item):
    """The other leader may reopen a decision taken alone: work wasted, trust lost, a quarrel over roles."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_challenge == 0 or item.rule != SOLE or item.path == DOUBLE or item.decider == LEAD:
        return
    other = COO if item.decider == CEO else CEO
    if item.judged[other] == 0:
        return
    unfounded = 1.0 if item.path == USURPED or item.path == UNILATERAL else 0.0
    gap = abs(item.position[CEO] - item.position[COO])
    chance = p.assumptions_ambiguity_price * challenge_probability(
        p.domain_overlap[item.domain],
        s.clarity[item.domain],
        leaders[other].trust,
        gap,
        unfounded,
        p.clarity_challenge_unclear,
        p.clarity_challenge_unfounded,
    )
    u0, u1, u2, u3 = uniforms(s, CHALLENGES, item.uid * 2)
    if u0 >= chance:
        return
    item.gap = read_gap(w, item, style_gap(w))
    item.contradiction = most(item.contradiction, p.execution_reopened_contradiction * least(1.0, item.gap))
    item.alone = 1.0
    s.sum_reopened += 1.0
    quarrel_over_roles(w, item.domain, item.gap, item.causes)
    lose_trust(w, item.decider, p.dyad_reopened_loss, DECISION_REOPENED)
    note(w, REOPENED, s.week, item.domain, other, gap, 0.0)


@part
def team_kind(domain):
    """Kind of team that works on a domain: sales on key clients, service on processes, marketing on the rest."""
    return SALES if domain == KEY_CLIENT else (SERVICE if domain == PROCESS else MARKETING)


@part
def free_team(w, kind):
    """Team of the kind (or any, if none is) with the least backlog per head."""
    teams = w.teams
    p = w.parameters
    best, least_load, any_kind = 0, 1e18, True
    for t in range(p.team_count):
        if teams[t].kind == kind:
            any_kind = False
    for t in range(p.team_count):
        if any_kind or teams[t].kind == kind:
            load = teams[t].backlog / teams[t].headcount
            if load < least_load:
                best, least_load = t, load
    return best


@part
def launch(w, item):
    """Turn an accepted decision into a project of a team; two directives and reopened matters waste work on top."""
    teams, projects = w.teams, w.projects
    p, s = w.parameters, w.firm
    if s.project_count >= PROJECT_SLOTS:
        s.dropped += 1.0
        s.sum_dropped += 1.0
        note(w, DROPPED, s.week, item.domain, item.decider, 1.0, 0.0)
        return
    project = projects[s.project_count]
    s.project_count += 1
    work = p.domain_work[item.domain]
    if item.domain == EXPERIMENT:
        work *= led_work(w)
    waste = p.execution_double_work * item.contradiction + p.execution_reopened_work * item.alone
    if p.switches_rework == 0:
        waste = 0.0
    s.wasted_work += work * waste
    t = item.author if item.author >= 0 and teams[item.author].kind == MARKETING else free_team(w, team_kind(item.domain))
    project.uid, project.domain, project.status, project.team = item.uid, item.domain, WORKING, t
    project.born, project.decided, project.age = item.born, s.week, 0.0
    project.outcome, project.work, project.work_left = item.outcome, work * (1.0 + waste), work * (1.0 + waste)
    project.worked, project.defect_work, project.quality, project.stage = 0.0, 0.0, 1.0, 0
    project.rule, project.owner, project.contradiction = item.rule, item.decider, item.contradiction
    project.priority, project.taken, project.part = 0.0, 0, part_in(w, item)
    put_last(w, teams[t], s.project_count - 1)
    teams[t].backlog += project.work_left
    teams[t].open_projects += 1.0
    for g in range(5):
        project.attributes[g] = item.attributes[g]
    project.novelty_seen = item.attributes[INNOVATION]
    if item.decider < 2:
        sponsor = item.attributes[INNOVATION] + item.error[item.decider, INNOVATION]
        other = COO if item.decider == CEO else CEO
        heard = s.common_ground * mean_trust(w) if both_present(w) and item.judged[other] == 1 else 1.0
        own = item.attributes[INNOVATION] + item.error[other, INNOVATION]
        project.novelty_seen = heard * sponsor + (1.0 - heard) * own
    if item.domain == EXPERIMENT:
        s.sum_experiments_started += 1.0
        share = p.campaigns_stage_share if p.switches_staging == 1 else 1.0
        s.extra_spend += share * p.campaigns_experiment_cost
        note(w, EXPERIMENT_STARTED, s.week, item.domain, item.decider, item.outcome, 0.0)
