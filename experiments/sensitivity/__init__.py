"""What drives an outcome, how sure that is, and in which direction, for models with luck in them."""

from tandem.experiments.sensitivity.analysis import analyse, planned_runs
from tandem.experiments.sensitivity.result import Sensitivity

__all__ = ["Sensitivity", "analyse", "planned_runs"]
