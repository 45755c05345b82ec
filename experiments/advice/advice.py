"""Advice for one firm: which role model is best for it, what a second executive is worth to it, then which lever to raise first,
and where raising it stops to help.

All comparisons are paired: the same replicates and, under the ensemble of parameter sets, the same set for each pair, so
that what is said holds over what is not known of the mechanisms too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.advice.second import second_sentence, second_worth, without_coo
from tandem.experiments.effects.role_models import role_models
from tandem.experiments.firms.kept_batches import play
from tandem.sim.given import number, whole
from tandem.sim.intervals import paired_difference
from tandem.sim.own import Own
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS, lever_value
from tandem.sim.results import MOST_RUNS
from tandem.sim.scenario import Scenario, catalogue
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.scenario.paths import AS_LEVER, FIELDS, lever_of
from tandem.sim.seeds import seed_of

OUTCOMES = {"growth": "revenue_growth", "conflict": "conflict_rate", "profit": "profit_per_week"}
LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
DRAWS = 20_000  # of the means of all role models, for the probability that each is the best


@dataclass(frozen=True)
class Advice(Own):
    """What is advised, and the tables behind it."""

    scenario: Scenario
    runs: int
    step: float
    role_models: pd.DataFrame
    """One row a role model: mean growth (share a year), difference from the best with its interval, probability of being the
    best, decided."""
    levers: pd.DataFrame
    """One row a lever, the best for growth first: level, raised, change and interval of growth, conflict and profit, helped
    (share of replicates), helped_sets (share of parameter sets, by the mean over a set's replicates; not-a-number where all
    share one)."""
    levels: pd.DataFrame
    """The first lever played at LEVELS: level, growth (share a year), low and high of the difference from the level before."""
    second: pd.DataFrame
    """What a second executive is worth to this firm, see `tandem.experiments.advice.second.second_worth`."""
    parameters: Chosen
    """Under which parameter sets all this was played."""

    @property
    def best_role_model(self) -> str | None:
        """The role model that is decidedly best for growth, or None."""
        decided = self.role_models[self.role_models["decided"]]
        return str(decided.iloc[0]["role_model"]) if len(decided) else None

    @property
    def first_lever(self) -> str | None:
        """The lever to raise first (see `first_of`), or None."""
        return first_of(self.levers)

    @property
    def stops_helping(self) -> float | None:
        """The level of the first lever beyond which growth decidedly no longer rises, of those played; None: at the top."""
        for row in self.levels.to_dict("records")[1:]:
            if row["high"] < 0.0:
                return float(row["level"] - (LEVELS[1] - LEVELS[0]))
        return None

    def paragraphs(self) -> list[str]:
        """The advice in sentences."""
        titles = {entry.name: entry.title["en"] for entry in catalogue()}
        told = []
        best = self.role_models.iloc[0]
        if self.best_role_model is None:
            close = [titles[row["role_model"]] for row in self.role_models.to_dict("records") if row["low"] <= 0.0]
            told.append(
                f"Which role model suits this firm best is undecided between: {'; '.join(close)}. "
                f"{titles[best['role_model']]} is the best with probability {best['probability']:.2f}."
            )
        else:
            second = self.role_models.iloc[1]
            told.append(
                f"Of the role models, this one lets this firm grow most: {titles[self.best_role_model]} "
                f"(the best with probability {_probability(best['probability'])}), {100 * best['growth']:.1f}% a year, "
                f"{100 * second['difference']:.2f} points more than the next, "
                f"{titles[second['role_model']]} "
                f"(95% interval {100 * second['low']:.2f} to {100 * second['high']:.2f})."
            )
        told += filter(None, [second_sentence(self.second, titles)])
        lever = self.first_lever
        if lever is None:
            told.append(f"No single lever, raised by {self.step:g}, decidedly helps growth or cuts conflict here.")
            return told
        row = self.levers.set_index("lever").loc[lever]
        told.append(
            f"Then raise {lever.replace('_', ' ')} first: from {row['level']:.2f} by {self.step:g} it changes growth by "
            f"{100 * row['growth_change']:+.2f} points a year (95% interval {100 * row['growth_low']:+.2f} to "
            f"{100 * row['growth_high']:+.2f}), and helps growth in {round(100 * row['helped'])} of 100 replicates"
            f"{_of_sets(row['helped_sets'])}."
        )
        if np.isfinite(row["conflict_change"]):
            told.append(
                f"Conflict changes by {row['conflict_change']:+.2f} episodes a quarter ({row['conflict_low']:+.2f} to "
                f"{row['conflict_high']:+.2f}); what it costs is in the profit: {row['profit_change']:+.1f} kEUR a week "
                f"({row['profit_low']:+.1f} to {row['profit_high']:+.1f}), all prices paid."
            )
        others = self.levers[self.levers["raised"] & (self.levers["lever"] != lever)]
        rivals = [name for name, low in zip(others["lever"], others["behind_low"]) if low <= 0.0]
        if rivals:
            told.append(f"Whether it helps more than {', '.join(name.replace('_', ' ') for name in rivals)} is undecided.")
        fixed = self.scenario.explicit_lever_parameters
        if fixed:
            told.append(
                f"This firm's file sets parts of levers by hand: {', '.join(fixed)}. Raised with their lever, they go as "
                "far on their own way from poorest to best practice."
            )
        stop = self.stops_helping
        told.append(
            "Of the levels tried, none is too much."
            if stop is None
            else f"Beyond a level of about {stop:.1f} more of it lowers growth here."
        )
        return told


def _probability(value: float) -> str:
    return "above 0.99" if value > 0.99 else f"{value:.2f}"


def _of_sets(share: Any) -> str:
    if not np.isfinite(share):
        return ""
    return f" and, on average over its replicates, in {round(100 * share)} of 100 calibrated parameter sets"


def advise(
    scenario: Scenario | str,
    runs: int = 2000,
    step: float = 0.2,
    seed: int | str = 0,
    progress: Callable[[str, int], None] = lambda what, share: None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Advice:
    """Play the firm under every role model to choose from, with a COO and without, then in its own role model with each lever
    raised by `step` (above 0, at most 1). `scenario`: one, or its name or path; `seed` as in `tandem.sim.seeds`, `parameters` as
    in `tandem.sim.parameter_sets`. Raises Mistake in one sentence.

    >>> from tandem import Scenario, advise
    >>> found = advise(Scenario.of(role_model="undefined").with_({"quarters": 4}), runs=60)
    >>> found.first_lever in list(found.levers["lever"])
    True
    """
    scenario, runs, step, seed = _asked(scenario, runs, step, seed)
    control = {entry.name for entry in catalogue() if entry.kind == "role_model" and entry.control}
    options, asked = [name for name in role_models() if name not in control], chosen(parameters)
    by_role_model = {}
    for name in options:
        by_role_model[name] = _played(scenario.with_({"role_model": name}), runs, seed, asked)
        progress("role_models", 40 // len(options))
    levers, by_growth = (
        lever_effects(scenario, runs, step, seed, lambda: progress("levers", 6), asked),
        _role_models(by_role_model),
    )
    second = _second(scenario, by_role_model, str(by_growth.iloc[0]["role_model"]), lambda firm: _played(firm, runs, seed, asked))
    first = first_of(levers)
    levels = pd.DataFrame(columns=["level", "growth", "low", "high"])
    if first is not None:
        at = [_played(_set_to(scenario, first, level), runs, seed, asked) for level in LEVELS]
        levels = _levels(at)
    progress("levels", 30)
    return Advice(scenario, runs, step, by_growth, levers, levels, second, asked)


def _second(
    scenario: Scenario, known: dict[str, pd.DataFrame], best: str, played: Callable[[Scenario], pd.DataFrame]
) -> pd.DataFrame:
    """A firm that has a COO against the same without, one that has none against the best role model."""
    has = bool(scenario.parameters.coo.present)
    other = without_coo(scenario) if has else scenario.with_({"role_model": best})
    growth = [table["revenue_growth"].to_numpy() for table in (played(scenario), played(other) if has else known[best])]
    return second_worth(scenario, other, *growth)


def _asked(scenario: Scenario | str, runs: int, step: float, seed: int | str) -> tuple[Scenario, int, float, int | str]:
    """What is asked for, checked before anything is played."""
    return scenario_of(scenario), whole("runs", runs, 2, MOST_RUNS), number("step", step, 0.0, 1.0, above=0.0), seed_of(seed)


def helped_sets(change: np.ndarray, seed: int | str, parameters: str | int | Chosen = ENSEMBLE) -> float:
    """Share of the parameter sets, of those drawn for so many pairs, in which a change (runs,) is above zero on average."""
    asked = chosen(parameters)
    if asked.known is None or not asked.several:
        return float("nan")
    return float((pd.Series(change).groupby(asked.known.drawn(len(change), seed)).mean() > 0.0).mean())


def lever_effects(
    scenario: Scenario,
    runs: int,
    step: float,
    seed: int | str,
    progress: Callable[[], None] = lambda: None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> pd.DataFrame:
    """What each lever raised by `step` (or to its top) changes, paired by luck: the table that `Advice.levers` holds."""
    scenario, runs, step, seed = _asked(scenario, runs, step, seed)
    asked = chosen(parameters)
    untouched = _played(scenario, runs, seed, asked)
    moved = {}
    for lever in LEVERS:
        if raised(scenario, lever, step).parameters != scenario.parameters:
            moved[lever] = _played(raised(scenario, lever, step), runs, seed, asked)
        progress()
    return _levers(scenario, untouched, moved, seed, asked)


def raised(scenario: Scenario, lever: str, step: float) -> Scenario:
    """The firm with one lever raised by `step`, or to its top; a part of it that the file sets by hand goes as far on its own
    way from poorest to best practice, from where it stands."""
    changes = {f"levers.{lever}": min(1.0, getattr(scenario.parameters.levers, lever) + step)}
    for path in parts_by_hand(scenario, lever):
        way = FIELDS[path].json_schema_extra
        level = level_of(float(scenario.values[path]), way["poorest"], way["best"], way["scale"])
        if level < 1.0:
            changes[path] = lever_value(min(1.0, max(0.0, level) + step), way["poorest"], way["best"], way["scale"])
    return scenario.with_(changes)


def parts_by_hand(scenario: Scenario, lever: str) -> list[str]:
    """Parts of a lever that a firm's file sets by themselves."""
    return [path for path in scenario.explicit_lever_parameters if lever_of(path) == lever]


