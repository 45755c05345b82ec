"""Firms played side by side on the same luck, each until it is decided whether the best of them is better; none twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tandem.experiments.advice.arms import played
from tandem.experiments.advice.wishes import NAMES
from tandem.experiments.effects.role_models import best_of
from tandem.sim.intervals import paired_difference
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario
from tandem.sim.until import followed_difference, looks

DRAWS = 20_000  # of the means of all options, for the probability that each is the best


class Played:
    """What has been played of each firm, by its digest: outcomes of its first replicates, (replicates, len(OUTCOMES))."""

    def __init__(self, seed: int | str, parameters: Chosen):
        self.seed, self.parameters = seed, parameters
        self._known: dict[str, np.ndarray] = {}

    def first(self, firm: Scenario, replicates: int) -> np.ndarray:
        """Outcomes of the first replicates, (replicates, len(OUTCOMES)); what is known of them is not played again."""
        self.play([firm], replicates)
        return self._known[firm.digest][:replicates]

    def play(self, firms: Iterable[Scenario], replicates: int) -> None:
        """Play what is not known yet of the first replicates of these firms, those that lack the same in one call."""
        lacking: dict[int, dict[str, Scenario]] = {}
        for firm in firms:
            done = len(self._known.get(firm.digest, ()))
            if done < replicates:
                lacking.setdefault(done, {})[firm.digest] = firm
        for done, some in lacking.items():
            fresh = played(list(some.values()), np.arange(done, replicates), self.seed, self.parameters)
            for digest, more in zip(some, fresh):
                self._known[digest] = np.concatenate([self._known[digest], more]) if done else more

    def raced(
        self, firms: Mapping[str, Scenario], replicates: int, outcome: str = "revenue_growth", beside: Scenario | None = None
    ) -> dict[str, np.ndarray]:
        """Outcomes of each firm, by name, of as many replicates as it took, `replicates` at most: a firm is played no further
        once it is decided, or hopeless to decide within them, whether the best of them is better (`tandem.sim.until`). `beside`:
        a firm against which the best is to be decided too."""
        column, open_ = NAMES.index(outcome), dict(firms)
        found: dict[str, np.ndarray] = {}
        for look in looks(replicates) or (replicates,):
            self.play(open_.values(), look)
            found |= {name: self.first(firm, look) for name, firm in open_.items()}
            if not found:
                break
            growth = {name: rows[:, column] for name, rows in found.items()}
            lead = best_of(growth, max(growth.values(), key=len))
            behind = {name: followed_difference(rows, growth[lead]) for name, rows in growth.items() if name != lead}
            rivals = {name for name, seen in behind.items() if seen.open_within(replicates)}
            if beside is not None and self._open(firms[lead], beside, (outcome,), len(growth[lead]), replicates):
                rivals.add(lead)
            if not rivals:
                break
            open_ = {name: firm for name, firm in firms.items() if name in rivals | {lead}}
        return found

    def until_decided(
        self, firm: Scenario, other: Scenario, replicates: int, outcomes: Sequence[str] = ("revenue_growth",)
    ) -> tuple[np.ndarray, np.ndarray]:
        """Outcomes of two firms on the same replicates, as many as it took to decide the outcomes named."""
        for look in looks(replicates) or (replicates,):
            if not self._open(firm, other, outcomes, look, replicates):
                break
        return self.first(firm, look), self.first(other, look)

    def _open(self, firm: Scenario, other: Scenario, outcomes: Sequence[str], look: int, replicates: int) -> bool:
        """Whether some of the outcomes is still to be decided between two firms after so many replicates, and can be."""
        self.play([firm, other], look)
        one, two = self.first(firm, look), self.first(other, look)
        places = [NAMES.index(name) for name in outcomes]
        return any(followed_difference(one[:, place], two[:, place]).open_within(replicates) for place in places)


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
