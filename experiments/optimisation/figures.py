"""The finalists of an optimisation, drawn: a front of two wishes, or one wish with its intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tandem.experiments.pages.figure import save
from tandem.experiments.pages.numbers import scaled
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots import BLUE, INK, QUIET
from tandem.sim.plots.canvas import styled, subplots

if TYPE_CHECKING:
    from tandem.experiments.optimisation.optimise import Optimum


def axis_title(outcome: str) -> str:
    """What a gain is a gain of, with its unit, said so that more is better."""
    change = "less" if OUTCOMES[outcome].better == "low" else "more"
    return f"{OUTCOMES[outcome].title()}: how much {change} ({scaled(outcome)[1]})"


def plot_optimum(found: Optimum, ax: Any = None) -> Any:
    """Two wishes (the first two) against each other, the front joined, grey what was proposed; one wish: a line a finalist."""
    table, names = found.table, found.wishes
    with styled():
        if ax is None:
            _, ax = subplots(figsize=(6.4, 4.4))
        if len(names) == 1:
            _one(ax, table, names[0])
        else:
            _front(ax, found, names[0], names[1])
        ax.set_title(f"{found.scenario}, {found.budget.told}; 95% intervals", fontsize=9, color=QUIET, loc="left")
    return ax


def _one(ax: Any, table: Any, name: str) -> None:
    factor = scaled(name)[0]
    rows = table.iloc[::-1]
    gain, low, high = (factor * rows[key].to_numpy() for key in (name, f"{name}_low", f"{name}_high"))
    ax.errorbar(gain, range(len(rows)), xerr=[gain - low, high - gain], fmt="o", color=BLUE, capsize=3)
    ax.set_yticks(range(len(rows)), [f"{choice} ({word})" for choice, word in zip(rows["choice"], rows["verdict"])], fontsize=8)
    ax.axvline(0.0, color=QUIET, linewidth=0.8)
    ax.set_xlabel(axis_title(name))


def _front(ax: Any, found: Optimum, one: str, other: str) -> None:
    x, y = scaled(one)[0], scaled(other)[0]
    ax.scatter(x * found.proposed[one], y * found.proposed[other], s=9, color=QUIET, alpha=0.5, linewidths=0)
    rows = found.table.sort_values(one)
    for name, ends in ((one, "x"), (other, "y")):
        factor = x if name == one else y
        error = [factor * (rows[name] - rows[f"{name}_low"]), factor * (rows[f"{name}_high"] - rows[name])]
        ax.errorbar(x * rows[one], y * rows[other], **{f"{ends}err": error}, fmt="none", ecolor=BLUE, capsize=2, linewidth=0.8)
    front = rows[rows["verdict"] == "on the front"]
    ax.plot(x * front[one], y * front[other], color=BLUE, marker="o", markersize=4)
    for number, row in enumerate(rows.to_dict("records"), 1):
        ax.annotate(f" {number}", (x * row[one], y * row[other]), fontsize=8, color=INK)
    ax.set_xlabel(axis_title(one))
    ax.set_ylabel(axis_title(other))


def write_figure(found: Optimum, folder: Path) -> None:
    """`optimum.svg` and `optimum.png` with their data beside them."""
    save(plot_optimum(found), folder, "optimum", found.table, ("svg", "png"))
