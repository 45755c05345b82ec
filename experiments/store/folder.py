"""The files of one sweep: names made of whole numbers, opened beneath directory handles, never through a link.

Writing is durable and all or nothing: into `tmp/`, flush, rename, flush of the folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tandem.experiments.store import locks
from tandem.experiments.store.errors import Damaged, Refused, of_disk
from tandem.sim.opening import AT_ONCE
from tandem.sim.writing import synced

ROOMS = ("shards", "receipts", "trajectories", "failures", "stages", "tmp", "quarantine")
CHUNK = re.compile(r"c(\d{8,})\.(json|parquet|jsonl)")
PART = ".part"
BEGUN = "begun.json"
"""In `tmp/`, from before a sweep's first file until its manifest stands."""
OUR_PART = re.compile(r"(?:.+\.\d+\.)?[0-9a-f]{8}(?:\.\d+)?\.part")
"""Names of files that are being written: nobody else's `film.part` is ever cleared away."""
LARGEST = 4 << 30  # bytes of any one file
LARGEST_DOCUMENT = 64 << 20  # bytes of a manifest, a receipt or the like
SECONDS_OF_MENDING = 60.0  # that one driver waits for another
NEVER_A_LINK = getattr(os, "O_NOFOLLOW", 0)
NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}
"""What a file system says that knows no hard links (exFAT, some network shares)."""
BENEATH_HANDLES = {os.open, os.rename, os.unlink, os.mkdir} <= os.supports_dir_fd
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NEVER_A_LINK | getattr(os, "O_CLOEXEC", 0)


def chunk_name(number: int, ending: str = "parquet") -> str:
    """`c00000012.parquet`"""
    return f"c{number:08d}.{ending}"


