"""The main job: role models and controls in every context, which fits which firm, what a second executive is worth, the
alternatives, the ranked levers, one report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.designs import random_cells
from tandem.experiments.effects.levers import (
    HIGH,
    LOW,
    effect_table,
    effects,
    effects_within,
    pooled_model,
    rank_intervals,
    ranks,
)
from tandem.experiments.effects.role_models import (
    ALTERNATIVES,
    FURTHER,
    STATEMENTS,
    contexts,
    described,
    robustness,
    role_models,
    set_beside_rights,
    surviving,
    unequal_in,
)
from tandem.experiments.effects.second import Worth
from tandem.experiments.files.record import note_factors, note_firms, note_replicates
from tandem.experiments.files.tables import write_tables
from tandem.experiments.firms.kept_batches import Keeper
from tandem.experiments.firms.kept_batches import play as one_batch
from tandem.experiments.firms.uncertainty import variance_shares
from tandem.experiments.study.fitting import AS_DESCRIBED, fit_runs, kept_outcomes
from tandem.experiments.study.in_context import InContext, Told
from tandem.experiments.study.second import kept_worth
from tandem.sim.compile import at_once
from tandem.sim.own import Own
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.catalogue import of_kind
from tandem.sim.until import HOPELESS
from tandem.sim.writing import filled

if TYPE_CHECKING:
    from tandem.experiments.pages.page import Section


@dataclass(frozen=True)
class Profile:
    """How much is played: pairs a cell, pairs a cell under each alternative, base points of the lever ranking."""

    pairs: int
    alternative_pairs: int
    points: int
    further: bool = False
    """Both ends of the alternatives that have two."""
    fit_pairs: int = 500
    """Pairs that are judged by what a firm wants, where the pairs of the table itself are not enough."""
    second_firms: int = 3000
    """Firms that are played with a COO and without."""
    until_decided: bool = False
    """Whether `pairs` are the most that a cell is played for, and a cell whose statements are decided earlier stops there."""
    hopeless: float = HOPELESS
    """Chance to be decided within `pairs` below which a statement is given up as undecided."""

    least: int = 0
    """Pairs that a cell is played for in any case, where it is played until decided."""

    variance: Mapping[str, int] = field(default_factory=lambda: {"firms": 24, "sets": 12, "replicates": 2})
    """Firms, parameter sets and replicates, all crossed, from which the variance is split."""

    @property
    def known_pairs(self) -> int:
        """Pairs as described that every cell has: they stand beside those under the alternatives, and the cells with equal
        dispositions are played for as many. A number set beforehand, so that no stopping rule is at work in it."""
        return self.least if self.until_decided else self.pairs

    @property
    def alternatives(self) -> dict[str, Mapping[str, object]]:
        """The alternatives that are played: name -> changes."""
        return {**ALTERNATIVES, **FURTHER} if self.further else dict(ALTERNATIVES)


PROFILES = {
    "smoke": Profile(20, 10, 32, False, 10, 60, variance={"firms": 6, "sets": 4, "replicates": 2}),
    # As much as half a minute allows: see decisions 93 and 95.
    "quick": Profile(2000, 40, 1024, until_decided=True, hopeless=0.4, least=200),
    "paper": Profile(10_000, 1000, 8192, True, 2000, 20_000),
}


@dataclass(frozen=True)
class Study(Own):
    """Tables of a study; see the columns of each in
    `tandem.experiments.effects.role_models`, `tandem.experiments.effects.levers`, `tandem.experiments.effects.fit` and
    `tandem.experiments.effects.second`."""

    role_models: pd.DataFrame
    best: pd.DataFrame
    controls: pd.DataFrame
    """The controls paired with the role model of the highest growth in each context (chosen on the same replicates)."""
    alternatives: pd.DataFrame
    robustness: pd.DataFrame
    surviving: pd.DataFrame
    beside_rights: pd.DataFrame
    levers: pd.DataFrame
    levers_by_role_model: pd.DataFrame
    levers_by_context: pd.DataFrame
    lever_order: pd.DataFrame
    rank_intervals: dict[str, dict[str, str]]
    digests: pd.DataFrame
    fit: pd.DataFrame
    """How each role model fits what a firm of its context wants, as described and with equal dispositions; see
    `tandem.experiments.study.fitting.fit_tables`."""
    second: Worth
    """What a second executive is worth, firm by firm."""
    variance: pd.DataFrame
    """Where the spread of outcomes and differences comes from: firm, parameters, luck; empty where all pairs share one set."""
    profile: str
    seed: int | str
    runs: int
    """Firms played, which are fewer than planned where statements were decided early."""
    parameters: Chosen
    """Under which parameter sets all this was played."""

    @property
    def size(self) -> Profile:
        """How much was played."""
        return PROFILES[self.profile]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that are written, by file name."""
        words = {"value": str, "first": str}
        return {
            "role_models": self.role_models,
            "best_role_models": self.best,
            "controls": self.controls,
            "alternatives": self.alternatives,
            "robustness": self.robustness,
            "surviving": self.surviving,
            "beside_rights": self.beside_rights.astype(words),
            "levers": self.levers,
            "levers_by_role_model": self.levers_by_role_model,
            "levers_by_context": self.levers_by_context,
            "lever_order": self.lever_order,
            "fit": self.fit.rename(columns={"place": "rank"}),
            "second_executive": self.second.cells,
            "second_executive_factors": self.second.depends,
            "second_executive_firms": self.second.groups,
            "scenario_digests": self.digests,
            **({"variance": self.variance} if len(self.variance) else {}),
        }


