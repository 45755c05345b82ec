"""Firms played side by side on the same luck: all on a few replicates, those that can still win on all of them; none twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tandem.experiments.advice.arms import Arms
from tandem.experiments.advice.wishes import NAMES
from tandem.sim.intervals import mean_interval, paired_difference
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario

FIRST = 200
"""Replicates of each firm before the first is dropped."""
BEHIND = 0.999
"""Level of the interval by which a firm is so far behind that more replicates would be wasted on it."""
DRAWS = 20_000  # of the means of all options, for the probability that each is the best


class Played:
    """What has been played of each firm, by its digest: outcomes of its first replicates, (replicates, len(OUTCOMES))."""

    def __init__(self, seed: int | str, parameters: Chosen):
        self.seed, self.parameters = seed, parameters
        self._known: dict[str, np.ndarray] = {}

    def first(self, firm: Scenario, replicates: int) -> np.ndarray:
        """Outcomes of the first replicates, (replicates, len(OUTCOMES)); what is known of them is not played again."""
        known = self._known.get(firm.digest)
        done = 0 if known is None else len(known)
        if done < replicates:
            more = Arms(firm, self.seed, self.parameters).play([()], np.arange(done, replicates))[0]
            known = more if known is None else np.concatenate([known, more])
            self._known[firm.digest] = known
        assert known is not None
        return known[:replicates]

    def raced(self, firms: Mapping[str, Scenario], replicates: int, outcome: str = "revenue_growth") -> dict[str, np.ndarray]:
        """Outcomes of each firm, by name: of all `replicates` where it is not decidedly behind the best of them after FIRST, else
        of those first alone."""
        column = NAMES.index(outcome)
        few = min(replicates, FIRST)
        found = {name: self.first(firm, few) for name, firm in firms.items()}
        if few < replicates and found:
            lead = max(found.values(), key=lambda rows: mean_interval(rows[:, column])[0])[:, column]
            for name, firm in firms.items():
                if not paired_difference(lead, found[name][:, column], BEHIND)[2] < 0.0:
                    found[name] = self.first(firm, replicates)
        return found


def best_with(options: list[np.ndarray]) -> np.ndarray:
    """Probability of each option that its mean is the highest, from values on the same replicates, the first the longest: of the
    means' joint normal distribution. An option of which fewer were played counts by what it lies behind the first."""
    size = len(options[0])
    whole = [place for place, values in enumerate(options) if len(values) == size]
    known = np.array([options[place] for place in whole])
    draw = np.random.default_rng(0)
    means = np.empty((DRAWS, len(options)))
    spread = np.cov(known).reshape(len(whole), -1) / size
    means[:, whole] = draw.multivariate_normal(known.mean(axis=1), spread, DRAWS, method="eigh")
    for place, values in enumerate(options):
        if len(values) < size:
            behind, _, _, error, _ = paired_difference(options[0][: len(values)], values)
            means[:, place] = means[:, 0] + behind + error * draw.standard_normal(DRAWS)
    return np.bincount(means.argmax(axis=1), minlength=len(options)) / DRAWS
