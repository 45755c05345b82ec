"""Figures of a study, in the house style: one file each as SVG and PNG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from experiments.splits import contexts
from sim.outcomes import OUTCOMES
from sim.plots import STYLE, plot_comparison, plot_lever_swings
from sim.scenario import catalogue


@dataclass(frozen=True)
class Figure:
    """A figure as written: its name, its SVG text, and the plain sentence that goes under it."""

    name: str
    svg: str
    sentence: str


def titles() -> dict[str, str]:
    """English titles of the splits and contexts, by id."""
    return {entry.name: entry.title["en"] for entry in catalogue()}


def study_figures(study: Any, folder: Path) -> list[Figure]:
    """All figures of a study: splits by context for growth and for conflict, and the levers; written into `folder`."""
    figures = []
    named = titles()
    main = study.splits[study.splits["dispositions"] == "as described"]
    for outcome in ("revenue_growth", "conflict_rate", "decision_delay_weeks"):
        with plt.rc_context(STYLE):
            canvas, axes = plt.subplots(len(contexts()), 1, figsize=(7.6, 2.5 * len(contexts())), squeeze=False)
            for ax, context in zip(axes[:, 0], contexts()):
                table = main[(main["context"] == context) & (main["outcome"] == outcome)]
                plot_comparison(table, [outcome], [ax], labels=named)
                ax.set_title(f"{OUTCOMES[outcome].title()} · {named[context]}", loc="left", fontsize=11)
        figures.append(_written(canvas, f"splits_{outcome}", folder, _split_sentence(main, outcome, named)))
    for output in dict.fromkeys(study.levers["output"]):
        with plt.rc_context(STYLE):
            canvas, ax = plt.subplots(figsize=(7.2, 3.2))
            plot_lever_swings(study.levers, ax, output=output)
        figures.append(_written(canvas, f"levers_{output}", folder, _lever_sentence(study, output)))
    return figures


def _written(canvas: Any, name: str, folder: Path, sentence: str) -> Figure:
    canvas.savefig(folder / f"{name}.svg", metadata={"Date": None})
    canvas.savefig(folder / f"{name}.png", dpi=150)
    plt.close(canvas)
    svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
    return Figure(name, svg[svg.index("<svg"):], sentence)


def _split_sentence(main: Any, outcome: str, named: dict[str, str]) -> str:
    told = []
    for context in contexts():
        rows = main[(main["context"] == context) & (main["outcome"] == outcome) & (main["verdict"] != "baseline")]
        words = {word: [named[arm] for arm in rows[rows["verdict"] == word]["arm"]]
                 for word in ("higher", "lower", "undecided", "same")}  # fmt: skip
        parts = [f"{word}: {', '.join(arms)}" for word, arms in words.items() if arms]
        told.append(f"{named[context]} — {'; '.join(parts)}.")
    return f"{OUTCOMES[outcome].title()} against {named[str(main['arm'].iloc[0])]}. " + " ".join(told)


def _lever_sentence(study: Any, output: str) -> str:
    rows = study.levers[study.levers["output"] == output]
    told = []
    for row in rows.to_dict("records"):
        word = "raises" if row["verdict"] == "higher" else "lowers" if row["verdict"] == "lower" else "does not decidedly move"
        told.append(f"{row['input'].replace('_', ' ')} {word} it (rank {study.places[output][row['input']]})")
    return f"{OUTCOMES[output].title()}, from poor (0.2) to good practice (0.8): " + "; ".join(told) + \
        ". A rank such as 1-2 means that the order is undecided."
