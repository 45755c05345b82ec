"""Which lever moves an outcome most: the paired effect of each, from 0.2 to 0.8, the other levers random, same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from tandem.experiments.effects.designs import random_levels
from tandem.sim.intervals import DECIDED, paired_difference, verdict
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.played import outcomes_of
from tandem.sim.scenario import Scenario
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable

LOW, HIGH = 0.2, 0.8
OUTPUTS = ("revenue_growth", "conflict_rate")

# Takes lever levels, float64 (rows, levers) in [0, 1], and replicates, int64 (rows,); gives float64 (rows, outputs).
Model = Callable[[np.ndarray, np.ndarray], np.ndarray]


def effects(
    model: Model, n: int, seed: int | str = 0, levers: Sequence[str] = LEVERS, progress: Callable[[int], None] = lambda runs: None
) -> dict[str, np.ndarray]:
    """Paired effect of each lever: model at 0.8 minus model at 0.2, same other levers, same luck.

    The base points are a scrambled Sobol sequence (n rows, a power of two spreads best). Returns lever -> float64
    (n, outputs).
    """
    base = random_levels(n, len(levers), seed)
    replicates = np.arange(n, dtype=np.int64)
    found = {}
    for place, lever in enumerate(levers):
        ends = []
        for level in (LOW, HIGH):
            points = base.copy()
            points[:, place] = level
            ends.append(model(points, replicates))
            progress(n)
        found[lever] = ends[1] - ends[0]
    return found


def effect_table(found: dict[str, np.ndarray], outputs: Sequence[str] = OUTPUTS) -> pd.DataFrame:
    """Tidy: output, input, measure ("effect"), estimate, low, high, se, n, verdict; the largest in size first."""
    rows = []
    for place, output in enumerate(outputs):
        for lever, moves in found.items():
            estimate, low, high, error, n = paired_difference(np.zeros(len(moves)), moves[:, place])
            rows.append(
                {
                    "output": output,
                    "input": lever,
                    "measure": "effect",
                    "estimate": estimate,
                    "low": low,
                    "high": high,
                    "se": error,
                    "n": n,
                    "verdict": verdict(low, high, n),
                }
            )
    table = pd.DataFrame(rows)
    order = table.assign(place=table["output"].map(list(outputs).index), size=-table["estimate"].abs())
    return table.loc[order.sort_values(["place", "size"], kind="stable").index].reset_index(drop=True)


def ranks(found: dict[str, np.ndarray], outputs: Sequence[str] = OUTPUTS) -> pd.DataFrame:
    """Which of two levers moves an output more: one row a pair, paired interval of the difference in size, and a verdict.

    Sizes are compared in the direction in which each lever moves the output on average.
    """
    rows = []
    for place, output in enumerate(outputs):
        sizes = {lever: moves[:, place] * np.sign(np.nanmean(moves[:, place])) for lever, moves in found.items()}
        for first, second in combinations(sizes, 2):
            gap, low, high, _, n = paired_difference(sizes[second], sizes[first])
            word = {"higher": first, "lower": second}.get(verdict(low, high, n), "undecided")
            rows.append(
                {"output": output, "first": first, "second": second, "gap": gap, "low": low, "high": high, "n": n, "larger": word}
            )
    return pd.DataFrame(rows)


def rank_intervals(found: dict[str, np.ndarray], outputs: Sequence[str] = OUTPUTS) -> dict[str, dict[str, str]]:
    """Rank of each lever by output: "1", or "1-2" where its order against another is undecided."""
    table = ranks(found, outputs)
    told: dict[str, dict[str, str]] = {}
    for output in outputs:
        part = table[table["output"] == output]
        told[output] = {}
        for lever in found:
            rows = part[(part["first"] == lever) | (part["second"] == lever)]
            better = int(((rows["larger"] != lever) & (rows["larger"] != "undecided")).sum())
            open_ = int((rows["larger"] == "undecided").sum())
            told[output][lever] = str(better + 1) if open_ == 0 else f"{better + 1}-{better + 1 + open_}"
    return told


def effects_within(
    found: dict[str, np.ndarray],
    met: np.ndarray,
    order: Sequence[str],
    column: str = "role_model",
    outputs: Sequence[str] = OUTPUTS,
) -> pd.DataFrame:
    """The effect table of each part in `order`, with the part's name in front, in `column`, and each lever's `rank` within it.

    `met`: the part (a role model or a context) that each base point met, (n,).
    """
    parts = []
    for name in order:
        mine = {lever: moves[met == name] for lever, moves in found.items()}
        told = rank_intervals(mine, outputs)
        table = effect_table(mine, outputs)
        table.insert(0, column, name)
        table["rank"] = [told[row["output"]][row["input"]] for row in table.to_dict("records")]
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def opposed(by_role_model: pd.DataFrame, output: str) -> dict[str, tuple[list[str], list[str]]]:
    """Levers that decidedly raise an output in some role models and lower it in others: lever -> (role models raised, role
    models lowered).

    Pooled, such a lever looks weaker than it is anywhere.
    """
    rows = by_role_model[by_role_model["output"] == output]
    found = {}
    for lever in dict.fromkeys(rows["input"]):
        mine = rows[rows["input"] == lever]
        raised, lowered = (list(mine.loc[mine["verdict"] == word, "role_model"]) for word in DECIDED)
        if raised and lowered:
            found[lever] = (raised, lowered)
    return found


def pooled_model(
    cells: Sequence[tuple[str, str]],
    met: np.ndarray,
    seed: int | str = 0,
    outputs: Sequence[str] = OUTPUTS,
    changes: Mapping[str, object] | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Model:
    """A model for `effects`: luck i plays cell met[i] (a role model in a context), with the lever levels of its row, under the
    parameter set of pair i (`parameters` as in `tandem.sim.parameter_sets`).

    Sub-parameters of levers that a role model sets explicitly stay as they are. `changes` go over every cell.
    """
    scenarios = [Scenario.of(role_model=arm, context=context).with_(dict(changes or {})) for arm, context in cells]
    firms, asked = FirmTable(scenarios), chosen(parameters)
    key = np.array([seed_key(seed)], dtype=np.uint64)

    def model(points: np.ndarray, replicates: np.ndarray) -> np.ndarray:
        n, numbers = len(points), np.zeros(len(points), dtype=np.int64)
        table = asked.lay(firms.take(met[replicates]), asked.drawn(seed, numbers, replicates))
        for column, lever in enumerate(LEVERS):
            table.set_lever(lever, points[:, column])
        keys = np.tile(key, (n, 1))
        return outcomes_of(table.rows, table.starts, np.arange(n), numbers, replicates, keys, outputs)

    return model
