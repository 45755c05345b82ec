"""`log.jsonl`: what happened when, for people. Nothing is ever decided from it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from tandem.experiments.store.errors import Damaged
from tandem.experiments.store.folder import NEVER_A_LINK, Folder
from tandem.experiments.store.seals import sealed, unsealed
from tandem.sim.opening import AT_ONCE, regular

NAME = "log.jsonl"
ENDING = b'"}\n'
LARGEST_LOG = 1 << 30  # bytes


def write(folder: Folder, event: dict[str, Any]) -> None:
    """Append one sealed line; a log that cannot be written stops nothing, and what is no file is left alone."""
    line = sealed({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event})
    with suppress(Exception), folder.handle() as root:
        opened = os.open(NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND | NEVER_A_LINK | AT_ONCE, 0o644, dir_fd=root)
        try:
            regular(opened, NAME)
            if os.write(opened, line) < len(line):
                os.write(opened, b"\n")
        finally:
            os.close(opened)


def looked_at(folder: Folder) -> tuple[list[bytes], list[str], list[str]]:
    """Whole lines, what is torn (cut off by a full disk or a power cut), and what is damaged. Raises nothing."""
    try:
        lines = folder.read("", NAME, LARGEST_LOG).splitlines(keepends=True)
    except FileNotFoundError:
        return [], [], []
    except Damaged as error:
        return [], [], [str(error)]
    whole: list[bytes] = []
    torn: list[str] = []
    damaged: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            unsealed(line, f"{NAME}, line {number},")
            whole.append(line)
        except Damaged as error:
            if _cut_off(line):
                torn.append(f"{NAME}, line {number}, was cut off while it was written")
            else:
                damaged.append(str(error))
    return whole, torn, damaged


def mend(folder: Folder) -> str:
    """Keep whole lines only, the rest goes into `quarantine/` with a copy of the log; what was done, "" where nothing was.

    Only where no other driver writes."""
    whole, torn, damaged = looked_at(folder)
    if not torn and not damaged:
        return ""
    folder.set_aside("", NAME)
    folder.write("", NAME, b"".join(whole))
    first, count = (torn + damaged)[0], len(torn) + len(damaged)
    more = f" ({count} lines)" if count > 1 else ""
    return f"{first}{more}; the log decides nothing: it was set aside, and goes on with the {len(whole)} lines that are whole"


def _cut_off(line: bytes) -> bool:
    """Whether the end of a line is missing. One flipped bit in its last three bytes is damage, not that."""
    end = line[-len(ENDING) :]
    apart = sum((a ^ b).bit_count() for a, b in zip(end, ENDING)) if len(end) == len(ENDING) else 99
    return apart > 1
