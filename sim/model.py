"""The Mesa driver: one firm that can be stepped, paused, inspected and subclassed; bit for bit the batch kernel's run."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import mesa
import numpy as np

from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Leader, Market, MarketingLead, Team
from tandem.sim.intents import look
from tandem.sim.kernel import announce, by_name, clear_journal, start_world
from tandem.sim.luck import word
from tandem.sim.mistake import Mistake, shown
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.own import marked
from tandem.sim.own_outcomes import own_among
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
from tandem.sim.played import own_of_weeks
from tandem.sim.scenario.meant import firm_of, scenario_of
from tandem.sim.scenario.paths import said_twice
from tandem.sim.seeds import NOT_SAID, Said, replicate_of, seed_or_rng, word_of, words_of
from tandem.sim.weekly import Kept

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


# Functions with names, so that a model can be pickled in the middle of its run and go on elsewhere.
def _of_firm(model: Any, name: str) -> float:
    return float(model.world["firm"][name][0])


def _trust(model: Any) -> float:
    return 0.5 * (model.ceo_post.trust + model.coo_post.trust)


def _open_decisions(model: Any) -> int:
    return int(model.world["firm"]["decision_count"][0])


def _are_agents(base: type, **classes: Any) -> None:
    """Raises Mistake for what cannot stand in an agent's place."""
    for name, given in classes.items():
        if not (isinstance(given, type) and issubclass(given, base)):
            raise Mistake(f"{name} = {shown(given)}: not an agent; allowed: a class made from tandem.sim.agents.{base.__name__}")


