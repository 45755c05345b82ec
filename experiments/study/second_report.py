"""What a second executive is worth, as a part of a study's page: sentences, the map drawn, the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.second import (
    MAPS,
    PLACES,
    THIRDS,
    Worth,
    depends_sentence,
    factor_of,
    interval,
    place_sentence,
    points,
    row_of,
    share_sentence,
)
from tandem.experiments.pages.figure import Figure, written
from tandem.experiments.pages.numbers import Row
from tandem.experiments.pages.page import Section, Table
from tandem.experiments.pages.telling import between, form, said, spoken_now, word
from tandem.sim.intervals import DECIDED, look
from tandem.sim.plots import INK
from tandem.sim.plots.canvas import Axes, styled, subplots
from tandem.sim.plots.canvas import Figure as Canvas
from tandem.sim.plots.style import wrapped


def section(found: Worth) -> Section:
    """Sentences and tables as the template takes them."""
    return {
        "told": found.sentences(),
        "n": form(len(found.firms), ","),
        "groups": _groups(found.groups),
        "depends": _depends(found.depends),
        "cells": _cells(found.cells),
        "parameters": found.parameters.tell(spoken_now()),
    }


def answer(found: Worth) -> dict[str, str]:
    """The first screen's answer: in how many firms, by how much, how sure, and where."""
    row = row_of(found.groups, "all")
    decided = row["verdict"] in DECIDED
    return {
        "question": said("second.question"),
        "lever": said("second.more_growth", share=row["share"]),
        "size": said("second.on_average", mean=points(row["mean"]), interval=interval(row["low"], row["high"])),
        "sure": said("second.sure", verdict=word("decided" if decided else "undecided"), n=row["n"]),
        "where": depends_sentence(found.depends),
    }


# -- tables ------------------------------------------------------------------------------------


def _mean(row: Row) -> dict[str, str]:
    mean, low, high = (float(row[name]) for name in ("mean", "low", "high"))
    if not row["n"]:
        return {"main": word("not defined")}
    aside = interval(low, high) if low == low else ""
    return {"main": points(mean), "aside": aside, "look": look(str(row["verdict"]), "high")}


def _share(row: Row) -> dict[str, str]:
    if not row["n"]:
        return {"main": word("not defined")}
    return {"main": form(row["share"], ".0%"), "aside": between(row["share_low"], row["share_high"], ".0%")}


def _figures(row: Row) -> list[dict[str, str]]:
    return [_mean(row), _share(row), {"main": form(row["n"], ",")}, {"main": word(row["verdict"])}]


def _groups(table: pd.DataFrame) -> Table:
    rows = [[{"main": word(row["firms"])}, *_figures(row)] for row in table.to_dict("records")]
    return {"heads": _heads("firms"), "words": (0, 4), "rows": rows}


def _depends(table: pd.DataFrame) -> Table:
    rows = []
    for row in table.to_dict("records"):
        slope = {"main": points(row["slope"]), "aside": interval(row["low"], row["high"]), "look": look(row["verdict"], "high")}
        rows.append([{"main": factor_of(row["factor"])}, slope, {"main": form(row["n"], ",")}, {"main": word(row["verdict"])}])
    heads = [said(f"head.{name}") for name in ("it_depends_on", "slope", "firms_played", "verdict")]
    return {"heads": heads, "words": (0, 3), "rows": rows}


def _cells(table: pd.DataFrame) -> Table:
    rows = []
    for row in table[_drawn(table)].to_dict("records"):
        where = [said("figures.line", what=factor_of(row[name]), verdict=word(row[third])) for name, third in PLACES]
        rows.append([*({"main": each} for each in where), *_figures(row)])
    return {"heads": _heads("a_third_of", "a_third_of"), "words": (0, 1, 5), "rows": rows}


def _heads(*first: str) -> list[str]:
    worth = said("head.worth", gain=said("second.gain"))
    return [
        *(said(f"head.{name}") for name in first),
        worth,
        *(said(f"head.{name}") for name in ("gaining", "firms_played", "verdict")),
    ]


def _drawn(table: pd.DataFrame) -> np.ndarray:
    return np.array([pair in MAPS for pair in zip(table["factor"], table["other"])])


# -- the map -----------------------------------------------------------------------------------


def map_figure(found: Worth, folder: Path) -> Figure:
    """The map as a figure with its data, written into `folder`."""
    table, row = found.cells, row_of(found.groups, "all")
    table = table[_drawn(table)].reset_index(drop=True)
    with styled():
        canvas, narrow = (plot_cells(table, across) for across in (len(MAPS), 1))
        decided = int(table["verdict"].isin(DECIDED).sum())
        footing = said(
            "second.footing",
            n=len(found.firms),
            least=int(table["n"].min()),
            most=int(table["n"].max()),
            verdict=word(row["verdict"]),
            decided=decided,
            cells=len(table),
        )
        heading = said("page.second.title")
        lead = said("second.map", gain=said("second.gain"))
        sentence = f"{lead} {share_sentence(found.groups)} {place_sentence(found.cells)}"
        return written(canvas, "second_executive_map", folder, heading, sentence, footing, narrow, table)


def plot_cells(table: pd.DataFrame, across: int) -> Canvas:
    """A panel a pair of factors, so many beside each other: a cell a third of each."""
    down = -(-len(MAPS) // across)
    canvas, axes = subplots(down, across, figsize=(12.5, 4.2) if across > 1 else (4.8, 4.0 * down), squeeze=False)
    most = float(np.nanmax(np.abs(table["mean"]))) or 1.0
    for ax, (factor, other) in zip(axes.ravel(), MAPS):
        part = table[(table["factor"] == factor) & (table["other"] == other)]
        drawn = _panel(ax, part, most)
        ax.set_xlabel(factor_of(factor), color=INK)
        ax.set_ylabel(factor_of(other), color=INK)
    canvas.colorbar(drawn, ax=list(axes.ravel()), shrink=0.7, orientation="vertical" if across > 1 else "horizontal").set_label(
        wrapped(said("second.gain"), 44), fontsize=9
    )
    return canvas


def _panel(ax: Axes, part: pd.DataFrame, most: float) -> Any:
    means = np.full((len(THIRDS), len(THIRDS)), np.nan)
    for row in part[part["n"] > 0].to_dict("records"):
        i, j = THIRDS.index(row["third"]), THIRDS.index(row["other_third"])
        means[j, i] = row["mean"]
        sure = "" if row["verdict"] in DECIDED else "?"
        dark = abs(row["mean"]) > 0.6 * most
        told = f"{points(row['mean'])}{sure}\n{said('second.gaining', share=row['share'])}"
        ax.text(i, j, told, ha="center", va="center", fontsize=9, color="white" if dark else INK)
    drawn = ax.imshow(means, cmap="PuOr", vmin=-most, vmax=most, aspect="auto", origin="lower")
    ax.set_xticks(range(len(THIRDS)), list(map(word, THIRDS)), color=INK)
    ax.set_yticks(range(len(THIRDS)), list(map(word, THIRDS)), color=INK)
    ax.tick_params(length=0)
    return drawn
