"""Priorities: how far apart, and what moves them."""

from tandem.sim.compile import rule


@rule
def moved_weight(weight, goal, goal_pull, other, mutual_pull, anchor, anchor_pull):
    """A goal weight after a week: to the goals set [kleingeld2011], to the other's within reach [hegselmann2002], back to
    its anchor [friedkin1990]. Pulls are shares of the distance per week."""
    return weight + goal_pull * (goal - weight) + mutual_pull * (other - weight) + anchor_pull * (anchor - weight)


@rule
def egocentric_weight(weight, other, push):
    """A goal weight after a week of answering for figures of one's own: apart from the other's [kleingeld2011]."""
    moved = weight + push * (weight - other)
    return moved if moved > 0.0 else 0.0


@rule
def within_reach(distance, trust, reach, by_trust):
    """1.0 if a leader lets himself be moved by the other: his bound widens with trust [hegselmann2002]."""
    return 1.0 if distance <= reach + by_trust * trust else 0.0


@rule
def crowded_weight(weight, measurability, specificity, goodhart):
    """Attention to a goal once specific figures crowd out what is hard to measure (Goodhart), before scaling to one.

    `measurability` 0-1 by goal. Source: assumption on [pritchard2008].
    """
    return weight * (1.0 - goodhart * specificity * (1.0 - measurability))
