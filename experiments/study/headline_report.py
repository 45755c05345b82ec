"""The published headline on the first screen of a study's page."""

from __future__ import annotations

from tandem.experiments.pages.page import Section
from tandem.experiments.study.published import stale
from tandem.sim.dashboard.headline import headline
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import Chosen


def section(parameters: Chosen) -> Section | None:
    """The published headline, outcome after outcome, with the command that made it; None where none was published."""
    found = headline()
    if not found["command"]:
        return None
    told = [
        {"title": OUTCOMES[output].title(), "first": lines[0], "rest": lines[1:]} for output, lines in found["told"]["en"].items()
    ]
    return {
        **{key: found[key] for key in ("command", "firms", "parameters")},
        "told": told,
        "stale": stale(found, parameters),
    }
