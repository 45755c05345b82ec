"""Reads `path=value` from the command line."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.sim.mistake import Mistake
from tandem.sim.seeds import replicate_of_text, seed_of_text

ParameterSets = Annotated[
    str,
    typer.Option(
        "--parameters",
        help="Parameter sets: ensemble (each pair draws its own), default, declared, a set's number, or a folder of calibrate.",
    ),
]
USUAL_SETS = "ensemble"


def read_seed(text: Any) -> Any:
    """What `--seed` says, by the one rule of `tandem.sim.seeds`."""
    return _or_complain(seed_of_text, text, "--seed")


def read_replicate(text: Any) -> Any:
    """What `--replicate` says: a whole number of 64 bits."""
    return _or_complain(replicate_of_text, text, "--replicate")


def seed_option(help: str) -> Any:
    """The option `--seed` of every command."""
    return typer.Option("--seed", parser=read_seed, metavar="SEED", help=f"{help}: a whole number from 0 to 2^64 - 1, or a text.")


def replicate_option(help: str) -> Any:
    """The option `--replicate` of every command."""
    return typer.Option("--replicate", parser=read_replicate, metavar="NUMBER", help=f"{help}: from 0 to 2^64 - 1.")


def _or_complain(read: Callable[[Any], Any], text: Any, option: str) -> Any:
    try:
        return read(text)
    except Mistake as mistake:
        raise typer.BadParameter(str(mistake).removeprefix(f"{option} = "), param_hint=option) from None


OwnOutcomes = Annotated[
    Path | None,
    typer.Option("--outcomes", metavar="FILE", help="Outcomes of your own: .toml, [outcomes.NAME] with formula, unit, better."),
]
FactorsFile = Annotated[
    Path | None,
    typer.Option("--factors", metavar="FILE", help="Factors of your own: .toml, [factors], [groups], [correlation]."),
]


def own_outcomes(file: Path | None) -> tuple[str, ...]:
    """Names of the outcomes that `--outcomes` declares, which are known from here on; none where it is not given."""
    if file is None:
        return ()
    from tandem.sim.own_outcomes import outcomes_from

    return tuple(each.name for each in outcomes_from(file))


def with_factors(sets: Any, file: Path | None, scenarios: Any, seed: Any, draws: int | None = None) -> Any:
    """The parameter sets with the factors of `--factors` drawn beside them; the sets alone where it is not given."""
    if file is None:
        return sets
    from tandem.experiments.files.record import note_factors, note_parameters
    from tandem.experiments.store.varied import varied

    found = varied(sets, file, {str(name): firm for name, firm in scenarios.items()}, seed, draws)
    if levelled := _differing(found.drawn_factors, scenarios):
        told = f"note: {file}: {', '.join(levelled)}: what is compared differs in this, but each pair draws it, the same for all"
        print(told, file=sys.stderr)
    if found.declared is not None:
        note_factors(found.declared.identity()["factors"])
    note_parameters(found)
    return found


def _differing(paths: Iterable[str], scenarios: Any) -> list[str]:
    """The paths in which arms of one comparison (firms of one place, where a name says a place as well) have unequal values."""
    places: dict[Any, list[Any]] = {}
    for name, firm in scenarios.items():
        places.setdefault(name[1] if isinstance(name, tuple) else "", []).append(firm.values)
    return [path for path in paths if any(len({arm.get(path) for arm in arms}) > 1 for arms in places.values())]


def parameter_sets(text: str) -> Any:
    """What `--parameters` says, as everything that plays firms takes it (`tandem.sim.parameter_sets.Chosen`)."""
    from tandem.experiments.files.record import note_parameters
    from tandem.sim.parameter_sets import chosen

    try:
        asked = chosen(int(text) if text.lstrip("-").isdecimal() else text)
    except Mistake as mistake:
        raise typer.BadParameter(str(mistake).removeprefix("parameters = "), param_hint="--parameters") from None
    note_parameters(asked)
    return asked


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
        if path.strip() in found:
            raise ScenarioError("stands there twice", file="--set", key=path.strip(), allowed="once")
        if DECIMAL_COMMA.fullmatch(value.strip()):
            point = value.strip().replace(",", ".")
            raise ScenarioError(
                "a decimal comma", file="--set", key=path.strip(), value=value.strip(), allowed=f"a decimal point: {point}"
            )
        found[path.strip()] = _value(value.strip())
    return found


NUMBER = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


def _value(text: str) -> Any:
    if NUMBER.fullmatch(text) and "." in text:  # .5 and 5. are numbers to everybody but TOML
        return float(text)
    try:
        tables = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return tables["value"] if len(tables) == 1 else text
