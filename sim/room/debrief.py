"""The debrief of a session: the room's firm beside the same luck played by the model's own leaders, and what made the difference.

The room plays its months; from there to the end of the case the model's leaders play on, in the room's firm as in the others, so
that all three are judged by the case's own end. Perfect sharing is the model's own: `switches.cause_communication` off, that is,
whenever both have formed a view, each takes over half of what the other sees, so that they hold the same view; it costs no hour.
A month is taken back by playing the session again without that month's choices, on the same luck: a difference on one luck, which
has no interval, and is no law.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from tandem.sim.dashboard.specification import loaded
from tandem.sim.dashboard.verdict import verdict
from tandem.sim.explain.attribution import Ledger, shares
from tandem.sim.parameters import DOMAINS
from tandem.sim.results import simulate
from tandem.sim.room.choices import ROLES, Plan
from tandem.sim.room.lessons import lessons_of
from tandem.sim.room.months import last_week
from tandem.sim.room.playing import SteeredModel, side_of
from tandem.sim.room.stage import series_of
from tandem.sim.room.words import both, told
from tandem.sim.run import Run
from tandem.sim.state import CAMPAIGN, EXPERIMENT
from tandem.sim.texts import listed, text, typeset

PATHS = ("revenue", "trust", "relationship_conflict")
OUTCOMES_TOLD = {
    "growth": "revenue_growth",
    "conflict": "conflict_rate",
    "delay": "decision_delay_weeks",
    "trust": "trust",
}
"""Outcomes of a debrief by their names in `tandem.sim.outcomes`, where their units stand."""
SHARED = {"switches.cause_communication": False}
MOST_MISREAD = 3  # a role
EXPLAINED = ("trust", "relationship_conflict", "revenue")


def played_out(session: Any, months: Sequence[Mapping[str, Plan]]) -> SteeredModel:
    """The firm of a session with these plans, month by month, and its own leaders from there to the end."""
    asked = {"seed": session.head["seed"], "replicate": session.head["luck"], "parameters": session.parameters}
    model = SteeredModel(loaded(session.head["case"]), **asked)
    for month, plans in enumerate(months, 1):
        model.steer({side_of(role): plan for role, plan in plans.items()})
        while model.week < last_week(month):
            model.step()
    model.steer({})
    while model.week < model.weeks:
        model.step()
    return model


def debrief_of(session: Any) -> dict[str, Any]:
    """The debrief but for what participants said (`tandem.sim.room.answers.with_counts`), which may still come in. Takes seconds;
    touches nothing of the session."""
    head, months = session.head, list(session.plans)
    firm = loaded(head["case"])
    same = {"seed": head["seed"], "replicate": head["luck"], "parameters": session.parameters}
    room = played_out(session, months)
    runs = {"room": room.played, "model": simulate(firm, **same), "shared": simulate(firm.with_(SHARED), **same)}
    within = [row for row in room.judged if row["week"] <= last_week(len(months))]
    return {
        "paths": {name: series_of(run, PATHS) for name, run in runs.items()},
        "weeks_of_room": last_week(len(months)),
        "outcomes": {name: figures(run.outcomes) for name, run in runs.items()},
        "months": [taken_back(session, months, month, runs["room"].outcomes) for month in range(1, len(months) + 1)],
        "causes": causes(runs["room"], runs["model"]),
        "misread": misread(within),
        "judged": counts(within),
        "quiz": lessons_of(head["case"], head["seed"], session.parameters),
        "verdict": verdict(head["case"], runs["room"].outcomes),
        "verdicts": {name: verdict(head["case"], run.outcomes) for name, run in runs.items()},
        "scope": both(lambda lang: typeset(told("debrief.scope", lang, luck=head["luck"]), lang)),
        "sharing": both(lambda lang: typeset(told("debrief.sharing", lang), lang)),
        "parameters": both(session.parameters.tell),
        "digest": room.digest,
    }


def settled(session: Any, made: dict[str, Any]) -> None:
    """Take the debrief into the session, and its outcomes into the file, once."""
    if not any(line["kind"] == "end" for line in session.file.lines):
        end = {"months": len(session.plans), "outcomes": made["outcomes"], "verdicts": made["verdicts"], "digest": made["digest"]}
        try:
            session.file.write({"kind": "end", **end})
        except OSError as error:
            print(f"tandem: the end could not be written to the session's file: {error}", file=sys.stderr, flush=True)
    session.end = {key: value for key, value in made.items() if key != "digest"}
    session.version += 1


def figures(outcomes: Mapping[str, float]) -> dict[str, float | None]:
    """The outcomes that are told; None where there was nothing to measure."""
    return {name: finite(outcomes[key]) for name, key in OUTCOMES_TOLD.items()}


def finite(value: float) -> float | None:
    """For JSON."""
    return float(value) if math.isfinite(value) else None


# -- months ------------------------------------------------------------------------------------


def taken_back(session: Any, months: Sequence[Mapping[str, Plan]], month: int, whole: Mapping[str, float]) -> dict[str, Any]:
    """Who left the model's own choice in a month, and what that did: the room's outcomes less those with the month taken back."""
    mine = months[month - 1]
    differs = [{"role": role, "what": what} for role in ROLES if role in mine for what in mine[role].differs]
    effect: dict[str, float | None] = {"growth": 0.0, "conflict": 0.0}
    if differs:
        without = played_out(session, [*months[: month - 1], {}, *months[month:]]).outcomes
        effect = {name: finite(whole[OUTCOMES_TOLD[name]] - without[OUTCOMES_TOLD[name]]) for name in effect}
    return {"round": month, "differs": differs, "effect": effect}


# -- causes ------------------------------------------------------------------------------------


def causes(room: Run, model: Run) -> list[dict[str, str]]:
    """Why the room's firm ends elsewhere than the model's own: for each stock its difference at the end, and the causes that
    made most of that difference, by pushing more or less than on the other path."""
    mine, own = Ledger(room.contributions), Ledger(model.contributions)
    found = []
    for stock in EXPLAINED:
        here, there = mine.amounts(stock), own.amounts(stock)
        apart = {cause: here.get(cause, 0.0) - there.get(cause, 0.0) for cause in {**here, **there}}
        total = sum(apart.values())
        if abs(total) < 1e-12:
            continue
        sign = 1 if total > 0.0 else -1
        named = [cause for cause, _ in shares(dict(sorted(apart.items(), key=lambda each: -abs(each[1]))), sign)]
        if stock == "revenue":
            last = float(model.weekly["revenue"].iloc[-1])
            amount = 100.0 * total / last if last else 0.0
        else:
            amount = 100.0 * total
        found.append(both(partial(_cause, (stock, amount, named, sign))))
    return found


def _cause(at: tuple[str, float, list[str], int], lang: str) -> str:
    stock, amount, named, sign = at
    words = listed([text(f"cause.{cause}", lang, amount=sign) for cause in named], lang)
    way = "above" if amount > 0.0 else "below"
    return typeset(told(f"debrief.cause.{stock}.{way}", lang, amount=abs(amount), causes=words), lang)


# -- judgments ---------------------------------------------------------------------------------


def _proposals(judged: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in judged if row["domain"] in (CAMPAIGN, EXPERIMENT)]


def misread(judged: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The proposals of the room's months that each role read most wrongly: those whose sign was wrong, the widest off first
    (standard deviations; above 0 is a good one). Of a setting nobody says yes or no."""
    found = []
    for role in ROLES:
        rows = [row for row in _proposals(judged) if row["side"] == side_of(role) and row["thought"] * row["truth"] < 0.0]
        rows.sort(key=lambda row: -abs(row["thought"] - row["truth"]))
        for row in rows[:MOST_MISREAD]:
            figures_of_row = {name: round(float(row[name]), 2) for name in ("thought", "truth")}
            found.append({"role": role, "domain": DOMAINS[row["domain"]], "week": row["week"], **figures_of_row})
    return found


def counts(judged: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """How many proposals each role judged, and of how many it took a good one for bad or a bad one for good."""
    rows = _proposals(judged)
    mine = {role: [row for row in rows if row["side"] == side_of(role)] for role in ROLES}
    return {
        role: {"judged": len(each), "misread": sum(row["thought"] * row["truth"] < 0.0 for row in each)}
        for role, each in mine.items()
    }
