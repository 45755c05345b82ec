"""What can be chosen, and playing it: levels of levers under a role model, every candidate on the same luck and parameter
sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tandem.experiments.advice.arms import Arms
from tandem.experiments.advice.wishes import NAMES, outcome_wished
from tandem.sim.mistake import Mistake, shown
from tandem.sim.outcomes import OWN
from tandem.sim.own_outcomes import declared, own_among
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario

SPEND = declared("spend_per_week", "sum(spend) / weeks", "kEUR/week", "neither", meaning="marketing spending, mean week")


@dataclass(frozen=True)
class Candidate:
    """A choice: `role_model` (None: the firm's own) and (lever, level) of each lever that is set, levels from 0 to 1."""

    role_model: str | None
    levels: tuple[tuple[str, float], ...]

    @property
    def told(self) -> str:
        """In words."""
        said = ", ".join(f"{lever.replace('_', ' ')} {100 * level:.0f}" for lever, level in self.levels)
        return f"{self.role_model}: {said}" if self.role_model else said or "as it is"


AS_IT_IS = Candidate(None, ())


@dataclass(frozen=True)
class Budget:
    """What may be spent more than the firm as it is spends, mean week: `hours` of both leaders (hours/week), `money` (kEUR/week:
    marketing spending, and hours at `hour_price`, kEUR/hour). None: any."""

    hours: float | None = None
    money: float | None = None
    hour_price: float = 0.0

    @property
    def told(self) -> str:
        """In words."""
        parts = [] if self.hours is None else [f"at most {self.hours:g} more hours of the leaders a week"]
        if self.money is not None:
            priced = f" (an hour at {self.hour_price:g})" if self.hour_price else ""
            parts.append(f"at most {self.money:g} kEUR more a week{priced}")
        return " and ".join(parts) or "no budget"


def wishes_of(words: Sequence[str]) -> dict[str, float]:
    """Outcome -> +1 where more is better, -1 where less is. Raises Mistake for an outcome of which neither is."""
    found: dict[str, float] = {}
    for word in words:
        name, sign = outcome_wished(word)
        if name in found:
            raise Mistake(f"wish = {shown(word)}: wished twice")
        found[name] = sign
    if not 1 <= len(found) <= 3:
        raise Mistake(f"wishes: {len(found)} given; allowed: one to three")
    return found


@dataclass
class Played:
    """Plays candidates. `values`: (replicates, wishes), signed so that more is better; `hours`, `money`: (replicates,), mean
    week."""

    scenario: Scenario
    seed: int | str
    parameters: Chosen
    wishes: dict[str, float]
    budget: Budget
    played: int = 0
    _arms: dict[str | None, Arms] = field(default_factory=dict)

    def play(self, candidates: Sequence[Candidate], replicates: np.ndarray) -> dict[Candidate, Runs]:
        """The runs of candidates on these lucks (numbers, int64): the same for each."""
        found: dict[Candidate, Runs] = {}
        for role_model in dict.fromkeys(candidate.role_model for candidate in candidates):
            mine = [candidate for candidate in candidates if candidate.role_model == role_model]
            out = self._of(role_model).play([candidate.levels for candidate in mine], replicates)
            found |= {candidate: self._runs(out[place]) for place, candidate in enumerate(mine)}
        self.played += len(candidates) * len(replicates)
        return found

    def _of(self, role_model: str | None) -> Arms:
        if role_model not in self._arms:
            firm = self.scenario if role_model is None else self.scenario.with_({"role_model": role_model})
            self._arms[role_model] = Arms(firm, self.seed, self.parameters, self._own)
        return self._arms[role_model]

    @property
    def _own(self) -> tuple:
        return (*own_among([name for name in self.wishes if name in OWN]), *([SPEND] if self.budget.money is not None else []))

    def _runs(self, out: np.ndarray) -> Runs:
        columns = [*NAMES, *(outcome.name for outcome in self._own)]
        values = np.column_stack([sign * out[:, columns.index(name)] for name, sign in self.wishes.items()])
        hours = out[:, columns.index("ceo_hours")] + out[:, columns.index("coo_hours")]
        money = self.budget.hour_price * hours
        if self.budget.money is not None:
            money = money + out[:, columns.index(SPEND.name)]
        return Runs(values, hours, money)


@dataclass(frozen=True)
class Runs:
    """Runs of one candidate."""

    values: np.ndarray
    hours: np.ndarray
    money: np.ndarray

    def and_more(self, more: Runs) -> Runs:
        """These and further runs."""
        return Runs(*(np.concatenate([getattr(self, name), getattr(more, name)]) for name in ("values", "hours", "money")))
