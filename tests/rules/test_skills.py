"""Training against a moving frontier."""

import pytest
from claims import SHARE, Claim, declared, plain
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import skills

CLAIMS = (
    Claim(
        skills.trained,
        {"skill": SHARE, "hours": declared("training.hours_per_week"), "gain": declared("training.gain")},
        SHARE,
        rising=("hours", "gain"),
    ),
    Claim(skills.aged, {"skill": SHARE, "loss": declared("training.team_loss")}, SHARE, rising=("skill",), falling=("loss",)),
    Claim(skills.shared, {"skill": SHARE, "source": SHARE, "rate": (0.0, 0.004)}, SHARE, rising=("skill", "source", "rate")),
)


def test_training_by_hand():
    assert plain(skills.trained)(0.4, 2.0, 0.005) == pytest.approx(0.406)  # 0.4 + 0.01 x 0.6
    assert plain(skills.trained)(0.4, 0.0, 0.005) == 0.4
    assert plain(skills.trained)(1.0, 20.0, 0.2) == 1.0
    assert plain(skills.trained)(0.5, 20.0, 0.2) == 1.0  # four times the distance: capped


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_who_knows_more_stays_ahead_of_who_trains_as_much(one, other, share):
    """As long as a week's training closes no more than the whole distance."""
    low, high = sorted((one, other))
    assert plain(skills.trained)(low, share, 1.0) <= plain(skills.trained)(high, share, 1.0) + 1e-12


def test_ageing_by_hand():
    assert plain(skills.aged)(0.5, 0.004) == pytest.approx(0.498)
    assert plain(skills.aged)(0.5, 0.0) == 0.5


def test_sharing_by_hand():
    assert plain(skills.shared)(0.4, 0.8, 0.004) == pytest.approx(0.4016)
    assert plain(skills.shared)(0.8, 0.4, 0.004) == 0.8  # nobody unlearns from a beginner
