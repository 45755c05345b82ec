"""How a sweep can end other than well. Each error knows its exit code; `str()` is one line."""

from __future__ import annotations

import errno

from tandem.sim.scenario.complaint import ScenarioError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # trying again would only fill what is left


class SweepError(Exception):
    """Base. `exit_code`: 2 bad input, 3 stopped but resumable, 4 damage or nondeterminism, 130 interrupted."""

    exit_code = 2


class Refused(SweepError):
    """The request cannot be met as it stands (exit 2); nothing was changed."""


class Stopped(SweepError):
    """The sweep stopped early; what is committed stays, and the same command goes on (exit 3)."""

    exit_code = 3


class DiskFull(Stopped):
    """No room, or a quota or a limit on file sizes met: never tried again by itself (exit 3)."""


class Interrupted(SweepError):
    """Stopped by the user (exit 130); the same command goes on."""

    exit_code = 130


class Damaged(SweepError):
    """Something on disk is not what was written there (exit 4)."""

    exit_code = 4


class NondeterminismError(Damaged):
    """The same runs gave other values (exit 4). Both are kept in `quarantine/`."""


def of_disk(error: OSError, what: str) -> SweepError:
    """What an error of the file system means for a sweep; `what` says what was being done."""
    reason = f"{what}: {error.strerror or error}"
    if error.errno in FULL:
        return DiskFull(reason)
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return Refused(reason)
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return Damaged(f"{reason} (a link, or not a folder, stands where a folder of the sweep should be)")
    return Stopped(reason)


def complaint(key: str, value, problem: str, allowed: str, file: str | None = None, near: str | None = None) -> ScenarioError:
    """One clear line about a value of a plan: the same kind of error that scenario files give (exit 2)."""
    return ScenarioError(problem, file=file, key=key, value=value, allowed=allowed, suggestion=near)
