"""Which option to choose, where that changes, what a wrong choice costs, and what it is worth to know more first."""

from tandem.experiments.decisions.choice import Decision, decide
from tandem.experiments.decisions.switching import switching_map

__all__ = ["Decision", "decide", "switching_map"]
