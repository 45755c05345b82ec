"""The files of one sweep: names made of whole numbers, opened beneath directory handles, never through a link.

Writing is durable and all or nothing: into `tmp/`, flush, rename, flush of the folder.
"""

from __future__ import annotations

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

from tandem.experiments.store.errors import Damaged, of_disk

ROOMS = ("shards", "receipts", "trajectories", "failures", "stages", "tmp", "quarantine")
CHUNK = re.compile(r"c(\d{8,})\.(json|parquet|jsonl)")
PART = ".part"
LARGEST = 4 << 30  # bytes of any one file
LARGEST_DOCUMENT = 64 << 20  # bytes of a manifest, a receipt or the like
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def chunk_name(number: int, ending: str = "parquet") -> str:
    """`c00000012.parquet`"""
    return f"c{number:08d}.{ending}"


class Folder:
    """One sweep's folder. `room` is "" for the folder itself, or one of ROOMS."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path).resolve()

    # -- handles -------------------------------------------------------------------------------

    @contextmanager
    def handle(self, room: str = "") -> Iterator[int]:
        """A directory handle. A link in the place of a room is refused."""
        root = inner = -1
        try:
            try:
                root = os.open(self.path, _DIRECTORY)
                inner = os.open(room, _DIRECTORY, dir_fd=root) if room else -1
            except OSError as error:
                raise of_disk(error, f"{self.path.name}/{room}") from None
            yield inner if room else root
        finally:
            for opened in (inner, root):
                if opened >= 0:
                    os.close(opened)

    def make(self) -> None:
        """Make the folder and its rooms where they are missing, and see that all of them can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with self.handle() as root:
                for room in ROOMS:
                    with suppress(FileExistsError):
                        os.mkdir(room, dir_fd=root)
        except OSError as error:
            raise of_disk(error, f"{self.path} cannot be made") from None
        for room in ("", *ROOMS):
            with self.handle(room) as place:
                name = f"{secrets.token_hex(4)}{PART}"
                try:
                    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=place))
                    os.unlink(name, dir_fd=place)
                except OSError as error:
                    raise of_disk(error, f"{self.path / room} cannot be written") from None

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
                opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
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
                    os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC,
                    0o644,
                    dir_fd=tmp,
                )
                try:
                    with os.fdopen(opened, "wb", buffering=1 << 20) as stream:
                        writing = Writing(stream)
                        yield writing
                        stream.flush()
                        os.fsync(stream.fileno())
                    if keep_first:
                        with suppress(FileExistsError):
                            os.link(part, name, src_dir_fd=tmp, dst_dir_fd=place)
                            writing.kept = False
                        os.unlink(part, dir_fd=tmp)
                    else:
                        os.rename(part, name, src_dir_fd=tmp, dst_dir_fd=place)
                        writing.kept = False
                except BaseException:
                    with suppress(OSError):
                        os.unlink(part, dir_fd=tmp)
                    raise
                os.fsync(place)
        except OSError as error:
            raise of_disk(error, f"{self.path.name}: cannot write {f'{room}/{name}'.lstrip('/')}") from None

    def write(self, room: str, name: str, content: bytes, *, keep_first: bool = False) -> bool:
        """Put a whole file in place. With `keep_first` a file that is there stays, and the answer is False."""
        with self.writing(room, name, keep_first=keep_first) as stream:
            stream.write(content)
        return not stream.kept

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
        for room in ("", *ROOMS):
            with self.handle(room) as place:
                for name in os.listdir(place):
                    if name.endswith(PART):
                        with suppress(OSError):
                            os.unlink(name, dir_fd=place)
                            removed += 1
        return removed


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
