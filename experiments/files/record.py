"""What was asked, of whom, and with which code: one record that goes with every table, so that it can be played again.

A command opens a record when it has read its arguments and fills it while it works; whatever is written meanwhile carries it.
It says nothing of when, where and by whom: the same command with the same code has the same record, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from tandem.experiments.files.provenance import code, commit, model_source, version_of, versions
from tandem.sim.origin import ATTRIBUTE, FORMAT

REPLICATES = ("runs", "replicates", "pairs")
"""Options that say how many replicates there are."""


@dataclass
class Record:
    """What was asked. `arguments`: the command line without `--out`, word by word, with every default said. `options`: the same
    by name. `inputs`: files and folders that it named (`tandem.experiments.files.inputs`). `firms`: digest of each firm by its
    name. `parameters`: mode and digest of the sets. `factors`: law and range of what varied. `place`: where `--out` leads, and
    `before` what lay there, neither of which is kept."""

    arguments: list[str]
    options: dict[str, Any] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    firms: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    factors: dict[str, Any] = field(default_factory=dict)
    replicates: int | None = None
    place: Path | None = None
    before: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON values, with the versions of everything and the digests of our code."""
        known = (self.options.get(name) for name in REPLICATES)
        return {
            "format": FORMAT,
            "command": shlex.join(["tandem", *with_options(self.arguments, ["--out", "DIR"])]),
            "arguments": self.arguments,
            "seed": self.options.get("seed"),
            "replicate": self.options.get("replicate"),
            "replicates": self.replicates or next((value for value in known if value is not None), None),
            "options": self.options,
            "inputs": self.inputs,
            "firms": self.firms,
            "parameters": self.parameters,
            "factors": self.factors,
            **of_code(),
        }


def of_code() -> dict[str, Any]:
    """Versions of Python, platform and packages, SHA-256 of the model and of the code around it, and the commit, if any."""
    known = dict(sorted({**versions(), **_installed()}.items()))
    return {"versions": known, "model_sha256": model_source(), "code_sha256": code(), **commit()}


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """The versions of `packages`: every table and figure says them, and looking them up opens a file each."""
    return {name: version_of(name) for name in packages()}


def packages() -> tuple[str, ...]:
    """The distributions that the package needs at all times."""
    try:
        needed = requires("tandem-sim") or []
    except PackageNotFoundError:
        needed = []
    return tuple(
        sorted({match[0] for text in needed if "extra ==" not in text and (match := re.match(r"[\w.-]+", text))}, key=str.lower)
    )


_CURRENT: ContextVar[Record | None] = ContextVar("record", default=None)


def current() -> Record | None:
    """The record of the command that is at work; None where there is none."""
    return _CURRENT.get()


@contextmanager
def recording(record: Record) -> Iterator[Record]:
    """Within the block, what is written carries this record."""
    token = _CURRENT.set(record)
    try:
        yield record
    finally:
        _CURRENT.reset(token)


def note_firms(firms: Mapping[Any, Any]) -> None:
    """Put the digests of firms (scenarios or digests by name; names of several parts are joined) into the record at work."""
    if (record := current()) is not None:
        for name, firm in firms.items():
            if digest := firm if isinstance(firm, str) else getattr(firm, "digest", None):
                record.firms[" in ".join(name) if isinstance(name, tuple) else str(name)] = str(digest)


def note_parameters(chosen: Any) -> None:
    """Put mode and digest of the parameter sets (a `Chosen`) into the record at work."""
    if (record := current()) is not None:
        record.parameters = {**chosen.identity, "told": chosen.told}


def note_factors(factors: Mapping[str, Any]) -> None:
    """Put what varied (by name, anything that JSON can say) into the record at work."""
    if (record := current()) is not None:
        record.factors |= json.loads(json.dumps(dict(factors), default=str))


def note_replicates(replicates: int) -> None:
    """Put the number of replicates into the record at work, where no option says it."""
    if (record := current()) is not None:
        record.replicates = int(replicates)


def metadata(table: str) -> dict[str, Any]:
    """What a table carries: the record at work under ATTRIBUTE, with the name of the table; {} where there is none."""
    record = current()
    return {} if record is None else {ATTRIBUTE: {**record.document, "table": table}}


def text_of_record() -> str:
    """What a figure or page carries: the record at work as JSON, without the texts of files; "" where there is none."""
    record = current()
    if record is None:
        return ""
    inputs = [{key: value for key, value in each.items() if key != "files"} for each in record.inputs]
    return json.dumps({**record.document, "inputs": inputs})


def record_lines() -> dict[str, str]:
    """What a reader of a page sees of the record at work: word -> text; {} where there is none."""
    record = current()
    if record is None:
        return {}
    told = record.document
    lines = {
        "seed": told["seed"],
        "replicates": told["replicates"],
        "parameter sets (digest)": str(record.parameters.get("ensemble", "none"))[:16],
        "firms (digest)": hashlib.sha256(json.dumps(record.firms, sort_keys=True).encode()).hexdigest()[:16],
        "code (digest)": told["code_sha256"][:16],
    }
    return {word: str(text) for word, text in lines.items() if text is not None}


def with_options(arguments: list[str], more: list[str]) -> list[str]:
    """A command line with more options, which stand before the names."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return [*arguments[:at], *more, *arguments[at:]]
