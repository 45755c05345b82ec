"""Gaps, tolerance, quarrels, and how they turn personal."""

import math

from tandem.sim.compile import rule


@rule
def tolerance(trust, relationship_conflict, base, by_trust, by_conflict, least):
    """Gap (standard deviations) that a pair lets pass; trust widens it, sourness narrows it, to no less than `least`
    [hegselmann2002]."""
    width = base + by_trust * trust - by_conflict * relationship_conflict
    return width if width > least else least


@rule
def gap_under_power(gap, ceo_power, deference, power_distance):
    """Gap fought over, after deference to the stronger: full for equals, least at full power [krause2015].

    A culture that accepts unequal power (0.5 is usual) makes deference stronger.
    """
    inequality = abs(2.0 * ceo_power - 1.0)
    return gap * (1.0 - deference * inequality * (0.5 + power_distance if power_distance < 0.5 else 1.0))


@rule
def intensity(gap, full):
    """Intensity of a quarrel in [0, 1] from its gap, complete at `full` (both standard deviations; assumption)."""
    return gap / full if gap < full else 1.0


@rule
def closing_share(trust, relationship_conflict, style_gap, base, by_trust, by_conflict, by_style):
    """Share of the gap that one leader gives up in a round of negotiation: `base` without trust, eased by trust [dedreu2003],
    cut by sourness and opposite styles (assumption)."""
    return (base + by_trust * trust) * (1.0 - by_conflict * relationship_conflict) * (1.0 - by_style * style_gap)


@rule
def attributed(strength, trust, sinister):
    """Intensity (0-1) that a quarrel of this strength is felt to have: distrust takes small differences for attacks
    [kramer1999]."""
    return strength + sinister * (1.0 - trust) * (1.0 - strength)


@rule
def spill(rate, strength, trust, style_gap, relationship_conflict, shortfall, by_shortfall):
    """Rise of relationship conflict from a quarrel over the matter.

    Distrust makes it personal [simons2000]; so does disappointing performance [guenter2016].
    """
    calm = 0.5 * rate * strength * (1.0 - trust) * (1.0 + style_gap) * (1.0 - relationship_conflict)
    return calm * (1.0 + by_shortfall * shortfall)


@rule
def process_spill(rate, strength, trust, relationship_conflict, spared):
    """Rise of relationship conflict from a quarrel over who decides [dewit2012]; full trust spares the share `spared` of it."""
    return rate * strength * (1.0 - relationship_conflict) * (1.0 - spared * trust)


@rule
def episode_probability(hazard, relationship_conflict, trust):
    """Probability of a personal quarrel in a week."""
    return 1.0 - math.exp(-hazard * relationship_conflict * (1.0 - trust))


@rule
def resentment(rate, ceo_power, gap, trust, relationship_conflict):
    """Rise of relationship conflict from being overruled by power [krause2015]."""
    inequality = abs(2.0 * ceo_power - 1.0)
    seen = gap if gap < 1.0 else 1.0
    return rate * inequality * seen * (1.0 - trust) * (1.0 - relationship_conflict)
