"""Measure and adapt: what a review sees, and what it moves."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.journal import note
from tandem.sim.phases.luck import normals
from tandem.sim.phases.pair import belief_target, book_clarity, both_present
from tandem.sim.phases.rights import present_decider
from tandem.sim.phases.start import analyst, answer_of_arms, shown_results
from tandem.sim.rules.arithmetic import most
from tandem.sim.rules.clarity import moved_belief
from tandem.sim.rules.learning import (
    debrief_depth,
    measurement_noise,
    own_lesson,
    results_seen_after,
    updated_estimate,
    visibility,
)
from tandem.sim.rules.market import goal_response, saturated
from tandem.sim.state import (
    ACTIVATION_ARM,
    BRAND,
    BRAND_ARM,
    BUDGET,
    CUSTOMERS,
    DEBRIEFS,
    EXPERIMENT_ARM,
    GROWTH,
    INNOVATION,
    OPERATIONS_SKILL,
    RETENTION_ARM,
    REVIEW_HELD,
)
from tandem.sim.streams import REVIEW


@phase
def review(world):
    """In a review week: see standing errors, estimate which goals pay, learn returns, move the budget, mend the charter."""
    w = world[0]
    s = w.firm
    forget_results(w)
    if s.review_now == 0:
        return
    see_errors(w)
    see_results(w)
    debrief(w)
    estimate_goals(w)
    move_budget(w)
    mend_charter(w)
    note(w, REVIEW_HELD, s.week, -1, -1, s.shares[BRAND_ARM], s.shares[ACTIVATION_ARM])


@part
def see_errors(w):
    """Standing errors become visible, blurred by poor analytics (standard deviations)."""
    p, s = w.parameters, w.firm
    n = normals(s, REVIEW, s.week * 8)
    m = normals(s, REVIEW, s.week * 8 + 1)
    reader = w.leaders[analyst(w)].skills[OPERATIONS_SKILL]
    blur = p.adaptation_blur * (p.adaptation_unmeasured - p.adaptation_analytics) * (p.adaptation_unread - reader)
    for d in range(7):
        s.seen_error[d] = s.standing_error[d] + blur * (n[d] if d < 4 else m[d - 4])


@part
def forget_results(w):
    """What results have taught ages, as the market moves on."""
    p = w.parameters
    for i in range(3):
        w.leaders[i].results_seen *= 1.0 - p.adaptation_lesson_fade


@part
def see_results(w):
    """Leaders see what became of past judgments: the analyst as far as figures are good, the others as far as they are shown."""
    p = w.parameters
    for i in range(3):
        leader = w.leaders[i]
        shown = shown_results(w, i)
        if p.switches_credit == 1:
            shown *= own_lesson(leader.decided_alone, leader.decided_jointly, p.adaptation_joint_credit)
        leader.decided_alone, leader.decided_jointly = 0.0, 0.0
        leader.results_seen = results_seen_after(leader.results_seen, p.adaptation_lesson, shown)


@part
def debrief(w):
    """Leaders go through what became of their decisions: each learns about his own judgment whatever the figures show, both about
    who knows and decides what; not as far as they quarrel."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_debriefs == 0:
        return
    pair = both_present(w)
    depth = debrief_depth(p.adaptation_debrief_hours, p.adaptation_debrief_half)
    if pair:
        depth *= 1.0 - s.relationship_conflict
        s.common_ground += p.adaptation_debrief_ground * depth * (1.0 - s.common_ground)
    for i in range(3):
        leaders[i].results_seen = results_seen_after(leaders[i].results_seen, p.adaptation_debrief_lesson, depth)
    for d in range(7):
        s.charter_alive[d] += p.adaptation_debrief_roles * depth * (1.0 - s.charter_alive[d])
        for i in range(2):
            if pair:
                step = p.adaptation_debrief_roles * depth
                leaders[i].beliefs[d] = moved_belief(leaders[i].beliefs[d], belief_target(w, d, i), step)
    book_clarity(w, DEBRIEFS)


