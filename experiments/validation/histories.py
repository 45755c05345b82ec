"""Two case histories: the published path of a firm beside the paths that the model plays for it. Nothing is fitted to them."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.validation.declared import read_histories
from tandem.sim.panel import Panel, simulate_panel
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario import Scenario

YEAR, QUARTER = 52, 13


def histories() -> list[dict[str, Any]]:
    """The histories as declared in `scenarios/histories.toml`."""
    return read_histories(resources.files("tandem.scenarios") / "histories.toml", "histories.toml")


def paths(
    history: dict[str, Any], runs: int = 200, seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE
) -> pd.DataFrame:
    """Simulated and published values by time: scenario, time, published, known, mean, low, high (middle 90% of runs), n.

    Each run has its own luck and parameter set (`parameters` as in `tandem.sim.parameter_sets`); what the case says wins.
    """
    scenario = Scenario.load(history["scenario"])
    firms = [scenario] * runs  # each of them once, so that the run's number is the pair's
    panel = simulate_panel(firms, 1, seed, QUARTER, ("revenue_sum",), parameters=parameters)
    rows = []
    for point in history["points"]:
        values = _value(panel, point, int(history["first_year"]))
        low, high = np.quantile(values, [0.05, 0.95])
        rows.append(
            {
                "scenario": history["scenario"],
                "time": point.get("year", point.get("quarter")),
                "published": float(point["value"]),
                "known": point["known"],
                "unverified": point["known"] != "read",
                "mean": float(values.mean()),
                "low": float(low),
                "high": float(high),
                "n": len(values),
            }
        )
    return pd.DataFrame(rows)


def _value(panel: Panel, point: dict[str, Any], first_year: int) -> np.ndarray:
    """Change of sales in per cent, (runs,): a year against the one before, or a quarter against that of the year before."""
    step, end = (YEAR, YEAR * (point["year"] - first_year + 1)) if "year" in point else (QUARTER, QUARTER * point["quarter"])
    now = panel.between("revenue_sum", end - step, end)[:, 0]
    before = panel.between("revenue_sum", end - step - YEAR, end - YEAR)[:, 0]
    return 100.0 * (now / before - 1.0)


def all_paths(runs: int = 200, seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE) -> pd.DataFrame:
    """The paths of all histories."""
    return pd.concat([paths(history, runs, seed, parameters) for history in histories()], ignore_index=True)
