"""Which input comes before which: decided only where the paired difference of total indices says so."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.estimates import Output
from tandem.experiments.sensitivity.intervals import half_width, holm, p_value, standard_error

COLUMNS = ["output", "first", "second", "difference", "low", "high", "se", "p", "verdict"]


def ranks_of(output: Output) -> pd.DataFrame:
    """One row a pair, the larger estimate as `first`: the difference of their `total_mean` with its 95% interval, the
    two-sided p-value adjusted for the number of pairs (Holm 1979), and "decided" where it is at most .05 (where one looks more
    than once: at most what this look may spend of it), else "undecided".

    The error is that of the difference itself: both indices come from the same rows.
    """
    found = output.measures["total_mean"]
    order = np.argsort(-found.value, kind="stable")
    rows: list[dict[str, Any]] = []
    for first, second in combinations(order, 2):
        gap = float(found.value[first] - found.value[second])
        error = float(standard_error(found.without[:, first] - found.without[:, second]))
        wide = float(half_width(error, len(found.without), output.level))
        rows.append(
            {
                "output": output.name,
                "first": found.inputs[first],
                "second": found.inputs[second],
                "difference": gap,
                "low": gap - wide,
                "high": gap + wide,
                "se": error,
                "p": p_value(gap, error, len(found.without)),
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    if len(table):
        table["p"] = holm(table["p"].to_numpy(dtype=float))
    table["verdict"] = np.where(table["p"].astype(float) <= output.alpha, "decided", "undecided")
    return table


def places_of(ranks: pd.DataFrame, inputs: tuple[str, ...]) -> dict[str, str]:
    """Rank of each input: "1", or "1-2" where its order against another is undecided."""
    first, second = ranks["first"].to_numpy(dtype=object), ranks["second"].to_numpy(dtype=object)
    verdicts = ranks["verdict"].to_numpy(dtype=object)
    told = {}
    for name in inputs:
        better = int(((second == name) & (verdicts == "decided")).sum())
        open_ = int((((first == name) | (second == name)) & (verdicts == "undecided")).sum())
        told[name] = str(better + 1) if open_ == 0 else f"{better + 1}-{better + 1 + open_}"
    return told
