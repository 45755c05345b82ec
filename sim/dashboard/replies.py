"""What a visitor is sent beside answers: the page before its script fills it, and one sentence where there is none."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from starlette.responses import Response

from tandem.sim.dashboard.module import page_file
from tandem.sim.dashboard.words import page_text
from tandem.sim.texts import LANGUAGES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SAFETY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


def language(headers: Mapping[str, str], query: Mapping[str, str] | None = None, fallback: str = "en") -> str:
    """The visitor's language: asked for in the address, else the browser's first one that we speak."""
    asked = (query or {}).get("lang", "")
    if asked in LANGUAGES:
        return asked
    for part in headers.get("accept-language", "")[:200].split(","):
        word = part.split(";")[0].strip().lower()[:2]
        if word in LANGUAGES:
            return word
    return fallback


def page(lang: str, kind: str = "simulator") -> str:
    """The one page, or the debrief sheet, before its script fills it."""
    content = page_file("index.html").replace("%LANG%", lang).replace("%KIND%", kind)
    words = {
        "TITLE": {"sheet": "sheet.title", "facilitator": "facilitator.title"}.get(kind, "title"),
        "NO_SCRIPT": "notice.no_script",
        "SERVER_DOWN": "notice.server_down",
        "PREPARING": "notice.preparing",
    }
    for name, key in words.items():
        content = content.replace(f"%{name}%", html.escape(page_text(key, lang)))
    return content


def notice(lang: str, key: str, status: int) -> Response:
    """One sentence, and the way back, as a page."""
    words = {
        name: html.escape(page_text(text, lang))
        for name, text in (("TITLE", "title"), ("SENTENCE", f"notice.{key}"), ("BACK", "notice.back"))
    }
    content = page_file("notice.html").replace("%LANG%", lang)
    for name, text in words.items():
        content = content.replace(f"%{name}%", text)
    return Response(content, status, media_type="text/html; charset=utf-8")


def complaint(key: str, status: int) -> Response:
    """What the page turns into one sentence of its own language."""
    return Response(json.dumps({"notice": key}), status, media_type="application/json")


def as_sent(answer: Response) -> bytes:
    """An answer as it goes over the line, after which the line is closed."""
    headers = [
        *answer.raw_headers,
        *((name.encode(), value.encode()) for name, value in SAFETY.items()),
        (b"connection", b"close"),
    ]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status_code} URI Too Long\r\n".encode() + lines + b"\r\n" + bytes(answer.body)
