"""Files and folders that a command named, as a record keeps them: small texts whole, so that they can be played again wherever
the folder of results is taken and whatever becomes of the originals."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tandem.sim.mistake import Mistake
from tandem.sim.opening import content
from tandem.sim.seals import sha256

LARGEST = 1 << 20  # bytes of a text that is kept in the record
LARGEST_OF_A_FOLDER = 16 << 20  # bytes of a file that enters the digest of a folder
TELLING = {"manifest.json", "final.json", "study.toml"}
DEPTH = 8  # folders above an input that its own files may lie in
MOST_FILES = 100


def input_of(name: str, out: Path | None = None) -> dict[str, Any] | None:
    """What a record keeps of `name`, if that is a file (`files`: text by its path from there, with those that it names in turn)
    or a folder (`folder`: its path from `out`, which is where results go); None where it is neither."""
    try:
        place = Path(name).expanduser()
        if place.is_dir():
            told = {"folder": os.path.relpath(place, out)} if out is not None else {}
            return {"name": name, "sha256": of_folder(place), **told}
        if not place.is_file():
            return None
        files = dict(_texts(place))
        return {"name": name, "sha256": sha256(content(place)), **({"files": files} if files else {})}
    except (OSError, RuntimeError, ValueError):  # no such home, no name of a file: the command itself says so
        return None


def of_folder(folder: Path) -> str:
    """SHA-256 of the files in which a folder of results says what it is (of a sweep its plan and its end, of an analysis its
    declaration); of another folder, of the names and contents of the small files at its top."""
    small = [file for file in sorted(folder.iterdir()) if file.is_file() and file.stat().st_size <= LARGEST_OF_A_FOLDER]
    named = [file for file in small if file.name in TELLING] or [file for file in small if not file.name.startswith(".")]
    told = [f"{file.name}\0{sha256(content(file))}" for file in named]
    return sha256("\n".join(told).encode())


def unchanged(kept: dict[str, Any], home: Path | None = None) -> bool:
    """Whether an input lies where it lay, with every file that it names as it was. `home`: the folder that relative paths start
    from (None: the working directory)."""
    place = (home or Path()) / Path(kept["name"]).expanduser()
    files: dict[str, str] = kept["files"]
    try:
        return all(content(place.parent / path) == text.encode() for path, text in files.items()) and place.name == next(
            iter(files)
        )
    except (OSError, ValueError):
        return False


def deep(place: Path) -> Path:
    """A folder under `place` from which paths may climb DEPTH folders and stay within."""
    return place.joinpath(*["deep"] * DEPTH)


def restored(kept: dict[str, Any], place: Path, home: Path) -> Path:
    """Put the texts of an input under `place` again, the first into the folder `home` there; where that lies. Mistake where one
    would lie outside."""
    files: dict[str, str] = kept["files"]
    for relative, text in files.items():
        target = Path(os.path.normpath(home / relative))
        if not target.is_relative_to(place):
            raise Mistake(
                f"{kept['name']}: the record's copy of it names {relative}, which lies too far from it; put it back first"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return home / next(iter(files))


def _texts(first: Path) -> Iterator[tuple[str, str]]:
    """Path from the first file's folder -> text, the first file first; what is no small text is left out."""
    waiting, seen = [first], set[Path]()
    while waiting and len(seen) < MOST_FILES:
        file = waiting.pop(0)
        if file.resolve() in seen or not file.is_file() or file.stat().st_size > LARGEST:
            continue
        seen.add(file.resolve())
        try:
            text = content(file).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield os.path.relpath(file, first.parent), text
        waiting += [file.parent / name for name in _named(text) if not os.path.isabs(name)]


def _named(text: str) -> Iterator[str]:
    """Every text in a TOML file that may be a path."""
    try:
        level: list[Any] = [tomllib.loads(text)]
    except (ValueError, RecursionError):
        return
    while level:
        value = level.pop()
        if isinstance(value, dict):
            level += value.values()
        elif isinstance(value, list):
            level += value
        elif isinstance(value, str) and "\n" not in value and len(value) < 500 and (os.sep in value or "." in value):
            yield value
