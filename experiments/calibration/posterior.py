"""Looks at a posterior: which parameters each target pins, what stays wide, and how rankings vary over the ensemble."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.levers import OUTPUTS, effects, pooled_model
from tandem.experiments.effects.role_models import contexts, described, role_models
from tandem.experiments.files.tables import write_csv
from tandem.sim.parameters import LEVERS
from tandem.sim.seeds import entropy
from tandem.sim.writing import filled

PAIRS, POINTS = 8, 32  # replicates a cell and base points of levers, for each parameter set
RANKED = 80  # sets whose rankings are played (the first of an ensemble, which is in random order)


def marginals(sets: np.ndarray, paths: list[str], low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """One row a parameter: path, q05, q50, q95 (of its places in the prior range, 0 to 1), `width` (of the middle 90% against
    0.9 of a flat prior) and a verdict: "pinned" (below half), "narrowed" (below 0.8), "wide"."""
    quantiles = np.quantile(sets, [0.05, 0.5, 0.95], axis=0)
    width = (quantiles[2] - quantiles[0]) / 0.9
    word = np.where(width < 0.5, "pinned", np.where(width < 0.8, "narrowed", "wide"))
    return pd.DataFrame(
        {
            "path": paths,
            "low": low,
            "high": high,
            "q05": quantiles[0],
            "q50": quantiles[1],
            "q95": quantiles[2],
            "width": width,
            "verdict": word,
        }
    ).sort_values("width", ignore_index=True)


def pins(fit: Any, points: int = 64, seed: int | str = 0) -> pd.DataFrame:
    """Which parameters each target pins: target, path, effect (of the emulated target as the parameter crosses its prior range,
    the others as in the ensemble, in half bands), and the share of the target's movement over the ensemble's ranges."""
    draw = np.random.default_rng(entropy(seed, 11))
    base = fit.sets[draw.integers(0, len(fit.sets), points)]
    rows = []
    for band in fit.bands:
        half = 0.5 * (band.high - band.low) if np.isfinite(band.low) and np.isfinite(band.high) else np.nan
        if not np.isfinite(half):
            continue
        ends = []
        for k in range(len(fit.space)):
            pair = []
            for place in (0.05, 0.95):
                moved = base.copy()
                moved[:, k] = place
                pair.append(fit.emulators[band.name](moved)[0])
            ends.append(float((pair[1] - pair[0]).mean()) / half)
        size = np.abs(ends)
        rows += [
            {
                "target": band.name,
                "path": path,
                "swing_half_bands": effect,
                "share": float(abs(effect) / size.sum()) if size.sum() else 0.0,
            }
            for path, effect in zip(fit.space.paths, ends)
        ]
    return pd.DataFrame(rows)


def rankings(
    sets: list[dict[str, float]], seed: int | str = 0, progress: Callable[[str, int], None] = lambda what, n: None
) -> pd.DataFrame:
    """How role models and levers come out under each parameter set: set, kind (role model, lever), name, outcome, value
    (mean over
    contexts, or effect from 0.2 to 0.8), rank (1: highest growth or lowest conflict for role models; largest size for levers).

    All sets meet the same replicates, so differences between them are the parameters'.
    """
    from tandem.sim.results import simulate_batch
    from tandem.sim.scenario import catalogue

    aside = {entry.name for entry in catalogue() if entry.kind == "role_model" and entry.control}
    arms = [arm for arm in role_models() if arm not in aside]
    cells = [(arm, context) for context in contexts() for arm in arms]
    plain = {context: described(context, arms) for context in contexts()}
    met = np.random.default_rng(entropy(seed, 2)).permutation(POINTS) % len(cells)
    rows = []
    for number, one in enumerate(sets):
        mechanisms = {path: value for path, value in one.items() if not path.startswith(("population.", "hazards."))}
        firms = [plain[context][arm].with_(mechanisms) for arm, context in cells]
        played = simulate_batch(firms, PAIRS, seed, parameters="declared").outcomes
        for outcome in OUTPUTS:
            mean = played[outcome].to_numpy().reshape(len(contexts()), len(arms), PAIRS).mean(axis=(0, 2))
            sign = -1.0 if outcome == "revenue_growth" else 1.0
            rows += [
                {"set": number, "kind": "role_model", "name": arm, "outcome": outcome, "value": float(value), "rank": int(place)}
                for arm, value, place in zip(arms, mean, _ranks(sign * mean))
            ]
        moved = effects(pooled_model(cells, met, seed, changes=mechanisms, parameters="declared"), POINTS, seed)
        for k, outcome in enumerate(OUTPUTS):
            mean = np.array([moved[lever][:, k].mean() for lever in LEVERS])
            rows += [
                {"set": number, "kind": "lever", "name": lever, "outcome": outcome, "value": float(value), "rank": int(place)}
                for lever, value, place in zip(LEVERS, mean, _ranks(-np.abs(mean)))
            ]
        progress("rankings over the ensemble", 1)
    return pd.DataFrame(rows)


def _ranks(values: np.ndarray) -> np.ndarray:
    return values.argsort().argsort() + 1


def ranking_summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row a role model or lever and outcome: mean value with its middle 90% over sets, share of sets in which it is first,
    lowest and highest rank of the middle 90% of sets."""
    groups = table.groupby(["kind", "outcome", "name"], sort=False)
    return groups.agg(
        value=("value", "mean"),
        low=("value", lambda x: x.quantile(0.05)),
        high=("value", lambda x: x.quantile(0.95)),
        first_share=("rank", lambda x: float((x == 1).mean())),
        rank_low=("rank", lambda x: float(x.quantile(0.05))),
        rank_high=("rank", lambda x: float(x.quantile(0.95))),
        sets=("set", "nunique"),
    ).reset_index()


def look(fit: Any, folder: Path, seed: int | str, progress: Callable[[str, int], None] = lambda what, n: None) -> None:
    """Write `marginals.csv`, `pins.csv`, `rankings.csv`, `ranking_summary.csv` and the figures into `folder`."""
    from tandem.experiments.calibration.figures import write_figures

    low, high = (np.array([getattr(parameter, end) for parameter in fit.space.parameters]) for end in ("low", "high"))
    tables = {"marginals": marginals(fit.sets, fit.space.paths, low, high), "pins": pins(fit, seed=seed)}
    tables["rankings"] = rankings(fit.space.sets(fit.sets[:RANKED]), seed, progress)
    tables["ranking_summary"] = ranking_summary(tables["rankings"])
    with filled(folder) as part:
        for name, table in tables.items():
            write_csv(table, part / f"{name}.csv", "%.6g")
    with filled(folder) as part:  # after the tables, which stand whatever becomes of the drawing
        write_figures(fit, tables, part)
