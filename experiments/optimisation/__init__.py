"""Which levers (and role model) bring most of what is wished for, under a budget of hours or money."""

from tandem.experiments.optimisation.optimise import Budget, Optimum, optimise

__all__ = ["Budget", "Optimum", "optimise"]
