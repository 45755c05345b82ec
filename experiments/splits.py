"""The splits and controls compared in every context, on the same lucks, under the default and the alternative assumptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.comparison import Comparison, compare_batches
from sim.results import Batch, simulate_batch
from sim.scenario import Scenario, catalogue

HEADLINES = ("revenue_growth", "conflict_rate", "decision_delay_weeks", "omission_rate", "commission_rate",
             "brand_awareness", "profit_per_week")  # fmt: skip

# The structural choices on which the order of the splits hangs, each with an alternative to its default.
ALTERNATIVES: Mapping[str, dict[str, Any]] = {
    "no media budget limit": {"assumptions.media_budget_exponent": 0.0},
    "meeting time no bottleneck": {"assumptions.meeting_time": False},
    "effort alike for all": {"assumptions.specialised_effort": False},
    "gate on feasibility": {"assumptions.gate": "feasibility"},
    "capacity 0.8 of load": {"assumptions.capacity": 0.8},
    "ambiguity at double price": {"assumptions.ambiguity_price": 2.0},
    "trust frozen": {"assumptions.trust_frozen": True},
}
# The other ends of three of them, which only a longer study plays.
FURTHER: Mapping[str, dict[str, Any]] = {
    "one fixed media budget": {"assumptions.media_budget_exponent": 1.0},
    "capacity 1.3 of load": {"assumptions.capacity": 1.3},
    "ambiguity free": {"assumptions.ambiguity_price": 0.0},
}
# What a split may set beside decision rights; equal dispositions put these back.
DISPOSITIONS: Mapping[str, Any] = {"ceo.encouragement": 0.0, "ceo.anchor": 0.004, "coo.anchor": 0.004}

Progress = Callable[[int], None]


def splits() -> list[str]:
    """Ids of the splits and controls, in the order their files give; the first is the reference."""
    return [entry.name for entry in catalogue() if entry.kind == "role_model"]


def contexts() -> list[str]:
    """Ids of the contexts, in the order their files give."""
    return [entry.name for entry in catalogue() if entry.kind == "context"]


def compare_splits(context: str, runs: int, seed: int = 0, changes: Mapping[str, Any] | None = None,
                   known: Mapping[str, Batch] | None = None, progress: Progress = lambda runs: None) -> Comparison:  # fmt: skip
    """All splits and controls in a context with equal starts, paired by luck; `changes` go over every one of them.

    Batches of the same runs that are `known` are not played again where the changes change nothing.
    """
    batches = {}
    for arm in splits():
        plain = Scenario.of(role_model=arm, context=context)
        scenario = plain.with_(dict(changes)) if changes else plain
        if known and arm in known and scenario.digest == plain.digest:
            batches[arm] = known[arm]
            continue
        batches[arm] = simulate_batch(scenario, runs=runs, seed=seed)
        progress(runs)
    return compare_batches(batches, HEADLINES)


def differences(table: pd.DataFrame, context: str, assumption: str, dispositions: str) -> pd.DataFrame:
    """A comparison's table with the columns context, assumption and dispositions in front."""
    labelled = table.copy()
    for place, (name, word) in enumerate((("context", context), ("assumption", assumption), ("dispositions", dispositions))):
        labelled.insert(place, name, word)
    return labelled


def surviving(default: pd.DataFrame, alternatives: pd.DataFrame) -> pd.DataFrame:
    """For each decided statement "this split is higher/lower than the reference", under which alternatives it holds.

    One row a context, arm and outcome decided by default: verdict, `survives` (number of alternatives under which the same
    verdict is decided), `of`, `turns` (alternatives that decide the opposite), `opens` (alternatives that leave it undecided).
    """
    keys = ["context", "arm", "outcome"]
    decided = default[default["verdict"].isin(["higher", "lower"])]
    rows = []
    lookup = {tuple(row[key] for key in keys) + (row["assumption"],): row["verdict"]
              for row in alternatives.to_dict("records")}  # fmt: skip
    names = list(dict.fromkeys(alternatives["assumption"]))
    for row in decided.to_dict("records"):
        said = {name: lookup.get((row["context"], row["arm"], row["outcome"], name)) for name in names}
        same = [name for name, word in said.items() if word == row["verdict"]]
        turned = [name for name, word in said.items() if word in ("higher", "lower") and word != row["verdict"]]
        open_ = [name for name, word in said.items() if word not in ("higher", "lower")]
        rows.append({**{key: row[key] for key in keys}, "verdict": row["verdict"], "difference": row["difference"],
                     "survives": len(same), "of": len(names), "turns": "; ".join(turned), "opens": "; ".join(open_)})  # fmt: skip
    columns = [*keys, "verdict", "difference", "survives", "of", "turns", "opens"]
    return pd.DataFrame(rows, columns=columns)


def set_beside_rights(arms: Sequence[str]) -> pd.DataFrame:
    """What each split sets beside decision rights: arm, path, value."""
    plain = Scenario.of(role_model=arms[0], context=contexts()[0]).values
    rows = []
    for arm in arms:
        values = Scenario.of(role_model=arm, context=contexts()[0]).values
        rows += [{"arm": arm, "path": path, "value": value} for path, value in values.items()
                 if not path.startswith("charter.") and plain.get(path) != value]  # fmt: skip
    return pd.DataFrame(rows, columns=["arm", "path", "value"])
