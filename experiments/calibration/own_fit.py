"""Fitting a firm's parameters to figures of its own: emulators in waves, then sets in proportion to prior and likelihood.

As in `fit`, an emulator a figure smooths the luck of the firms played [andrianakis2015]; here figures have errors, so that what
remains is a posterior: the prior are the factors' laws, the likelihood normal with the figure's error and what its emulator does
not know. Each wave is played where the last one's posterior lies.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc
from threadpoolctl import threadpool_limits

from tandem.experiments.calibration.emulator import LEAST, Emulator, emulators
from tandem.experiments.calibration.matching import Judge
from tandem.experiments.calibration.own_targets import Figure, read_targets
from tandem.experiments.calibration.posterior import marginals
from tandem.experiments.files.tables import write_csv
from tandem.experiments.store.declared_factors import DeclaredFactors, declared_factors
from tandem.sim.given import plain, whole
from tandem.sim.marks import refuse_strangers
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import OWN
from tandem.sim.own import Own, made_by
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, Ensemble, chosen
from tandem.sim.played import outcomes_of
from tandem.sim.points import table_of_points
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.scenario.reading import read
from tandem.sim.seeds import entropy, further, seed_of
from tandem.sim.streams import seed_key
from tandem.sim.table import alone
from tandem.sim.writing import filled

FILES = ("sets.csv", "statistics.csv", "provenance.json", "marginals.csv", "figures.csv", "told.txt")
TOGETHER = 0.8
UNMET = 3.0
MANY, STEPS = 8192, 200
Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Likelihood(Judge):
    """Scores points of the unit cube by how likely the observed figures are there."""

    figures: tuple[Figure, ...] = ()
    luck: tuple[float, ...] = ()

    def score(self, points: np.ndarray) -> np.ndarray:
        """Log likelihood of each point, (rows,), up to a constant."""
        found = np.zeros(len(points))
        with threadpool_limits(1):  # small systems: threads would only wait for each other
            for figure, luck in zip(self.figures, self.luck):
                mean, spread = self.emulators[figure.name](points)
                variance = figure.error**2 + luck + spread**2
                found -= 0.5 * ((mean - figure.value) ** 2 / variance + np.log(variance))
        return found

    def drawn(self, n: int, seed: int | str, start: np.ndarray) -> np.ndarray:
        """n points of the posterior under a flat prior, (n, inputs): from many points of the prior by their weights (Rubin 1988),
        or, where too few of these carry weight, by walkers (`Judge.sample`)."""
        inputs = start.shape[1]
        engine = qmc.Sobol(inputs, scramble=True, rng=np.random.default_rng(entropy(seed, 21)))
        many = engine.random(MANY)
        score = self.score(many)
        weight = np.exp(score - score.max())
        weight /= weight.sum()
        if 1.0 / float((weight**2).sum()) < 2 * n:
            return self.sample(n, seed, start, STEPS)
        draw = np.random.default_rng(entropy(seed, 22))
        return many[draw.choice(MANY, n, replace=False, p=weight)]


@dataclass(frozen=True, eq=False, repr=False)
class OwnFit(Own):
    """Parameter sets compatible with observed figures. `parameters` is what every `parameters=` takes."""

    sets: pd.DataFrame
    """One row a set, one column a factor, in the factors' own units."""
    marginals: pd.DataFrame
    """One row a factor: path, low, high (of its law), q05, q50, q95 (all in the factor's own unit), width (of the middle 90%, as
    a share of the prior's), verdict: pinned, narrowed, or wide (not identified)."""
    figures: pd.DataFrame
    """One row a figure: target, statistic (mean, spread, correlation), observed, error, fitted (mean over the sets), spread
    (over the sets; all in the unit of the outcome), score (standard errors away), verdict (met, not met, not judged)."""
    told: tuple[str, ...]
    parameters: Chosen
    factors: DeclaredFactors
    likelihood: Likelihood
    places: np.ndarray
    """The sets as places in the unit cube, float64 (sets, factors)."""
    runs: int
    provenance: dict[str, Any]

    def within(self, values: dict[str, float], level: float = 0.9) -> bool:
        """Whether a set of values lies in the region of highest posterior density that holds `level` of it."""
        place = np.array([[place_of(self.factors, path, values[path]) for path in self.factors.names]])
        return bool(self.likelihood.score(place)[0] >= np.quantile(self.likelihood.score(self.places), 1.0 - level))

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the ensemble (`sets.csv`, `statistics.csv`, `provenance.json`), `marginals.csv`, `figures.csv` and `told.txt`;
        returns the folder, which every `parameters=` takes. OSError where it cannot be written, Mistake where a file there is
        not ours."""
        out, known = Path(folder), self.parameters.known
        assert known is not None
        refuse_strangers(out, FILES)
        with filled(out) as part:
            for name, table in (("marginals", self.marginals), ("figures", self.figures)):
                write_csv(table, part / f"{name}.csv")
            (part / "told.txt").write_text("\n".join(self.told) + "\n", encoding="utf-8")
            known.sets.to_csv(part / "sets.csv", index=False, lineterminator="\n")
            known.statistics.to_csv(part / "statistics.csv", index=False, lineterminator="\n")
            (part / "provenance.json").write_text(json.dumps(self.provenance, indent=1) + "\n", encoding="utf-8")
        return out

    def __repr__(self) -> str:
        return "\n".join(
            [
                f"Fit of {len(self.factors.names)} factors: {len(self.sets)} sets",
                *(f"├─ {line}" for line in self.told),
                "└─ .sets .marginals .figures .parameters",
            ]
        )


def place_of(factors: DeclaredFactors, path: str, value: float) -> float:
    """Where a value lies in its factor's law, 0 to 1."""
    grid = np.linspace(0.0, 1.0 - 2.0**-40, 4097)
    return float(np.interp(value, np.asarray(factors.factors[path].at(grid), dtype=float), grid))


