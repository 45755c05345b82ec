"""What agents may write, and in which range: looked at after every step that a user's own agent takes, and before every week.

The phases read what stands in the firm's world as it is. A value that is no number would go through all of them and come out as
an outcome, and a number of no domain or team would be read beyond its table; so the first of them ends the run, by its name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tandem.sim.mistake import Mistake
from tandem.sim.parameters import MAXIMUM_TEAMS
from tandem.sim.state import DECISION_SLOTS, EVENT_SLOTS, PROJECT_SLOTS, WORLD

_MOST = np.finfo(np.float64).max
_SHARE, _COUNT, _HOURS, _AMOUNT = (0, 1), (0, 2**62), (0, 24 * 7), (0, _MOST)
_TRUTH, _DOMAIN, _LEADER, _TEAM = (0, 1), (0, 6), (-1, 2), (-1, MAXIMUM_TEAMS - 1)

# fmt: off
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "firm": {
        "relationship_conflict": _SHARE, "common_ground": _SHARE, "clarity": _SHARE, "charter_alive": _SHARE,
        "goodwill": _SHARE, "satisfaction": _SHARE, "reputation": _SHARE, "refinement": _SHARE, "conversion": _SHARE,
        "shares": _SHARE, "presence": _SHARE, "coherence": _SHARE, "line_share": _SHARE,
        "technique": _AMOUNT, "customers": _AMOUNT, "start_customers": _AMOUNT, "market_size": _AMOUNT,
        "leads": _AMOUNT, "revenue": _AMOUNT, "new_customers": _AMOUNT, "lost_customers": _AMOUNT, "spend": _AMOUNT,
        "capacity": _AMOUNT, "backlog": _AMOUNT, "orphaned_clients": _AMOUNT, "media_money": _AMOUNT,
        "week": _COUNT, "meetings": _COUNT, "ever_paired": _TRUTH, "review_now": _TRUTH,
        "decision_count": (0, DECISION_SLOTS), "project_count": (0, PROJECT_SLOTS), "born": _COUNT,
    },
    "leaders": {
        "present": _TRUTH, "successions": _COUNT, "vacancy": (-1, _MOST),  # -1: for good
        "priorities": _SHARE, "anchors": _SHARE, "skills": _SHARE,
        "style": _SHARE, "openness": _SHARE, "encouragement": _SHARE, "encouraging": _SHARE, "anchor": _SHARE,
        "fatigue": _SHARE, "trust": _SHARE, "beliefs": _SHARE, "hours": _HOURS, "hours_available": _HOURS,
        "hours_meeting": _HOURS, "hours_training": _HOURS, "hours_reporting": _HOURS, "hours_encouragement": _HOURS,
        "hours_approvals": _HOURS, "hours_decisions": _HOURS, "hours_left": _HOURS, "hours_used": _HOURS,
        "questions": _AMOUNT, "questions_answered": _AMOUNT, "decided_alone": _AMOUNT, "decided_jointly": _AMOUNT,
    },
    "teams": {
        "kind": (0, 2), "priorities": _SHARE, "headcount": _AMOUNT, "skill": _SHARE, "morale": _SHARE, "worth": _SHARE,
        "proposal_rate": _AMOUNT, "capacity": _AMOUNT, "backlog": _AMOUNT, "open_projects": _AMOUNT, "undiscovered": _AMOUNT,
        "rework": _AMOUNT, "done": _AMOUNT, "questions": _AMOUNT, "unanswered": _AMOUNT,
        "first_project": (-1, PROJECT_SLOTS - 1), "last_project": (-1, PROJECT_SLOTS - 1),
    },
    "decisions": {
        "domain": _DOMAIN, "status": (0, 5), "path": (0, 5), "rule": (0, 6), "decider": _LEADER, "consulted": _LEADER,
        "author": _TEAM, "urgent": _TRUTH, "waiting": _TRUTH, "contested": _TRUTH, "retaken": _COUNT, "verdict": (-1, 1),
        "age": _AMOUNT, "effort": _AMOUNT, "effort_left": _AMOUNT, "agenda": _AMOUNT, "claim": (0, 2), "judged": _TRUTH,
        "concession": _SHARE, "exchanged": _TRUTH, "prepared": _TRUTH,
    },
    "projects": {
        "domain": _DOMAIN, "status": (0, 2), "team": _TEAM, "rule": (0, 6), "owner": _LEADER, "taken": _TRUTH, "stage": _COUNT,
        "age": _AMOUNT, "work": _AMOUNT, "work_left": _AMOUNT, "worked": _AMOUNT, "defect_work": _AMOUNT, "quality": _SHARE,
        "part": _SHARE,
        "next": (-1, PROJECT_SLOTS - 1),
    },
    "journal": {"active": _TRUTH, "event_count": (0, EVENT_SLOTS)},
}
"""Part of the world -> field -> lowest and highest value. Other numbers must be finite; other whole numbers are not looked at."""
# fmt: on
PARTS = ("firm", "leaders", "teams", "decisions", "projects", "journal")
SLACK = 1e-9
"""By which a share or an hour may miss its end: sums of rounded parts do."""


class Places(NamedTuple):
    """The words of a world that are looked at, of one kind: where they stand, their ends, and what they are called."""

    at: np.ndarray
    low: np.ndarray
    high: np.ndarray
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def _places() -> tuple[Places, Places]:
    """Real and whole words of WORLD, each field of each record on its own."""
    found: dict[str, list[tuple[int, float, float, str]]] = {"f": [], "i": []}
    for part in PARTS:
        kind, start = WORLD.fields[part][:2]  # type: ignore[index]
        record, shape = (kind.base, kind.shape)
        for number in range(int(np.prod(shape, dtype=int))):
            called = f"{part}[{number}]" if shape else part
            _collect(found, record, start + number * record.itemsize, called, RANGES[part])
    made = []
    for kind_of, dtype in (("f", np.float64), ("i", np.int64)):
        at, low, high, names = zip(*found[kind_of])
        made.append(Places(np.array(at), np.array(low, dtype=dtype), np.array(high, dtype=dtype), tuple(names)))
    return made[0], made[1]


def _collect(
    found: dict[str, list[tuple[int, float, float, str]]],
    record: np.dtype[Any],
    start: int,
    called: str,
    ranges: dict[str, tuple[float, float]],
) -> None:
    for name in record.names or ():
        field, offset = record.fields[name][:2]  # type: ignore[index]
        kind, count = field.base.kind, int(np.prod(field.shape, dtype=int))
        low, high = ranges.get(name, (-_MOST, _MOST))
        if kind == "u" or (kind == "i" and name not in ranges):
            continue
        slack = SLACK if kind == "f" and high < _MOST else 0
        for place in range(count):
            word = (start + offset) // 8 + place
            found[kind].append((word, low - slack, high + slack, f"{called}.{name}" + (f"[{place}]" if count > 1 else "")))


def look(world: np.ndarray, who: str) -> None:
    """Raises Mistake, naming `who`, the field, its value and its range, where a number in the firm's world is impossible."""
    real, whole = _places()
    words = np.frombuffer(world.tobytes(), dtype=np.float64)
    for places, seen in ((real, words[real.at]), (whole, words.view(np.int64)[whole.at])):
        fine = (seen >= places.low) & (seen <= places.high)
        if not fine.all():
            wrong = int(np.argmin(fine))
            raise Mistake(_told(who, places.names[wrong], seen[wrong], float(places.low[wrong]), float(places.high[wrong])))


def _told(who: str, name: str, value: Any, low: float, high: float) -> str:
    low, high = round(low, 6) + 0.0, round(high, 6) + 0.0
    kind = "whole number" if isinstance(value, np.integer) else "number"
    if low == -_MOST:
        allowed = "any finite number"
    else:
        allowed = f"a {kind} of {low:g} or more" if high >= 2**62 else f"a {kind} from {low:g} to {high:g}"
    return f"{who} left {name} = {value:g}; allowed: {allowed}"
