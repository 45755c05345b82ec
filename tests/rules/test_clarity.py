"""Who believes to own what: probabilities from beliefs, orphans noticed, waits ended, decisions challenged."""

import math

import pytest
from claims import SHARE, Claim, as_declared, declared, plain, swapped
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import clarity

MEETING = (0.0, 10.0)  # effective hours: the most at which they may be declared to saturate

noticed = as_declared(clarity.noticing_probability, alone="clarity.noticing", by_meetings="clarity.noticing_meetings")
handed_off = as_declared(
    clarity.hand_off_probability,
    alone="clarity.hand_off",
    by_meetings="clarity.hand_off_meetings",
    by_channel="clarity.hand_off_channel",
)
waits = as_declared(clarity.waiting_probability, known="clarity.waiting_known", still_lacking="clarity.waiting_consulted")
reopened = as_declared(
    clarity.challenge_probability, by_unclear="clarity.challenge_unclear", by_unfounded="clarity.challenge_unfounded"
)

CLAIMS = (
    Claim(clarity.chartered_belief, {"owns": SHARE, "probability": declared("clarity.charter")}, SHARE),
    Claim(
        clarity.sole_clarity,
        {"owner_belief": SHARE, "other_belief": SHARE},
        SHARE,
        rising=("owner_belief",),
        falling=("other_belief",),
    ),
    Claim(
        clarity.joint_clarity,
        {"first_belief": SHARE, "second_belief": SHARE},
        SHARE,
        rising=("first_belief", "second_belief"),
        mirrors=(swapped("first_belief", "second_belief"),),
    ),
    Claim(clarity.alone_below, {"belief": SHARE}, SHARE, rising=("belief",)),
    Claim(
        clarity.noticing_probability,
        {"meeting_hours": MEETING, "alone": declared("clarity.noticing"), "by_meetings": declared("clarity.noticing_meetings")},
        SHARE,
        rising=("meeting_hours", "alone", "by_meetings"),
    ),
    Claim(
        clarity.waiting_probability,
        {
            "overlap": SHARE,
            "common_ground": SHARE,
            "consulted": SHARE,
            "known": declared("clarity.waiting_known"),
            "still_lacking": declared("clarity.waiting_consulted"),
        },
        SHARE,
        rising=("overlap", "still_lacking"),
        falling=("common_ground", "known"),
    ),
    Claim(clarity.in_time_probability, {"meetings": (0.0, 9.0)}, SHARE, rising=("meetings",)),
    Claim(
        clarity.hand_off_probability,
        {
            "meeting_hours": MEETING,
            "asynchronous": SHARE,
            "alone": declared("clarity.hand_off"),
            "by_meetings": declared("clarity.hand_off_meetings"),
            "by_channel": declared("clarity.hand_off_channel"),
            "candour": SHARE,
        },
        SHARE,
        rising=("meeting_hours", "asynchronous", "alone", "by_meetings", "by_channel", "candour"),
    ),
    Claim(
        clarity.challenge_probability,
        {
            "overlap": SHARE,
            "clarity": SHARE,
            "trust": SHARE,
            "gap": (0.0, 8.0),
            "unfounded": SHARE,
            "by_unclear": declared("clarity.challenge_unclear"),
            "by_unfounded": declared("clarity.challenge_unfounded"),
        },
        SHARE,
        rising=("overlap", "gap", "unfounded", "by_unclear", "by_unfounded"),
        falling=("clarity", "trust"),
    ),
    Claim(
        clarity.unilateral_conflict_probability,
        {"overlap": SHARE, "clarity": SHARE, "price": declared("assumptions.ambiguity_price")},
        SHARE,
        rising=("overlap", "price"),
        falling=("clarity",),
    ),
    Claim(clarity.moved_belief, {"belief": SHARE, "target": SHARE, "step": SHARE}, SHARE, rising=("belief", "target")),
    Claim(clarity.blurred, {"target": SHARE, "alive": SHARE}, SHARE, rising=("target",)),
    Claim(
        clarity.owner_belief,
        {"probability": declared("clarity.charter"), "doubt": SHARE},
        SHARE,
        rising=("probability",),
        falling=("doubt",),
    ),
    Claim(clarity.unsure_belief, {"named": SHARE, "doubt": SHARE}, (0.5, 1.0), falling=("doubt",)),
)


@given(st.floats(0.25, 1.0))
def test_both_act_as_chartered_with_the_probability_declared(probability):
    """Sole: sqrt(q) x (1 - (1 - sqrt(q))) = q. Joint: sqrt(q) x sqrt(q) = q."""
    owner = plain(clarity.chartered_belief)(True, probability)
    other = plain(clarity.chartered_belief)(False, probability)
    assert plain(clarity.sole_clarity)(owner, other) == pytest.approx(probability)
    assert plain(clarity.joint_clarity)(owner, owner) == pytest.approx(probability)


def test_a_certain_charter_and_a_coin():
    belief = plain(clarity.chartered_belief)
    assert (belief(True, 1.0), belief(False, 1.0)) == (1.0, 0.0)
    assert (belief(True, 0.25), belief(False, 0.25)) == (0.5, 0.5)  # the least declared: "either of us"
    assert (belief(True, 0.81), belief(False, 0.81)) == pytest.approx((0.9, 0.1))


