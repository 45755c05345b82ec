"""`tandem advise`: for one firm, which role model, which one or two levers to set to which levels, and the price of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, ParameterSets, seed_option

TABLES = ("role_models", "levers", "levels", "second_executive", "moves", "best_move")


def advise(
    file: Annotated[str, typer.Argument(help="Your firm: a path to a .toml file, or a name of the catalogue.")],
    runs: Annotated[int, typer.Option(min=50, max=100_000, help="Replicates of what is not decidedly behind early.")] = 1000,
    step: Annotated[float, typer.Option(min=0.05, max=1.0, help="How far each lever is raised (levels are 0 to 1).")] = 0.2,
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    wish: Annotated[
        str, typer.Option(help="What moves are to bring: growth, conflict (little), profit, context, an outcome.")
    ] = "growth",
    hours: Annotated[
        float | None, typer.Option(min=0.0, max=200.0, help="Most hours a week that the leaders may work more; else any.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    parameters: ParameterSets = USUAL_SETS,
) -> None:
    """Say what would help a given firm first."""
    from tandem.experiments.advice.advice import advise as advised
    from tandem.experiments.commands.settings import parameter_sets
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.files.record import note_firms
    from tandem.experiments.files.tables import write_csv
    from tandem.sim.scenario import Scenario
    from tandem.sim.writing import filled

    if out is not None:
        writable(out, tuple(f"{name}.csv" for name in TABLES))
    firm, asked = Scenario.load(file), parameter_sets(parameters)
    note_firms({file: firm})
    with progress(100, "advice") as told:
        found = advised(firm, runs, step, seed, lambda what, share: told(what, share), asked, wish, hours)
    for paragraph in found.paragraphs():
        print(paragraph)
    show(found)
    if out is not None:
        with filled(out) as folder:
            tables = (found.role_models, found.levers, found.levels, found.second, found.moves.table, found.moves.summary)
            for name, table in zip(TABLES, tables):
                write_csv(table.assign(parameters=asked.word), folder / f"{name}.csv")
        print(f"tables: {out}")
    print(asked.told)
    print("This is a model, not a forecast.")


def show(found: Any) -> None:
    """The table of the moves that came to the end, and that of levers."""
    show_moves(found.moves)
    show_levers(found)


def show_moves(moves: Any) -> None:
    """The best moves, and the best that move one lever alone."""
    from tandem.experiments.commands.screen import Screen, Table

    table = Table(title=f"Moves of one or two levers for {moves.wish.told}, paired by luck, 95% intervals")
    for head in ("set", moves.wish.unit, "hours a week", "growth, points a year", "profit, kEUR a week", "verdict"):
        table.add_column(head, justify="left" if head in ("set", "verdict") else "right")
    rows = moves.table.to_dict("records")
    alone = [row for row in rows if row["levers"] == 1][:2]
    for row in [*rows[:4], *(row for row in alone if row not in rows[:4])]:
        gain = [moves.wish.scale * row[end] for end in ("gain", "low", "high")]
        table.add_row(
            row["move"],
            "{:+.2f} [{:+.2f}, {:+.2f}]".format(*gain),
            f"{row['hours']:+.1f}",
            f"{100 * row['growth_change']:+.2f}",
            f"{row['profit_change']:+.1f}",
            row["verdict"],
        )
    Screen(sys.stdout).show(table)


def show_levers(found: Any) -> None:
    """The table of levers."""
    from tandem.experiments.commands.screen import Screen, Table

    table = Table(title=f"Each lever raised by {found.step:g}, paired by luck, 95% intervals")
    heads = (
        "lever",
        "from",
        "growth, points a year",
        "conflict, episodes a quarter",
        "profit, kEUR a week",
        "helps growth in replicates",
        "in sets",
    )
    for head in heads:
        table.add_column(head, justify="left" if head == "lever" else "right")
    for row in found.levers.to_dict("records"):
        cells = [row["lever"].replace("_", " "), f"{row['level']:.2f}"]
        if not row["raised"]:
            table.add_row(*cells, "already at its top", "", "", "", "")
            continue
        for name, scale, digits in (("growth", 100, 2), ("conflict", 1, 2), ("profit", 1, 1)):
            value = [scale * row[f"{name}_{end}"] for end in ("change", "low", "high")]
            cells.append("not defined" if value[0] != value[0] else "{:+.{d}f} [{:+.{d}f}, {:+.{d}f}]".format(*value, d=digits))
        cells += ["none" if row[share] != row[share] else f"{row[share]:.0%}" for share in ("helped", "helped_sets")]
        table.add_row(*cells)
    Screen(sys.stdout).show(table)
