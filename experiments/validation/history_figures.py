"""Figure of the case histories: published path and simulated paths side by side, with what the comparison shows and does not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from tandem.experiments.pages.figure import save
from tandem.experiments.validation.histories import histories
from tandem.sim.plots import BETTER, INK
from tandem.sim.plots.canvas import styled, subplots
from tandem.sim.scenario import Scenario
from tandem.sim.units import language


def write_histories(table: pd.DataFrame, folder: Path, lang: str = "en") -> None:
    """`histories.png` and `histories.svg` in `folder`."""
    told = histories()
    words = {
        "en": ("simulated, middle 90% of runs", "published", "published, unverified"),
        "fr": ("simulé, 90 % des tirages au milieu", "publié", "publié, non vérifié"),
    }[language(lang)]
    with styled():
        canvas, axes = subplots(1, len(told), figsize=(6.2 * len(told), 4.8), layout="constrained", squeeze=False)
        for ax, history in zip(axes[0], told):
            part = table[table["scenario"] == history["scenario"]]
            ax.fill_between(part["time"], part["low"], part["high"], color=BETTER, alpha=0.25, lw=0, label=words[0])
            ax.plot(part["time"], part["mean"], color=BETTER)
            ax.plot(part["time"], part["published"], color=INK, lw=1)
            for doubtful, label in ((False, words[1]), (True, words[2])):
                some = part[part["unverified"] == doubtful]
                if len(some):
                    ax.plot(some["time"], some["published"], "D", color=INK, mfc="none" if doubtful else INK, label=label)
            ax.set_xticks(part["time"])
            ax.set_ylabel(history["unit"])
            ax.set_title(Scenario.load(history["scenario"]).title(lang), fontsize=10)
            ax.legend(fontsize=7, frameon=False)
            ax.set_xlabel("\n".join(textwrap.wrap(history["shows"][lang], 88)), fontsize=7)
    save(canvas, folder, "histories", kinds=("svg", "png"))
