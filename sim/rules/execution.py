"""Work of a team: capacity, defects, questions, morale, leaving."""

import math

from tandem.sim.compile import rule


@rule
def team_capacity(headcount, per_head, morale, skill, overhead, by_morale, by_skill):
    """Work (person-weeks) that a team can do in a week; `overhead` is the share taken by meetings, reports, training, the last
    two the shares of the work that hang on morale and on skill."""
    share = 1.0 - overhead
    return (
        headcount
        * per_head
        * (1.0 - by_morale + by_morale * morale)
        * (1.0 - by_skill + by_skill * skill)
        * (share if share > 0.0 else 0.0)
    )


@rule
def followed_share(given, needed):
    """Share of the work that an executive follows (0-1), by the hours he gives to it and those that it needs."""
    return given / needed if given < needed else 1.0


@rule
def capacity_followed(capacity, followed, loss):
    """Capacity of teams of whose work the share `followed` is followed; the rest loses the share `loss` of it [bloom2013]
    [gittell2001]."""
    return capacity * (1.0 - loss * (1.0 - followed))


@rule
def thrash(open_projects, limit):
    """Thrashing in [0, 1] from more open projects than the limit [rahmandad2008]."""
    if open_projects <= limit:
        return 0.0
    over = (open_projects - limit) / limit
    return over if over < 1.0 else 1.0


@rule
def defect_share(
    base, skill, contradiction, by_contradiction, default, by_default, thrashing, by_thrash, unfollowed, by_unfollowed, most
):
    """Share of work done wrong, at most `most` [rahmandad2008]; more of it where nobody follows the work [bloom2013]."""
    share = base * (1.0 - skill) + by_contradiction * contradiction + by_default * default + by_thrash * thrashing
    share += by_unfollowed * unfollowed
    return share if share < most else most


@rule
def questions_per_work(base, novelty, clarity, by_novelty, by_unclear):
    """Questions to the owner per person-week of work: novelty and unclear roles raise them [jin1996]."""
    return base * (1.0 + by_novelty * novelty + by_unclear * (1.0 - clarity))


@rule
def report_reach(reports, alone, by_reports):
    """Share of a week's questions that reach the owner in time, by reports per week and without them [jin1996]."""
    return 1.0 - math.exp(-alone - by_reports * reports)


@rule
def morale_pull(morale, reports, pull, rest, heard, control):
    """Weekly pull of morale to `rest`, higher for who is heard (assumption): reports help up to about one and a half a week,
    control, which goes with their square, grates beyond."""
    gain = heard * (reports - control * reports * reports)
    return pull * (rest + gain / pull - morale)


@rule
def morale_after(
    morale,
    pull,
    rework,
    relationship_conflict,
    thrashing,
    stopped_late,
    launched,
    by_rework,
    by_conflict,
    by_thrashing,
    by_stopped,
    by_launched,
):
    """Morale after a week (assumption): its pull; rework, quarrels above, thrashing and late stops lower it, launches raise it,
    each by its weight."""
    step = (
        pull
        - by_rework * rework
        - by_conflict * relationship_conflict
        - by_thrashing * thrashing
        - by_stopped * stopped_late
        + by_launched * launched
    )
    moved = morale + step
    return 0.0 if moved < 0.0 else (1.0 if moved > 1.0 else moved)


@rule
def leaving_rate(base, morale, below, slope):
    """Weekly rate at which a team member leaves; morale below a level raises it (assumption)."""
    low = below - morale
    return base * math.exp(slope * low) if low > 0.0 else base


@rule
def committed_quality(quality, part, trust, loss):
    """Quality of work by those who had the `part` (0-1) in deciding it and this trust in who did: without either they lose the
    share `loss` [nutt1999] [wooldridge1990]; trust stands in for a part of one's own [korsgaard1995]."""
    return quality * (1.0 - loss * (1.0 - part) * (1.0 - trust))


@rule
def team_growth(backlog, capacity, staffing, shrinking, usual):
    """Growth of a team (1/year) by its backlog in weeks of its work: none at the `usual`, `staffing` at twice as much and beyond,
    and at most the share `shrinking` of that the other way [hamermesh1993]."""
    if capacity <= 0.0:
        return staffing
    short = backlog / capacity / usual - 1.0
    return staffing * (-shrinking if short < -shrinking else (1.0 if short > 1.0 else short))
