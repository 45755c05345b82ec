"""One page that opens offline: what a study found, for a manager and a researcher alike."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from experiments.figures import Figure, titles
from experiments.splits import HEADLINES, contexts
from sim.outcomes import OUTCOMES


def report_page(study: Any, figures: list[Figure], command: str) -> str:
    """The whole page as HTML text: figures inside, nothing fetched."""
    environment = Environment(loader=PackageLoader("experiments", "."), autoescape=True)
    named = titles()
    blocks = [split_block(study, context, dispositions, named) for dispositions in ("as described", "equal")
              for context in contexts()]  # fmt: skip
    return environment.get_template("report.html.jinja").render(
        study=study, named=named, command=command, provenance=provenance(), outcomes=OUTCOMES,
        figures=[{"name": figure.name, "svg": Markup(figure.svg), "sentence": figure.sentence} for figure in figures],
        blocks=blocks, headlines=HEADLINES, levers=lever_rows(study), surviving=survival_rows(study, named),
        beside=study.beside_rights.to_dict("records"))  # fmt: skip


def scaled(outcome: str) -> tuple[float, str]:
    """Factor and unit in which a reader sees an outcome: shares as percent."""
    unit = OUTCOMES[outcome].unit
    if unit.startswith("share"):
        return 100.0, unit.replace("share", "%", 1)
    return 1.0, unit


def figure_text(value: float, factor: float, signed: bool = False) -> str:
    """A number for a table: three figures at most after scaling; "not defined" for not-a-number."""
    if value != value:
        return "not defined"
    shown = value * factor
    digits = 0 if abs(shown) >= 100 else 1 if abs(shown) >= 10 else 2
    return f"{shown:+.{digits}f}" if signed else f"{shown:.{digits}f}"


def cell(row: dict[str, Any], factor: float) -> dict[str, str]:
    """One cell of the split table: text and verdict."""
    if row["verdict"] == "baseline":
        return {"text": figure_text(row["mean"], factor), "verdict": "baseline"}
    if row["verdict"] == "not defined":
        return {"text": "not defined", "verdict": "none"}
    low, high = figure_text(row["low"], factor, True), figure_text(row["high"], factor, True)
    text = f"{figure_text(row['difference'], factor, True)} [{low}, {high}]"
    return {"text": text + (" undecided" if row["verdict"] == "undecided" else ""), "verdict": row["verdict"]}


def split_block(study: Any, context: str, dispositions: str, named: dict[str, str]) -> dict[str, Any]:
    """A context's table: one row a split, one column a headline outcome."""
    table = study.splits[(study.splits["context"] == context) & (study.splits["dispositions"] == dispositions)]
    rows = []
    for arm in dict.fromkeys(table["arm"]):
        part = table[table["arm"] == arm].set_index("outcome")
        cells = [cell({**part.loc[name].to_dict()}, scaled(name)[0]) for name in HEADLINES]
        rows.append({"arm": named[arm], "cells": cells})
    heads = [f"{OUTCOMES[name].title()} ({scaled(name)[1]})" for name in HEADLINES]
    return {"context": named[context], "dispositions": dispositions, "heads": heads, "rows": rows, "n": int(table["n"].max())}


def lever_rows(study: Any) -> list[dict[str, str]]:
    """The lever table, one row an output and lever."""
    rows = []
    for row in study.levers.to_dict("records"):
        factor, unit = scaled(row["output"])
        low, high = figure_text(row["low"], factor, True), figure_text(row["high"], factor, True)
        rows.append({"output": f"{OUTCOMES[row['output']].title()} ({unit})", "lever": row["input"].replace("_", " "),
                     "place": study.places[row["output"]][row["input"]], "n": str(row["n"]), "verdict": row["verdict"],
                     "swing": f"{figure_text(row['estimate'], factor, True)} [{low}, {high}]"})  # fmt: skip
    return rows


def survival_rows(study: Any, named: dict[str, str]) -> list[dict[str, str]]:
    """Statements about growth, conflict and delay, and under how many alternatives each survives."""
    rows = []
    kept = study.surviving[study.surviving["outcome"].isin(["revenue_growth", "conflict_rate", "decision_delay_weeks"])]
    for row in kept.to_dict("records"):
        factor, _ = scaled(row["outcome"])
        rows.append({"context": named[row["context"]], "statement": f"{named[row['arm']]}: {OUTCOMES[row['outcome']].title()} "
                     f"{row['verdict']} ({figure_text(row['difference'], factor, True)})",
                     "survives": f"{row['survives']} of {row['of']}", "turns": row["turns"] or "none",
                     "opens": row["opens"] or "none"})  # fmt: skip
    return rows


def provenance() -> dict[str, str]:
    """What is needed to play it again: versions, commit, machine word."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in ("tandem-sim", "numpy", "numba", "scipy", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True, check=True)
        found["commit"] = commit.stdout.strip() + (" with changes" if dirty.stdout.strip() else "")
    except (OSError, subprocess.CalledProcessError):
        found["commit"] = "unknown"
    return found
