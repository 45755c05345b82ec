"""What half-sighted executives see, and how two views become one."""

import math

import numpy as np
import pytest
from claims import DEVIATIONS, SHARE, Claim, as_declared, declared, plain
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tandem.sim.rules import judgment

EXCHANGE, COMMON = declared("judgment.exchange"), declared("judgment.common_error")

spread_of = as_declared(judgment.error_spread, least="judgment.error_least")
shared = as_declared(judgment.common_share, misaligned="judgment.common_error_misaligned")
caution = as_declared(judgment.experiment_caution, slope="judgment.caution")
gate_spread = as_declared(
    judgment.gate_signal_spread,
    scale="judgment.gate_spread",
    unskilled="judgment.gate_unskilled",
    apart="judgment.gate_apart",
    shared="judgment.gate_shared",
)

# From 0.5 x (1.3 - 1) x (1.2 - 0.8) to 3 x 3 x 3: below it a signal would be so sharp that its exponential overflows.
GATE = (0.06, 27.0)

CLAIMS = (
    Claim(
        judgment.error_spread,
        {
            "skill": SHARE,
            "at_none": declared("judgment.error_at_no_skill"),
            "per_skill": declared("judgment.error_per_skill"),
            "least": declared("judgment.error_least"),
        },
        (0.02, 5.0),
        rising=("at_none", "least"),
        falling=("skill", "per_skill"),
    ),
    Claim(
        judgment.corrected,
        {"spread": (0.02, 5.0), "feedback": declared("judgment.feedback"), "seen": SHARE},
        (0.004, 5.0),
        rising=("spread",),
        falling=("feedback", "seen"),
    ),
    Claim(
        judgment.common_share,
        {
            "strength": COMMON,
            "common_ground": SHARE,
            "alignment": SHARE,
            "misaligned": declared("judgment.common_error_misaligned"),
        },
        SHARE,
        rising=("strength", "common_ground", "alignment", "misaligned"),
    ),
    Claim(
        judgment.mixed_error,
        {"own": DEVIATIONS, "common": DEVIATIONS, "share": SHARE},
        (-8 * math.sqrt(2), 8 * math.sqrt(2)),
        rising=("own", "common"),
    ),
    Claim(
        judgment.exchanged_share,
        {"strength": EXCHANGE, "common_ground": SHARE, "trust": SHARE, "relationship_conflict": SHARE, "openness": SHARE},
        SHARE,
        rising=("strength", "common_ground", "trust", "openness"),
        falling=("relationship_conflict",),
    ),
    Claim(
        judgment.expert_weight,
        {"common_ground": SHARE, "trust": SHARE, "relationship_conflict": SHARE},
        (0.5, 1.0),
        rising=("common_ground", "trust"),
        falling=("relationship_conflict",),
    ),
    Claim(
        judgment.experiment_caution,
        {"efficiency_weight": SHARE, "slope": declared("judgment.caution")},
        (-1.2, 1.8),
        rising=("efficiency_weight",),
    ),
    Claim(judgment.normal_share_above, {"x": (-400.0, 400.0)}, SHARE, rising=("x",)),
    Claim(
        judgment.gatekeeper_bar,
        {"own": (-2.0, 2.0), "owners": (-4.0, 2.0), "trust": SHARE},
        (-4.0, 2.0),
        rising=("own", "owners"),
    ),
    Claim(
        judgment.gate_signal_spread,
        {
            "project_skill": SHARE,
            "common_ground": SHARE,
            "trust": SHARE,
            "scale": declared("judgment.gate_spread"),
            "unskilled": declared("judgment.gate_unskilled"),
            "apart": declared("judgment.gate_apart"),
            "shared": declared("judgment.gate_shared"),
        },
        GATE,
        rising=("scale", "unskilled", "apart"),
        falling=("project_skill", "common_ground", "trust", "shared"),
    ),
    Claim(
        judgment.feasibility_belief,
        {"signal": DEVIATIONS, "spread": GATE, "prior_mean": declared("campaigns.feasibility_mean")},
        SHARE,
        rising=("signal", "prior_mean"),
    ),
    Claim(
        judgment.aged_worth,
        {"attribute": DEVIATIONS, "decay": declared("campaigns.opportunity_decay"), "age": (0.0, 200.0)},
        DEVIATIONS,
        rising=("attribute",),
        falling=("decay", "age"),
    ),
    Claim(judgment.weight_in_conference, {"known": (0.5, 1.0), "bias": SHARE}, (0.5, 1.0), rising=("known",), falling=("bias",)),
)


@pytest.mark.parametrize(("skill", "expected"), [(0.0, 2.0), (0.4, 1.22), (0.78, 0.479), (1.0, 0.1)])
def test_errors_at_the_values_declared(skill, expected):
    assert spread_of(skill, 2.0, 1.95) == pytest.approx(expected)  # 2 - 1.95 x skill, at least 0.1


def test_results_seen_correct_errors_by_hand():
    assert plain(judgment.corrected)(1.0, 0.3, 0.5) == pytest.approx(0.85)
    assert plain(judgment.corrected)(2.0, 0.3, 0.0) == 2.0  # nothing seen


