"""A firm whose leaders do what a room wants: the model's own agents, whose intents are steered by a plan a month.

Hours. What a leader has beyond training, reporting and approvals can be divided. `preparing` goes to the leaders' meetings (a
meeting lasts as long as the least that those who sit in it bring; the marketing lead comes for as long as both leaders do).
`decisions` are for open matters, quarrels and the teams' questions. `following` is kept from deciding: the COO (without one the
CEO) follows the teams' work; a CEO beside a COO encourages the teams. `market` is kept to the end of the week: the CEO meets
markets and clients, the COO mends methods and coaches. What deciding does not use flows on, as in the model. Nothing is given
beside hours: whatever they do they do by the model's own mechanisms.

Meetings. One a week more or less than planned, by the model's own calendar, at the hours that meetings cost.

Matters. `claim` and `leave`: he takes up, or leaves, what comes up in the matter's domain this month. `ask`: he decides it only
after he has heard the other, as a charter's consulting has it: hours of the other, and a meeting. `insist` and `concede`: he
gives up nothing, or the whole gap, in a quarrel over it. A word to the other side is heard by people, not by the model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Leader, Market, MarketingLead, Team
from tandem.sim.kernel import by_name
from tandem.sim.model import LeadershipModel
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.phases.hours import choose_hours
from tandem.sim.phases.measures import measure
from tandem.sim.room.choices import ROLES, USES, Plan, meetings_of
from tandem.sim.run import Run
from tandem.sim.state import AND, AVERAGE, CAMPAIGN, CEO, CONTESTED, COO, EXPERIMENT, LEAD, NEW, QUEUED, SOLE, VOTE

JOINT = (AND, AVERAGE, VOTE)
GIVEN_UP = {"insist": 0.0, "concede": 1.0}
CLAIMED = {"claim": 1, "leave": 0}
NOTHING = Plan()
DECIDING = 0.5
"""Share of free hours that a leader expects to go to deciding, before he has played a month."""


class Steered(Leader):
    """A leader who does what his side plans, and else what the model's leader does."""

    kept: dict[str, float] | None = None
    """Hours of this week kept from deciding, by use."""

    @property
    def plan(self) -> Plan:
        """This month's plan of his side."""
        plan: Plan = self.model.plans.get(self.index, NOTHING)
        return plan

    @property
    def has_teams(self) -> bool:
        """Whether following the teams' work is his: the COO's, without one the CEO's."""
        there = self.model.world["leaders"]["present"][0]
        return self.index == COO or (self.index == CEO and not there[COO])

    def spend_hours(self) -> None:
        """Plan the week's hours, divided as his side wants."""
        if self.index == CEO:
            self.model.call_meetings()
        super().spend_hours()
        self.kept = None
        if self.plan.hours is not None and self.present:
            self.divide(self.plan.hours)

    def divide(self, shares: Mapping[str, float]) -> None:
        """Divide the hours by the shares."""
        record, world = self.record[0], self.model.world
        firm, p = world["firm"][0], world["parameters"][0]
        encourages = self.index == CEO and not self.has_teams and int(p["switches_encouragement"]) == 1
        price, meeting = float(p["prices_hours"]), float(record["hours_meeting"])
        encouraged = float(record["hours_encouragement"]) if encourages else 0.0
        free = price * meeting + encouraged + float(record["hours_decisions"])
        together = 0.0
        if price > 0.0 and firm["meetings"] > 0:
            usual = max(self.model.meetings_a_week, 1e-9)
            together = min(free, shares["preparing"] * free * float(firm["meetings"]) / usual)
            record["hours_meeting"] = together / price
            record["hours_with_reports"] += together / price - meeting
        rest = free - together if price > 0.0 else free
        others = {use: shares[use] for use in USES if use != "preparing"}
        total = sum(others.values())
        hours = {use: rest * share / total for use, share in others.items()} if total > 0.0 else {"decisions": rest}
        if encourages:
            record["hours_encouragement"] = hours.get("following", 0.0)
            record["encouraging"] = record["hours_encouragement"] / record["hours"] if record["hours"] > 0.0 else 0.0
            rest -= float(record["hours_encouragement"])
            hours["following"] = 0.0
        record["hours_decisions"] = rest
        self.kept = {use: hours.get(use, 0.0) for use in ("following", "market")}

    def claim(self) -> None:
        """Take up new matters: those of a domain that his side spoke of as it wants, the others as the model's leader."""
        super().claim()
        for place, value in self.model.claims(self.index):
            self.model.world["decisions"]["claim"][0, place, self.index] = value

    def judge(self) -> None:
        """Form his views; hear the other where his side wants it; put aside the hours that are not for deciding."""
        super().judge()
        self.model.note_judgments(self.index)
        if self.index != LEAD:
            self.hear()
        if self.kept is None:
            return
        record = self.record[0]
        wanted = sum(self.kept.values())
        given = min(max(0.0, float(record["hours_left"])), wanted)
        self.kept = {use: hours * given / wanted if wanted > 0.0 else 0.0 for use, hours in self.kept.items()}
        record["hours_left"] -= given

    def hear(self) -> None:
        """Consult the other on matters that he decides and his side asks about: what a charter's consulting does."""
        world = self.model.world
        p = world["parameters"][0]
        for place in self.model.places(self.index, "ask"):
            item = world["decisions"][0, place]
            other = COO if self.index == CEO else CEO
            if can_ask(world, item, self.index):
                item["consulted"] = 1
                more = float(p["effort_consulted"]) / float(p["effort_unasked"])
                for name in ("effort", "effort_left"):
                    item[name][other] *= more

    def concede(self) -> None:
        """Give up nothing, or all, where his side wants it, and else what the model's leader gives up."""
        super().concede()
        for act, share in GIVEN_UP.items():
            for place in self.model.places(self.index, act):
                if int(self.model.world["decisions"]["status"][0, place]) == CONTESTED:
                    self.model.world["decisions"]["concession"][0, place, self.index] = share

    def release(self, use: str) -> None:
        """The hours kept for a use are his again."""
        if self.kept is not None:
            self.record["hours_left"][0] += self.kept.pop(use, 0.0)


