"""What a sweep plays: Tandem's firms through the compiled kernel, or any function of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from tandem.experiments.store.code import code_digest
from tandem.sim.answers import numbers_of
from tandem.sim.given import names, number_or_none
from tandem.sim.mistake import Mistake, shown
from tandem.sim.own_outcomes import OwnOutcome
from tandem.sim.parameter_sets import DECLARED, ENSEMBLE, Chosen, chosen
from tandem.sim.played import own_of_weeks, with_own
from tandem.sim.points import plain_number, table_of_points
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.meant import named_scenarios
from tandem.sim.seeds import seed_of

OK, FAILED, INVALID = 0, 1, 2
STATUSES = ("ok", "model error", "invalid outcome")
LONGEST_MESSAGE = 2000
RESERVED = {"run_id", "point_id", "replicate", "status"}
"""Columns that every sweep has of its own."""
ROWS_IN_ONE_CALL = 512  # between two calls Ctrl-C is heard, and only so many firms' records are in memory


@dataclass
class Played:
    """Some runs, row by row."""

    values: np.ndarray
    """float64 (runs, outcomes); not-a-number where the status is not 0 and where an outcome is not defined."""
    status: np.ndarray
    """int8 (runs,): a place in STATUSES."""
    failures: list[tuple[int, str, str]] = field(default_factory=list)
    """(row, type of error, message) of the runs whose status is not 0."""
    trajectories: list[np.ndarray] = field(default_factory=list)
    """For each run float64 (periods, columns), where they are kept."""


class Model(Protocol):
    """What a sweep asks of a model. It is pickled where workers are other processes."""

    outcomes: Mapping[str, str]
    """Name -> unit, in the order of the columns of `Played.values`."""
    nullable: frozenset[str]
    """Outcomes that may be not-a-number in a valid run (nothing to measure)."""
    columns: tuple[str, ...]
    """Columns of trajectories; () where none are kept."""

    def identity(self) -> dict[str, Any]:
        """What the runs depend on, as JSON: part of the sweep's name."""
        ...

    def play(self, points: Mapping[str, np.ndarray], at: np.ndarray, firms: np.ndarray, replicates: np.ndarray) -> Played:
        """Play runs. `points`: columns of the design, one value a point; `at`, `firms`, `replicates`: int64 (runs,), the place in
        `points`, the firm's number and the luck of each run. The same input gives the same bits, whatever else is played."""
        ...