def variance_runs(size: Profile, arms: int, parameters: Chosen) -> int:
    """Firms played to split the variance; none where all pairs share one parameter set."""
    return arms * int(np.prod(list(size.variance.values()))) if parameters.several else 0


def controls() -> set[str]:
    """Ids of the role models that are controls, not role models to choose."""
    return {entry.name for entry in of_kind("role_model") if entry.control}


def planned_runs(profile: str, parameters: str | int | Chosen = ENSEMBLE) -> int:
    """Number of firms played by a profile."""
    size, arms, fields = PROFILES[profile], role_models(), contexts()
    cells = len(arms) * len(fields)
    changed = sum(len(unequal_in(context)) for context in fields)
    other = len(size.alternatives) * cells * size.alternative_pairs + changed * size.known_pairs
    spread = variance_runs(size, len(arms) - len(controls()), chosen(parameters))
    options = [arm for arm in arms if arm not in controls()]
    beside = fit_runs(options, size.fit_pairs) + 2 * size.second_firms
    return cells * size.pairs + other + 2 * len(LEVERS) * size.points + spread + beside


def firms_per_second(seconds: float = 1.0) -> float:
    """How fast firms are played here and now; the first call compiles before it counts."""
    scenario = Scenario.of(role_model=role_models()[0], context=contexts()[0])
    simulate_batch(scenario, runs=64)
    started, played = time.monotonic(), 0
    while (passed := time.monotonic() - started) < seconds:
        simulate_batch(scenario, runs=256)
        played += 256
    return played / passed


