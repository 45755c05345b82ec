"""The Mesa driver: one firm that can be stepped, paused, inspected and subclassed; bit for bit the batch kernel's run."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Market, MarketingLead, Team
from tandem.sim.kernel import announce, by_name, clear_journal, start_world
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen, one_timeline
from tandem.sim.phases.arrivals import arise, settle_claims
from tandem.sim.phases.closing import close_week
from tandem.sim.phases.conclusion import conclude
from tandem.sim.phases.deliberation import deliberate
from tandem.sim.phases.execution import execute
from tandem.sim.phases.hours import meet
from tandem.sim.phases.measures import measure
from tandem.sim.phases.negotiation import negotiate
from tandem.sim.phases.opening import drift_environment, open_week
from tandem.sim.phases.review import review
from tandem.sim.phases.start import apply_change

FIRM_REPORTERS = (
    "relationship_conflict",
    "common_ground",
    "goodwill",
    "technique",
    "satisfaction",
    "reputation",
    "customers",
    "revenue",
    "leads",
    "conversion",
    "new_customers",
    "lost_customers",
    "spend",
    "profit",
    "cash",
    "capacity",
    "backlog",
    "task_episodes",
    "process_episodes",
    "relationship_episodes",
)


def _reader(name: str) -> Any:
    return lambda model: float(model.world["firm"][name][0])


class LeadershipModel(mesa.Model):
    """A firm played through its agents, a week a step.

    `scenario`: a Scenario. `parameters`: as in `tandem.sim.parameter_sets`. Further keywords are paths with two underscores
    for the dot (`levers__communication=0.8`), so that Mesa's `batch_run` can vary them. `ceo_class`, `coo_class`, `lead_class`,
    `team_class`, `market_class` replace agents, for example:

    >>> from tandem import LeadershipModel, Scenario
    >>> from tandem.sim.agents import ChiefOperatingOfficer
    >>> class AlwaysConcedes(ChiefOperatingOfficer):
    ...     def concede(self):
    ...         for matter in self.contested:
    ...             matter.concession = 1.0
    >>> model = LeadershipModel(Scenario.load("silence"), seed=7, coo_class=AlwaysConcedes)
    >>> model.step()
    >>> 0.0 < model.ceo.trust < 1.0
    True

    Raises tandem.sim.scenario.ScenarioError on bad scenarios and paths.
    """

    def __init__(
        self,
        scenario: Any,
        seed: int = 0,
        replicate: int = 0,
        number: int = 0,
        ceo_class: type = ChiefExecutive,
        coo_class: type = ChiefOperatingOfficer,
        lead_class: type = MarketingLead,
        team_class: type = Team,
        market_class: type = Market,
        parameters: str | int | Chosen = ENSEMBLE,
        **changes: Any,
    ):
        super().__init__(rng=seed)
        firm = scenario
        if changes:
            firm = scenario.with_({path.replace("__", "."): value for path, value in changes.items()})
        announce()
        self.firm = firm
        self.parameters = chosen(parameters)
        self.timeline = one_timeline(firm, self.parameters, seed, number, replicate)
        self.world = start_world(self.timeline, seed, number, replicate)
        self.weeks = int(self.timeline["weeks"][0])
        self._row = 0
        self.ceo_post, self.coo_post = ceo_class(self), coo_class(self)
        self.marketing_lead, self.market = lead_class(self), market_class(self)
        self._team_class = team_class
        self.teams: list[Team] = []
        self._match_teams()
        reporters = {name: _reader(name) for name in FIRM_REPORTERS}
        reporters |= {
            "trust": lambda model: 0.5 * (model.ceo_post.trust + model.coo_post.trust),
            "open_decisions": lambda model: int(model.world["firm"]["decision_count"][0]),
        }
        self.datacollector = mesa.DataCollector(model_reporters=reporters)
        self.datacollector.collect(self)

    @property
    def week(self) -> int:
        """Weeks played."""
        return int(self.world["firm"]["week"][0])

    @property
    def ceo(self) -> ChiefExecutive | None:
        """The CEO, or None while the post is empty."""
        return self.ceo_post if self.ceo_post.present else None

    @property
    def coo(self) -> ChiefOperatingOfficer | None:
        """The COO, or None while the post is empty."""
        return self.coo_post if self.coo_post.present else None

    def _match_teams(self) -> None:
        count = int(self.world["parameters"]["team_count"][0])
        self.teams += [self._team_class(self, index) for index in range(len(self.teams), count)]
        for team in self.teams[count:]:
            team.remove()
        del self.teams[count:]

    def apply_timeline(self) -> None:
        """Put later parameters in force when their week has come."""
        clear_journal(self.world)
        starts = self.timeline["starts_week"]
        while self._row + 1 < len(starts) and starts[self._row + 1] <= self.week + 1:
            self._row += 1
            apply_change(self.world, self.timeline[self._row : self._row + 1])
            self._match_teams()

    def play_week(self) -> None:
        """The order of sim/week.py, through the agents."""
        world, ceo, coo, lead = self.world, self.ceo_post, self.coo_post, self.marketing_lead
        open_week(world)
        drift_environment(world)
        ceo.spend_hours()
        coo.spend_hours()
        lead.spend_hours()
        meet(world)
        for team in self.teams:
            team.propose()
        arise(world)
        ceo.claim()
        coo.claim()
        settle_claims(world)
        ceo.judge()
        coo.judge()
        lead.judge()
        deliberate(world)
        ceo.concede()
        coo.concede()
        negotiate(world)
        conclude(world)
        for team in self.teams:
            team.order_backlog()
        execute(world)
        self.market.respond()
        review(world)
        close_week(world)

    def step(self) -> None:
        """Play one week; `running` turns false at the horizon."""
        if self.week >= self.weeks:
            self.running = False
            return
        self.apply_timeline()
        self.play_week()
        self.datacollector.collect(self)
        self.running = self.week < self.weeks

    @property
    def outcomes(self) -> dict[str, float]:
        """Outcomes of the weeks played so far, by the names of tandem.sim.outcomes."""
        out = np.full(len(OUTCOMES), np.nan)
        measure(self.world, by_name(out))
        return dict(zip(OUTCOMES, out.tolist()))

    def run(self) -> LeadershipModel:
        """Play to the horizon; returns the model itself, whose `outcomes` are those of `simulate`."""
        while self.running and self.week < self.weeks:
            self.step()
        return self
