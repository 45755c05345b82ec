"""The model as options to choose among: every role model, or every lever raised, on the same firms under the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tandem.experiments.effects.cells import CONTEXT, OUTPUTS, Firms, UnderSet
from tandem.experiments.effects.role_models import described
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import Scenario

PARAMETERS = "parameters"
"""The factor that stands for which parameter set of the ensemble holds."""
LOAD, DRIFT = "load", "drift"
LOADS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
DRIFTS = (0.02, 0.035, 0.05, 0.07, 0.1, 0.14)
"""Levels of `execution.load` (multiple) and of `market.drift` (standard deviations/week^0.5) on the switching map: what the
contexts of the catalogue span, and a little more (assumption)."""
BEST = 1.0 - 2.0**-30
"""The level that a lever is raised to: best practice, a hair within the cube of points."""


class Choices:
    """A function for `decide`: what each role model brings to a firm, its columns the outputs of the first role model, then
    the next.

    Factors are the five levers and the axes, each axis a list of names that its unit interval is cut into evenly. `cells`:
    role model -> scenarios, one a combination of axes, the last axis fastest.
    """

    def __init__(
        self,
        cells: Mapping[str, Sequence[Scenario | UnderSet]],
        axes: Mapping[str, Sequence[str]],
        outputs: Sequence[str] = OUTPUTS,
    ):
        self.options, self.axes, self.outputs = list(cells), {name: list(names) for name, names in axes.items()}, tuple(outputs)
        self.shape = tuple(len(names) for names in self.axes.values())
        self.places = int(np.prod(self.shape))
        if any(len(mine) != self.places for mine in cells.values()):
            raise ValueError(f"every option needs a scenario in each of the {self.places} combinations of axes")
        self._firms = {
            option: Firms(
                {(option, str(place)): scenario for place, scenario in enumerate(mine)}, self.outputs, parameters="declared"
            )
            for option, mine in cells.items()
        }

    @property
    def factors(self) -> list[str]:
        """Names of the factors, in the order of the columns."""
        return [*LEVERS, *self.axes]

    @property
    def columns(self) -> int:
        """Number of columns that come back."""
        return len(self.options) * len(self.outputs)

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outcomes, float64 (rows, columns)."""
        given = self._given(points)
        return np.concatenate([firms(given, keys) for firms in self._firms.values()], axis=1)

    def _given(self, points: np.ndarray) -> np.ndarray:
        """Points as `Firms` takes them: levers, and one column for the place."""
        levers, names = points[:, : len(LEVERS)], points[:, len(LEVERS) :]
        if self.places == 1:
            return levers
        at = [np.minimum((names[:, axis] * size).astype(np.int64), size - 1) for axis, size in enumerate(self.shape)]
        place = np.ravel_multi_index(at, self.shape)
        return np.column_stack([levers, (place + 0.5) / self.places])


class Raised(Choices):
    """A function for `decide` with the levers as options: what raising each to best practice adds to a firm of one role model.

    Columns as in `Choices`, one option a lever; each is the difference from the same firm left as it is, under the same luck.
    """

    def __init__(
        self, scenarios: Sequence[Scenario | UnderSet], axes: Mapping[str, Sequence[str]], outputs: Sequence[str] = OUTPUTS
    ):
        super().__init__({"as it is": scenarios}, axes, outputs)
        self.options = list(LEVERS)

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Gains, float64 (rows, columns)."""
        firms, given = self._firms["as it is"], self._given(points)
        before, gains = firms(given, keys), []
        for lever in range(len(LEVERS)):
            moved = given.copy()
            moved[:, lever] = BEST
            gains.append(firms(moved, keys) - before)
        return np.concatenate(gains, axis=1)


def parameter_sets(count: int, seed: int | str, parameters: str | int | Chosen = ENSEMBLE) -> list[int | None]:
    """Numbers of the parameter sets that are played: so many different ones of the ensemble, or the one that is asked for; None
    alone stands for what is declared. `parameters` as in `tandem.sim.parameter_sets`."""
    asked = chosen(parameters)
    if asked.known is None or asked.number is not None:
        return [asked.number]
    return [int(number) for number in asked.known.drawn(min(count, len(asked.known)), seed)]


def under_sets(scenario: Scenario, numbers: Sequence[int | None]) -> list[Scenario | UnderSet]:
    """A scenario under each of the sets."""
    return [scenario if number is None else UnderSet(scenario, number) for number in numbers]


def over_contexts(role_models: Sequence[str], contexts: Sequence[str], numbers: Sequence[int | None]) -> Choices:
    """The role models in the contexts of the catalogue, under parameter sets."""
    found = {context: described(context, role_models) for context in contexts}
    cells = {
        role_model: [each for context in contexts for each in under_sets(found[context][role_model], numbers)]
        for role_model in role_models
    }
    return Choices(cells, {CONTEXT: contexts, PARAMETERS: [str(number) for number in numbers]})


def over_surroundings(role_models: Sequence[str], context: str, numbers: Sequence[int | None]) -> Choices:
    """The role models in one context, at each load of decisions and drift of the market, under parameter sets."""
    plain = described(context, role_models)
    cells = {
        role_model: [
            each
            for load in LOADS
            for drift in DRIFTS
            for each in under_sets(plain[role_model].with_({"execution.load": load, "market.drift": drift}), numbers)
        ]
        for role_model in role_models
    }
    axes = {
        LOAD: [f"{load:g}" for load in LOADS],
        DRIFT: [f"{drift:g}" for drift in DRIFTS],
        PARAMETERS: [str(number) for number in numbers],
    }
    return Choices(cells, axes)


def raised(role_model: str, context: str, numbers: Sequence[int | None]) -> Raised:
    """The levers of one role model in one context, under parameter sets."""
    return Raised(
        under_sets(described(context, [role_model])[role_model], numbers), {PARAMETERS: [str(number) for number in numbers]}
    )
