"""The firms behind the analysis: points of the unit cube become firms, the rows' keys become their luck."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tandem.experiments.sensitivity.factors import level_of
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import DECLARED, DEFAULT, ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS, SCALAR_GROUPS, describe
from tandem.sim.played import outcomes_of
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.table import FirmTable, followers

OUTPUTS = ("revenue_growth", "conflict_rate")
ROLE_MODEL, CONTEXT, PARAMETER_SET = "role_model", "context", "parameter_set"
CELL_POINTS = 256  # firms from which the level and the spread of a cell are told
CELL_SEED = 7
ROWS_AT_ONCE = 2048  # between two calls Ctrl-C is heard, and only so many firms' records are in memory
STRENGTH = 0.3  # a mechanism's strength is taken from its value less to its value more this share
_SECOND_WORD = np.uint64(int.from_bytes(hashlib.sha256(b"tandem-sensitivity-firm").digest()[:8], "little"))


@dataclass(frozen=True)
class Ranges:
    """From where to where each lever goes, in [0, 1]; `shape` is the Beta law's two equal parameters (1: uniform)."""

    low: float = 0.0
    high: float = 1.0
    shape: float = 1.0

    def levels(self, x: np.ndarray) -> np.ndarray:
        """Levels of points of the unit cube."""
        if self.shape != 1.0:
            from scipy.special import betaincinv

            x = betaincinv(self.shape, self.shape, x)
        return self.low + (self.high - self.low) * x


@dataclass(frozen=True, eq=False)
class UnderSet:
    """A scenario under one parameter set of the ensemble, by its number."""

    scenario: Scenario = field(repr=False)
    number: int

    @property
    def explicit_lever_parameters(self) -> tuple[str, ...]:
        """Sub-parameters of levers that the scenario sets by itself."""
        return self.scenario.explicit_lever_parameters


