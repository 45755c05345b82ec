"""Figures in one style: colours that most eyes can tell apart, names beside the marks, uncertainty always drawn.

Every function takes tables, never a run; it takes the axes to draw on (or makes them), returns them, and neither shows
nor saves. Titles state the quantity; what it means is for the reader of an experiment to say.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import ScalarFormatter

from tandem.sim.outcomes import OUTCOMES, Outcome
from tandem.sim.texts import number, text
from tandem.sim.weekly import WEEKLY, Column

if not plt.get_fignums():
    # Settled now: settled inside `rc_context`, a notebook's switch to show figures would be undone at its end.
    plt.switch_backend(matplotlib.get_backend())

# Okabe & Ito 2008, "Color universal design".
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
INK, QUIET, GRID = "#222222", "#6b6b6b", "#e4e4e4"
CEO_COLOUR, COO_COLOUR, PAIR_COLOUR = BLUE, VERMILION, INK
FAMILY_COLOURS = {"market": GREEN, "pair": PURPLE, "deciding": BLUE, "work": ORANGE}
BETTER, WORSE, UNDECIDED = GREEN, VERMILION, "#8a8a8a"

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
WORDS = {
    "week": {"en": "Week", "fr": "Semaine"},
    "runs": {"en": "Runs", "fr": "Simulations"},
    "median": {"en": "median", "fr": "médiane"},
    "nine": {"en": "9 runs in 10", "fr": "9 simulations sur 10"},
    "against": {"en": "difference from", "fr": "écart avec"},
    "none": {"en": "not defined", "fr": "non défini"},
    "change": {"en": "Change of", "fr": "Variation :"},
    "in_all": {"en": "in all", "fr": "au total"},
    "rest": {"en": "smaller causes", "fr": "causes mineures"},
    "swing": {"en": "Swing of", "fr": "Amplitude :"},
    "better": {"en": "better", "fr": "mieux"},
    "same": {"en": "same in every pair", "fr": "identique partout"},
    "episodes": {"en": "episodes", "fr": "épisodes"},
}
PER_CENT = {
    "share": {"en": "%", "fr": "%"},
    "share/year": {"en": "% a year", "fr": "% par an"},
    "share of revenue": {"en": "% of revenue", "fr": "% du chiffre d'affaires"},
    "customers/lead": {"en": "% of leads", "fr": "% des prospects"},
}

STYLE: Any = {
    "font.size": 10,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": QUIET,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


# -- one run -----------------------------------------------------------------------------------


def plot_weekly(
    weekly: pd.DataFrame, columns: Sequence[str], ax: Axes | None = None, *, lang: str = "en", title: str | None = None
) -> Axes:
    """Columns of the weekly table (of one unit) over the weeks, each named at its end."""
    ax = _axes(ax, (7.0, 3.4))
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
    _title(ax, title or first.title(lang))
    ax.set_xlabel(WORDS["week"][lang])
    ax.set_ylabel(WORDS["episodes"][lang] if added else _scale(first, lang)[1])
    if first.unit in ("0-1", "probability"):
        ax.set_ylim(0, 1.02)
    elif added or first.name == "revenue":
        ax.set_ylim(0, max(ax.get_ylim()[1], 4.0 if added else 0.0))
    ax.set_xlim(weeks[0], weeks[-1])
    _quarters(ax, int(weeks[-1]))
    _numbers(ax.yaxis, lang)
    if not ends:
        _say(ax, WORDS["none"][lang])
    elif len(columns) > 1:
        _name_ends(ax, weeks[-1], ends)
    return ax


def plot_run(weekly: pd.DataFrame, axes: Any = None, *, lang: str = "en") -> np.ndarray:
    """Four panels of one run: trust, tension and clarity; conflicts added up; customers' view; revenue.

    `axes`: four axes, or None for a new figure. Returns the four axes.
    """
    if axes is None:
        with plt.rc_context(STYLE):
            axes = plt.subplots(2, 2, figsize=(12.0, 6.6))[1]
    axes = np.asarray(axes, dtype=object)
    if axes.size != len(PANELS):
        raise ValueError(f"plot_run draws on {len(PANELS)} axes, not {axes.size}")
    for ax, (titles, columns) in zip(axes.ravel(), PANELS):
        plot_weekly(weekly, columns, ax, lang=lang, title=titles[lang])
    return axes


# -- many runs ---------------------------------------------------------------------------------


def plot_batch(outcomes: pd.DataFrame, outcome: str, ax: Axes | None = None, *, lang: str = "en") -> Axes:
    """How one outcome spreads over runs: histogram, median, and the band that holds nine runs in ten."""
    ax = _axes(ax, (7.0, 3.8))
    known = OUTCOMES[outcome]
    values = outcomes[outcome].to_numpy(dtype=float)
    values = values[~np.isnan(values)]
    _title(ax, known.title(lang))
    factor, unit = _scale(known, lang)
    ax.set_xlabel(unit)
    _numbers(ax.xaxis, lang)
    if len(values) == 0:
        return _say(ax, WORDS["none"][lang])
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
        _number(value, 100.0 if whole and value == round(value) else 0.1 * (high - low), lang) for value in (middle, low, high)
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
    baseline = table["arm"].iloc[0]
    arms = [arm for arm in dict.fromkeys(table["arm"]) if arm != baseline]
    named = {arm: _wrapped((labels or {}).get(arm, arm), 32) for arm in arms}
    named[baseline] = (labels or {}).get(baseline, baseline)
    lines = max(name.count("\n") + 1 for name in named.values())
    if axes is None:
        across = 1 if len(names) == 1 else 2
        down = -(-len(names) // across)
        with plt.rc_context(STYLE):
            axes = plt.subplots(
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
        _panel(ax, table[table["outcome"] == name].set_index("arm"), name, arms, baseline, lang, named)
        if index % across_shown:
            ax.set_yticklabels([])
    return axes


def _panel(ax: Axes, rows: pd.DataFrame, name: str, arms: list[str], baseline: str, lang: str, labels: Mapping[str, str]) -> None:
    known = OUTCOMES[name]
    factor, unit = _scale(known, lang)
    _dress(ax, "x")
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
        colour = _colour(row["verdict"], known.better)
        hollow = row["verdict"] in ("undecided", "same")
        if not np.isnan(low):
            ax.plot([low, high], [place, place], color=colour, linewidth=3, solid_capstyle="butt", zorder=2)
        ax.plot(
            [middle], [place], marker="o", markersize=7, color=colour, zorder=3, markerfacecolor="white" if hollow else colour
        )
        said = WORDS["same"][lang] if row["verdict"] == "same" else _signed(middle, width or abs(middle), lang)
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
            color=_dark(colour),
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
    ax.set_ylim(len(arms) - 0.4, -0.6)
    ax.set_yticks(range(len(arms)), [labels[arm] for arm in arms])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    _title(ax, known.title(lang), _better(known, lang))
    start = factor * float(rows["mean"][baseline])
    mean = f" ({_number(start, width or abs(start), lang)})" if not np.isnan(start) else ""
    ax.set_xlabel(f"{unit}\n" + _wrapped(f"{WORDS['against'][lang]} {labels[baseline]}{mean}", 68))
    _numbers(ax.xaxis, lang)


def plot_lever_swings(table: pd.DataFrame, ax: Axes | None = None, *, output: str | None = None, lang: str = "en") -> Axes:
    """How far each input moves an outcome: a dot an input with its interval, the largest on top.

    `table`: columns input, estimate, low, high; rows of other measures than "swing", or of other outputs than `output`,
    are left out where those columns exist.
    """
    if "measure" in table:
        table = table[table["measure"] == "swing"]
    if "output" in table:
        output = output or str(table["output"].iloc[0])
        table = table[table["output"] == output]
    order = table["estimate"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    ax = _axes(ax, (7.0, 1.2 + 0.36 * len(table)), "x")
    known = OUTCOMES.get(output or "")
    factor, unit = _scale(known, lang) if known else (1.0, "")
    better = known.better if known else "neither"
    ax.axvline(0, color=QUIET, linewidth=1, zorder=1)
    width = float(((table["high"] - table["low"]) * factor).median())
    rows = list(enumerate(zip(table["estimate"] * factor, table["low"] * factor, table["high"] * factor)))
    for place, (middle, low, high) in rows:
        word = "higher" if low > 0 else "lower" if high < 0 else "undecided"
        colour = _colour(word, better)
        ax.barh(place, middle, height=0.55, color=colour, alpha=0.35, zorder=1)
        ax.plot([low, high], [place, place], color=colour, linewidth=2.5, solid_capstyle="butt", zorder=2)
        ax.plot(
            [middle],
            [place],
            "o",
            color=colour,
            markersize=6,
            zorder=3,
            markerfacecolor="white" if word == "undecided" else colour,
        )
    edges = [edge for _, row in rows for edge in row if not np.isnan(edge)]
    left, right = min([0.0, *edges]), max([0.0, *edges])
    room = max(right - left, 1e-12)
    ax.set_xlim(left - (0.22 * room if left < 0 else 0.04 * room), right + 0.22 * room)
    for place, (middle, low, high) in rows:
        outward = middle >= 0
        edge = np.nanmax([high, middle]) if outward else np.nanmin([low, middle])
        ax.annotate(
            _signed(middle, width or abs(middle), lang),
            (edge, place),
            textcoords="offset points",
            xytext=(7 if outward else -7, 0),
            va="center",
            ha="left" if outward else "right",
            fontsize=9,
        )
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_yticks(range(len(table)), [_wrapped(_spoken(name)) for name in table["input"]])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    what = _lowered(known.title(lang)) if known else output or "y"
    _title(ax, f"{WORDS['swing'][lang]} {what}", _better(known, lang) if known else "")
    _numbers(ax.xaxis, lang)
    ax.set_xlabel(unit)
    return ax


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
    ax = _axes(ax, (7.6, 1.3 + 0.32 * (len(bars) + 1)), "x")
    column = WEEKLY[stock]
    _title(ax, f"{WORDS['change'][lang]} {_lowered(column.title(lang))}")
    ax.set_xlabel(_scale(column, lang)[1])
    _numbers(ax.xaxis, lang)
    if not bars:
        return _say(ax, "0")
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
            _signed(amount, 0.1 * room, lang), (x, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9
        )
    ax.axvline(0, color=QUIET, linewidth=1)
    ax.set_ylim(len(bars) + 0.6, -0.6)
    ax.set_yticks(range(len(bars) + 1), [_wrapped(name, 40) for name, _ in bars] + [WORDS["in_all"][lang]])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    return ax


# -- for pages that run nothing ------------------------------------------------------------------


def still(axes: Any, words: str, dpi: int = 72) -> str:
    """The figure that `axes` belong to as an HTML image inside the page (PNG), `words` for who cannot see it; closes it."""
    first = np.asarray(axes, dtype=object).ravel()[0]
    buffer = io.BytesIO()
    first.figure.savefig(buffer, format="png", dpi=dpi)
    plt.close(first.figure)
    return f'<img alt="{html.escape(words)}" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'


def still_run(weekly: pd.DataFrame, lang: str = "en") -> str:
    """A run in a strip: trust and role clarity, and revenue."""
    with plt.rc_context(STYLE):
        axes = plt.subplots(1, 2, figsize=(9.0, 2.6))[1]
        plot_weekly(weekly, ("trust", "role_clarity"), axes[0], lang=lang)
        plot_weekly(weekly, ("revenue",), axes[1], lang=lang)
    return still(axes, f"{WEEKLY['trust'].title(lang)}, {WEEKLY['role_clarity'].title(lang)}, {WEEKLY['revenue'].title(lang)}")


# -- the house's hand --------------------------------------------------------------------------


def _axes(ax: Axes | None, size: tuple[float, float], grid: str = "y") -> Axes:
    if ax is None:
        with plt.rc_context(STYLE):
            ax = plt.subplots(figsize=size)[1]
    return _dress(ax, grid)


def _dress(ax: Axes, grid: str) -> Axes:
    """The same look on axes that somebody else has made."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.grid(True, axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    return ax


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
            color=_dark(colour),
            fontsize=9.5,
            annotation_clip=False,
        )