def test_clarity_by_hand():
    assert plain(clarity.sole_clarity)(0.9, 0.2) == pytest.approx(0.72)  # 0.9 x 0.8
    assert plain(clarity.sole_clarity)(0.0, 0.0) == 0.0  # an orphan
    assert plain(clarity.sole_clarity)(1.0, 1.0) == 0.0  # a double directive
    assert plain(clarity.joint_clarity)(0.9, 0.8) == pytest.approx(0.72)


def test_what_is_not_held_to_be_ours_is_mine_or_the_others_evenly():
    assert plain(clarity.alone_below)(0.9) == pytest.approx(0.95)  # ours below .9, mine below .95, the other's above
    assert plain(clarity.alone_below)(0.0) == 0.5
    assert plain(clarity.alone_below)(1.0) == 1.0


@pytest.mark.parametrize(("hours", "exponent"), [(0.0, 0.12), (1.0, 0.52), (2.0, 0.92)])
def test_orphans_are_noticed_sooner_by_those_who_meet(hours, exponent):
    assert noticed(hours) == pytest.approx(1 - math.exp(-exponent))


@pytest.mark.parametrize(
    ("hours", "channel", "candour", "exponent"),
    [(0.0, 0.0, 1.0, 0.3), (1.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.3), (1.0, 1.0, 0.4, 0.52), (1.0, 1.0, 0.0, 0.0)],
)
def test_hand_offs(hours, channel, candour, exponent):
    assert handed_off(hours, channel, candour=candour) == pytest.approx(1 - math.exp(-exponent))


@pytest.mark.parametrize(("meetings", "expected"), [(0, 0.0), (1, 0.5), (2, 0.75), (4, 0.875)])
def test_what_is_prepared_may_miss_the_last_meeting(meetings, expected):
    """One meeting stands in the middle of the week: half of what is prepared in it comes too late for it."""
    assert plain(clarity.in_time_probability)(meetings) == expected


def test_waiting_by_hand():
    assert waits(1.0, 0.5, False) == pytest.approx(0.6)  # 1 x (1 - 0.8 x 0.5)
    assert waits(1.0, 0.5, True) == pytest.approx(0.24)  # who was consulted lacks four tenths of it
    assert waits(0.0, 0.0, False) == 0.0  # no overlap, nothing to ask
    assert waits(1.0, 1.0, False) == pytest.approx(0.2)  # never all is known


def test_challenges_by_hand():
    assert reopened(1.0, 0.5, 0.5, 0.5, 0.0) == pytest.approx(0.1)  # 1 x 0.5 x 0.5 x (0.8 x 0.5)
    assert reopened(1.0, 0.5, 0.5, 0.5, 1.0) == pytest.approx(0.2)  # 0.25 x (0.4 + 0.4)
    assert reopened(1.0, 1.0, 0.5, 2.0, 0.0) == 0.0  # a clear charter
    assert reopened(1.0, 0.0, 1.0, 2.0, 1.0) == 0.0  # full trust
    assert reopened(1.0, 0.5, 0.5, 9.0, 0.0) == reopened(1.0, 0.5, 0.5, 1.0, 0.0)  # a gap of 1 is seen in full


def test_a_challenge_without_trust_and_clarity_is_certain():
    assert reopened(1.0, 0.0, 0.0, 1.0, 1.0) == 1.0  # 0.8 + 0.4, held to 1


def test_unilateral_decisions_by_hand():
    back = plain(clarity.unilateral_conflict_probability)
    assert back(0.6, 0.75, 1.0) == pytest.approx(0.15)  # 1 x 0.6 x 0.25
    assert back(0.6, 0.75, 0.0) == 0.0
    assert back(1.0, 0.0, 5.0) == 1.0  # capped


def test_beliefs_move_and_blur_by_hand():
    assert plain(clarity.moved_belief)(0.9, 0.5, 0.1) == pytest.approx(0.86)
    assert plain(clarity.moved_belief)(0.9, 0.5, 1.0) == pytest.approx(0.5)
    assert plain(clarity.moved_belief)(0.9, 0.5, 0.0) == 0.9
    assert plain(clarity.blurred)(0.9, 1.0) == pytest.approx(0.9)
    assert plain(clarity.blurred)(0.9, 0.0) == 0.5  # a dead charter says "either of us"
    assert plain(clarity.blurred)(0.9, 0.5) == pytest.approx(0.7)


def test_whom_the_charter_names_has_a_share_of_the_doubt():
    """A charter of .64 leaves each reader .2 of doubt, its owner a quarter of that."""
    assert plain(clarity.owner_belief)(0.64, 0.25) == pytest.approx(0.95)
    assert plain(clarity.owner_belief)(0.64, 1.0) == pytest.approx(plain(clarity.chartered_belief)(True, 0.64))
    assert plain(clarity.unsure_belief)(True, 0.25) == pytest.approx(0.875)
    assert plain(clarity.unsure_belief)(True, 1.0) == plain(clarity.unsure_belief)(False, 0.25) == 0.5
