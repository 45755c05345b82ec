"""Plays scenarios with the uncertainty of parameters carried along: pair r draws its luck and its parameter set.

All arms share the sets as they share luck, so differences stay paired; nothing is multiplied by the size of the ensemble.
What a scenario, a split, a context or a hand sets explicitly wins over the ensemble; what is merely declared gives way to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.firms.ensemble import Ensemble, ensemble
from tandem.experiments.firms.population import Population, as_parameters
from tandem.sim import kernel
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import RECORD, solved_demand
from tandem.sim.results import RUNS_IN_ONE_CALL, Batch, simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.streams import seed_key

CHOICES = ("ensemble", "default", "declared")


def gives_way(scenario: Scenario, path: str) -> bool:
    """Whether a parameter of the ensemble may move this value: nobody but the model's declaration has set it."""
    return scenario.origin.get(path) == "default" and path.replace(".", "_") in (RECORD.names or ())


def rows_by_set(scenario: Scenario, sets: Sequence[Mapping[str, float]]) -> np.ndarray:
    """The kernel's rows of a scenario under each parameter set, (sets, versions), demand solved anew for each."""
    rows = scenario.records()
    found = np.repeat(rows[None], len(sets), axis=0)
    moved = [path for path in dict.fromkeys(path for one in sets for path in one) if gives_way(scenario, path)]
    for path in moved:
        usual = rows[path.replace(".", "_")]
        values = np.array([one.get(path, usual[0]) for one in sets])
        # A version in which an intervention has set the value keeps it.
        found[path.replace(".", "_")] = np.where(usual == usual[0], values[:, None], usual)
    goals = scenario.parameters.market.right_goals.vector()
    if any(path.startswith(("market.", "execution.")) for path in moved):
        for row in found:
            row["demand"] = solved_demand(as_parameters(row[0], goals))
    return found


def play(
    scenario: Scenario, runs: int, seed: int | str = 0, parameters: str = "ensemble", known: Ensemble | None = None
) -> Batch:
    """`runs` pairs of a scenario: luck r under the parameter set drawn for pair r ("ensemble"), under the default set of the
    ensemble ("default"), or as the model declares ("declared"). Without an ensemble all are the last."""
    found = ensemble() if known is None else known
    if parameters == "declared" or found is None:
        return simulate_batch(scenario, runs=runs, seed=seed)
    if parameters == "default":
        numbers, drawn = [found.default], np.zeros(runs, dtype=np.int64)
    else:
        numbers, drawn = np.unique(found.drawn(runs, seed), return_inverse=True)  # type: ignore[assignment]
    mechanisms = found.every_mechanism
    rows = rows_by_set(scenario, [mechanisms[number] for number in numbers])
    starts = np.arange(len(rows) + 1) * rows.shape[1]
    key = np.array(seed_key(seed), dtype=np.uint64)
    lucks, parts = np.arange(runs), []
    for low in range(0, runs, RUNS_IN_ONE_CALL):
        part = slice(low, min(low + RUNS_IN_ONE_CALL, runs))
        n = part.stop - part.start
        parts.append(
            kernel.run_batch(rows.ravel(), starts, drawn[part], np.zeros(n, np.int64), lucks[part], np.tile(key, (n, 1)))
        )
    table = pd.DataFrame(np.concatenate(parts), columns=list(OUTCOMES))
    table.insert(0, "firm", 0)
    table.insert(1, "luck", lucks)
    return Batch((scenario,), seed, runs, table)


def lay_over(
    timeline: np.ndarray,
    scenarios: Sequence[Scenario],
    cell: np.ndarray,
    pairs: np.ndarray,
    seed: int,
    parameters: str = "ensemble",
    known: Ensemble | None = None,
) -> None:
    """Put parameter sets into rows of the kernel, in place: row k plays scenarios[cell[k]] under the set of pair pairs[k]."""
    found = ensemble() if known is None else known
    if parameters == "declared" or found is None:
        return
    drawn = np.full(len(pairs), found.default) if parameters == "default" else found.drawn(int(pairs.max()) + 1, seed)[pairs]
    moved = False
    for path in found.mechanisms(0):
        free = np.array([gives_way(scenario, path) for scenario in scenarios])[cell]
        column = path.replace(".", "_")
        if free.any():
            timeline[column] = np.where(free, found.sets[path].to_numpy()[drawn], timeline[column])
            moved = moved or path.startswith(("market.", "execution."))
    if moved:
        goals = [scenario.parameters.market.right_goals.vector() for scenario in scenarios]
        for k in range(len(timeline)):
            timeline["demand"][k] = solved_demand(as_parameters(timeline[k], goals[cell[k]]))


