"""Who carries decisions out: what part he had in them, how much he trusts who took them, and how many people he has."""

from tandem.sim.compile import part
from tandem.sim.phases.pair import both_present, is_joint
from tandem.sim.rules.arithmetic import clip
from tandem.sim.rules.effort import effort_factor
from tandem.sim.rules.execution import committed_quality, team_growth
from tandem.sim.state import CEO, COO, LEAD, OR, OVERRULED, PROJECT_SKILL, TEAM_RULE, VOTE


@part
def part_in(w, item):
    """Part (0-1) in the decision of who leads its execution: the COO, without one the marketing lead."""
    executor = COO if w.leaders[COO].present == 1 else LEAD
    if item.decider == executor or item.rule == TEAM_RULE or item.rule == VOTE:
        return 1.0
    if executor == COO and (is_joint(item.rule) or item.rule == OR):
        return 1.0
    heard = item.consulted == 1 or item.path == OVERRULED or item.decider == LEAD
    return w.parameters.execution_heard_part if heard else 0.0


@part
def led_work(w):
    """Multiple of an experiment's usual work, by the project skill of who leads its execution: the COO, without one the CEO.
    What nobody has done before takes longer where it is badly planned."""
    p = w.parameters
    if p.switches_project_lead == 0 or p.assumptions_specialised_effort == 0:
        return 1.0
    leader = w.leaders[COO] if w.leaders[COO].present == 1 else w.leaders[CEO]
    skill = leader.skills[PROJECT_SKILL] if leader.present == 1 else w.leaders[LEAD].skills[PROJECT_SKILL]
    return effort_factor(skill, p.execution_project_slope, p.effort_usual_skill, p.effort_least, p.effort_most)


@part
def carried_out(w, project):
    """Quality of a project as it is carried out: by who had a part in deciding it or trusts who did, or half-heartedly."""
    p = w.parameters
    if p.switches_commitment == 0:
        return project.quality
    trust = w.leaders[COO].trust if project.owner < LEAD and both_present(w) else p.culture_trust
    return committed_quality(project.quality, project.part, trust, p.execution_edict_loss)


@part
def staff(w, team):
    """A team grows with its backlog and shrinks without, within the sizes that are kept and led."""
    p = w.parameters
    if p.switches_growth_path == 0:
        return
    growth = team_growth(team.backlog, team.capacity, p.execution_staffing, p.execution_shrinking, p.execution_staffing_backlog)
    size = team.headcount * (1.0 + growth / 52.0)
    team.headcount = clip(size, p.execution_headcount_least, p.execution_headcount_most)
