"""Reads `path=value` from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from tandem.sim.scenario import ScenarioError


def settings(texts: Iterable[str] | None) -> dict[str, Any]:
    """`["levers.communication=0.8", "charter.budget.rule=and"]` as path -> value, for `Scenario.with_`.

    A value is read as TOML; what is not TOML is a word.
    """
    found: dict[str, Any] = {}
    for text in texts or ():
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise ScenarioError("not a setting", file="--set", value=text, allowed="path=value")
        found[path.strip()] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    try:
        tables = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return tables["value"] if len(tables) == 1 else text
