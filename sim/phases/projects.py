"""The pool of projects, and each team's list of its open ones in the order of their start."""

from tandem.sim.compile import copy_record, part
from tandem.sim.rules.execution import thrash
from tandem.sim.state import FINISHED, WORKING


@part
def close_ranks(w):
    """Finished projects leave the pool; the others keep their order, and each team its list of open ones."""
    teams, projects = w.teams, w.projects
    s = w.firm
    for t in range(w.parameters.team_count):
        teams[t].first_project, teams[t].last_project = -1, -1
    live, running = 0, 0
    for k in range(s.project_count):
        if projects[k].status != FINISHED:
            if live != k:
                copy_record(projects[live], projects[k])
            if projects[live].status == WORKING:
                put_last(w, teams[projects[live].team], live)
            else:
                running += 1
            live += 1
    s.project_count, s.running = live, 1.0 * running


@part
def put_last(w, team, place):
    """Add the project at a place in the pool to the end of a team's list."""
    projects = w.projects
    projects[place].next = -1
    if team.first_project < 0:
        team.first_project = place
    else:
        projects[team.last_project].next = place
    team.last_project = place


@part
def count_open(w, team, limit):
    """Open projects and backlog (person-weeks) of a team, and its thrashing beyond `limit` of them."""
    projects = w.projects
    p = w.parameters
    team.open_projects, team.backlog = 0.0, team.rework
    k = team.first_project
    while k >= 0:
        project = projects[k]
        project.taken = 0
        team.open_projects += 1.0
        team.backlog += project.work_left
        k = project.next
    team.thrash = thrash(team.open_projects, limit) if p.switches_thrashing == 1 else 0.0
