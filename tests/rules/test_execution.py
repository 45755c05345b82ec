"""Work of a team: capacity, defects, questions, morale, leaving."""

import math

import pytest
from claims import SHARE, Claim, as_declared, declared, plain

from tandem.sim.rules import execution

REPORTS = declared("teams.N.reporting_per_week")

work = as_declared(execution.team_capacity, by_morale="execution.morale_share", by_skill="execution.skill_share")
wrong = as_declared(
    execution.defect_share,
    most="execution.defects_most",
    by_unfollowed="execution.unsupervised_defects",
)
asked = as_declared(
    execution.questions_per_work, by_novelty="execution.questions_novelty", by_unclear="execution.questions_unclear"
)
reach = as_declared(execution.report_reach, alone="execution.reach", by_reports="execution.reach_reports")
leaving = as_declared(execution.leaving_rate, below="morale.leaving_below", slope="morale.leaving_slope")
pull = as_declared(execution.morale_pull, pull="morale.pull", rest="morale.rest", heard="morale.heard", control="morale.control")
moved = as_declared(
    execution.morale_after,
    by_rework="morale.rework",
    by_conflict="morale.conflict",
    by_thrashing="morale.thrashing",
    by_stopped="morale.stopped",
    by_launched="morale.launched",
)


def morale_after(morale, *strains, reports):
    return moved(morale, pull(morale, reports), *strains)


CLAIMS = (
    Claim(
        execution.team_capacity,
        {
            "headcount": declared("teams.N.headcount"),
            "per_head": declared("execution.capacity_per_head"),
            "morale": SHARE,
            "skill": SHARE,
            "overhead": (0.0, 3.0),
            "by_morale": declared("execution.morale_share"),
            "by_skill": declared("execution.skill_share"),
        },
        (0.0, 150.0),
        rising=("headcount", "per_head", "morale", "skill"),
        falling=("overhead", "by_morale", "by_skill"),
    ),
    # Ten teams of four hours each, twice that for a stranger to it.
    Claim(
        execution.followed_share,
        {"given": (0.0, 60.0), "needed": (0.0, 80.0)},
        SHARE,
        rising=("given",),
        falling=("needed",),
    ),
    Claim(
        execution.capacity_followed,
        {"capacity": (0.0, 150.0), "followed": SHARE, "loss": declared("execution.unsupervised_loss")},
        (0.0, 150.0),
        rising=("capacity", "followed"),
        falling=("loss",),
    ),
    # The limit runs from 1 to 40 projects, halved by fully specific goals.
    Claim(
        execution.thrash,
        {"open_projects": (0.0, 64.0), "limit": (0.5, 40.0)},
        SHARE,
        rising=("open_projects",),
        falling=("limit",),
    ),
    Claim(
        execution.defect_share,
        {
            "base": declared("execution.defects"),
            "skill": SHARE,
            "contradiction": SHARE,
            "by_contradiction": declared("execution.contradiction_defects"),
            "default": SHARE,
            "by_default": declared("execution.default_defects"),
            "thrashing": SHARE,
            "by_thrash": declared("execution.thrash_defects"),
            "unfollowed": SHARE,
            "by_unfollowed": declared("execution.unsupervised_defects"),
            "most": declared("execution.defects_most"),
        },
        SHARE,
        rising=(
            *("base", "contradiction", "by_contradiction", "default", "by_default", "thrashing", "by_thrash"),
            *("unfollowed", "by_unfollowed", "most"),
        ),
        falling=("skill",),
    ),
    Claim(
        execution.questions_per_work,
        {
            "base": declared("execution.exceptions"),
            "novelty": SHARE,
            "clarity": SHARE,
            "by_novelty": declared("execution.questions_novelty"),
            "by_unclear": declared("execution.questions_unclear"),
        },
        (0.0, 41.0),
        rising=("base", "novelty", "by_novelty", "by_unclear"),
        falling=("clarity",),
    ),
    Claim(
        execution.report_reach,
        {"reports": REPORTS, "alone": declared("execution.reach"), "by_reports": declared("execution.reach_reports")},
        SHARE,
        rising=("reports", "alone", "by_reports"),
    ),
    # At best 1 for the pull and 0.5 x 5 for being heard; at worst -1, and control of 5 x 25 reports.
    Claim(
        execution.morale_pull,
        {
            "morale": SHARE,
            "reports": REPORTS,
            "pull": declared("morale.pull"),
            "rest": declared("morale.rest"),
            "heard": declared("morale.heard"),
            "control": declared("morale.control"),
        },
        (-63.5, 3.5),
        rising=("rest",),
        falling=("morale", "control"),
    ),
    Claim(
        execution.morale_after,
        {
            "morale": SHARE,
            "pull": (-63.5, 3.5),
            "rework": SHARE,
            "relationship_conflict": SHARE,
            "thrashing": SHARE,
            "stopped_late": (0.0, 20.0),
            "launched": (0.0, 20.0),
            "by_rework": declared("morale.rework"),
            "by_conflict": declared("morale.conflict"),
            "by_thrashing": declared("morale.thrashing"),
            "by_stopped": declared("morale.stopped"),
            "by_launched": declared("morale.launched"),
        },
        SHARE,
        rising=("morale", "pull", "launched", "by_launched"),
        falling=("rework", "relationship_conflict", "thrashing", "stopped_late", "by_rework", "by_stopped"),
    ),
    # Declared bases end at 0.05: who calls it asks whether a chance is below.
    Claim(
        execution.leaving_rate,
        {
            "base": declared("execution.attrition"),
            "morale": SHARE,
            "below": declared("morale.leaving_below"),
            "slope": declared("morale.leaving_slope"),
        },
        (0.0, 0.0500001 * math.exp(20.0)),
        rising=("base", "below", "slope"),
        falling=("morale",),
    ),
    Claim(
        execution.committed_quality,
        {"quality": SHARE, "part": SHARE, "trust": SHARE, "loss": declared("execution.edict_loss")},
        SHARE,
        rising=("quality", "part", "trust"),
        falling=("loss",),
    ),
    Claim(
        execution.team_growth,
        {
            "backlog": (0.0, 5000.0),
            "capacity": (0.0, 150.0),
            "staffing": declared("execution.staffing"),
            "shrinking": SHARE,
            "usual": declared("execution.staffing_backlog"),
        },
        (-5.0, 5.0),
        rising=("backlog",),
        falling=("capacity", "usual"),
    ),
)


