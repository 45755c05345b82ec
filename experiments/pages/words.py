"""Names of the model's things as a reader of an English page says them."""

from __future__ import annotations

from tandem.sim.outcomes import OUTCOMES
from tandem.sim.scenario import catalogue
from tandem.sim.texts import typeset


def titles(lang: str = "en") -> dict[str, str]:
    """Titles of the role models, contexts and cases, by id."""
    return {entry.name: typeset(entry.title[lang], lang) for entry in catalogue()}


def listed(words: list[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def spoken(name: str) -> str:
    """A lever's name as a reader says it, and that of the input of the parameter sets; SMART is an acronym."""
    if name == "parameter_set":
        return "what calibration leaves open"
    return name.replace("_", " ").replace("smart", "SMART")


def low_title(outcome: str) -> str:
    """An outcome's title inside a sentence."""
    title = OUTCOMES[outcome].title()
    return title[:1].lower() + title[1:]


def low_first(title: str) -> str:
    """A title inside a sentence."""
    return title[:1].lower() + title[1:]


def broken(name: str, width: int = 10) -> str:
    """A name in lines of `width` letters or so."""
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
