"""Findings about the pair itself, computed on a population as published ones are: what a second executive is worth and where,
what he saves the CEO in meetings, how trust loosens conflicts, falls and returns, what skills are worth, how growth fluctuates
with size.

Every function takes a `Trial` (tandem.experiments.validation.trials) and gives a number; none knows a published value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.second import worths
from tandem.experiments.firms.growth import YEAR, growth, slopes, standard
from tandem.experiments.validation.trials import Trial
from tandem.sim.panel import panel_of

ZONES = ("budget", "agency", "campaign", "key_client", "positioning", "process", "experiment")
# The CEO's week that published figures speak of, against the hours of it that the model knows (porter2018).
WHOLE_WEEK = 62.5


# -- the second executive ----------------------------------------------------------------------


def worth(trial: Trial) -> np.ndarray:
    """Growth that a COO brings, (firms,), points a year: with against without, twins; for firms that have one and for others."""
    return worths(*trial.second)["worth"].to_numpy()


def worth_table(trial: Trial) -> pd.DataFrame:
    """One row a firm: worth (points a year), coo (whether it has one by the population's rule), turbulence, interdependence,
    load, clarity, communication, ceo_hours, ceo_operations (standard deviations)."""
    firms, panels = trial.second
    table, differs = firms.table, worths(firms, panels)
    zones = [table[f"decisions.{zone}.overlap"] for zone in ZONES if f"decisions.{zone}.overlap" in table]
    inside = np.mean(zones, axis=0) if zones else np.zeros(len(table))
    return pd.DataFrame(
        {
            "worth": differs["worth"],
            "coo": differs["coo"],
            "turbulence": standard(differs["turbulence"].to_numpy()),
            "interdependence": standard(np.asarray(inside)),
            "load": standard(differs["load"].to_numpy()),
            "clarity": standard(table["levers.decision_clarity"].to_numpy()),
            "communication": standard(differs["communication"].to_numpy()),
            "ceo_hours": standard(differs["ceo_hours"].to_numpy()),
            "ceo_operations": standard(table["ceo.skills.operations"].to_numpy()),
        }
    )


FACTORS = ("turbulence", "interdependence", "load", "clarity", "communication", "ceo_hours", "ceo_operations")


def worth_slope(trial: Trial, factor: str, errors: bool = False) -> float:
    """Points a year that a COO's worth rises with a standard deviation of a factor, others held; or in its standard errors."""
    table = worth_table(trial)
    found, spread = slopes(table["worth"].to_numpy(), *(table[name].to_numpy() for name in FACTORS))
    place = FACTORS.index(factor)
    return float(found[place] / spread[place] if errors else found[place])


def worth_share(trial: Trial) -> float:
    """Share of all firms whose growth a COO raises."""
    return float((worth(trial) > 0).mean())


def chosen_well(trial: Trial) -> float:
    """Points a year by which a COO is worth more to firms that have one than to those that don't."""
    table = worth_table(trial)
    return float(table.loc[table["coo"], "worth"].mean() - table.loc[~table["coo"], "worth"].mean())


def meeting_hours_saved(trial: Trial) -> float:
    """Hours a week that a COO saves the CEO in meetings with his own people, scaled from the hours for marketing to his week."""
    firms, panels = trial.second
    weeks = trial.window[1] - trial.window[0]
    spent = {arm: panel.between("ceo_meeting_hours", *trial.window)[:, 0] / weeks for arm, panel in panels.items()}
    return float(np.mean((spent["without"] - spent["with"]) * WHOLE_WEEK / firms.table["ceo.hours"].to_numpy()))


# -- trust -------------------------------------------------------------------------------------


def trust_loosens(trial: Trial) -> float:
    """Standardised interaction of trust and task conflict in relationship conflict, across firms; below zero where trust weakens
    their link [simons2000]."""
    table = trial.table[["task_conflict", "relationship_conflict", "trust"]].dropna()
    task, trust = (standard(table[name].to_numpy()) for name in ("task_conflict", "trust"))
    x = np.column_stack([np.ones(len(table)), task, trust, task * trust])
    found, *_ = np.linalg.lstsq(x, standard(table["relationship_conflict"].to_numpy()), rcond=None)
    return float(found[3])


QUIET: dict[str, Any] = {f"hazards.{name}": 0.0 for name in ("restructuring", "technology", "competitor", "crisis")}
QUIET |= {"hazards.ceo_departure": 0.0, "hazards.coo_departure": 0.0}
LOW, HIGH, FOLLOWED = 0.15, 0.9, 20


def return_of_trust(trial: Trial) -> dict[str, np.ndarray]:
    """Mean trust by quarter of pairs that start at low and at high trust, float64 (firms, quarters + 1) each: `low`, `high`.
    Played once and remembered."""
    return trial.once("return of trust", lambda: _return_of_trust(trial))


def _return_of_trust(trial: Trial) -> dict[str, np.ndarray]:
    firms = trial.few(trial.size.twins)
    found = {}
    for name, start in (("low", LOW), ("high", HIGH)):
        panel = panel_of(firms.records({**QUIET, "dyad.trust": start}, quarters=FOLLOWED), seed=trial.seed, every=13)
        found[name] = 0.5 * (panel["ceo_trust"] + panel["coo_trust"])[:, 0]
    return found


def half_way(path: np.ndarray) -> float:
    """Quarters until a mean path has gone half its way to where it ends, interpolated; its length where it never moves."""
    gone = np.abs(path - path[0])
    if gone[-1] < 0.02:
        return float(len(path) - 1)
    place = int(np.argmax(gone >= 0.5 * gone[-1]))
    step = gone[place] - gone[place - 1]
    return float(place - 1 + (0.5 * gone[-1] - gone[place - 1]) / step)


def slower_return(trial: Trial) -> float:
    """How many times as long trust takes to come half way back from below as to go half way down from above, the end being where
    pairs from above settle."""
    found = return_of_trust(trial)
    low, high = found["low"].mean(axis=0), found["high"].mean(axis=0)
    settled = high[-1]
    fallen = half_way(high)
    middle = 0.5 * (low[0] + settled)
    place = int(np.argmax(low >= middle))
    if low[place] < middle:  # not within the time followed
        return float((len(low) - 1) / fallen)
    step = low[place] - low[place - 1]
    return float((place - 1 + (middle - low[place - 1]) / step) / fallen)


def regimes(trial: Trial) -> float:
    """Share of pairs that end more than a fifth of the scale apart, started low or high: two regimes of trust."""
    found = return_of_trust(trial)
    return float((found["high"][:, -1] - found["low"][:, -1] > 0.2).mean())


# -- skills and size ---------------------------------------------------------------------------

MORE_SKILL = 0.1


def worth_of_skill(trial: Trial, skill: str) -> float:
    """Points a year that a tenth more of a skill of both leaders adds to growth, twins."""
    firms = trial.few(trial.size.twins)
    more = firms.rows().take(np.arange(len(firms)))
    for post in ("ceo", "coo"):
        path = f"{post}.skills.{skill}"
        more.set(path, np.minimum(1.0, firms.table[path].to_numpy() + MORE_SKILL))
    skilled = panel_of(more.timelines(), seed=trial.seed, every=YEAR)
    return 100.0 * float(np.mean(growth(skilled, *trial.window) - growth(trial.as_they_are, *trial.window)))


def size_exponent(trial: Trial, bins: int = 8) -> float:
    """Exponent with which the spread of yearly growth falls with size [amaral1997]: minus the slope of its logarithm on the mean
    log revenue, over bins of firm-years of the window. Size and growth are taken against those of the firm's context, growth in
    its context's spread: lines of business differ in both."""
    weeks = range(trial.window[0] - YEAR, trial.window[1] + 1, YEAR)
    sums = np.column_stack([trial.panel["revenue_sum"][:, 0, trial.panel.weeks == week] for week in weeks])
    revenue = np.log(np.maximum(np.diff(sums, axis=1), 1e-9))
    moved, size = np.diff(revenue, axis=1), revenue[:, :-1].copy()
    contexts = trial.firms.table["context"].to_numpy()
    for context in np.unique(contexts):
        mine = contexts == context
        moved[mine] = standard(moved[mine])
        size[mine] -= size[mine].mean()
    which = pd.qcut(pd.Series(size.ravel()).rank(method="first"), bins, labels=False).to_numpy()
    spread = [np.std(moved.ravel()[which == k]) for k in range(bins)]
    middle = [size.ravel()[which == k].mean() for k in range(bins)]
    return float(-np.polyfit(middle, np.log(np.maximum(spread, 1e-9)), 1)[0])


# -- forty years -------------------------------------------------------------------------------

DECADE = 10


def decades(trial: Trial) -> dict[str, np.ndarray]:
    """Median yearly log growth by context, float64 (decades,), of the long panel."""
    panel = trial.long
    firms = trial.population.firms(trial.size.long, trial.seed, pairs_only=False)
    revenue = np.log(np.maximum(np.diff(panel["revenue_sum"][:, 0, panel.weeks % YEAR == 0], axis=1), 1e-9))
    moved = np.diff(revenue, axis=1)
    found = {}
    for context in sorted(firms.table["context"].unique()):
        mine = moved[(firms.table["context"] == context).to_numpy()]
        found[str(context)] = np.array([np.median(mine[:, k : k + DECADE]) for k in range(0, moved.shape[1], DECADE)])
    return found


def furthest(trial: Trial) -> float:
    """Largest multiple of its first year's revenue that a firm reaches in forty years (common logarithm)."""
    panel = trial.long
    revenue = np.diff(panel["revenue_sum"][:, 0, panel.weeks % YEAR == 0], axis=1)
    return float(np.log10((revenue.max(axis=1) / np.maximum(revenue[:, 0], 1e-9)).max()))
