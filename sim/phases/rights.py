"""Who decides a matter now: the charter, bent by who is present."""

from tandem.sim.compile import part
from tandem.sim.phases.pair import both_present
from tandem.sim.rules.effort import effort_factor
from tandem.sim.state import (
    AND,
    AVERAGE,
    BRAND,
    CEO,
    COO,
    CUSTOMERS,
    GATE,
    GROWTH,
    INNOVATION,
    LEAD,
    MARKET_SKILL,
    OPERATIONS_SKILL,
    OR,
    SOLE,
    TEAM_RULE,
    TECHNOLOGY_SKILL,
    VOTE,
)


@part
def skill_for_goal(p, leader, goal):
    """Skill with which a leader sees one attribute: market for growth and brand, technology for innovation, operations for
    efficiency; for customers both what they want (market) and how they are served (operations)."""
    if goal == CUSTOMERS:
        insight = p.judgment_customer_insight if p.switches_customer_insight == 1 else 0.0
        return insight * leader.skills[MARKET_SKILL] + (1.0 - insight) * leader.skills[OPERATIONS_SKILL]
    if goal == GROWTH or goal == BRAND:
        return leader.skills[MARKET_SKILL]
    if goal == INNOVATION:
        return leader.skills[TECHNOLOGY_SKILL]
    return leader.skills[OPERATIONS_SKILL]


@part
def domain_skill(w, leader, domain):
    """Skill of a leader in a domain (0-1): his skills weighted by the goals at stake."""
    p = w.parameters
    total = 0.0
    for goal in range(5):
        total += p.domain_goals[domain, goal] * skill_for_goal(p, leader, goal)
    return total


@part
def decision_hours(w, leader, domain):
    """Hours a decision of this domain takes this leader."""
    p = w.parameters
    hours = p.domain_executive_hours[domain]
    if p.switches_specialisation == 1 and p.assumptions_specialised_effort == 1:
        return hours * effort_factor(
            domain_skill(w, leader, domain), p.judgment_specialisation, p.effort_usual_skill, p.effort_least, p.effort_most
        )
    return hours


@part
def present_rule(w, domain):
    """Rule in force for a domain: the charter's with two leaders; one leader alone decides; none: the team does."""
    leaders = w.leaders
    p = w.parameters
    if both_present(w):
        return p.charter_rule[domain]
    if leaders[CEO].present == 0 and leaders[COO].present == 0:
        return TEAM_RULE
    return TEAM_RULE if p.charter_rule[domain] == TEAM_RULE else SOLE


@part
def present_decider(w, domain):
    """Who decides (sole, gate), or looks first or second: the charter's choice, or the only one there."""
    leaders = w.leaders
    if both_present(w):
        return w.parameters.charter_decides[domain]
    if leaders[CEO].present == 1:
        return CEO
    return COO if leaders[COO].present == 1 else LEAD


@part
def assign_effort(w, item, share):
    """Set who must spend how many hours on an open decision (scaled by `share`), by its rule."""
    leaders = w.leaders
    p = w.parameters
    writing = 0.0
    if p.switches_documentation == 1:
        writing = p.clarity_documentation_hours * p.clarity_documentation * p.prices_hours
    domain, rule, d = item.domain, item.rule, item.decider
    for i in range(3):
        item.effort_left[i] = 0.0
    if rule == TEAM_RULE:
        if p.switches_team_hours == 1:
            item.effort_left[LEAD] = share * decision_hours(w, leaders[LEAD], domain)
            item.effort[LEAD] = item.effort_left[LEAD]
        return
    if rule == SOLE or rule == GATE or rule == OR:
        part = p.effort_gate_sponsor if rule == GATE else 1.0
        item.effort_left[d] = share * part * decision_hours(w, leaders[d], domain) + writing
        other = COO if d == CEO else CEO
        if leaders[other].present == 1 and rule == SOLE:
            heard = p.effort_consulted if item.consulted == 1 else (p.effort_unasked if p.switches_exchange == 1 else 0.0)
            item.effort_left[other] = share * heard * decision_hours(w, leaders[other], domain) * p.prices_hours
    else:
        for i in range(2):
            part = p.effort_average
            if rule == AND:
                part = p.effort_and_second if i == d else p.effort_and_first
            elif rule == VOTE:
                part = p.effort_vote
            item.effort_left[i] = share * part * decision_hours(w, leaders[i], domain) + 0.5 * writing
        if rule == VOTE:
            item.effort_left[LEAD] = share * p.effort_vote * decision_hours(w, leaders[LEAD], domain)
    item.agenda = 0.0
    if rule == AVERAGE or rule == VOTE:
        item.agenda = p.communication_joint_share * p.domain_executive_hours[domain]
    for i in range(3):
        item.effort[i] = item.effort_left[i]
