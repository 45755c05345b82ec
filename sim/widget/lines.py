"""What the widget draws: one firm, or the band in which four lucks in five lie, played by the panel, which is quick."""

from __future__ import annotations

from typing import Any

import numpy as np

from tandem.sim.panel import COLUMNS, Panel, run_panel, simulate_panel
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen, one_timeline
from tandem.sim.scenario import Scenario
from tandem.sim.series import HUNDRED as WHOLE
from tandem.sim.series import OF_PANEL, band, listed, of_panel, written
from tandem.sim.series import THEMES as CHARTS
from tandem.sim.streams import seed_key

THEMES = {
    name: tuple(series for series in CHARTS[name] if series in OF_PANEL)
    for name in ("pair", "tension", "customers", "teams", "revenue", "quarrels", "technique")
}
"""What one chart shows together, in the order of the list that offers them."""
HUNDRED = tuple(name for name in THEMES if name in WHOLE)
DRAWN = tuple(series for theme in THEMES.values() for series in theme)


def one(
    scenario: Scenario, seed: int | str, luck: int, parameters: str | int | Chosen = ENSEMBLE
) -> dict[str, list[float | None]]:
    """The lines of one luck, rounded for a screen; None where there is no number. The run is `simulate(scenario, seed, luck)`."""
    rows, key = one_timeline(scenario, chosen(parameters), seed, 0, luck), np.array([seed_key(seed)], dtype=np.uint64)
    none = np.zeros(1, dtype=np.int64)
    out = run_panel(rows, np.array([0, len(rows)]), none, none, np.array([luck]), key, every=1, threads=False)
    panel = Panel(out[None], np.arange(out.shape[1]), COLUMNS)
    return written({name: replicates[0] for name, replicates in of_panel(panel, DRAWN).items()})


def bands(scenario: Scenario, seed: int | str, replicates: int, parameters: str | int | Chosen = ENSEMBLE) -> dict[str, Any]:
    """Low and high of each series over so many lucks, week by week, between which four in five lie."""
    drawn = of_panel(simulate_panel([scenario], replicates, seed, every=1, parameters=parameters), DRAWN)
    spread = {name: band(rows) for name, rows in drawn.items()}
    return {
        "n": replicates,
        "low": {name: listed(low) for name, (low, _) in spread.items()},
        "high": {name: listed(high) for name, (_, high) in spread.items()},
    }
