"""The file of a session: a line of JSON for each thing that happened, written to the disk before anybody is told.

A line that a crash cut short is dropped when the session goes on; whatever else does not read ends in one sentence. Nothing
personal is in it: seats are numbers, and of their tokens only digests are kept. The codes stand on a line of their own, which is
left out of what is handed on (`shared`).
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from tandem.sim.mistake import Mistake
from tandem.sim.opening import content

FORMAT = 1
KINDS = ("session", "codes", "seat", "removed", "phase", "bet", "quiz", "month", "end")
LARGEST = 64_000_000  # bytes; a session of sixty seats and 36 months is under one
Line = dict[str, Any]


class SessionFile:
    """A session's lines, on the disk and in memory. `path` None: in memory alone."""

    def __init__(self, path: Path | None, lines: list[Line], length: int | None = None):
        self.path, self.lines, self._file, self._lock = path, lines, None, Lock()
        if path is not None:
            self._file = open(path, "r+b" if length is not None else "xb", buffering=0)  # noqa: SIM115
            alone(self._file, path)
            if length is not None:
                self._file.truncate(length)
                self._file.seek(length)

    _file: Any

    @classmethod
    def begun(cls, path: Path | None, head: Line, codes: Line) -> SessionFile:
        """A new file, never in the place of another. Raises OSError."""
        made = cls(path, [])
        try:
            made.write({"kind": "session", "format": FORMAT, **head})
            made.write({"kind": "codes", **codes})
        except OSError:
            made.close()
            if path is not None:
                path.unlink(missing_ok=True)
            raise
        return made

    @classmethod
    def going_on(cls, path: Path) -> SessionFile:
        """A file that is there, to be gone on with. Raises Mistake and OSError."""
        lines, length = read(path)
        return cls(path, lines, length)

    def write(self, line: Line) -> None:
        """Add a line; when this comes back, it is on the disk. Raises OSError, and leaves the file as it was."""
        with self._lock:
            if self._file is not None:
                self._flush(as_line(line))
            self.lines.append(line)

    def _flush(self, content: bytes) -> None:
        before = self._file.tell()
        try:
            if self._file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):
                self._file.truncate(before)
                self._file.seek(before)
            raise

    def close(self) -> None:
        """No more lines."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def shared(self) -> bytes:
        """The file without its codes."""
        return b"".join(as_line(line) for line in self.lines if line["kind"] != "codes")


def alone(file: Any, path: Path) -> None:
    """Hold a file for this process as long as it is open. Raises Mistake where another one plays the same session."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Mistake(f"{path}: this session is being played by another `tandem room`; end that one first") from None


def as_line(line: Mapping[str, Any]) -> bytes:
    """One line of the file."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"


def read(path: Path) -> tuple[list[Line], int]:
    """The lines of a session's file and the bytes they take; a last line without its end is left out. Raises Mistake in one
    sentence, OSError where the file cannot be read."""
    there = content(path, LARGEST)
    whole = there[: there.rfind(b"\n") + 1]
    lines = list(_lines(path, whole.split(b"\n")[:-1]))
    if not lines or lines[0]["kind"] != "session":
        raise Mistake(f"{path}: not the file of a session (made by `tandem room CASE --session FILE`)")
    if lines[0].get("format") != FORMAT:
        raise Mistake(
            f"{path}: line 1: format = {lines[0].get('format')!r}; allowed: {FORMAT} (made by another version of tandem)"
        )
    return lines, len(whole)


def _lines(path: Path, parts: Iterable[bytes]) -> Iterator[Line]:
    for number, part in enumerate(parts, 1):
        try:
            line = json.loads(part)
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict) or line.get("kind") not in KINDS:
            raise Mistake(f"{path}: line {number} is damaged, or not of a session")
        yield line
