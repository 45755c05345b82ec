"""`tandem discover`: under which conditions an event gathers, over the runs of a finished sweep or sensitivity analysis."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.plans import from_plan, several_firms
from tandem.experiments.commands.settings import (
    USUAL_SETS,
    FactorsFile,
    OwnOutcomes,
    ParameterSets,
    own_outcomes,
    parameter_sets,
    seed_option,
)


def discover(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="A finished sweep, or a folder of tandem sensitivity; with --factors a scenario (none: a plan's)."
        ),
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="The outcome looked at; else the first of the plan.")] = None,
    above: Annotated[float | None, typer.Option(help="The event: the outcome lies above this line.")] = None,
    below: Annotated[float | None, typer.Option(help="The event: below this line; no line: the worst tenth.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and figure; else DIR-discovery.")] = None,
    factors: FactorsFile = None,
    outcomes: OwnOutcomes = None,
    points: Annotated[int, typer.Option(min=40, max=1 << 20, help="With --factors: points played, four replicates each.")] = 1024,
    parameters: ParameterSets = USUAL_SETS,
    seed: Annotated[Any, seed_option("Seed of the two halves")] = 0,
    allow_partial: Annotated[bool, typer.Option("--allow-partial", help="Look at a sweep that is not finished.")] = False,
) -> None:
    """Find boxes and a tree on one half of the points, and report them on the other."""

    from tandem.experiments.commands.tables import progress
    from tandem.experiments.discovery import discover as found_in
    from tandem.experiments.discovery import of_sweep
    from tandem.experiments.discovery.found import MOST_BOXES, REDRAWS
    from tandem.experiments.files.record import note_factors, note_parameters
    from tandem.experiments.store import open_sweep
    from tandem.experiments.study.replayed import DECLARATION, POINTS, REPLICATES, of_sensitivity
    from tandem.sim.parameter_sets import chosen

    own_outcomes(outcomes)
    if folder is None and factors is None:
        raise typer.BadParameter("name a finished sweep, or a folder of tandem sensitivity", param_hint="DIR")
    subject = folder if folder is not None else Path(str(factors)).with_suffix("")
    place = out or subject.parent / f"{subject.name}-discovery"
    writable(place, ("boxes.csv", "limits.csv", "tree.csv", "told.txt", "boxes.svg", "boxes.png"))
    if factors is not None:
        sets = parameter_sets(parameters)
        named = None if folder is None else str(folder)
        found, played = among_factors(named, factors, outcome, above, below, points, seed, sets)
        return finished(found, played, place)
    assert folder is not None
    if (folder / DECLARATION).is_file():
        with progress(POINTS * REPLICATES, "playing") as told:
            again = partial(told, "playing points again")
            event, varied, share, played = of_sensitivity(folder, outcome, above, below, again)
    else:
        sweep = open_sweep(folder)
        event, varied, share = of_sweep(sweep, outcome, above, below, allow_partial)
        played = sweep.parameters
    if played is not None:
        note_parameters(chosen(played))
    note_factors({str(name): {"points": int(varied[name].nunique())} for name in varied})
    with progress(MOST_BOXES * REDRAWS, "peeling") as told:
        found = found_in(event, varied, share, seed, lambda done: told("peeling redrawn points", done))
    finished(found, played, place)


def among_factors(
    name: str | None, factors: Path, outcome: str | None, above: Any, below: Any, points: int, seed: Any, sets: Any
) -> tuple[Any, Any]:
    """Points of the user's own factors, played for it; what was found, and the parameter sets."""
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.effects.own_sensitivity import REPLICATES, discover_among
    from tandem.experiments.files.record import note_factors, note_firms
    from tandem.experiments.store.declared_factors import declared_factors

    declared = declared_factors(factors)
    planned, named = from_plan(factors, name is None, outcome is None)
    firm = several_firms(name, planned)
    outcome = outcome or next(iter(named), None)
    if len(named) > 1:
        print(f"note: {factors}: looked at is its first outcome, {outcome}; --outcome names another", file=sys.stderr)
    note_firms(firm)
    note_factors(declared.identity()["factors"])
    with progress(points * REPLICATES, "playing") as told:
        tick = partial(told, "playing points")
        found = discover_among(firm, declared, outcome, above, below, points, seed, parameters=sets, progress=tick)
    return found, sets


def finished(found: Any, played: Any, place: Path) -> None:
    """Say what was found, and write it."""
    from tandem.experiments.discovery.figures import write_figure
    from tandem.experiments.files.tables import write_csv
    from tandem.sim.parameter_sets import chosen
    from tandem.sim.writing import filled

    lines = [*found.told, *([] if played is None else [chosen(played).told])]
    for line in lines:
        print(line)
    with filled(place) as part:
        for name, table in (("boxes", found.table), ("limits", found.limits), ("tree", found.tree)):
            write_csv(table, part / f"{name}.csv")
        (part / "told.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with filled(place) as part:  # after the tables, which stand whatever becomes of the drawing
        write_figure(found, part)
    print(f"This is a model, not a forecast. Tables and figure: {place}")
