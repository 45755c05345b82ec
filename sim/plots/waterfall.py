"""Why a stock moved, cause by cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sim.plots.canvas import Axes, under_our_style
from tandem.sim.plots.style import (
    BETTER,
    INK,
    QUIET,
    WORDS,
    WORSE,
    axes_for,
    lowered,
    say,
    scale,
    signed_text,
    wrapped,
    write_numbers,
    write_title,
)
from tandem.sim.texts import text
from tandem.sim.weekly import WEEKLY

if TYPE_CHECKING:
    import pandas as pd


@under_our_style
def plot_waterfall(
    contributions: pd.DataFrame,
    stock: str,
    ax: Axes | None = None,
    *,
    lang: str = "en",
    labels: Mapping[str, str] | None = None,
    most: int = 12,
) -> Axes:
    """Why a stock moved: its causes added up over the weeks given, largest first, down to the change in all.

    `contributions` as in `Run.contributions` (take the weeks you ask about). Beyond `most` causes the smallest are drawn
    together, and named as many.
    """
    rows = contributions[contributions["stock"] == stock]
    amounts = rows.groupby("cause", sort=False)["amount"].sum()
    amounts = amounts[amounts.abs() > 0]
    amounts = amounts.loc[amounts.abs().sort_values(ascending=False, kind="stable").index]
    named: Any = labels or {}
    bars = [(named.get(cause) or text(f"cause.{cause}", lang, amount=amount), amount) for cause, amount in amounts.items()]
    if len(bars) > most:
        rest = bars[most - 1 :]
        bars = [*bars[: most - 1], (f"{len(rest)} {WORDS['rest'][lang]}", sum(amount for _, amount in rest))]
    ax = axes_for(ax, (7.6, 1.3 + 0.32 * (len(bars) + 1)), "x")
    column = WEEKLY[stock]
    write_title(ax, f"{WORDS['change'][lang]} {lowered(column.title(lang))}")
    ax.set_xlabel(scale(column, lang)[1])
    write_numbers(ax.xaxis, lang)
    if not bars:
        return say(ax, "0")
    total = float(amounts.sum())
    bad = stock == "relationship_conflict"
    reached, edges, marks = 0.0, [0.0], []
    for place, (_, amount) in enumerate(bars):
        colour = BETTER if (amount > 0) != bad else WORSE
        ax.barh(place, amount, left=reached, height=0.62, color=colour, alpha=0.75)
        after = reached + amount
        ax.plot([after, after], [place - 0.31, place + 1.31], color=QUIET, linewidth=0.8)
        marks.append((max(reached, after), place, amount))
        reached = after
        edges.append(after)
    ax.barh(len(bars), total, height=0.62, color=INK)
    marks.append((max(0.0, total), len(bars), total))
    room = max(max(edges) - min(edges), 1e-12)
    ax.set_xlim(min(edges) - 0.03 * room, max(edges) + 0.16 * room)
    for x, place, amount in marks:
        ax.annotate(
            signed_text(amount, 0.1 * room, lang), (x, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9
        )
    ax.axvline(0, color=QUIET, linewidth=1)
    ax.set_ylim(len(bars) + 0.6, -0.6)
    ax.set_yticks(range(len(bars) + 1), [wrapped(name, 40) for name, _ in bars] + [WORDS["in_all"][lang]])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    return ax
