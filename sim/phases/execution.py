"""Teams at work: backlog in the order they choose, questions, defects, rework, stages, morale, leaving."""

from tandem.sim.compile import part, phase
from tandem.sim.phases.hours import supervise
from tandem.sim.phases.journal import note
from tandem.sim.phases.luck import normals, uniforms
from tandem.sim.phases.pair import both_present, judge_forecast
from tandem.sim.phases.people import carried_out, staff
from tandem.sim.phases.projects import close_ranks, count_open
from tandem.sim.phases.rights import decision_hours
from tandem.sim.rules.arithmetic import least, most, unit
from tandem.sim.rules.execution import (
    capacity_followed,
    defect_share,
    leaving_rate,
    morale_after,
    morale_pull,
    questions_per_work,
    team_capacity,
)
from tandem.sim.rules.judgment import aged_worth, feasibility_belief, gate_signal_spread, gatekeeper_bar, normal_share_above
from tandem.sim.rules.market import goal_response, setting_after
from tandem.sim.state import (
    BRAND,
    CAMPAIGN,
    CAMPAIGN_LAUNCHED,
    CAMPAIGN_OFF_BRAND,
    CEO,
    COO,
    EFFICIENCY,
    EXPERIMENT,
    EXPERIMENT_ARM,
    EXPERIMENT_FAILED,
    EXPERIMENT_STOPPED,
    EXPERIMENT_SUCCEEDED,
    FINISHED,
    GATE,
    INNOVATION,
    PROCESS,
    PROJECT_SKILL,
    RUNNING,
    WORKING,
)
from tandem.sim.streams import GATE as GATE_STREAM
from tandem.sim.streams import TEAMS


@phase
def choose_backlog(world, t):
    """Team t ranks its open projects: what serves its own priorities first, older ones moving up."""
    w = world[0]
    team, projects = w.teams[t], w.projects
    by_age = w.parameters.execution_backlog_age
    k = team.first_project
    while k >= 0:
        project = projects[k]
        project.priority = team.worth[project.domain] + by_age * project.age
        k = project.next


