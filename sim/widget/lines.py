"""The lines that the widget draws: one firm, or the band in which four lucks in five lie, from the panel's states."""

from __future__ import annotations

from typing import Any

import numpy as np

from tandem.sim.panel import COLUMNS, Panel, run_panel, simulate_panel
from tandem.sim.scenario import Scenario
from tandem.sim.streams import seed_key

BAND = (0.1, 0.9)
QUARTER = 13
THEMES: dict[str, tuple[str, ...]] = {
    "pair": ("trust", "role_clarity"),
    "tension": ("relationship_conflict",),
    "customers": ("satisfaction", "brand_awareness"),
    "teams": ("morale", "team_skill"),
    "revenue": ("revenue",),
    "quarrels": ("quarrels",),
    "technique": ("technique",),
}
"""What one chart shows together, under the names and in the units of the flight simulator's themes."""
HUNDRED = ("pair", "tension", "customers", "teams")


def lines(panel: Panel) -> dict[str, np.ndarray]:
    """Series by name, float64 (lucks, weeks + 1): points out of 100, revenue with its start at 100, quarrels in 13 weeks."""
    values = {name: panel[name][0] for name in panel.columns}
    both = (values["ceo_present"] > 0) & (values["coo_present"] > 0)
    revenue = values["revenue"]
    episodes = values["task_episodes"] + values["process_episodes"] + values["relationship_episodes"]
    before = np.concatenate([np.zeros((len(episodes), QUARTER)), episodes[:, :-QUARTER]], axis=1)
    return {
        "trust": np.where(both, 50.0 * (values["ceo_trust"] + values["coo_trust"]), np.nan),
        "role_clarity": 100.0 * values["role_clarity"],
        "relationship_conflict": np.where(both, 100.0 * values["relationship_conflict"], np.nan),
        "satisfaction": 100.0 * values["satisfaction"],
        "brand_awareness": 100.0 * values["brand_awareness"],
        "morale": 100.0 * values["morale"],
        "team_skill": 100.0 * values["team_skill"],
        "revenue": 100.0 * revenue / revenue[:, :1],
        "quarrels": episodes - before,
        "technique": 100.0 * values["technique"],
    }


def one(scenario: Scenario, seed: int | str, luck: int) -> dict[str, list[float | None]]:
    """The lines of one luck, rounded for a screen; None where there is no number. The run is `simulate(scenario, seed, luck)`."""
    rows, key = scenario.records(), np.array([seed_key(seed)], dtype=np.uint64)
    none = np.zeros(1, dtype=np.int64)
    out = run_panel(rows, np.array([0, len(rows)]), none, none, np.array([luck]), key, every=1, threads=False)
    panel = Panel(out[None], np.arange(out.shape[1]), COLUMNS)
    return {name: listed(series[0]) for name, series in lines(panel).items()}


def bands(scenario: Scenario, seed: int | str, lucks: int) -> dict[str, Any]:
    """Low and high of each series over so many lucks, week by week, between which four in five lie."""
    with np.errstate(all="ignore"):
        spread = {
            name: np.nanquantile(rows, BAND, axis=0) if np.isfinite(rows).any() else np.full((2, rows.shape[1]), np.nan)
            for name, rows in lines(simulate_panel([scenario], lucks, seed, every=1)).items()
        }
    return {
        "n": lucks,
        "low": {name: listed(rows[0]) for name, rows in spread.items()},
        "high": {name: listed(rows[1]) for name, rows in spread.items()},
    }


def listed(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: two decimals, None for not-a-number."""
    return [None if value != value else value for value in np.round(values, 2).tolist()]
