"""Words of an advice in either language: levers, moves, wishes, figures with their intervals."""

from __future__ import annotations

from collections.abc import Iterable

from tandem.experiments.advice.wishes import CONTEXT, SHORT, Wish
from tandem.experiments.effects.fit import wishes_of
from tandem.experiments.pages.words import low_first, spoken
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import lever_texts
from tandem.sim.texts import listed, number, text, typeset


def lever_said(lever: str, lang: str) -> str:
    """A lever inside a sentence: its name, in French its title in quotation marks."""
    if lang == "en":
        return spoken(lever)
    titles = lever_texts("title", lang)  # type: ignore[no-untyped-call]
    return text("answer.name", lang, name=typeset(titles[lever], lang))


def listed_levers(levers: Iterable[str], lang: str) -> str:
    """Several levers inside a sentence."""
    return listed((lever_said(lever, lang) for lever in levers), lang)


def move_said(move: str, lang: str) -> str:
    """A move as tables name it ("decision clarity to 0.8 and skills to 1.0"), with its levels from 0 to 100, in the language."""
    names = {lever.replace("_", " "): lever for lever in lever_texts("title", "en")}  # type: ignore[no-untyped-call]
    parts = []
    for part in move.split(" and "):
        name, _, level = part.rpartition(" to ")
        if name not in names:
            return text("advice.as_it_is", lang)
        parts.append(text("advice.set", lang, lever=lever_said(names[name], lang), level=100 * float(level)))
    return listed(parts, lang)


def wish_said(wish: Wish, lang: str) -> str:
    """What is wanted, as a reader says it."""
    if lang == "en":
        return wish.told
    if wish.word in SHORT:
        return text(f"advice.wish.{wish.word}", lang)
    if wish.word == CONTEXT:
        reason = wishes_of(str(wish.context)).reason if wish.context else None
        return text("advice.wish.context", lang, reason=typeset(reason[lang], lang) if reason else "")
    title = typeset(OUTCOMES[wish.word].title(lang), lang)
    return text(f"advice.wish.{'less' if wish.parts[0].sign < 0 else 'more'}", lang, outcome=low_first(title))


def unit_said(wish: Wish, lang: str) -> str:
    """The unit of what a move brings."""
    if lang == "en":
        return wish.unit
    if wish.word == CONTEXT:
        return text("advice.unit.context", lang)
    name = SHORT.get(wish.word, wish.word)
    if name == "revenue_growth":
        return text("advice.unit.growth", lang)
    unit = OUTCOMES[name].unit_in(lang).replace("/", " par ", 1)
    return text("advice.unit.less", lang, unit=unit) if wish.parts[0].sign < 0 else unit


def signed(value: float, form: str, lang: str) -> str:
    """A figure in a format, with the language's marks."""
    return number(float(value), form, lang)


def bracket(low: float, high: float, form: str, lang: str) -> str:
    """[low, high] of a table."""
    between = " ; " if lang == "fr" else ", "
    return f"[{signed(low, form, lang)}{between}{signed(high, form, lang)}]"


def interval(low: float, high: float, form: str, lang: str) -> str:
    """From low to high."""
    return text("advice.interval", lang, low=signed(low, form, lang), high=signed(high, form, lang))
