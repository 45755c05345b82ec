"""Hours that are there, hours that a decision takes, and fatigue."""

import pytest
from claims import SHARE, Claim, declared, plain
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import effort

CLAIMS = (
    Claim(
        effort.available_hours,
        {"hours": declared("ceo.hours"), "relationship_conflict": SHARE, "fatigue": SHARE, "lost": declared("dyad.hours_lost")},
        (0.0, 60.0),
        rising=("hours",),
        falling=("relationship_conflict", "fatigue", "lost"),
    ),
    Claim(effort.effort_factor, {"skill": SHARE, "slope": declared("judgment.specialisation")}, (0.4, 2.0), falling=("skill",)),
    Claim(effort.fatigue_after, {"fatigue": SHARE, "load": SHARE}, SHARE, rising=("fatigue",)),
)


@pytest.mark.parametrize(
    ("sour", "tired", "expected"),
    [
        (0.0, 0.0, 14.0),
        (1.0, 0.0, 11.9),  # 14 x 0.85
        (0.0, 1.0, 12.6),  # 14 x 0.9
        (0.4, 0.5, 12.502),  # 14 x 0.94 x 0.95
    ],
)
def test_available_hours(sour, tired, expected):
    assert plain(effort.available_hours)(14.0, sour, tired, 0.15) == pytest.approx(expected)


@pytest.mark.parametrize(("skill", "expected"), [(0.6, 1.0), (0.8, 0.6), (1.0, 0.4), (0.4, 1.4), (0.1, 2.0), (0.0, 2.0)])
def test_specialists_are_quick(skill, expected):
    assert plain(effort.effort_factor)(skill, 2.0) == pytest.approx(expected)


def test_without_specialisation_all_take_the_normal_time():
    assert {plain(effort.effort_factor)(skill, 0.0) for skill in (0.0, 0.5, 1.0)} == {1.0}


def test_fatigue_by_hand():
    after = plain(effort.fatigue_after)
    assert after(0.5, 1.0) == pytest.approx(0.51)  # a full week: 2% of what is left
    assert after(0.5, 0.95) == pytest.approx(0.505)
    assert after(0.5, 0.9) == pytest.approx(0.475)  # at nine tenths of the hours it fades by a twentieth
    assert after(0.0, 0.0) == 0.0
    assert after(1.0, 1.0) == 1.0


@given(st.floats(0.0, 0.95), st.floats(0.0, 1.0))
def test_fatigue_rises_above_nine_tenths_and_fades_below(fatigue, load):
    change = plain(effort.fatigue_after)(fatigue, load) - fatigue
    assert change >= 0.0 if load > 0.9 else change <= 0.0
