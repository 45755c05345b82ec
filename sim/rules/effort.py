"""Hours: what leaders have, what decisions take, how overload tires."""

from tandem.sim.compile import rule


@rule
def available_hours(hours, relationship_conflict, fatigue, lost):
    """Hours left in a week after sourness (share `lost` at full conflict) and fatigue (a tenth at full)."""
    return hours * (1.0 - lost * relationship_conflict) * (1.0 - 0.1 * fatigue)


@rule
def effort_factor(skill, slope):
    """Multiple of a decision's normal time for a leader of this skill in it, 0.4 to 2: specialists are quick [bolton1994]."""
    factor = 1.0 + slope * (0.6 - skill)
    return 0.4 if factor < 0.4 else (2.0 if factor > 2.0 else factor)


@rule
def fatigue_after(fatigue, load):
    """Fatigue after a week at `load` (share of hours used): it rises above 0.9 and fades below [gilboa2008]."""
    if load > 0.9:
        return fatigue + 0.02 * (load - 0.9) / 0.1 * (1.0 - fatigue)
    return fatigue * 0.95
