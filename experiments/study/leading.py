"""Who leads: the lever that decidedly moves an output most, where one can be named at all, and on what it depends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tandem.experiments.effects.cells import CONTEXT, ROLE_MODEL
from tandem.experiments.sensitivity.ranking import places_of
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.sim.parameters import LEVERS

UNDECIDED, DEPENDS, NOT_DEFINED = "undecided", "depends on", "not defined"


def lever_rank_intervals(found: Sensitivity, output: str, levers: Sequence[str] = LEVERS) -> dict[str, str]:
    """Ranks among the levers alone: parameter set, role model and context are no levers, however much they explain."""
    return _places(found.ranks, output, [lever for lever in levers if lever in found.factors.groups])


def _places(ranks: pd.DataFrame, output: str, levers: Sequence[str]) -> dict[str, str]:
    mine = ranks[(ranks["output"] == output) & ranks["first"].isin(levers) & ranks["second"].isin(levers)]
    return places_of(mine, tuple(levers))


def _first(places: dict[str, str]) -> list[str]:
    return [lever for lever, place in places.items() if place.split("-")[0] == "1"]


def tops(found: Sensitivity, output: str) -> list[str]:
    """The levers that may have the largest total index: one where that is decided, else all whose order is open."""
    return _first(lever_rank_intervals(found, output))


def tops_within(found: Sensitivity, output: str, held: str, level: str) -> list[str]:
    """The same within one level of what is held, a context or a role model."""
    ranks = found.ranks_within
    mine = ranks[(ranks["held"] == held) & (ranks["level"] == level)]
    return _first(_places(mine, output, [lever for lever in LEVERS if lever in found.factors.groups]))


def depends_on(found: Sensitivity, output: str, levers: Sequence[str]) -> pd.DataFrame:
    """Rows of `depends` that forbid to name one of these levers: its interaction with what is held is above half of its own
    index. The largest first; empty where nothing forbids it."""
    table = found.depends
    if table.empty:
        return table
    mine = table[(table["output"] == output) & table["input"].isin(levers) & (table["depends"] == "yes")]
    return mine.sort_values("interaction", ascending=False, kind="stable")


def leader(found: Sensitivity, output: str) -> str:
    """The lever decidedly before all others; "depends on role model" (or context) where what it does depends on that; or
    "undecided between a and b ..."."""
    first = tops(found, output)
    held = list(dict.fromkeys(depends_on(found, output, first)["held"])) if first and not found.depends.empty else []
    if held:
        return f"{DEPENDS} {' and '.join(name.replace('_', ' ') for name in held)}"
    return first[0] if len(first) == 1 else f"{UNDECIDED} between {' and '.join(sorted(first))}"


def within_table(found: Sensitivity, output: str, held: str = CONTEXT) -> pd.DataFrame:
    """One row a level of what is held: level, leaders (levers that may lead, listed), `decided`, and the total index of the one
    with the largest estimate with its 95% interval: input, estimate, low, high."""
    rows = []
    table = found.within
    if table.empty:
        return pd.DataFrame(columns=["level", "leaders", "decided", "input", "estimate", "low", "high", "rows"])
    mine = table[
        (table["held"] == held) & (table["output"] == output) & (table["measure"] == "total_mean") & table["input"].isin(LEVERS)
    ]
    levers = [lever for lever in LEVERS if lever in found.factors.groups]
    ranks = found.ranks_within
    ranks = ranks[(ranks["held"] == held) & (ranks["output"] == output)]
    for level, part in mine.groupby("level", sort=False):
        if part["estimate"].isna().any():
            row: dict[str, Any] = {
                "leaders": [],
                "decided": False,
                "input": "",
                "estimate": float("nan"),
                "low": float("nan"),
                "high": float("nan"),
            }
        else:
            first = _first(_places(ranks[ranks["level"] == level], output, levers))
            best = part.sort_values("estimate", ascending=False, kind="stable").iloc[0]
            row = {
                "leaders": first,
                "decided": len(first) == 1,
                **{str(name): best[name] for name in ("input", "estimate", "low", "high")},
            }
        rows.append({"level": str(level), **row, "rows": int(part["n"].iloc[0])})
    return pd.DataFrame(rows)


def helds(found: Sensitivity) -> list[str]:
    """What is held, contexts first."""
    names = [name for name, _ in found.factors.held]
    return [name for name in (CONTEXT, ROLE_MODEL) if name in names]
