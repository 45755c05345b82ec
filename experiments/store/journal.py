"""`log.jsonl`: what happened when, for people. Nothing is ever decided from it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from tandem.experiments.store.folder import Folder
from tandem.experiments.store.seals import sealed

NAME = "log.jsonl"


def write(folder: Folder, event: dict[str, Any]) -> None:
    """Append one sealed line; a log that cannot be written stops nothing."""
    line = sealed({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event})
    with suppress(Exception), folder.handle() as root:
        opened = os.open(NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=root)
        try:
            if os.write(opened, line) < len(line):
                os.write(opened, b"\n")
        finally:
            os.close(opened)
