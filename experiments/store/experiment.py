"""What a sweep is to do, whoever asks for it: a plan file, or a caller that makes its own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from tandem.experiments.files.together import together
from tandem.experiments.store.design import ROWS_IN_A_BLOCK, PointSource
from tandem.experiments.store.digests import content_sha256
from tandem.experiments.store.errors import Refused
from tandem.experiments.store.model import RESERVED, FirmModel, Model
from tandem.experiments.store.own_table import COUNTED, counted_column, named_columns, own_columns, plain_column
from tandem.experiments.store.plan import MOST_RUNS, Plan, Precision
from tandem.experiments.store.tables import arrow_table
from tandem.sim.given import listed, plain, whole
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.meant import named_scenarios
from tandem.sim.seeds import seed_of


class Points(Protocol):
    """The design points: how many, what decides them, and the points themselves."""

    count: int
    factors: list[str]

    def identity(self) -> dict[str, Any]: ...
    def blocks(self) -> Iterator[pa.Table]: ...


@dataclass(frozen=True, eq=False)
class Experiment:
    """Points times replicates of a model. Two experiments of equal `spec` have equal results."""

    model: Model
    points: Points
    outcomes: tuple[str, ...]
    """The outcomes that the digest is about."""
    stored: tuple[str, ...]
    """The outcomes kept on disk, the digested ones first."""
    replicates: int = 1
    precision: Precision | None = None
    independent_luck: bool = False
    title: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Number of runs: of all, or of those before the first look at the precision."""
        return self.points.count * self.replicates

    @property
    def most_runs(self) -> int:
        """Number of runs if the precision is never reached."""
        return self.points.count * (self.precision.at_most if self.precision else self.replicates)

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The firms by name; none where the model is a function."""
        return self.model.scenarios if isinstance(self.model, FirmModel) else {}

    def spec(self) -> dict[str, Any]:
        """Everything that decides the results, as JSON."""
        repeated = {"precision": self.precision.model_dump()} if self.precision else {"replicates": self.replicates}
        return {
            "model": self.model.identity(),
            "design": self.points.identity(),
            **repeated,
            "outcomes": [{"name": name, "unit": self.model.outcomes[name]} for name in self.outcomes],
            "independent_luck": self.independent_luck,
        }


def of_plan(plan: Plan) -> Experiment:
    """The experiment that a plan asks for."""
    tables = plan.tables
    points = PointSource(plan)
    own = own_among(plan.stored)
    model = FirmModel(plan.scenarios, tables.seed, points.factors, tables.trajectories, plan.parameters, own)
    experiment = Experiment(
        model,
        points,
        plan.outcomes,
        plan.stored,
        plan.replicates,
        tables.precision,
        tables.independent_luck,
        tables.title,
        plan.warnings,
    )
    if experiment.most_runs > MOST_RUNS:
        raise ScenarioError(
            "too many runs", file=plan.file, key="replicates", value=experiment.most_runs, allowed=f"at most {MOST_RUNS:,}"
        )
    return experiment


class OwnPoints:
    """Points that a caller made: columns of equal length."""

    def __init__(self, columns: Mapping[str, np.ndarray]):
        self.columns = {name: np.array(values) for name, values in columns.items()}  # the caller may go on with his own
        self.count = len(next(iter(self.columns.values())))
        self.factors = [name for name in self.columns if name not in ("scenario", "firm_id", "first_replicate")]

    def identity(self) -> dict[str, Any]:
        """The digest of all columns."""
        plain = {
            name: values if values.dtype != object else np.array(list(map(str, values))).astype("U")
            for name, values in self.columns.items()
        }
        return {"kind": "rows", "points": self.count, "table_sha256": content_sha256(plain)}

    def blocks(self) -> Iterator[pa.Table]:
        """See `PointSource.blocks`."""
        for low in range(0, self.count, ROWS_IN_A_BLOCK):
            part = {name: values[low : low + ROWS_IN_A_BLOCK] for name, values in self.columns.items()}
            here = len(next(iter(part.values())))
            yield arrow_table({"point_id": np.arange(low, low + here, dtype=np.int64), **part})


def of_rows(
    points: Any,
    *,
    scenarios: Any = None,
    model: Model | None = None,
    outcomes: str | Sequence[str] | None = None,
    stored: str | Sequence[str] | None = None,
    seed: int | str = 0,
    replicates: int = 1,
    independent_luck: bool = False,
    trajectories: str = "none",
    title: str = "",
    parameters: str | int | Chosen = ENSEMBLE,
) -> Experiment:
    """The experiment of a caller that makes its own rows.

    `points`: DataFrame or columns by name, one row a point. With firms (`scenarios`) its columns are paths of parameters,
    and `scenario` (a name; may be left out where there is one), `firm_id` and `first_replicate` (whole numbers of 0 or more:
    the firm's number and the first luck, 0 if left out). With a `model` of your own they are whatever it takes, and `firm_id`,
    `first_replicate`.
    Each point is played `replicates` times, with replicates from its first one on; firms under `parameters` as in
    `tandem.sim.parameter_sets`. `scenarios`: a scenario, its name or path, a list of these, or by name; `outcomes`, `stored`: one
    name or several. Raises Refused, or Mistake (ScenarioError where a value of the points is wrong).
    """

    def refuse(problem: str, **more: Any) -> ScenarioError:
        return ScenarioError(problem, file="points", **more)

    frame = _frame(points, refuse)
    replicates, seed = whole("replicates", replicates, 1, MOST_RUNS), seed_of(seed)
    if (model is None) == (scenarios is None):
        raise Refused("give scenarios, or a model of your own; one of the two")
    if trajectories not in ("none", "quarterly", "weekly"):
        raise Refused(f"trajectories = {trajectories!r}; allowed: none, quarterly, weekly")
    played: Model
    if model is not None:
        played, source = model, OwnPoints(_plain_columns(frame, refuse))
    else:
        firms = named_scenarios(scenarios)
        if "scenario" not in frame:
            if len(firms) != 1:
                raise Refused("several scenarios need a column `scenario` that says which point is of which")
            frame = frame.assign(scenario=next(iter(firms)))
        source = OwnPoints(own_columns(frame, firms, refuse))
        asked = [*listed("outcomes", outcomes or ()), *listed("stored", stored or ())]
        played = FirmModel(firms, seed, source.factors, trajectories, parameters, own_among(dict.fromkeys(asked)))
    named, kept = _kept(played, source, outcomes, stored)
    return Experiment(played, source, named, kept, replicates, None, bool(independent_luck), str(title))


def _kept(
    model: Model, points: OwnPoints, outcomes: str | Sequence[str] | None, stored: str | Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outcomes that the digest is about, and those kept on disk: each once, none of a name that a column has already, or
    what is played could not be read back."""
    named = tuple(model.outcomes) if outcomes is None else tuple(listed("outcomes", outcomes))
    more = () if stored is None else tuple(listed("stored", stored))
    for said, what in ((named, "outcomes"), (more, "stored")):
        for place, name in enumerate(said):
            if name not in model.outcomes:
                raise Refused(f"{what}: {name!r} is not an outcome of the model; it has {', '.join(list(model.outcomes)[:8])}")
            if name in said[:place]:
                raise Refused(f"{what}: {name!r} stands there twice")
    if not named:
        raise Refused("outcomes: at least one is needed")
    kept = (*named, *(name for name in more if name not in named))
    if both := [name for name in kept if name in points.columns or name in RESERVED]:
        raise Refused(f"{both[0]!r} is a column of the points and an outcome; give one of the two another name")
    return named, kept


def _frame(points: Any, refuse: Callable[..., ScenarioError]) -> Any:
    """The caller's points as a DataFrame. Columns that are given apart have one length, and where they have labels the same
    labels in the same order: or a value would stand beside another point's."""
    import pandas as pd

    if isinstance(points, pd.DataFrame):
        frame = points
    elif isinstance(points, Mapping):
        columns = {name: values if hasattr(values, "__len__") else list(values) for name, values in points.items()}
        if alone := [name for name, values in columns.items() if isinstance(values, str | bytes)]:
            raise refuse("a text where a column belongs", key=str(alone[0]), allowed="a value for each point")
        together("points", **{f"column {name!r}": values for name, values in columns.items()})
        frame = pd.DataFrame({name: _loose(values) for name, values in columns.items()})
    else:
        raise refuse("no table", value=points, allowed="a DataFrame, or columns by name")
    if not len(frame):
        raise Refused("there are no points")
    return frame


def _loose(values: Any) -> Any:
    """A column without its labels, in its own kind."""
    import pandas as pd

    if hasattr(values, "reset_index"):
        return values.reset_index(drop=True)
    if hasattr(values, "dtype"):
        return values
    return pd.Series([plain(value) for value in values])  # NumPy would make words of what is of several kinds


def _plain_columns(frame: Any, refuse: Callable[..., ScenarioError]) -> dict[str, np.ndarray]:
    """Columns of a caller's table for his own model: numbers, truths and words, one kind in a column."""
    return {
        name: counted_column(name, values, refuse) if name in COUNTED else plain_column(name, values, refuse)
        for name, values in named_columns(frame, refuse, firms=False).items()
    }
