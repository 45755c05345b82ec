"""Hours and meetings: what leaders plan, what the meeting gives, what training leaves."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.pair import belief_target, book_clarity, both_present, gain_trust, mean_trust, move_relationship, relied
from tandem.sim.rules.arithmetic import least, most, unit
from tandem.sim.rules.clarity import moved_belief
from tandem.sim.rules.communication import common_ground_gained, effective_hours, offence_by_text
from tandem.sim.rules.effort import available_hours, effort_factor, hours_alone
from tandem.sim.rules.execution import followed_share
from tandem.sim.rules.skills import shared, trained
from tandem.sim.state import CEO, COO, LEAD, MISREAD, OPERATIONS_SKILL, PROJECT_SKILL, RESULTS_SHOWN, ROLES_DISCUSSED


@phase
def choose_hours(world, i):
    """Leader i plans his week (hours): meetings, training, reporting and goals, encouragement, approvals, decisions.

    When plans exceed the hours he has, all are cut in proportion; what is left over goes to decisions.
    """
    w = world[0]
    leaders = w.leaders
    p, s, leader = w.parameters, w.firm, leaders[i]
    leader.hours_meeting, leader.hours_training, leader.hours_reporting = 0.0, 0.0, 0.0
    leader.hours_encouragement, leader.hours_approvals, leader.hours_decisions = 0.0, 0.0, 0.0
    leader.hours_available, leader.encouraging, leader.hours_with_reports = 0.0, 0.0, 0.0
    if leader.present == 0:
        return
    sour = s.relationship_conflict if both_present(w) else 0.0
    tired = leader.fatigue if p.switches_fatigue == 1 else 0.0
    available = available_hours(leader.hours, sour, tired, p.dyad_hours_lost, p.effort_fatigue_hours)
    with_reports = 0.0
    if i != LEAD and not both_present(w):
        if p.switches_lone_load == 1:
            with_reports = available - hours_alone(available, p.execution_lone_share)
            available -= with_reports
    elif i != LEAD and p.switches_reliance == 1:
        available *= 1.0 - p.dyad_monitoring * (1.0 - relied(w, i))
    meeting = s.meetings * p.communication_meeting_hours
    training = p.training_hours_per_week if p.switches_training == 1 and i != LEAD else 0.0
    reporting = p.communication_transparency_hours * p.communication_transparency
    reporting += (p.targets_setting_hours + p.targets_specific_hours * p.targets_specificity) / 13.0
    reporting += p.clarity_upkeep_hours * most(0.0, 2.0 * p.clarity_charter - 1.0)
    reader = COO if leaders[COO].present == 1 else CEO
    if s.review_now == 1 and (i == LEAD or i == reader):
        reporting += p.adaptation_review_hours + 1.0 / p.adaptation_review_interval_weeks
    if s.review_now == 1 and p.switches_debriefs == 1:
        reporting += p.adaptation_debrief_hours
    encouragement = leader.encouragement * leader.hours if p.switches_encouragement == 1 else 0.0
    wanted = p.prices_hours * (meeting + training + reporting) + encouragement
    cut = 1.0 if wanted <= available else available / wanted
    leader.hours_available = available
    leader.hours_meeting, leader.hours_training = cut * meeting, cut * training
    leader.hours_with_reports = with_reports + leader.hours_meeting
    leader.hours_reporting, leader.hours_encouragement = cut * reporting, cut * encouragement
    if encouragement > 0.0:
        leader.encouraging = leader.hours_encouragement / leader.hours
    left = available - cut * wanted
    if p.switches_compliance == 1 and i == reader:
        leader.hours_approvals = least(p.compliance_hours_share * left, s.approvals_due * p.compliance_hours)
    leader.hours_decisions = left - leader.hours_approvals


@part
def supervision_needed(w, leader):
    """Hours a week that following the work of all teams takes a leader: skill in operations and projects makes it quicker."""
    p = w.parameters
    hours = p.execution_supervision_hours * p.team_count
    if p.switches_specialisation == 1 and p.assumptions_specialised_effort == 1:
        skill = 0.5 * (leader.skills[OPERATIONS_SKILL] + leader.skills[PROJECT_SKILL])
        hours *= effort_factor(skill, p.judgment_specialisation, p.effort_usual_skill, p.effort_least, p.effort_most)
    return hours


@part
def supervise(w):
    """The COO, without one the CEO, follows the work with what decisions left of his hours, before he senses and coaches."""
    p, s = w.parameters, w.firm
    s.followed = 1.0
    if p.switches_supervision == 0:
        return
    leader = w.leaders[COO] if w.leaders[COO].present == 1 else w.leaders[CEO]
    needed = supervision_needed(w, leader)
    given = least(most(0.0, leader.hours_left), needed) if leader.present == 1 else 0.0
    leader.hours_left -= given
    leader.hours_used += given
    s.followed = followed_share(given, needed)


@phase
def meet(world):
    """The week's meetings: hours spent, common ground, beliefs, trust by results shown, offence by text."""
    w = world[0]
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    attended = leaders[LEAD].hours_meeting
    for i in range(2):
        if leaders[i].present == 1:
            attended = least(attended, leaders[i].hours_meeting)
    s.meeting_hours = attended
    s.effective_hours = effective_hours(
        attended, p.communication_face_to_face, p.communication_saturation_hours, p.communication_room_gain
    )
    bottleneck = p.switches_agenda == 1 and p.assumptions_meeting_time == 1 and p.prices_hours > 0.0
    # What the last meeting overran comes off this one; without meetings nothing is concluded jointly.
    overrun = least(0.0, s.agenda_hours) if bottleneck else 0.0
    s.agenda_hours = overrun + (p.communication_usable * attended / p.prices_hours if bottleneck else 1e6 * attended)
    for i in range(3):
        leader = leaders[i]
        leader.hours_left = leader.hours_decisions
        leader.hours_used = (
            p.prices_hours * (leader.hours_meeting + leader.hours_training + leader.hours_reporting)
            + leader.hours_encouragement
            + leader.hours_approvals
        )
    reports = 0.0
    if p.switches_reporting == 1:
        for t in range(p.team_count):
            reports += least(teams[t].reports, p.communication_reports_read) / p.team_count
    gained = common_ground_gained(
        s.common_ground,
        s.effective_hours,
        p.communication_asynchronous,
        reports,
        p.communication_gain,
        p.communication_channel_gain,
        p.communication_report_gain,
    )
    if p.switches_vacant_ground == 1 and not both_present(w):
        gained = 0.0  # nobody is there to share it with
    s.common_ground = unit(s.common_ground + gained - p.communication_loss * s.common_ground)
    if both_present(w):
        shown = p.dyad_results_gain * p.communication_transparency * s.effective_hours * (1.0 - s.relationship_conflict)
        for i in range(2):
            gain_trust(w, i, shown, RESULTS_SHOWN)
            step = unit(p.clarity_meeting_step * s.effective_hours)
            for d in range(7):
                leaders[i].beliefs[d] = moved_belief(leaders[i].beliefs[d], belief_target(w, d, i), step)
        book_clarity(w, ROLES_DISCUSSED)
        offence = offence_by_text(
            p.communication_misreading, p.communication_asynchronous, mean_trust(w), s.relationship_conflict
        )
        move_relationship(w, offence, MISREAD)
    train(w)


@part
def train(w):
    """Training of leaders and teams, and what they teach each other; money goes to the week's spending."""
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    if p.switches_training == 0:
        return
    for i in range(2):
        leader = leaders[i]
        if leader.present == 1:
            for k in range(4):
                leader.skills[k] = trained(leader.skills[k], leader.hours_training, p.training_gain)
            s.extra_spend += p.prices_money * p.training_cost * leader.hours_training
    if both_present(w):
        for k in range(4):
            ceo, coo = leaders[CEO].skills[k], leaders[COO].skills[k]
            rate = p.training_pair_sharing * p.training_sharing * s.effective_hours
            leaders[CEO].skills[k] = shared(ceo, coo, rate)
            leaders[COO].skills[k] = shared(coo, ceo, rate)
    teacher = leaders[COO] if leaders[COO].present == 1 else leaders[CEO]
    for t in range(p.team_count):
        team = teams[t]
        team.skill = trained(team.skill, p.training_team_share, p.training_team_gain)
        team.skill = shared(team.skill, teacher.skills[OPERATIONS_SKILL], p.training_team_sharing * p.training_sharing)
        s.extra_spend += p.prices_money * p.training_cost * p.training_team_hours * p.training_team_share * team.headcount
