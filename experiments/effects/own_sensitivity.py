"""Sensitivity of a firm to factors of a user's own: the usual analysis, or Shapley effects where the factors hang together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.discovery import Discovery, discover
from tandem.experiments.discovery.event import looked_for
from tandem.experiments.effects.cells import pair_exists
from tandem.experiments.effects.factor_firms import SCENARIO, USUAL, FactorFirms
from tandem.experiments.sensitivity.analysis import analyse
from tandem.experiments.sensitivity.dependent import DependentSensitivity, analyse_dependent
from tandem.experiments.sensitivity.given_data import Sample, moment_free
from tandem.experiments.sensitivity.luck import NEAR_A, PILOT, generator, keys_of
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.store.plan import beside_factors
from tandem.sim.given import number, plain, truth, whole
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES, known_all
from tandem.sim.own import made_by
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario.meant import named_scenarios
from tandem.sim.seeds import seed_of

SECOND_POINTS, SECOND_REPLICATES = 512, 2


def sensitivity(
    scenarios: Any,
    factors: Any,
    outcomes: str | Iterable[str] | None = None,
    n: int = 1024,
    seed: int | str = 0,
    *,
    interactions: bool = False,
    replicates: int | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
    progress: Callable[[int], None] | None = None,
) -> Sensitivity | DependentSensitivity:
    """What drives the outcomes of a firm among factors of your own.

    `scenarios`: a scenario, its name or path, or several (then each is analysed as a cell of its own). `factors`: a file or dict
    as `tandem.experiments.store.declared_factors.declared_factors` takes it: any parameter, any range or law, groups, rank
    correlations. Of a plan's file its scenarios stand for `scenarios` = None, and its outcomes for `outcomes` = None; else
    `outcomes`: names, one's own too; None: growth and conflict. `n`: base rows, a power of two of at least 32.
    Independent factors: a `Sensitivity` (first, total, effects; with `interactions` those of two, with intervals, and Shapley
    shares). Factors that hang together: a `DependentSensitivity` (Shapley effects, and PAWN and delta as a second opinion in
    `.second`). What calibration leaves open (`parameters`) is drawn with the luck. `seed`: as in `tandem.sim.seeds`;
    `replicates`: runs of each point (None: a pilot says); `progress` hears runs.

    Returns either with `.table`: one row an output, measure and input; estimates are shares, effects in the outcome's unit.
    Raises Mistake in one sentence, ScenarioError for scenarios and factors that are none, NotFinite where an outcome is not
    defined.

    >>> import tandem
    >>> found = tandem.sensitivity("silence", {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)}, "trust_mean", n=32, seed=7)
    >>> sorted(found.rank_intervals["trust_mean"])
    ['ceo.hours', 'dyad.trust']
    """
    named, outcomes = _of_plan(scenarios, factors, outcomes)
    firms = FactorFirms(named, factors, _asked(named, outcomes), parameters)
    found = _found(firms, n, seed, interactions, replicates, progress)
    asked = {"n": found.n, "seed": found.seed, "interactions": truth("interactions", interactions), "replicates": replicates}
    return made_by(found, {**firms.made_of, "call": "sensitivity", **asked})


def _found(
    firms: FactorFirms, n: int, seed: int | str, interactions: bool, replicates: int | None, progress: Any
) -> Sensitivity | DependentSensitivity:
    if firms.correlation is None:
        design = "walks" if interactions else "auto"
        return analyse(
            firms, firms.moved, n, seed, firms.outputs, replicates=replicates, design=design, progress=progress, held=firms.held
        )
    grouped = {**firms.moved, **({SCENARIO: SCENARIO} if firms.held else {})}
    found = analyse_dependent(firms, grouped, firms.correlation, n, seed, firms.outputs, progress=progress)
    return replace(found, second=second_of(firms, seed))


def _of_plan(scenarios: Any, factors: Any, outcomes: Any) -> tuple[dict[str, Any], Any]:
    """Scenarios by name and outcomes: as given, else those of the plan that `factors` is the file of."""
    planned, of_plan, _ = beside_factors(factors) if isinstance(factors, str | os.PathLike) else ({}, (), ())
    if scenarios is None and not planned:
        raise Mistake("scenarios = None: name the scenario whose factors these are, or give the file of a plan with scenarios")
    return (named_scenarios(scenarios) if scenarios is not None else planned), (
        outcomes if outcomes is not None else of_plan or None
    )


def _asked(scenarios: dict[str, Any], outcomes: str | Iterable[str] | None) -> tuple[str, ...]:
    if outcomes is not None:
        return known_all(outcomes)
    paired = all(pair_exists(scenario) for scenario in scenarios.values())
    return tuple(name for name in USUAL if paired or not OUTCOMES[name].needs_pair)


def second_of(firms: FactorFirms, seed: int | str) -> pd.DataFrame:
    """PAWN and delta of points of the same law: output, input, measure, estimate, low, high, se, n."""
    seed, k = seed_of(seed), len(firms.names)
    places = np.clip(generator(seed, 8).random((SECOND_POINTS, k)), 2.0**-53, 1.0 - 2.0**-53)
    points = firms.correlation.places(places) if firms.correlation is not None else places
    keys = keys_of(seed, PILOT, np.arange(SECOND_POINTS) + SECOND_POINTS, SECOND_REPLICATES)
    values = np.stack([firms(points, row) for row in keys])
    rows = []
    for at, output in enumerate(firms.outputs):
        sample = Sample(firms.of_points(points), values[:, :, at].T, common=False).defined()
        for method in ("pawn", "delta"):
            rows += [{"output": output, **each} for each in moment_free(sample, method, seed)]
    return pd.DataFrame(rows)


POINTS, REPLICATES = 1024, 4


def discover_among(
    scenarios: Any,
    factors: Any,
    outcome: str | None = None,
    above: float | None = None,
    below: float | None = None,
    points: int = POINTS,
    seed: int | str = 0,
    *,
    parameters: str | int | Chosen = ENSEMBLE,
    progress: Callable[[int], None] = lambda runs: None,
) -> Discovery:
    """Under which values of your own factors an event gathers: `tandem.discover` on points that are played for it.

    `scenarios`, `factors`: as in `sensitivity`. The event: `outcome` (None: the plan's first, or growth) above or below a line;
    without a line, its worst tenth. `points`: at least 40, each played under four lucks. `seed`: as in `tandem.sim.seeds`;
    `parameters`: as in `tandem.sim.parameter_sets`; `progress` hears points. Returns a `Discovery`: boxes, limits and tree as
    tables, one row each; densities are shares of runs (0-1). Raises Mistake in one sentence, ScenarioError for scenarios and
    factors that are none, Refused (`tandem.experiments.store.errors`) where there is nothing to look for.

    >>> import tandem
    >>> found = tandem.discover_among("silence", {"dyad.trust": (0.1, 0.9)}, "trust_mean", below=0.5, points=60, seed=7)
    >>> found.told[0][:23]
    'Trust (0-1) below 0.5: '
    """
    named, asked = _of_plan(scenarios, factors, outcome)
    name = known_all(asked if asked is not None else USUAL[0])[0]
    firms = FactorFirms(named, factors, name, parameters)
    many, seed = whole("points", points, 40, 1 << 20), seed_of(seed)
    above, below = (None if line is None else number(word, line) for word, line in (("above", above), ("below", below)))
    places = np.clip(generator(seed, 9).random((many, len(firms.names))), 2.0**-53, 1.0 - 2.0**-53)
    tied = firms.correlation.places(places) if firms.correlation is not None else places
    keys = keys_of(seed, NEAR_A, np.arange(many), REPLICATES)
    values = np.empty((REPLICATES, many))
    for luck in range(REPLICATES):
        values[luck] = firms(tied, keys[luck])[:, 0]
        progress(many)
    numbers = np.tile(np.arange(many), REPLICATES)
    place = ", ".join(named)
    event, varied, share = looked_for(name, values.ravel(), numbers, firms.of_points(tied), above, below, place)
    limits = {"above": above, "below": below} if above is not None or below is not None else {}
    asked = {"outcome": name, **plain(limits), "points": many, "seed": seed}
    return made_by(discover(event, varied, share, seed), {**firms.made_of, "call": "discover_among", **asked})
