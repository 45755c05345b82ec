"""Whether a run holds, drifts or breaks: what the room bets on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tandem.sim.dashboard.specification import loaded
from tandem.sim.dashboard.words import page_text
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.scenario.story import Condition, Text, Verdict
from tandem.sim.texts import LANGUAGES, number, sentence, typeset
from tandem.sim.units import Quantity

# For a case that names no failure of its own (the one that goes well).
SHRINKING = Verdict(
    need="any",
    conditions=(
        Condition(outcome="revenue_growth", below=0.0, above=None, reason=Text(en="sales shrink", fr="les ventes reculent")),
    ),
)
# For a case that names no drift: trust at the end is lower than the line at which a turning point is told, and a bit.
DISTRUST = Condition(
    outcome="trust",
    below=0.35,
    above=None,
    reason=Text(en="the pair no longer trusts each other", fr="le duo ne se fait plus confiance"),
)


# How pair and firm stand at the end, told apart from the case's own rule: the lines are those at which turning points are told.
BROKEN, STRAINED = 0.3, 0.45  # trust at the end, of 1
SOUR = 0.5  # mean relationship conflict, of 1
STEADY = 0.01  # growth of revenue a year, either way


def pair_verdict(outcomes: Mapping[Any, float]) -> str:
    """`works`, `strained`, `broken`, or `alone` where there was no pair."""
    trust, conflict = outcomes["trust"], outcomes["relationship_conflict_mean"]
    if math.isnan(trust):
        return "alone"
    if trust < BROKEN:
        return "broken"
    return "strained" if trust < STRAINED or conflict > SOUR else "works"


def firm_verdict(outcomes: Mapping[Any, float]) -> str:
    """`grows`, `stands` or `shrinks`, by growth of revenue."""
    growth = outcomes["revenue_growth"]
    if growth > STEADY:
        return "grows"
    return "shrinks" if growth < -STEADY else "stands"


PAIR_ORDER = {"alone": 0, "broken": 0, "strained": 1, "works": 2}
FIRM_ORDER = {"shrinks": 0, "stands": 1, "grows": 2}


def ends_better(before: Mapping[Any, float], after: Mapping[Any, float]) -> bool:
    """Whether pair or firm ends with a better verdict after than before, and neither with a worse one; outcomes of two runs."""
    pair = PAIR_ORDER[pair_verdict(after)] - PAIR_ORDER[pair_verdict(before)]
    firm = FIRM_ORDER[firm_verdict(after)] - FIRM_ORDER[firm_verdict(before)]
    return min(pair, firm) >= 0 and max(pair, firm) > 0


@lru_cache(maxsize=64)
def rules(case: str) -> tuple[Verdict, Verdict]:
    """When the case breaks, and when it drifts: by its own rules where it has them.

    Without a rule of its own a case drifts if any one condition of its failure is met, or trust is gone at the end.
    """
    story = loaded(case).story
    failure = story.failure or SHRINKING
    drift = story.drift or Verdict(need="any", conditions=(*failure.conditions, DISTRUST))
    return failure, drift


def verdict(case: str, outcomes: Mapping[Any, float]) -> str:
    """`breaks`, `drifts` or `holds`."""
    failure, drift = rules(case)
    if failure.holds(outcomes):
        return "breaks"
    return "drifts" if drift.holds(outcomes) else "holds"


def reasons(case: str, outcomes: Mapping[str, float]) -> list[Text]:
    """The conditions that are met, in the author's words."""
    kind = verdict(case, outcomes)
    if kind == "holds":
        return []
    conditions = rules(case)[kind == "drifts"].conditions
    return [condition.reason for condition in conditions if condition.reason is not None and condition.holds(outcomes)]


def means(case: str) -> dict[str, dict[str, str]]:
    """What each verdict of a case means, in figures: verdict -> language -> words."""
    failure, drift = rules(case)
    return {
        "breaks": {lang: sentence(_lines(failure, lang)) for lang in LANGUAGES},
        "drifts": {lang: page_text("means.else", lang, lines=_lines(drift, lang)) for lang in LANGUAGES},
        "holds": {lang: page_text("means.neither", lang) for lang in LANGUAGES},
    }


def _lines(verdict: Verdict, lang: str) -> str:
    """The conditions of a verdict, each as an outcome and the line that it crosses."""
    telling = verdict.conditions
    if verdict.need == "any":  # of two lines on one outcome, the one that is crossed first says it all
        telling = tuple(one for one in telling if not any(_sooner(other, one) for other in telling))
    parts = [_line(condition, lang) for condition in telling]
    if len(parts) == 1:
        return page_text("means.one", lang, first=parts[0])
    return page_text(f"means.{verdict.need}", lang, parts=typeset(" ; " if lang == "fr" else "; ", lang).join(parts))


def _sooner(one: Condition, other: Condition) -> bool:
    """Whether `one` is met whenever `other` is, and is not the same."""
    if one.outcome != other.outcome:
        return False
    if one.below is not None and other.below is not None:
        return one.below > other.below
    return one.above is not None and other.above is not None and one.above < other.above


def _line(condition: Condition, lang: str) -> str:
    outcome = OUTCOMES[condition.outcome]
    way, line = ("below", condition.below) if condition.below is not None else ("above", condition.above)
    assert line is not None
    return page_text(
        f"means.{way}", lang, outcome=typeset(outcome.title(lang), lang), line=figure_for_a_room(line, outcome, lang)
    )


def figure_for_a_room(value: float, outcome: Quantity, lang: str) -> str:
    """A figure as a room reads it: what lies between 0 and 1 out of 100, shares of a year in percent, all else with its unit."""
    if outcome.unit == "0-1":
        return page_text("means.of_hundred", lang, value=number(100 * value, ".0f", lang))
    if outcome.unit == "multiple of the usual":
        return page_text("means.times", lang, value=number(value, ".3g", lang))
    if outcome.unit.startswith(("share", "probability")):
        share = number(value, ".0%", lang)
        return page_text("means.a_year", lang, value=share) if outcome.unit.endswith("/year") else share
    return f"{number(value, '.3g', lang)} {outcome.unit_in(lang)}"
