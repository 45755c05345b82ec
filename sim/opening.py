"""The one way to open a file that may be anything: a pipe, a device or a folder there is said at once, never waited for."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""For `os.open`: whoever opens a pipe that nobody writes into does not wait for a writer."""


def opened(path: str | os.PathLike[str], limit: int | None = None) -> BufferedReader:
    """A stream of a regular file of at most `limit` bytes; close it. OSError otherwise, within no time: FileNotFoundError,
    IsADirectoryError, and EINVAL for a pipe, a device, a socket, or a file that is too large."""
    handle = os.open(path, os.O_RDONLY | AT_ONCE)
    try:
        regular(handle, path, limit)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def regular(handle: int, path: str | os.PathLike[str], limit: int | None = None) -> None:
    """OSError unless `handle` is one of a regular file of at most `limit` bytes."""
    found = os.fstat(handle)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder, not a file", os.fspath(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "this is not a regular file (a pipe, a device or a socket)", os.fspath(path))
    if limit is not None and found.st_size > limit:
        raise OSError(errno.EINVAL, f"the file is too large (at most {limit:,} bytes)", os.fspath(path))


def content(path: str | os.PathLike[str], limit: int | None = None) -> bytes:
    """All bytes of a regular file; OSError as `opened`."""
    with opened(path, limit) as stream:
        return stream.read()


def text(path: str | os.PathLike[str], limit: int | None = None) -> str:
    """A regular file as UTF-8 text; OSError as `opened`, ValueError where it is not UTF-8."""
    return content(Path(path), limit).decode("utf-8")