class FirmModel:
    """Tandem's firms: a point is a scenario (column `scenario`, a place in `scenarios`) with values by path; each run has the
    parameter set of its pair (`parameters` as in `tandem.sim.parameter_sets`)."""

    def __init__(
        self,
        scenarios: Any,
        seed: int | str,
        factors: Sequence[str],
        trajectories: str = "none",
        parameters: str | int | Chosen = ENSEMBLE,
        own: Sequence[OwnOutcome] = (),
    ):
        from tandem.sim.outcomes import OUTCOMES
        from tandem.sim.weekly import WEEKLY

        self.scenarios, self.seed = named_scenarios(scenarios), seed_of(seed)
        self.factors, self.trajectories, self.parameters = tuple(factors), trajectories, chosen(parameters)
        self.own = tuple(own)
        self.outcomes: Mapping[str, str] = {
            **{name: outcome.unit for name, outcome in OUTCOMES.items()},
            **{outcome.name: outcome.unit for outcome in self.own},
        }
        self.nullable = frozenset(self.outcomes)
        self.columns: tuple[str, ...] = () if trajectories == "none" else tuple(WEEKLY)

    def identity(self) -> dict[str, Any]:
        """Digests of the scenarios and, where it is not that of their names, their order, by which points number them; the seed,
        the parameter sets, and what of the weeks is kept."""
        names = list(self.scenarios)
        return {
            **({} if names == sorted(names) else {"order": names}),
            "name": "firms",
            "seed": self.seed,
            "trajectories": self.trajectories,
            **self.parameters.identity,
            "scenarios": {name: scenario.digest for name, scenario in self.scenarios.items()},
            **({"own_outcomes": [declared_outcome(outcome) for outcome in self.own]} if self.own else {}),
        }

    @cached_property
    def _listed(self) -> list[Scenario]:
        return list(self.scenarios.values())

    def play(self, points: Mapping[str, np.ndarray], at: np.ndarray, firms: np.ndarray, replicates: np.ndarray) -> Played:
        """See `Model`."""
        weeks = max((scenario.parameters.weeks for scenario in self._listed), default=156)
        step = max(32, ROWS_IN_ONE_CALL * 156 // max(weeks, 156))
        parts = [
            self._call(points, at[low : low + step], firms[low : low + step], replicates[low : low + step])
            for low in range(0, len(at), step)
        ]
        played = Played(np.concatenate([part.values for part in parts]), np.concatenate([part.status for part in parts]))
        for low, part in zip(range(0, len(at), step), parts):
            played.failures += [(low + row, kind, message) for row, kind, message in part.failures]
            played.trajectories += part.trajectories
        return played

    def _call(self, points: Mapping[str, np.ndarray], at: np.ndarray, firms: np.ndarray, replicates: np.ndarray) -> Played:
        played = Played(np.full((len(at), len(self.outcomes)), np.nan), np.zeros(len(at), dtype=np.int8))
        which = points["scenario"][at]
        weeks: dict[int, np.ndarray] = {}
        for number in map(int, np.unique(which)):
            self._play_scenario(number, np.flatnonzero(which == number), points, at, firms, replicates, played, weeks)
        played.failures.sort()
        if self.columns:
            none = np.zeros((0, len(self.columns)))
            played.trajectories = [weeks.get(row, none) for row in range(len(at))]
        infinite = np.isinf(played.values)
        for row in map(int, np.flatnonzero(infinite.any(axis=1))):
            name = list(self.outcomes)[int(np.argmax(infinite[row]))]
            played.failures.append((row, "invalid outcome", f"{name} is infinite"))
            played.status[row], played.values[row] = INVALID, np.nan
        return played

    def _play_scenario(self, number: int, mine: np.ndarray, points, at, firms, replicates, played: Played, weeks) -> None:
        """Play the runs `mine` (int64), which are of one scenario, into `played`, and their weeks into `weeks`, by run."""
        from tandem.sim import kernel
        from tandem.sim.streams import seed_key

        used, place = np.unique(at[mine], return_inverse=True)
        columns = {name: points[name][used] for name in self.factors}
        table, complaints = table_of_points(self._listed[number], columns, len(used))
        valid = np.array([not complaint for complaint in complaints])
        arms = (np.cumsum(valid) - 1)[place]
        played.status[mine[~valid[place]]] = FAILED
        for row, said in zip(mine, place):
            if not valid[said]:
                played.failures.append((int(row), "ScenarioError", complaints[said]))
        mine, arms = mine[valid[place]], arms[valid[place]]
        if not len(mine):
            return
        drawn = self.parameters.drawn(self.seed, firms[mine], replicates[mine])
        table, arms = self.parameters.arms(table, arms, drawn)
        rows, starts = table.rows, table.starts
        if self.columns:
            for row, arm in zip(map(int, mine), arms):
                own = rows[starts[arm] : starts[arm + 1]]
                weeks[row], played.values[row] = self._trajectory(own, int(firms[row]), int(replicates[row]))
            return
        keys = np.tile(np.array(seed_key(self.seed), dtype=np.uint64), (len(mine), 1))
        asked = (rows, starts, arms, firms[mine], replicates[mine], keys)
        played.values[mine] = with_own(kernel.run_batch(*asked, threads=False), *asked, self.own)

    def _trajectory(self, rows: np.ndarray, firm: int, luck: int) -> tuple[np.ndarray, np.ndarray]:
        from tandem.sim.results import simulate

        run = simulate(_Recorded(rows), self.seed, luck, firm=firm, parameters=DECLARED)
        table = run.weekly if self.trajectories == "weekly" else run.quarterly
        own = own_of_weeks(run._kept, self.own)
        return table[list(self.columns)].to_numpy(dtype=np.float64), np.append(run.trajectory["outcomes"], list(own.values()))


def from_its_folder(model: Model) -> bool:
    """Whether all of a sweep's model can be read from its folder: firms, without functions of a user's own."""
    return isinstance(model, FirmModel) and all(outcome.function is None for outcome in model.own)


def declared_outcome(outcome: OwnOutcome) -> dict[str, Any]:
    """All that an own outcome's values depend on: its formula, or what its function does."""
    code = {} if outcome.function is None else {"code": code_digest(outcome.function, "")}
    return {**outcome.identity, **code}


@dataclass
class _Recorded:
    """Records that are there already, as `simulate` takes a firm."""

    rows: np.ndarray
    name: str = "point"

    def records(self) -> np.ndarray:
        return self.rows


class FunctionModel:
    """Any function of one point: `function(values, firm, luck)` -> the outcomes, by name or in order.

    `values`: dict of the design's columns. An exception makes this one run a failed one, a wrong answer (not the right
    outcomes, not numbers, infinite, or not-a-number where that is not declared) an invalid one. The function must have a
    name that other processes can import, and its answer may depend on nothing but its arguments.

    `outcomes`: name -> unit; or a name, or a list of names, whose unit is then "1". What the function does is part of the
    sweep's name (`tandem.experiments.store.code`), so that a changed function is never answered with what another one gave;
    `version` stands for what cannot be told of it. Raises Refused where that is needed, and Mistake for wrong arguments.
    """

    columns: tuple[str, ...] = ()

    def __init__(
        self,
        function: Callable[..., Any],
        outcomes: str | Sequence[str] | Mapping[str, str],
        nullable: str | Sequence[str] = (),
        version: str = "",
    ):
        if not callable(function):
            raise Mistake(f"function = {shown(function)}: not a function; allowed: a function of (values, firm, luck)")
        self.function, self.version = function, str(version)
        self.outcomes: Mapping[str, str] = _with_units(outcomes)
        self.nullable = frozenset(names("nullable", nullable))
        if strange := sorted(self.nullable - self.outcomes.keys()):
            raise Mistake(f"nullable: {strange[0]!r} is not among the outcomes {', '.join(self.outcomes)}")
        self.code = code_digest(function, self.version)

    def identity(self) -> dict[str, Any]:
        """The function's name, what it does, and the version that the caller gives it."""
        return {
            "name": f"function {getattr(self.function, '__qualname__', type(self.function).__name__)}",
            "version": self.version,
            "code": self.code,
        }

    def play(self, points: Mapping[str, np.ndarray], at: np.ndarray, firms: np.ndarray, replicates: np.ndarray) -> Played:
        """See `Model`."""
        played = Played(np.full((len(at), len(self.outcomes)), np.nan), np.zeros(len(at), dtype=np.int8))
        for row in range(len(at)):
            values = {name: plain_number(column[at[row]]) for name, column in points.items()}
            try:
                answer = self.function(values, int(firms[row]), int(replicates[row]))
            except Exception as error:
                self._note(played, row, FAILED, type(error).__name__, str(error))
                continue
            try:
                played.values[row] = self._read(answer)
            except (TypeError, ValueError, OverflowError) as error:
                self._note(played, row, INVALID, "invalid outcome", str(error))
        return played

    @staticmethod
    def _note(played: Played, row: int, status: int, kind: str, message: str) -> None:
        played.values[row], played.status[row] = np.nan, status
        played.failures.append((row, kind, message[:LONGEST_MESSAGE]))

    def _read(self, answer: Any) -> list[float]:
        if isinstance(answer, Set):
            raise ValueError("the answer is a set, whose members have no order")
        if hasattr(answer, "_asdict") or (hasattr(answer, "to_dict") and getattr(answer, "ndim", 0) == 1):
            named = answer._asdict() if hasattr(answer, "_asdict") else answer.to_dict()  # a named tuple, a Series
            answer = named if set(named) == set(self.outcomes) or hasattr(answer, "_asdict") else list(named.values())
        if isinstance(answer, Mapping):
            if set(answer) != set(self.outcomes):
                raise ValueError("the answer does not hold the declared outcomes")
            answer = [answer[name] for name in self.outcomes]
        if isinstance(answer, str | bytes) or not hasattr(answer, "__len__") or getattr(answer, "shape", None) == ():
            answer = [answer]
        if len(answer) != len(self.outcomes):
            raise ValueError(f"{len(answer)} values where {len(self.outcomes)} outcomes are declared")
        found = []
        for name, value in zip(self.outcomes, answer):
            number = None if value is np.ma.masked else number_or_none(value)
            if number is None:
                raise ValueError(f"{name} is not a number but {type(value).__name__}")
            if math.isinf(number) or (math.isnan(number) and name not in self.nullable):
                raise ValueError(f"{name} is {number}")
            found.append(number)
        return found


def _with_units(outcomes: Any) -> dict[str, str]:
    """Outcomes by name with their units, each name once."""
    listed = list(outcomes) if isinstance(outcomes, Mapping) else names("outcomes", outcomes)
    found = {name: str(outcomes[name]) if isinstance(outcomes, Mapping) else "1" for name in names("outcomes", listed)}
    if not found or len(found) < len(listed):
        raise Mistake("outcomes: at least one is needed" if not found else "outcomes: a name stands there twice")
    if reserved := sorted(found.keys() & RESERVED):
        raise Mistake(f"outcomes: {reserved[0]!r} is a column of every sweep; allowed: any other name")
    return found


class ArrayModel(FunctionModel):
    """A function of many rows at once: `function(X, keys)`, X float64 (rows, inputs) and keys uint64 (rows,), to float64
    (rows,) or (rows, outcomes). Where it raises or answers in another shape, its rows are asked one by one."""

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: str | Sequence[str],
        outcomes: str | Sequence[str] | Mapping[str, str],
        nullable: str | Sequence[str] = (),
        version: str = "",
    ):
        super().__init__(function, outcomes, nullable, version)
        self.inputs = tuple(names("inputs", inputs))
        if len(set(self.inputs)) < len(self.inputs):
            raise Mistake(f"inputs: a name stands there twice ({', '.join(self.inputs)})")

    def identity(self) -> dict[str, Any]:
        """As for a function, and the order of the inputs."""
        return {**super().identity(), "inputs": list(self.inputs)}

    def play(self, points: Mapping[str, np.ndarray], at: np.ndarray, firms: np.ndarray, replicates: np.ndarray) -> Played:
        """See `Model`."""
        table = np.column_stack([np.asarray(points[name], dtype=np.float64)[at] for name in self.inputs])
        keys = replicates.astype(np.int64).view(np.uint64)
        played = Played(np.full((len(at), len(self.outcomes)), np.nan), np.zeros(len(at), dtype=np.int8))
        try:
            answers = numbers_of(self.function(table.copy(), keys.copy()), len(at), len(self.outcomes))
        except Exception:
            answers = None
        for row in range(len(at)):
            try:
                answer = self.function(table[row : row + 1], keys[row : row + 1])[0] if answers is None else answers[row]
            except Exception as error:
                self._note(played, row, FAILED, type(error).__name__, str(error))
                continue
            if answers is not None and np.isfinite(answer).all():
                played.values[row] = answer
                continue
            try:
                played.values[row] = self._read(answer)
            except (TypeError, ValueError, OverflowError) as error:
                self._note(played, row, INVALID, "invalid outcome", str(error))
        return played