def level_of(value: float, poorest: float, best: float, scale: str) -> float:
    """Where a value lies on the way from poorest (0) to best practice (1): what `lever_value` undoes; any number beyond."""
    if scale == "log":
        return math.log(max(value, 1e-300) / poorest) / math.log(best / poorest)
    return (value - poorest) / (best - poorest)


def _set_to(scenario: Scenario, lever: str, level: float) -> Scenario:
    """The firm with a whole lever at a level: parts set by hand follow it again."""
    return scenario.with_({f"levers.{lever}": level, **dict.fromkeys(parts_by_hand(scenario, lever), AS_LEVER)})


def first_of(levers: pd.DataFrame) -> str | None:
    """The lever that helps growth most, if it decidedly does; else the one that decidedly cuts conflict most; or None."""
    moved = levers[levers["raised"]]
    helping = moved[moved["growth_low"] > 0.0]
    if len(helping):
        return str(helping.iloc[0]["lever"])
    calming = moved[moved["conflict_high"] < 0.0].sort_values("conflict_change")
    return str(calming.iloc[0]["lever"]) if len(calming) else None


def _played(scenario: Scenario, runs: int, seed: int | str, parameters: Chosen) -> pd.DataFrame:
    return play(scenario, runs, seed, parameters).outcomes[list(OUTCOMES.values())]


