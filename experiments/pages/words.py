"""Names of the model's things as a reader of a page says them, in the language that the page is told in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tandem.experiments.pages.telling import page_texts, said, spoken_now
from tandem.sim import texts
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.scenario import catalogue
from tandem.sim.texts import typeset


def titles(lang: str | None = None) -> dict[str, str]:
    """Titles of the role models, contexts and cases, by id."""
    lang = lang or spoken_now()
    return {entry.name: typeset(entry.title[lang], lang) for entry in catalogue()}


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    return texts.listed(words, spoken_now())


def spoken(name: str) -> str:
    """A lever's name as a reader says it, and that of the other inputs of an analysis; SMART is an acronym."""
    if (known := page_texts(spoken_now()).get(f"inputs.{name}")) is not None:
        return str(known)
    if spoken_now() == "fr" and name.startswith("levers."):
        return said("wrong.level_of", lever=spoken(name.removeprefix("levers.")))
    return name.replace("_", " ").replace("smart", "SMART")


def output_name(name: str) -> str:
    """An output of an analysis as its tables name it; in French its title, and its unit where the model knows one."""
    return name if spoken_now() == "en" or name not in OUTCOMES else title_of(name)


def input_name(name: str) -> str:
    """An input of an analysis, or two that act together ("a & b"), as its tables name it; in French what has a name of its own
    (a lever, the parameter set, the inert input) by that, and any other path as it stands in the user's file."""
    return name if spoken_now() == "en" else " & ".join(map(_input_in_french, name.split(" & ")))


def _input_in_french(name: str) -> str:
    known = page_texts("fr")
    if name.startswith("levers.") or f"inputs.{name}" in known:
        return spoken(name)
    return str(known.get(f"words.{name}", name))


def measure_name(name: str) -> str:
    """A measure of sensitivity as its tables name it; in French in words."""
    known: Mapping[str, Any] = page_texts(spoken_now())
    return str(known.get(f"measures.{name}", name))


def title_of(outcome: str) -> str:
    """An outcome's title."""
    return typeset(OUTCOMES[outcome].title(spoken_now()), spoken_now())


def low_title(outcome: str) -> str:
    """An outcome's title inside a sentence; in French with its article."""
    if (known := page_texts(spoken_now()).get(f"outcomes.{outcome}")) is not None:
        return str(known)
    return low_first(title_of(outcome))


def low_first(title: str) -> str:
    """A title inside a sentence; initials, such as those of a post, stay."""
    return title if spoken_now() == "fr" and title[1:2].isupper() else title[:1].lower() + title[1:]


def control_name(title: str) -> str:
    """The title of a control without the word that says that it is one."""
    return title.removeprefix(said("front.control"))


def broken(name: str, width: int = 10) -> str:
    """A name in lines of `width` letters or so."""
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
