"""Differences between arms, and how far levers move an outcome: each with its interval and the colour of its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.intervals import look, verdict
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots.canvas import Axes, styled, subplots, under_our_style
from tandem.sim.plots.style import (
    INK,
    QUIET,
    WORDS,
    axes_for,
    better_words,
    dark,
    dress,
    lowered,
    number_text,
    scale,
    signed_text,
    spoken,
    verdict_colour,
    wrapped,
    write_numbers,
    write_title,
)
from tandem.sim.texts import typeset

if TYPE_CHECKING:
    import pandas as pd


@under_our_style
def plot_comparison(
    table: pd.DataFrame,
    outcomes: Iterable[str] | None = None,
    axes: Any = None,
    *,
    lang: str = "en",
    labels: Mapping[str, str] | None = None,
) -> np.ndarray:
    """Differences from the baseline with their 95% intervals: a panel an outcome, a line an arm.

    `table` as in `Comparison.table`; `labels`: what to call an arm. Green helps, vermilion harms, blue is decided where
    no direction is better, hollow grey is undecided. Returns the axes, one an outcome.
    """
    names = list(dict.fromkeys(table["outcome"])) if outcomes is None else list(outcomes)
    baseline = table["scenario"].iloc[0]
    arms = [arm for arm in dict.fromkeys(table["scenario"]) if arm != baseline]
    named = {arm: wrapped((labels or {}).get(arm, arm), 32) for arm in arms}
    named[baseline] = (labels or {}).get(baseline, baseline)
    lines = max(name.count("\n") + 1 for name in named.values())
    if axes is None:
        across = 1 if len(names) == 1 else 2
        down = -(-len(names) // across)
        with styled():
            axes = subplots(
                down,
                across,
                figsize=(6.4 * across, down * (1.4 + (0.1 + 0.15 * lines) * len(arms))),
                squeeze=False,
            )[1]
        for spare in axes.ravel()[len(names) :]:
            spare.remove()
        axes = axes.ravel()[: len(names)]
        across_shown = across
    else:
        axes, across_shown = np.asarray([axes] if isinstance(axes, Axes) else axes, dtype=object).ravel(), 1
    if len(axes) != len(names):
        raise ValueError(f"plot_comparison: {len(names)} outcomes need as many axes, not {len(axes)}")
    for index, (ax, name) in enumerate(zip(axes, names)):
        _panel(ax, table[table["outcome"] == name].set_index("scenario"), name, arms, baseline, lang, named)
        if index % across_shown:
            ax.set_yticklabels([])
    return np.asarray(axes, dtype=object)


def _panel(ax: Axes, rows: pd.DataFrame, name: str, arms: list[str], baseline: str, lang: str, labels: Mapping[str, str]) -> None:
    known = OUTCOMES[name]
    factor, unit = scale(known, lang)
    dress(ax, "x")
    ax.axvline(0, color=QUIET, linewidth=1, zorder=1)
    widths = factor * (rows["high"] - rows["low"]).reindex(arms)
    width = float(widths[widths > 0].median()) if (widths > 0).any() else 0.0
    texts = []
    for place, arm in enumerate(arms):
        row: Any = rows.loc[arm]
        if row["n"] == 0 or np.isnan(row["difference"]):
            texts.append((0.0, place, WORDS["none"][lang], QUIET))
            continue
        low, middle, high = (factor * row[part] for part in ("low", "difference", "high"))
        colour = verdict_colour(row["verdict"], known.better)
        hollow = look(row["verdict"], known.better) == "open"
        if not np.isnan(low):
            ax.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="butt", zorder=2)
        ax.plot(
            [middle], [place], marker="o", markersize=7, color=colour, zorder=3, markerfacecolor="white" if hollow else colour
        )
        said = WORDS["same"][lang] if row["verdict"] == "same" else signed_text(middle, width or abs(middle), lang)
        texts.append((np.nanmax([high, middle]), place, said, colour))
    left, right = ax.get_xlim()
    left, right = min(left, 0.0), max(right, 0.0)
    if right - left < 1e-12:
        left, right = -1.0, 1.0
    room = right - left
    ax.set_xlim(left - 0.06 * room, right + 0.24 * room)
    for x, place, said, colour in texts:
        ax.annotate(
            said,
            (x, place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=dark(colour),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
    ax.set_ylim(len(arms) - 0.4, -0.6)
    ax.set_yticks(range(len(arms)), [labels[arm] for arm in arms])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    write_title(ax, known.title(lang), better_words(known, lang))
    start = factor * float(rows["mean"][baseline])
    mean = f" ({number_text(start, width or abs(start), lang)})" if not np.isnan(start) else ""
    ax.set_xlabel(f"{unit}\n" + wrapped(f"{WORDS['against'][lang]} {labels[baseline]}{mean}", 68))
    write_numbers(ax.xaxis, lang)


@under_our_style
def plot_lever_effects(table: pd.DataFrame, ax: Axes | None = None, *, output: str | None = None, lang: str = "en") -> Axes:
    """How far each input moves an outcome: a dot an input with its interval, the largest on top.

    `table`: columns input, estimate, low, high; rows of other measures than "effect", or of other outputs than `output`,
    are left out where those columns exist.
    """
    if "measure" in table:
        table = table[table["measure"] == "effect"]
    if "output" in table:
        output = output or str(table["output"].iloc[0])
        table = table[table["output"] == output]
    order = table["estimate"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    ax = axes_for(ax, (7.0, 1.2 + 0.36 * len(table)), "x")
    known = OUTCOMES.get(output or "")
    factor, unit = scale(known, lang) if known else (1.0, "")
    better = known.better if known else "neither"
    ax.axvline(0, color=QUIET, linewidth=1, zorder=1)
    width = float(((table["high"] - table["low"]) * factor).median())
    rows = list(enumerate(zip(table["estimate"] * factor, table["low"] * factor, table["high"] * factor)))
    for place, (middle, low, high) in rows:
        word = verdict(low, high)
        colour = verdict_colour(word, better)
        ax.barh(place, middle, height=0.55, color=colour, alpha=0.35, zorder=1)
        ax.plot([low, high], [place, place], color=colour, linewidth=2.5, solid_capstyle="butt", zorder=2)
        ax.plot(
            [middle],
            [place],
            "o",
            color=colour,
            markersize=6,
            zorder=3,
            markerfacecolor="white" if look(word, better) == "open" else colour,
        )
    edges = [edge for _, row in rows for edge in row if not np.isnan(edge)]
    left, right = min([0.0, *edges]), max([0.0, *edges])
    room = max(right - left, 1e-12)
    ax.set_xlim(left - (0.22 * room if left < 0 else 0.04 * room), right + 0.22 * room)
    for place, (middle, low, high) in rows:
        outward = middle >= 0
        edge = np.nanmax([high, middle]) if outward else np.nanmin([low, middle])
        ax.annotate(
            signed_text(middle, width or abs(middle), lang),
            (edge, place),
            textcoords="offset points",
            xytext=(7 if outward else -7, 0),
            va="center",
            ha="left" if outward else "right",
            fontsize=9,
        )
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_yticks(range(len(table)), [wrapped(spoken(name)) for name in table["input"]])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    what = typeset(lowered(known.title(lang)), lang) if known else output or "y"
    write_title(ax, f"{WORDS['effect'][lang]} {what}", better_words(known, lang) if known else "")
    write_numbers(ax.xaxis, lang)
    ax.set_xlabel(unit)
    return ax
