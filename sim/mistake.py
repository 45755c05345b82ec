"""A mistake in what was asked: one sentence, shown alone in a notebook; and how a sentence shows a value."""

from __future__ import annotations

from typing import Any

LONGEST_WORD = 60


class Mistake(ValueError):
    """What was asked cannot be done. The text is one sentence that says why, and what would do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence, without the way through our code that led to it."""
        return [f"{type(self).__name__}: {self}"]


def shown(value: Any) -> str:
    """`value` as a file would write it, short and on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a whole number of {value.bit_length()} bits"
    if isinstance(value, dict):
        return "a table" if value else "an empty table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        return repr(shortened(value))
    return shortened(repr(value) if isinstance(value, int | float) else str(value))


def shortened(text: str, length: int = LONGEST_WORD) -> str:
    """`text` on one line, cut at `length`, with nothing in it that a terminal would obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * length]).split())
    return line if len(line) <= length else line[: length - 3] + "..."
