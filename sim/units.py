"""What every measured quantity has: a name, a unit, a meaning, and titles in both languages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tandem.sim.mistake import Mistake

UNITS_FR = {
    "0 or 1": "0 ou 1",
    "0-1": "0-1",
    "arbitrations/quarter": "arbitrages/trimestre",
    "campaigns": "campagnes",
    "customers": "clients",
    "customers/lead": "clients/prospect",
    "customers/week": "clients/semaine",
    "decisions": "décisions",
    "decisions/quarter": "décisions/trimestre",
    "decisions/week": "décisions/semaine",
    "departures": "départs",
    "episodes/decision": "épisodes/décision",
    "episodes/quarter": "épisodes/trimestre",
    "episodes/week": "épisodes/semaine",
    "experiments": "expérimentations",
    "hours/week": "heures/semaine",
    "index": "indice",
    "kEUR": "k€",
    "kEUR/customer": "k€/client",
    "kEUR/kEUR": "k€/k€",
    "kEUR/week": "k€/semaine",
    "leads/week": "prospects/semaine",
    "multiple": "multiple",
    "multiple of the usual": "multiple de l'usage",
    "person-weeks": "semaines-personnes",
    "person-weeks/week": "semaines-personnes/semaine",
    "probability": "probabilité",
    "projects": "projets",
    "quarter": "trimestre",
    "questions/person-week": "questions/semaine-personne",
    "share": "part",
    "share of revenue": "part du chiffre d'affaires",
    "share/year": "part/an",
    "standard deviations": "écarts types",
    "standard deviations, summed": "écarts types, en somme",
    "week": "semaine",
    "weeks": "semaines",
}


LANGUAGES = ("en", "fr")


def language(lang: Any) -> str:
    """The language that a caller asks for, at the door of whatever speaks. Raises Mistake for one that there is not."""
    if not isinstance(lang, str) or lang not in LANGUAGES:
        raise Mistake(f"lang = {str(lang)[:60]!r}; allowed: {', '.join(LANGUAGES)}")
    return lang


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """An outcome or a column: what it is called, what it counts and what that means."""

    name: str
    unit: str
    meaning: str
    title_en: str
    title_fr: str

    def title(self, lang: str = "en") -> str:
        """The title in a language."""
        return self.title_fr if language(lang) == "fr" else self.title_en

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which values it lies by its unit: 0 and 1 for shares and probabilities, else anywhere."""
        return (0.0, 1.0) if self.unit in ("0 or 1", "0-1", "share", "probability") else (-math.inf, math.inf)

    def unit_in(self, lang: str = "en") -> str:
        """The unit in a language."""
        return UNITS_FR[self.unit] if language(lang) == "fr" else self.unit


def figure(value: float) -> str:
    """A number in a line of text."""
    return "not defined" if value != value else f"{value:.3g}"
