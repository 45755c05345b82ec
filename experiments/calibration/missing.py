"""Two mechanisms that the model lacks, tried for what they would do to the findings that it fails.

Neither is in the model. *Judgment calibrated by feedback*: those who see results err less (the arm with feedback perceives with
errors a tenth smaller; Kluger and DeNisi's effect is on the task itself [kluger1996]). *Customers who recruit no others*: word of
mouth off, so that an advertising effect is carried by awareness alone, as in the studies of single brands [leone1995].
Run as `python -m experiments.calibration.missing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from experiments.findings import COMPUTED
from experiments.population import Firms, Population
from experiments.trials import INTERVENTIONS, Size, Trial
from sim.panel import Panel, panel_of

SHARPER = 0.9  # factor on errors of perception


@dataclass(frozen=True)
class Calibrating(Trial):
    """A trial in which feedback also makes judgment less wrong."""

    def twins(self, name: str) -> tuple[Panel, Panel, Firms]:
        """As in `Trial`, but the arm with feedback perceives with smaller errors."""
        if name != "feedback":
            return super().twins(name)
        some, (off, on) = self.few(self.size.twins), INTERVENTIONS[name]
        shared = dict(self.population.parameters)
        declared = Population.load(parameters={}).draw(1)[0].parameters.judgment
        error = shared.get("judgment.error_at_no_skill", declared.error_at_no_skill)
        per_skill = shared.get("judgment.error_per_skill", declared.error_per_skill)
        sharper = {**on, "judgment.error_at_no_skill": SHARPER * error, "judgment.error_per_skill": SHARPER * per_skill}
        both = [panel_of(some.records(changes, self.window[0] + 1), seed=self.seed, every=52) for changes in (off, sharper)]
        return both[0], both[1], some

    @cached_property
    def _played(self) -> dict[str, Any]:
        return {}


def tried(population: Population, seeds: int = 6, seed: int = 0, size: Size | None = None,
          names: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:  # fmt: skip
    """What each mechanism does to the statistics it bears on: mechanism, statistic, without, with_, difference, low, high (95%
    over paired populations), seeds."""
    size = size or Size(firms=400, twins=200, advertisers=100, long=20)
    names = names or {"judgment calibrated by feedback": ("C9", "C9 on growth"), "customers who recruit no others": ("C11", "C12", "C13")}
    rows = []
    for mechanism, statistics in names.items():
        pairs = []
        for k in range(seeds):
            plain = Trial(population, 5000 + seed * 1000 + k, size)
            if mechanism.startswith("judgment"):
                other: Trial = Calibrating(population, plain.seed, size)
            else:
                other = Trial(population.with_({"switches.word_of_mouth": False}), plain.seed, size)
            pairs.append([[COMPUTED[name](trial) for name in statistics] for trial in (plain, other)])
        values = np.array(pairs)  # (seeds, without and with, statistics)
        for k, name in enumerate(statistics):
            gap = values[:, 1, k] - values[:, 0, k]
            half = 2.0 * gap.std(ddof=1) / seeds**0.5
            rows.append({"mechanism": mechanism, "statistic": name, "without": values[:, 0, k].mean(), "with_": values[:, 1, k].mean(),
                         "difference": gap.mean(), "low": gap.mean() - half, "high": gap.mean() + half, "seeds": seeds})  # fmt: skip
    return pd.DataFrame(rows)


if __name__ == "__main__":
    print(tried(Population.load()).round(3).to_string(index=False))
