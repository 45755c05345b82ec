"""A session's choices as data: one row a participant, month and choice, with nothing about a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from tandem.sim.room.choices import USES
from tandem.sim.room.months import last_week

COLUMNS = {
    "case": "the case played",
    "seed": "seed of the luck",
    "luck": "number of the luck",
    "parameters": "under which parameter sets",
    "round": "month played, from 1",
    "first_week": "first week of the month",
    "last_week": "last week of the month",
    "participant": "number of the seat, from 1; 0: what the side's choices came to (its plan)",
    "role": "ceo, coo or lead",
    "kind": "hours (share 0-1 of the hours that can be divided), meetings, matter, word, bet, quiz_before or quiz_after",
    "item": "the use of hours, the matter, or the question",
    "choice": "what was chosen",
}
"""Columns of the table of choices, with their meaning."""


def rows_of(session: Any) -> list[dict[str, Any]]:
    """The rows of a session so far, by COLUMNS."""
    same = {name: session.head[name] for name in ("case", "seed", "luck", "parameters")}
    roles = {seat.number: seat.role for seat in session.seats.all}
    found: list[dict[str, Any]] = []

    def add(month: int, number: int, role: str, kind: str, item: str, choice: Any) -> None:
        first, last = (last_week(month - 1) + 1, last_week(month)) if month else ("", "")
        where = {"round": month or "", "first_week": first, "last_week": last, "participant": number, "role": role}
        found.append({**same, **where, "kind": kind, "item": item, "choice": choice})

    for seat in session.seats.all:
        if seat.bet is not None:
            add(0, seat.number, seat.role, "bet", "", seat.bet)
        for when, answers in sorted(seat.quiz.items()):
            for question, answer in sorted(answers.items()):
                add(0, seat.number, seat.role, f"quiz_{when}", question, answer)
    for month, (plans, choices) in enumerate(zip(session.plans, session.choices, strict=True), 1):
        chosen = [(number, roles[number], choice) for number, choice in choices.items()]
        for number, role, choice in [*((0, role, plan) for role, plan in plans.items()), *chosen]:
            for kind, item, value in _parts(choice.plain()):
                add(month, number, role, kind, item, value)
    return found


def _parts(choice: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    for use in USES if choice.get("hours") else ():
        yield "hours", use, choice["hours"][use]
    if choice.get("meetings"):
        yield "meetings", "", choice["meetings"]
    for matter, act in choice.get("matters", {}).items():
        yield "matter", matter, act
    if choice.get("word"):
        yield "word", "", choice["word"]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows as a CSV file in UTF-8."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
