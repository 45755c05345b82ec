"""A plan given as `--factors`: its scenarios and outcomes stand for what a command does not name, and the rest is said."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

UNSAID = {"title"}


def from_plan(file: Path | None, scenarios: bool, outcomes: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Scenarios by name and outcomes of the file of `--factors`, those that are wanted: `scenarios`, `outcomes` say whether the
    command names none of its own. What the file says and is not used is told in a line. Nothing where there is no file."""
    if file is None:
        return {}, ()
    from tandem.experiments.pages.telling import said
    from tandem.experiments.store.plan import beside_factors

    firms, named, rest = beside_factors(file)
    unused = [said("drives.note_sweeps", name=key) for key in rest if key not in UNSAID]
    unused += [said("drives.note_scenarios")] * bool(firms and not scenarios)
    unused += [said("drives.note_outcomes")] * bool(named and not outcomes)
    if unused:
        print(said("drives.note", file=str(file), parts=", ".join(unused)), file=sys.stderr)
    return (firms if scenarios else {}), (named if outcomes else ())


def one_firm(name: str | None, planned: dict[str, Any], file: Path | None, param: str) -> tuple[str, Any]:
    """The one firm that a command is for, with its name: as named, else the one of the plan."""
    from tandem.sim.scenario import Scenario

    if name is not None:
        return name, Scenario.load(name)
    if len(planned) > 1:
        raise typer.BadParameter(f"one firm is needed, and {file} names {', '.join(planned)}; name one", param_hint=param)
    if not planned:
        where = "" if file is None else f", and {file} names no scenarios"
        raise typer.BadParameter(f"a firm is needed: a path to a .toml file, or a name of the catalogue{where}", param_hint=param)
    return next(iter(planned.items()))


def several_firms(name: str | None, planned: dict[str, Any], context: str | None = None) -> dict[str, Any]:
    """The firms that a command takes by name: the one named, else those of the plan; put into `context` where one is given."""
    from tandem.sim.scenario import Scenario

    firms = {name: Scenario.load(name)} if name is not None else planned
    if not firms:
        raise typer.BadParameter("name a scenario whose factors these are, or give a plan with scenarios", param_hint="NAME")
    return firms if context is None else {each: firm.with_({"context": context}) for each, firm in firms.items()}


def wish_of_plan(wish: str | None, outcomes: tuple[str, ...], file: Path | None) -> str:
    """What is wished for: as typed, else the one outcome of the plan of which more or less is better, else growth."""
    from tandem.sim.outcomes import OUTCOMES

    if wish is not None or not outcomes:
        return wish or "growth"
    able = [name for name in outcomes if OUTCOMES[name].better != "neither"]
    if len(able) != 1:
        why = "of none of its outcomes more or less is better" if not able else "there is one wish"
        told = f"note: {file}: its outcomes are not used as the wish ({why}); the wish is growth, or what --wish says"
        print(told, file=sys.stderr)
        return "growth"
    return able[0]
