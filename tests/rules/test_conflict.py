"""Gaps, tolerance, quarrels and how they turn personal."""

import math

import pytest
from claims import SHARE, Claim, as_declared, declared, plain, turned
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import conflict

GAP = (0.0, 20.0)

tolerance = as_declared(conflict.tolerance, least="judgment.tolerance_least")
intensity = as_declared(conflict.intensity, full="dyad.full_gap")
gives = as_declared(
    conflict.closing_share,
    base="resolution.concession",
    by_trust="resolution.concession_trust",
    by_conflict="resolution.concession_conflict",
    by_style="resolution.concession_style",
)
personal = as_declared(conflict.spill, by_shortfall="dyad.spill_shortfall")
over_roles = as_declared(conflict.process_spill, spared="dyad.process_spill_trust")

CLAIMS = (
    Claim(
        conflict.tolerance,
        {
            "trust": SHARE,
            "relationship_conflict": SHARE,
            "base": declared("judgment.tolerance"),
            "by_trust": declared("judgment.tolerance_trust"),
            "by_conflict": declared("judgment.tolerance_conflict"),
            "least": declared("judgment.tolerance_least"),
        },
        (0.0, 6.0),
        rising=("trust", "base", "by_trust", "least"),
        falling=("relationship_conflict", "by_conflict"),
    ),
    Claim(
        conflict.gap_under_power,
        {"gap": GAP, "ceo_power": SHARE, "deference": declared("dyad.deference"), "power_distance": SHARE},
        GAP,
        rising=("gap",),
        falling=("deference", "power_distance"),
        mirrors=(turned("ceo_power", 0.5),),
    ),
    Claim(conflict.intensity, {"gap": GAP, "full": declared("dyad.full_gap")}, SHARE, rising=("gap",), falling=("full",)),
    Claim(
        conflict.closing_share,
        {
            "trust": SHARE,
            "relationship_conflict": SHARE,
            "style_gap": SHARE,
            "base": declared("resolution.concession"),
            "by_trust": declared("resolution.concession_trust"),
            "by_conflict": declared("resolution.concession_conflict"),
            "by_style": declared("resolution.concession_style"),
        },
        SHARE,
        rising=("trust", "base", "by_trust"),
        falling=("relationship_conflict", "style_gap", "by_conflict", "by_style"),
    ),
    # At most 0.5 x 2 (the highest rate declared) x 2 x 6 = 12: who calls it keeps conflict in [0, 1].
    Claim(
        conflict.spill,
        {
            "rate": declared("dyad.spill"),
            "strength": SHARE,
            "trust": SHARE,
            "style_gap": SHARE,
            "relationship_conflict": SHARE,
            "shortfall": SHARE,
            "by_shortfall": declared("dyad.spill_shortfall"),
        },
        (0.0, 12.0),
        rising=("rate", "strength", "style_gap", "shortfall", "by_shortfall"),
        falling=("trust", "relationship_conflict"),
    ),
    Claim(
        conflict.process_spill,
        {
            "rate": declared("dyad.process_spill"),
            "strength": SHARE,
            "trust": SHARE,
            "relationship_conflict": SHARE,
            "spared": declared("dyad.process_spill_trust"),
        },
        (0.0, 2.0),
        rising=("rate", "strength"),
        falling=("trust", "relationship_conflict", "spared"),
    ),
    Claim(
        conflict.episode_probability,
        {"hazard": declared("dyad.episode_hazard"), "relationship_conflict": SHARE, "trust": SHARE},
        SHARE,
        rising=("hazard", "relationship_conflict"),
        falling=("trust",),
    ),
    Claim(
        conflict.resentment,
        {"rate": declared("dyad.resentment"), "ceo_power": SHARE, "gap": GAP, "trust": SHARE, "relationship_conflict": SHARE},
        (0.0, 0.5),
        rising=("rate", "gap"),
        falling=("trust", "relationship_conflict"),
        mirrors=(turned("ceo_power", 0.5),),
    ),
    Claim(
        conflict.attributed,
        {"strength": SHARE, "trust": SHARE, "sinister": declared("dyad.sinister")},
        SHARE,
        rising=("strength", "sinister"),
        falling=("trust",),
    ),
)


@pytest.mark.parametrize(
    ("trust", "sour", "expected"),
    [
        (0.0, 0.0, 0.35),  # base
        (0.6, 0.1, 0.68),  # 0.35 + 0.36 - 0.03
        (1.0, 0.0, 0.95),
        (0.0, 1.0, 0.05),  # 0.35 - 0.3
    ],
)
def test_tolerance_at_the_values_declared(trust, sour, expected):
    assert tolerance(trust, sour, 0.35, 0.6, 0.3) == pytest.approx(expected)


