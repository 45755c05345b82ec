"""What a review sees, and what it moves."""

import math

import pytest
from claims import DEVIATIONS, SHARE, Claim, as_declared, declared, plain, turned

from tandem.sim.rules import learning

INTERVAL = declared("adaptation.review_interval_weeks")
noise = as_declared(learning.measurement_noise, unmeasured="adaptation.unmeasured")
pressure = as_declared(learning.problem_pressure, most="arrivals.problem_most", usual="arrivals.problem_usual")

CLAIMS = (
    # The shortest horizon of the four arms, the longest of them.
    Claim(
        learning.visibility, {"interval": INTERVAL, "horizon": (0.5, 104.0)}, SHARE, rising=("interval",), falling=("horizon",)
    ),
    # Worst: noise 5, one week, no analytics, a share held at 0.02: 5 x 3 / sqrt(0.08) = 53.03.
    Claim(
        learning.measurement_noise,
        {
            "noise": declared("adaptation.noise"),
            "interval": INTERVAL,
            "share": SHARE,
            "analytics": SHARE,
            "unmeasured": declared("adaptation.unmeasured"),
        },
        (0.0, 53.04),
        rising=("noise", "unmeasured"),
        falling=("interval", "share", "analytics"),
    ),
    Claim(
        learning.updated_estimate,
        {"estimate": (0.01, 5.0), "observed": (-20.0, 20.0), "gain": declared("adaptation.gain")},
        (0.01, 20.0),
        rising=("estimate", "observed"),
    ),
    Claim(
        learning.results_seen_after,
        {"seen": SHARE, "lesson": declared("adaptation.lesson"), "shown": SHARE},
        SHARE,
        rising=("seen", "lesson", "shown"),
    ),
    Claim(
        learning.own_lesson,
        {"own": (0.0, 200.0), "joint": (0.0, 200.0), "credit": declared("adaptation.joint_credit")},
        SHARE,
        rising=("own", "credit"),
    ),
    Claim(
        learning.results_seen_at_rest,
        {"lesson": (0.01, 1.0), "shown": (0.01, 1.0), "fade": (0.001, 0.5), "interval": INTERVAL},
        SHARE,
        rising=("lesson", "shown"),
        falling=("fade", "interval"),
    ),
    # At most 2 x log2(501 / 2), at least 2 x log2(1 / 101).
    Claim(
        learning.experience_effect,
        {
            "experience": (0.0, 500.0),
            "start": declared("campaigns.experience_start"),
            "gain": declared("campaigns.experience_gain"),
        },
        (-13.4, 16.0),
        rising=("experience",),
        falling=("start",),
    ),
    Claim(
        learning.experience_after,
        {"experience": (0.0, 500.0), "loss": declared("campaigns.experience_loss")},
        (0.0, 500.0),
        rising=("experience",),
        falling=("loss",),
    ),
    Claim(
        learning.problem_pressure,
        {"error": DEVIATIONS, "most": declared("arrivals.problem_most"), "usual": declared("arrivals.problem_usual")},
        (0.2, 42.0),
        rising=("most",),
        falling=("usual",),
        mirrors=(turned("error"),),
    ),
    Claim(
        learning.debrief_depth,
        {"hours": declared("adaptation.debrief_hours"), "half": declared("adaptation.debrief_half")},
        SHARE,
        rising=("hours",),
        falling=("half",),
    ),
)


@pytest.mark.parametrize(
    ("interval", "horizon", "expected"),
    [
        (2.0, 26.0, 1 - math.exp(-1 / 13)),  # 7% of a brand effect shows in a fortnight
        (26.0, 26.0, 1 - math.exp(-1.0)),
        (2.0, 2.0, 1 - math.exp(-1.0)),  # 63% of activation in the same fortnight
    ],
)
def test_slow_effects_look_small(interval, horizon, expected):
    assert plain(learning.visibility)(interval, horizon) == pytest.approx(expected)


