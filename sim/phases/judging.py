"""Judgments: what each leader sees of a matter, and how views mix before they are combined."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.luck import normals
from tandem.sim.phases.pair import both_present
from tandem.sim.phases.rights import skill_for_goal
from tandem.sim.rules.goals import crowded_weight
from tandem.sim.rules.judgment import (
    common_share,
    corrected,
    error_spread,
    exchanged_share,
    experiment_caution,
    expert_weight,
    mixed_error,
    weight_in_conference,
)
from tandem.sim.state import (
    AND,
    CAMPAIGN,
    CEO,
    COO,
    CUSTOMERS,
    EFFICIENCY,
    EXPERIMENT,
    LEAD,
    OVERRULED,
    QUEUED,
    TEAM_RULE,
    VOTE,
)
from tandem.sim.streams import CEO_ERRORS


@part
def is_proposal(item):
    """True for matters to be accepted or refused (campaigns, experiments); the others set a standing choice."""
    return item.domain == CAMPAIGN or item.domain == EXPERIMENT


@part
def priority_gap(w):
    """Half the absolute distance of the two leaders' goal weights (0-1)."""
    leaders = w.leaders
    total = 0.0
    for g in range(5):
        total += abs(leaders[CEO].priorities[g] - leaders[COO].priorities[g])
    return 0.5 * total


@part
def attention(w, i, g):
    """Weight that leader i gives to goal g now: his priority (or the pair's mean with that cause off), crowded by figures.

    Efficiency and growth are easily measured, brand and innovation hardly. Weights are near 1 in sum, not exactly.
    """
    leaders = w.leaders
    p = w.parameters
    weight = leaders[i].priorities[g]
    if p.switches_cause_priorities == 0 and i < 2 and both_present(w):
        weight = 0.5 * (leaders[CEO].priorities[g] + leaders[COO].priorities[g])
    if p.switches_goodhart == 1:
        measurable = (
            1.0
            if g == 0 or g == EFFICIENCY
            else (p.targets_measurable_customers if g == CUSTOMERS else p.targets_measurable_image)
        )
        weight = crowded_weight(weight, measurable, p.targets_specificity, p.targets_goodhart)
    return weight


@part
def pull_of_priorities(w, i, domain):
    """Pull (standard deviations) of leader i's priorities on a setting: towards figures or towards image."""
    p, s = w.parameters, w.firm
    own = attention(w, i, EFFICIENCY) + attention(w, i, CUSTOMERS)
    right = s.right_goals[EFFICIENCY] + s.right_goals[CUSTOMERS]
    return p.judgment_bias * (own - right) * p.domain_overlap[domain]


@phase
def choose_judgments(world, i):
    """Leader i forms his view of every queued matter he has not judged: a score for a proposal, a position for a setting.

    Each attribute is seen with an error that his skill decides; part of it is shared with the other leader. The
    marketing lead judges only where he votes, where the team decides, or where he has directed too and is overruled.
    """
    w = world[0]
    leaders, decisions = w.leaders, w.decisions
    p, s = w.parameters, w.firm
    leader = leaders[i]
    if leader.present == 0:
        return
    for k in range(s.decision_count):
        item = decisions[k]
        if item.status != QUEUED or item.judged[i] == 1:
            continue
        if i == LEAD and item.rule != VOTE and item.rule != TEAM_RULE and item.decider != LEAD and item.path != OVERRULED:
            continue
        item.judged[i] = 1
        share = 0.0
        if p.switches_common_error == 1 and both_present(w) and i != LEAD:
            share = common_share(
                p.judgment_common_error, s.common_ground, 1.0 - priority_gap(w), p.judgment_common_error_misaligned
            )
        n = normals(s, CEO_ERRORS + i, item.uid)
        feedback = p.judgment_feedback if p.switches_feedback == 1 else 0.0
        position = 0.0
        for g in range(5):
            own = n[g] if g < 4 else item.fifth_error[i]
            noise = mixed_error(own, item.common_error[g], share) if share > 0.0 else own
            spread = error_spread(
                skill_for_goal(p, leader, g),
                p.judgment_error_at_no_skill,
                p.judgment_error_per_skill,
                p.judgment_error_least,
            )
            item.error[i, g] = corrected(spread, feedback, leader.results_seen) * noise
            if is_proposal(item):
                position += attention(w, i, g) * (item.attributes[g] + item.error[i, g])
            else:
                position += p.domain_goals[item.domain, g] * item.error[i, g]
        if is_proposal(item):
            position -= p.judgment_veto_bar if item.rule == AND else p.judgment_bar
            if item.domain == EXPERIMENT:
                position -= experiment_caution(leader.priorities[EFFICIENCY] + leader.priorities[CUSTOMERS], p.judgment_caution)
        else:
            position += pull_of_priorities(w, i, item.domain)
        item.position[i] = position