class SteeredExecutive(Steered, ChiefExecutive):
    """The CEO."""


class SteeredOperatingOfficer(Steered, ChiefOperatingOfficer):
    """The COO."""


class SteeredLead(Steered, MarketingLead):
    """The marketing lead, who comes to meetings for as long as both leaders do."""

    def spend_hours(self) -> None:
        """Plan the week's hours, and come to the meetings that the leaders hold."""
        super().spend_hours()
        if self.plan.hours is None and any(self.model.plans.get(side, NOTHING).hours is not None for side in (CEO, COO)):
            self.come()

    def come(self) -> None:
        """Sit in a meeting for as long as both leaders do, as far as his hours go."""
        leaders, price = self.model.world["leaders"][0], float(self.model.world["parameters"]["prices_hours"][0])
        record = leaders[LEAD]
        there = [float(leaders[side]["hours_meeting"]) for side in (CEO, COO) if leaders[side]["present"]]
        if not there or price <= 0.0:
            return
        longer = min(min(there) - float(record["hours_meeting"]), float(record["hours_decisions"]) / price)
        if longer > 0.0:
            record["hours_meeting"] += longer
            record["hours_with_reports"] += longer
            record["hours_decisions"] -= price * longer


class SteeredTeam(Team):
    """A team. When the first one turns to its work, leaders have decided: what they kept for following it is theirs again."""

    def order_backlog(self) -> None:
        """Rank the open projects."""
        if self.index == 0:
            self.model.decided()
        super().order_backlog()


class SteeredMarket(Market):
    """The market. When it answers, the week's work is done: what leaders kept for the end of the week is theirs again."""

    def respond(self) -> None:
        """Brand, demand, customers, money of the week."""
        self.model.worked()
        super().respond()


def can_ask(world: np.ndarray, item: Any, side: int) -> bool:
    """Whether leader `side` may still hear the other on a matter before he decides it."""
    p, there = world["parameters"][0], world["leaders"]["present"][0]
    other = COO if side == CEO else CEO
    return bool(
        int(item["status"]) == QUEUED
        and int(item["rule"]) == SOLE
        and int(item["decider"]) == side
        and not item["consulted"]
        and there[CEO]
        and there[COO]
        and int(p["switches_exchange"]) == 1
        and float(p["effort_unasked"]) > 0.0
        and float(item["effort"][other]) > 0.0
    )


