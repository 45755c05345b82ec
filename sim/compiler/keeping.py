"""Compiled code on disk, sealed: what is damaged counts as missing, and where nothing can be written nothing is kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from tandem.sim.code_cache import text_digest
from tandem.sim.compiler.module import Entry
from tandem.sim.compiler.settings import SIM, cache_folder
from tandem.sim.opening import content

SEAL = hashlib.sha256().digest_size
LARGEST = 1 << 28  # bytes of one file
SHIPPED = SIM / "built"
"""In a wheel: code made beforehand for usual processors."""


@dataclass(frozen=True)
class Code:
    """Object code, its entries by signature, and the signatures that it links to with their symbols."""

    object: bytes
    entries: Mapping[str, Entry]
    imports: Mapping[str, str]


def packed(code: Code) -> bytes:
    """What stands in a file: the SHA-256 of the rest, the length of the list of entries, that list, the object code."""
    told = json.dumps({"entries": {name: astuple(entry) for name, entry in code.entries.items()}, "imports": dict(code.imports)})
    body = len(told.encode()).to_bytes(8, "little") + told.encode() + code.object
    return hashlib.sha256(body).digest() + body


def unpacked(there: bytes) -> Code | None:
    """The code that stands in a file; None where a bit has changed."""
    body = there[SEAL:]
    if len(body) < 8 or hashlib.sha256(body).digest() != there[:SEAL]:
        return None
    length = int.from_bytes(body[:8], "little")
    told = json.loads(body[8 : 8 + length])
    entries = {name: Entry(symbol, direct, _kind(gives)) for name, (symbol, direct, gives) in told["entries"].items()}
    return Code(body[8 + length :], entries, told["imports"])


def _kind(gives: object) -> object:
    return tuple(gives) if isinstance(gives, list) else gives


def read(path: Path) -> Code | None:
    """What was kept there; None where that is missing, damaged, or no file at all."""
    try:
        return unpacked(content(path, LARGEST))
    except Exception:  # whatever a disk may hold: it is compiled anew
        return None


def place(name: str, processor: tuple[str, str]) -> Path | None:
    """The file of a unit for a processor; None where nothing can be kept."""
    folder = cache_folder()
    return folder and folder / f"{name}-{zlib.crc32('|'.join(processor).encode()):08x}.code"


def write(path: Path, code: Code) -> None:
    """Keep it, whole or not at all; where that is not possible, go on without."""
    with contextlib.suppress(OSError):
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".draft")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packed(code))
            Path(draft).replace(path)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise


def shipped(name: str, level: str) -> Path:
    """The file of a unit in a wheel, for a level of processors."""
    return SHIPPED / f"{name}-{level}-{text_digest(SIM)[:16]}.code"
