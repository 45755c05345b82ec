"""Hours that are there, hours that a decision takes, and fatigue."""

import pytest
from claims import SHARE, Claim, as_declared, declared, plain
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import effort

available = as_declared(effort.available_hours, lost_tired="effort.fatigue_hours")
factor = as_declared(effort.effort_factor, usual="effort.usual_skill", least="effort.least", most="effort.most")
tired = as_declared(
    effort.fatigue_after, threshold="effort.fatigue_threshold", gain="effort.fatigue_gain", fading="effort.fatigue_fading"
)

CLAIMS = (
    Claim(
        effort.available_hours,
        {
            "hours": declared("ceo.hours"),
            "relationship_conflict": SHARE,
            "fatigue": SHARE,
            "lost": declared("dyad.hours_lost"),
            "lost_tired": declared("effort.fatigue_hours"),
        },
        (0.0, 60.0),
        rising=("hours",),
        falling=("relationship_conflict", "fatigue", "lost", "lost_tired"),
    ),
    Claim(
        effort.hours_alone,
        {"hours": declared("ceo.hours"), "share": declared("execution.lone_share")},
        (0.0, 60.0),
        rising=("hours",),
        falling=("share",),
    ),
    Claim(
        effort.effort_factor,
        {
            "skill": SHARE,
            "slope": declared("judgment.specialisation"),
            "usual": declared("effort.usual_skill"),
            "least": declared("effort.least"),
            "most": declared("effort.most"),
        },
        (0.05, 10.0),
        rising=("usual", "least", "most"),
        falling=("skill",),
    ),
    Claim(
        effort.fatigue_after,
        {
            "fatigue": SHARE,
            "load": SHARE,
            "threshold": declared("effort.fatigue_threshold"),
            "gain": declared("effort.fatigue_gain"),
            "fading": declared("effort.fatigue_fading"),
        },
        SHARE,
        rising=("fatigue", "gain"),
        falling=("threshold", "fading"),
    ),
)


@pytest.mark.parametrize(
    ("sour", "weary", "expected"),
    [
        (0.0, 0.0, 14.0),
        (1.0, 0.0, 11.9),  # 14 x 0.85
        (0.0, 1.0, 12.6),  # 14 x 0.9
        (0.4, 0.5, 12.502),  # 14 x 0.94 x 0.95
    ],
)
def test_available_hours(sour, weary, expected):
    assert available(14.0, sour, weary, 0.15) == pytest.approx(expected)


def test_a_leader_alone_has_fewer_hours():
    alone = as_declared(effort.hours_alone, share="execution.lone_share")
    assert alone(14.0) == pytest.approx(12.04)  # the two hours that a probe of the same question took
    assert alone(62.5) == pytest.approx(62.5 - 8.75)  # three reports of some 2.9 hours each
    assert plain(effort.hours_alone)(14.0, 0.0) == 14.0


@pytest.mark.parametrize(("skill", "expected"), [(0.6, 1.0), (0.8, 0.6), (1.0, 0.4), (0.4, 1.4), (0.1, 2.0), (0.0, 2.0)])
def test_specialists_are_quick(skill, expected):
    assert factor(skill, 2.0) == pytest.approx(expected)


def test_without_specialisation_all_take_the_normal_time():
    assert {factor(skill, 0.0) for skill in (0.0, 0.5, 1.0)} == {1.0}


def test_fatigue_by_hand():
    assert tired(0.5, 1.0) == pytest.approx(0.51)  # a full week: 2% of what is left
    assert tired(0.5, 0.95) == pytest.approx(0.505)
    assert tired(0.5, 0.9) == pytest.approx(0.475)  # at nine tenths of the hours it fades by a twentieth
    assert tired(0.0, 0.0) == 0.0
    assert tired(1.0, 1.0) == 1.0


@given(st.floats(0.0, 0.95), st.floats(0.0, 1.0))
def test_fatigue_rises_above_nine_tenths_and_fades_below(fatigue, load):
    change = tired(fatigue, load) - fatigue
    assert change >= 0.0 if load > 0.9 else change <= 0.0