def play(
    profile: str = "quick",
    seed: int | str = 0,
    progress: Told = lambda what, runs: None,
    store: Path | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Study:
    """Play a study. `progress` hears what is being played and how many runs have been added; batches are kept in `store`;
    `parameters` as in `tandem.sim.parameter_sets`."""
    asked, player = chosen(parameters), Keeper(store, kept_outcomes()).play if store is not None else one_batch
    size, aside, arms, fields = PROFILES[profile], controls(), role_models(), contexts()
    options = [arm for arm in arms if arm not in aside]
    firms = {context: described(context, arms) for context in fields}
    note_firms({(arm, context): scenario for context in fields for arm, scenario in firms[context].items()})
    note_factors({"levers": {lever: {"low": LOW, "high": HIGH, "law": "two levels, the others uniform"} for lever in LEVERS}})
    note_replicates(size.pairs)
    cells = [(arm, context) for context in fields for arm in options]
    *compared, second, levers, variance = at_once(
        *(partial(InContext, context, firms[context], size, options, seed, asked, player, progress) for context in fields),
        partial(kept_worth, size.second_firms, seed, asked, store, _tick(progress, "with a COO and without")),
        partial(_levers, cells, size.points, seed, asked, _tick(progress, "levers")),
        partial(_where_from, options, seed, size, asked, progress),
    )
    fit = pd.concat([part.fit for part in compared], ignore_index=True)
    fit = fit.sort_values("dispositions", key=lambda told: told != AS_DESCRIBED, kind="stable", ignore_index=True)
    main, equal, alternatives, best, against = (
        _joined(compared, name) for name in ("default", "equal", "other", "best", "against")
    )
    return Study(
        role_models=pd.concat([main, equal], ignore_index=True),
        best=best,
        controls=against,
        alternatives=alternatives,
        robustness=robustness(main, alternatives),
        surviving=surviving(main, alternatives),
        beside_rights=set_beside_rights(firms[fields[0]]),
        **levers,
        digests=_digests(firms),
        fit=fit,
        second=second,
        variance=variance,
        profile=profile,
        seed=seed,
        runs=planned_runs(profile, asked)
        - sum(part.spared for part in compared)
        - fit_runs(options, size.fit_pairs)
        + sum(part.fit_played for part in compared),
        parameters=asked,
    )


def _levers(
    cells: list[tuple[str, str]], points: int, seed: int | str, asked: Chosen, progress: Callable[[int], None]
) -> dict[str, Any]:
    """What a study tells of levers, by the names of its tables."""
    met = random_cells(points, len(cells), seed)
    moved = effects(pooled_model(cells, met, seed, parameters=asked), points, seed, progress=progress)
    options, fields = (list(dict.fromkeys(names)) for names in zip(*cells))
    role_model_met, context_met = (np.array(names)[met] for names in zip(*cells))
    return {
        "levers": effect_table(moved),
        "levers_by_role_model": effects_within(moved, role_model_met, options),
        "levers_by_context": effects_within(moved, context_met, fields, "context"),
        "lever_order": ranks(moved),
        "rank_intervals": rank_intervals(moved),
    }


def _joined(compared: list[InContext], name: str) -> pd.DataFrame:
    tables: list[pd.DataFrame] = [table for part in compared for table in getattr(part, name)]
    return pd.concat(tables, ignore_index=True)


def _digests(firms: Mapping[str, Mapping[str, Scenario]]) -> pd.DataFrame:
    rows = (
        {"role_model": arm, "context": context, "digest": firm.digest}
        for context in firms
        for arm, firm in firms[context].items()
    )
    return pd.DataFrame(rows)


def _where_from(options: list[str], seed: int | str, size: Profile, asked: Chosen, progress: Told) -> pd.DataFrame:
    """Where the spread comes from; an empty table where all pairs share one set."""
    firms, sets, replicates = (size.variance[name] for name in ("firms", "sets", "replicates"))
    found = variance_shares(options, STATEMENTS, seed, firms, sets, replicates) if asked.several else pd.DataFrame()
    progress("where the spread comes from", variance_runs(size, len(options), asked))
    return found


def _tick(progress: Told, what: str) -> Callable[[int], None]:
    return lambda runs: progress(what, runs)


def write(
    study: Study, out: Path, command: str, progress: Told = lambda what, runs: None, sections: Mapping[str, Section] | None = None
) -> Path:
    """Write tables (CSV and Parquet), figures (PNG and SVG) and report.html into `out`; returns the report's path. `sections`:
    what else the page shows, by name: "analysed" (`tandem.experiments.study.sensitivity_report.section`), "discovered" and
    "decided" (`section` of `tandem.experiments.study.failures_report` and of `tandem.experiments.study.choice_report`).

    Each file is made whole in a hidden folder inside `out` and then moved over the old one, the report last: nothing is
    ever half written, and what was there stays until then.
    """
    from tandem.experiments.study.figures import study_figures
    from tandem.experiments.study.report import report_page, report_slots

    asked = {"profile": study.profile, "seed": study.seed, "parameters": study.parameters.word, "command": command}
    summary = {**asked, "runs": study.runs, "rank_intervals": study.rank_intervals}
    with filled(out) as folder:
        write_tables(study.tables(), folder)
    with filled(out, last="report.html") as folder:  # after the tables, which stand whatever becomes of the drawing
        figures, slots = study_figures(study, folder, progress, partial(report_slots, study, command, sections or {}))
        (folder / "report.html").write_text(report_page(figures, slots), encoding="utf-8")
        (folder / "study.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return out / "report.html"
