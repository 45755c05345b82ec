"""What one leader knows at the start of a month: nothing of the truth, of the other's mind, of what nobody took up, or of later
weeks. Everything that a phone is told of the firm is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from tandem.sim.explain import event_sentence
from tandem.sim.explain.events import words
from tandem.sim.parameters import DOMAINS, GOALS
from tandem.sim.room.choices import MOST_MATTERS, USES
from tandem.sim.room.playing import COMING, SteeredModel
from tandem.sim.room.steered import JOINT, can_ask
from tandem.sim.room.words import both, sentences, told
from tandem.sim.run import LEADERS
from tandem.sim.state import CAMPAIGN, CEO, CONTESTED, COO, EXPERIMENT, LEAD, QUEUED
from tandem.sim.texts import sentence, typeset

REPORTED = ("revenue", "leads", "new_customers", "lost_customers", "spend", "profit")
"""What reports show to everybody in the firm, by week (units: `tandem.sim.weekly.WEEKLY`)."""

# What each of the two notices when it happens; what only who did it knows; all else is not noticed.
WITNESSED = {
    *("decision.double_directive", "decision.reopened", "conflict.task.opened", "conflict.task.settled", "conflict.process"),
    *("conflict.relationship", "resolution.mediation", "resolution.arbitration", "resolution.expert", "resolution.decider"),
    *("experiment.started", "experiment.stopped", "experiment.succeeded", "experiment.failed", "campaign.launched"),
    *("shock.restructuring", "shock.technology", "shock.competitor", "shock.crisis", "shock.trust"),
    *("leader.left", "leader.arrived", "review.held", "change.applied"),
}
DONE_BY_HIM = {"decision.usurped", "decision.unilateral"}
ALIKE = {"campaign.off_brand": "campaign.launched"}
"""Seen as another: whether a campaign hurts the brand is not seen on the day it goes on air."""
MOST_NOTES = 6
LEAST_UNSURE = 0.1  # what still tells domains apart in which he is sure who decides


def view_of(
    model: SteeredModel, side: int, events: Iterable[Mapping[str, Any]] = (), inbox: Iterable[Any] = ()
) -> dict[str, Any]:
    """What leader `side` (CEO, COO, LEAD) knows. `events`: of the month before, as rows of `Run.events`; `inbox`: what the other
    side said. `present` false: the post is empty, and nobody sits there to know anything."""
    leader = model.world["leaders"][0, side]
    seen: dict[str, Any] = {
        "present": bool(leader["present"]),
        "reported": reported(model),
        "months": history(model),
        "matters": [],
        "others_open": 0,
    }
    if not leader["present"]:
        return {**seen, "priorities": {}, "hours": None, "trust": None, "fatigue": None, "inbox": [], "notes": []}
    table = on_the_table(model, side)
    paired = side != LEAD and bool(model.world["leaders"]["present"][0, COO if side == CEO else CEO])
    return {
        **seen,
        "priorities": {goal: round(float(share), 4) for goal, share in zip(GOALS, leader["priorities"])},
        "hours": hours(model, side),
        "trust": round(float(leader["trust"]), 4) if paired else None,
        "fatigue": round(float(leader["fatigue"]), 4),
        "matters": [
            *(matter(model, side, place) for place in table[:MOST_MATTERS]),
            *coming(model, side, table[:MOST_MATTERS]),
        ],
        "others_open": max(0, len(table) - MOST_MATTERS),
        "inbox": list(inbox),
        "notes": notes(events, side),
    }


def reported(model: SteeredModel) -> dict[str, float]:
    """Last month's figures, means a week: what reports show. Before the first week, revenue of the week before the start."""
    firms = model.firms_of_weeks(4)
    return {name: round(float(np.mean([firm[name] for firm in firms])), 3) for name in REPORTED if firms and name in REPORTED}


def history(model: SteeredModel) -> list[dict[str, float]]:
    """The figures of every week so far."""
    rows = model.firms_of_weeks(None)
    return [{"week": week, **{name: round(float(firm[name]), 3) for name in REPORTED}} for week, firm in enumerate(rows, 1)]


def hours(model: SteeredModel, side: int) -> dict[str, Any]:
    """Hours a week: what he had last, and to what they go when nobody chooses: about as the model's leader plans his week."""
    leader = model.world["leaders"][0, side]
    plan = model.usual_hours(side)
    available = sum(plan.values())
    return {
        "available": round(available, 2),
        "of": round(float(leader["hours"]), 2),
        "plan": {use: round(plan[use], 2) for use in USES},
    }


