"""The agents of a firm: CEO, COO, marketing lead, teams and market. Each owns the phases in which it perceives and chooses.

A method such as `claim` or `concede` is backed by one compiled `choose_*` phase that writes the agent's intent; override
it, call `super()` or not, and edit the intent through `matters`: the settling phases read what stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mesa
import numpy as np

from tandem.sim.given import is_truth, number, whole
from tandem.sim.luck import FIRST_TEAM, MARKET, Lucky
from tandem.sim.parameters import DOMAINS, GOALS, KINDS, SKILLS
from tandem.sim.phases.arrivals import choose_claims, choose_proposals
from tandem.sim.phases.execution import choose_backlog
from tandem.sim.phases.hours import choose_hours
from tandem.sim.phases.judging import choose_judgments
from tandem.sim.phases.market import respond
from tandem.sim.phases.negotiation import choose_concessions
from tandem.sim.state import CEO, CONTESTED, COO, LEAD, NEW, QUEUED


class Matter:
    """An open decision as one leader sees it; what he may write is his own intent. Raises Mistake, naming the agent, for a value
    that is no number or out of its range."""

    def __init__(self, world: np.ndarray, place: int, leader: int, owner: str = "an agent"):
        self._decision, self._leader, self._owner = world["decisions"][0, place : place + 1], leader, owner

    @property
    def domain(self) -> str:
        """Domain, a word of tandem.sim.parameters.DOMAINS."""
        return DOMAINS[int(self._decision["domain"][0])]

    @property
    def age(self) -> float:
        """Weeks since it arose."""
        return float(self._decision["age"][0])

    @property
    def attributes(self) -> dict[str, float]:
        """True attributes of a proposal by goal (standard deviations); zeros for a setting."""
        return dict(zip(GOALS, (float(value) for value in self._decision["attributes"][0])))

    @property
    def claim(self) -> int:
        """Does this leader take it up? 0 no, 1 yes (a joint matter as one of both), 2 a joint matter for himself alone, which
        counts with `switches.shared_claims` on."""
        return int(self._decision["claim"][0, self._leader])

    @claim.setter
    def claim(self, value: int) -> None:
        said = int(value) if is_truth(value) else value  # yes or no is what a claim is
        self._decision["claim"][0, self._leader] = whole(f"{self._owner} wrote claim", said, 0, 2)

    @property
    def position(self) -> float:
        """This leader's score (proposal; above 0 is yes) or position (setting; 0 is right), standard deviations."""
        return float(self._decision["position"][0, self._leader])

    @position.setter
    def position(self, value: float) -> None:
        self._decision["position"][0, self._leader] = number(f"{self._owner} wrote position", value)

    @property
    def concession(self) -> float:
        """Share of the gap (0-1) that this leader gives up this week."""
        return float(self._decision["concession"][0, self._leader])

    @concession.setter
    def concession(self, value: float) -> None:
        self._decision["concession"][0, self._leader] = number(f"{self._owner} wrote concession", value, 0.0, 1.0)


