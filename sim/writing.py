"""The one way to write files: whole, beside their place, then moved in, so that a crash leaves the old file or the new one."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replaced(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A place to write a file; when the block ends well, what is there becomes `path`, else `path` stays as it was.

    The folder of `path` is made where it is missing. The place keeps the ending of `path`, since libraries choose a format by
    it. Raises OSError as the system does: then nothing is left behind.
    """
    target = Path(os.path.realpath(path))  # where `path` is a link, what it leads to is written
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".part-{secrets.token_hex(6)}-{target.name}")
    try:
        yield part
        _settled(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


@contextmanager
def filled(folder: str | os.PathLike[str], last: str = "") -> Iterator[Path]:
    """A hidden folder inside `folder`; when the block ends well, its files are moved into `folder`, `last` as the last of them.

    What is written together comes together: a reader who finds `last` finds the others. Nothing is moved in where the block
    fails, and files of other names in `folder` are left alone.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".part-", dir=target))
    try:
        yield place
        for file in sorted(place.iterdir(), key=lambda file: (file.name == last, file.name)):
            _settled(file, target / file.name)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Put `text` (UTF-8) in the place of whatever `path` held."""
    with replaced(path) as part:
        part.write_text(text, encoding="utf-8")


def _settled(part: Path, target: Path) -> None:
    """Move a file into its place, once it lies on the disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
