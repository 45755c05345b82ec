"""The words of the room's pages: the same in both languages, all that the pages say and nothing else, printed as each language
prints; and pages that hold no script or style of their own, which the policy would refuse."""

import json
import re
from pathlib import Path

import pytest
from test_page_texts import differences, forms, typing_slips

from tandem.sim.parameters import DOMAINS, GOALS, LEVERS
from tandem.sim.room.page_words import SERIES, borrowed, room_texts
from tandem.sim.room.pages import PAGES, notice_page, page, static
from tandem.sim.texts import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "sim" / "room" / "page"
SOURCES = "\n".join(file.read_text("utf-8") for file in sorted(FOLDER.glob("*.js")))
PYTHON = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "sim" / "room").glob("*.py")))
PHASES = ("waiting", "before", "choosing", "playing", "told", "after", "end")
ACTS = {"start_waiting", "next_before", "end_round_choosing", "next_told", "next_after", "next_end"}
NOTICES = {"bad_question", "wrong_code", "not_yours", "too_late", "too_fast", "full", "ended", "removed", "broken", "lost"}
# Families whose keys are put together of what the server says: say(`word.${one.word}`).
FAMILIES = {
    "domain": set(DOMAINS),
    "goal": set(GOALS),
    "lever": set(LEVERS),
    "series": set(SERIES),
    "series_unit": set(SERIES),
    "role": {"ceo", "coo", "lead"},
    "roles": {"ceo", "coo", "lead"},
    "the_role": {"ceo", "coo", "lead", "pair"},
    "decide": {"ceo", "coo", "both", "by_domain"},
    "verdict": {"holds", "drifts", "breaks"},
    "rule": {"holds", "drifts", "breaks"},
    "way": {"decisions", "preparing", "following", "market"},
    "way_means": {"decisions", "preparing", "following", "market"},
    "status": {"new", "queued", "contested"},
    "kind": {"proposal", "setting"},
    "act": {"claim", "leave", "ask", "insist", "concede"},
    "path": {"room", "model", "shared", "label"},
    "path_means": {"room", "model", "shared"},
    "what": {"hours", "meetings", "matters"},
    "question": {"feel", "happened", "alike", "monday"},
    "outcome_unit": {"growth", "conflict", "delay", "trust"},
}
OPEN = {  # families that hold other keys too: what of them is put together
    "bet": {"holds", "drifts", "breaks"},
    "notice": NOTICES,
    "meetings": {"fewer", "same", "more"},
    "matter": {"good", "rather_good", "rather_bad", "bad"},
    "word": {"trust_you", "need_to_talk", "your_call", "my_call", "slow_down", "hurry_up", "well_done", "worried"},
    "quiz": {"conflict", "decide", "first", "title_before", "title_after"},
    "outcome": {"growth", "conflict", "delay", "trust"},
    "know": {"trust_ceo", "trust_coo"},
    "debrief": {"paths", "months", "misread", "quiz"},
    "misread": {"good", "bad"},
    "phone": {f"{name}{part}" for name in ("waiting", "playing", "removed", "ended") for part in ("", "_title")},
    "lead": {*ACTS, *(f"now_{phase}" for phase in PHASES)},
}
BY_SERVER = {
    "notice.no_script",
    "notice.back",
    *(f"{name}.title" for name in PAGES),
    *(f"notice.{key}" for key in ("wrong_host", "too_large", "bad_address")),
}


def asked(sources: str) -> set[str]:
    """Keys that stand in the pages by their whole name."""
    return set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+|model)"', sources))


def together(sources: str) -> set[str]:
    """Families whose keys the pages put together."""
    return set(re.findall(r"`([a-z_]+)\.[a-z_]*\$\{", sources))


def known() -> set[str]:
    """Every key that the pages may say."""
    made = {f"{family}.{name}" for family, names in {**FAMILIES, **OPEN}.items() for name in names}
    return {key for key in asked(SOURCES) if key in room_texts("en")} | made | BY_SERVER


def test_both_languages_say_the_same():
    assert differences(room_texts("en"), room_texts("fr")) == []
    assert differences(room_texts("en"), {**room_texts("fr"), "extra": "x"}) != []


def test_everything_said_has_a_text_and_no_text_is_unused():
    keys = set(room_texts("en"))
    made = {f"{family}.{name}" for family, names in {**FAMILIES, **OPEN}.items() for name in names}
    assert made - keys == set()
    families = {key.split(".")[0] for key in keys}
    assert {key for key in asked(SOURCES) - keys if key.split(".")[0] in families} == set()
    assert asked('say("stage.never_said")') - keys == {"stage.never_said"}
    assert together(SOURCES) - set(FAMILIES) - set(OPEN) == set()
    assert keys - known() == set()
    assert {*keys, "stage.never_said"} - known() == {"stage.never_said"}


def test_families_hold_what_they_say_and_no_more():
    for family, names in FAMILIES.items():
        if family != "path":
            assert {key for key in room_texts("en") if key.startswith(f"{family}.")} >= {f"{family}.{name}" for name in names}


def test_the_server_and_the_pages_use_the_same_words():
    choices = pytest.importorskip("tandem.sim.room.choices")
    assert set(choices.ACTS) == FAMILIES["act"] and set(choices.USES) == FAMILIES["way"]
    assert set(choices.WORDS) == OPEN["word"] and set(choices.MEETINGS) == OPEN["meetings"]
    refused = set(re.findall(r'Refused\("([a-z_]+)"', PYTHON))
    assert refused and refused <= NOTICES


def test_french_is_printed_as_french():
    own = {key: text for key, text in room_texts("fr").items() if key not in borrowed("fr") and key != "notice.no_script"}
    assert typing_slips(own) == []
    assert typing_slips({"x": "Pourquoi ?"}) != []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_tidy(lang):
    for key, entry in room_texts(lang).items():
        for form in forms(entry):
            assert form and form.strip() == form and "  " not in form, key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_runs_nothing_of_its_own(name, lang):
    content = page(name, lang)
    assert "{{" not in content and f'<html lang="{lang}">' in content
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! type=\"application/json\"| type=\"module\" src=)", content)
    inside = re.search(r'id="texts">(.*?)</script>', content, re.S)[1]
    assert json.loads(inside) == room_texts(lang)
    for address in re.findall(r'(?:src|href)="([^"]+)"', content):
        assert address.startswith("/static/") and static(address.removeprefix("/static/")) is not None, address


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", ["bad_address", "broken", "wrong_host", "too_large"])
def test_a_notice_is_one_sentence_of_the_room(key, lang):
    content = notice_page(key, lang)
    sentence, back = re.findall(r"<p>(.*?)</p>", content)
    assert "{{" not in content and sentence.count(". ") == 0 and sentence.endswith(".") and '<a href="/">' in back
    assert not re.search("simulat(or|eur)", content)


def test_every_module_that_is_imported_is_served():
    for file in FOLDER.glob("*.js"):
        for wanted in re.findall(r'from "\./([^"]+)"', file.read_text("utf-8")):
            assert static(wanted) is not None, f"{file.name} imports {wanted}"
    assert static("../pages.py") is None and static("pages.py") is None and static("page.html") is None