class SteeredModel(LeadershipModel):
    """A firm played through steered agents. `plans`: the plan of each leader (CEO, COO, LEAD) for the present month. Arguments as
    of LeadershipModel; without plans it plays the same bits. The journal is on."""

    def __init__(self, scenario: Any, **asked: Any):
        self.plans: dict[int, Plan] = {}
        self.domains: dict[str, int] = {}
        self.weeks_steered = 0
        self.spent: dict[int, dict[str, float]] = {}
        self.judged: list[dict[str, Any]] = []
        self._noted: set[tuple[int, int]] = set()
        self.journals: list[np.ndarray] = []
        classes = {"ceo_class": SteeredExecutive, "coo_class": SteeredOperatingOfficer, "lead_class": SteeredLead}
        super().__init__(scenario, **asked, **classes, team_class=SteeredTeam, market_class=SteeredMarket)
        self.world["journal"]["active"] = 1
        self.journals.append(self.world["journal"][0].copy())

    def steer(self, plans: Mapping[int, Plan]) -> None:
        """Plans of the coming month, by leader; their matters are those that are open now."""
        self.plans = {side: plan for side, plan in plans.items() if plan != NOTHING}
        world, count = self.world, int(self.world["firm"]["decision_count"][0])
        self.domains = {str(int(item["uid"])): int(item["domain"]) for item in world["decisions"][0, :count]}
        self.spent = {side: dict.fromkeys(USES, 0.0) for side in range(3)}
        self.weeks_steered = 0

    def step(self) -> None:
        """Play one week."""
        before = self.week
        super().step()
        if self.week > before:
            self.weeks_steered += 1
            self.journals.append(self.world["journal"][0].copy())

    @property
    def played(self) -> Run:
        """The weeks so far as a run, with its tables and story."""
        kept = {name: np.array(weeks) for name, weeks in self._weeks_kept.items()}
        outcomes = np.full(len(OUTCOMES), np.nan)
        measure(self.world, by_name(outcomes))
        whole = {**kept, "journal": np.array(self.journals), "outcomes": outcomes}
        return Run(self.firm, self.seed, self.replicate, self.number, whole, self.parameters, self.timeline)

    @property
    def digest(self) -> str:
        """SHA-256 of the firm as it stands: two firms of the same digest go on to the same bits."""
        world = self.world.copy()
        world["journal"] = 0
        return hashlib.sha256(world.tobytes()).hexdigest()

    def firms_of_weeks(self, last: int | None) -> list[np.ndarray]:
        """The firm's record at the end of each of the last weeks played (None: of all); at the start, of the start alone."""
        played = self._weeks_kept["firm"][1:]
        if not played:
            return self._weeks_kept["firm"][:1] if last else []
        return played if last is None else played[-last:]

    def usual_hours(self, side: int) -> dict[str, float]:
        """Hours a week by use that the model's leader would spend, as he may expect it: what this week's plan leaves after the
        usual meetings, deciding as last month, following as much as the teams need, the rest for the market."""
        world = self.world.copy()
        p, firm, record = world["parameters"][0], world["firm"][0], world["leaders"][0, side]
        firm["meetings"], firm["review_now"] = 0, 0
        choose_hours(world, side)
        price = float(p["prices_hours"])
        there = world["leaders"]["present"][0]
        free = float(record["hours_decisions"])
        meeting = price * float(p["communication_meetings_per_week"]) * float(p["communication_meeting_hours"])
        found = {"preparing": min(meeting, free)}
        free -= found["preparing"]
        weeks = max(1, self.weeks_steered)
        deciding = self.spent.get(side, {}).get("decisions", 0.0) / weeks if self.spent else DECIDING * free
        found["decisions"] = min(deciding, free)
        free -= found["decisions"]
        follows = side == COO or (side == CEO and not there[COO])
        needed = float(p["execution_supervision_hours"]) * int(p["team_count"]) if int(p["switches_supervision"]) else 0.0
        found["following"] = min(needed, free) if follows else 0.0
        if side == CEO and not follows and int(p["switches_encouragement"]):
            found["following"] = float(record["hours_encouragement"])
            free += found["following"]
        found["market"] = free - found["following"]
        return found

    @property
    def pair(self) -> list[int]:
        """The leaders in post, of CEO and COO."""
        return [side for side in (CEO, COO) if self.world["leaders"]["present"][0, side]]

    @property
    def meetings_a_week(self) -> float:
        """Meetings a week, as planned by the firm and wanted by both sides."""
        planned = float(self.world["parameters"]["communication_meetings_per_week"][0])
        return max(0.0, planned + self.more_meetings)

    @property
    def more_meetings(self) -> int:
        """Meetings a week more than planned that the sides want: see `tandem.sim.room.choices.meetings_of`."""
        sides = [*self.pair, *([LEAD] if LEAD in self.plans else [])]
        return meetings_of(self.plans.get(side, NOTHING) for side in sides) if self.plans and self.pair else 0

    def call_meetings(self) -> None:
        """Change this week's meetings in the calendar, where the sides want more or fewer."""
        if self.more_meetings == 0:
            return
        firm = self.world["firm"][0]
        planned = float(self.world["parameters"]["communication_meetings_per_week"][0])
        credit = float(firm["meeting_credit"]) + float(firm["meetings"]) + self.meetings_a_week - planned
        firm["meetings"] = int(np.floor(max(0.0, credit) + 1e-9))
        firm["meeting_credit"] = max(0.0, credit) - float(firm["meetings"])

    def note_judgments(self, side: int) -> None:
        """Keep what a leader has come to think this week, beside the truth, for the stage after the month and the debrief."""
        world = self.world
        p, right = world["parameters"][0], world["firm"]["right_goals"][0]
        for item in world["decisions"][0, : int(world["firm"]["decision_count"][0])]:
            key = (int(item["uid"]), side)
            if not item["judged"][side] or int(item["status"]) != QUEUED or key in self._noted:
                continue
            self._noted.add(key)
            domain, truth = int(item["domain"]), 0.0
            if domain in (CAMPAIGN, EXPERIMENT):
                bar = float(p["judgment_veto_bar" if int(item["rule"]) == AND else "judgment_bar"])
                truth = float(np.dot(right, item["attributes"])) - bar
            thought, stake = float(item["position"][side]), float(p["domain_stake"][domain])
            row = {"week": self.week, "uid": key[0], "domain": domain, "side": side, "thought": thought, "truth": truth}
            self.judged.append({**row, "stake": stake})

    def places(self, side: int, act: str) -> list[int]:
        """Where the matters stand in the pool that a side wants this act for."""
        wanted = {matter for matter, chosen in self.plans.get(side, NOTHING).matters.items() if chosen == act}
        if not wanted:
            return []
        uids = self.world["decisions"]["uid"][0, : int(self.world["firm"]["decision_count"][0])]
        return [place for place, uid in enumerate(uids) if str(int(uid)) in wanted]

    def claims(self, side: int) -> list[tuple[int, int]]:
        """Place and claim of each new matter in a domain that the side spoke of."""
        plan = self.plans.get(side, NOTHING)
        wanted: dict[int, int] = {}
        for matter, act in plan.matters.items():
            if act in CLAIMED and matter in self.domains:
                wanted.setdefault(self.domains[matter], CLAIMED[act])
        if not wanted:
            return []
        pool = self.world["decisions"][0, : int(self.world["firm"]["decision_count"][0])]
        return [
            (place, wanted[int(item["domain"])])
            for place, item in enumerate(pool)
            if int(item["status"]) == NEW and int(item["domain"]) in wanted
        ]

    def _posts(self) -> tuple[Steered, ...]:
        posts: Any = (self.ceo_post, self.coo_post, self.marketing_lead)
        return tuple(posts)

    def decided(self) -> None:
        """The leaders have decided this week; hours kept for following are theirs again."""
        for post in self._posts():
            if not post.present:
                continue
            price, record = float(self.world["parameters"]["prices_hours"][0]), post.record[0]
            kept = sum((post.kept or {}).values())
            booked = self.spent.setdefault(post.index, dict.fromkeys(USES, 0.0))
            booked["preparing"] += price * float(record["hours_meeting"])
            booked["decisions"] += float(record["hours_decisions"]) - float(record["hours_left"]) - kept
            if post.index == CEO and not post.has_teams:
                booked["following"] += float(record["hours_encouragement"])
            post.release("following")
            booked["_before"] = float(record["hours_left"])

    def worked(self) -> None:
        """The week's work is done; hours kept for the end of the week are the leaders' again."""
        for post in self._posts():
            if not post.present:
                continue
            booked, left = self.spent[post.index], float(post.record["hours_left"][0])
            booked["following"] += booked.pop("_before") - left
            post.release("market")
            booked["market"] += max(0.0, float(post.record["hours_left"][0]))


def side_of(role: str) -> int:
    """The leader whose side a role is."""
    return (CEO, COO, LEAD)[ROLES.index(role)]
