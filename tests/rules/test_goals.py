"""Priorities: pulled to goals, to the other's and to their anchor; pushed apart; crowded out by figures."""

import pytest
from claims import SHARE, Claim, as_declared, declared, plain
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import goals

GOAL_PULL, MUTUAL, ANCHOR = declared("targets.pull"), declared("targets.mutual_pull"), declared("ceo.anchor")
reached_by = as_declared(goals.within_reach, reach="targets.reach", by_trust="targets.reach_trust")

CLAIMS = (
    Claim(
        goals.moved_weight,
        {
            "weight": SHARE,
            "goal": SHARE,
            "goal_pull": GOAL_PULL,
            "other": SHARE,
            "mutual_pull": MUTUAL,
            "anchor": SHARE,
            "anchor_pull": ANCHOR,
        },
        SHARE,
        rising=("weight", "goal", "other", "anchor"),
    ),
    # A push can lift a weight a little above 1; whoever calls it scales the five to sum to one.
    Claim(
        goals.egocentric_weight,
        {"weight": SHARE, "other": SHARE, "push": declared("targets.egocentric_push")},
        (0.0, 1.05),
        rising=("weight",),
        falling=("other",),
    ),
    Claim(
        goals.within_reach,
        {"distance": SHARE, "trust": SHARE, "reach": declared("targets.reach"), "by_trust": declared("targets.reach_trust")},
        SHARE,
        rising=("trust", "reach", "by_trust"),
        falling=("distance",),
    ),
    Claim(
        goals.crowded_weight,
        {"weight": SHARE, "measurability": SHARE, "specificity": SHARE, "goodhart": declared("targets.goodhart")},
        SHARE,
        rising=("weight", "measurability"),
        falling=("specificity", "goodhart"),
    ),
)


def test_pulls_by_hand():
    moved = plain(goals.moved_weight)
    assert moved(0.2, 0.4, 0.03, 0.0, 0.0, 0.0, 0.0) == pytest.approx(0.206)  # 0.2 + 0.03 x 0.2
    assert moved(0.2, 0.4, 0.03, 0.1, 0.01, 0.3, 0.004) == pytest.approx(0.2054)  # + 0.006 - 0.001 + 0.0004
    assert moved(0.2, 0.2, 0.2, 0.2, 0.1, 0.2, 0.1) == 0.2  # at rest when all agree


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1))
def test_equal_pulls_keep_the_mean_of_two(a, b, pull):
    moved = plain(goals.moved_weight)
    after = moved(a, 0.0, 0.0, b, pull, 0.0, 0.0) + moved(b, 0.0, 0.0, a, pull, 0.0, 0.0)
    assert after == pytest.approx(a + b)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0, 0.05))
def test_figures_of_ones_own_push_two_apart(a, b, push):
    apart = plain(goals.egocentric_weight)
    assert abs(apart(a, b, push) - apart(b, a, push)) == pytest.approx((1 + 2 * push) * abs(a - b), abs=1e-12)


def test_pushes_by_hand():
    apart = plain(goals.egocentric_weight)
    assert apart(0.3, 0.1, 0.006) == pytest.approx(0.3012)
    assert apart(0.1, 0.3, 0.006) == pytest.approx(0.0988)
    assert apart(0.0, 1.0, 0.05) == 0.0  # nobody wants less than nothing


@pytest.mark.parametrize(
    ("distance", "trust", "reached"),
    [
        (0.25, 0.0, 1.0),
        (0.26, 0.0, 0.0),
        (0.5, 0.5, 1.0),
        (0.75, 1.0, 1.0),
        (0.76, 1.0, 0.0),
    ],
)
def test_reach_widens_with_trust(distance, trust, reached):
    assert reached_by(distance, trust) == reached


def test_crowding_by_hand():
    seen = plain(goals.crowded_weight)
    assert seen(0.4, 0.2, 1.0, 0.25) == pytest.approx(0.32)  # 0.4 x (1 - 0.25 x 0.8): the brand under specific figures
    assert seen(0.4, 1.0, 1.0, 1.0) == 0.4  # what is measured keeps its weight
    assert seen(0.4, 0.0, 0.0, 1.0) == 0.4  # no figures, no crowding
    assert seen(0.4, 0.0, 1.0, 1.0) == 0.0
