"""Skills: training against a moving frontier."""

from tandem.sim.compile import rule


@rule
def trained(skill, hours, gain):
    """Skill after a week of training; `gain` is the share of the distance to 1 per hour [arthur2003]."""
    moved = skill + gain * hours * (1.0 - skill)
    return moved if moved < 1.0 else 1.0


@rule
def aged(skill, loss):
    """Skill after a week without: non-use and a moving frontier, `loss` 1/week [arthur1998]."""
    return skill * (1.0 - loss)


@rule
def shared(skill, source, rate):
    """Skill after sharing by somebody who has more [argote]; `rate` is the share of the distance per week."""
    return skill + rate * (source - skill) if source > skill else skill