def _dark(colour: str) -> str:
    """The colour, darkened until words in it can be read on white."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    while _luminance(rgb) > 0.18:  # contrast of 4.5 to 1 or more
        rgb = rgb * 0.94
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def _luminance(rgb: np.ndarray) -> float:
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _colour(word: str, better: str) -> str:
    if word not in ("higher", "lower"):
        return UNDECIDED
    if better == "neither":
        return BLUE
    return BETTER if (word == "higher") == (better == "high") else WORSE


def _say(ax: Axes, text: str) -> Axes:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=QUIET)
    return ax


class _Local(ScalarFormatter):
    """Tick labels with the language's marks."""

    def __init__(self, lang: str):
        super().__init__(useOffset=False)
        self.lang = lang

    def __call__(self, x: float, pos: int | None = None) -> str:
        written = super().__call__(x, pos)
        return written.replace(".", ",") if self.lang == "fr" else written


def _numbers(axis: Axis, lang: str) -> None:
    axis.set_major_formatter(_Local(lang))


def _title(ax: Axes, title: str, aside: str = "") -> None:
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    if aside:
        ax.set_title(aside, loc="right", fontsize=9, color=QUIET)


def _better(known: Outcome, lang: str) -> str:
    """Which way on the axis a firm would wish to go."""
    word = WORDS["better"][lang]
    return {"high": f"{word} →", "low": f"← {word}"}.get(known.better, "")