def test_capacity_by_hand():
    assert work(2.0, 1.0, 1.0, 1.0, 0.0) == 2.0  # two able, keen people
    assert work(2.0, 1.0, 0.0, 0.0, 0.0) == pytest.approx(0.72)  # 2 x 0.6 x 0.6: even then some gets done
    assert work(2.0, 1.0, 0.75, 0.65, 0.1) == pytest.approx(1.39320)  # 2 x 0.9 x 0.86 x 0.9
    assert work(2.0, 1.0, 1.0, 1.0, 1.0) == 0.0
    assert work(2.0, 1.0, 1.0, 1.0, 1.5) == 0.0  # meetings cannot take more than there is


@pytest.mark.parametrize(("projects", "expected"), [(0.0, 0.0), (6.0, 0.0), (7.5, 0.25), (12.0, 1.0), (60.0, 1.0)])
def test_thrashing(projects, expected):
    assert plain(execution.thrash)(projects, 6.0) == expected


def test_defects_by_hand():
    assert wrong(0.12, 0.65, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1, unfollowed=0.0) == pytest.approx(0.042)  # 0.12 x 0.35
    # 0.042 + 0.35 + 0.15 + 0.1
    assert wrong(0.12, 0.65, 1.0, 0.35, 1.0, 0.15, 1.0, 0.1, unfollowed=0.0) == pytest.approx(0.642)
    assert wrong(1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, unfollowed=0.0) == 0.9
    assert wrong(0.12, 1.0, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1, unfollowed=0.0) == 0.0


def test_what_nobody_follows_goes_wrong_nearly_twice_as_often():
    """Monitoring cut defects by 43% [bloom2013]: without it 1 / .57 = 1.75 times the usual .042, less three hundredths of it."""
    assert wrong(0.12, 0.65, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1, unfollowed=1.0) == pytest.approx(0.082)
    assert wrong(0.12, 0.65, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1, unfollowed=0.25) == pytest.approx(0.052)
    assert wrong(1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, unfollowed=1.0) == 0.9  # no more than all but a tenth


