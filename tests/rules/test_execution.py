"""Work of a team: capacity, defects, questions, morale, leaving."""

import math

import pytest
from claims import SHARE, Claim, declared, plain

from tandem.sim.rules import execution

REPORTS = declared("teams.N.reporting_per_week")

CLAIMS = (
    Claim(
        execution.team_capacity,
        {
            "headcount": declared("teams.N.headcount"),
            "per_head": declared("execution.capacity_per_head"),
            "morale": SHARE,
            "skill": SHARE,
            "overhead": (0.0, 3.0),
        },
        (0.0, 150.0),
        rising=("headcount", "per_head", "morale", "skill"),
        falling=("overhead",),
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
        },
        (0.0, 0.9),
        rising=("base", "contradiction", "by_contradiction", "default", "by_default", "thrashing", "by_thrash"),
        falling=("skill",),
    ),
    Claim(
        execution.questions_per_work,
        {"base": declared("execution.exceptions"), "novelty": SHARE, "clarity": SHARE},
        (0.0, 5.5),
        rising=("base", "novelty"),
        falling=("clarity",),
    ),
    Claim(execution.report_reach, {"reports": REPORTS}, SHARE, rising=("reports",)),
    Claim(
        execution.morale_after,
        {
            "morale": SHARE,
            "rework": SHARE,
            "relationship_conflict": SHARE,
            "thrashing": SHARE,
            "stopped_late": (0.0, 20.0),
            "launched": (0.0, 20.0),
            "reports": REPORTS,
        },
        SHARE,
        rising=("morale", "launched"),
        falling=("rework", "relationship_conflict", "thrashing", "stopped_late"),
    ),
    # Declared bases end at 0.05, exp(4 x 0.6) is 11.02.
    Claim(
        execution.leaving_rate,
        {"base": declared("execution.attrition"), "morale": SHARE},
        (0.0, 0.552),
        rising=("base",),
        falling=("morale",),
    ),
)


def test_capacity_by_hand():
    work = plain(execution.team_capacity)
    assert work(2.0, 1.0, 1.0, 1.0, 0.0) == 2.0  # two able, keen people
    assert work(2.0, 1.0, 0.0, 0.0, 0.0) == pytest.approx(0.72)  # 2 x 0.6 x 0.6: even then some gets done
    assert work(2.0, 1.0, 0.75, 0.65, 0.1) == pytest.approx(1.39320)  # 2 x 0.9 x 0.86 x 0.9
    assert work(2.0, 1.0, 1.0, 1.0, 1.0) == 0.0
    assert work(2.0, 1.0, 1.0, 1.0, 1.5) == 0.0  # meetings cannot take more than there is


@pytest.mark.parametrize(("projects", "expected"), [(0.0, 0.0), (6.0, 0.0), (7.5, 0.25), (12.0, 1.0), (60.0, 1.0)])
def test_thrashing(projects, expected):
    assert plain(execution.thrash)(projects, 6.0) == expected


def test_defects_by_hand():
    wrong = plain(execution.defect_share)
    assert wrong(0.12, 0.65, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1) == pytest.approx(0.042)  # 0.12 x 0.35
    assert wrong(0.12, 0.65, 1.0, 0.35, 1.0, 0.15, 1.0, 0.1) == pytest.approx(0.642)  # 0.042 + 0.35 + 0.15 + 0.1
    assert wrong(1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) == 0.9
    assert wrong(0.12, 1.0, 0.0, 0.35, 0.0, 0.15, 0.0, 0.1) == 0.0


def test_questions_by_hand():
    asked = plain(execution.questions_per_work)
    assert asked(0.08, 0.0, 1.0) == 0.08
    assert asked(0.08, 1.0, 1.0) == pytest.approx(0.24)  # an experiment asks three times as much
    assert asked(0.08, 0.0, 0.0) == pytest.approx(0.28)  # 0.08 x 3.5
    assert asked(0.0, 1.0, 0.0) == 0.0


@pytest.mark.parametrize(("reports", "exponent"), [(0.0, 0.4), (1.0, 2.0), (5.0, 8.4)])
def test_reports_reach_the_owner(reports, exponent):
    assert plain(execution.report_reach)(reports) == pytest.approx(1 - math.exp(-exponent))


def test_morale_by_hand():
    after = plain(execution.morale_after)
    calm = {
        "rework": 0.0,
        "relationship_conflict": 0.0,
        "thrashing": 0.0,
        "stopped_late": 0.0,
        "launched": 0.0,
    }
    # One report: heard = 0.012 x 0.65 = 0.0078, so that the pull ends at 0.72 + 0.26 = 0.98.
    assert after(0.98, **calm, reports=1.0) == pytest.approx(0.98)
    assert after(0.5, **calm, reports=1.0) == pytest.approx(0.5144)  # 0.5 + 0.03 x 0.48
    assert after(0.72, **calm, reports=0.0) == pytest.approx(0.72)
    # Rework of a tenth, some sourness, thrashing, one late stop, two launches:
    # 0.03 x (0.98 - 0.7) - 0.006 - 0.004 - 0.005 - 0.02 + 0.02 = -0.0066
    assert after(0.7, 0.1, 0.2, 0.5, 1.0, 2.0, 1.0) == pytest.approx(0.6934)
    assert after(0.0, 1.0, 1.0, 1.0, 20.0, 0.0, 5.0) == 0.0
    assert after(1.0, 0.0, 0.0, 0.0, 0.0, 20.0, 1.0) == 1.0


def test_being_heard_helps_and_control_grates():
    """The gain, 0.012 (r - 0.35 r^2), is greatest at r = 1 / 0.7 = 1.43 reports a week and turns to harm at 2.86."""
    gain = [plain(execution.morale_after)(0.5, 0.0, 0.0, 0.0, 0.0, 0.0, n / 100) for n in range(501)]
    assert gain.index(max(gain)) == 143
    assert gain[285] > gain[0] > gain[286]


def test_leaving_by_hand():
    rate = plain(execution.leaving_rate)
    assert rate(0.002, 0.9) == rate(0.002, 0.6) == 0.002
    assert rate(0.002, 0.35) == pytest.approx(0.002 * math.e)  # 4 x 0.25 = 1
    assert rate(0.002, 0.0) == pytest.approx(0.002 * math.exp(2.4))
