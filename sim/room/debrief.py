"""The debrief of a session: not made yet."""

from __future__ import annotations

from typing import Any


def debrief_of(session: Any) -> dict[str, Any]:
    """Nothing yet."""
    return {}


def settled(session: Any, made: dict[str, Any]) -> None:
    """Take the debrief into the session."""
    session.end = made
    session.version += 1
