"""One run, drawn week by week."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.plots.canvas import Axes, plt, styled, subplots, under_our_style
from tandem.sim.plots.style import (
    BLUE,
    CEO_COLOUR,
    COO_COLOUR,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WORDS,
    axes_for,
    dark,
    say,
    scale,
    write_numbers,
    write_title,
)
from tandem.sim.weekly import WEEKLY

if TYPE_CHECKING:
    import pandas as pd


COLUMN_COLOURS = {
    "ceo_trust": CEO_COLOUR,
    "ceo_hours_used": CEO_COLOUR,
    "ceo_fatigue": CEO_COLOUR,
    "coo_trust": COO_COLOUR,
    "coo_hours_used": COO_COLOUR,
    "coo_fatigue": COO_COLOUR,
    "relationship_conflict": PURPLE,
    "role_clarity": SKY,
    "satisfaction": GREEN,
    "brand_awareness": ORANGE,
    "revenue": INK,
    "process_episodes": BLUE,
    "task_episodes": ORANGE,
    "relationship_episodes": PURPLE,
}

PANELS: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    (
        {"en": "Trust, tension and role clarity", "fr": "Confiance, tension et clarté des rôles"},
        ("ceo_trust", "coo_trust", "relationship_conflict", "role_clarity"),
    ),
    ({"en": "Conflicts so far", "fr": "Conflits cumulés"}, ("process_episodes", "task_episodes", "relationship_episodes")),
    ({"en": "Satisfaction and brand awareness", "fr": "Satisfaction et notoriété"}, ("satisfaction", "brand_awareness")),
    ({"en": "Revenue", "fr": "Chiffre d'affaires"}, ("revenue",)),
)
ADDED_UP = {"process_episodes", "task_episodes", "relationship_episodes"}


@under_our_style
def plot_weekly(
    weekly: pd.DataFrame, columns: Sequence[str], ax: Axes | None = None, *, lang: str = "en", title: str | None = None
) -> Axes:
    """Columns of the weekly table (of one unit) over the weeks, each named at its end."""
    ax = axes_for(ax, (7.0, 3.4))
    weeks, ends = weekly["week"].to_numpy(), []
    for index, name in enumerate(columns):
        values = weekly[name].to_numpy(dtype=float)
        if name in ADDED_UP and not np.isnan(values).all():
            values = np.nancumsum(values)
        colour = COLUMN_COLOURS.get(name, (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)[index % 6])
        defined = np.flatnonzero(~np.isnan(values))
        if len(defined) == 0:
            continue
        ax.plot(weeks, values, color=colour, linewidth=1.8)
        ends.append((values[defined[-1]], WEEKLY[name].title(lang), colour))
    first = WEEKLY[columns[0]]
    added = first.name in ADDED_UP
    write_title(ax, title or first.title(lang))
    ax.set_xlabel(WORDS["week"][lang])
    ax.set_ylabel(WORDS["episodes"][lang] if added else scale(first, lang)[1])
    if first.unit in ("0-1", "probability"):
        ax.set_ylim(0, 1.02)
    elif added or first.name == "revenue":
        ax.set_ylim(0, max(ax.get_ylim()[1], 4.0 if added else 0.0))
    ax.set_xlim(weeks[0], weeks[-1])
    _quarters(ax, int(weeks[-1]))
    write_numbers(ax.yaxis, lang)
    if not ends:
        say(ax, WORDS["none"][lang])
    elif len(columns) > 1:
        _name_ends(ax, weeks[-1], ends)
    return ax


@under_our_style
def plot_run(weekly: pd.DataFrame, axes: Any = None, *, lang: str = "en") -> np.ndarray:
    """Four panels of one run: trust, tension and clarity; conflicts added up; customers' view; revenue.

    `axes`: four axes, or None for a new figure. Returns the four axes.
    """
    if axes is None:
        with styled():
            axes = subplots(2, 2, figsize=(12.0, 6.6))[1]
    drawn: np.ndarray = np.asarray(axes, dtype=object)
    if drawn.size != len(PANELS):
        raise ValueError(f"plot_run draws on {len(PANELS)} axes, not {drawn.size}")
    for ax, (titles, columns) in zip(drawn.ravel(), PANELS):
        plot_weekly(weekly, columns, ax, lang=lang, title=titles[lang])
    return drawn


def _quarters(ax: Axes, weeks: int) -> None:
    """Ticks at the ends of years, or of quarters in a short run."""
    step = 52 if weeks > 104 else 26 if weeks > 52 else 13
    step *= max(1, -(-weeks // (step * 12)))
    ax.set_xticks(range(0, weeks + 1, step))
    ax.set_xticks(range(0, weeks + 1, 13), minor=True) if weeks <= 520 else None


def _name_ends(ax: Axes, x: float, ends: list[tuple[float, str, str]]) -> None:
    """Write each line's name at its end, moved apart where two would overlap."""
    low, high = ax.get_ylim()
    gap = 0.085 * (high - low)
    ends = sorted(ends)
    places = [value for value, _, _ in ends]
    for _ in range(200):
        moved = False
        for i in range(len(places) - 1):
            short = gap - (places[i + 1] - places[i])
            if short > 1e-9 * (high - low):
                places[i] -= 0.5 * short
                places[i + 1] += 0.5 * short
                moved = True
        sunk = max(0.0, low + 0.3 * gap - places[0])
        risen = max(0.0, places[-1] - (high - 0.3 * gap))
        places[0] += sunk
        places[-1] -= risen
        if not moved and not sunk and not risen:
            break
    for place, (_, name, colour) in zip(places, ends):
        ax.annotate(
            name,
            (x, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=dark(colour),
            fontsize=9.5,
            annotation_clip=False,
        )


def still(axes: Any, words: str, dpi: int = 72) -> str:
    """The figure that `axes` belong to as an HTML image inside the page (PNG), `words` for who cannot see it; closes it."""
    first = np.asarray(axes, dtype=object).ravel()[0]
    buffer = io.BytesIO()
    first.figure.savefig(buffer, format="png", dpi=dpi)
    plt.close(first.figure)
    return f'<img alt="{html.escape(words)}" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def still_run(weekly: pd.DataFrame, lang: str = "en") -> str:
    """A run in a strip: trust and role clarity, and revenue."""
    with styled():
        axes = subplots(1, 2, figsize=(9.0, 2.6))[1]
        plot_weekly(weekly, ("trust", "role_clarity"), axes[0], lang=lang)
        plot_weekly(weekly, ("revenue",), axes[1], lang=lang)
    return still(axes, f"{WEEKLY['trust'].title(lang)}, {WEEKLY['role_clarity'].title(lang)}, {WEEKLY['revenue'].title(lang)}")
