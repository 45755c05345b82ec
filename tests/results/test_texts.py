"""The two catalogues of sentences say the same things, all that is needed and nothing else."""

import re
import string
from pathlib import Path

import pytest

from tandem.sim import ledger
from tandem.sim.explain.account import STOCKS
from tandem.sim.explain.events import AT_ONCE, OTHERWISE
from tandem.sim.explain.reasons import NET
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import DOMAINS, GOALS, LEVERS
from tandem.sim.state import CAUSES, EVENT_KINDS
from tandem.sim.texts import LANGUAGES, NARROW, catalogue, listed, money, number, sentence, text
from tandem.sim.weekly import DOMAIN_TITLES, WEEKLY

ROOT = Path(__file__).resolve().parents[2]
TOLD = (*CAUSES, *ledger.WORK, *(name for name, _ in NET.values()))
FAMILIES = {"cause": TOLD, "moved": STOCKS, "happening": EVENT_KINDS, "domain": DOMAINS, "goal": GOALS, "lever": LEVERS}


def templates(entry) -> list[str]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def slots(template: str) -> set[tuple[str, str]]:
    """Names and formats of the slots."""
    return {(name, form) for _, name, form, _ in string.Formatter().parse(template) if name}


def differences(one, other) -> list[str]:
    """What two catalogues do not have in common: keys, forms, slots."""
    found = [f"{key}: in one language only" for key in set(one) ^ set(other)]
    for key in set(one) & set(other):
        names = [{name for template in templates(entry) for name, _ in slots(template)} for entry in (one[key], other[key])]
        forms = [set(entry) if isinstance(entry, dict) else None for entry in (one[key], other[key])]
        if names[0] != names[1] or (forms[0] != forms[1] and "cause." not in key):
            found.append(f"{key}: other slots or forms")
    return sorted(found)


def test_both_languages_have_the_same_keys_and_slots():
    assert differences(catalogue("en"), catalogue("fr")) == []


@pytest.mark.parametrize("change", [{"list.and": "{first} et"}, {"extra": "x"}, {"counts.lapsed": "{n:d} lapse"}])
def test_a_difference_between_the_languages_is_found(change):
    assert differences(catalogue("en"), {**catalogue("fr"), **change}) != []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_the_model_has_a_text(family):
    keys = {key for key in catalogue("en") if key.startswith(f"{family}.")}
    words = {f"{family}.{word}" for word in FAMILIES[family]}
    if family == "moved":
        words = {f"{word}.{way}" for word in words for way in ("fall", "rise", "steady")}
    if family == "happening":
        words |= {f"happening.{other}" for other in (*(key for _, key in OTHERWISE.values()), *AT_ONCE.values())}
    assert keys == words


def unused(keys, sources: str) -> list[str]:
    """Keys that stand nowhere in the sources, neither whole nor as a family that is looked up by word (f"cause.{...}")."""
    families = tuple(set(re.findall(r"f[\"']([a-z_]+\.[a-z_.]*)\{", sources)))
    words = set(re.findall(r"[a-z_]+(?:\.[a-z_]+)+", sources))
    return [key for key in keys if key not in words and not key.startswith(families)]


def test_no_text_is_unused():
    files = [file for room in ("sim", "experiments") for file in (ROOT / room).rglob("*.py")]
    sources = "\n".join(file.read_text("utf-8") for file in files)
    assert unused(catalogue("en"), sources) == []
    assert unused([*catalogue("en"), "section.never_said"], sources) == ["section.never_said"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_written_with_care(lang):
    for key, entry in catalogue(lang).items():
        for template in templates(entry):
            assert template, key
            assert template.strip() == template, key
            assert "  " not in template, key
            if lang == "fr":
                assert "'" not in template, f"{key}: a typewriter's apostrophe"
                bare = re.sub(r"\{[^}]*\}", "x", template)
                assert not re.search(r"(?<!\u202f)[;:!?%]", bare), f"{key}: space before a mark"
                assert not re.search(r"\b(de le|de les|à le|à les|de {domain|à {domain|de {who|à {who)\b", template), key


def test_numbers_follow_the_language():
    assert number(1234.5, ",.1f", "fr") == f"1{NARROW}234,5"
    assert number(1234.5, ",.1f", "en") == "1,234.5"
    assert number(-0.031, "+.1%", "fr") == f"\u22123,1{NARROW}%"
    assert number(-0.0004, "+.1%", "en") == "0.0%"
    assert number(-0.3, ".0f", "en") == "0"
    assert number(0, "d", "en") == "0"
    assert [money(384.2, lang) for lang in LANGUAGES] == ["€384k", f"384{NARROW}k€"]
    assert [money(-38_420.0, lang) for lang in LANGUAGES] == ["\u2212€38.4m", f"\u221238,4{NARROW}M€"]


def test_lists_and_forms_follow_the_language():
    assert [listed(["a"], "en"), listed(["a", "b", "c"], "fr")] == ["a", "a, b et c"]
    assert text("quarrels.task", "en", n=1) == "once over the matter"
    assert text("quarrels.task", "fr", n=0).startswith("une fois")
    assert text("quarrels.task", "en", n=0).startswith("0 times")
    assert text("cause.technique", "en", amount=-1.0) != text("cause.technique", "en", amount=1.0)
    assert sentence("le CEO part.") == "Le CEO part."


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="allowed: en, fr"):
        text("list.and", "de", first="a", last="b")


def test_titles_of_outcomes_exist_in_both_languages():
    assert all(outcome.title("en") and outcome.title("fr") for outcome in OUTCOMES.values())


def test_columns_of_a_domain_are_called_by_it_in_both_languages():
    for domain, (english, french) in DOMAIN_TITLES.items():
        column = WEEKLY.get(f"standing_error_{domain}")
        if column is not None:
            assert column.title("en").endswith(english) and column.title("fr").endswith(french)


@pytest.mark.parametrize(("lang", "told"), [("en", "+1,228.8%"), ("fr", f"+1{NARROW}228,8{NARROW}%")])
def test_a_percentage_is_parted_in_thousands_whatever_its_slot_says(lang, told):
    assert number(12.288, "+.1%", lang) == told == number(12.288, "+,.1%", lang)
    assert number(0.288, ".0%", lang).startswith("29")
    assert told in text("end.revenue", lang, start="1", end="2", change=12.288)
