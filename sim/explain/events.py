"""What the journal noted, as sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sim.texts import sentence, text

if TYPE_CHECKING:
    import pandas as pd


# Noted with a value below 0.5, this happening ended the other way.
OTHERWISE = {"resolution.mediation": (0.5, "resolution.mediation_failed"), "leader.left": (0.0, "leader.left_for_good")}
CAMPAIGNS = ("campaign.launched", "campaign.off_brand")
AT_ONCE = {"decision.accepted": "decision.accepted_at_once", "decision.refused": "decision.refused_at_once"}
COUNTED_BY_SECOND = ("decision.accepted", "decision.refused", "shock.crisis")  # the others count by their value
GOALS = ("growth", "brand", "innovation", "efficiency", "customers")


def event_sentence(event: Mapping[str, Any], lang: str) -> str:
    """One row of the table of events (kind, domain, who, value, second) as a whole sentence."""
    kind, value, second = event["kind"], float(event["value"]), float(event["second"])
    line, other = OTHERWISE.get(kind, (None, kind))
    key = other if line is not None and value < line else kind
    count = second if kind in COUNTED_BY_SECOND else value
    weeks = round(count) if math.isfinite(count) else 0
    key = AT_ONCE.get(key, key) if weeks == 0 else key
    return sentence(text(f"happening.{key}", lang, value=value, n=weeks, **words(event, lang)))


def rows(events: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table of events."""
    return [{str(name): value for name, value in row.items()} for row in events.to_dict("records")]


def words(event: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Domain, person and goal of an event in the language's words."""
    domain, who = event.get("domain"), event.get("who")
    named = {"domain": text(f"domain.{domain}", lang) if isinstance(domain, str) and domain else ""}
    named["goal"] = text(f"goal.{who}", lang) if who in GOALS else ""
    named["who"] = _person(who, lang)
    return named


def _person(who: Any, lang: str) -> str:
    if not isinstance(who, str) or not who or who in GOALS:
        return ""
    if who.startswith("team"):
        return text("leader.team", lang, n=int(who.removeprefix("team").lstrip("_")))
    return text(f"leader.{who}", lang)
