"""Reads `path=value` from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Annotated, Any

import typer

ParameterSets = Annotated[
    str,
    typer.Option(
        "--parameters",
        help="Parameter sets: ensemble (each pair draws its own), default (the calibrated one), declared, or a set's number.",
    ),
]
USUAL_SETS = "ensemble"


def parameter_sets(text: str) -> Any:
    """What `--parameters` says, as everything that plays firms takes it (`tandem.sim.parameter_sets.Chosen`)."""
    from tandem.sim.mistake import Mistake
    from tandem.sim.parameter_sets import chosen

    try:
        return chosen(int(text) if text.lstrip("-").isdecimal() else text)
    except Mistake as mistake:
        raise typer.BadParameter(str(mistake).removeprefix("parameters = "), param_hint="--parameters") from None


def settings(texts: Iterable[str] | None) -> dict[str, Any]:
    """`["levers.communication=0.8", "charter.budget.rule=and"]` as path -> value, for `Scenario.with_`.

    A value is read as TOML; what is not TOML is a word.
    """
    from tandem.sim.scenario import ScenarioError

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
