"""`tandem discover`: under which conditions an event gathers, over the runs of a finished sweep or sensitivity analysis."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import seed_option


def discover(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished sweep, or of tandem sensitivity.")],
    outcome: Annotated[str | None, typer.Option(help="The outcome looked at; else the first of the plan.")] = None,
    above: Annotated[float | None, typer.Option(help="The event: the outcome lies above this line.")] = None,
    below: Annotated[float | None, typer.Option(help="The event: below this line; no line: the worst tenth.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and figure; else DIR-discovery.")] = None,
    seed: Annotated[Any, seed_option("Seed of the two halves")] = 0,
    allow_partial: Annotated[bool, typer.Option("--allow-partial", help="Look at a sweep that is not finished.")] = False,
) -> None:
    """Find boxes and a tree on one half of the points, and report them on the other."""

    from tandem.experiments.commands.tables import progress
    from tandem.experiments.discovery import discover as found_in
    from tandem.experiments.discovery import of_sweep
    from tandem.experiments.discovery.figures import write_figure
    from tandem.experiments.discovery.found import MOST_BOXES, REDRAWS
    from tandem.experiments.files.record import note_factors, note_parameters
    from tandem.experiments.files.tables import write_csv
    from tandem.experiments.store import open_sweep
    from tandem.experiments.study.replayed import DECLARATION, POINTS, REPLICATES, of_sensitivity
    from tandem.sim.parameter_sets import chosen
    from tandem.sim.writing import filled

    place = out or folder.parent / f"{folder.name}-discovery"
    writable(place, ("boxes.csv", "limits.csv", "tree.csv", "told.txt", "boxes.svg", "boxes.png"))
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