class Folder:
    """One sweep's folder. `room` is "" for the folder itself, or one of ROOMS."""

    def __init__(self, path: str | os.PathLike[str]):
        if not BENEATH_HANDLES:
            raise Refused(
                "sweeps need files opened beneath a folder's handle, which this system lacks (on Windows run them in WSL, "
                "the Linux inside it)"
            )
        self.path = Path(path).resolve()
        self._place: tuple[int, int] | None = None
        self._known: tuple[str, str, tuple[int, ...]] | None = None
        self._made = False

    # -- handles -------------------------------------------------------------------------------

    @contextmanager
    def handle(self, room: str = "") -> Iterator[int]:
        """A directory handle. A link in the place of a room is refused."""
        root = inner = -1
        try:
            try:
                root = os.open(self.path, _DIRECTORY)
                self._same(root)
                inner = os.open(room, _DIRECTORY, dir_fd=root) if room else -1
            except OSError as error:
                raise of_disk(error, f"{self.path.name}/{room}") from None
            yield inner if room else root
        finally:
            for opened in (inner, root):
                if opened >= 0:
                    os.close(opened)

    def known_by(self, name: str, content: bytes) -> None:
        """From now on this is the folder whose file `name` has this content. One that was put in its place is damage; it is
        looked at whenever the folder, or that file, is another than last time."""
        self._known = (name, hashlib.sha256(content).hexdigest(), ())

    def _same(self, root: int) -> None:
        """Raises Damaged where the folder was exchanged for another since it was first opened."""
        found = os.fstat(root)
        place = (found.st_dev, found.st_ino)
        if self._known is None:
            self._place = self._place or place
            if place != self._place:
                raise Damaged(f"{self.path} was exchanged for another folder; nothing was written into that one")
            return
        name, digest, seen = self._known
        try:
            now = os.stat(name, dir_fd=root, follow_symlinks=False)
            stamp = (*place, now.st_ino, now.st_size, now.st_mtime_ns)
            if stamp == seen:
                return
            with os.fdopen(os.open(name, os.O_RDONLY | NEVER_A_LINK | AT_ONCE, dir_fd=root), "rb") as stream:
                there = hashlib.sha256(stream.read(LARGEST_DOCUMENT)).hexdigest()
        except OSError:
            there = ""
        if there != digest:
            raise Damaged(f"{self.path} is no longer the sweep that was being worked on; nothing more was written there")
        self._known = (name, digest, stamp)

    def make(self) -> None:
        """Make the folder where it is missing. What is made lies on the disk when this returns, as far as the file system can
        promise."""
        try:
            missing = [parent for parent in (self.path, *self.path.parents) if not parent.exists()]
            self.path.mkdir(parents=True, exist_ok=True)
            self._made = self._made or bool(missing)
            for parent in missing:
                _synced_folder(parent.parent)
        except OSError as error:
            raise of_disk(error, f"{self.path} cannot be made") from None
        self._tried("")

    def furnish(self) -> None:
        """Make the rooms where they are missing, and see that all of them can be written."""
        try:
            with self.handle() as root:
                for room in ROOMS:
                    with suppress(FileExistsError):
                        os.mkdir(room, dir_fd=root)
                synced(root)
        except OSError as error:
            raise of_disk(error, f"{self.path} cannot be made") from None
        for room in ROOMS:
            self._tried(room)

    def _tried(self, room: str) -> None:
        """See that a file can be written in a room. One that is gone already was cleared away by another driver, and could."""
        with self.handle(room) as place:
            name = f"{secrets.token_hex(4)}{PART}"
            try:
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=place))
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=place)
            except OSError as error:
                raise of_disk(error, f"{self.path / room} cannot be written") from None

    def unmake(self) -> None:
        """Remove the folder again if this object made it and nothing has come into it; never anything that holds something."""
        if not self._made:
            return
        with suppress(OSError, Damaged):
            if set(self.names()) <= {*ROOMS, "lock"} and not any(self.names(room) for room in ROOMS):
                with self.handle() as root:
                    for room in ROOMS:
                        os.rmdir(room, dir_fd=root)
                    with suppress(FileNotFoundError):
                        os.unlink("lock", dir_fd=root)
                self.path.rmdir()

    @contextmanager
    def mending(self, patience: float = SECONDS_OF_MENDING) -> Iterator[bool | None]:
        """Held while a sweep is begun or something damaged is set aside, so that of two drivers one does it; waits at most
        `patience` seconds. The value: whether it is ours alone, None where the system has no locks."""
        with self.handle() as root:
            until = time.monotonic() + patience
            while (locked := locks.taken(root)) is False and time.monotonic() < until:
                time.sleep(0.02)
            try:
                yield locked
            finally:
                locks.freed(root)

    # -- reading -------------------------------------------------------------------------------

    def names(self, room: str = "") -> list[str]:
        """Sorted names in a room; nothing if it is not there."""
        if room and not os.path.lexists(self.path / room):
            return []
        with self.handle(room) as place:
            return sorted(os.listdir(place))

    def size(self, room: str, name: str) -> int | None:
        """Bytes of a regular file; None if there is none. A link or anything else is damage."""
        with self.handle(room) as place:
            try:
                found = os.stat(name, dir_fd=place, follow_symlinks=False)
            except FileNotFoundError:
                return None
            except OSError as error:
                raise of_disk(error, f"{room}/{name}") from None
        if not stat.S_ISREG(found.st_mode):
            raise Damaged(f"{room}/{name} is not a regular file")
        return found.st_size

    def open(self, room: str, name: str, limit: int = LARGEST) -> int:
        """A handle of a regular file for reading (close it). Raises FileNotFoundError, or Damaged."""
        with self.handle(room) as place:
            try:
                opened = os.open(name, os.O_RDONLY | NEVER_A_LINK | AT_ONCE, dir_fd=place)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise of_disk(error, f"{room}/{name}") from None
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            os.close(opened)
            raise Damaged(f"{room}/{name} is not a regular file of at most {limit:,} bytes".lstrip("/"))
        return opened

    def read(self, room: str, name: str, limit: int = LARGEST) -> bytes:
        """The whole file. Raises FileNotFoundError, or Damaged."""
        with os.fdopen(self.open(room, name, limit), "rb") as stream:
            return stream.read()

    # -- writing -------------------------------------------------------------------------------

    @contextmanager
    def writing(self, room: str, name: str, *, keep_first: bool = False) -> Iterator[Writing]:
        """A stream into `tmp/` that becomes the file `name` of a room when the block ends well, durably, and else leaves
        nothing. With `keep_first` a file that is there stays; `kept` then says so."""
        part = f"{name}.{os.getpid()}.{secrets.token_hex(4)}.{time.time_ns()}{PART}"
        try:
            with self.handle("tmp") as tmp, self.handle(room) as place:
                opened = os.open(
                    part,
                    os.O_CREAT | os.O_EXCL | os.O_WRONLY | NEVER_A_LINK | AT_ONCE,
                    0o644,
                    dir_fd=tmp,
                )
                try:
                    with os.fdopen(opened, "wb", buffering=1 << 20) as stream:
                        writing = Writing(stream)
                        yield writing
                        stream.flush()
                        synced(stream.fileno())
                    if keep_first:
                        writing.kept = not _first(part, name, tmp, place)
                    else:
                        os.rename(part, name, src_dir_fd=tmp, dst_dir_fd=place)
                        writing.kept = False
                except BaseException:
                    with suppress(OSError):
                        os.unlink(part, dir_fd=tmp)
                    raise
                synced(place)
        except OSError as error:
            raise of_disk(error, f"{self.path.name}: cannot write {f'{room}/{name}'.lstrip('/')}") from None

    def write(self, room: str, name: str, content: bytes, *, keep_first: bool = False) -> bool:
        """Put a whole file in place. With `keep_first` a file that is there stays, and the answer is False."""
        with self.writing(room, name, keep_first=keep_first) as stream:
            stream.write(content)
        return not stream.kept

    def drop(self, room: str, name: str) -> None:
        """Remove a file of ours that is not needed any more, where it can be removed."""
        with suppress(OSError, Damaged), self.handle(room) as place:
            os.unlink(name, dir_fd=place)

    def set_aside(self, room: str, name: str) -> bool:
        """Move a damaged or foreign file into `quarantine/` under a name of its own; False if it was gone."""
        label = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[:80]
        try:
            with self.handle(room) as place, self.handle("quarantine") as aside:
                os.rename(
                    name, f"{time.time_ns()}.{secrets.token_hex(3)}.{room or 'sweep'}.{label}", src_dir_fd=place, dst_dir_fd=aside
                )
                return True
        except FileNotFoundError:
            return False
        except OSError as error:
            raise of_disk(error, f"cannot move {room}/{name} into quarantine") from None

    def clear_parts(self) -> int:
        """Remove what broken-off writers left; only while no other driver is at work."""
        removed = 0
        for room in ("", *(room for room in ROOMS if os.path.lexists(self.path / room))):
            with self.handle(room) as place:
                for name in os.listdir(place):
                    if OUR_PART.fullmatch(name):
                        with suppress(OSError):
                            os.unlink(name, dir_fd=place)
                            removed += 1
        return removed


