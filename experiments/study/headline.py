"""What moves an outcome most, as facts: who leads, on what that depends, what calibration leaves open, and what more of it
does."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tandem.experiments.effects.cells import PARAMETER_SET
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.leading import depends_on, helds, lever_rank_intervals, tops, within_table
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import LEVERS

DIGITS = 4
Facts = dict[str, Any]


def facts_of(found: Sensitivity, output: str) -> Facts:
    """Everything that is said of one outcome, as JSON with numbers to four digits (shares and levels 0-1; effects in units of the
    outcome; every estimate with `low` and `high`, 95%). `leader` is None where none may be named: `tops` are then those whose
    order is open, and `depends` says on what it depends."""
    first = tops(found, output)
    depends = depends_on(found, output, first)
    facts: dict[str, Any] = {
        "output": output,
        "leader": first[0] if len(first) == 1 and depends.empty else None,
        "tops": first,
        "depends": [
            _row(row, "input", "held", "own", "interaction", "interaction_low", "interaction_high") for row in _rows(depends)
        ],
        "levers": [_lever(found, output, lever, place) for lever, place in lever_rank_intervals(found, output).items()],
        "open": _open(found, output),
        "leading": [_row(row, "input", "probability", "low", "high", "levels") for row in _led(found, output)],
        "within": {held: [_where(row) for row in _rows(within_table(found, output, held))] for held in helds(found)},
    }
    facts["levers"].sort(key=lambda row: -row["total"])
    return facts


def _rows(table: pd.DataFrame) -> list[Mapping[Hashable, Any]]:
    return list(table.to_dict("records"))


def _row(row: Mapping[Hashable, Any], *names: str) -> Facts:
    return {name: _plain(row[name]) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, str | list | bool):
        return value
    number = float(value)
    return None if number != number else round(number, DIGITS) + 0.0


def _where(row: Mapping[Hashable, Any]) -> Facts:
    return _row(row, "level", "leaders", "input", "estimate", "low", "high")


def _led(found: Sensitivity, output: str) -> list[Mapping[Hashable, Any]]:
    if found.leading.empty:
        return []
    mine = found.leading[(found.leading["output"] == output) & found.leading["input"].isin(LEVERS)]
    return _rows(mine.sort_values("probability", ascending=False, kind="stable"))


def _open(found: Sensitivity, output: str) -> Facts | None:
    """First and total index of the parameter set and its interactions with levers; None where it does not vary."""
    if PARAMETER_SET not in found.factors.groups:
        return None
    told: Facts = {}
    for word, measure in (("first", "first_mean"), ("total", "total_mean")):
        row = found.get(measure, PARAMETER_SET, output)
        told |= {word: _plain(row["estimate"]), f"{word}_low": _plain(row["low"]), f"{word}_high": _plain(row["high"])}
    table = found.table
    rows = table[(table["output"] == output) & (table["measure"] == "interaction_mean")]
    both = {f"{lever} & {PARAMETER_SET}": lever for lever in LEVERS}
    mine = rows[rows["input"].isin(both)].assign(input=lambda part: part["input"].map(both))
    told["with"] = [_row(row, "input", "estimate", "low", "high") for row in _rows(mine)]
    return told


def _lever(found: Sensitivity, output: str, lever: str, place: str) -> Facts:
    total = found.get("total_mean", lever, output)
    told = {
        "input": lever,
        "rank": place,
        "total": _plain(total["estimate"]),
        "low": _plain(total["low"]),
        "high": _plain(total["high"]),
    }
    return told | practice_of(found, output, lever)


def practice_of(found: Sensitivity, output: str, lever: str) -> Facts:
    """What more of a lever does: `effect` from poor to good practice, `shape`, `stops` (the level where more stops helping) and
    `harmed` (the share of firms in which going from poor to good does harm under the same luck), each with its interval; {} where
    nothing varies. What helps is what is `better` of the outcome."""
    table = found.practice
    mine = table[(table["output"] == output) & (table["input"] == lever)] if len(table) else table
    if mine.empty:
        return {}
    row = mine.iloc[0]
    high = OUTCOMES[output].better != "low"
    best = "highest" if high else "lowest"
    low, top = ("lowered_low", "lowered_high") if high else ("lowered_high", "lowered_low")

    def share(name: str) -> float:
        return float(row[name] if high else 1.0 - row[name])

    return {
        "effect": _plain(row["effect"]),
        "effect_low": _plain(row["low"]),
        "effect_high": _plain(row["high"]),
        "shape": str(row["shape"]),
        "helps": turn_of(str(row["shape"]), high),
        "stops": _plain(row[best]),
        "stops_low": _plain(row[f"{best}_low"]),
        "stops_high": _plain(row[f"{best}_high"]),
        "harmed": _plain(share("lowered")),
        "harmed_low": _plain(share(low)),
        "harmed_high": _plain(share(top)),
    }


def turn_of(shape: str, high_is_better: bool) -> str:
    """A shape as good and bad: "throughout", "never", "up_to_a_level" (and harms beyond), "from_a_level" (and harms before), else
    "no_direction"."""
    good, bad = ("rises", "falls") if high_is_better else ("falls", "rises")
    peak, pit = ("hump", "dip") if high_is_better else ("dip", "hump")
    return {good: "throughout", bad: "never", peak: "up_to_a_level", pit: "from_a_level"}.get(shape, "no_direction")
