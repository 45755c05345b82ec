"""The words of the page, by key, in English and French: `texts/en.toml` and `texts/fr.toml`, same keys, same slots."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from tandem.sim.parameters import lever_texts
from tandem.sim.scenario import Scenario
from tandem.sim.texts import LANGUAGES, filled, flattened, typeset


@lru_cache(maxsize=len(LANGUAGES))
def page_texts(lang: str) -> Mapping[str, str | dict[str, str]]:
    """Key -> text with {slots}, or its forms `one` and `other`."""
    tables = tomllib.loads((resources.files(__package__) / "texts" / f"{lang}.toml").read_text("utf-8"))
    levers = {f"control.levers.{name}": title for name, title in lever_texts("title", lang).items()}
    return {**dict(flattened(tables)), **levers}


def page_text(key: str, lang: str, **slots: str) -> str:
    """One text, slots filled."""
    template = page_texts(lang)[key]
    assert isinstance(template, str), key
    return filled(template, lang, slots)


def action_title(firm: Scenario, action: str, lang: str) -> str:
    """What an action is called: the case's own plan by its author's title."""
    planned = firm.story.intervention
    if action == "planned" and planned is not None and planned.title is not None:
        return typeset(planned.title[lang], lang)
    return page_text(f"action.{action or 'levers'}", lang)
