"""`provenance.json` beside results: the record of each command that wrote into a folder, and the digests of what it wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tandem.experiments.files.record import Record
from tandem.sim.marks import REGISTER, kept
from tandem.sim.mistake import Mistake
from tandem.sim.opening import content
from tandem.sim.origin import FORMAT
from tandem.sim.seals import sha256
from tandem.sim.writing import write_text

NAME = "provenance.json"
NOT_RESULTS = {"store"}
"""Folders of what a long job has worked out so far."""
OF_JOBS = {".npz"}
"""Files for going on with a job, not for reading."""


def looked_at(record: Record, out: Path) -> None:
    """Before the work: what lies in `out` now."""
    record.place, record.before = out, {name: _state(out / name) for name in results_in(out)}


def keep(record: Record) -> None:
    """After the work: `provenance.json` with this record and the digest of every result that it wrote into its folder. The
    records of earlier commands stay for what is left of theirs."""
    out = record.place
    if out is None or not out.is_dir():
        return
    fresh = [name for name in results_in(out) if record.before.get(name) != _state(out / name)]
    if not fresh:
        return
    mine = {**record.document, "files": {name: sha256(content(out / name)) for name in fresh}}
    earlier = []
    for old in _earlier(out):
        left = {name: digest for name, digest in old["files"].items() if name not in mine["files"] and (out / name).exists()}
        if left:
            earlier.append({**old, "files": left})
    document = {"what": "how the files beside were made; `tandem rerun` plays it again", "records": [*earlier, mine]}
    write_text(out / NAME, json.dumps(document, indent=1, allow_nan=False) + "\n")


def results_in(out: Path) -> list[str]:
    """Paths of the results in a folder, from there, in order: no marks, no hidden files, nothing of unfinished work."""
    found = []
    for root, folders, files in os.walk(out):
        folders[:] = sorted(name for name in folders if name not in NOT_RESULTS and not name.startswith("."))
        for name in files:
            if name not in (NAME, REGISTER) and not name.startswith(".") and Path(name).suffix not in OF_JOBS:
                found.append((Path(root) / name).relative_to(out).as_posix())
    return sorted(found)


def records_of(folder: Path) -> list[dict[str, Any]]:
    """The records in a folder's `provenance.json`. Mistake where there is none, or where it is damaged or of another format."""
    try:
        text = kept(folder, NAME)
    except FileNotFoundError:
        raise Mistake(
            f"{folder}: no {NAME} there says how its files were made; give a folder that a command with --out wrote"
        ) from None
    except OSError as error:
        raise Mistake(f"{folder / NAME} cannot be read ({error.strerror or error})") from None
    return _read(text, folder / NAME)


def _read(text: bytes, name: Path) -> list[dict[str, Any]]:
    try:
        records: list[dict[str, Any]] = json.loads(text)["records"]
        if all(record["format"] == FORMAT and record["arguments"] and isinstance(record["files"], dict) for record in records):
            return records
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise Mistake(f"{name} is no record of this version (format {FORMAT}); play the command that it names by hand")


def _earlier(out: Path) -> list[dict[str, Any]]:
    try:
        return records_of(out)
    except Mistake:
        return []


def _state(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_ino, found.st_mtime_ns
