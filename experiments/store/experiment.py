"""What a sweep is to do, whoever asks for it: a plan file, or a caller that makes its own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from tandem.experiments.store.design import ROWS_IN_A_BLOCK, PointSource, own_columns
from tandem.experiments.store.digests import content_sha256
from tandem.experiments.store.errors import Refused
from tandem.experiments.store.model import FirmModel, Model
from tandem.experiments.store.plan import MOST_RUNS, Plan, Precision
from tandem.experiments.store.tables import arrow_table
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario import Scenario, ScenarioError


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
    model = FirmModel(plan.scenarios, tables.seed, points.factors, tables.trajectories, plan.parameters)
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
        self.columns = {name: np.asarray(values) for name, values in columns.items() if name != "point_id"}
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
    scenarios: Mapping[str, Scenario] | Scenario | None = None,
    model: Model | None = None,
    outcomes: Sequence[str] | None = None,
    stored: Sequence[str] | None = None,
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
    `tandem.sim.parameter_sets`. Raises ScenarioError or Refused.
    """
    import pandas as pd

    frame = points if isinstance(points, pd.DataFrame) else pd.DataFrame({name: np.asarray(v) for name, v in points.items()})
    if frame.empty and not (len(frame) == 1):
        raise Refused("there are no points")
    if isinstance(replicates, bool) or not isinstance(replicates, int | np.integer) or replicates < 1:
        raise Refused(f"replicates = {replicates!r} is not a whole number of 1 or more")

    def refuse(problem: str, **more: Any) -> ScenarioError:
        return ScenarioError(problem, file="points", **more)

    if (model is None) == (scenarios is None):
        raise Refused("give scenarios, or a model of your own; one of the two")
    played: Model
    if model is not None:
        played, source = model, OwnPoints(_plain_columns(frame, refuse))
    else:
        firms = {scenarios.name: scenarios} if isinstance(scenarios, Scenario) else dict(scenarios or {})
        if "scenario" not in frame:
            if len(firms) != 1:
                raise Refused("several scenarios need a column `scenario` that says which point is of which")
            frame = frame.assign(scenario=next(iter(firms)))
        source = OwnPoints(own_columns(frame, firms, refuse))
        played = FirmModel(firms, seed, source.factors, trajectories, parameters)
    named = tuple(outcomes or played.outcomes)
    for name in (*named, *(stored or ())):
        if name not in played.outcomes:
            raise Refused(f"{name!r} is not an outcome of the model")
    kept = (*named, *(name for name in (stored or ()) if name not in named))
    return Experiment(played, source, named, kept, int(replicates), None, independent_luck, title)


def _plain_columns(frame: Any, refuse: Callable[..., ScenarioError]) -> dict[str, np.ndarray]:
    """Columns of a caller's table for his own model: numbers as they are, everything else as words."""
    columns = {str(name): frame[name].to_numpy() for name in frame.columns}
    for name in ("firm_id", "first_replicate"):
        if name in columns:
            columns |= own_columns(frame[[name]], {}, refuse)
    return {
        name: np.array(list(map(str, values)), dtype=object) if values.dtype.kind not in "iufb" else values
        for name, values in columns.items()
    }
