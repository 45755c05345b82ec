"""A firm that is played month by month, whose leaders do what the sides of a room plan (`tandem.sim.room.steered`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tandem.sim.kernel import by_name
from tandem.sim.model import LeadershipModel
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import DOMAINS
from tandem.sim.phases.hours import choose_hours
from tandem.sim.phases.measures import measure
from tandem.sim.room.choices import ROLES, USES, Plan, meetings_of
from tandem.sim.room.steered import (
    NOTHING,
    Steered,
    SteeredExecutive,
    SteeredLead,
    SteeredMarket,
    SteeredOperatingOfficer,
    SteeredTeam,
)
from tandem.sim.run import Run
from tandem.sim.state import AND, CAMPAIGN, CEO, COO, EXPERIMENT, LEAD, NEW, QUEUED

COMING = "new:"
"""What the name of matters that will come up begins with; their domain follows."""
CLAIMED = {"claim": 1, "leave": 0}
DECIDING = 0.5
"""Share of free hours that a leader expects to go to deciding, before he has played a month."""


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
        classes: dict[str, Any] = {"ceo_class": SteeredExecutive, "coo_class": SteeredOperatingOfficer, "lead_class": SteeredLead}
        super().__init__(scenario, **asked, **classes, team_class=SteeredTeam, market_class=SteeredMarket)
        self.world["journal"]["active"] = 1
        self.journals.append(self.world["journal"][0].copy())

    def steer(self, plans: Mapping[int, Plan]) -> None:
        """Plans of the coming month, by leader; their matters are those that are open now."""
        self.plans = {side: plan for side, plan in plans.items() if plan != NOTHING}
        world, count = self.world, int(self.world["firm"]["decision_count"][0])
        self.domains = {str(int(item["uid"])): int(item["domain"]) for item in world["decisions"][0, :count]}
        self.domains |= {COMING + domain: place for place, domain in enumerate(DOMAINS)}
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
        more = self.more_meetings
        firm = self.world["firm"][0]
        if more > 0:
            firm["meetings"] += more
        elif more < 0:
            planned = float(self.world["parameters"]["communication_meetings_per_week"][0])
            credit = max(0.0, float(firm["meeting_credit"]) + float(firm["meetings"]) - min(planned, -more))
            firm["meetings"] = int(np.floor(credit + 1e-9))
            firm["meeting_credit"] = max(0.0, credit - float(firm["meetings"]))

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
