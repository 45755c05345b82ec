"""Who is at work in a sweep's folder. The lock warns and lets one driver tidy up; correctness does not hang on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tandem.experiments.store import locks
from tandem.experiments.store.errors import Damaged, Stopped, of_disk
from tandem.experiments.store.folder import NEVER_A_LINK, Folder
from tandem.sim.opening import AT_ONCE, regular

NAME = "lock"


@contextmanager
def at_work(folder: Folder) -> Iterator[bool | None]:
    """Held while a driver works; the value says whether it is the only one, None where the system has no locks. The system frees
    it when the process dies.

    Whoever comes first, alone, clears what broken-off writers left in `tmp/`; then all share the lock, so that nobody
    clears while anybody writes.
    """
    try:
        with folder.handle() as root:
            opened = os.open(NAME, os.O_RDWR | os.O_CREAT | NEVER_A_LINK | AT_ONCE, 0o644, dir_fd=root)
    except OSError as error:
        raise of_disk(error, f"{folder.path.name}/{NAME}") from None
    try:
        try:
            regular(opened, NAME)
        except OSError:
            raise Damaged(f"{folder.path / NAME} is not a regular file; move it away") from None
        alone = locks.taken(opened)
        if alone:
            folder.clear_parts()
        locks.shared(opened)
        yield alone
    finally:
        with suppress(OSError):
            os.close(opened)


def given_up(folder: Folder) -> None:
    """Remove a folder that was made for a sweep of which nothing came, unless another driver is at work in it."""
    with suppress(OSError, Damaged, Stopped), folder.handle() as root:
        opened = os.open(NAME, os.O_RDWR | NEVER_A_LINK | AT_ONCE, dir_fd=root)
        try:
            if locks.taken(opened) is not False:
                folder.unmake()
        finally:
            os.close(opened)
