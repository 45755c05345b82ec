"""The guide to a session of forty minutes: the same in both languages, and what it tells to press, type and look for is there."""

import re
import shlex
from inspect import signature
from pathlib import Path

import pytest

from tandem.experiments.commands.room import room
from tandem.sim.dashboard.specification import known
from tandem.sim.room.page_words import room_texts
from tandem.sim.texts import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
GUIDES = {lang: (ROOT / "guide" / f"ROOM.{lang}.md").read_text("utf-8") for lang in LANGUAGES}
OUTSIDE = {"Stage", "Facilitator"}  # what the program prints, in English


def rows(guide: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first heading this is."""
    table = re.search(rf"^\| {heading} \|.*\n\| ---.*\n((?:\|.*\n)+)", guide, re.M)[1]
    return [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in table.splitlines()]


def minutes(guide: str) -> list[int]:
    return [int(row[0]) for row in rows(guide, "Minute")]


def told(guide: str) -> set[str]:
    """What stands in italics in the tables of minutes: names of pages and buttons."""
    return set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", " ".join(row[1] for row in rows(guide, "Minute"))))


def commands(guide: str) -> list[list[str]]:
    return [shlex.split(line) for line in re.findall(r"`(tandem room [^`]+)`", guide)]


def test_both_languages_have_the_same_minutes_and_keys():
    assert minutes(GUIDES["en"]) == minutes(GUIDES["fr"])
    assert (
        minutes(GUIDES["en"])[0] == 0
        and minutes(GUIDES["en"])[-1] == 40
        and minutes(GUIDES["en"]) == sorted(minutes(GUIDES["en"]))
    )
    assert len({len(re.findall(r"^## ", guide, re.M)) for guide in GUIDES.values()}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_to_be_pressed_and_seen_is_on_the_pages(lang):
    texts = {text for text in room_texts(lang).values() if isinstance(text, str)}
    assert told(GUIDES[lang]) - OUTSIDE - texts == set()
    keys = {row[0].strip("`") for row in rows(GUIDES[lang], {"en": "Key", "fr": "Touche"}[lang])}
    script = (ROOT / "sim" / "room" / "page" / "facilitator.js").read_text("utf-8")
    signs = re.search(r"const KEYS = \{(.*?)\}", script)[1]
    known_keys = {sign.upper() for sign in re.findall(r'"?([a-z+=])"?:', signs)} - {"="}
    assert keys == known_keys | {room_texts(lang)["key.space"]}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_to_be_typed_is_understood(lang):
    options = {f"--{name}" for name in signature(room).parameters}
    typed = commands(GUIDES[lang])
    assert len(typed) >= 4
    for words in typed:
        assert {word for word in words if word.startswith("--")} <= options
        if words[2][0] != "-":
            assert words[2] in known()["case"]
