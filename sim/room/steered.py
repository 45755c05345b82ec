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

from collections.abc import Mapping
from typing import Any

import numpy as np

from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Leader, Market, MarketingLead, Team
from tandem.sim.room.choices import USES, Plan
from tandem.sim.state import AND, AVERAGE, CEO, CONTESTED, COO, DOUBLE, LEAD, QUEUED, SOLE, VOTE

JOINT = (AND, AVERAGE, VOTE)
GIVEN_UP = {"insist": 0.0, "concede": 1.0}
NOTHING = Plan()


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
            if can_ask(world, item, self.index) and int(item["path"]) != DOUBLE:  # else the other is at it himself
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
