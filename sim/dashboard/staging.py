"""What the office on the page shows of a run: who is in, who meets, what piles up, and what passes between them, week by week.

All of it is in the run; nothing is invented. Lines that are spoken are made from the event.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tandem.sim.dashboard.words import page_text
from tandem.sim.explain import event_sentence
from tandem.sim.explain.events import rows, words
from tandem.sim.run import Run
from tandem.sim.texts import LANGUAGES

MOST = 4  # happenings of one week that the office has room for; the most telling come first

# What can be seen in the office, the most telling first.
SEEN = (
    "leader.left",
    "leader.arrived",
    "shock.restructuring",
    "shock.crisis",
    "shock.competitor",
    "shock.technology",
    "shock.trust",
    "conflict.relationship",
    "decision.double_directive",
    "decision.usurped",
    "decision.unilateral",
    "conflict.process",
    "conflict.task.opened",
    "decision.reopened",
    "resolution.arbitration",
    "resolution.mediation",
    "resolution.expert",
    "resolution.decider",
    "conflict.task.settled",
    "decision.orphaned",
    "decision.lapsed",
    "campaign.off_brand",
    "experiment.stopped",
    "experiment.failed",
    "experiment.succeeded",
    "campaign.launched",
    "experiment.started",
    "decision.accepted",
    "decision.refused",
)

# Those that make somebody speak; with a person where the event names one.
SPOKEN = (
    "conflict.relationship",
    "decision.double_directive",
    "decision.usurped",
    "decision.unilateral",
    "conflict.process",
    "conflict.task.opened",
    "decision.reopened",
    "decision.orphaned",
    "decision.lapsed",
)


def office(run: Run) -> dict[str, Any]:
    """The standing part, by week: hours in meetings of leaders, and each team's kind, waiting work (weeks of its capacity) and
    morale (points of 100)."""
    names = ("team", "week", "kind", "capacity", "backlog", "morale")
    team, week, kind, capacity, backlog, morale = (run._team_columns[name] for name in names)
    able, found = np.where(capacity > 0.0, capacity, np.nan), []
    for number in np.unique(team):
        mine = team == number

        def line(values: np.ndarray, mine: np.ndarray = mine) -> np.ndarray:
            weekly = np.full(run.weeks + 1, np.nan)
            weekly[week[mine]] = values[mine]
            return weekly

        found.append(
            {"kind": str(kind[mine][0]), "waiting": numbers(line(backlog / able)), "morale": numbers(line(100.0 * morale), 0)}
        )
    return {"meeting": numbers(run._weekly_columns["meeting_hours"]), "teams": found}


def numbers(values: Any, decimals: int = 1) -> list[float | None]:
    """Numbers for JSON, rounded; None for not-a-number."""
    return [None if value != value else value for value in np.round(np.asarray(values, dtype=float), decimals).tolist()]


def stage(run: Run) -> dict[int, list[dict[str, Any]]]:
    """Week -> what passes in the office: kind, who (ceo, coo, marketing_lead, a team, or nobody), its sentence, and the line
    that is spoken (or none), each in both languages."""
    rank = {kind: place for place, kind in enumerate(SEEN)}
    found: dict[int, list[dict[str, Any]]] = {}
    events = run.events
    for event in rows(events[events["kind"].isin(SEEN)]):
        found.setdefault(int(event["week"]), []).append(event)
    return {
        week: [told(event) for event in sorted(happened, key=lambda event: rank[event["kind"]])[:MOST]]
        for week, happened in sorted(found.items())
    }


def told(event: dict[str, Any]) -> dict[str, Any]:
    """One happening as the page draws and says it."""
    kind = str(event["kind"])
    spoken = {lang: line(event, lang) for lang in LANGUAGES} if kind in SPOKEN else None
    sentences = {lang: partial(event_sentence, event)(lang) for lang in LANGUAGES}
    return {"kind": kind, "who": event["who"], "sentence": sentences, "line": spoken}


def line(event: dict[str, Any], lang: str) -> str:
    """What is said when it happens."""
    return page_text(f"says.{event['kind']}", lang, domain=words(event, lang)["domain"])
