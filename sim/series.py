"""The lines that a page, a widget or a figure draws of a run: each declared once, made of columns of the weekly table.

Whoever plays the run (`simulate`, or the panel for many replicates at once) hands over columns by name, and every door shows
the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import numpy as np

from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OWN
from tandem.sim.own_outcomes import own_among
from tandem.sim.panel import STATES, Panel
from tandem.sim.played import Weeks
from tandem.sim.results import Run
from tandem.sim.weekly import WEEKLY

QUARTER = 13
BAND = (0.1, 0.9)
"""Between these quantiles of the replicates a band lies: four futures in five."""

Columns = Callable[[str], np.ndarray]
"""A weekly column by its name, float64, weeks along the last axis, row 0 the start."""
Series = Callable[[Columns], np.ndarray]

EPISODES = ("task_episodes", "process_episodes", "relationship_episodes")


def _hundredths(name: str) -> Series:
    """A column times a hundred; one of the pair is drawn only while there is a pair."""

    def series(columns: Columns) -> np.ndarray:
        values = 100.0 * columns(name)
        if not WEEKLY[name].pair:
            return values
        return np.where((columns("ceo_present") > 0) & (columns("coo_present") > 0), values, np.nan)

    return series


def _as_it_is(name: str) -> Series:
    return lambda columns: columns(name)


def _of_start(name: str) -> Series:
    def series(columns: Columns) -> np.ndarray:
        values = columns(name)
        start = values[..., :1]
        return np.where(start != 0, 100.0 * values / np.where(start != 0, start, 1.0), values)

    return series


def _waiting(columns: Columns) -> np.ndarray:
    capacity = columns("capacity")
    return np.where(capacity > 0, columns("backlog") / np.where(capacity > 0, capacity, 1.0), 0.0)


def _quarrels(columns: Columns) -> np.ndarray:
    """Quarrels of all kinds in the quarter that ends with the week."""
    running = np.cumsum(np.nan_to_num(columns("conflict_episodes")), axis=-1)
    before = np.zeros_like(running)
    before[..., QUARTER:] = running[..., :-QUARTER]
    return np.asarray(running - before)


def _load(leader: str) -> Series:
    """Hours used of the hours given to marketing, in percent."""
    return lambda columns: 100.0 * np.nan_to_num(columns(f"{leader}_hours_used")) / columns(f"{leader}_hours_given")


SERIES: dict[str, Series] = {
    "trust": _hundredths("trust"),
    "role_clarity": _hundredths("role_clarity"),
    "relationship_conflict": _hundredths("relationship_conflict"),
    "goal_gap": _hundredths("goal_gap"),
    "satisfaction": _hundredths("satisfaction"),
    "brand_awareness": _hundredths("brand_awareness"),
    "revenue": _of_start("revenue"),
    "quarrels": _quarrels,
    "decisions_open": _as_it_is("decisions_open"),
    "open_delay_weeks": _as_it_is("open_delay_weeks"),
    "waiting_weeks": _waiting,
    "ceo_load": _load("ceo"),
    "coo_load": _load("coo"),
    "morale": _hundredths("morale"),
    "team_skill": _hundredths("team_skill"),
    "technique": _hundredths("technique"),
    "standing_error": _hundredths("standing_error"),
}
"""Series by name. Points out of 100 unless the page's text says otherwise."""

FACES: dict[str, Series] = {
    "ceo_trust": _hundredths("ceo_trust"),
    "coo_trust": _hundredths("coo_trust"),
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

OF_PANEL = (
    *("trust", "role_clarity", "relationship_conflict", "satisfaction", "brand_awareness"),
    *("revenue", "quarrels", "morale", "team_skill", "technique", "standing_error"),
)
"""The series that a panel's columns suffice for."""


def of_run(run: Run, names: Iterable[str] = tuple(SERIES)) -> dict[str, np.ndarray]:
    """Series by name of a run, float64 (weeks + 1)."""

    def columns(name: str) -> np.ndarray:
        if name.endswith("_hours_given"):
            return _hours_given(run, name.removesuffix("_hours_given"))
        return np.asarray(run._weekly_columns[name], dtype=float)

    every = {**SERIES, **FACES}
    return {name: every[name](columns) for name in names}


def own_series(run: Run) -> dict[str, np.ndarray]:
    """A user's own outcomes as lines, float64 (weeks + 1): what each would be if the run ended with that week (0-1 and shares out
    of 100); not-a-number at the start, and where it cannot be told yet."""
    weeks, found = Weeks(run._kept), {}
    for outcome in own_among(OWN):
        line = np.full(run.weeks + 1, np.nan)
        for week in range(1, run.weeks + 1):
            with suppress(Mistake):
                line[week] = outcome.of(weeks.until(week))
        found[outcome.name] = (100.0 if outcome.bounds == (0.0, 1.0) else 1.0) * line
    return found


def of_panel(panel: Panel, names: Iterable[str] = OF_PANEL) -> dict[str, np.ndarray]:
    """Series by name of the first firm of a weekly panel, float64 (replicates, weeks + 1)."""

    def columns(name: str) -> np.ndarray:
        if name == "trust":
            return np.asarray(0.5 * (panel["ceo_trust"][0] + panel["coo_trust"][0]))
        if name == "conflict_episodes":
            return np.diff(sum(panel[kind][0] for kind in EPISODES), axis=-1, prepend=0.0)
        if name not in STATES:
            raise KeyError(f"a panel holds no weekly {name}")
        return np.asarray(panel[name][0])

    return {name: SERIES[name](columns) for name in names}


def band(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of a series over replicates (first axis), week by week, of those replicates in which it is defined."""
    low, high = np.full((2, rows.shape[1]), np.nan)
    defined = ~np.isnan(rows).all(axis=0)
    low[defined], high[defined] = np.nanquantile(rows[:, defined], BAND, axis=0)
    return low, high


def listed(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: two decimals, None for not-a-number."""
    rounded = np.round(np.asarray(values, dtype=float), 2)
    return [None if value != value else value for value in rounded.tolist()]


def written(series: Mapping[str, np.ndarray]) -> dict[str, list[float | None]]:
    """Series as a screen gets them."""
    return {name: listed(values) for name, values in series.items()}


def _hours_given(run: Run, leader: str) -> np.ndarray:
    versions = run.scenario.timeline
    row = np.searchsorted([week for week, _ in versions[1:]], np.arange(run.weeks + 1), side="right")
    return np.array([getattr(parameters, leader).hours for _, parameters in versions])[row]
