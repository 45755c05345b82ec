"""Hours: what leaders have, what decisions take, how overload tires."""

from tandem.sim.compile import rule


@rule
def available_hours(hours, relationship_conflict, fatigue, lost, lost_tired):
    """Hours left in a week after sourness (share `lost` at full conflict) and fatigue (share `lost_tired` at full)."""
    return hours * (1.0 - lost * relationship_conflict) * (1.0 - lost_tired * fatigue)


@rule
def hours_alone(hours, share):
    """Hours left to a leader without a second executive, whose reports come over to him and take the share [rajan2006].

    46% of a chief executive's 62.5 hours go to some ten direct reports, 2.9 each [porter2018] [guadalupe2014]; three of a second
    executive's come over: 8.6 hours, a share of .14.
    """
    return hours * (1.0 - share)


@rule
def effort_factor(skill, slope, usual, least, most):
    """Multiple of a decision's normal time for a leader of this skill in it, 1 at the usual skill, from `least` to `most`:
    specialists are quick [bolton1994]."""
    factor = 1.0 + slope * (usual - skill)
    return least if factor < least else (most if factor > most else factor)


@rule
def fatigue_after(fatigue, load, threshold, gain, fading):
    """Fatigue after a week at `load` (share of hours used): it rises above the threshold, by `gain` for each tenth of the
    hours, and fades below it [gilboa2008]."""
    if load > threshold:
        tired = fatigue + gain * (load - threshold) / 0.1 * (1.0 - fatigue)
        return tired if tired < 1.0 else 1.0  # rounding alone takes it further, and hours below zero
    return fatigue * (1.0 - fading)
