"""What a participant may choose for a month, and what a side's choices come to: the leader's plan.

A side's plan holds what most of those who spoke want (for shares of hours: the median of each). A tie or silence leaves the
model's own choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

ROLES = ("ceo", "coo", "lead")
USES = ("decisions", "preparing", "following", "market")
"""What hours go to; see `tandem.sim.room.steered` for what each is in the model."""
MEETINGS = {"fewer": -1, "same": 0, "more": 1}
"""Meetings a week more than planned."""
ACTS = ("claim", "leave", "ask", "insist", "concede")
WORDS = ("trust_you", "need_to_talk", "your_call", "my_call", "slow_down", "hurry_up", "well_done", "worried")
MOST_MATTERS = 2
SLACK = 0.011  # by which four shares rounded to hundredths may miss their sum

ROUNDING = 1e-9  # by which a sum of shares may miss 1 for rounding alone


class BadChoice(ValueError):
    """What was sent is no choice."""


@dataclass(frozen=True)
class Choice:
    """One participant's choice for a month. `hours`: shares (0-1, sum 1) of the hours that can be divided, by USES; `meetings`:
    a key of MEETINGS; `matters`: act by matter; `word`: one of WORDS. None, or nothing: no wish."""

    hours: Mapping[str, float] | None = None
    meetings: str | None = None
    matters: Mapping[str, str] = field(default_factory=dict)
    word: str | None = None

    @classmethod
    def read(cls, given: Any, allowed: Mapping[str, Iterable[str]] | None = None) -> Choice:
        """From what was sent. `allowed`: the acts of each matter on the table; None: any. Raises BadChoice."""
        if not isinstance(given, Mapping) or not set(given) <= {"hours", "meetings", "matters", "word"}:
            raise BadChoice("a choice has hours, meetings, matters and a word")
        matters = given.get("matters")
        matters = {} if matters is None else matters
        if not isinstance(matters, Mapping) or len(matters) > MOST_MATTERS:
            raise BadChoice(f"matters: at most {MOST_MATTERS}, each with an act")
        for matter, act in matters.items():
            known = ACTS if allowed is None else tuple(allowed.get(str(matter), ()))
            if not isinstance(act, str) or act not in known:
                raise BadChoice("matters: an act that is not offered")
        meetings = _one_of(given.get("meetings"), MEETINGS, "meetings")
        word = _one_of(given.get("word"), WORDS, "word")
        return cls(_shares(given.get("hours")), meetings, {str(matter): act for matter, act in matters.items()}, word)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        hours = None if self.hours is None else dict(self.hours)
        return {"hours": hours, "meetings": self.meetings, "matters": dict(self.matters), "word": self.word}


def _one_of(value: Any, words: Iterable[str], name: str) -> str | None:
    if value is not None and (not isinstance(value, str) or value not in words):
        raise BadChoice(f"{name}: none of {', '.join(words)}")
    return value


def _shares(given: Any) -> dict[str, float] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping) or set(given) != set(USES):
        raise BadChoice(f"hours: a share for each of {', '.join(USES)}")
    for value in given.values():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
            raise BadChoice("hours: shares from 0 to 1")
    total = float(sum(given.values()))
    if abs(total - 1.0) > SLACK:
        raise BadChoice("hours: shares that sum to 1")
    whole = 1.0 if abs(total - 1.0) < ROUNDING else total  # so that what is kept of a choice is read again as the same one
    return {use: float(given[use]) / whole for use in USES}


@dataclass(frozen=True)
class Plan:
    """What a side wants of its leader this month; empty: the model's own choice. `hours`, `meetings`, `matters` as in Choice."""

    hours: Mapping[str, float] | None = None
    meetings: str | None = None
    matters: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "hours": None if self.hours is None else dict(self.hours),
            "meetings": self.meetings,
            "matters": dict(self.matters),
        }

    @property
    def differs(self) -> list[str]:
        """In what it leaves the model's own choice: hours, meetings, matters."""
        found = {"hours": self.hours is not None, "meetings": self.meetings not in (None, "same"), "matters": bool(self.matters)}
        return [name for name, there in found.items() if there]


def most_of(words: Iterable[str]) -> str | None:
    """The word that more say than any other; None for a tie or silence."""
    ranked = Counter(words).most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def plan_of(choices: Iterable[Choice]) -> Plan:
    """What the choices of one side come to."""
    made = list(choices)
    wished = [choice.hours for choice in made if choice.hours is not None]
    hours = None
    if wished:
        middle = {use: median(each[use] for each in wished) for use in USES}
        total = sum(middle.values())
        hours = {use: value / total for use, value in middle.items()} if total > 0.0 else None
    matters = {}
    for matter in sorted({matter for choice in made for matter in choice.matters}, key=lambda matter: (len(matter), matter)):
        act = most_of(choice.matters[matter] for choice in made if matter in choice.matters)
        if act is not None:
            matters[matter] = act
    return Plan(hours, most_of(choice.meetings for choice in made if choice.meetings is not None), matters)


def meetings_of(plans: Iterable[Plan]) -> int:
    """How many meetings a week more than planned: both sides' wishes and the plan itself, the middle one; of one side alone its
    wish."""
    wishes = [MEETINGS[plan.meetings or "same"] for plan in plans]
    return wishes[0] if len(wishes) == 1 else int(median([*wishes, 0] if len(wishes) == 2 else wishes))


def tally(choices: Iterable[Choice], domains: Mapping[str, str]) -> dict[str, Any]:
    """What the choices of one side were: how many spoke, median shares of hours (or None), counts of meetings, of acts by matter
    and of words. `domains`: the domain of each matter."""
    made = list(choices)
    acts: dict[str, Counter[str]] = {}
    for choice in made:
        for matter, act in choice.matters.items():
            acts.setdefault(matter, Counter())[act] += 1
    return {
        "spoke": len(made),
        "hours": plan_of(made).plain()["hours"],
        "meetings": dict(Counter(choice.meetings for choice in made if choice.meetings)),
        "matters": [{"id": matter, "domain": domains.get(matter, ""), "acts": dict(counts)} for matter, counts in acts.items()],
        "word": dict(Counter(choice.word for choice in made if choice.word)),
    }
