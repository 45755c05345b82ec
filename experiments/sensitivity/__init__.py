"""Which inputs move an output most, how sure that is, and in which direction: for models that are random."""

from experiments.sensitivity.analysis import Analysis, analyse
from experiments.sensitivity.design import SensitivityError

__all__ = ["Analysis", "SensitivityError", "analyse"]
