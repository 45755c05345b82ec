"""The words of the room's pages, by key, in English and French: `texts/en.toml` and `texts/fr.toml`, same keys, same slots.

What the model and the simulator call by a name already (matters, priorities, levers, series) is taken from there, so that a
participant, the simulator and a paper say the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from tandem.sim.dashboard.words import page_texts
from tandem.sim.parameters import DOMAINS, GOALS, lever_texts
from tandem.sim.texts import LANGUAGES, catalogue, flattened, sentence

SERIES = ("revenue", "trust", "relationship_conflict")
"""What the stage draws of a session."""


@lru_cache(maxsize=len(LANGUAGES))
def room_texts(lang: str) -> Mapping[str, str | dict[str, str]]:
    """Key -> text with {slots}, or its forms `one` and `other`. `lang`: "en" or "fr"."""
    tables = tomllib.loads((resources.files(__package__) / "texts" / f"{lang}.toml").read_text("utf-8"))
    return {**dict(flattened(tables)), **borrowed(lang)}


def borrowed(lang: str) -> dict[str, str]:
    """Key -> what is called so elsewhere already: titles of matters, priorities, levers and series."""
    said, page = catalogue(lang), page_texts(lang)
    titles = {f"domain.{name}": sentence(str(said[f"domain.{name}"])) for name in DOMAINS}
    titles |= {f"goal.{name}": sentence(str(said[f"goal.{name}"])) for name in GOALS}
    titles |= {f"lever.{name}": title for name, title in lever_texts("title", lang).items()}
    return titles | {f"series.{name}": str(page[f"series.{name}"]) for name in SERIES}