# -- where the spread comes from ---------------------------------------------------------------


def variance_components(values: np.ndarray) -> dict[str, float]:
    """Variance of `values`, float64 (firms, sets, lucks), split into firm, parameters, both together and luck: components of
    the crossed random-effects analysis of variance (negative estimates are set to zero)."""
    firms, sets, lucks = values.shape
    mean = values.mean()
    by_firm, by_set, cell = values.mean(axis=(1, 2)), values.mean(axis=(0, 2)), values.mean(axis=2)
    within = ((values - cell[..., None]) ** 2).sum() / (firms * sets * (lucks - 1))
    both = lucks * ((cell - by_firm[:, None] - by_set[None, :] + mean) ** 2).sum() / ((firms - 1) * (sets - 1))
    firm = sets * lucks * ((by_firm - mean) ** 2).sum() / (firms - 1)
    one = firms * lucks * ((by_set - mean) ** 2).sum() / (sets - 1)
    return {
        "firm": max(0.0, (firm - both) / (sets * lucks)),
        "parameters": max(0.0, (one - both) / (firms * lucks)),
        "firm and parameters": max(0.0, (both - within) / lucks),
        "luck": float(within),
    }


def variance_shares(
    arms: Sequence[str],
    outcomes: Sequence[str],
    seed: int = 0,
    firms: int = 24,
    sets: int = 12,
    lucks: int = 2,
    known: Ensemble | None = None,
) -> pd.DataFrame:
    """Where the spread of each outcome, and of each difference from the first arm, comes from: outcome, arm, what ("outcome"
    or "difference"), source (firm, parameters, firm and parameters, luck), share, low, high (95%, resampling firms and sets).

    Firms are drawn from the population and put under each split; every firm meets every set and luck, all arms alike.
    """
    found = ensemble() if known is None else known
    if found is None:
        raise ValueError("there is no ensemble yet: run `tandem calibrate`")
    drawn = Population.load("population", parameters={}).firms(firms, seed)
    numbers = found.drawn(sets, seed)
    chosen = [found.mechanisms(int(number)) for number in numbers]
    played: dict[str, np.ndarray] = {}
    for arm in arms:
        table = drawn.table.assign(role_model=arm)
        parts = []
        for one in chosen:
            rows = replace(drawn, table=table, population=drawn.population.with_(one)).records(quarters=12)
            firm, luck = np.repeat(np.arange(firms), lucks), np.tile(np.arange(lucks), firms)
            key = np.tile(np.array(seed_key(seed), dtype=np.uint64), (len(firm), 1))
            out = kernel.run_batch(np.concatenate(rows), np.arange(firms + 1), firm, firm, luck, key)
            parts.append(out.reshape(firms, lucks, -1))
        played[arm] = np.stack(parts, axis=1)  # (firms, sets, lucks, outcomes)
    rows_, names = [], list(OUTCOMES)
    for outcome in outcomes:
        k = names.index(outcome)
        for arm in arms:
            cases = [("outcome", played[arm][..., k])]
            if arm != arms[0]:
                cases.append(("difference", played[arm][..., k] - played[arms[0]][..., k]))
            for what, values in cases:
                filled = np.where(np.isfinite(values), values, np.nanmean(values))
                rows_ += [{"outcome": outcome, "arm": arm, "what": what, **row} for row in _shares(filled, seed)]
    return pd.DataFrame(rows_)


def _shares(values: np.ndarray, seed: int, resamples: int = 200) -> list[dict[str, Any]]:
    draw = np.random.default_rng([seed, 13])
    parts = variance_components(values)
    total = sum(parts.values())
    if total <= 0:
        return [{"source": name, "share": np.nan, "low": np.nan, "high": np.nan} for name in parts]
    again = []
    for _ in range(resamples):
        firms, sets = (draw.integers(0, n, n) for n in values.shape[:2])
        found = variance_components(values[np.ix_(firms, sets)])
        whole = sum(found.values())
        again.append([found[name] / whole if whole > 0 else np.nan for name in parts])
    low, high = np.nanquantile(np.array(again), [0.025, 0.975], axis=0)
    return [
        {"source": name, "share": part / total, "low": float(a), "high": float(b)}
        for (name, part), a, b in zip(parts.items(), low, high)
    ]
