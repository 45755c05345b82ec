"""Meetings, common ground, and what they cost."""

import math

from tandem.sim.compile import rule


@rule
def effective_hours(hours, face_to_face, saturation, room):
    """Meeting hours that count: content saturates (hours/week), video yields less than one room by the share `room`
    [marlow2018]."""
    return saturation * (1.0 - math.exp(-hours / saturation)) * (1.0 - room + room * face_to_face)


@rule
def common_ground_gained(common_ground, hours, asynchronous, reporting, gain, by_channel, by_reports):
    """Weekly gain of common ground from meetings (1/hour `gain`), the channel (1/week) and the teams' reports (1/report)
    [ren2006]."""
    return (1.0 - common_ground) * (1.0 - math.exp(-gain * hours - by_channel * asynchronous - by_reports * reporting))


@rule
def offence_by_text(rate, asynchronous, trust, relationship_conflict):
    """Weekly rise of relationship conflict from text read without trust [marlow2018]."""
    return rate * asynchronous * (1.0 - trust) * (1.0 - relationship_conflict)