def fit(
    targets: Any,
    factors: Any,
    scenario: Any,
    *,
    sets: int = 200,
    first: int = 96,
    waves: int = 2,
    later: int = 64,
    firms: int = 32,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    workers: int = 1,
    progress: Told = lambda what, n: None,
) -> OwnFit:
    """Parameter sets of a firm that are compatible with figures observed of it.

    `targets`: a file or dict as `tandem.experiments.calibration.own_targets.read_targets` takes it: means, spreads,
    correlations, paths over quarters, each with an error. `factors`: which parameters may move, with their priors
    (`declared_factors`; independent, single numbers). `scenario`: the firm. `sets`: how many sets are kept. `first`, `later`:
    sets played in the first wave and in each of the `waves` after it, under `firms` lucks each, with luck of their own.
    `parameters`: what else is not known; each kept set is joined with a set of it. `seed`: as in `tandem.sim.seeds`; `workers`:
    processes that learn emulators (their number changes no bit); `progress` hears what is done, and how much. Returns an
    `OwnFit`: `sets` (one row a set, in the parameters' units), `marginals`, `figures`, and `parameters` for whatever plays.
    Raises Mistake in one sentence, ScenarioError for targets, factors and a scenario that are none.

    >>> import tandem
    >>> seen = {"trust": {"outcome": "trust_mean", "value": 0.4, "error": 0.02}}
    >>> small = {"sets": 20, "first": 40, "later": 20, "waves": 1, "firms": 4}
    >>> tandem.fit(seen, {"dyad.trust": (0.1, 0.9)}, "silence", seed=7, **small).marginals["path"].tolist()
    ['dyad.trust']
    """
    firm, asked, figures = scenario_of(scenario), chosen(parameters), read_targets(targets)
    given = _factors(factors, firm)
    counts = (whole("sets", sets, 20, 100_000), whole("first", first, 4 * LEAST, 10_000), whole("later", later, LEAST, 10_000))
    firms, waves, workers = whole("firms", firms, 4, 10_000), whole("waves", waves, 1, 10), whole("workers", workers, 1, 256)
    seed = seed_of(seed)
    simulator = _Simulator(firm, given, figures, asked, seed, firms)
    points = qmc.Sobol(len(given.names), scramble=True, rng=np.random.default_rng(entropy(seed, 0))).random(_power(counts[1]))[
        : counts[1]
    ]
    likelihood = None
    for wave in range(waves + 1):
        simulator.play(points)
        progress("playing", len(points))
        likelihood = _learned(simulator, figures, seed, workers)
        progress("learning", 1)
        wanted = counts[2] if wave < waves else counts[0]
        best = simulator.points[np.argsort(-likelihood.score(simulator.points))[:60]]
        points = likelihood.drawn(wanted, further(seed, 100, wave), best)
    assert likelihood is not None
    sizes = {"sets": counts[0], "first": counts[1], "later": counts[2], "waves": waves, "firms_a_set": firms}
    return made_by(_told(simulator, likelihood, points, asked, seed), _origin(simulator, targets, asked, seed, sizes))


