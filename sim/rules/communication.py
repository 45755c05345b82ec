"""Meetings, common ground, and what they cost."""

import math

from tandem.sim.compile import rule


@rule
def effective_hours(hours, face_to_face):
    """Meeting hours that count: content saturates at two hours a week, video yields less than one room [marlow2018]."""
    return 2.0 * (1.0 - math.exp(-0.5 * hours)) * (0.8 + 0.2 * face_to_face)


@rule
def common_ground_gained(common_ground, hours, asynchronous, reporting, gain):
    """Weekly gain of common ground from meetings (1/hour `gain`), the channel and the teams' reports [ren2006]."""
    return (1.0 - common_ground) * (1.0 - math.exp(-gain * hours - 0.05 * asynchronous - 0.02 * reporting))


@rule
def offence_by_text(rate, asynchronous, trust, relationship_conflict):
    """Weekly rise of relationship conflict from text read without trust [marlow2018]."""
    return rate * asynchronous * (1.0 - trust) * (1.0 - relationship_conflict)
