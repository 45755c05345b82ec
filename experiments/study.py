"""The main job: splits and controls in every context, the alternatives, the ranked levers, one report."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.levers import places, pooled_model, ranks, swing_table, swings
from experiments.splits import (
    ALTERNATIVES,
    DISPOSITIONS,
    FURTHER,
    compare_splits,
    contexts,
    differences,
    set_beside_rights,
    splits,
    surviving,
)
from sim.parameters import LEVERS
from sim.scenario import catalogue


@dataclass(frozen=True)
class Profile:
    """How much is played: pairs a cell, pairs a cell under each alternative, base points of the lever ranking."""

    pairs: int
    alternative_pairs: int
    points: int


PROFILES = {"smoke": Profile(20, 10, 32), "quick": Profile(2000, 500, 1024), "paper": Profile(10_000, 2000, 8192)}


@dataclass(frozen=True)
class Study:
    """Tables of a study; see the columns of each in `experiments.splits` and `experiments.levers`."""

    splits: pd.DataFrame
    alternatives: pd.DataFrame
    surviving: pd.DataFrame
    beside_rights: pd.DataFrame
    levers: pd.DataFrame
    lever_order: pd.DataFrame
    places: dict[str, dict[str, str]]
    profile: str
    seed: int
    runs: int


def planned_runs(profile: str) -> int:
    """Number of firms played by a profile."""
    p, arms, places_ = PROFILES[profile], len(splits()), len(contexts())
    alternatives = len(alternatives_of(profile)) * arms * places_ * p.alternative_pairs
    unequal = len(set(set_beside_rights(splits())["arm"]) - {entry.name for entry in catalogue() if entry.control})
    return (arms + unequal) * places_ * p.pairs + alternatives + 2 * len(LEVERS) * p.points


def alternatives_of(profile: str) -> dict[str, dict[str, Any]]:
    """The alternatives that a profile plays, by name."""
    return {**ALTERNATIVES, **FURTHER} if profile == "paper" else dict(ALTERNATIVES)


def play(profile: str = "quick", seed: int = 0, progress: Callable[[str, int], None] = lambda what, runs: None) -> Study:
    """Play a study. `progress` hears what is being played and how many runs have been added."""
    size = PROFILES[profile]
    default, equal, other = [], [], []
    for context in contexts():
        tick = _tick(progress, f"splits in {context}")
        first = compare_splits(context, size.pairs, seed, progress=tick)
        default.append(differences(first.table, context, "default", "as described"))
        tick = _tick(progress, f"splits in {context}, equal dispositions")
        second = compare_splits(context, size.pairs, seed, DISPOSITIONS, first.batches, tick)
        equal.append(differences(second.table, context, "default", "equal"))
        for name, changes in alternatives_of(profile).items():
            tick = _tick(progress, f"{context}: {name}")
            table = compare_splits(context, size.alternative_pairs, seed, changes, progress=tick).table
            other.append(differences(table, context, name, "as described"))
    controls = {entry.name for entry in catalogue() if entry.kind == "role_model" and entry.control}
    cells = [(arm, context) for context in contexts() for arm in splits() if arm not in controls]
    found = swings(pooled_model(cells, seed), size.points, seed, progress=_tick(progress, "levers"))
    main, alternatives = pd.concat(default, ignore_index=True), pd.concat(other, ignore_index=True)
    return Study(pd.concat([main, *equal], ignore_index=True), alternatives, surviving(main, alternatives),
                 set_beside_rights(splits()), swing_table(found), ranks(found), places(found), profile, seed,
                 planned_runs(profile))  # fmt: skip


def _tick(progress: Callable[[str, int], None], what: str) -> Callable[[int], None]:
    return lambda runs: progress(what, runs)


def write(study: Study, out: Path, command: str) -> Path:
    """Write tables (CSV and Parquet), figures (PNG and SVG) and report.html into `out`; returns the report's path.

    Everything is made beside `out` first and moved in when whole: no half-written file, and what was there stays until then.
    """
    from experiments.figures import study_figures
    from experiments.report import report_page

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as place:
        folder = Path(place)
        tables = {"splits": study.splits, "alternatives": study.alternatives, "surviving": study.surviving,
                  "beside_rights": study.beside_rights.astype({"value": str}), "levers": study.levers,
                  "lever_order": study.lever_order}  # fmt: skip
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
            table.to_parquet(folder / f"{name}.parquet", index=False)
        figures = study_figures(study, folder)
        (folder / "report.html").write_text(report_page(study, figures, command), encoding="utf-8")
        (folder / "study.json").write_text(json.dumps({"profile": study.profile, "seed": study.seed, "runs": study.runs,
                                                       "places": study.places}, indent=1), encoding="utf-8")  # fmt: skip
        for file in folder.iterdir():
            shutil.move(str(file), out / file.name)
    return out / "report.html"
