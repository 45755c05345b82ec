"""What was typed, as a record keeps it: the command line with every default said."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any

import typer

from tandem.experiments.files.inputs import input_of
from tandem.experiments.files.kept_records import keep
from tandem.experiments.files.record import Record, recording
from tandem.sim.scenario.catalogue import is_path

UNKEPT = {"out", "workers", "adopt"}
"""What does not enter a result."""
KEPT = ("run", "explain", "compare", "sensitivity", "discover", "advise", "optimise", "validate", "study")
"""Commands whose results carry a record. A sweep's folder has its own manifest, a calibration its own provenance."""


def recorded(command: str, context: Any) -> Callable[..., Any]:
    """The callback of a command line that has been read, at work under its record, which is kept beside what it writes."""
    callback: Callable[..., Any] = context.command.callback

    @wraps(callback)
    def act(*arguments: Any, **named: Any) -> Any:
        if (record := asked(command, context)) is None:
            return callback(*arguments, **named)
        with recording(record):
            try:
                answer = callback(*arguments, **named)
            except typer.Exit as leave:
                if leave.exit_code in (0, 1):  # a check that failed under --strict: the tables are there
                    keep(record)
                raise
            keep(record)
            return answer

    return act


def asked(command: str, context: Any) -> Record | None:
    """The record of a command line that has been read; None for a command that keeps none."""
    if command not in KEPT:
        return None
    options: list[str] = []
    names: list[str] = []
    values: dict[str, Any] = {}
    out = context.params.get("out")
    for parameter in context.command.params:
        value = context.params.get(parameter.name)
        if parameter.name in UNKEPT or value is None or value == () or value == []:
            continue
        several = isinstance(value, tuple | list)
        plain = [_plain(one) for one in (value if several else [value])]
        values[parameter.opts[0].lstrip("-").replace("-", "_")] = plain if several else plain[0]
        if parameter.param_type_name == "argument":
            names += map(str, plain)
        elif isinstance(value, bool):
            options += [parameter.opts[0]] if value else []
        else:
            options += [f"{parameter.opts[0]}={one}" for one in plain]
    arguments = [command, *options, *(["--", *names] if names else [])]
    named = [*names, *(value for option in options if (value := option.rpartition("=")[2]) != option)]
    found = (input_of(name, None if out is None else Path(out)) for name in dict.fromkeys(named) if _may_be_path(name))
    return Record(arguments, values, [each for each in found if each is not None])


def _plain(value: Any) -> Any:
    value = value.value if isinstance(value, Enum) else value
    return value if isinstance(value, str | int | float | bool) else str(value)


def _may_be_path(name: str) -> bool:
    return is_path(name) or Path(name).is_dir()
