"""Firms with factors of a user's own, as a function for whatever analyses functions: points become values by law, keys luck."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.adapters import ema_model, salib_problem
from tandem.experiments.effects.cells import PARAMETER_SET, ROWS_AT_ONCE
from tandem.experiments.pages.telling import said
from tandem.experiments.sensitivity.factors import level_of
from tandem.experiments.store.declared_factors import declared_factors
from tandem.experiments.store.dependence import Correlation
from tandem.sim.given import truth
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import known_all
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.played import outcomes_of
from tandem.sim.points import table_of_points
from tandem.sim.scenario.meant import named_scenarios
from tandem.sim.scenario.paths import lever_of

SCENARIO = "scenario"
USUAL = ("revenue_growth", "conflict_rate")
_SECOND_WORD = np.uint64(int.from_bytes(hashlib.sha256(b"tandem-sensitivity-firm").digest()[:8], "little"))


class FactorFirms:
    """A function `f(X, keys)` of firms: column i of X, places in (0, 1), becomes factor i by its law; a key is a row's luck. It
    gives float64 (rows, outcomes), in the outcomes' units.

    `scenarios`: one, its name or path, a list of these, or by name; with several a column `scenario` follows, in which each is
    equally likely. `factors`: as `declared_factors` takes them. `outcomes`: names, one's own too. `parameters` as in
    `tandem.sim.parameter_sets`: under the ensemble a row's key draws its set with its luck; with `sets_vary` the set is a factor
    of its own, `parameter_set`. Raises Mistake (ScenarioError where a law may give a value that a scenario does not take).

    >>> import numpy as np
    >>> import tandem
    >>> firms = tandem.FactorFirms("silence", {"dyad.trust": (0.2, 0.8)}, "trust_mean")
    >>> firms(np.array([[0.1], [0.9]]), np.array([7, 7], dtype=np.uint64)).shape
    (2, 1)

    X is taken as tied already where factors hang together: `values` of independent places, `of_points` of tied ones.
    """

    def __init__(
        self,
        scenarios: Any,
        factors: Any,
        outcomes: str | Iterable[str] = USUAL,
        parameters: str | int | Chosen = ENSEMBLE,
        sets_vary: bool = False,
    ):
        self.scenarios, self.declared = named_scenarios(scenarios), declared_factors(factors)
        self.declared.check(self.scenarios)
        self.outputs, self.parameters = known_all(outcomes), chosen(parameters)
        self.sets_vary = truth("sets_vary", sets_vary) and self.parameters.several
        names = list(self.declared.names)
        if reserved := [name for name in names if name in (SCENARIO, PARAMETER_SET)]:
            raise Mistake(f"factors: {reserved[0]!r} is a column of its own; give the factor's path")

    @property
    def names(self) -> list[str]:
        """Names of the columns of X: the factors, the parameter set where it varies, the scenario where there are several."""
        return [
            *self.declared.names,
            *([PARAMETER_SET] if self.sets_vary else []),
            *([SCENARIO] if len(self.scenarios) > 1 else []),
        ]

    @property
    def moved(self) -> dict[str, str]:
        """Factor -> group, without the scenario: what `tandem.analyse` takes as `factors`."""
        return {**self.declared.groups, **({PARAMETER_SET: PARAMETER_SET} if self.sets_vary else {})}

    @property
    def held(self) -> dict[str, list[str]]:
        """The scenarios where there are several: what `tandem.analyse` takes as `held`."""
        return {SCENARIO: list(self.scenarios)} if len(self.scenarios) > 1 else {}

    @cached_property
    def made_of(self) -> dict[str, Any]:
        """What makes this function again, for the record of a table that is made of it (`tandem.sim.origin`): firms, laws of the
        factors, outcomes, parameter sets. Empty where a firm is none on paper."""
        own = [each.identity for each in own_among(self.outputs)]
        named: dict[str, Any] = {
            "labels": list(self.scenarios),
            "declared_factors": self.declared.tables,
            "outcomes": list(self.outputs),
            "sets_vary": self.sets_vary,
        }
        return origin_of("FactorFirms", [[*self.scenarios.values()]], self.parameters, None, own=own, **named)

    @property
    def stuck(self) -> list[str]:
        """Sentences on levers among the factors that a scenario keeps from moving, since it sets their parts itself."""
        found = []
        for name, scenario in self.scenarios.items():
            for path in (path for path in self.declared.names if path.startswith("levers.")):
                own = [part for part in scenario.explicit_lever_parameters if lever_of(part) == path.removeprefix("levers.")]
                if own:
                    found.append(said("drives.stuck", scenario=name, parts=", ".join(own), path=path))
        return found

    @property
    def correlation(self) -> Correlation | None:
        """How the columns hang together; the parameter set and the scenario with nothing."""
        tied = self.declared.correlation
        more = len(self.names) - len(self.declared.names)
        if tied is None or not more:
            return tied
        wide = [
            np.block([[each, np.zeros((len(each), more))], [np.zeros((more, len(each))), np.eye(more)]])
            for each in (tied.ranks, tied.scores)
        ]
        return Correlation(tuple(self.names), *wide)

    def of_points(self, points: np.ndarray) -> pd.DataFrame:
        """Values of the factors at (tied) places, `points` float64 (rows, columns): one column a factor, in its own unit, then
        parameter_set (number) and scenario (name). Mistake for points that are no such places."""
        points = self._places(points)
        k = len(self.declared.names)
        table = pd.DataFrame(self.declared.of_tied(points[:, :k]))
        if self.sets_vary:
            table[PARAMETER_SET] = self._sets(points)
        if len(self.scenarios) > 1:
            table[SCENARIO] = np.array(list(self.scenarios), dtype=object)[self._scenario(points)]
        return table

    def _sets(self, points: np.ndarray) -> np.ndarray:
        assert self.parameters.known is not None
        return level_of(points[:, len(self.declared.names)], len(self.parameters.known))

    def _scenario(self, points: np.ndarray) -> np.ndarray:
        many = len(self.scenarios)
        return level_of(points[:, -1], many) if many > 1 else np.zeros(len(points), dtype=np.int64)

    def as_salib(self, replicates: int = 4, seed: int | str = 0) -> tuple[Any, Callable[[np.ndarray], np.ndarray]]:
        """The problem as SALib takes it (a `ProblemSpec`: names, bounds, groups, outputs), and the function for its `evaluate`:
        means over `replicates` lucks of `seed`, the same for every row, so that a design sees its inputs and not luck. What is
        uniform has its own bounds; a factor of any other law is given by its place from 0 to 1. Mistake where factors hang
        together.

        >>> import tandem
        >>> firms = tandem.FactorFirms("silence", {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)}, "trust_mean")
        >>> problem, evaluate = firms.as_salib(replicates=2)
        >>> found = problem.sample_sobol(8, calc_second_order=False).evaluate(evaluate)
        >>> found.results.shape
        (32,)
        """
        return salib_problem(self, replicates, seed)

    def as_ema_model(self, replicates: int = 4, seed: int | str = 0, name: str = "tandem") -> Any:
        """A `Model` of the EMA workbench (to be installed beside): each factor an uncertainty from its least to its greatest
        value (dots in paths become _; the workbench draws uniformly, whatever the law), each outcome a mean over `replicates`
        lucks of `seed` that all experiments share; `name`: the model's. Mistake where factors hang together, or the workbench is
        not there."""
        return ema_model(self, replicates, seed, name)

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outcomes, float64 (rows, outputs). Mistake where the points are no places in (0, 1) of the columns `names`, or keys are
        no whole numbers, one a row."""
        points, keys = self._looked_at(points, keys)
        out = np.empty((len(points), len(self.outputs)))
        for low in range(0, len(points), ROWS_AT_ONCE):
            part = slice(low, low + ROWS_AT_ONCE)
            columns = self.declared.of_tied(points[part])
            which = self._scenario(points[part])
            drawn = self._sets(points[part]) if self.sets_vary else self.parameters.of_keys(keys[part])
            out[part] = self.play(columns, which, keys[part], drawn)
        return out

    def _looked_at(self, points: Any, keys: Any) -> tuple[np.ndarray, np.ndarray]:
        x, luck = self._places(points), np.asarray(keys)
        if luck.dtype.kind not in "iu" or luck.shape != (len(x),):
            raise Mistake(f"keys: whole numbers of shape ({len(x)},) are needed, the luck of each row")
        return x, luck.astype(np.uint64, copy=False)

    def _places(self, points: Any) -> np.ndarray:
        x, k = np.asarray(points), len(self.names)
        if x.dtype.kind not in "fiu" or x.ndim != 2 or x.shape[1] != k:
            raise Mistake(f"points: numbers of shape (rows, {k}) are needed, a column each of {', '.join(self.names[:6])}")
        if not ((x >= 0.0) & (x <= 1.0)).all():
            raise Mistake("points: places between 0 and 1 are needed; a factor's law makes values of them")
        return x.astype(np.float64, copy=False)

    def play(
        self, columns: Mapping[str, np.ndarray], which: np.ndarray, keys: np.ndarray, drawn: np.ndarray | None
    ) -> np.ndarray:
        """Outcomes, float64 (rows, outputs), of values by path (`columns`), the scenario of each row (`which`, a place), its key
        (`keys`) and its set (`drawn`)."""
        out = np.full((len(keys), len(self.outputs)), np.nan)
        for number, scenario in enumerate(self.scenarios.values()):
            mine = np.flatnonzero(which == number)
            if not len(mine):
                continue
            table, complaints = table_of_points(scenario, {path: values[mine] for path, values in columns.items()}, len(mine))
            if wrong := [line for line in complaints if line]:
                raise Mistake(f"{scenario.name}: a point of the factors is no firm: {wrong[0]}")
            table = self.parameters.lay(table, None if drawn is None else drawn[mine])
            words = np.column_stack([keys[mine], np.full(len(mine), _SECOND_WORD)])
            zeros = np.zeros(len(mine), dtype=np.int64)
            out[mine] = outcomes_of(table.rows, table.starts, np.arange(len(mine)), zeros, zeros, words, self.outputs)
        return out