def test_following_by_hand():
    assert plain(execution.followed_share)(1.8, 3.6) == 0.5
    assert plain(execution.followed_share)(3.6, 3.6) == 1.0
    assert plain(execution.followed_share)(0.0, 0.0) == 1.0  # nothing to follow
    assert plain(execution.capacity_followed)(10.0, 0.5, 0.1) == pytest.approx(9.5)
    assert plain(execution.capacity_followed)(10.0, 1.0, 0.5) == 10.0


def test_questions_by_hand():
    assert asked(0.08, 0.0, 1.0) == 0.08
    assert asked(0.08, 1.0, 1.0) == pytest.approx(0.24)  # an experiment asks three times as much
    assert asked(0.08, 0.0, 0.0) == pytest.approx(0.28)  # 0.08 x 3.5
    assert asked(0.0, 1.0, 0.0) == 0.0


@pytest.mark.parametrize(("reports", "exponent"), [(0.0, 0.4), (1.0, 2.0), (5.0, 8.4)])
def test_reports_reach_the_owner(reports, exponent):
    assert reach(reports) == pytest.approx(1 - math.exp(-exponent))


def test_morale_by_hand():
    calm = (0.0,) * 5  # rework, relationship conflict, thrashing, late stops, launches
    # One report: heard = 0.012 x 0.65 = 0.0078, so that the pull ends at 0.72 + 0.26 = 0.98.
    assert morale_after(0.98, *calm, reports=1.0) == pytest.approx(0.98)
    assert morale_after(0.5, *calm, reports=1.0) == pytest.approx(0.5144)  # 0.5 + 0.03 x 0.48
    assert morale_after(0.72, *calm, reports=0.0) == pytest.approx(0.72)
    # Rework of a tenth, some sourness, thrashing, one late stop, two launches:
    # 0.03 x (0.98 - 0.7) - 0.006 - 0.004 - 0.005 - 0.02 + 0.02 = -0.0066
    assert morale_after(0.7, 0.1, 0.2, 0.5, 1.0, 2.0, reports=1.0) == pytest.approx(0.6934)
    assert morale_after(0.0, 1.0, 1.0, 1.0, 20.0, 0.0, reports=5.0) == 0.0
    assert morale_after(1.0, 0.0, 0.0, 0.0, 0.0, 20.0, reports=1.0) == 1.0


def test_being_heard_helps_and_control_grates():
    """The gain, 0.012 (r - 0.35 r^2), is greatest at r = 1 / 0.7 = 1.43 reports a week and turns to harm at 2.86."""
    gain = [pull(0.5, n / 100) for n in range(501)]
    assert gain.index(max(gain)) == 143
    assert gain[285] > gain[0] > gain[286]


def test_leaving_by_hand():
    assert leaving(0.002, 0.9) == leaving(0.002, 0.6) == 0.002
    assert leaving(0.002, 0.35) == pytest.approx(0.002 * math.e)  # 4 x 0.25 = 1
    assert leaving(0.002, 0.0) == pytest.approx(0.002 * math.exp(2.4))


@pytest.mark.parametrize(
    ("part", "trust", "expected"),
    [(1.0, 0.0, 0.9), (0.0, 1.0, 0.9), (0.0, 0.0, 0.72), (0.5, 0.5, 0.9 * 0.95)],  # a loss of a fifth
)
def test_trust_stands_in_for_a_part_of_ones_own(part, trust, expected):
    assert plain(execution.committed_quality)(0.9, part, trust, 0.2) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("backlog", "expected"),
    [(3.0, 0.0), (4.5, 0.2), (6.0, 0.4), (60.0, 0.4), (2.0, -0.4 / 3), (0.0, -0.2)],  # a capacity of 1, three weeks usual
)
def test_a_team_grows_with_its_backlog_within_bounds(backlog, expected):
    assert plain(execution.team_growth)(backlog, 1.0, 0.4, 0.5, 3.0) == pytest.approx(expected)


def test_a_team_that_can_do_nothing_grows_as_fast_as_it_may():
    assert plain(execution.team_growth)(0.0, 0.0, 0.4, 0.5, 3.0) == pytest.approx(0.4)
