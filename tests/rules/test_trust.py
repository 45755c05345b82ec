"""Trust: rises by a share of what is missing, falls by a share of what there is, returns to what the culture expects."""

import pytest
from claims import SHARE, Claim, as_declared, declared, plain

from tandem.sim.rules import trust

GAIN, LOSS, RETURN = declared("dyad.trust_gain"), declared("dyad.trust_loss"), declared("dyad.trust_return")
debate = as_declared(trust.trust_after_debate, share="dyad.debate_loss")

CLAIMS = (
    Claim(trust.trust_after_success, {"trust": SHARE, "gain": GAIN}, SHARE, rising=("trust", "gain")),
    Claim(trust.trust_after_failure, {"trust": SHARE, "loss": LOSS}, SHARE, rising=("trust",), falling=("loss",)),
    Claim(
        trust.trust_after_debate,
        {"trust": SHARE, "loss": LOSS, "relationship_conflict": SHARE, "share": declared("dyad.debate_loss")},
        SHARE,
        rising=("trust",),
        falling=("loss", "relationship_conflict", "share"),
    ),
    Claim(trust.trust_returning, {"trust": SHARE, "expected": SHARE, "rate": RETURN}, SHARE, rising=("trust", "expected")),
    Claim(
        trust.reliance,
        {"trust": SHARE, "threshold": SHARE, "width": declared("dyad.reliance_width")},
        SHARE,
        rising=("trust",),
        falling=("threshold",),
    ),
)


@pytest.mark.parametrize(
    ("value", "gain", "expected"),
    [
        (0.6, 0.02, 0.608),  # 0.6 + 0.02 x 0.4
        (0.0, 0.02, 0.02),  # from nothing: the gain itself
        (1.0, 0.02, 1.0),  # full trust has nothing to gain
        (0.6, 0.0, 0.6),
    ],
)
def test_success(value, gain, expected):
    assert plain(trust.trust_after_success)(value, gain) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("value", "loss", "expected"),
    [
        (0.6, 0.06, 0.564),  # 0.6 x 0.94
        (0.0, 0.06, 0.0),  # no trust, nothing to lose
        (1.0, 0.5, 0.5),
    ],
)
def test_failure(value, loss, expected):
    assert plain(trust.trust_after_failure)(value, loss) == pytest.approx(expected, abs=1e-15)


def test_bad_news_weighs_more():
    """At the values declared and middling trust, one failure takes more than two successes give."""
    up = plain(trust.trust_after_success)(0.6, 0.02) - 0.6
    down = 0.6 - plain(trust.trust_after_failure)(0.6, 0.06)
    assert down > 2 * up  # 0.036 against 2 x 0.008


def test_debate_costs_a_quarter_of_a_failure_and_only_where_the_relation_is_sour():
    assert debate(0.8, 0.06, 0.0) == 0.8
    assert 0.8 - debate(0.8, 0.06, 1.0) == pytest.approx(0.25 * (0.8 - plain(trust.trust_after_failure)(0.8, 0.06)))
    assert debate(0.8, 0.06, 0.5) == pytest.approx(0.794)  # 0.8 - 0.25 x 0.06 x 0.8 x 0.5


def test_trust_returns_from_both_sides():
    back = plain(trust.trust_returning)
    assert back(0.9, 0.5, 0.004) == pytest.approx(0.8984)  # 0.9 - 0.004 x 0.4
    assert back(0.1, 0.5, 0.004) == pytest.approx(0.1016)
    assert back(0.5, 0.5, 0.1) == 0.5
    weeks, value = 0, 1.0
    while value - 0.5 > 0.25:  # halfway back after ln 2 / 0.004 = 173 weeks
        value, weeks = back(value, 0.5, 0.004), weeks + 1
    assert weeks == 173


def test_reliance_is_half_at_the_threshold_and_all_or_nothing_far_from_it():
    assert plain(trust.reliance)(0.35, 0.35, 0.06) == 0.5
    assert plain(trust.reliance)(0.35 + 0.06 * 1.0986122886681098, 0.35, 0.06) == pytest.approx(0.75)
    assert plain(trust.reliance)(0.0, 0.35, 0.06) < 0.01 and plain(trust.reliance)(1.0, 0.35, 0.06) > 0.99
