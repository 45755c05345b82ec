"""The words of the page: the same in both languages, all that the page says and nothing else, printed as each language prints."""

import re
import string
from pathlib import Path

import pytest

from tandem.sim.dashboard.controls import ACTIONS, CONTROLS
from tandem.sim.dashboard.staging import SPOKEN
from tandem.sim.dashboard.verdict import FIRM_ORDER, PAIR_ORDER
from tandem.sim.dashboard.words import page_texts
from tandem.sim.series import SERIES, THEMES
from tandem.sim.texts import LANGUAGES, NARROW

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "sim" / "dashboard"
SOURCES = "\n".join(file.read_text("utf-8") for file in sorted([*PAGE.glob("page/*.js"), *PAGE.glob("*.py")]))
STEPS = ("bet", "watch", "why", "act", "end", "compare", "luck", "sheet")
FAMILIES = {
    "theme": set(THEMES),
    "unit": set(THEMES),
    "series": set(SERIES),
    "short": set(SERIES),
    "control": set(CONTROLS),
    "action": {*ACTIONS, "levers"},
    "step": set(CONTROLS["resolution.first"].options),
    "right": set(CONTROLS["charter.budget"].options),
    "role": {"ceo", "coo"},
    "verdict": {"holds", "drifts", "breaks", "because"},
    "pair_firm": {f"{pair}_{firm}" for pair in PAIR_ORDER for firm in FIRM_ORDER},
    "says": set(SPOKEN),
    "next": {"button", *STEPS},
    "cue": set(STEPS),
    "tour": {"button", "title", "next", "done", "office", "charts", "transport", "story", "compare", "levers"},
}


def forms(entry) -> list[str]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def slots(entry) -> set[str]:
    return {name for form in forms(entry) for _, name, _, _ in string.Formatter().parse(form) if name}


def differences(one, other) -> list[str]:
    """Keys, forms and slots that two catalogues do not share; French may need two forms where English has one."""
    found = [f"{key}: in one language only" for key in set(one) ^ set(other)]
    return found + [f"{key}: other slots" for key in set(one) & set(other) if slots(one[key]) != slots(other[key])]


def typing_slips(catalogue) -> list[str]:
    """What French print does not allow: straight apostrophes and quotes, marks without their narrow space."""
    found = []
    for key, entry in catalogue.items():
        for form in forms(entry):
            bare = re.sub(r"\{[^}]*\}", "x", form)
            if "'" in form or '"' in form:
                found.append(f"{key}: a typewriter's mark")
            if form not in ("?",) and re.search(rf"(?<!{NARROW})[;:!?%](?!\w)", bare.lstrip("%")):
                found.append(f"{key}: space before a mark")
            if re.search(r"\b(de le|de les|à le|à les|CEO|COO)\b", form):
                found.append(f"{key}: not French")
    return found


def said(sources: str) -> set[str]:
    """Keys that the page asks for by their whole name."""
    return set(re.findall(r"""(?:say|words|page_text)\(\s*"([a-z_]+(?:\.[a-z_]+)*)\"""", sources))


def families(sources: str) -> set[str]:
    """Families whose keys are put together: say(`theme.${name}`), f"action.{name}"."""
    return set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)[._]\$\{", sources)) | set(re.findall(r'f"([a-z_]+)\.\{', sources))


def test_both_languages_say_the_same():
    assert differences(page_texts("en"), page_texts("fr")) == []


@pytest.mark.parametrize("change", [{"title": "Vol {x}"}, {"extra": "x"}])
def test_a_difference_is_found(change):
    assert differences(page_texts("en"), {**page_texts("fr"), **change}) != []


def test_everything_said_has_a_text():
    keys = set(page_texts("en"))
    assert said(SOURCES) - keys == set()
    for family, words in FAMILIES.items():
        assert {key for key in keys if key.startswith(f"{family}.")} == {f"{family}.{word}" for word in words}
    assert said('say("never.written")') - keys == {"never.written"}


def unused(keys, sources) -> list[str]:
    quoted = set(re.findall(r"[\"'`]([a-z_]+(?:\.[a-z_]+)*)[\"'`]", sources))
    named = [family for family in FAMILIES if family in quoted]  # say(`${family}.${option}`)
    parts = families(sources)
    made = (*(f"{family}." for family in [*named, *parts]), *(f"{family}_" for family in parts))
    return sorted(key for key in keys if key not in quoted and not key.startswith(made))


def test_no_text_is_unused():
    assert unused(page_texts("en"), SOURCES) == []
    assert unused([*page_texts("en"), "story.never_said"], SOURCES) == ["story.never_said"]


def test_french_is_printed_as_french():
    assert typing_slips(page_texts("fr")) == []
    for slip in ("l'heure", "Pourquoi ?", "Pourquoi?", "50 %", "le COO"):
        assert typing_slips({"x": slip}) != [], slip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_tidy(lang):
    for key, entry in page_texts(lang).items():
        for form in forms(entry):
            assert form and form.strip() == form and "  " not in form, key