def test_noise_by_hand():
    assert noise(0.35, 4.0, 0.25, 0.3) == pytest.approx(0.175)  # 0.35 x 1.0 / sqrt(4 x 0.25 x 4)
    assert noise(0.35, 16.0, 0.25, 0.3) == pytest.approx(0.0875)  # four times the window halves it
    assert noise(0.35, 4.0, 0.0, 0.3) == noise(0.35, 4.0, 0.02, 0.3)  # a share of nothing still has a measure
    assert noise(0.0, 1.0, 0.25, 0.0) == 0.0


def test_results_seen_by_hand():
    after, rest = plain(learning.results_seen_after), plain(learning.results_seen_at_rest)
    assert after(0.0, 0.3, 0.5) == pytest.approx(0.15)
    assert after(0.5, 0.3, 1.0) == pytest.approx(0.65)
    assert after(0.5, 0.3, 0.0) == 0.5  # nothing is shown
    assert rest(0.3, 0.0, 0.02, 4.0) == 0.0
    assert rest(0.3, 1.0, 0.0, 4.0) == pytest.approx(1.0)  # nothing ages
    value = rest(0.3, 0.6, 0.02, 7.0)
    assert after(value * math.exp(-0.02 * 7.0), 0.3, 0.6) == pytest.approx(value)  # a round of ageing and a review


def test_estimates_by_hand():
    learned = plain(learning.updated_estimate)
    assert learned(0.2, 0.4, 0.35) == pytest.approx(0.27)
    assert learned(0.2, 0.4, 0.0) == 0.2
    assert learned(0.2, 0.4, 1.0) == pytest.approx(0.4)
    assert learned(0.2, -9.0, 0.35) == 0.01


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (0.0, 1 / 1.3),
        (math.sqrt(0.3), 1.0),
        (1.0, 2 / 1.3),
        (math.sqrt(2), 3 / 1.3),
        (-9.0, 3 / 1.3),
    ],
)
def test_visible_problems_press(error, expected):
    assert pressure(error) == pytest.approx(expected)


def test_joint_results_teach_half_as_much():
    lesson = as_declared(learning.own_lesson, credit="adaptation.joint_credit")
    assert lesson(6.0, 0.0) == 1.0
    assert lesson(0.0, 6.0) == 0.5
    assert lesson(2.0, 6.0) == pytest.approx(0.625)  # (2 + 3) / 8
    assert lesson(0.0, 0.0) == 1.0  # nothing decided since the last review: the others' results, as before
    assert plain(learning.own_lesson)(2.0, 6.0, 1.0) == 1.0


def test_each_doubling_of_experience_makes_experiments_more_feasible():
    effect = as_declared(learning.experience_effect, start="campaigns.experience_start", gain="campaigns.experience_gain")
    assert effect(12.0) == 0.0
    assert effect(25.0) == pytest.approx(0.37)  # 26 is twice 13
    assert effect(5.5) == pytest.approx(-0.37)


def test_a_doubling_saves_a_fifth_of_the_failures():
    """Feasibility is normal about -.5: 69% fail, after a doubling 55%, four fifths of it."""
    failing = [0.5 * (1 + math.erf((0.5 - shift) / math.sqrt(2))) for shift in (0.0, 0.37)]
    assert failing[1] / failing[0] == pytest.approx(0.8, abs=0.005)


def test_a_quarter_of_the_experience_is_lost_in_a_year():
    after = as_declared(learning.experience_after, loss="campaigns.experience_loss")
    experience = 12.0
    for _ in range(52):
        experience = after(experience)
    assert experience == pytest.approx(12 * 0.77, abs=0.01)


def test_nothing_is_seen_where_reviews_teach_nothing_even_if_nothing_fades():
    assert plain(learning.results_seen_at_rest)(0.0, 1.0, 0.0, 13.0) == 0.0


def test_a_debrief_yields_half_at_half_and_less_and_less_beyond():
    assert plain(learning.debrief_depth)(1.0, 1.0) == 0.5
    assert plain(learning.debrief_depth)(3.0, 1.0) == 0.75
    assert plain(learning.debrief_depth)(0.0, 1.0) == 0.0
