"""The sentences that the room's own code tells, by key, in English and French: `sentences/en.toml` and `sentences/fr.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from tandem.sim.texts import LANGUAGES, filled, flattened


@lru_cache(maxsize=len(LANGUAGES))
def sentences(lang: str) -> Mapping[str, Any]:
    """Key -> text with {slots}."""
    return dict(flattened(tomllib.loads((resources.files(__package__) / "sentences" / f"{lang}.toml").read_text("utf-8"))))


def told(key: str, lang: str, **slots: Any) -> str:
    """One sentence, slots filled."""
    return filled(sentences(lang)[key], lang, slots)


def both(tell: Callable[[str], str]) -> dict[str, str]:
    """What `tell(lang)` says in each language."""
    return {lang: tell(lang) for lang in LANGUAGES}