def _first(part: str, name: str, tmp: int, place: int) -> bool:
    """Move a part to its place unless something stands there already; whether it was the first."""
    try:
        os.link(part, name, src_dir_fd=tmp, dst_dir_fd=place)
        os.unlink(part, dir_fd=tmp)
        return True
    except FileExistsError:
        os.unlink(part, dir_fd=tmp)
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
    # No hard links here: look, then move. Whoever begins a sweep holds `mending`; without locks either, two that start within the
    # same instant may both move, and whoever then finds another's manifest stops (`Folder._same`).
    if name in os.listdir(place):
        os.unlink(part, dir_fd=tmp)
        return False
    os.rename(part, name, src_dir_fd=tmp, dst_dir_fd=place)
    return True


def _synced_folder(path: Path) -> None:
    """Flush a folder that just got a new entry; one that may not be opened was not ours to make either."""
    with suppress(PermissionError):
        handle = os.open(path, _DIRECTORY & ~NEVER_A_LINK)
        try:
            synced(handle)
        finally:
            os.close(handle)


class Writing:
    """A stream that hashes what goes through it."""

    def __init__(self, stream: IO[bytes]):
        self._stream, self._digest = stream, hashlib.sha256()
        self.size = 0
        self.kept = True
        self.closed = False

    def write(self, content: bytes) -> int:
        """Append."""
        self._digest.update(content)
        self.size += memoryview(content).nbytes
        return self._stream.write(content)

    def flush(self) -> None:
        """To the system."""
        self._stream.flush()

    def writable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """No."""
        return False

    def seekable(self) -> bool:
        """No."""
        return False

    def tell(self) -> int:
        """Bytes so far."""
        return self.size

    @property
    def sha256(self) -> str:
        """Of what was written, in hex."""
        return self._digest.hexdigest()
