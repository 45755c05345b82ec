"""The ensemble of parameter sets that is kept as data of the project, and the default set taken from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

FOLDER = "ensemble"


@dataclass(frozen=True)
class Ensemble:
    """Parameter sets compatible with the findings. `sets`: one row a set, one column a path; `statistics`: what each set
    shows; `default`: the row of the default set; `provenance`: command, seed, sizes, targets, priors, versions."""

    sets: pd.DataFrame
    statistics: pd.DataFrame
    default: int
    provenance: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.sets)

    def set(self, number: int) -> dict[str, float]:
        """Values by path of one set."""
        return {str(path): float(value) for path, value in self.sets.iloc[number].items()}

    def mechanisms(self, number: int) -> dict[str, float]:
        """The same without what only a population has: how firms differ, and how often leaders leave."""
        return {path: value for path, value in self.set(number).items() if not path.startswith(("population.", "hazards."))}

    @cached_property
    def every_mechanism(self) -> list[dict[str, float]]:
        """`mechanisms` of every set, made once."""
        return [self.mechanisms(number) for number in range(len(self))]

    def drawn(self, pairs: int, seed: int | str = 0) -> np.ndarray:
        """A set's number for each pair, int64 (pairs,): every set equally often, in random order, the same for the first
        pairs however many follow; so a table of many pairs carries the uncertainty of parameters at no more runs."""
        key = sum(map(ord, str(seed))) if isinstance(seed, str) else seed
        rounds = [np.random.default_rng([key, 7, k]).permutation(len(self)) for k in range(-(-pairs // len(self)))]
        return np.concatenate(rounds)[:pairs]


@lru_cache(maxsize=1)
def ensemble() -> Ensemble | None:
    """The ensemble that comes with the project; None where none has been made."""
    folder = resources.files("tandem.scenarios") / FOLDER
    if not (folder / "provenance.json").is_file():
        return None
    with (folder / "sets.csv").open("rb") as file:
        sets = pd.read_csv(file)
    with (folder / "statistics.csv").open("rb") as file:
        statistics = pd.read_csv(file)
    provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
    return Ensemble(sets, statistics, int(provenance["default"]), provenance)


def default_set() -> dict[str, float]:
    """The default parameter set: values by path; empty where there is no ensemble."""
    found = ensemble()
    return found.set(found.default) if found is not None else {}
