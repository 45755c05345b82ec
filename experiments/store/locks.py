"""Locks of files and folders, where the system has them. Without them nothing is lost: they only spare work and warn."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None


def known() -> bool:
    """Whether this system has them."""
    return fcntl is not None


def taken(handle: int) -> bool | None:
    """Whether nobody else holds the lock, which is then ours alone; None where nothing can be said (no locks here)."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def shared(handle: int) -> None:
    """Hold the lock together with others; waits for whoever holds it alone."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)


def freed(handle: int) -> None:
    """Give it back."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