def test_something_is_always_tolerated():
    assert tolerance(0.0, 1.0, 0.0, 0.0, 3.0) == 0.05


def test_deference_by_hand():
    fought = plain(conflict.gap_under_power)
    assert fought(1.0, 0.5, 1.0, 0.5) == 1.0  # equals fight the whole gap
    assert fought(1.0, 0.6, 0.8, 0.5) == pytest.approx(0.84)  # inequality 0.2: 1 - 0.8 x 0.2
    assert fought(1.0, 1.0, 1.0, 0.5) == 0.0
    assert fought(1.0, 1.0, 1.0, 0.0) == 0.5  # where unequal power is not accepted, half the deference
    assert fought(1.0, 1.0, 1.0, 0.25) == 0.25
    assert fought(1.0, 0.6, 0.8, 0.9) == fought(1.0, 0.6, 0.8, 0.5)  # above the usual it makes no difference


@given(st.floats(0.5, 1.0), st.floats(0.5, 1.0), st.floats(0.0, 5.0))
def test_more_power_fights_less(one, other, gap):
    low, high = sorted((one, other))
    assert plain(conflict.gap_under_power)(gap, high, 0.8, 0.5) <= plain(conflict.gap_under_power)(gap, low, 0.8, 0.5) + 1e-12


@pytest.mark.parametrize(("gap", "expected"), [(0.0, 0.0), (0.75, 0.5), (1.5, 1.0), (9.0, 1.0)])
def test_intensity(gap, expected):
    assert intensity(gap) == expected


def test_concessions_by_hand():
    assert gives(0.6, 0.1, 0.2) == pytest.approx(0.367080)  # (0.15 + 0.45 x 0.6) x 0.95 x 0.92
    assert gives(1.0, 0.0, 0.0) == pytest.approx(0.6)
    assert gives(0.0, 1.0, 1.0) == pytest.approx(0.045)  # 0.15 x 0.5 x 0.6: stuck, but never for good


def test_spill_by_hand():
    assert personal(0.25, 0.5, 0.6, 0.2, 0.1, 0.0) == pytest.approx(0.027)  # 0.5 x .25 x .5 x .4 x 1.2 x .9
    assert personal(0.25, 0.5, 0.6, 0.2, 0.1, 1.0) == pytest.approx(0.0405)  # half more when results disappoint
    assert personal(0.25, 1.0, 1.0, 1.0, 0.0, 1.0) == 0.0  # trust keeps it to the matter


def test_quarrels_over_roles_by_hand():
    assert over_roles(0.15, 1.0, 0.6, 0.1) == pytest.approx(0.0945)  # .15 x .9 x .7
    assert over_roles(0.15, 1.0, 1.0, 0.0) == pytest.approx(0.075)  # trust halves it, no more


def test_personal_quarrels_by_hand():
    assert plain(conflict.episode_probability)(0.4, 0.5, 0.5) == pytest.approx(1 - math.exp(-0.1))
    assert plain(conflict.episode_probability)(0.4, 1.0, 1.0) == 0.0
    assert plain(conflict.episode_probability)(0.4, 0.0, 0.0) == 0.0


def test_resentment_by_hand():
    assert plain(conflict.resentment)(0.03, 0.75, 2.0, 0.5, 0.2) == pytest.approx(0.006)  # .03 x .5 x 1 x .5 x .8
    assert plain(conflict.resentment)(0.03, 0.5, 2.0, 0.0, 0.0) == 0.0  # equals are not overruled by power


def test_resentment_is_the_product_of_what_it_hangs_on():
    assert plain(conflict.resentment)(0.03, 0.8, 0.5, 0.4, 0.2) == pytest.approx(0.03 * 0.6 * 0.5 * 0.6 * 0.8)
    assert plain(conflict.resentment)(0.03, 0.8, 3.0, 0.4, 0.2) == pytest.approx(0.03 * 0.6 * 1.0 * 0.6 * 0.8)


def test_distrust_takes_small_differences_for_attacks():
    """Of the four fifths that a difference of .2 lacks, .6 x (1 - .5) are added."""
    assert plain(conflict.attributed)(0.2, 0.5, 0.6) == pytest.approx(0.44)
    assert plain(conflict.attributed)(0.2, 1.0, 0.6) == 0.2
    assert plain(conflict.attributed)(1.0, 0.0, 0.6) == 1.0
