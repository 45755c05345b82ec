"""Where trust, relationship conflict and beliefs about ownership change, each with its cause for the journal."""

from tandem.sim.compile import part
from tandem.sim.phases.journal import contribute, note
from tandem.sim.rules.arithmetic import unit
from tandem.sim.rules.clarity import blurred, chartered_belief, joint_clarity, owner_belief, sole_clarity, unsure_belief
from tandem.sim.rules.conflict import intensity, process_spill
from tandem.sim.rules.trust import reliance, trust_after_failure, trust_after_success
from tandem.sim.state import (
    AND,
    AVERAGE,
    CEO,
    CLARITY,
    COMMUNICATION_CAUSE,
    COO,
    FORECAST_RIGHT,
    GATE,
    OR,
    PRIORITIES_CAUSE,
    PROCESS_CONFLICT,
    QUARREL_OVER_ROLES,
    RELATIONSHIP,
    ROLES_CAUSE,
    SOLE,
    STYLES_CAUSE,
    TEAM_RULE,
    TRUST,
    VOTE,
)


@part
def both_present(w):
    """True if CEO and COO are both in their posts."""
    leaders = w.leaders
    return leaders[CEO].present == 1 and leaders[COO].present == 1


@part
def move_trust(w, i, value, cause):
    """Set leader i's trust in the other to `value` (0-1) for a cause; nothing happens while trust is frozen."""
    leaders = w.leaders
    p = w.parameters
    if p.switches_trust_dynamics == 0 or p.assumptions_trust_frozen == 1:
        return
    moved = unit(value)
    contribute(w, TRUST, cause, 0.5 * (moved - leaders[i].trust))
    leaders[i].trust = moved


@part
def relied(w, i):
    """How far leader i relies on the other now (0-1); 1 with that mechanism off."""
    p = w.parameters
    if p.switches_reliance == 0:
        return 1.0
    return reliance(w.leaders[i].trust, p.dyad_reliance_threshold, p.dyad_reliance_width)


@part
def heard_from_the_other(w, item):
    """How far the other tells what one needs to know of a matter (0-1): not where he does not rely on who decides."""
    p = w.parameters
    if p.switches_reliance == 0 or not both_present(w):
        return 1.0
    other = COO if item.decider == CEO else CEO
    return 1.0 - p.dyad_candour * (1.0 - relied(w, other))


@part
def gain_trust(w, i, share, cause):
    """Leader i's trust rises by `share` of its usual gain, as far as he relies on the other at all."""
    leaders = w.leaders
    p = w.parameters
    move_trust(w, i, trust_after_success(leaders[i].trust, share * p.dyad_trust_gain * relied(w, i)), cause)


@part
def lose_trust(w, i, share, cause):
    """Leader i's trust falls by `share` of its usual loss."""
    leaders = w.leaders
    p = w.parameters
    move_trust(w, i, trust_after_failure(leaders[i].trust, share * p.dyad_trust_loss), cause)


@part
def judge_forecast(w, project, came_true):
    """The other leader's trust rises when the owner's forecast came true; with reliance on, both do when a joint one did."""
    p = w.parameters
    if not came_true or not both_present(w):
        return
    if p.switches_reliance == 1 and is_joint(project.rule):
        for i in range(2):
            gain_trust(w, i, p.dyad_joint_reliance * p.dyad_forecast_gain, FORECAST_RIGHT)
    elif project.owner < 2:
        other = COO if project.owner == CEO else CEO
        gain_trust(w, other, p.dyad_forecast_gain, FORECAST_RIGHT)


@part
def move_relationship(w, rise, cause):
    """Add `rise` to relationship conflict (0-1), kept in bounds, for a cause."""
    s = w.firm
    moved = unit(s.relationship_conflict + rise)
    contribute(w, RELATIONSHIP, cause, moved - s.relationship_conflict)
    s.relationship_conflict = moved


@part
def mean_trust(w):
    """Mean trust of the pair (0-1)."""
    leaders = w.leaders
    return 0.5 * (leaders[CEO].trust + leaders[COO].trust)


@part
def style_gap(w):
    """Distance of the two styles (0-1); 0 with that cause switched off."""
    leaders = w.leaders
    if w.parameters.switches_cause_styles == 0:
        return 0.0
    return abs(leaders[CEO].style - leaders[COO].style)


@part
def owns(w, domain, i):
    """1 if the charter gives leader i a say in acting on the domain (owner or joint), else 0."""
    p = w.parameters
    rule = p.charter_rule[domain]
    if rule == SOLE or rule == GATE:
        return 1 if p.charter_decides[domain] == i else 0
    return 0 if rule == TEAM_RULE else 1


