"""Who is at work in a sweep's folder. The lock warns and lets one driver tidy up; correctness does not hang on it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tandem.experiments.store.errors import of_disk
from tandem.experiments.store.folder import Folder


@contextmanager
def at_work(folder: Folder) -> Iterator[bool]:
    """Held while a driver works; the value says whether it is the only one. The system frees it when the process dies.

    Whoever comes first, alone, clears what broken-off writers left in `tmp/`; then all share the lock, so that nobody
    clears while anybody writes.
    """
    try:
        with folder.handle() as root:
            opened = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=root)
    except OSError as error:
        raise of_disk(error, f"{folder.path.name}/lock") from None
    try:
        alone = True
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.clear_parts()
        except OSError:  # held by another driver, or a file system without locks: assume company
            alone = False
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_SH)
        yield alone
    finally:
        with suppress(OSError):
            os.close(opened)
