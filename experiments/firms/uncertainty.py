"""Where the spread of outcomes and of their differences comes from: firm, parameters, luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tandem.experiments.firms.population import Population
from tandem.sim import kernel
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import Ensemble, ensemble
from tandem.sim.seeds import entropy
from tandem.sim.streams import seed_key


def variance_components(values: np.ndarray) -> dict[str, float]:
    """Variance of `values`, float64 (firms, sets, replicates), split into firm, parameters, both together and luck: components of
    the crossed random-effects analysis of variance (negative estimates are set to zero)."""
    firms, sets, replicates = values.shape
    mean = values.mean()
    by_firm, by_set, cell = values.mean(axis=(1, 2)), values.mean(axis=(0, 2)), values.mean(axis=2)
    within = ((values - cell[..., None]) ** 2).sum() / (firms * sets * (replicates - 1))
    both = replicates * ((cell - by_firm[:, None] - by_set[None, :] + mean) ** 2).sum() / ((firms - 1) * (sets - 1))
    firm = sets * replicates * ((by_firm - mean) ** 2).sum() / (firms - 1)
    one = firms * replicates * ((by_set - mean) ** 2).sum() / (sets - 1)
    return {
        "firm": max(0.0, (firm - both) / (sets * replicates)),
        "parameters": max(0.0, (one - both) / (firms * replicates)),
        "firm and parameters": max(0.0, (both - within) / replicates),
        "luck": float(within),
    }


def variance_shares(
    arms: Sequence[str],
    outcomes: Sequence[str],
    seed: int | str = 0,
    firms: int = 24,
    sets: int = 12,
    replicates: int = 2,
    known: Ensemble | None = None,
) -> pd.DataFrame:
    """Where the spread of each outcome, and of each difference from the first arm, comes from: outcome, arm, what ("outcome"
    or "difference"), source (firm, parameters, firm and parameters, luck), share, low, high (95%, resampling firms and sets).

    Firms are drawn from the population and put under each role model; every firm meets every set and luck, all arms alike.
    """
    found = ensemble() if known is None else known
    if found is None:
        raise ValueError("there is no ensemble yet: run `tandem calibrate`")
    drawn = Population.load("population", parameters={}).firms(firms, seed)
    numbers = found.drawn(sets, seed)
    known_sets = [found.mechanisms(int(number)) for number in numbers]
    # A row a firm, set and replicate, in this order; a firm meets the same luck under every set.
    firm, one, luck = (each.ravel() for each in np.indices((firms, sets, replicates)))
    key = np.tile(np.array(seed_key(seed), dtype=np.uint64), (len(firm), 1))
    played: dict[str, np.ndarray] = {}
    for arm in arms:
        made = replace(drawn, table=drawn.table.assign(role_model=arm)).rows(quarters=12).take(np.repeat(np.arange(firms), sets))
        for path in known_sets[0]:
            made.set(path, np.tile([each[path] for each in known_sets], firms))
        out = kernel.run_batch(made.rows, made.starts, firm * sets + one, firm, luck, key)
        played[arm] = out.reshape(firms, sets, replicates, -1)
    rows_, names = [], list(OUTCOMES)
    for outcome in outcomes:
        k = names.index(outcome)
        for arm in arms:
            cases = [("outcome", played[arm][..., k])]
            if arm != arms[0]:
                cases.append(("difference", played[arm][..., k] - played[arms[0]][..., k]))
            for what, values in cases:
                filled = np.where(np.isfinite(values), values, np.nanmean(values))
                rows_ += [{"outcome": outcome, "role_model": arm, "what": what, **row} for row in _shares(filled, seed)]
    return pd.DataFrame(rows_)


def _shares(values: np.ndarray, seed: int | str, resamples: int = 200) -> list[dict[str, str | float]]:
    draw = np.random.default_rng(entropy(seed, 13))
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
