"""The published headline on the first screen of a study's page."""

from __future__ import annotations

import re

from tandem.experiments.pages.page import Section
from tandem.experiments.pages.telling import spoken_now
from tandem.experiments.pages.words import title_of
from tandem.experiments.study.published import stale
from tandem.sim.dashboard.headline import headline
from tandem.sim.parameter_sets import TOLD, Chosen


def section(parameters: Chosen) -> Section | None:
    """The published headline, outcome after outcome, with the command that made it; None where none was published."""
    found = headline()
    if not found["command"]:
        return None
    told = [
        {"title": title_of(output), "first": lines[0], "rest": lines[1:]} for output, lines in found["told"][spoken_now()].items()
    ]
    return {
        **{key: found[key] for key in ("command", "firms")},
        "parameters": parameters_told(found["parameters"]),
        "told": told,
        "stale": stale(found, parameters),
    }


def parameters_told(english: str) -> str:
    """What the file says of its parameter sets (in English), in the language of the page."""
    if spoken_now() == "en":
        return english
    for kind, template in TOLD["en"].items():
        pattern = re.escape(template).replace(r"\{count\}", r"(?P<count>\d+)").replace(r"\{number\}", r"(?P<number>\d+)")
        if found := re.fullmatch(pattern, english):
            return TOLD[spoken_now()][kind].format(**found.groupdict())
    return english