@part
def estimate_goals(w):
    """Which goals pay, as far as the figures show: the truth with an error, scaled to sum to one."""
    p, s = w.parameters, w.firm
    n = normals(s, REVIEW, s.week * 8 + 2)
    m = normals(s, REVIEW, s.week * 8 + 3)
    blur = p.targets_estimate_error * (p.targets_estimate_unmeasured - p.adaptation_analytics)
    total = 0.0
    for g in range(5):
        s.estimated_goals[g] = most(0.02, s.right_goals[g] + blur * (n[g] if g < 4 else m[0]))
        total += s.estimated_goals[g]
    for g in range(5):
        s.estimated_goals[g] /= total


@part
def true_elasticity(w, arm):
    """How strongly revenue answers to an arm of the budget now (elasticity); the best share is proportional to it."""
    p, s = w.parameters, w.firm
    if arm == BRAND_ARM:
        brand = s.goodwill * s.right_goals[BRAND] / 0.2
        return p.market_allocation * brand / (p.market_base_brand + brand)
    if arm == ACTIVATION_ARM:
        press = saturated(s.pressure, p.market_saturation)
        answer = p.market_allocation * press * (1.0 - press) / (p.market_base_pressure + press)
        return answer * goal_response(s.right_goals[GROWTH], p.market_goal_response)
    if arm == EXPERIMENT_ARM:
        return (
            p.market_allocation * p.market_experiment_response * goal_response(s.right_goals[INNOVATION], p.market_goal_response)
        )
    return p.market_allocation * p.market_retention_response * goal_response(s.right_goals[CUSTOMERS], p.market_goal_response)


@part
def move_budget(w):
    """Learn the return of each arm, as far as it shows within the interval, and move part of the way to the shares it
    suggests; the owner's priorities weigh in. Moving costs team work."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    if p.switches_budget_learning == 0:
        return
    interval = p.adaptation_review_interval_weeks
    n = normals(s, REVIEW, s.week * 8 + 4)
    total = 0.0
    for arm in range(4):
        horizon = p.adaptation_visibility_brand
        if arm == ACTIVATION_ARM:
            horizon = p.adaptation_visibility_activation
        elif arm == EXPERIMENT_ARM:
            horizon = p.adaptation_visibility_experiment
        elif arm == RETENTION_ARM:
            horizon = p.adaptation_visibility_retention
        seen = true_elasticity(w, arm)
        # Good analytics knows that slow effects are cut off by the window, and corrects part of it.
        shown = visibility(interval, horizon)
        shown += p.adaptation_window_correction * p.adaptation_analytics * (1.0 - shown)
        noise = measurement_noise(p.adaptation_noise, interval, s.shares[arm], p.adaptation_analytics, p.adaptation_unmeasured)
        s.estimates[arm] = updated_estimate(s.estimates[arm], seen * shown + 0.2 * noise * n[arm], p.adaptation_gain)
        total += s.estimates[arm]
    owner = leaders[present_decider(w, BUDGET)]
    wish = owner.priorities[GROWTH] + owner.priorities[BRAND] + owner.priorities[INNOVATION] + owner.priorities[CUSTOMERS]
    moved = 0.0
    for arm in range(4):
        goal = (
            BRAND
            if arm == BRAND_ARM
            else (GROWTH if arm == ACTIVATION_ARM else (INNOVATION if arm == EXPERIMENT_ARM else CUSTOMERS))
        )
        # Where no arm serves what the owner wishes, the present share stands for it.
        wished = p.adaptation_prior * owner.priorities[goal] / wish if wish > 0.0 else p.adaptation_prior * s.shares[arm]
        target = (1.0 - p.adaptation_prior) * s.estimates[arm] / total + wished
        step = p.adaptation_maximum_move * (target - s.shares[arm])
        s.shares[arm] += step
        moved += 0.5 * abs(step)
    answer_of_arms(w)
    s.move_work += p.adaptation_move_work * 100.0 * moved


@part
def mend_charter(w):
    """Where quarrels over roles repeat, the review rewrites the charter (its hold is renewed in part)."""
    p, s = w.parameters, w.firm
    for d in range(7):
        if p.adaptation_learn_structure == 1 and s.process_count[d] >= p.adaptation_repeated:
            s.charter_alive[d] += p.adaptation_mending * p.clarity_documentation * (1.0 - s.charter_alive[d])
        s.process_count[d] = 0.0
