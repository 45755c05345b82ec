"""Whether a run holds, drifts or breaks: what the room bets on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tandem.sim.dashboard.specification import loaded
from tandem.sim.scenario.story import Condition, Text, Verdict

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


@lru_cache(maxsize=64)
def rules(case: str) -> tuple[Verdict, Verdict]:
    """When the case breaks, and when it drifts: by its own rules where it has them.

    Without a rule of its own a case drifts if any one condition of its failure is met, or trust is gone at the end.
    """
    story = loaded(case).story
    failure = story.failure or SHRINKING
    drift = story.drift or Verdict(need="any", conditions=(*failure.conditions, DISTRUST))
    return failure, drift


def verdict(case: str, outcomes: Mapping[str, float]) -> str:
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
