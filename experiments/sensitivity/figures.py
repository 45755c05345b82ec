"""Figures of an analysis: bars of shares with totals and intervals, main effects, interactions, convergence, effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.figure import save
from tandem.experiments.pages.numbers import scaled
from tandem.experiments.pages.telling import form, said, word
from tandem.experiments.pages.words import spoken, title_of
from tandem.experiments.sensitivity.estimates import as_difference
from tandem.sim.copies import side_by_side
from tandem.sim.intervals import DECIDED, verdict
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots import BLUE, INK, ORANGE, QUIET
from tandem.sim.plots.canvas import plt, styled, subplots
from tandem.sim.plots.style import verdict_colour

MOST_INPUTS = 15
FEW_INPUTS = 6  # so many are drawn large enough for a phone
NAMES_ALONE = ("role_model", "context", "parameter_set")  # their values are names without an order: no top and bottom, no curve


def spoken_output(name: str) -> str:
    """An outcome's title with its unit, or the name of any other output."""
    return f"{title_of(name)} ({seen(name)[1]})" if name in OUTCOMES else name


def seen(name: str) -> tuple[float, str]:
    """Factor and unit in which a reader sees an output: shares as percent."""
    return scaled(name) if name in OUTCOMES else (1.0, "")


def file_word(name: str) -> str:
    """A name as a part of a file name."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)


def footing(found: Any, output: str) -> str:
    """What every figure states: rows, replicates, noise share and verdict."""
    noise = found.get("noise_share", "", output)["estimate"]
    share = word("not defined") if np.isnan(noise) else form(noise, ".2f")
    slots = {"n": found.n, "replicates": found.replicates, "share": share, "verdict": word(found.verdict_on(output))}
    return said("analysis.footing", **slots)


def leading(found: Any, output: str) -> list[str]:
    """Groups by total index, the largest first; at most fifteen."""
    rows = found.table[(found.table["output"] == output) & (found.table["measure"] == "total_mean")]
    return list(rows.sort_values("estimate", ascending=False, kind="stable")["input"])[:MOST_INPUTS]


def plot_shares(found: Any, output: str, axes: Any = None) -> Any:
    """Shapley share of each input as a bar (its total index where there is none), with first and total index beside it."""
    with styled():
        names = leading(found, output)
        ax = axes if axes is not None else subplots(figsize=(7.6, 1.9 + 0.42 * len(names)))[1]
        rows = found.table[found.table["output"] == output].set_index(["measure", "input"])
        bar = "shapley_mean" if "shapley_mean" in found.table["measure"].values else "total_mean"
        places = found.rank_intervals[output]
        for y, name in enumerate(names):
            row = rows.loc[(bar, name)]
            ax.barh(y, row["estimate"], height=0.56, color=BLUE, alpha=0.35, linewidth=0)
            ax.plot([row["low"], row["high"]], [y, y], color=BLUE, linewidth=2.2, solid_capstyle="butt")
            for measure, marker, colour, off in (("first_mean", "|", INK, -0.17), ("total_mean", "D", ORANGE, 0.17)):
                mark = rows.loc[(measure, name)]
                ax.plot([mark["low"], mark["high"]], [y + off, y + off], color=colour, linewidth=1)
                ax.plot([mark["estimate"]], [y + off], marker, color=colour, markersize=6 if marker == "|" else 4.5)
        ax.set_yticks(range(len(names)), [f"{places[name]}. {spoken(name)}" for name in names], color=INK)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
        ax.set_xlabel(said("analysis.plot.shapley" if bar == "shapley_mean" else "analysis.plot.total"))
        ax.set_title(
            said("analysis.plot.drives", output=spoken_output(output)), loc="left", fontsize=11, fontweight="bold", color=INK
        )
        ax.text(
            0.0,
            -0.02 - 1.15 / (1.9 + 0.42 * len(names)),
            footing(found, output),
            transform=ax.transAxes,
            fontsize=8,
            color=QUIET,
            va="top",
        )
    return ax


def plot_effects(found: Any, output: str, axes: Any = None) -> Any:
    """Tornado: mean of the top fifth of each factor less the bottom fifth, with its interval; hollow where undecided."""
    with styled():
        rows = found.table[(found.table["output"] == output) & (found.table["measure"] == "effect")]
        rows = rows[~rows["input"].isin(NAMES_ALONE)]
        rows = rows.reindex(rows["estimate"].abs().sort_values(ascending=False, kind="stable").index)[:MOST_INPUTS]
        ax = axes if axes is not None else subplots(figsize=(7.6, 1.8 + 0.34 * len(rows)))[1]
        better = OUTCOMES[output].better if output in OUTCOMES else "neither"
        factor, unit = seen(output)
        for y, row in enumerate(rows.to_dict("records")):
            moved = as_difference(row["verdict"])
            decided, colour = moved in DECIDED, verdict_colour(moved, better)
            ax.plot([factor * row["low"], factor * row["high"]], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
            ax.plot(
                [factor * row["estimate"]], [y], "o", color=colour, markerfacecolor=colour if decided else "white", markersize=7
            )
        ax.axvline(0.0, color=INK, linewidth=1)
        ax.set_yticks(range(len(rows)), [spoken(name) for name in rows["input"]], color=INK)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        told = f", {unit}" if unit else ""
        ax.set_xlabel(said("analysis.plot.fifths", unit=told))
        ax.set_title(
            said("analysis.plot.how_far", output=spoken_output(output)), loc="left", fontsize=11, fontweight="bold", color=INK
        )
    return ax


def plot_curves(found: Any, output: str) -> Any:
    """Main effect of each factor over its range, a panel each, with its 95% band."""
    rows = found.curves[found.curves["output"] == output]
    labels = [name for name in dict.fromkeys(rows["input"]) if name not in NAMES_ALONE][:MOST_INPUTS]
    with styled():
        across, factor = min(2 if len(labels) <= FEW_INPUTS else 4, len(labels)), seen(output)[0]
        down = -(-len(labels) // across)
        canvas, axes = subplots(down, across, figsize=(2.6 * across + 0.6, 2.2 * down + 0.8), sharey=True, squeeze=False)
        for at, label in enumerate(labels):
            ax, part = axes[at // across][at % across], rows[rows["input"] == label]
            ax.fill_between(part["level"], factor * part["low"], factor * part["high"], color=BLUE, alpha=0.2, linewidth=0)
            ax.plot(part["level"], factor * part["effect"], color=BLUE, linewidth=1.6)
            ax.axhline(0.0, color=QUIET, linewidth=0.8)
            ax.set_title(spoken(label), loc="left", fontsize=9.5, color=INK)
            ax.set_xlim(0, 1)
        for spare in axes.ravel()[len(labels) :]:
            spare.remove()
        canvas.supxlabel(said("analysis.plot.level"), fontsize=9)
        canvas.supylabel(said("analysis.plot.less_mean", output=spoken_output(output)), fontsize=9)
    return canvas


def plot_convergence(found: Any, output: str, axes: Any = None) -> Any:
    """Total indices at a quarter, a half and all of the rows."""
    rows = found.convergence[found.convergence["output"] == output]
    with styled():
        ax = axes if axes is not None else subplots(figsize=(6.4, 3.4))[1]
        names = leading(found, output)[:8]
        stages = sorted(set(rows["n"]))
        ends = [float(rows[rows["input"] == name]["estimate"].iloc[-1]) for name in names]
        heights = apart(ends, 0.062 * max(rows["high"].max() - rows["low"].min(), 1e-9))
        for at, name in enumerate(names):
            part = rows[rows["input"] == name]
            shift = 0.06 * (at - len(names) / 2)
            where = [stages.index(n) + shift for n in part["n"]]
            ax.errorbar(
                where, part["estimate"], yerr=part["high"] - part["estimate"], fmt="o", markersize=4, capsize=2, linewidth=1
            )
            ax.annotate(
                spoken(name),
                (where[-1], ends[at]),
                (len(stages) - 0.6, heights[at]),
                fontsize=8,
                color=INK,
                va="center",
                arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.5},
            )
        ax.set_xticks(range(len(stages)), [form(n, ",") for n in stages])
        ax.set_xlim(-0.5, len(stages) + 0.1)
        ax.spines["right"].set_visible(False)  # names may need more room than that
        ax.set_xlabel(said("analysis.plot.rows"))
        ax.set_ylabel(said("analysis.plot.total_share"))
        ax.set_title(
            said("analysis.plot.convergence", output=spoken_output(output)), loc="left", fontsize=11, fontweight="bold", color=INK
        )
    return ax


def apart(heights: list[float], least: float) -> list[float]:
    """Heights of labels, given from the highest to the lowest, moved down until each is `least` below the one before."""
    found: list[float] = []
    for height in heights:
        found.append(min(height, found[-1] - least) if found else height)
    return found


def plot_interactions(found: Any, output: str, axes: Any = None) -> Any:
    """Interactions of two as a matrix; a cell says its share where its interval excludes zero, else "?"."""
    names = leading(found, output)
    rows = found.table[(found.table["output"] == output) & (found.table["measure"] == "interaction_mean")]
    known = {tuple(sorted(row["input"].split(" & "))): row for row in rows.to_dict("records") if row["input"].count(" & ") == 1}
    with styled():
        size = 1.9 + 0.52 * len(names)
        ax = axes if axes is not None else subplots(figsize=(size + 1.2, size))[1]
        cells = np.full((len(names), len(names)), np.nan)
        for i, first in enumerate(names):
            for j, second in enumerate(names):
                if j >= i or (row := known.get(tuple(sorted((first, second))))) is None:
                    continue
                cells[i, j] = max(row["estimate"], 0.0)
                ended = verdict(row["low"], row["high"])
                told = form(row["estimate"], ".2f") if ended in DECIDED else "0" if ended == "same" else "?"
                ax.text(j, i, told, ha="center", va="center", fontsize=8, color=INK)
        ax.imshow(cells, cmap="Blues", vmin=0, vmax=max(0.2, float(np.nanmax(cells)) * 1.6) if np.isfinite(cells).any() else 1)
        ax.set_xticks(range(len(names)), [spoken(name) for name in names], rotation=45, ha="right", fontsize=8)
        ax.set_yticks(range(len(names)), [spoken(name) for name in names], fontsize=8)
        ax.set_title(said("analysis.plot.interactions", output=spoken_output(output)), loc="left", fontsize=10, color=INK)
    return ax


def write_figures(found: Any, folder: Path) -> list[str]:
    """Every figure as SVG with its data as CSV; returns their names. Outputs that never change have none."""
    jobs: dict[str, Callable[[], Any]] = {}
    for output in found.outputs:
        if np.isnan(found.get("noise_share", "", output)["estimate"]):
            continue
        table = found.table[found.table["output"] == output]
        known = not table.loc[table["measure"] == "total_mean", "estimate"].isna().any()
        drawn: dict[str, tuple[Any, pd.DataFrame]] = {
            "effects": (plot_effects, table[table["measure"].isin(["effect", "direction"])])
        }
        drawn["curves"] = (plot_curves, found.curves[found.curves["output"] == output])
        if known:
            shares = ["first_mean", "total_mean", "shapley_mean"]
            drawn["shares"] = (plot_shares, table[table["measure"].isin(shares)])
            drawn["convergence"] = (plot_convergence, found.convergence[found.convergence["output"] == output])
        if known and (table["measure"] == "interaction_mean").any():
            drawn["interactions"] = (plot_interactions, table[table["measure"] == "interaction_mean"])
        for kind, (draw, data) in drawn.items():
            name = f"{kind}_{file_word(output)}"
            jobs[name] = partial(_drawn, draw, found, output, folder, name, data)
    side_by_side(list(jobs.values()))
    return list(jobs)


def _drawn(draw: Callable[..., Any], found: Any, output: str, folder: Path, name: str, data: pd.DataFrame) -> None:
    save(draw(found, output), folder, name, data)


def plot_strata(rows: pd.DataFrame, output: str, labels: Mapping[str, str] | None = None) -> Any:
    """Heat maps of levers by role model and context: total index (left) and effect (right); grey where not defined, a dot where
    the effect's sign is decided."""
    parts = list(dict.fromkeys(rows["part"]))
    levers = list(dict.fromkeys(rows.loc[rows["measure"] == "total_mean", "input"]))
    with styled():
        longest = max(len((labels or {}).get(part, part)) for part in parts)
        canvas, axes = subplots(1, 2, figsize=(10.4 + 0.05 * max(0, longest - 45), 1.9 + 0.24 * len(parts)), sharey=True)
        for ax, measure, colours in ((axes[0], "total_mean", "Blues"), (axes[1], "effect", "PuOr_r")):
            table = rows[rows["measure"] == measure].pivot_table("estimate", "part", "input", dropna=False, observed=False)
            cells = table.reindex(index=parts, columns=levers).to_numpy(dtype=float) * (
                1.0 if measure == "total_mean" else seen(output)[0]
            )
            most = float(np.nanmax(np.abs(cells))) if np.isfinite(cells).any() else 1.0
            shade = plt.get_cmap(colours).with_extremes(bad="#e4e4e4")
            drawn = ax.imshow(cells, cmap=shade, aspect="auto", vmin=0.0 if measure == "total_mean" else -most, vmax=most)
            canvas.colorbar(
                drawn,
                ax=ax,
                shrink=0.6,
                label=said("analysis.plot.total_share")
                if measure == "total_mean"
                else said("analysis.plot.effect", unit=seen(output)[1]),
            )
            ax.set_xticks(range(len(levers)), [spoken(lever) for lever in levers], rotation=40, ha="right", fontsize=8)
            ax.tick_params(length=0)
        decided = rows[(rows["measure"] == "effect") & rows["verdict"].map(as_difference).isin(DECIDED)]
        axes[1].plot(
            [levers.index(name) for name in decided["input"]],
            [parts.index(name) for name in decided["part"]],
            "o",
            color=INK,
            markersize=2.5,
        )
        axes[0].set_yticks(range(len(parts)), [(labels or {}).get(part, part) for part in parts], fontsize=8, color=INK)
        canvas.suptitle(said("analysis.plot.strata", output=spoken_output(output)), fontsize=10)
    return canvas
