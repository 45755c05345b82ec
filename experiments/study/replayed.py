"""The points of a sensitivity analysis as rows for discovery: its folder keeps sums alone, so its first are played again."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.discovery.event import Event, looked_for
from tandem.experiments.effects.cells import CONTEXT, ROLE_MODEL, Firms
from tandem.experiments.sensitivity.luck import NEAR_A, keys_of
from tandem.experiments.sensitivity.points import plan_of
from tandem.experiments.store.errors import Refused
from tandem.experiments.study.strata import Part, parts_of
from tandem.sim.marks import kept
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import Chosen

POINTS, REPLICATES = 1024, 4
DECLARATION = "study.toml"


def of_sensitivity(
    folder: Path,
    outcome: str | None = None,
    above: float | None = None,
    below: float | None = None,
    progress: Callable[[int], None] = lambda runs: None,
) -> tuple[Event, pd.DataFrame, pd.Series, Chosen]:
    """As `of_sweep`, for the main analysis of a folder that `tandem sensitivity` wrote: levels of levers, role models and
    contexts; and the parameter sets under which it was played.

    1,024 points under 4 replicates each. Raises Refused where the declaration is not whole, or of another version of the model.
    """
    try:
        declared: dict[str, Any] = tomllib.loads(kept(folder, DECLARATION).decode("utf-8"))
        asked = {key: declared[key] for key in ("profile", "seed", "scenario", "context")}
        first = declared["parts"][0]
    except Mistake as fault:
        raise Refused(str(fault)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, IndexError, TypeError) as fault:
        raise Refused(f"{folder / DECLARATION}: not the declaration of a sensitivity analysis") from fault
    name, context = (None if asked[key] == "none" else asked[key] for key in ("scenario", "context"))
    parameters = declared.get("parameters", "declared")  # before it was asked, the declared values were played
    how: dict[str, Any] = {name: bool(declared.get(name, False)) for name in ("shapley", "until_decided")}
    part = parts_of(asked["profile"], asked["seed"], name, context, parameters=parameters, **how)[0]
    if Part(**{**part.__dict__, "replicates": first["replicates"]}).digest != first["digest"]:
        raise Refused(f"{folder}: analysed with another version of the model or of its scenarios; run tandem sensitivity again")
    if outcome is not None and outcome not in part.outputs:
        raise Refused(f"{outcome} is not measured in {folder}; there are {', '.join(part.outputs)}")
    wanted = outcome or part.outputs[0]
    firms = Firms(part.cells, [wanted], part.ranges, parameters=part.parameters, sets_vary=False)
    points = next(_points(len(firms.factors), part.seed))
    keys = keys_of(part.seed, NEAR_A, np.arange(len(points)), REPLICATES)
    values = np.empty((REPLICATES, len(points)))
    for luck in range(REPLICATES):
        values[luck] = firms(points, keys[luck])[:, 0]
        progress(len(points))
    event, varied, share = looked_for(
        wanted, values.ravel(), np.tile(np.arange(len(points)), REPLICATES), varied_by(firms, points), above, below, folder.name
    )
    return event, varied, share, part.parameters


def _points(factors: int, seed: int | str) -> Iterator[np.ndarray]:
    return (a for _, _, a, _ in plan_of(POINTS, factors, seed, "random").blocks(POINTS))


def varied_by(firms: Firms, points: np.ndarray) -> pd.DataFrame:
    """Points of the unit cube as a reader knows them: levels of levers (0-1), names of role models and contexts."""
    table = pd.DataFrame(
        firms.ranges.levels(points[:, : len(firms.levers)]), columns=[f"levers.{lever}" for lever in firms.levers]
    )
    for column, name in enumerate(firms.factors[len(firms.levers) :], len(firms.levers)):
        there = {ROLE_MODEL: firms.role_models, CONTEXT: firms.contexts}[name]
        table[name] = np.array(there)[np.minimum((points[:, column] * len(there)).astype(int), len(there) - 1)]
    return table
