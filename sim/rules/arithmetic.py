"""Small comparisons that the rules share (ternaries: the built-in min and max are slow when compiled)."""

from tandem.sim.compile import rule


@rule
def least(a, b):
    """The smaller of two numbers."""
    return a if a < b else b


@rule
def most(a, b):
    """The larger of two numbers."""
    return a if a > b else b


@rule
def clip(x, low, high):
    """`x` held between `low` and `high`."""
    return low if x < low else (high if x > high else x)


@rule
def unit(x):
    """`x` held in [0, 1]."""
    return 0.0 if x < 0.0 else (1.0 if x > 1.0 else x)