def _role_models(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    growth = {name: table["revenue_growth"].to_numpy() for name, table in found.items()}
    order = sorted(growth, key=lambda name: -growth[name].mean())
    rows = []
    for name in order:
        difference, low, high, _, _ = paired_difference(growth[name], growth[order[0]])
        rows.append({"role_model": name, "growth": growth[name].mean(), "difference": difference, "low": low, "high": high})
    table = pd.DataFrame(rows)
    table["probability"] = _best_with(np.array([growth[name] for name in order]))
    # Decided only if it leads every other: an interval each, corrected for their number by the stricter criterion of all.
    decided = len(table) > 1 and bool((table["low"].iloc[1:] > 0.0).all())
    table["decided"] = [decided and place == 0 for place in range(len(table))]
    return table


def _best_with(growth: np.ndarray) -> np.ndarray:
    """Probability of each option, (options, runs) on the same replicates, that its mean is the highest: of the means' joint
    normal distribution."""
    spread = np.cov(growth) / growth.shape[1]
    means = np.random.default_rng(0).multivariate_normal(growth.mean(axis=1), spread, DRAWS, method="eigh")
    return np.bincount(means.argmax(axis=1), minlength=len(growth)) / DRAWS


def _levers(
    scenario: Scenario, untouched: pd.DataFrame, moved: dict[str, pd.DataFrame], seed: int | str, parameters: Chosen
) -> pd.DataFrame:
    rows = []
    for lever in LEVERS:
        row: dict[str, object] = {"lever": lever, "level": getattr(scenario.parameters.levers, lever), "raised": lever in moved}
        row |= {f"{name}_{end}": np.nan for name in OUTCOMES for end in ("change", "low", "high")}
        row |= {"helped": np.nan, "helped_sets": np.nan}
        if lever in moved:
            for name, outcome in OUTCOMES.items():
                values = paired_difference(untouched[outcome].to_numpy(), moved[lever][outcome].to_numpy())
                row |= {f"{name}_change": values[0], f"{name}_low": values[1], f"{name}_high": values[2]}
            change = (moved[lever]["revenue_growth"] - untouched["revenue_growth"]).to_numpy()
            row["helped"], row["helped_sets"] = float((change > 0.0).mean()), helped_sets(change, seed, parameters)
        rows.append(row)
    table = pd.DataFrame(rows)
    if moved:
        table = table.sort_values("growth_change", ascending=False, kind="stable", na_position="last", ignore_index=True)
        first = str(table.iloc[0]["lever"])
        behind = {
            lever: paired_difference(moved[lever]["revenue_growth"].to_numpy(), moved[first]["revenue_growth"].to_numpy())
            for lever in moved
        }
        table["behind"] = [behind[lever][0] if lever in behind else np.nan for lever in table["lever"]]
        table["behind_low"] = [behind[lever][1] if lever in behind else np.nan for lever in table["lever"]]
        table["behind_high"] = [behind[lever][2] if lever in behind else np.nan for lever in table["lever"]]
    return table


def _levels(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for place, (level, table) in enumerate(zip(LEVELS, found)):
        before = found[max(0, place - 1)]
        _, low, high, _, _ = paired_difference(before["revenue_growth"].to_numpy(), table["revenue_growth"].to_numpy())
        rows.append({"level": level, "growth": float(table["revenue_growth"].mean()), "low": low, "high": high})
    return pd.DataFrame(rows)
