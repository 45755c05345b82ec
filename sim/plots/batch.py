"""How an outcome spreads over runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots.canvas import Axes, under_our_style
from tandem.sim.plots.style import (
    FAMILY_COLOURS,
    INK,
    WORDS,
    axes_for,
    number_text,
    say,
    scale,
    write_numbers,
    write_title,
)

if TYPE_CHECKING:
    import pandas as pd


@under_our_style
def plot_batch(outcomes: pd.DataFrame, outcome: str, ax: Axes | None = None, *, lang: str = "en") -> Axes:
    """How one outcome spreads over runs: histogram, median, and the band that holds nine runs in ten."""
    ax = axes_for(ax, (7.0, 3.8))
    known = OUTCOMES[outcome]
    values = outcomes[outcome].to_numpy(dtype=float)
    values = values[~np.isnan(values)]
    write_title(ax, known.title(lang))
    factor, unit = scale(known, lang)
    ax.set_xlabel(unit)
    write_numbers(ax.xaxis, lang)
    if len(values) == 0:
        return say(ax, WORDS["none"][lang])
    values = values * factor
    colour = FAMILY_COLOURS[known.family]
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    whole = bool(np.all(values == np.round(values)))
    spread = bool(np.ptp(values) > 1e-9 * max(1.0, abs(middle)))
    counts, _, _ = ax.hist(values, bins=list(_bins(values)), color=colour, alpha=0.45, edgecolor="white", linewidth=0.5)
    top = float(np.max(counts))
    ax.set_ylim(0, 1.28 * top)
    ax.set_ylabel(WORDS["runs"][lang])
    ax.plot([middle, middle], [0, 1.06 * top], color=INK, linewidth=1.5)
    ax.plot([low, high], [1.06 * top] * 2, color=colour, linewidth=4, solid_capstyle="round")
    shown = [
        number_text(value, 100.0 if whole and value == round(value) else 0.1 * (high - low), lang)
        for value in (middle, low, high)
    ]
    told = f"{WORDS['median'][lang]} {shown[0]}"
    if spread:
        told += f";  {WORDS['nine'][lang]}: {shown[1]} … {shown[2]}"
    left, right = (1.5 * values[0] - 1, 1.5 * values[0] + 1) if not spread else ax.get_xlim()
    ax.set_xlim(left, right) if not spread else None
    where = (middle - left) / (right - left)
    side = "left" if where < 0.33 else "right" if where > 0.67 else "center"
    x = {"left": low, "right": high, "center": middle}[side]
    ax.annotate(told, (x, 1.11 * top), ha=side, va="bottom", fontsize=9.5)
    return ax


def _bins(values: np.ndarray) -> np.ndarray:
    """Edges: one bin a number for few whole ones, else by Freedman and Diaconis, 60 at most."""
    if np.ptp(values) < 25 and np.all(values == np.round(values)):
        return np.arange(values.min() - 0.5, values.max() + 1.0)
    if np.ptp(values) <= 1e-9 * max(1.0, abs(values[0])):
        return np.asarray(values[0] + np.array([-0.1, 0.1]))
    edges = np.histogram_bin_edges(values, "fd" if np.subtract(*np.quantile(values, [0.75, 0.25])) > 0 else "sturges")
    return edges if len(edges) <= 61 else np.linspace(values.min(), values.max(), 61)
