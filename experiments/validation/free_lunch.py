"""Nothing is free: each lever has a level beyond which more of it no longer helps, and it is its price that makes it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tandem.sim.intervals import paired_difference
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
FREE = {"prices.hours": 0.0, "prices.money": 0.0, "prices.capacity": 0.0}


@dataclass(frozen=True)
class Place:
    """A scenario in which a lever's optimum lies below 1."""

    lever: str
    role_model: str
    context: str
    changes: Mapping[str, Any] = field(default_factory=dict)


# Crowding out by specific figures (Goodhart) is a mechanism, not a price: it is off where the price of goals is shown. The price
# of clarity is hours of talking and writing: it binds where both leaders have little more than half of the usual ones.
PLACES = (
    Place("smart_goals", "co-pilot", "agile", {"switches.goodhart": False}),
    Place("communication", "strategist-executor", "rapid-growth"),
    Place("decision_clarity", "co-pilot", "rapid-growth", {"ceo.hours": 8.0, "coo.hours": 8.0}),
    Place("skills", "strategist-executor", "agile"),
    Place("adaptation", "strategist-executor", "rapid-growth"),
)


def profits(
    place: Place, runs: int, seed: int | str, prices: Mapping[str, float] | None = None, parameters: str | int | Chosen = ENSEMBLE
) -> dict[float, np.ndarray]:
    """Profit a week (kEUR) of each luck at each level of the lever."""
    base = Scenario.of(role_model=place.role_model, context=place.context).with_({**place.changes, **(prices or {})})
    return {
        level: simulate_batch(base.with_({f"levers.{place.lever}": level}), runs=runs, seed=seed, parameters=parameters)
        .outcomes["profit_per_week"]
        .to_numpy()
        for level in LEVELS
    }


def best(found: Mapping[float, np.ndarray]) -> float:
    """Level of the highest mean."""
    return max(found, key=lambda level: found[level].mean())


def loss_at_full(found: Mapping[float, np.ndarray]) -> tuple[float, float, float]:
    """How much the best level earns more than level 1, paired, with its 95% interval; zeros if 1 is best."""
    top = best(found)
    if top == 1.0:
        return 0.0, 0.0, 0.0
    return paired_difference(found[1.0], found[top])[:3]
