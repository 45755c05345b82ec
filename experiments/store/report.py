"""One page that opens offline for a finished sweep: what was asked, what came out, and how to get it again."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.numbers import figure_text, scaled
from tandem.experiments.pages.page import drawn_inline, render
from tandem.experiments.store.errors import Refused, of_disk
from tandem.experiments.store.figures import sweep_figures
from tandem.experiments.store.sweep import Sweep, open_sweep
from tandem.sim.intervals import interval_of_sums, mean_within
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.writing import write_text

NAME = "report.html"
MOST_POINTS = 5_000_000
MOST_OUTCOMES = 12


def write_report(folder: str | Path) -> Path:
    """Write `report.html` into a finished sweep's folder; its path. Raises Refused for a partial sweep, Damaged."""
    sweep = open_sweep(folder)
    if not sweep.manifest.spec["model"].get("scenarios"):
        raise Refused(f"{folder}: a report tells of firms, and this sweep is of a function; read it in Python with open_sweep")
    if sweep.manifest.points > MOST_POINTS:
        raise Refused(f"{folder}: a report is made for up to {MOST_POINTS:,} points; read this sweep in Python with open_sweep")
    page = report_page(sweep)
    try:
        write_text(sweep.path / NAME, page, comment="html")
    except OSError as error:
        raise of_disk(error, f"{NAME} cannot be written") from None
    return sweep.path / NAME


def report_page(sweep: Sweep) -> str:
    """The whole page as HTML text: figures inside, nothing fetched."""
    outcomes = list(sweep.manifest.outcomes)[:MOST_OUTCOMES]
    final = sweep.final
    sums = point_sums(sweep, outcomes)
    points = sweep.design.assign(**{name: _means(*sums[name][:2]) for name in outcomes})
    factors = list(sweep.manifest.document["design"]["factors"])
    with tempfile.TemporaryDirectory() as place:
        figures = sweep_figures(points, factors, outcomes, Path(place))
    return render(
        "sweep",
        title=sweep.manifest.document.get("title") or "A sweep of firms",
        sweep=sweep,
        final=final,
        spec=sweep.manifest.spec,
        rows=scenario_rows(points, sums, outcomes),
        heads=[{"title": OUTCOMES[name].title(), "unit": scaled(name)[1]} for name in outcomes],
        figures=[drawn_inline(figure) for figure in figures],
        glossary=[
            {"title": OUTCOMES[name].title(), "unit": OUTCOMES[name].unit, "meaning": OUTCOMES[name].meaning} for name in outcomes
        ],
        asked=json.dumps(sweep.manifest.spec, indent=1, sort_keys=True),
        provenance={"parameters": sweep.parameters, **sweep.manifest.document["provenance"]},
        replicates=sorted({stage.high for stage in sweep.store.layout.stages}),
    )


def point_sums(sweep: Sweep, outcomes: list[str]) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """By outcome and point: number of defined values, their sum, and their sum of squares, (points,) each."""
    count = sweep.manifest.points
    sums = {name: (np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)) for name in outcomes}
    for table in sweep.tables():
        ids = table["point_id"].to_numpy()
        for name, (n, total, squares) in sums.items():
            values = table[name].to_numpy()
            defined = ~np.isnan(values)
            np.add.at(n, ids[defined], 1)
            np.add.at(total, ids[defined], values[defined])
            np.add.at(squares, ids[defined], values[defined] ** 2)
    return sums


def _means(n: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def scenario_rows(points: pd.DataFrame, sums: dict[str, Any], outcomes: list[str]) -> list[dict[str, Any]]:
    """A row a scenario: the mean of each outcome with its 95% interval, over points, or over replicates at a single point."""
    rows = []
    for name in dict.fromkeys(points["scenario"]):
        mine = np.flatnonzero((points["scenario"] == name).to_numpy())
        cells = []
        for outcome in outcomes:
            factor, bounds = scaled(outcome)[0], OUTCOMES[outcome].bounds
            if len(mine) > 1:
                mean, low, high, _, _ = mean_within(points[outcome].to_numpy()[mine], *bounds)
            else:
                mean, low, high = interval_of_sums(*(part[mine[0]] for part in sums[outcome]), least=bounds[0], most=bounds[1])
            width = high - low
            aside = (
                "" if np.isnan(width) else f"[{figure_text(low, factor, width=width)}, {figure_text(high, factor, width=width)}]"
            )
            cells.append({"main": figure_text(mean, factor, width=width), "aside": aside})
        rows.append({"scenario": name, "points": f"{len(mine):,}", "cells": cells})
    return rows
