"""Figures of a validation: published findings against simulated ones (a forest plot), each on the scale of its own band."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tandem.experiments.pages.figure import save
from tandem.sim.plots import BETTER, GRID, INK, QUIET, UNDECIDED, WORSE
from tandem.sim.plots.canvas import styled, subplots
from tandem.sim.plots.style import number_text
from tandem.sim.texts import number
from tandem.sim.units import language

COLOURS = {"holds": BETTER, "fails": WORSE, "undecided": UNDECIDED}
EDGE = 3.0  # half bands from the middle beyond which a point is drawn at the edge, as an arrow


WORDS = {
    "en": {
        "simulated": "simulated, 95% Monte Carlo interval",
        "published": "published",
        "axis": "on the scale of its band (−1 to 1)",
        "unverified": "unverified",
        "band": "band {} to {}",
    },
    "fr": {
        "simulated": "simulé, intervalle de Monte-Carlo à 95 %",
        "published": "publié",
        "axis": "à l'échelle de sa bande (−1 à 1)",
        "unverified": "non vérifié",
        "band": "bande de {} à {}",
    },
}


def forest_plot(table: pd.DataFrame, lang: str = "en") -> Any:
    """The figure: one row a statistic with a band; its band from -1 to 1, simulated value with its 95% Monte Carlo interval (of
    all looks together, where findings were played until decided), and published value. `table`: that of
    `tandem.experiments.validation.findings.assess`."""
    words = WORDS[language(lang)]
    rows = table[table["low"].notna() & table["high"].notna()].reset_index(drop=True)
    names = [f"{row['statistic']}: {row[f'statement_{lang}']}" for row in rows.to_dict("records")]
    wide = 9.2 + 0.06 * max(0, max(map(len, names), default=0) - 75)  # room for the longest
    with styled():
        canvas, ax = subplots(figsize=(wide, 0.32 * len(rows) + 1.3), layout="constrained")
        ax.axvspan(-1, 1, color=GRID, alpha=0.6, lw=0)
        for place, row in enumerate(rows.to_dict("records")):
            _draw(ax, place, row, words)
            across = ax.get_yaxis_transform()
            ax.text(1.01, place, _told(row, lang), transform=across, va="center", fontsize=7, color=INK)
        ax.set_yticks(range(len(rows)), names, fontsize=7.5)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(-EDGE - 0.1, EDGE + 0.1)
        ax.set_xlabel(words["axis"])
        ax.legend(loc="lower left", fontsize=7, frameon=False, bbox_to_anchor=(0, 1.0), ncols=2)
    return canvas


def _draw(ax: Any, place: int, row: Mapping[Any, Any], words: Mapping[str, str]) -> None:
    """A row's simulated value with its interval, or an arrow at the edge, and the published value."""
    middle, half = 0.5 * (row["low"] + row["high"]), 0.5 * (row["high"] - row["low"])
    at, *ends = ((row[name] - middle) / half for name in ("value", "value_low", "value_high"))
    colour, first = COLOURS.get(row["verdict"], QUIET), place == 0
    if pd.notna(at):
        shown = max(-EDGE, min(EDGE, at))
        marker = "o" if shown == at else (">" if at > 0 else "<")
        if shown == at and pd.notna(ends[0]):
            ax.plot([max(-EDGE, ends[0]), min(EDGE, ends[1])], [place, place], color=colour, lw=1.6)
        ax.plot(shown, place, marker, color=colour, ms=6, label=words["simulated"] if first else None)
    if pd.notna(row["published"]):
        at = (row["published"] - middle) / half
        ax.plot(at, place, "D", mfc="none", mec=INK, ms=5, label=words["published"] if first else None)


def _told(row: Mapping[Any, Any], lang: str) -> str:
    """What stands beside a row: its figures, its band, whether it counts and was read at its source."""
    words = WORDS[lang]
    band = words["band"].format(*(number(row[end], "g", lang) for end in ("low", "high")))
    aside, note = "" if row["counts"] else "  *", f"  ({words['unverified']})" if row["unverified"] else ""
    return f"{_simulated(row, lang)}, {band}{aside}{note}"


def _simulated(row: Mapping[Any, Any], lang: str) -> str:
    """The simulated value and its interval: 0.31 [0.29, 0.33]."""
    width = row["value_high"] - row["value_low"]
    value, low, high = (number_text(row[name], width, lang) for name in ("value", "value_low", "value_high"))
    return f"{value} [{low}{' ; ' if lang == 'fr' else ', '}{high}]" if pd.notna(width) else value


def write_forest_plot(table: pd.DataFrame, folder: Path, lang: str = "en") -> list[Path]:
    """`findings.png` and `findings.svg` in `folder`; their paths."""
    save(forest_plot(table, lang), folder, "findings", kinds=("png", "svg"))  # the wider text lays it out
    return [folder / "findings.png", folder / "findings.svg"]
