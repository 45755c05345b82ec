"""Reads one TOML file into plain tables, whatever the file may be, quickly and without surprises."""

from __future__ import annotations

import copy
import re
import tomllib
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tandem.sim.scenario.complaint import ScenarioError, shortened

LARGEST_FILE = 1_000_000  # bytes
DEEPEST = 12  # tables in tables
# A dotted key of many parts makes the parser quadratic, so it is looked for first.
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w.\"'-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{2 * DEEPEST}}}")


def read(source: Path | Traversable, name: str, allowed: str = "a .toml file") -> dict[str, Any]:
    """The tables of `source` (a path, or a file inside a package); `name` and `allowed` are for messages."""
    try:
        if source.is_dir():
            raise ScenarioError("this is a folder, not a file", file=name, allowed="a .toml file")
        if not source.is_file():
            exists = getattr(source, "exists", lambda: False)()
            problem = "this is not a regular file" if exists else "no such file"
            raise ScenarioError(problem, file=name, allowed=allowed)
        with source.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"cannot be read ({getattr(error, 'strerror', None) or error})", file=name) from None
    if len(content) > LARGEST_FILE:
        raise ScenarioError("the file is too large", file=name, allowed="at most 1 MB")
    return parsed(content, name)


def parsed(content: bytes, name: str) -> dict[str, Any]:
    """The tables of TOML text."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"not UTF-8 text (byte {error.start})", file=name, allowed="TOML in UTF-8") from None
    too_deep = ScenarioError("tables are nested too deep", file=name, allowed=f"at most {DEEPEST} levels")
    if _LONG_KEY.search(text):
        raise too_deep
    try:
        tables = copy.deepcopy(_loaded(text))  # whoever asked may change his own
    except RecursionError:
        raise too_deep from None
    except ValueError as error:  # TOMLDecodeError, and numbers with too many digits
        raise ScenarioError(f"not TOML: {shortened(str(error), 150)}", file=name, allowed="TOML") from None
    if _depth(tables) > DEEPEST:
        raise too_deep
    return tables


@lru_cache(maxsize=256)
def _loaded(text: str) -> dict[str, Any]:
    """The tables of TOML text; a study asks for the same small files a thousand times."""
    return tomllib.loads(text)


def _depth(tables: dict[str, Any]) -> int:
    depth = 0
    level: list[Any] = [tables]
    while level:
        depth += 1
        if depth > DEEPEST:
            break
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return depth