def _by_path(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Further keywords as paths: two underscores stand for the dot."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        path = name.replace("__", ".")
        if path in found:
            raise said_twice(path, None)
        found[path] = value
    return found


_OF_MESAS_SCENARIO = {"model", "scenario_id", "replication_id", "experiment_id", "initial_rng_state", "rng"}


def _is_mesas(scenario: Any) -> bool:
    """Whether this is a scenario of Mesa's own kind."""
    return any(kind.__name__ == "Scenario" and kind.__module__.split(".")[0] == "mesa" for kind in type(scenario).__mro__)


def _told_by_mesa(scenario: Any, seed: Any, rng: Any) -> dict[str, Any]:
    """The arguments that a scenario of Mesa's own tells: its values by their names, the firm, and the seed unless said beside."""
    told = {name: value for name, value in scenario.to_dict().items() if not name.startswith("_")}
    if "firm" not in told:
        raise Mistake("scenario: Mesa's scenario says no firm; give it firm = a Scenario, or the name of one")
    state, drawn = told.get("initial_rng_state"), told.get("rng")
    told = {name: value for name, value in told.items() if name not in _OF_MESAS_SCENARIO}
    if state is not None:  # its generator moves on as it is drawn from; where it began does not
        drawn = words_of(json.dumps(state, sort_keys=True, default=str))[0]
    if drawn is not None and seed is NOT_SAID and rng is NOT_SAID:
        rng = drawn
    return {"scenario": told.pop("firm"), "seed": seed, "rng": rng, **told}


class _Collector(mesa.DataCollector):
    """Mesa's collector, whose table carries where it comes from (`tandem.sim.origin`), agents of one's own by their names."""

    def __init__(self, model: LeadershipModel, reporters: dict[str, Any]):
        super().__init__(model_reporters=reporters)
        self._model = model

    def get_model_vars_dataframe(self) -> Any:
        """One row a week from 0, one column a reporter."""
        model = self._model
        asked: dict[str, Any] = {"seed": model.seed, "replicate": model.replicate, "number": model.number, "weeks": model.week}
        own = {"own": ", ".join(model._own_classes), "own_sha256": ""} if model._own_classes else {}
        origin = origin_of("LeadershipModel", [[model.firm]], model.parameters, None, **asked)
        table = super().get_model_vars_dataframe()
        return marked(table, "datacollector.get_model_vars_dataframe", {**origin, **own} if origin else {})


class LeadershipModel(mesa.Model):
    """A firm played through its agents, a week a step.

    `scenario`: a Scenario, a name of the catalogue or a path. `seed`, `replicate`: as in `tandem.sim.seeds`; `number`: the
    firm's in its population. `parameters`: as in `tandem.sim.parameter_sets`. Further keywords are paths with two underscores
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

    An agent that draws takes `self.luck` (or `self.rng`, `self.random`): luck by seed, firm, replicate, week and agent. `rng` may
    say the seed in the place of `seed`, as SPEC 7 has it: a seed, a SeedSequence, a generator; None for either is a fresh seed,
    which `model.seed` tells. Mesa's own scenario (`mesa.experimental.scenarios.Scenario`) may stand in the place of the firm: its
    `firm` is the firm, its `rng` the seed, and its other values are arguments.

    `outcomes` is a mapping by name, in the units that `tandem.sim.outcomes.OUTCOMES` says; a step is a week.

    A model can be pickled or copied in the middle of its run, and goes on to the same bits.

    Raises tandem.sim.scenario.ScenarioError on bad scenarios and paths, tandem.sim.mistake.Mistake on other bad arguments.
    """

    def __init__(
        self,
        scenario: Any,
        seed: int | str | Said | None = NOT_SAID,
        replicate: int = 0,
        number: int = 0,
        ceo_class: type = ChiefExecutive,
        coo_class: type = ChiefOperatingOfficer,
        lead_class: type = MarketingLead,
        team_class: type = Team,
        market_class: type = Market,
        parameters: str | int | Chosen = ENSEMBLE,
        rng: Any = NOT_SAID,
        **changes: Any,
    ):
        if _is_mesas(scenario):
            agents = {"ceo_class": ceo_class, "coo_class": coo_class, "lead_class": lead_class}
            agents |= {"team_class": team_class, "market_class": market_class}
            others = {"replicate": replicate, "number": number, "parameters": parameters, **agents}
            LeadershipModel.__init__(self, **{**others, **_told_by_mesa(scenario, seed, rng), **changes})
            return
        seed, replicate, number = seed_or_rng(seed, rng), replicate_of(replicate), replicate_of(number, "number")
        super().__init__(rng=word(seed, number, replicate))
        self.seed, self.number, self.replicate = seed, number, replicate
        firm = firm_of(scenario)
        if changes:
            firm = scenario_of(firm).with_(_by_path(changes))
        announce()
        self.firm = firm
        self.parameters = chosen(parameters)
        self.timeline = one_timeline(firm, self.parameters, seed, word_of(number), word_of(replicate))
        self.world = start_world(self.timeline, seed, word_of(number), word_of(replicate))
        self.weeks = int(self.timeline["weeks"][0])
        self._row = 0
        _are_agents(Leader, ceo_class=ceo_class, coo_class=coo_class, lead_class=lead_class)
        _are_agents(Team, team_class=team_class)
        _are_agents(Market, market_class=market_class)
        self.ceo_post, self.coo_post = ceo_class(self), coo_class(self)
        self.marketing_lead, self.market = lead_class(self), market_class(self)
        self._team_class = team_class
        played = (ceo_class, coo_class, lead_class, team_class, market_class)
        self._own_classes = [kind.__qualname__ for kind in played if not kind.__module__.startswith("tandem.")]
        self.teams: list[Team] = []
        self._match_teams()
        reporters: dict[str, Any] = {name: partial(_of_firm, name=name) for name in FIRM_REPORTERS}
        reporters |= {"trust": _trust, "open_decisions": _open_decisions}
        self._weeks_kept: dict[str, list[np.ndarray]] = {name: [] for name in ("firm", "leaders", "teams")}
        self._rows_kept: list[int] = []
        self._keep_week()
        self.datacollector = _Collector(self, reporters)
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
        self._let(ceo, coo, lead, act="spend_hours", first=(open_week, drift_environment))
        self._let(*self.teams, act="propose", first=(meet,))
        self._let(ceo, coo, act="claim", first=(arise,))
        self._let(ceo, coo, lead, act="judge", first=(settle_claims,))
        self._let(ceo, coo, act="concede", first=(deliberate,))
        self._let(*self.teams, act="order_backlog", first=(negotiate, conclude))
        self._let(self.market, act="respond", first=(execute,))
        review(world)
        close_week(world)

    def _let(self, *agents: Any, act: str, first: tuple[Any, ...]) -> None:
        """Play what comes `first`, then let each agent act; what an agent of the user's own leaves behind is looked at."""
        for phase in first:
            phase(self.world)
        for agent in agents:
            getattr(agent, act)()
            if not (getattr(getattr(type(agent), act), "__module__", None) or "").startswith("tandem."):
                look(self.world, f"{type(agent).__name__}.{act}")

    def step(self) -> None:
        """Play one week; `running` turns false at the horizon. Raises Mistake where an agent left a number that cannot be."""
        if self.week >= self.weeks:
            self.running = False
            return
        look(self.world, "something outside the agents")
        self.apply_timeline()
        self.play_week()
        look(self.world, f"week {self.week}")
        self._keep_week()
        self.datacollector.collect(self)
        self.running = self.week < self.weeks

    def _keep_week(self) -> None:
        """Write down what a user's own outcomes may be made of, a few kilobytes a week."""
        for name, weeks in self._weeks_kept.items():
            weeks.append(self.world[name][0].copy())
        self._rows_kept.append(self._row)

    @property
    def outcomes(self) -> dict[str, float]:
        """Outcomes of the weeks played so far, by the names of tandem.sim.outcomes, then those of a user's own that are declared
        now; not-a-number where there was nothing to measure."""
        out = np.full(len(OUTCOMES), np.nan)
        measure(self.world, by_name(out))
        kept = {name: np.array(weeks) for name, weeks in self._weeks_kept.items()} if OWN else {}
        own = own_of_weeks(Kept(**kept, in_force=self.timeline[self._rows_kept]), own_among(OWN)) if OWN else {}
        return {**dict(zip(OUTCOMES, out.tolist())), **own}

    def run(self) -> LeadershipModel:
        """Play to the horizon; returns the model itself, whose `outcomes` are those of `simulate`."""
        while self.running and self.week < self.weeks:
            self.step()
        return self


def _as_mesa_asks() -> inspect.Signature:
    """The signature without `seed`: newer versions of `mesa.batch_run` lay their own None over an argument of that name."""
    whole = inspect.signature(LeadershipModel.__init__)
    return whole.replace(parameters=[each for name, each in whole.parameters.items() if name not in ("self", "seed")])


LeadershipModel.__signature__ = _as_mesa_asks()
