"""One hand for all figures: colours that most eyes can tell apart, words and numbers on axes in the reader's language."""

from __future__ import annotations

import textwrap

import numpy as np

from tandem.sim.intervals import look
from tandem.sim.outcomes import Outcome
from tandem.sim.plots.canvas import MARKS, TEXTS, Axes, Axis, ScalarFormatter, subplots
from tandem.sim.texts import number
from tandem.sim.weekly import Column

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
INK, QUIET, GRID = TEXTS, MARKS, "#e4e4e4"
CEO_COLOUR, COO_COLOUR, PAIR_COLOUR = BLUE, VERMILION, INK
FAMILY_COLOURS = {"market": GREEN, "pair": PURPLE, "deciding": BLUE, "work": ORANGE, "own": "#56b4e9"}
BETTER, WORSE, UNDECIDED = GREEN, VERMILION, "#8a8a8a"

WORDS = {
    "week": {"en": "Week", "fr": "Semaine"},
    "runs": {"en": "Runs", "fr": "Simulations"},
    "median": {"en": "median", "fr": "médiane"},
    "nine": {"en": "9 runs in 10", "fr": "9 simulations sur 10"},
    "against": {"en": "difference from", "fr": "écart avec"},
    "none": {"en": "not defined", "fr": "non défini"},
    "change": {"en": "Change of", "fr": "Variation\u202f:"},
    "in_all": {"en": "in all", "fr": "au total"},
    "rest": {"en": "smaller causes", "fr": "causes mineures"},
    "effect": {"en": "Effect on", "fr": "Amplitude\u202f:"},
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


def axes_for(ax: Axes | None, size: tuple[float, float], grid: str = "y") -> Axes:
    if ax is None:
        ax = subplots(figsize=size)[1]
    return dress(ax, grid)


def dress(ax: Axes, grid: str) -> Axes:
    """The same look on axes that somebody else has made."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(QUIET)
    ax.grid(True, axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    return ax


def dark(colour: str) -> str:
    """The colour, darkened until words in it can be read on white."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    while luminance(rgb) > 0.18:  # contrast of 4.5 to 1 or more
        rgb = rgb * 0.94
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def luminance(rgb: np.ndarray) -> float:
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


LOOK_COLOURS = {"good": BETTER, "bad": WORSE, "decided": BLUE, "open": UNDECIDED}


def verdict_colour(word: str, better: str) -> str:
    """The colour of a verdict on an outcome of which `better` is wished for."""
    return LOOK_COLOURS[look(word, better)]


def say(ax: Axes, text: str) -> Axes:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=QUIET)
    return ax


class LocalMarks(ScalarFormatter):
    """Tick labels with the language's marks."""

    def __init__(self, lang: str):
        super().__init__(useOffset=False)
        self.lang = lang

    def __call__(self, x: float, pos: int | None = None) -> str:
        written = super().__call__(x, pos)
        return written.replace(".", ",") if self.lang == "fr" else written


def write_numbers(axis: Axis, lang: str) -> None:
    axis.set_major_formatter(LocalMarks(lang))


def write_title(ax: Axes, title: str, aside: str = "") -> None:
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    if aside:
        ax.set_title(aside, loc="right", fontsize=9, color=QUIET)


def better_words(known: Outcome, lang: str) -> str:
    """Which way on the axis a firm would wish to go."""
    word = WORDS["better"][lang]
    return {"high": f"{word} →", "low": f"← {word}"}.get(known.better, "")


def scale(known: Outcome | Column, lang: str) -> tuple[float, str]:
    """Factor and words for an axis: shares become per cent."""
    if known.unit in PER_CENT:
        return 100.0, PER_CENT[known.unit][lang]
    unit = known.unit_in(lang)
    return 1.0, {"0-1": {"en": "0 to 1", "fr": "de 0 à 1"}[lang]}.get(unit, unit)


def number_text(value: float, width: float, lang: str) -> str:
    """A number to about a tenth of `width`."""
    width = abs(width) if width and np.isfinite(width) else abs(value)
    digits = 2 if width <= 0 else int(np.clip(1 - np.floor(np.log10(width)), 0, 6))
    return number(value, f",.{digits}f", lang)


def signed_text(value: float, width: float, lang: str) -> str:
    written = number_text(abs(value), width, lang)
    return written if not any(digit in written for digit in "123456789") else f"{'+' if value > 0 else '−'}{written}"


def spoken(key: str) -> str:
    """A name as a reader would say it."""
    return str(key).removeprefix("levers.").replace("_", " ").replace(".", ": ")


def lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def wrapped(name: str, width: int = 26) -> str:
    return "\n".join(textwrap.wrap(name, width)) or name