def _origin(simulator: _Simulator, targets: Any, asked: Chosen, seed: int | str, sizes: dict[str, int]) -> dict[str, Any]:
    """The record that the tables carry; targets of a file by their text."""
    given = read(Path(targets), str(targets)) if isinstance(targets, str | os.PathLike) else targets
    named = {"targets": plain(dict(given)), "declared_factors": simulator.factors.tables, "seed": seed, **sizes}
    own = [each.identity for each in own_among([name for figure in simulator.figures for name in figure.outcomes])]
    return origin_of("fit", [[simulator.firm]], asked, None, own=own, **named)


def _power(n: int) -> int:
    return 1 << max(0, n - 1).bit_length()


def _factors(factors: Any, firm: Scenario) -> DeclaredFactors:
    given = declared_factors(factors)
    given.check({firm.name: firm})
    if given.correlation is not None:
        raise Mistake(
            "factors: a fit takes independent priors, since what hangs together is what it finds (its sets show it); leave "
            "the table correlation out"
        )
    if wrong := [path for path in given.names if not alone(path)]:
        raise Mistake(f"factors: {wrong[0]} is no single number of a firm, and cannot be fitted")
    return given


class _Simulator:
    """Plays points of the unit cube and keeps the figures that they show."""

    def __init__(
        self, firm: Scenario, factors: DeclaredFactors, figures: tuple[Figure, ...], parameters: Chosen, seed, firms: int
    ):
        self.firm, self.factors, self.figures, self.parameters, self.seed, self.firms = (
            firm,
            factors,
            figures,
            parameters,
            seed,
            firms,
        )
        self.points = np.zeros((0, len(factors.names)))
        self.statistics = np.zeros((0, len(figures)))
        self.luck = np.zeros((0, len(figures)))
        names = dict.fromkeys(name for figure in figures for name in figure.outcomes)
        self.names = tuple(names)
        made = {figure.own.name: figure.own for figure in figures if figure.own is not None}
        self.own = (*made.values(), *own_among([name for name in self.names if name in OWN]))

    def play(self, points: np.ndarray) -> None:
        """Play points, each under luck of its own."""
        values = self.played(points, len(self.points))
        rows, luck = [], []
        for runs in values:
            picked = [runs[:, [self.names.index(name) for name in figure.outcomes]] for figure in self.figures]
            rows.append([figure.of(mine) for figure, mine in zip(self.figures, picked)])
            luck.append([figure.luck(mine) for figure, mine in zip(self.figures, picked)])
        self.points = np.concatenate([self.points, points])
        self.statistics = np.concatenate([self.statistics, np.array(rows)])
        self.luck = np.concatenate([self.luck, np.array(luck)])

    def played(self, points: np.ndarray, number: int) -> np.ndarray:
        """Outcomes, float64 (points, firms, outcomes); the firms of point k have the numbers of point `number` + k."""
        columns = self.factors.of_tied(np.clip(points, 0.0, 1.0 - 2.0**-53))
        table, complaints = table_of_points(self.firm, columns, len(points))
        if wrong := next((line for line in complaints if line), None):
            raise Mistake(f"{self.firm.name}: a point of the factors is no firm: {wrong}")
        which = np.repeat(np.arange(len(points)), self.firms)
        numbers, lucks = number + which, np.tile(np.arange(self.firms), len(points))
        made, arms = self.parameters.arms(table, which, self.parameters.drawn(self.seed, numbers * self.firms, lucks))
        keys = np.tile(np.array(seed_key(self.seed), dtype=np.uint64), (len(which), 1))
        found = outcomes_of(made.rows, made.starts, arms, numbers, lucks, keys, self.names, own=self.own)
        return found.reshape(len(points), self.firms, len(self.names))


def _learned(simulator: _Simulator, figures: tuple[Figure, ...], seed: int | str, workers: int) -> Likelihood:
    """Emulators of the figures that are defined in enough sets."""
    there = [at for at in range(len(figures)) if np.isfinite(simulator.statistics[:, at]).sum() >= 2 * LEAST]
    if not there:
        raise Mistake("targets: none of them is defined in enough of the sets played")
    values = {figures[at].name: simulator.statistics[:, at] for at in there}
    made: dict[str, Emulator] = emulators(simulator.points, values, seed, False, workers)
    luck = tuple(float(np.nanmedian(simulator.luck[:, at])) for at in there)
    return Likelihood(made, (), 1.0, tuple(figures[at] for at in there), luck)


