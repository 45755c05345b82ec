"""Figures in one style: colours that most eyes can tell apart, names beside the marks, uncertainty always drawn.

Every function takes tables, never a run; it takes the axes to draw on (or makes them), returns them, and neither shows
nor saves. Titles state the quantity; what it means is for the reader of an experiment to say.
"""

from tandem.sim.plots.batch import plot_batch
from tandem.sim.plots.effects import plot_comparison, plot_lever_effects
from tandem.sim.plots.style import (
    BETTER,
    BLACK,
    BLUE,
    CEO_COLOUR,
    COO_COLOUR,
    FAMILY_COLOURS,
    GREEN,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    SKY,
    UNDECIDED,
    VERMILION,
    WORSE,
    YELLOW,
)
from tandem.sim.plots.waterfall import plot_waterfall
from tandem.sim.plots.weekly import COLUMN_COLOURS, plot_run, plot_weekly, still, still_run

__all__ = [
    "BETTER",
    "BLACK",
    "BLUE",
    "CEO_COLOUR",
    "COLUMN_COLOURS",
    "COO_COLOUR",
    "FAMILY_COLOURS",
    "GREEN",
    "GRID",
    "INK",
    "ORANGE",
    "PURPLE",
    "QUIET",
    "SKY",
    "UNDECIDED",
    "VERMILION",
    "WORSE",
    "YELLOW",
    "plot_batch",
    "plot_comparison",
    "plot_lever_effects",
    "plot_run",
    "plot_waterfall",
    "plot_weekly",
    "still",
    "still_run",
]
