"""Firms with factors of a user's own, as other tools take a model: SALib and the EMA workbench."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.sensitivity.luck import NEAR_A, keys_of
from tandem.experiments.store.factors import Factor, Listed, Range
from tandem.sim.given import whole
from tandem.sim.mistake import Mistake
from tandem.sim.seeds import seed_of

if TYPE_CHECKING:
    from tandem.experiments.effects.factor_firms import FactorFirms

ROWS_AT_ONCE = 4096


def salib_problem(firms: FactorFirms, replicates: int, seed: int | str) -> tuple[Any, Callable[[np.ndarray], np.ndarray]]:
    """See `FactorFirms.as_salib`."""
    from SALib import ProblemSpec

    _independent(firms, "SALib's samplers")
    replicates, seed = whole("replicates", replicates, 1, 64), seed_of(seed)
    laws = [*firms.declared.factors.values(), *([None] * (len(firms.names) - len(firms.declared.names)))]
    bounds = [_bounds(law) for law in laws]
    low, high = np.array(bounds).T
    problem = {"num_vars": len(firms.names), "names": firms.names, "bounds": bounds, "outputs": list(firms.outputs)}
    groups = [*firms.declared.groups.values(), *firms.names[len(firms.declared.names) :]]
    if len(set(groups)) < len(groups):
        problem["groups"] = groups

    def evaluate(points: np.ndarray) -> np.ndarray:
        """Mean outcomes over the replicates, (rows,) or (rows, outcomes); every row meets the same lucks."""
        places = np.clip((np.asarray(points, dtype=float) - low) / (high - low), 2.0**-53, 1.0 - 2.0**-53)
        lucks = keys_of(seed, NEAR_A, np.zeros(1, dtype=np.int64), replicates)[:, 0]
        found = np.mean([firms(places, np.full(len(places), luck)) for luck in lucks], axis=0)
        return np.asarray(found[:, 0] if found.shape[1] == 1 else found)

    return ProblemSpec(problem), evaluate


def _bounds(law: Factor | None) -> list[float]:
    """The range of what is uniform; places from 0 to 1 of every other law."""
    uniform = isinstance(law, Range) and law.distribution == "uniform" and not law.whole
    return [law.low, law.high] if uniform else [0.0, 1.0]  # type: ignore[union-attr, list-item]


def ema_model(firms: FactorFirms, replicates: int, seed: int | str, name: str) -> Any:
    """See `FactorFirms.as_ema_model`."""
    try:
        from ema_workbench import CategoricalParameter, IntegerParameter, Model, RealParameter, ScalarOutcome
    except ImportError as missing:
        raise Mistake(f"as_ema_model needs the EMA workbench ({missing}): pip install ema_workbench") from None

    _independent(firms, "the workbench's samplers")
    replicates, seed = whole("replicates", replicates, 1, 64), seed_of(seed)
    lucks = keys_of(seed, NEAR_A, np.zeros(1, dtype=np.int64), replicates)[:, 0]
    paths = list(firms.declared.factors)

    def play(**values: Any) -> dict[str, float]:
        columns = {path: np.array([values[_plain(path)]] * replicates) for path in paths}
        drawn = firms.parameters.of_keys(lucks)
        found = firms.play(columns, np.zeros(replicates, dtype=np.int64), lucks, drawn).mean(axis=0)
        return dict(zip(firms.outputs, map(float, found)))

    uncertainties = []
    for path, law in firms.declared.factors.items():
        if isinstance(law, Listed):
            uncertainties.append(CategoricalParameter(_plain(path), law.values))
        elif getattr(law, "whole", False):
            uncertainties.append(IntegerParameter(_plain(path), *map(int, law.extremes)))
        else:
            uncertainties.append(RealParameter(_plain(path), *map(float, law.extremes)))
    model = Model(name, function=play)
    model.uncertainties = uncertainties
    model.outcomes = [ScalarOutcome(output) for output in firms.outputs]
    return model


def _plain(path: str) -> str:
    """A path as a name in Python: `dyad.trust` is `dyad_trust` there."""
    return "_".join(path.split("."))


def _independent(firms: FactorFirms, whose: str) -> None:
    if firms.correlation is not None:
        raise Mistake(f"{whose} know no correlation between factors; tandem.sensitivity does, and a sweep")
