"""The words of pages, by key, in the language that a page is told in: `said("front.most", outcome=..., parts=...)`.

The catalogues are texts/en.toml and texts/fr.toml beside this file, with the same keys and the same slots (a test compares them).
A page is made by a hundred small functions, each of which says a line: the language is set once around them (`told_in`), so that
no line can be told in another language than its page. Without it everything is English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

from tandem.sim.texts import NARROW, filled, flattened, number, typeset
from tandem.sim.units import language

_LANGUAGE: ContextVar[str] = ContextVar("language of a page", default="en")


@contextmanager
def told_in(lang: str) -> Iterator[None]:
    """The block in a language of `tandem.sim.texts`. Raises Mistake for one that there is not."""
    before = _LANGUAGE.set(language(lang))
    try:
        yield
    finally:
        _LANGUAGE.reset(before)


def spoken_now() -> str:
    """The language that is told in now: "en" where none was asked for."""
    return _LANGUAGE.get()


@lru_cache(maxsize=2)
def page_texts(lang: str) -> Mapping[str, str | dict[str, str]]:
    """Key -> template, or its two forms for one and several, as they are printed."""
    folder = resources.files("tandem.experiments.pages") / "texts"
    found = dict(flattened(tomllib.loads((folder / f"{lang}.toml").read_text("utf-8"))))
    return {key: _printed(words, lang) for key, words in found.items()}


def _printed(words: Any, lang: str) -> Any:
    """Apostrophes and narrow spaces of French print, which nobody can type."""
    if isinstance(words, dict):
        return {form: _printed(each, lang) for form, each in words.items()}
    return re.sub("« ?", f"«{NARROW}", typeset(words, lang)) if lang == "fr" else words


def said(key: str, **slots: Any) -> str:
    """The text of `key` with its slots filled, numbers written as the language writes them; of two forms the one for `n`."""
    lang = spoken_now()
    template: Any = page_texts(lang)[key]
    if isinstance(template, dict):
        few = abs(slots["n"]) < 2 if lang == "fr" else slots["n"] == 1
        template = template["one" if few else "other"]
    if lang == "en":
        return str(template.format(**slots))
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in slots.items()}
    return filled(template, lang, plain)


def marked(key: str, **slots: Any) -> Markup:
    """The same for a page's template: the text may hold tags of HTML, what fills its slots may not."""
    return Markup(said(key, **{name: escape(value) if isinstance(value, str) else value for name, value in slots.items()}))


def word(value: Any) -> str:
    """A word of a table (a verdict, the name of an assumption, ...) as a reader of the page says it; a name that has no word of
    its own, such as a user's own scenario, as it is."""
    known: Any = page_texts(spoken_now()).get(f"words.{value}")
    return str(value) if known is None else str(known)


def form(value: Any, form_: str) -> str:
    """A number in a Python format, with the marks of the language."""
    return (
        format(value, form_) if spoken_now() == "en" else number(value.item() if hasattr(value, "item") else value, form_, "fr")
    )


def between(low: Any, high: Any, form_: str) -> str:
    """An interval as it stands in a table: [low, high]."""
    middle = ", " if spoken_now() == "en" else f"{NARROW}; "
    return f"[{form(low, form_)}{middle}{form(high, form_)}]"


def clauses(parts: list[str]) -> str:
    """Parts of a sentence one after the other, semicolons between."""
    return ("; " if spoken_now() == "en" else f"{NARROW}; ").join(parts)
