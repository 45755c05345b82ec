"""Every sentence that the model tells, by key, in English and French: `text("cause.culture", "fr")`.

The catalogues are en.toml and fr.toml beside this file, with the same keys and the same slots. A slot may carry a
format (`{points:.1f}`, `{share:.0%}`, `{revenue:,.0f}`), which is written as the language writes numbers. An entry
with two forms is chosen by a value: `one` and `other` by the number `n`, `up` and `down` by the sign of `amount`. What levers
are called is declared with them.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from tandem.sim.parameters import lever_texts
from tandem.sim.units import LANGUAGES as LANGUAGES
from tandem.sim.units import language

FORMS = ({"one", "other"}, {"up", "down"})
NARROW = "\u202f"  # the space that French puts between thousands and before % : ; ! ?
MARKS = {"en": {"-": "\u2212"}, "fr": {",": NARROW, ".": ",", "%": f"{NARROW}%", "-": "\u2212"}}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: str) -> Mapping[str, str | dict[str, str]]:
    """Key -> template, or its two forms."""
    tables = tomllib.loads((resources.files(__name__) / f"{lang}.toml").read_text("utf-8"))
    return {**dict(flattened(tables)), **{f"lever.{name}": words for name, words in lever_texts("said", lang).items()}}


def flattened(tables: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Nested tables of texts as (key, template or forms)."""
    for name, value in tables.items():
        if isinstance(value, dict) and set(value) not in FORMS:
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def text(key: str, lang: str, **values: Any) -> str:
    """The text of `key` with `values` in its slots."""
    template = catalogue(language(lang))[key]
    if isinstance(template, dict):
        template = template[_form(template, lang, values)]
    return filled(template, lang, values)


def _form(forms: Mapping[str, str], lang: str, values: Mapping[str, Any]) -> str:
    if "up" in forms:
        return "up" if values["amount"] >= 0 else "down"
    few = abs(values["n"]) < 2 if lang == "fr" else abs(values["n"]) == 1
    return "one" if few else "other"


def number(value: float, form: str, lang: str) -> str:
    """`value` in a Python format, with the language's marks for decimals, thousands, percent and minus. A percentage is parted in
    thousands whether its slot says so or not: growth of a rapid firm passes a thousand percent."""
    if form.endswith("%") and "," not in form:
        form = form.replace(".", ",.") if "." in form else f"{form[:-1]},%"
    written = format(value, form)
    if written.lstrip("+-").strip("0.,%") == "":  # neither "-0" nor "+0"
        written = format(0.0 if isinstance(value, float) else 0, form.lstrip("+"))
    return "".join(MARKS[language(lang)].get(mark, mark) for mark in written)


def money(thousands: float, lang: str, form: str = ",.0f") -> str:
    """An amount in thousands of euros: €384k, 384 k€, €1.04m, 38,4 M€."""
    size, unit = (thousands / 1000.0, "m") if abs(thousands) >= 1000 else (thousands, "k")
    if unit == "m":
        form = ("+" if "+" in form else "") + (",.1f" if abs(size) >= 10 else ",.2f")
    written = number(size, form, lang)
    if lang == "fr":
        return f"{written}{NARROW}{'M' if unit == 'm' else 'k'}€"
    sign = written[0] if written[0] in "+\u2212" else ""
    return f"{sign}€{written.removeprefix(sign)}{unit}"


def listed(items: Iterable[str], lang: str) -> str:
    """a, b and c."""
    *rest, last = list(items)
    return text("list.and", lang, first=", ".join(rest), last=last) if rest else last


def typeset(words: str, lang: str) -> str:
    """`words` by somebody else (a scenario's author), with the apostrophes and narrow spaces of French print."""
    if language(lang) != "fr":
        return words
    return re.sub(r"[ \u00a0]([;:!?%»])", NARROW + r"\1", words.replace("'", "\u2019"))


def of(named: str, lang: str) -> str:
    """What is named, with its articles, after French "de": le budget, les campagnes -> du budget, des campagnes. A slot
    `{name:of}` does so; English has nothing to contract."""
    if language(lang) != "fr":
        return named
    articles = {"le ": "du ", "les ": "des ", "la ": "de la ", "l\u2019": "de l\u2019"}
    return re.sub("(^|, | et )(les? |la |l\u2019)", lambda found: found[1] + articles[found[2]], named)


def filled(template: str, lang: str, values: Mapping[str, Any]) -> str:
    """A template with `values` in its slots, written as the language writes them."""
    return _Local(lang).vformat(template, (), values)


def semicolon(lang: str) -> str:
    """What stands between two clauses: a semicolon with the spaces of the language."""
    return f"{NARROW}; " if language(lang) == "fr" else "; "


def sentence(words: str) -> str:
    """`words` with a capital first letter."""
    return words[:1].upper() + words[1:]


class _Local(string.Formatter):
    """Fills slots, writing numbers as the language does."""

    def __init__(self, lang: str):
        self.lang = lang

    def format_field(self, value: Any, form: str) -> str:
        if form == "of":
            return of(str(value), self.lang)
        return number(value, form, self.lang) if isinstance(value, int | float) else format(value, form)
