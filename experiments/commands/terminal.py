"""What a command writes to: streams that stand whatever they are joined to, and tables that fit any terminal.

All that a command prints passes here. A sign that a stream cannot write is replaced by its nearest plain one; what a terminal
would obey (escape sequences in a name or a title of a user's) is shown, not obeyed; a reader that has gone ends no work.
"""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

PLAIN = "tandem-plain"
# The signs that our texts use beside letters; letters with accents go by their base letter.
NEAREST = {
    "−": "-", "–": "-", "—": "-", "→": "->", "←": "<-", "↑": "^", "↓": "v", "×": "x", "·": "-", "•": "-", "…": "...",
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u202f": " ", "\u00a0": " ", "\u2009": " ",
    "œ": "oe", "Œ": "OE", "æ": "ae", "±": "+-", "≤": "<=", "≥": ">=", "≈": "~", "€": "EUR", "█": "#", "░": ".",
    "├": "|", "└": "`", "│": "|", "─": "-",
}  # fmt: skip
REDIRECTING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # they turn the direction of what follows
PAGE = 150  # columns of a file or a pipe


def plain(text: str) -> str:
    """`text` with everything that a terminal would obey written out (an escape as \\x1b); lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(_written_out(sign) if _obeyed(sign) else sign for sign in text)


def _obeyed(sign: str) -> bool:
    return sign in REDIRECTING or (unicodedata.category(sign) == "Cc" and sign not in "\n\t")


def _written_out(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """What stands for the signs that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = ""
    for sign in error.object[error.start : error.end]:
        base = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
        found += NEAREST.get(sign) or base or "?"
    with suppress(UnicodeEncodeError, LookupError):
        found.encode(error.encoding)
        return found, error.end
    return "?" * (error.end - error.start), error.end


codecs.register_error(PLAIN, _nearest)


class Standing:
    """A stream that outlives its reader: when the reader has gone, what is written goes nowhere, and the work goes on.

    `cleaned`: whether control signs are written out (`plain`). `forgiving`: whether any failure to write is borne, as it must
    be on the error stream, where nobody is left to be told.
    """

    def __init__(self, stream: TextIO, *, cleaned: bool, forgiving: bool):
        self.stream, self.cleaned, self.forgiving = stream, cleaned, forgiving

    def write(self, text: str) -> int:
        """As a text stream does: number of signs."""
        self._standing(lambda: self.stream.write(plain(text) if self.cleaned else text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """As a text stream does."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """As a text stream does."""
        self._standing(self.stream.flush)

    def _standing(self, act: Any) -> None:
        try:
            act()
        except BrokenPipeError:
            self._nowhere()
        except (OSError, ValueError):  # no room, or closed under way
            if not self.forgiving:
                raise
            self._nowhere()

    def _nowhere(self) -> None:
        """From now on, also at the very end of the process, what is written here is thrown away."""
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def unfiltered(stream: Any) -> Any:
    """The same stream for a library that writes its own escape sequences; all that a user may have named is cleaned before."""
    return Standing(stream.stream, cleaned=False, forgiving=stream.forgiving) if isinstance(stream, Standing) else stream


@contextmanager
def standing() -> Iterator[None]:
    """Within the block both streams stand: see the top of the file."""
    before = sys.stdout, sys.stderr
    opened = [open(os.devnull, "w", encoding="utf-8") for stream in before if stream is None]  # noqa: SIM115  (closed below)
    spare = iter(opened)
    streams: list[Any] = [stream if stream is not None else next(spare) for stream in before]
    errors = [getattr(stream, "errors", None) for stream in streams]
    for stream in streams:
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors=PLAIN)
    whole: Any = sys  # which takes any stream
    whole.stdout = Standing(streams[0], cleaned=True, forgiving=False)
    whole.stderr = Standing(streams[1], cleaned=True, forgiving=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stdout, sys.stderr = before
        for stream, old in zip(streams, errors):
            with suppress(AttributeError, ValueError, OSError):
                stream.reconfigure(errors=old)
        for stream in opened:
            stream.close()
