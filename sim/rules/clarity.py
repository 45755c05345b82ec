"""Who believes to own what: claims, orphans, hand-offs, and the beliefs behind them."""

import math

from tandem.sim.compile import rule


@rule
def chartered_belief(owns, probability):
    """Belief "I own this" of a leader who owns the domain, or not, so that both act as chartered with `probability`."""
    return math.sqrt(probability) if owns else 1.0 - math.sqrt(probability)


@rule
def sole_clarity(owner_belief, other_belief):
    """Probability that exactly the owner acts, the other keeping out [jackson1985]."""
    return owner_belief * (1.0 - other_belief)


@rule
def joint_clarity(first_belief, second_belief):
    """Probability that both act on a joint domain."""
    return first_belief * second_belief


@rule
def alone_below(belief):
    """Luck below which a leader takes a joint matter for his alone if he does not hold it to be ours (luck at or above his
    belief): what he does not hold to be ours he takes as often for his as for the other's (assumption)."""
    return belief + 0.5 * (1.0 - belief)


@rule
def noticing_probability(meeting_hours, alone, by_meetings):
    """Weekly probability that somebody notices a matter nobody took up, at the rates `alone` (1/week) and `by_meetings` (1/hour;
    assumption)."""
    return 1.0 - math.exp(-(alone + by_meetings * meeting_hours))


@rule
def waiting_probability(overlap, common_ground, consulted, known, still_lacking):
    """Probability that a sole decider lacks context and must wait for the other [jin1996].

    Full common ground supplies the share `known` of the context; of the rest, who was consulted lacks the share `still_lacking`.
    """
    lacking = overlap * (1.0 - known * common_ground)
    return lacking * still_lacking if consulted else lacking


@rule
def in_time_probability(meetings):
    """Probability that a joint matter, prepared at an even moment of the week, is ready before the last of its meetings, which
    are spread evenly over it: all but half the time between two of them (assumption)."""
    return 1.0 - 0.5 / meetings if meetings > 0.5 else 0.0


@rule
def hand_off_probability(meeting_hours, asynchronous, alone, by_meetings, by_channel, candour):
    """Weekly probability that the wait for context ends: by itself, by meetings (1/hour) and by the channel (assumption); who
    lacks `candour` (0-1) tells late what he knows [zand1972]."""
    return 1.0 - math.exp(-candour * (alone + by_meetings * meeting_hours + by_channel * asynchronous))


@rule
def challenge_probability(overlap, clarity, trust, gap, unfounded, by_unclear, by_unfounded):
    """Probability that the other leader reopens a decision taken alone; clarity and trust both suppress it.

    `unfounded` is 1 if the charter did not give the decision to who took it; the last two say what unclear roles and that weigh.
    Source: assumption on [krause2015].
    """
    seen = gap if gap < 1.0 else 1.0
    chance = overlap * (1.0 - trust) * seen * (by_unclear * (1.0 - clarity) + by_unfounded * unfounded)
    return chance if chance < 1.0 else 1.0


@rule
def unilateral_conflict_probability(overlap, clarity, price):
    """Probability that a joint matter decided by one comes back as a quarrel over roles."""
    chance = price * overlap * (1.0 - clarity)
    return chance if chance < 1.0 else 1.0


@rule
def moved_belief(belief, target, step):
    """Belief after a step (share) towards a target."""
    return belief + step * (target - belief)


@rule
def blurred(target, alive):
    """What a charter says when only a share `alive` of it still holds: the rest reads "either of us"."""
    return 0.5 + alive * (target - 0.5)


@rule
def owner_belief(probability, doubt):
    """Belief "I own this" of whom the charter names: of the doubt that a charter of this `probability` leaves each reader he has
    the share `doubt`, since his own name stands there (assumption)."""
    return 1.0 - doubt * (1.0 - math.sqrt(probability))


@rule
def unsure_belief(named, doubt):
    """Belief of who has forgotten what the charter says: as good as either; whom it names acts unless he doubts (assumption)."""
    return 1.0 - 0.5 * (doubt if named else 1.0)
