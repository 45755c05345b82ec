"""The numbers of a run that a page draws: one list a series, row 0 the start."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from tandem.sim.results import Run

QUARTER = 13

Column = Callable[[pd.DataFrame, Run], np.ndarray]


def _points(name: str) -> Column:
    return lambda weekly, run: 100.0 * weekly[name].to_numpy()


def _as_it_is(name: str) -> Column:
    return lambda weekly, run: weekly[name].to_numpy()


def _of_start(name: str) -> Column:
    def column(weekly: pd.DataFrame, run: Run) -> np.ndarray:
        values = weekly[name].to_numpy()
        return 100.0 * values / values[0] if values[0] else values

    return column


def _waiting(weekly: pd.DataFrame, run: Run) -> np.ndarray:
    capacity = weekly["capacity"].to_numpy()
    return np.where(capacity > 0, weekly["backlog"].to_numpy() / np.where(capacity > 0, capacity, 1.0), 0.0)


def _quarrels(weekly: pd.DataFrame, run: Run) -> np.ndarray:
    """Quarrels of all kinds in the quarter that ends with the week."""
    running = np.cumsum(np.nan_to_num(weekly["conflict_episodes"].to_numpy()))
    before = np.concatenate([np.zeros(QUARTER), running[:-QUARTER]])
    return running - before


def _load(leader: str) -> Column:
    """Hours used of the hours given to marketing, in percent."""

    def column(weekly: pd.DataFrame, run: Run) -> np.ndarray:
        versions = run.scenario.timeline
        row = np.searchsorted([week for week, _ in versions[1:]], np.arange(len(weekly)), side="right")
        hours = np.array([getattr(parameters, leader).hours for _, parameters in versions])[row]
        return 100.0 * np.nan_to_num(weekly[f"{leader}_hours_used"].to_numpy()) / hours

    return column


SERIES: dict[str, Column] = {
    "trust": _points("trust"),
    "role_clarity": _points("role_clarity"),
    "relationship_conflict": _points("relationship_conflict"),
    "goal_gap": _points("goal_gap"),
    "satisfaction": _points("satisfaction"),
    "brand_awareness": _points("brand_awareness"),
    "revenue": _of_start("revenue"),
    "quarrels": _quarrels,
    "decisions_open": _as_it_is("decisions_open"),
    "open_delay_weeks": _as_it_is("open_delay_weeks"),
    "waiting_weeks": _waiting,
    "ceo_load": _load("ceo"),
    "coo_load": _load("coo"),
    "morale": _points("morale"),
    "team_skill": _points("team_skill"),
    "technique": lambda weekly, run: 100.0 * weekly["technique"].to_numpy(),
    "standing_error": lambda weekly, run: 100.0 * weekly["standing_error"].to_numpy(),
}
"""Series by name. Points out of 100 unless the page's text says otherwise."""

FACES: dict[str, Column] = {
    "ceo_trust": _points("ceo_trust"),
    "coo_trust": _points("coo_trust"),
    "ceo_present": _as_it_is("ceo_present"),
    "coo_present": _as_it_is("coo_present"),
}
"""What the strip of the pair shows beside some of the series."""

THEMES: dict[str, tuple[str, ...]] = {
    "pair": ("trust", "role_clarity"),
    "tension": ("relationship_conflict", "goal_gap"),
    "revenue": ("revenue",),
    "customers": ("satisfaction", "brand_awareness"),
    "quarrels": ("quarrels",),
    "decisions": ("decisions_open",),
    "delay": ("open_delay_weeks",),
    "work": ("waiting_weeks",),
    "load": ("ceo_load", "coo_load"),
    "teams": ("morale", "team_skill"),
    "technique": ("technique",),
    "settings": ("standing_error",),
}
"""What one chart shows together: at most two series, in one unit."""

HUNDRED = ("pair", "tension", "customers", "teams")
"""Themes whose axis goes from 0 to 100."""

THEME_OF_OUTCOME = {
    "revenue_growth": "revenue",
    "conflict_rate": "quarrels",
    "task_conflict_rate": "quarrels",
    "process_conflict_rate": "quarrels",
    "decision_delay_weeks": "delay",
    "lapsed_share": "decisions",
    "omission_rate": "decisions",
    "backlog_weeks": "work",
    "technique": "technique",
    "standing_error": "settings",
    "goal_gap": "tension",
}


def numbers(run: Run) -> dict[str, list[float | None]]:
    """Every series of a run, rounded to what a screen can show; None where there is no number."""
    weekly = run.weekly
    return {name: listed(column(weekly, run)) for name, column in {**SERIES, **FACES}.items()}


def table(run: Run, names: tuple[str, ...]) -> np.ndarray:
    """Some series of a run, shape (series, weeks+1)."""
    weekly = run.weekly
    return np.array([SERIES[name](weekly, run) for name in names])


def listed(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: two decimals, None for not-a-number."""
    rounded = np.round(np.asarray(values, dtype=float), 2)
    return [None if value != value else value for value in rounded.tolist()]