def _told(simulator: _Simulator, likelihood: Likelihood, places: np.ndarray, asked: Chosen, seed: int | str) -> OwnFit:
    """What came of it."""
    factors = simulator.factors
    values = {
        path: np.asarray(column, dtype=float) for path, column in factors.of_tied(np.clip(places, 0.0, 1.0 - 2.0**-53)).items()
    }
    sets = pd.DataFrame(values)
    ends = np.array(
        [[float(factors.factors[path].at(np.array([end]))[0]) for end in (0.0, 1.0 - 2.0**-40)] for path in factors.names]
    )
    table = marginals(places, list(factors.names), ends[:, 0], ends[:, 1])
    for quantile in ("q05", "q50", "q95"):  # places as values
        table[quantile] = [
            float(factors.factors[path].at(np.array([min(at, 1.0 - 2.0**-40)]))[0])
            for path, at in zip(table["path"], table[quantile])
        ]
    figures = _figures(simulator, likelihood, places)
    told = _sentences(table, figures, places, list(factors.names))
    scores = likelihood.score(places)
    known = _joined(sets, asked, int(np.argmax(scores)), seed)
    provenance = {
        "method": "posterior by Gaussian process emulators in waves",
        "scenario": {simulator.firm.name: simulator.firm.digest},
        "seed": seed,
        "sets_played": len(simulator.points),
        "firms": simulator.firms,
        "default": known.default,
        "forced": list(factors.names),
        "factors": factors.identity(),
        "targets": [
            [figure.name, figure.statistic, *figure.outcomes, figure.value, figure.error] for figure in simulator.figures
        ],
        "parameters": asked.identity,
        "told": told,
    }
    statistics = pd.DataFrame({figure.name: likelihood.emulators[figure.name](places)[0] for figure in likelihood.figures})
    known = Ensemble(known.sets, statistics, known.default, provenance)
    runs = len(simulator.points) * simulator.firms
    return OwnFit(sets, table, figures, tuple(told), Chosen("fitted", known), factors, likelihood, places, runs, provenance)


def _joined(sets: pd.DataFrame, asked: Chosen, default: int, seed: int | str) -> Ensemble:
    """The sets, each with a set of what else is not known beside it."""
    whole_ = sets
    if asked.known is not None:
        which = np.full(len(sets), asked.number) if asked.number is not None else asked.known.drawn(len(sets), seed)
        rest = asked.known.sets.iloc[which].reset_index(drop=True)
        whole_ = pd.concat([rest.drop(columns=[name for name in sets if name in rest]), sets], axis=1)
    return Ensemble(whole_, pd.DataFrame(index=range(len(sets))), default, {})


def _figures(simulator: _Simulator, likelihood: Likelihood, places: np.ndarray) -> pd.DataFrame:
    rows = []
    for figure in simulator.figures:
        row: dict[str, Any] = {
            "target": figure.name,
            "statistic": figure.statistic,
            "observed": figure.value,
            "error": figure.error,
        }
        if figure.name not in likelihood.emulators:
            rows.append({**row, "fitted": np.nan, "spread": np.nan, "score": np.nan, "verdict": "not judged"})
            continue
        luck = likelihood.luck[[each.name for each in likelihood.figures].index(figure.name)]
        mean, unknown = likelihood.emulators[figure.name](places)
        away = float((mean.mean() - figure.value) / np.sqrt(figure.error**2 + luck + mean.var() + (unknown**2).mean()))
        verdict = "met" if abs(away) <= UNMET else "not met"
        rows.append({**row, "fitted": float(mean.mean()), "spread": float(mean.std()), "score": away, "verdict": verdict})
    return pd.DataFrame(rows)


def _sentences(table: pd.DataFrame, figures: pd.DataFrame, places: np.ndarray, names: list[str]) -> list[str]:
    lines = []
    wide = table.loc[table["verdict"] == "wide", "path"].tolist()
    if wide:
        lines.append(f"Not identified by these targets (as wide as before): {', '.join(wide)}.")
    for word in ("pinned", "narrowed"):
        if some := table.loc[table["verdict"] == word, "path"].tolist():
            lines.append(f"{word.capitalize()}: {', '.join(some)}.")
    ranks = np.atleast_2d(np.corrcoef(places.argsort(axis=0).argsort(axis=0).T)) if len(names) > 1 else np.eye(1)
    for a in range(len(names)):
        for b in range(a + 1, len(names)):
            if abs(ranks[a, b]) > TOGETHER:
                lines.append(f"Only together: {names[a]} and {names[b]} (rank correlation {ranks[a, b]:+.2f} over the sets).")
    if missed := figures.loc[figures["verdict"] == "not met", "target"].tolist():
        lines.append(f"Not met by any set (the model cannot show them together): {', '.join(missed)}.")
    if unjudged := figures.loc[figures["verdict"] == "not judged", "target"].tolist():
        lines.append(f"Not judged (hardly ever defined): {', '.join(unjudged)}.")
    return lines