@phase
def execute(world):
    """Every team works a week; finished projects take effect in the order of their start."""
    w = world[0]
    projects = w.projects
    p, s = w.parameters, w.firm
    s.capacity, s.work_done, s.rework_done, s.backlog = 0.0, 0.0, 0.0, 0.0
    supervise(w)
    taken = overhead(w)
    limit = p.targets_work_in_progress / (1.0 + p.targets_specificity)
    chores = (s.move_work + (p.adaptation_review_load if s.review_now == 1 else 0.0)) * p.prices_capacity / p.team_count
    s.move_work = 0.0  # what the last review decided is done now
    u = uniforms(s, TEAMS, s.week * 4)
    for t in range(p.team_count):
        if t == 4 or t == 8:
            u = uniforms(s, TEAMS, s.week * 4 + t // 4)
        count_open(w, w.teams[t], limit)
        work_a_week(w, w.teams[t], taken, chores, u[t % 4])
    ended = False
    for k in range(s.project_count):
        project = projects[k]
        if project.status == WORKING:
            project.age += 1.0
            if (
                project.domain == EXPERIMENT
                and project.stage == 0
                and p.switches_staging == 1
                and project.worked >= p.campaigns_stage_share * project.work
            ):
                check_stage(w, project)
            if project.status == WORKING and project.work_left <= 1e-9:
                finish(w, project)
            if project.status != WORKING:
                ended = True
        elif project.status == FINISHED:
            ended = True
    if ended:
        close_ranks(w)


@part
def overhead(w):
    """Share of every team's capacity taken by meetings, the channel, training and measuring."""
    p, s = w.parameters, w.firm
    share = p.communication_meeting_load * s.meeting_hours + p.communication_channel_load * p.communication_asynchronous
    share += p.targets_measuring_load * p.targets_specificity
    if p.switches_training == 1:
        share += p.training_team_share
    return share


@part
def work_a_week(w, team, taken, chores, draw):
    """A team spends its capacity, less the share `taken` and its reports: rework found, `chores` (moves of budget and reviews,
    person-weeks), then its projects by rank."""
    projects = w.projects
    p, s = w.parameters, w.firm
    morale = team.morale if p.switches_morale == 1 else p.morale_start
    if p.switches_reporting == 1:
        taken += p.communication_report_load * team.reports
    capacity = (
        p.assumptions_capacity
        * team_capacity(
            team.headcount,
            p.execution_capacity_per_head,
            morale,
            team.skill,
            p.prices_capacity * taken,
            p.execution_morale_share,
            p.execution_skill_share,
        )
        * (1.0 - p.execution_thrash_loss * team.thrash)
    )
    capacity = capacity_followed(capacity, s.followed, p.execution_unsupervised_loss)
    team.capacity = capacity
    s.capacity += capacity
    left = most(0.0, capacity - chores)
    repaired = least(team.rework, p.execution_repair_share * left)
    team.rework -= repaired
    left -= repaired
    team.done, team.questions, team.unanswered = 0.0, 0.0, 0.0
    waiting = team.open_projects
    while left > 1e-9 and waiting > 0.0:
        waiting -= 1.0
        best, rank = -1, -1e18
        k = team.first_project
        while k >= 0:
            project = projects[k]
            if project.taken == 0 and project.priority > rank:
                best, rank = k, project.priority
            k = project.next
        if best < 0:
            break
        left -= work_on(w, team, projects[best], left)
    s.work_done += team.done
    s.rework_done += repaired
    s.backlog += team.backlog
    settle_team(w, team, repaired, draw)


@part
def work_on(w, team, project, left):
    """Work of one week on one project (person-weeks); returns what was used. Questions go to the owner, defects stay."""
    leaders = w.leaders
    p, s = w.parameters, w.firm
    project.taken = 1
    work = least(least(project.work_left, left), p.execution_focus)
    project.work_left -= work
    project.worked += work
    team.done += work
    team.sum_done += work
    default = 0.0
    if p.switches_exceptions == 1:
        novelty = 1.0 if project.domain == EXPERIMENT else 0.0
        asked = work * questions_per_work(
            p.execution_exceptions,
            novelty,
            s.clarity[project.domain],
            p.execution_questions_novelty,
            p.execution_questions_unclear,
        )
        reach = team.reach
        owner = project.owner
        answered = leaders[owner].questions_answered if owner < 2 and leaders[owner].present == 1 else 1.0
        if owner < 2:
            leaders[owner].questions += asked * reach
        unanswered = asked * (1.0 - reach * answered)
        default = unit(p.execution_default_slope * unanswered / work) if work > 0.0 else 0.0
        team.questions += asked
        team.unanswered += unanswered
        s.sum_exceptions += asked
        s.sum_defaults += unanswered
        team.sum_defaults += unanswered
    if p.switches_rework == 1:
        contradiction = project.contradiction if p.switches_ambiguity_harm == 1 else 0.0
        wrong = work * defect_share(
            p.execution_defects,
            team.skill,
            contradiction,
            p.execution_contradiction_defects,
            default,
            p.execution_default_defects,
            team.thrash,
            p.execution_thrash_defects,
            1.0 - s.followed,
            p.execution_unsupervised_defects,
            p.execution_defects_most,
        )
        project.defect_work += wrong
        found = least(project.defect_work, p.execution_discovery * project.defect_work)
        project.defect_work -= found
        team.rework += found
    return work


@part
def settle_team(w, team, repaired, draw):
    """Undiscovered defects surface, morale moves, people leave and take skill along."""
    p, s = w.parameters, w.firm
    if p.switches_rework == 1:
        found = p.execution_discovery * team.undiscovered
        team.undiscovered -= found
        team.rework += p.execution_surfaced * found
    reports = team.reports if p.switches_reporting == 1 else 1.0
    if p.switches_morale == 1:
        share = repaired / team.capacity if team.capacity > 1e-9 else 0.0
        team.morale = morale_after(
            team.morale,
            morale_pull(team.morale, reports, p.morale_pull, p.morale_rest, p.morale_heard, p.morale_control),
            share,
            s.relationship_conflict,
            team.thrash,
            team.stopped_late,
            team.launched,
            p.morale_rework,
            p.morale_conflict,
            p.morale_thrashing,
            p.morale_stopped,
            p.morale_launched,
        )
    team.stopped_late, team.launched = 0.0, 0.0  # of the week before: work ends after the teams have closed theirs
    # Rates are below one in ten: the chance of one leaving in a week is the rate.
    leaving = leaving_rate(p.execution_attrition, team.morale, p.morale_leaving_below, p.morale_leaving_slope)
    if p.switches_attrition == 1 and draw < leaving * team.headcount:
        head = most(1.0, team.headcount)
        team.skill *= 1.0 - p.execution_leaver_skill / (head + p.execution_leaver_skill)
        s.common_ground *= 1.0 - p.execution_leaver_ground
    staff(w, team)
    team.sum_morale += team.morale
    team.sum_backlog += team.backlog


@part
def check_stage(w, project):
    """The first stage ends: a gatekeeper (the other leader under 'gate', else the owner, who is soft on himself) stops the
    experiment if what he expects of it is too little."""
    leaders, teams = w.leaders, w.teams
    p, s = w.parameters, w.firm
    project.stage = 1
    owner = project.owner
    other = COO if owner == CEO else CEO
    independent = project.rule == GATE and both_present(w)
    keeper = other if independent else owner
    leader = leaders[keeper]
    shared = s.common_ground * (
        0.5 * (leaders[CEO].trust + leaders[COO].trust) if both_present(w) else p.judgment_gate_trust_alone
    )
    spread = gate_signal_spread(
        leader.skills[PROJECT_SKILL],
        s.common_ground,
        shared,
        p.judgment_gate_spread,
        p.judgment_gate_unskilled,
        p.judgment_gate_apart,
        p.judgment_gate_shared,
    )
    n0, n1, n2, n3 = normals(s, GATE_STREAM, project.uid)
    signal = aged_worth(project.attributes[EFFICIENCY], opportunity_decay(w), project.age) + spread * n0
    if independent:
        hours = least(most(0.0, leader.hours_left), p.effort_gate_keeper * decision_hours(w, leader, EXPERIMENT))
        leader.hours_left -= hours
        leader.hours_used += hours
    if p.assumptions_gate == 0:
        expected = feasibility_belief(signal, spread, p.campaigns_feasibility_mean) * project.novelty_seen
        stop = expected < gate_bar(w, leader, independent, p.judgment_gate_value, p.judgment_gate_value * p.judgment_gate_soft)
    else:
        stop = signal < gate_bar(w, leader, independent, p.judgment_gate_feasibility, p.judgment_gate_feasibility_own)
    s.experience += p.campaigns_stage_share
    if stop:
        project.status = FINISHED
        s.sum_experiments_stopped += 1.0
        teams[project.team].stopped_late += p.morale_early_stop
        note(w, EXPERIMENT_STOPPED, s.week, EXPERIMENT, keeper, project.novelty_seen, signal)
    else:
        s.extra_spend += (1.0 - p.campaigns_stage_share) * p.campaigns_experiment_cost


@part
def gate_bar(w, keeper, independent, bar, owners):
    """Bar of who keeps the gate: the owner's for his own experiment, else the keeper's, softened for a sponsor he trusts."""
    if not independent:
        return owners
    return gatekeeper_bar(bar, owners, keeper.trust) if w.parameters.switches_sponsorship == 1 else bar


@part
def opportunity_decay(w):
    """Weekly loss of worth of waiting opportunities (1/week), 0 with the mechanism off."""
    p = w.parameters
    return p.campaigns_opportunity_decay if p.switches_opportunity_decay == 1 else 0.0


@part
def finish(w, project):
    """A project is done: a campaign starts to run, an experiment proves itself or not, a setting is reset."""
    teams = w.teams
    p, s = w.parameters, w.firm
    team = teams[project.team]
    project.quality = (
        1.0 - least(p.execution_quality_lost_most, project.defect_work / project.worked) if project.worked > 0.0 else 1.0
    )
    team.undiscovered += project.defect_work
    team.sum_wait += project.age
    team.sum_finished += 1.0
    for g in range(5):
        team.sum_goal_done[g] += p.domain_goals[project.domain, g]
    harm = p.execution_contradiction_harm * project.contradiction if p.switches_ambiguity_harm == 1 else 0.0
    project.quality *= 1.0 - harm
    project.quality = carried_out(w, project)
    s.contradiction += harm
    waited = s.week - project.born
    if project.domain == CAMPAIGN:
        start_campaign(w, team, project, waited)
    elif project.domain == EXPERIMENT:
        prove(w, team, project, waited)
    else:
        project.status = FINISHED
        d = project.domain
        stake = p.domain_stake[d] * project.quality
        before = abs(s.standing_error[d])
        s.standing_error[d] = setting_after(s.standing_error[d], stake, project.outcome, p.execution_carried_error)
        if p.switches_reliance == 1:
            judge_forecast(w, project, abs(s.standing_error[d]) < before)
        if d == PROCESS and p.switches_refinement == 1:
            s.refinement += p.market_refinement_process * (1.0 - s.refinement) * project.quality


@part
def start_campaign(w, team, project, waited):
    """A campaign goes on air; its attributes have aged while it waited."""
    p, s = w.parameters, w.firm
    project.status, project.age = RUNNING, 0.0
    decay = opportunity_decay(w)
    for g in range(5):
        if g != BRAND:
            project.attributes[g] = aged_worth(project.attributes[g], decay, waited)
    s.extra_spend += p.campaigns_start_cost
    team.launched += 1.0
    worth = 0.0
    for g in range(5):
        worth += s.right_goals[g] * project.attributes[g]
    judge_forecast(w, project, worth > 0.0)
    if p.switches_coherence == 1:
        s.coherence += p.market_coherence_speed * (normal_share_above(project.attributes[BRAND]) - s.coherence)
    off = project.attributes[BRAND] < -0.7
    note(w, CAMPAIGN_OFF_BRAND if off else CAMPAIGN_LAUNCHED, s.week, CAMPAIGN, project.team, worth, project.attributes[BRAND])
    if p.switches_refinement == 1:
        s.refinement += p.market_refinement_campaign * (1.0 - s.refinement) * project.quality


@part
def prove(w, team, project, waited):
    """A finished experiment works if it is feasible: technique rises by its aged novelty; else it is written off."""
    p, s = w.parameters, w.firm
    project.status = FINISHED
    s.experience += 1.0 - (p.campaigns_stage_share if project.stage == 1 else 0.0)  # the first stage has taught its part
    decay = opportunity_decay(w)
    feasible = project.attributes[EFFICIENCY] > 0.0
    if feasible and p.switches_technique == 1:
        novelty = aged_worth(project.attributes[INNOVATION], p.campaigns_novelty_decay * decay, waited)
        arm = s.arms[EXPERIMENT_ARM]
        growth = p.campaigns_technique_growth
        worth = (1.0 - growth) * novelty + growth * project.attributes[0]
        gain = 0.08 * p.campaigns_experiment_gain * arm * worth
        gain *= goal_response(s.right_goals[INNOVATION], p.market_goal_response)
        # Techniques saturate: the nearer to the ceiling, the less can be bettered.
        room = most(0.0, 1.0 - s.technique / p.campaigns_technique_ceiling)
        s.technique = most(0.0, s.technique + project.quality * most(gain, -p.campaigns_technique_loss) * room)
    if feasible:
        s.sum_experiments_succeeded += 1.0
        note(w, EXPERIMENT_SUCCEEDED, s.week, EXPERIMENT, project.owner, project.attributes[INNOVATION], 0.0)
    else:
        team.stopped_late += 1.0
        note(w, EXPERIMENT_FAILED, s.week, EXPERIMENT, project.owner, project.attributes[EFFICIENCY], 0.0)
    judge_forecast(w, project, feasible)