class Firms:
    """A function for `analyse`: lever levels, and where there are several, the role model and the context of each firm.

    `cells`: (role model, context) -> scenario; all role models in all contexts, or one cell. Factors are the five levers,
    each from
    poorest to best practice at once through all of its sub-parameters, so that no lever wins by having more of them; then
    `role model` and `context` where there is a choice. A sub-parameter that a scenario sets by itself stays as it is.
    `parameters` as in `tandem.sim.parameter_sets`: under the ensemble the set is an input of its own, called `parameter_set`,
    after the levers: all parameters that calibration leaves open, moved together from one set to another. It is left out where
    all firms share one set. With `sets_vary` false, and for points without its column, a row's key draws its set with its luck
    instead, so that rows that share luck share their set. A cell may also be a scenario under a set of its own (`UnderSet`).
    """

    def __init__(
        self,
        cells: Mapping[tuple[str, str], Scenario | UnderSet],
        outputs: Sequence[str] = OUTPUTS,
        ranges: Ranges | None = None,
        levers: Sequence[str] = LEVERS,
        parameters: str | int | Chosen = ENSEMBLE,
        sets_vary: bool = True,
    ):
        unknown = next((name for name in outputs if name not in OUTCOMES), None)
        if unknown:
            raise ScenarioError("no such outcome", key="outputs", value=unknown, allowed="an outcome of the model")
        self.cells, self.outputs, self.ranges = dict(cells), tuple(outputs), ranges or Ranges()
        self.role_models = list(dict.fromkeys(role_model for role_model, _ in cells))
        self.contexts = list(dict.fromkeys(context for _, context in cells))
        if len(self.cells) != len(self.role_models) * len(self.contexts):
            raise ValueError("every role model is needed in every context")
        self.levers = tuple(levers)
        ordered = [self.cells[role_model, context] for role_model in self.role_models for context in self.contexts]
        self.parameters = chosen(parameters)
        self._firms = FirmTable([cell.scenario if isinstance(cell, UnderSet) else cell for cell in ordered])
        if any(isinstance(cell, UnderSet) for cell in ordered):
            own = np.array([cell.number for cell in ordered])  # type: ignore[union-attr]
            self._firms, self.parameters = chosen(DEFAULT).lay(self._firms, own), chosen(DECLARED)
        self._fixed = set().union(*(scenario.explicit_lever_parameters for scenario in ordered))
        self.sets_vary = sets_vary and self.parameters.several

    def within_cells(self, points: int = CELL_POINTS) -> WithinCells:
        """The same, each cell less its mean and divided by its own spread over `points` random firms: what `analyse` does with
        what is held, for methods that know nothing of it."""
        draw = np.random.Generator(np.random.Philox(CELL_SEED))
        sample = draw.random((points, len(self.factors)))
        keys = draw.integers(0, 2**64, points, dtype=np.uint64)
        level, spread = np.zeros((2, len(self.cells), len(self.outputs)))
        for cell in range(len(self.cells)):
            place = cell
            for column, levels in reversed(list(enumerate(self.held.values(), len(self.moved)))):
                place, at = divmod(place, len(levels))
                sample[:, column] = (at + 0.5) / len(levels)
            values = self(sample, keys)
            level[cell], spread[cell] = values.mean(axis=0), values.std(axis=0)
        return WithinCells(self, level, np.where(spread > 0.0, spread, 1.0))

    @property
    def held(self) -> dict[str, list[str]]:
        """What differs between firms and is nobody's lever, with its levels: role models and contexts where there are several."""
        there = {ROLE_MODEL: self.role_models, CONTEXT: self.contexts}
        return {name: levels for name, levels in there.items() if len(levels) > 1}

    @property
    def moved(self) -> list[str]:
        """The factors without what is `held`: levers, and the parameter set where it varies."""
        return [*self.levers, *([PARAMETER_SET] if self.sets_vary else [])]

    @property
    def sets(self) -> tuple[str, int] | None:
        """The factor that stands for the parameter set and the number of sets; None where it does not vary."""
        return (PARAMETER_SET, len(self.parameters.known)) if self.sets_vary and self.parameters.known is not None else None

    @property
    def factors(self) -> list[str]:
        """Names of the factors, in the order of the columns."""
        return [*self.moved, *self.held]

    @property
    def stuck(self) -> dict[str, list[str]]:
        """Levers that some scenario keeps from moving all of their sub-parameters: lever -> paths set by themselves."""
        found = {lever: [path for path in followers(lever) if path in self._fixed] for lever in self.levers}
        return {lever: paths for lever, paths in found.items() if paths}

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outcomes, (rows, outputs); a row's luck is its key, whatever its cell and its levers."""
        out = np.empty((len(points), len(self.outputs)))
        for low in range(0, len(points), ROWS_AT_ONCE):
            part = slice(low, low + ROWS_AT_ONCE)
            out[part] = self._play(points[part], keys[part])
        return out

    def _play(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        n, cell = len(points), self.cell_of(points)
        table = self.parameters.lay(self._firms.take(cell), self._drawn(points, keys))
        self._move(table, points)
        zeros, key = np.zeros(n, dtype=np.int64), np.column_stack([keys, np.full(n, _SECOND_WORD)])
        return outcomes_of(table.rows, table.starts, np.arange(n), zeros, zeros, key, self.outputs)

    def _drawn(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray | None:
        """The parameter set of each row: what its coordinate says, or its key."""
        if self.sets is None or points.shape[1] < len(self.factors):
            return self.parameters.of_keys(keys)
        return level_of(points[:, len(self.levers)], self.sets[1])

    def cell_of(self, points: np.ndarray) -> np.ndarray:
        """The place of each row's role model and context among the cells, role models varying slowest, int64 (rows,)."""
        place = np.zeros(len(points), dtype=np.int64)
        column = points.shape[1] - len(self.held)
        for there in (self.role_models, self.contexts):
            place *= len(there)
            if len(there) > 1:
                place += level_of(points[:, column], len(there))
                column += 1
        return place

    def _move(self, table: FirmTable, points: np.ndarray) -> None:
        levels = self.ranges.levels(points[:, : len(self.levers)])
        for column, lever in enumerate(self.levers):
            table.set_lever(lever, levels[:, column])


@dataclass(frozen=True)
class WithinCells:
    """Firms whose outcomes are told within their cell: less `level`, divided by `spread`, float64 (cells, outputs)."""

    firms: Firms
    level: np.ndarray
    spread: np.ndarray

    @property
    def factors(self) -> Any:
        """Those of the firms, in the order of the columns."""
        return self.firms.factors

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outcomes, (rows, outputs), in spreads of the row's cell from its mean."""
        cell = self.firms.cell_of(points)
        found: np.ndarray = (self.firms(points, keys) - self.level[cell]) / self.spread[cell]
        return found


class Mechanisms(Firms):
    """A function for `analyse` of what we do not know: the strengths of the model's mechanisms, grouped by where they act.

    Each strength goes from 30% below what it is to 30% above (kept within its declared range), all levers at the values of
    the scenarios; demand is solved again where it depends on them. Role model and context are held as in `Firms`.
    """

    def __init__(
        self,
        cells: Mapping[tuple[str, str], Scenario],
        outputs: Sequence[str] = OUTPUTS,
        parameters: str | int | Chosen = ENSEMBLE,
    ):
        super().__init__(cells, outputs, levers=(), parameters=parameters, sets_vary=False)
        self._strengths = strengths()

    @property
    def moved(self) -> dict[str, str]:  # type: ignore[override]
        """Path -> group."""
        return {row["path"]: row["path"].split(".")[0] for row in self._strengths}

    @property
    def factors(self) -> dict[str, str]:  # type: ignore[override]
        """Path -> group, then role model and context on their own."""
        return {**self.moved, **{name: name for name in self.held}}

    def _move(self, table: FirmTable, points: np.ndarray) -> None:
        for column, row in enumerate(self._strengths):
            table.scale(row["path"], 1.0 + STRENGTH * (2.0 * points[:, column] - 1.0))


def strengths() -> list[dict[str, Any]]:
    """The mechanisms' parameters that are numbers with a strength to vary: rows of `describe` with a default not zero."""
    return [
        row
        for row in describe()
        if row["role"] == "mechanism"
        and row["path"].count(".") == 1
        and row["path"].split(".")[0] in SCALAR_GROUPS
        and isinstance(row["default"], float)
        and row["default"]
        and row["low"] is not None
    ]


def pair_exists(scenario: Scenario) -> bool:
    """Whether the firm has both leaders at some time, without which there is no conflict to measure."""
    return any(parameters.ceo.present and parameters.coo.present for _, parameters in scenario.timeline)