@part
def is_joint(rule):
    """True for rules by which both leaders decide together."""
    return rule == AND or rule == AVERAGE or rule == VOTE


@part
def grasped(w, domain):
    """Where the belief of a leader goes who takes what matters in the domain for himself: to 1, "mine"; or to 0, "no longer
    ours", where the domain is joint and a claim on it can be one for himself alone."""
    p = w.parameters
    return 0.0 if p.switches_shared_claims == 1 and is_joint(p.charter_rule[domain]) else 1.0


@part
def belief_target(w, domain, i):
    """Belief that a living charter suggests to leader i about the domain."""
    p = w.parameters
    chartered = chartered_belief(owns(w, domain, i) == 1, p.clarity_charter)
    if named(w, domain, i):
        chartered = owner_belief(p.clarity_charter, p.clarity_owner_doubt)
    return blurred(chartered, w.firm.charter_alive[domain])


@part
def named(w, domain, i):
    """True if the charter names leader i as the sole decider, and whom it names hardly doubts it."""
    p = w.parameters
    rule = p.charter_rule[domain]
    return p.switches_owner_certainty == 1 and (rule == SOLE or rule == GATE) and p.charter_decides[domain] == i


@part
def forgotten(w, domain, i):
    """Belief to which what leader i once read in the charter fades."""
    return unsure_belief(named(w, domain, i), w.parameters.clarity_owner_doubt)


@part
def domain_clarity(w, domain):
    """Role clarity of a domain (probability that both act as chartered), from the two beliefs; 1 with one leader."""
    p, leaders = w.parameters, w.leaders
    rule = p.charter_rule[domain]
    ceo, coo = leaders[CEO].beliefs[domain], leaders[COO].beliefs[domain]
    if not both_present(w) or rule == TEAM_RULE or p.switches_claims == 0:
        return 1.0
    if rule == SOLE or rule == GATE:
        return sole_clarity(ceo, coo) if p.charter_decides[domain] == CEO else sole_clarity(coo, ceo)
    if rule == OR:
        return 1.0 - (1.0 - ceo) * (1.0 - coo)
    return joint_clarity(ceo, coo)


@part
def update_clarity(w):
    """Role clarity by domain, as it stands for what follows."""
    for domain in range(7):
        w.firm.clarity[domain] = domain_clarity(w, domain)


@part
def book_clarity(w, cause):
    """Note why overall role clarity (weighted by how often each domain brings a decision) moved since this was last called.
    While a post is empty there is none."""
    j, p = w.journal, w.parameters
    if j.active == 0:
        return
    if not both_present(w):
        j.clarity = -1.0
        return
    clarity, weight = 0.0, 0.0
    for domain in range(7):
        clarity += p.domain_arrivals_per_week[domain] * domain_clarity(w, domain)
        weight += p.domain_arrivals_per_week[domain]
    clarity = clarity / weight if weight > 0.0 else 0.0
    if j.clarity >= 0.0:
        contribute(w, CLARITY, cause, clarity - j.clarity)
    j.clarity = clarity


@part
def blame(w, causes, weight):
    """Book an episode's causes (priorities, styles, communication, roles; they sum to 1) with a weight."""
    s = w.firm
    for c in range(4):
        s.sum_causes[c] += weight * causes[c]


@part
def quarrel_over_roles(w, domain, gap, causes):
    """A process conflict: trust falls on both sides, relationship conflict rises, the causes are booked."""
    p, s = w.parameters, w.firm
    strength = intensity(gap, p.dyad_full_gap)
    rise = process_spill(p.dyad_process_spill, strength, mean_trust(w), s.relationship_conflict, p.dyad_process_spill_trust)
    move_relationship(w, rise * causes[0], PRIORITIES_CAUSE)
    move_relationship(w, rise * causes[1], STYLES_CAUSE)
    move_relationship(w, rise * causes[2], COMMUNICATION_CAUSE)
    move_relationship(w, rise * causes[3], ROLES_CAUSE)
    for c in range(4):
        s.conflict_causes[c] += rise * causes[c]
    lose_trust(w, CEO, strength, QUARREL_OVER_ROLES)
    lose_trust(w, COO, strength, QUARREL_OVER_ROLES)
    s.process_episodes += 1.0
    s.process_count[domain] += 1.0
    blame(w, causes, 1.0)
    note(w, PROCESS_CONFLICT, s.week, domain, -1, gap, strength)