class Leader(Lucky, mesa.Agent):
    """A leader. Readable: trust, priorities, skills, beliefs, hours, fatigue, present; `luck` (or `rng`) to draw from."""

    index = CEO

    @property
    def number(self) -> int:  # type: ignore[override]
        """Which agent of the firm this is."""
        return self.index

    @property
    def record(self) -> np.ndarray:
        """This leader's record in the firm's world (array of one, dtype tandem.sim.state.LEADER)."""
        return self.model.world["leaders"][0, self.index : self.index + 1]

    def _read(self, name: str) -> float:
        return float(self.record[name][0])

    @property
    def present(self) -> bool:
        """Is the post filled?"""
        return bool(self.record["present"][0])

    @property
    def trust(self) -> float:
        """Trust in the other leader (0-1)."""
        return self._read("trust")

    @property
    def fatigue(self) -> float:
        """Fatigue (0-1)."""
        return self._read("fatigue")

    @property
    def hours(self) -> float:
        """Hours a week given to marketing."""
        return self._read("hours")

    @property
    def hours_used(self) -> float:
        """Hours used this week."""
        return self._read("hours_used")

    @property
    def priorities(self) -> dict[str, float]:
        """Weight of each goal; they sum to 1."""
        return dict(zip(GOALS, self.record["priorities"][0].tolist()))

    @property
    def skills(self) -> dict[str, float]:
        """The four skills (0-1)."""
        return dict(zip(SKILLS, self.record["skills"][0].tolist()))

    @property
    def beliefs(self) -> dict[str, float]:
        """Belief "this domain is mine" (0-1) by domain."""
        return dict(zip(DOMAINS, self.record["beliefs"][0].tolist()))

    def matters(self, status: int | None = None) -> Iterator[Matter]:
        """Open matters, in order of arrival; of one status of tandem.sim.state (NEW, QUEUED, CONTESTED...) if given."""
        world = self.model.world
        for place in range(int(world["firm"]["decision_count"][0])):
            if status is None or int(world["decisions"]["status"][0, place]) == status:
                yield Matter(world, place, self.index, type(self).__name__)

    @property
    def new(self) -> list[Matter]:
        """Matters that nobody has claimed or left yet."""
        return list(self.matters(NEW))

    @property
    def queued(self) -> list[Matter]:
        """Matters that wait for judgment or hours."""
        return list(self.matters(QUEUED))

    @property
    def contested(self) -> list[Matter]:
        """Matters that the leaders quarrel over."""
        return list(self.matters(CONTESTED))

    def spend_hours(self) -> None:
        """Plan the week's hours."""
        choose_hours(self.model.world, self.index)

    def claim(self) -> None:
        """Take up the new matters held to be one's own."""
        choose_claims(self.model.world, self.index)

    def judge(self) -> None:
        """Form a view of every queued matter."""
        choose_judgments(self.model.world, self.index)

    def concede(self) -> None:
        """Decide what share of each contested gap to give up."""
        choose_concessions(self.model.world, self.index)


class ChiefExecutive(Leader):
    """The CEO."""

    index = CEO


class ChiefOperatingOfficer(Leader):
    """The COO."""

    index = COO


class MarketingLead(Leader):
    """The marketing lead: sits in the meetings, votes where the charter asks him to."""

    index = LEAD


class Team(Lucky, mesa.Agent):
    """A team, number `index` in the firm."""

    def __init__(self, model: Any, index: int):
        super().__init__(model)
        self.index = index

    @property
    def number(self) -> int:  # type: ignore[override]
        """Which agent of the firm this is."""
        return FIRST_TEAM + self.index

    @property
    def record(self) -> np.ndarray:
        """This team's record (array of one, dtype tandem.sim.state.TEAM)."""
        return self.model.world["teams"][0, self.index : self.index + 1]

    @property
    def kind(self) -> str:
        """marketing, sales or service."""
        return KINDS[int(self.record["kind"][0])]

    @property
    def morale(self) -> float:
        """Morale (0-1)."""
        return float(self.record["morale"][0])

    @property
    def skill(self) -> float:
        """Skill (0-1)."""
        return float(self.record["skill"][0])

    @property
    def backlog(self) -> float:
        """Work waiting (person-weeks)."""
        return float(self.record["backlog"][0])

    @property
    def priorities(self) -> dict[str, float]:
        """Weight of each goal; they sum to 1."""
        return dict(zip(GOALS, self.record["priorities"][0].tolist()))

    def propose(self) -> None:
        """Decide how much to propose and where proposals lean."""
        choose_proposals(self.model.world, self.index)

    def order_backlog(self) -> None:
        """Rank the open projects."""
        choose_backlog(self.model.world, self.index)


class Market(Lucky, mesa.Agent):
    """The market: answers what the firm has launched."""

    number = MARKET

    def respond(self) -> None:
        """Brand, demand, customers, money of the week."""
        respond(self.model.world)
