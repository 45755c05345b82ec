"""Figures of a finished sweep, in the house style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.figure import Figure, written
from tandem.sim.intervals import mean_within
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots.canvas import styled, subplots

BINS = 8


def sweep_figures(table: pd.DataFrame, factors: list[str], outcomes: list[str], folder: Path) -> list[Figure]:
    """For each outcome, its mean against every factor, one line a scenario, the other factors as they come.

    `table`: one row a point: scenario, factors, and the mean of each outcome at the point.
    """
    varied = [factor for factor in factors if table[factor].nunique() > 1]
    return [_effect(table, varied, outcome, folder) for outcome in outcomes if varied and table[outcome].notna().any()]


def _effect(table: pd.DataFrame, factors: list[str], outcome: str, folder: Path) -> Figure:
    shown = factors[:12]
    names = list(dict.fromkeys(table["scenario"]))[:8]
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    with styled():
        canvas, axes = subplots(down, across, figsize=(4.1 * across, 3.0 * down), squeeze=False, sharey=True)
        for ax, factor in zip(axes.ravel(), shown):
            for name in names:
                part = table.loc[table["scenario"] == name, [factor, outcome]].dropna(subset=[outcome])
                if len(part):
                    _line(ax, part[factor], part[outcome].to_numpy(), name, OUTCOMES[outcome].bounds)
            ax.set_xlabel(factor)
        for spare in axes.ravel()[len(shown) :]:
            spare.remove()
        for row in axes:
            row[0].set_ylabel(f"{OUTCOMES[outcome].title()} ({OUTCOMES[outcome].unit})")
        if len(names) > 1:
            axes[0, 0].legend(fontsize=8)
        cut = [f"the first {len(shown)} of {len(factors)} factors"] if len(shown) < len(factors) else []
        cut += (
            [f"the first {len(names)} of {table['scenario'].nunique()} scenarios"]
            if table["scenario"].nunique() > len(names)
            else []
        )
        sentence = (
            f"Mean of {OUTCOMES[outcome].title().lower()} over design points, by factor, the other factors as the design has "
            "them; bars are 95% intervals over points." + (f" Shown: {' and '.join(cut)}." if cut else "")
        )
        return written(canvas, f"sweep_{outcome}", folder, f"{OUTCOMES[outcome].title()} by factor", sentence)


def _line(ax: Any, places: pd.Series, values: np.ndarray, name: str, bounds: tuple[float, float]) -> None:
    numeric = pd.api.types.is_numeric_dtype(places) and not pd.api.types.is_bool_dtype(places)
    at: list[Any]
    if numeric and places.nunique() > BINS:
        groups = pd.qcut(places, BINS, labels=False, duplicates="drop").to_numpy()
        at = [float(places[groups == group].mean()) for group in np.unique(groups)]
    else:
        levels = sorted(places.unique().tolist())
        groups = places.map({level: place for place, level in enumerate(levels)}).to_numpy()
        at = levels if numeric else [str(level) for level in levels]
    means = np.array([mean_within(values[groups == group], *bounds)[:3] for group in np.unique(groups)])
    middle = means[:, 0]
    reach = np.nan_to_num(np.abs(means[:, 1:] - means[:, :1])).T
    shown = f" {name}" if name.startswith("_") else name  # matplotlib leaves out what begins so
    ax.errorbar(at, middle, yerr=reach, marker="o", markersize=3, linewidth=1.3, capsize=2, label=shown)
