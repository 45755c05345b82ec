"""Each lever raised by a step, one at a time, on the same luck: what each changes, and which to raise first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tandem.experiments.advice.arms import parts_by_hand
from tandem.experiments.advice.playing import Played
from tandem.experiments.advice.wishes import NAMES, SHORT
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS, lever_value
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.paths import FIELDS
from tandem.sim.until import difference_until_decided

if TYPE_CHECKING:
    import pandas as pd

GROWTH = NAMES.index(SHORT["growth"])


def raised(scenario: Scenario, lever: str, step: float) -> Scenario:
    """The firm with one lever raised by `step`, or to its top; a part of it that the file sets by hand goes as far on its own
    way from poorest to best practice, from where it stands."""
    changes = {f"levers.{lever}": min(1.0, getattr(scenario.parameters.levers, lever) + step)}
    for path in parts_by_hand(scenario, lever):
        way = FIELDS[path].json_schema_extra
        level = level_of(float(scenario.values[path]), way["poorest"], way["best"], way["scale"])
        if level < 1.0:
            changes[path] = lever_value(min(1.0, max(0.0, level) + step), way["poorest"], way["best"], way["scale"])
    return scenario.with_(changes)


def raised_each(scenario: Scenario, step: float) -> dict[str, Scenario]:
    """The firm with each lever raised in turn, by lever; those left out that are at their top."""
    firms = {lever: raised(scenario, lever, step) for lever in LEVERS}
    return {lever: firm for lever, firm in firms.items() if firm.parameters != scenario.parameters}


def level_of(value: float, poorest: float, best: float, scale: str) -> float:
    """Where a value lies on the way from poorest (0) to best practice (1): what `lever_value` undoes; any number beyond."""
    if scale == "log":
        return math.log(max(value, 1e-300) / poorest) / math.log(best / poorest)
    return (value - poorest) / (best - poorest)


def effects(
    scenario: Scenario, runs: int, step: float, played: Played, progress: Callable[[], None] = lambda: None
) -> pd.DataFrame:
    """What each lever raised by `step` (or to its top) changes, paired by luck: the table that `Advice.levers` holds."""
    moved = played.raced(raised_each(scenario, step), runs, beside=scenario)
    for _ in LEVERS:
        progress()
    untouched = played.first(scenario, max([len(rows) for rows in moved.values()], default=0))
    return _table(scenario, untouched, moved, played)


def helped_sets(change: np.ndarray, seed: int | str, parameters: str | int | Chosen = ENSEMBLE) -> float:
    """Share of the parameter sets, of those drawn for so many pairs, in which a change (runs,) is above zero on average."""
    import pandas as pd

    asked = chosen(parameters)
    if asked.known is None or not asked.several:
        return float("nan")
    return float((pd.Series(change).groupby(asked.known.drawn(len(change), seed)).mean() > 0.0).mean())


def first_of(levers: pd.DataFrame) -> str | None:
    """The lever that helps growth most, if it decidedly does; else the one that decidedly cuts conflict most; or None."""
    moved = levers[levers["raised"]]
    helping = moved[moved["growth_low"] > 0.0]
    if len(helping):
        return str(helping.iloc[0]["lever"])
    calming = moved[moved["conflict_high"] < 0.0].sort_values("conflict_change")
    return str(calming.iloc[0]["lever"]) if len(calming) else None


def _table(scenario: Scenario, untouched: np.ndarray, moved: Mapping[str, np.ndarray], played: Played) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for lever in LEVERS:
        row: dict[str, object] = {"lever": lever, "level": getattr(scenario.parameters.levers, lever), "raised": lever in moved}
        row |= {f"{name}_{end}": np.nan for name in SHORT for end in ("change", "low", "high")}
        row |= {"helped": np.nan, "helped_sets": np.nan, "n": 0}
        if lever in moved:
            before = untouched[: len(moved[lever])]
            for name, outcome in SHORT.items():
                column = NAMES.index(outcome)
                values = difference_until_decided(before[:, column], moved[lever][:, column])
                row |= {f"{name}_change": values[0], f"{name}_low": values[1], f"{name}_high": values[2]}
            change = moved[lever][:, GROWTH] - before[:, GROWTH]
            row["helped"], row["helped_sets"] = float((change > 0.0).mean()), helped_sets(change, played.seed, played.parameters)
            row["n"] = len(change)
        rows.append(row)
    table = pd.DataFrame(rows)
    if moved:
        table = table.sort_values("growth_change", ascending=False, kind="stable", na_position="last", ignore_index=True)
        lead = moved[str(table.iloc[0]["lever"])][:, GROWTH]
        behind = {lever: difference_until_decided(rows[:, GROWTH], lead) for lever, rows in moved.items()}
        for place, name in enumerate(("behind", "behind_low", "behind_high")):
            table[name] = [behind[lever][place] if lever in behind else np.nan for lever in table["lever"]]
    return table
