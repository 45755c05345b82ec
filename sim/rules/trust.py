"""How trust of one leader in the other moves, in [0, 1]. Weekly or per event."""

import math

from tandem.sim.compile import rule


@rule
def trust_after_success(trust, gain):
    """Trust after something went well: an agreement, a result shown, a forecast that came true.

    `gain` is the share of the distance to 1 that is closed. Source: bad news weighs more [zhu2023].
    """
    return trust + gain * (1.0 - trust)


@rule
def trust_after_failure(trust, loss):
    """Trust after a quarrel over roles, a reversal, a lapse; `loss` is the share of trust lost [zhu2023]."""
    return trust - loss * trust


@rule
def trust_after_debate(trust, loss, relationship_conflict, share):
    """Trust after a contentious round: a share of a failure, and only where the relation is sour [simons2000]."""
    return trust - share * loss * trust * relationship_conflict


@rule
def trust_returning(trust, expected, rate):
    """Trust after a week's return to what the culture expects; `rate` in 1/week (assumption)."""
    return trust + rate * (expected - trust)


@rule
def reliance(trust, threshold, width):
    """Share of what a leader could leave to the other in which he does (0-1): half at the threshold. Below it little can come
    true, and trust stays where it is [lewicki1998]."""
    return 1.0 / (1.0 + math.exp((threshold - trust) / width))