def test_common_errors_by_hand():
    assert shared(0.6, 0.5, 0.8) == pytest.approx(0.258)  # 0.6 x 0.5 x (0.3 + 0.56)
    assert shared(0.6, 0.0, 1.0) == 0.0
    assert shared(1.0, 1.0, 1.0) == 1.0


def test_mixed_errors_keep_unit_variance_and_correlate_as_shared():
    draw = np.random.default_rng(3).standard_normal((3, 200_000))
    mixed = np.vectorize(plain(judgment.mixed_error))
    first, second = mixed(draw[0], draw[2], 0.36), mixed(draw[1], draw[2], 0.36)
    assert first.std() == pytest.approx(1.0, abs=0.01)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.36, abs=0.01)
    assert plain(judgment.mixed_error)(1.0, -1.0, 0.36) == pytest.approx(0.2)  # 0.8 - 0.6


def test_exchange_by_hand():
    taken = plain(judgment.exchanged_share)
    assert taken(0.5, 0.4, 0.6, 0.1, 0.6) == pytest.approx(0.0648)  # .5 x .4 x .6 x .9 x .6
    assert taken(0.5, 1.0, 1.0, 0.0, 1.0) == 0.5
    assert taken(0.5, 1.0, 0.0, 0.0, 1.0) == 0.0  # nobody listens to whom he does not trust


def test_weight_of_the_expert_by_hand():
    assert plain(judgment.expert_weight)(0.0, 1.0, 0.0) == 0.5  # nobody knows who knows
    assert plain(judgment.expert_weight)(1.0, 1.0, 0.0) == 1.0
    assert plain(judgment.expert_weight)(0.5, 0.6, 0.1) == pytest.approx(0.635)  # 0.5 + 0.5 x 0.5 x 0.6 x 0.9


@pytest.mark.parametrize(("weight", "expected"), [(0.4, 0.0), (0.63, 0.069), (0.0, -0.12)])
def test_caution(weight, expected):
    assert caution(weight) == pytest.approx(expected)


def test_the_logistic_form_is_within_a_hundredth_of_the_normal():
    x = np.linspace(-6, 6, 1201)
    error = np.abs([plain(judgment.normal_share_above)(value) for value in x] - norm.cdf(x))
    assert 0.005 < error.max() < 0.01


@given(st.floats(-30, 30))
def test_above_and_below_are_all(x):
    share = plain(judgment.normal_share_above)
    assert share(x) + share(-x) == pytest.approx(1.0)


def test_the_gate_sees_by_skill_and_by_what_is_shared():
    assert gate_spread(0.7, 0.5, 0.6) == pytest.approx(0.756)  # 0.9 x 0.75 x (1.3 - 0.18) = 0.756
    assert gate_spread(1.0, 1.0, 1.0) == pytest.approx(0.2835)
    assert gate_spread(0.0, 0.0, 0.0) == pytest.approx(1.6965)


def test_feasibility_is_the_usual_mean_of_prior_and_signal():
    """Prior N(-0.5, 1), signal 1.5 with spread 1: weight 1/2, mean 0.5, spread sqrt(1/2); P = Phi(0.7071) = 0.760."""
    believed = plain(judgment.feasibility_belief)
    assert believed(1.5, 1.0, -0.5) == pytest.approx(norm.cdf(0.5 / math.sqrt(0.5)), abs=0.01)
    assert believed(0.0, 1.0, 0.0) == pytest.approx(0.5)
    # A signal drowned in noise leaves the prior, a sharp one leaves itself.
    assert believed(9.0, 1000.0, -0.5) == pytest.approx(norm.cdf(-0.5), abs=0.01)
    assert believed(0.5, 0.01, -3.0) == pytest.approx(1.0, abs=1e-6)


def test_worth_wears_off_and_harm_stays():
    worth = plain(judgment.aged_worth)
    assert worth(2.0, 0.06, 0.0) == 2.0
    assert worth(2.0, 0.06, 10.0) == pytest.approx(2 * math.exp(-0.6))
    assert worth(-2.0, 0.06, 100.0) == -2.0
    assert worth(0.0, 0.06, 100.0) == 0.0


def test_a_conference_loses_part_of_what_one_knows_better():
    assert plain(judgment.weight_in_conference)(0.9, 0.25) == pytest.approx(0.8)
    assert plain(judgment.weight_in_conference)(0.9, 0.0) == pytest.approx(0.9)
    assert plain(judgment.weight_in_conference)(0.5, 0.7) == 0.5


def test_the_bar_of_a_gatekeeper_is_his_own_without_trust_and_the_sponsors_with_all():
    assert judgment.gatekeeper_bar(0.15, 0.075, 0.0) == 0.15
    assert judgment.gatekeeper_bar(0.15, 0.075, 1.0) == pytest.approx(0.075)
    assert judgment.gatekeeper_bar(0.15, 0.075, 0.6) == pytest.approx(0.105)
