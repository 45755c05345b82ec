"""The room's pages as they are sent: one for a participant's phone, the stage, the facilitator, the sheet, and their files."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import PurePosixPath

from tandem.sim.dashboard.module import page_file
from tandem.sim.room.page_words import room_texts

PAGES = {"phone": "phone", "stage": "stage", "facilitator": "facilitator", "sheet": "room_sheet"}
"""Page -> the name of its script and style; all four are one frame, `page.html`."""
SHARED = ("dom.js", "words.js", "labels.js", "icon.svg")
"""Files of the simulator's page that the room's pages load too."""
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FOLDER = resources.files(__package__) / "page"


@lru_cache(maxsize=2 * len(PAGES))
def page(name: str, lang: str) -> str:
    """A page of `PAGES` in a language, before its script fills it. All its texts lie in it as JSON that no markup can leave."""
    words = room_texts(lang)
    filling = {
        "lang": lang,
        "name": name,
        "files": PAGES[name],
        "title": html.escape(str(words[f"{name}.title"])),
        "no_script": html.escape(str(words["notice.no_script"])),
        "texts": json.dumps(words, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }
    return _filled("page.html", filling)


def notice_page(key: str, lang: str) -> str:
    """One sentence (a key of the notices), and the way back, where there is no page to show."""
    words = room_texts(lang)
    texts = {"title": words["phone.title"], "sentence": words[f"notice.{key}"], "back": words["notice.back"]}
    return _filled("notice.html", {"lang": lang, **{slot: html.escape(str(text)) for slot, text in texts.items()}})


def _filled(file: str, filling: Mapping[str, str]) -> str:
    content = (_FOLDER / file).read_text("utf-8")
    for slot, text in filling.items():
        content = content.replace("{{" + slot + "}}", text)
    return content


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[str, str]]:
    own = {file.name: file.read_text("utf-8") for file in _FOLDER.iterdir() if PurePosixPath(file.name).suffix in KINDS}
    shared = {name: page_file(name) for name in SHARED}
    return {name: (text, KINDS[PurePosixPath(name).suffix]) for name, text in {**shared, **own}.items()}


def static(name: str) -> tuple[str, str] | None:
    """A file that the pages load, and its kind; None where there is none of this name."""
    return _files().get(name)
