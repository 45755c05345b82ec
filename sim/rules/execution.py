"""Work of a team: capacity, defects, questions, morale, leaving."""

import math

from tandem.sim.compile import rule


@rule
def team_capacity(headcount, per_head, morale, skill, overhead):
    """Work (person-weeks) that a team can do in a week; `overhead` is the share taken by meetings, reports, training."""
    share = 1.0 - overhead
    return headcount * per_head * (0.6 + 0.4 * morale) * (0.6 + 0.4 * skill) * (share if share > 0.0 else 0.0)


@rule
def thrash(open_projects, limit):
    """Thrashing in [0, 1] from more open projects than the limit [rahmandad2008]."""
    if open_projects <= limit:
        return 0.0
    over = (open_projects - limit) / limit
    return over if over < 1.0 else 1.0


@rule
def defect_share(base, skill, contradiction, by_contradiction, default, by_default, thrashing, by_thrash):
    """Share of work done wrong; capped at 0.9 [rahmandad2008]."""
    share = base * (1.0 - skill) + by_contradiction * contradiction + by_default * default + by_thrash * thrashing
    return share if share < 0.9 else 0.9


@rule
def questions_per_work(base, novelty, clarity):
    """Questions to the owner per person-week of work: novelty and unclear roles raise them [jin1996]."""
    return base * (1.0 + 2.0 * novelty + 2.5 * (1.0 - clarity))


@rule
def report_reach(reports):
    """Share of a week's questions that reach the owner in time, by reports per week [jin1996]."""
    return 1.0 - math.exp(-0.4 - 1.6 * reports)


@rule
def morale_after(morale, rework, relationship_conflict, thrashing, stopped_late, launched, reports):
    """Morale after a week (assumption): a pull to 0.75; rework, quarrels above, thrashing and late stops lower it, launches
    raise it; being heard helps up to about two reports a week, control beyond that grates."""
    heard = 0.012 * (reports - 0.35 * reports * reports)
    step = (
        0.03 * (0.72 + heard / 0.03 - morale)
        - 0.06 * rework
        - 0.02 * relationship_conflict
        - 0.01 * thrashing
        - 0.02 * stopped_late
        + 0.01 * launched
    )
    moved = morale + step
    return 0.0 if moved < 0.0 else (1.0 if moved > 1.0 else moved)


@rule
def leaving_rate(base, morale):
    """Weekly rate at which a team member leaves; low morale raises it (assumption)."""
    low = 0.6 - morale
    return base * math.exp(4.0 * low) if low > 0.0 else base
