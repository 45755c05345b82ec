"""Meetings saturate, common ground fills up, text offends without trust."""

import math
from itertools import pairwise

import pytest
from claims import SHARE, Claim, as_declared, declared, plain

from tandem.sim.rules import communication

HOURS = (0.0, 48.0)  # eight meetings of six hours: the most that may be declared

counting = as_declared(communication.effective_hours, saturation="communication.saturation_hours", room="communication.room_gain")
gained = as_declared(
    communication.common_ground_gained, by_channel="communication.channel_gain", by_reports="communication.report_gain"
)

CLAIMS = (
    Claim(
        communication.effective_hours,
        {
            "hours": HOURS,
            "face_to_face": SHARE,
            "saturation": declared("communication.saturation_hours"),
            "room": declared("communication.room_gain"),
        },
        (0.0, 10.0),
        rising=("hours", "face_to_face", "saturation"),
        falling=("room",),
    ),
    Claim(
        communication.common_ground_gained,
        {
            "common_ground": SHARE,
            "hours": (0.0, 10.0),
            "asynchronous": SHARE,
            "reporting": (0.0, 5.0),
            "gain": declared("communication.gain"),
            "by_channel": declared("communication.channel_gain"),
            "by_reports": declared("communication.report_gain"),
        },
        SHARE,
        rising=("hours", "asynchronous", "reporting", "gain", "by_channel", "by_reports"),
        falling=("common_ground",),
    ),
    Claim(
        communication.offence_by_text,
        {"rate": declared("communication.misreading"), "asynchronous": SHARE, "trust": SHARE, "relationship_conflict": SHARE},
        SHARE,
        rising=("rate", "asynchronous"),
        falling=("trust", "relationship_conflict"),
    ),
)


@pytest.mark.parametrize(
    ("hours", "room", "expected"),
    [
        (0.0, 1.0, 0.0),
        (2.0, 1.0, 2 * (1 - math.exp(-1.0))),  # 1.264
        (2.0, 0.0, 1.6 * (1 - math.exp(-1.0))),  # video yields eight tenths
        (1000.0, 1.0, 2.0),  # "content saturates at two hours a week"
    ],
)
def test_hours_that_count(hours, room, expected):
    assert counting(hours, room) == pytest.approx(expected)


def test_the_next_hour_counts_less():
    hours = [counting(float(n), 0.6) for n in range(9)]
    steps = [later - earlier for earlier, later in pairwise(hours)]
    assert steps == sorted(steps, reverse=True)


def test_common_ground_by_hand():
    assert gained(0.4, 1.0, 0.0, 0.0, 0.12) == pytest.approx(0.6 * (1 - math.exp(-0.12)))  # 0.0678
    assert gained(0.4, 1.0, 0.4, 1.0, 0.12) == pytest.approx(0.6 * (1 - math.exp(-0.16)))  # 0.12 + 0.02 + 0.02
    assert gained(1.0, 2.0, 1.0, 2.0, 1.0) == 0.0  # nothing left to learn
    assert gained(0.0, 0.0, 0.0, 0.0, 0.12) == 0.0  # nobody talks


def test_offence_by_hand():
    offence = plain(communication.offence_by_text)
    assert offence(0.005, 0.4, 0.5, 0.2) == pytest.approx(0.0008)  # 0.005 x 0.4 x 0.5 x 0.8
    assert offence(0.005, 1.0, 1.0, 0.0) == 0.0  # trust reads kindly
    assert offence(0.005, 0.0, 0.0, 0.0) == 0.0  # nothing written