def _scale(known: Outcome | Column, lang: str) -> tuple[float, str]:
    """Factor and words for an axis: shares become per cent."""
    if known.unit in PER_CENT:
        return 100.0, PER_CENT[known.unit][lang]
    unit = known.unit_in(lang)
    return 1.0, {"0-1": {"en": "0 to 1", "fr": "de 0 à 1"}[lang]}.get(unit, unit)


def _number(value: float, width: float, lang: str) -> str:
    """A number to about a tenth of `width`."""
    width = abs(width) if width and np.isfinite(width) else abs(value)
    digits = 2 if width <= 0 else int(np.clip(1 - np.floor(np.log10(width)), 0, 6))
    return number(value, f",.{digits}f", lang)


def _signed(value: float, width: float, lang: str) -> str:
    written = _number(abs(value), width, lang)
    return written if not any(digit in written for digit in "123456789") else f"{'+' if value > 0 else '−'}{written}"


def _bins(values: np.ndarray) -> np.ndarray:
    """Edges: one bin a number for few whole ones, else by Freedman and Diaconis, 60 at most."""
    if np.ptp(values) < 25 and np.all(values == np.round(values)):
        return np.arange(values.min() - 0.5, values.max() + 1.0)
    if np.ptp(values) <= 1e-9 * max(1.0, abs(values[0])):
        return values[0] + np.array([-0.1, 0.1])
    edges = np.histogram_bin_edges(values, "fd" if np.subtract(*np.quantile(values, [0.75, 0.25])) > 0 else "sturges")
    return edges if len(edges) <= 61 else np.linspace(values.min(), values.max(), 61)


def _spoken(key: str) -> str:
    """A name as a reader would say it."""
    return str(key).removeprefix("levers.").replace("_", " ").replace(".", ": ")


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def _wrapped(name: str, width: int = 26) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(name, width)) or name
