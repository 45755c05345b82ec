"""What tells a file of ours from a user's: no file without our mark is ever replaced, whatever the argument.

A folder that we write into keeps `tandem-files.json`: the digest of each file as we wrote it. A file that is not named there, or
was changed since, is the user's. A single text file carries its mark in its last line, as a comment. The same digests tell
whether what is read back is what was written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from tandem.sim.mistake import Mistake
from tandem.sim.opening import content, opened
from tandem.sim.seals import Unsealed, sealed, sha256, unsealed

REGISTER = "tandem-files.json"
LARGEST_REGISTER = 16 << 20  # bytes
LARGEST_TEXT = 256 << 20  # bytes of a text that carries its mark in itself
LINE = "written by tandem; sha256 of the lines above: "
COMMENTS = {"toml": ("# ", ""), "html": ("<!-- ", " -->")}
"""How a kind of text begins and ends a comment."""


def digests(folder: Path) -> dict[str, list[str]]:
    """By name, the digests (hex) of what we wrote into `folder`, the newest last; nothing where our mark is missing or torn."""
    try:
        document = unsealed(content(folder / REGISTER, LARGEST_REGISTER), REGISTER)
    except (OSError, Unsealed):
        return {}
    files = document.get("files")
    if not isinstance(files, dict):
        return {}
    return {name: [str(one) for one in known] for name, known in files.items() if isinstance(known, list)}


def register(known: Mapping[str, Iterable[str]]) -> bytes:
    """The content of a folder's mark."""
    return sealed(
        {"format": 1, "what": "files that tandem wrote here", "files": {name: list(all_) for name, all_ in known.items()}}
    )


def signed(text: str, kind: str) -> str:
    """The text with its mark as a last line, in a comment of that kind (`COMMENTS`)."""
    body = text if text.endswith("\n") else f"{text}\n"
    before, after = COMMENTS[kind]
    return f"{body}{before}{LINE}{sha256(body.encode())}{after}\n"


def carries_mark(text: bytes) -> bool:
    """Whether the last line is our mark of all lines above it."""
    body, _, last = text.removesuffix(b"\n").rpartition(b"\n")
    digest = sha256(body + b"\n")
    return any(last == f"{before}{LINE}{digest}{after}".encode() for before, after in COMMENTS.values())


def strange(target: Path, known: Mapping[str, Iterable[str]] | None = None) -> bool:
    """Whether something stands at `target` that we did not write, or that was changed since. An empty file is nobody's loss."""
    if not os.path.lexists(target):
        return False
    if target.is_symlink():
        return True
    ours = digests(target.parent) if known is None else known
    try:
        with opened(target) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size == 0 or hashlib.file_digest(stream, "sha256").hexdigest() in ours.get(target.name, ()):
                return False
            stream.seek(0)
            return size > LARGEST_TEXT or not carries_mark(stream.read())
    except OSError:
        return True


def refuse_strangers(folder: str | os.PathLike[str], names: Iterable[str] = ()) -> None:
    """Before the work: Mistake where `folder` is no folder, or one of `names` in it is not ours to replace."""
    place = Path(folder)
    if os.path.lexists(place) and not place.is_dir():
        raise Mistake(f"{place} is a file; give a folder, or a name that is free")
    known = digests(place)
    for name in names:
        if strange(place / name, known):
            raise not_ours(place / name)


def not_ours(target: Path, more: str = "") -> Mistake:
    """The one sentence of it."""
    return Mistake(
        f"{target} was not written by tandem, or was changed since: it is not replaced; move it away, or give another name{more}"
    )


def known(folder: Path, name: str) -> bytes | None:
    """As `kept`; None where there is no such file, or where it is not of our writing."""
    return kept(folder, name) if os.path.lexists(folder / name) and digests(folder).get(name) else None


def kept(folder: Path, name: str) -> bytes:
    """A file of a folder that we wrote, if every byte is as it was written. FileNotFoundError where there is none; Mistake in one
    sentence where it is damaged, changed, or not ours."""
    there = content(folder / name)
    ours = digests(folder).get(name, [])
    if not ours:
        raise Mistake(f"{folder / name}: {REGISTER} beside it is missing, damaged, or does not know it, so it cannot be trusted")
    if sha256(there) != ours[-1]:
        raise Mistake(f"{folder / name} is damaged or was changed: not what was written there")
    return there