def on_the_table(model: SteeredModel, side: int) -> list[int]:
    """Places in the pool of the open matters that a leader has a part in, the weightiest in his eyes first: quarrels, then by
    what is at stake in the domain and how clear his own view of a proposal is, then the oldest."""
    world = model.world
    pool = world["decisions"][0, : int(world["firm"]["decision_count"][0])]
    stakes = world["parameters"]["domain_stake"][0]

    def weight(place: int) -> tuple[Any, ...]:
        item = pool[place]
        view = (
            abs(float(item["position"][side])) if item["judged"][side] and int(item["domain"]) in (CAMPAIGN, EXPERIMENT) else 0.0
        )
        stake = float(stakes[int(item["domain"])])
        return int(item["status"]) != CONTESTED, -stake * (1.0 + view), -float(item["age"]), int(item["uid"])

    return sorted((place for place, item in enumerate(pool) if takes_part(item, side)), key=weight)


def takes_part(item: Any, side: int) -> bool:
    """Whether a leader knows a matter to be open: he took it up, or it has been put before him."""
    status, rule = int(item["status"]), int(item["rule"])
    if status not in (QUEUED, CONTESTED):
        return False
    if side == LEAD:
        return bool(item["judged"][LEAD])
    consulted = bool(item["consulted"]) and int(item["decider"]) != side
    return status == CONTESTED or rule in JOINT or int(item["decider"]) == side or bool(item["claim"][side]) or consulted


def matter(model: SteeredModel, side: int, place: int) -> dict[str, Any]:
    """One open matter as he sees it. The model measures settings from what is right, so that a number would give the truth away:
    of a setting he is told only how far apart the two are, once they have heard each other (standard deviations)."""
    item = model.world["decisions"][0, place]
    domain, status = int(item["domain"]), int(item["status"])
    other = COO if side == CEO else CEO
    heard = bool(item["exchanged"]) and side != LEAD
    proposal = domain in (CAMPAIGN, EXPERIMENT)
    mine, his = float(item["position"][side]), float(item["position"][other])
    return {
        "id": str(int(item["uid"])),
        "domain": DOMAINS[domain],
        "age": int(item["age"]),
        "kind": "proposal" if proposal else "setting",
        "status": "contested" if status == CONTESTED else "queued",
        "judgment": round(mine, 2) if proposal and item["judged"][side] else None,
        "mine": None if side == LEAD else round(float(model.world["leaders"]["beliefs"][0, side, domain]), 4),
        "told": round(his, 2) if proposal and heard else None,
        "apart": round(his - mine, 2) if heard else None,
        "acts": acts(model, side, place),
    }


def coming(model: SteeredModel, side: int, shown: Iterable[int]) -> list[dict[str, Any]]:
    """Where fewer than two matters are open: domains in which matters will come up, to be taken up or left. First those with much
    at stake and many matters, in which he is least sure who decides."""
    if side == LEAD:
        return []
    world, places = model.world, list(shown)
    p, beliefs = world["parameters"][0], world["leaders"]["beliefs"][0, side]
    there = {int(world["decisions"]["domain"][0, place]) for place in places}

    def weight(domain: int) -> float:
        unsure = 1.0 - abs(2.0 * float(beliefs[domain]) - 1.0)
        return float(p["domain_stake"][domain]) * float(p["domain_arrivals_per_week"][domain]) * (LEAST_UNSURE + unsure)

    free = sorted((domain for domain in range(len(DOMAINS)) if domain not in there), key=lambda domain: -weight(domain))
    return [
        {
            "id": COMING + DOMAINS[domain],
            "domain": DOMAINS[domain],
            "age": 0,
            "kind": "proposal" if domain in (CAMPAIGN, EXPERIMENT) else "setting",
            "status": "new",
            "judgment": None,
            "mine": round(float(beliefs[domain]), 4),
            "told": None,
            "apart": None,
            "acts": ["claim", "leave"],
        }
        for domain in free[: MOST_MATTERS - len(places)]
    ]


def acts(model: SteeredModel, side: int, place: int) -> list[str]:
    """What may be done with a matter by who sits there."""
    item = model.world["decisions"][0, place]
    if side == LEAD:
        return []
    if int(item["status"]) == CONTESTED:
        return ["insist", "concede"]
    found = ["claim", "leave"]
    if can_ask(model.world, item, side):
        found.append("ask")
    if int(item["rule"]) in JOINT:
        found += ["insist", "concede"]
    return found


def notes(events: Iterable[Mapping[str, Any]], side: int) -> list[dict[str, str]]:
    """Sentences of what he witnessed, in the order in which it happened; the last ones where there is much."""
    me, found = LEADERS[side], []
    for event in events:
        kind = ALIKE.get(str(event["kind"]), str(event["kind"]))
        if kind in WITNESSED or (kind in DONE_BY_HIM and event["who"] == me):
            found.append(both(partial(_sentence, {**event, "kind": kind})))
    return [note for place, note in enumerate(found) if note not in found[:place]][-MOST_NOTES:]


def _sentence(event: Mapping[str, Any], lang: str) -> str:
    own = f"witnessed.{event['kind']}"
    if own in sentences(lang):
        return sentence(typeset(told(own, lang, **words(event, lang)), lang))
    return event_sentence(event, lang)
