"""Figures of a posterior: marginals, pairs, what each target pins, and how rankings vary over the ensemble."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.figure import save
from tandem.experiments.pages.words import spoken, titles
from tandem.sim.plots import BETTER, INK, QUIET, WORSE
from tandem.sim.plots.canvas import styled, subplots


def marginal_figure(fit: Any, table: pd.DataFrame) -> Any:
    """One small panel a parameter: the ensemble's places in the prior range (flat line: the prior), the default as a line."""
    paths = list(table["path"])
    columns = 6
    rows = -(-len(paths) // columns)
    with styled():
        canvas, axes = subplots(rows, columns, figsize=(13, 1.5 * rows), layout="constrained", squeeze=False)
        for ax, path in zip(axes.ravel(), paths):
            k = fit.space.paths.index(path)
            ax.hist(fit.sets[:, k], bins=np.linspace(0, 1, 13), density=True, color=QUIET, alpha=0.7)
            ax.axhline(1.0, color=INK, lw=0.6, ls=":")
            ax.axvline(fit.sets[fit.default, k], color=BETTER, lw=1.4)
            parameter = fit.space.parameters[k]
            ax.set_xticks([0, 1], [f"{parameter.low:g}", f"{parameter.high:g}"], fontsize=6)
            ax.set_yticks([])
            ax.set_title(path.removeprefix("population."), fontsize=6.5)
        for ax in axes.ravel()[len(paths) :]:
            ax.set_visible(False)
        canvas.suptitle("Where the ensemble lies in each prior range (dotted: flat prior; line: the default set)", fontsize=9)
    return canvas


def pair_figure(fit: Any, table: pd.DataFrame, n: int = 7) -> Any:
    """Pairs of the n most pinned parameters, one point a set; correlation in the upper half."""
    ks = [fit.space.paths.index(path) for path in table["path"].head(n)]
    with styled():
        canvas, axes = subplots(len(ks), len(ks), figsize=(11, 11), layout="constrained")
        for i, down in enumerate(ks):
            for j, across in enumerate(ks):
                ax = axes[i][j]
                ax.set_xticks([])
                ax.set_yticks([])
                if i == j:
                    ax.hist(fit.sets[:, down], bins=np.linspace(0, 1, 15), color=QUIET)
                elif i > j:
                    ax.plot(fit.sets[:, across], fit.sets[:, down], ".", ms=2, color=INK, alpha=0.5)
                    ax.plot(fit.sets[fit.default, across], fit.sets[fit.default, down], "o", color=BETTER, ms=5)
                    ax.set_xlim(0, 1)
                    ax.set_ylim(0, 1)
                else:
                    r = np.corrcoef(fit.sets[:, across], fit.sets[:, down])[0, 1]
                    ax.text(0.5, 0.5, f"{r:.2f}", ha="center", va="center", fontsize=8 + 6 * abs(r), transform=ax.transAxes)
                if j == 0:
                    ax.set_ylabel(fit.space.paths[down].removeprefix("population."), fontsize=6)
                if i == len(ks) - 1:
                    ax.set_xlabel(fit.space.paths[across].removeprefix("population."), fontsize=6)
        canvas.suptitle("The most pinned parameters in pairs (places in their prior ranges; green: the default set)", fontsize=9)
    return canvas


def pin_figure(table: pd.DataFrame) -> Any:
    """Targets by parameters: how far each target moves, in half bands, as a parameter crosses its prior range."""
    whole = table.pivot(index="path", columns="target", values="swing_half_bands")
    whole = whole.loc[whole.abs().max(axis=1).sort_values(ascending=False).index, list(dict.fromkeys(table["target"]))]
    with styled():
        canvas, ax = subplots(figsize=(9.5, 0.21 * len(whole) + 1.6), layout="constrained")
        shown = ax.imshow(np.clip(whole.to_numpy(), -3, 3), cmap="RdBu_r", vmin=-3, vmax=3, aspect="auto")
        ax.set_xticks(range(whole.shape[1]), whole.columns, rotation=70, fontsize=7)
        ax.set_yticks(range(len(whole)), [path.removeprefix("population.") for path in whole.index], fontsize=7)
        canvas.colorbar(shown, ax=ax, label="half bands over the prior range", shrink=0.5)
        ax.set_title("What each target pins", fontsize=9)
    return canvas


def ranking_figure(summary: pd.DataFrame) -> Any:
    """Role models and levers, growth and conflict: share of parameter sets in which each comes first, and its range of ranks."""
    named, better = titles(), {"revenue_growth": "highest growth", "conflict_rate": "lowest conflict"}
    with styled():
        canvas, axes = subplots(2, 2, figsize=(11, 5.2), layout="constrained")
        for row, kind in zip(axes, ("role_model", "lever")):
            for ax, outcome in zip(row, ("revenue_growth", "conflict_rate")):
                part = summary[(summary["kind"] == kind) & (summary["outcome"] == outcome)].reset_index(drop=True)
                for place, item in enumerate(part.to_dict("records")):
                    colour = WORSE if item["first_share"] < 0.05 else BETTER
                    ax.plot([item["rank_low"], item["rank_high"]], [place, place], "o-", color=colour, lw=3, markersize=5)
                    ax.text(len(part) + 0.3, place, f"first in {item['first_share']:.0%}", va="center", fontsize=7, ha="left")
                ax.set_yticks(range(len(part)), [named.get(name, spoken(name)) for name in part["name"]], fontsize=7)
                ax.set_xlim(0.7, len(part) + 0.35 * len(part) + 0.9)
                ax.set_xlabel("rank (1: largest effect)" if kind == "lever" else f"rank (1: {better[outcome]})", fontsize=7)
                ax.set_xticks(range(1, len(part) + 1))
                ax.invert_yaxis()
                ax.set_title(f"{kind}s: rank on {outcome.replace('_', ' ')} in nine sets of ten", fontsize=8)
    return canvas


def write_figures(fit: Any, tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """`marginals`, `pairs`, `pins` and `rankings` as PNG and SVG."""
    drawn = {
        "marginals": marginal_figure(fit, tables["marginals"]),
        "pairs": pair_figure(fit, tables["marginals"]),
        "pins": pin_figure(tables["pins"]),
        "rankings": ranking_figure(tables["ranking_summary"]),
    }
    for name, canvas in drawn.items():
        save(canvas, folder, name, kinds=("svg", "png"))
