"""The one way to write files: whole, beside their place, then moved in, so that a crash leaves the old file or the new one.

What a user wrote, or changed since we wrote it, is never replaced (`tandem.sim.marks`).
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tandem.sim.marks import REGISTER, digests, not_ours, refuse_strangers, register, signed, strange
from tandem.sim.mistake import Mistake
from tandem.sim.seals import sha256

PART = ".part-"
NOT_KNOWN_HERE = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF, errno.EISDIR}
"""What a file system says that cannot flush a folder, or a file: it keeps what it can."""


@contextmanager
def replaced(path: str | os.PathLike[str], *, ours: bool = False, noted: bool = True) -> Iterator[Path]:
    """A place to write a file; when the block ends well, what is there becomes `path`, else `path` stays as it was.

    The folder of `path` is made where it is missing. The place keeps the ending of `path`, since libraries choose a format by
    it. Raises OSError as the system does, and Mistake before the block where `path` holds what is not ours: then nothing is
    left behind. `ours`: the caller knows that what is there may go. `noted`: the file is named in its folder's mark.
    """
    target = Path(os.path.realpath(path))  # where `path` is a link, what it leads to is written
    if not ours and strange(target):
        raise not_ours(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{PART}{secrets.token_hex(6)}-{target.name}")
    try:
        yield part
        if noted and not target.parent.name.startswith(PART):
            _settled(target.parent, {target.name: part})
        else:
            _moved(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


@contextmanager
def filled(folder: str | os.PathLike[str], last: str = "") -> Iterator[Path]:
    """A hidden folder inside `folder`; when the block ends well, its files are moved into `folder`, `last` as the last of them.

    What is written together comes together: a reader who finds `last` finds the others. Nothing is moved in where the block
    fails, and files of other names in `folder` are left alone. Where a file of the same name is not ours, nothing is replaced:
    Mistake, and what was made stays in a folder of its own beside, which the sentence names.
    """
    target = Path(folder)
    refuse_strangers(target)
    target.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=PART, dir=target))
    try:
        yield place
        files = sorted(place.iterdir(), key=lambda file: (file.name == last, file.name))
        known = digests(target)
        for file in files:
            if strange(target / file.name, known):
                raise not_ours(target / file.name, f"; what was made is kept in {_beside(place, target)}")
        _settled(target, {file.name: file for file in files})
    finally:
        shutil.rmtree(place, ignore_errors=True)


def write_text(path: str | os.PathLike[str], text: str, *, comment: str = "", ours: bool = False) -> None:
    """Put `text` (UTF-8) in the place of whatever of ours `path` held. `comment`: "toml" or "html"; then the file
    carries its mark as a last line of its own instead of a name in its folder's mark. `ours` as in `replaced`."""
    with replaced(path, ours=ours, noted=not comment) as part:
        part.write_text(signed(text, comment) if comment else text, encoding="utf-8", newline="\n")


def set_aside(place: Path) -> Path:
    """Move a damaged folder or file of ours out of the way, under a name of its own beside; where it is now."""
    for number in range(1, 10_000):
        aside = place.with_name(f"{place.name}-damaged-{number}")
        if not os.path.lexists(aside):
            return place.rename(aside)
    raise OSError(errno.EEXIST, "too many damaged files are set aside here", str(place))


def synced(handle: int) -> None:
    """Flush a file or a folder to the disk, where the file system knows how to."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NOT_KNOWN_HERE:
            raise


def _settled(folder: Path, files: dict[str, Path]) -> None:
    """Move files into their places in `folder`, named in its mark: first beside what they replace, so that a crash on the way
    leaves nothing that is not known, then alone."""
    known = digests(folder)
    fresh = {name: sha256(file.read_bytes()) for name, file in files.items()}
    _marked(folder, {**known, **{name: [*known.get(name, [])[-2:], digest] for name, digest in fresh.items()}})
    for name, file in files.items():
        _moved(file, folder / name)
    if any(name in known for name in fresh):
        _marked(folder, {**known, **{name: [digest] for name, digest in fresh.items()}})
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            synced(handle)
        finally:
            os.close(handle)


def _marked(folder: Path, known: dict[str, list[str]]) -> None:
    mark = folder / REGISTER
    if os.path.lexists(mark) and (mark.is_symlink() or not mark.is_file() or (mark.stat().st_size and not digests(folder))):
        raise Mistake(f"{mark} is damaged or not ours; move it away, or give another folder")
    part = folder / f"{PART}{secrets.token_hex(6)}-{REGISTER}"
    try:
        part.write_bytes(register(known))
        _moved(part, mark)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _moved(part: Path, target: Path) -> None:
    """Move a file into its place, once it lies on the disk."""
    with part.open("rb") as file:
        synced(file.fileno())
    part.replace(target)


def _beside(place: Path, target: Path) -> Path:
    """Keep what was made and could not be moved in; where."""
    for number in range(1, 10_000):
        with suppress(OSError):
            kept = target / f"not-moved-in-{number}"
            kept.mkdir()
            place.replace(kept)
            return kept
    return place
