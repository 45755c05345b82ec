"""Every sentence that a reader can meet, English beside French, for proof-reading: `python -m bench.sentences`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.sim.dashboard.words import page_texts
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.catalogue import catalogue, find
from tandem.sim.texts import LANGUAGES, flattened, typeset
from tandem.sim.texts import catalogue as model_texts
from tandem.sim.weekly import WEEKLY

Twin = tuple[str, str, str]
"""Where it stands, English, French."""


def catalogued(place: str, english: Mapping[str, Any], french: Mapping[str, Any]) -> Iterator[Twin]:
    """Texts of a catalogue; those with two forms are two lines."""
    for key, entry in english.items():
        forms = {"": entry} if isinstance(entry, str) else entry
        other = french[key]
        for form, text in forms.items():
            twin = other if isinstance(other, str) else other.get(form, next(iter(other.values())))
            yield f"{place} {key} {form}".strip(), text, twin
        if isinstance(other, dict) and isinstance(entry, str):
            yield f"{place} {key} other", entry, other["other"]


def told() -> Iterator[Twin]:
    """Texts of role models, contexts and cases."""
    for entry in catalogue():
        tables = find(entry.name, kind=entry.kind).tables() if entry.kind != "case" else {}
        if entry.kind == "case":
            tables = Scenario.load(entry.name).story.model_dump()
        for key, text in flattened(tables):
            if key.endswith(".en"):
                french = dict(flattened(tables))[f"{key[:-3]}.fr"]
                yield f"{entry.name} {key[:-3]}", text, typeset(french, "fr")
        for name in ("failure", "drift"):
            for condition in (tables.get(name) or {}).get("conditions", ()):
                if isinstance(condition, Mapping) and condition.get("reason"):
                    yield f"{entry.name} {name}", condition["reason"]["en"], typeset(condition["reason"]["fr"], "fr")


def sentences() -> Iterator[Twin]:
    """All of them, the page's first."""
    yield from catalogued("page", *(page_texts(lang) for lang in LANGUAGES))
    yield from catalogued("model", *(model_texts(lang) for lang in LANGUAGES))
    yield from told()
    for name, outcome in OUTCOMES.items():
        yield f"outcome {name}", outcome.title("en"), typeset(outcome.title("fr"), "fr")
    for name, column in WEEKLY.items():
        yield f"column {name}", column.title("en"), typeset(column.title("fr"), "fr")


if __name__ == "__main__":
    for place, english, french in sentences():
        print(f"{place}\n  {english}\n  {french}")