@part
def error_weight(w, item, i, g):
    """Weight with which an error of leader i about goal g enters his position."""
    return attention(w, i, g) if is_proposal(item) else w.parameters.domain_goals[item.domain, g]


@part
def shift_error(w, item, i, g, value):
    """Set leader i's error about goal g and move his position by what that changes (an overridden position keeps its
    override)."""
    item.position[i] += error_weight(w, item, i, g) * (value - item.error[i, g])
    item.error[i, g] = value


@part
def exchange_views(w, item, depth):
    """Each leader takes over part of the other's view of a matter (`depth` 0-1 scales it); booked as information shared."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if item.exchanged == 1 or not both_present(w) or item.judged[CEO] == 0 or item.judged[COO] == 0:
        return
    item.exchanged = 1
    if p.switches_exchange == 0:
        return
    ceo = depth * exchanged_share(
        p.judgment_exchange, s.common_ground, leaders[CEO].trust, s.relationship_conflict, leaders[CEO].openness
    )
    coo = depth * exchanged_share(
        p.judgment_exchange, s.common_ground, leaders[COO].trust, s.relationship_conflict, leaders[COO].openness
    )
    if p.switches_cause_communication == 0:
        ceo, coo = 0.5, 0.5
    s.exchanged += ceo + coo
    s.exchange_chances += 1.0
    for g in range(5):
        a, b = item.error[CEO, g], item.error[COO, g]
        shift_error(w, item, CEO, g, a + ceo * (b - a))
        shift_error(w, item, COO, g, b + coo * (a - b))


@part
def pooled_position(w, item):
    """One position out of two: weighted by power, each attribute left to whoever sees it better, as far as it is known."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    power = p.dyad_ceo_power
    trust = 0.5 * (leaders[CEO].trust + leaders[COO].trust)
    known = expert_weight(s.common_ground, trust, s.relationship_conflict)
    if p.switches_common_information == 1:
        known = weight_in_conference(known, p.judgment_common_bias)
    pooled = power * item.position[CEO] + (1.0 - power) * item.position[COO]
    for g in range(5):
        a, b = item.error[CEO, g], item.error[COO, g]
        wa, wb = error_weight(w, item, CEO, g), error_weight(w, item, COO, g)
        better = skill_for_goal(p, leaders[CEO], g) >= skill_for_goal(p, leaders[COO], g)
        joint = known * a + (1.0 - known) * b if better else known * b + (1.0 - known) * a
        pooled += (power * wa + (1.0 - power) * wb) * joint - power * wa * a - (1.0 - power) * wb * b
    return pooled


@part
def read_gap(w, item, style):
    """Gap of the two positions (standard deviations), and in `item.causes` the shares of priorities, styles, lack of
    communication and unclear roles in it."""
    p, s = w.parameters, w.firm
    priorities, information = 0.0, 0.0
    for g in range(5):
        a, b = item.error[CEO, g], item.error[COO, g]
        if is_proposal(item):
            wa, wb = attention(w, CEO, g), attention(w, COO, g)
            priorities += (wa - wb) * (item.attributes[g] + 0.5 * (a + b))
            information += 0.5 * (wa + wb) * (a - b)
        else:
            information += p.domain_goals[item.domain, g] * (a - b)
    if not is_proposal(item):
        priorities = pull_of_priorities(w, CEO, item.domain) - pull_of_priorities(w, COO, item.domain)
    added = p.judgment_style_gap * style
    roles = p.judgment_roles_gap * (1.0 - s.clarity[item.domain])
    total = abs(priorities) + abs(information) + added + roles + 1e-9
    item.causes[0], item.causes[1] = abs(priorities) / total, added / total
    item.causes[2], item.causes[3] = abs(information) / total, (roles + 1e-9) / total
    return abs(item.position[CEO] - item.position[COO]) + added
