"""`tandem optimise`: which levels of levers (and role model) bring most of what is wished for, under a budget."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.plans import from_plan, one_firm, wish_of_plan
from tandem.experiments.commands.settings import USUAL_SETS, FactorsFile, OwnOutcomes, ParameterSets, seed_option


def optimise(
    file: Annotated[
        str | None, typer.Argument(help="A firm: a path to a .toml file, or a name of the catalogue; none: --factors' plan.")
    ] = None,
    wish: Annotated[
        list[str] | None, typer.Option(help="growth, conflict (little), profit or an outcome; one to three: a front.")
    ] = None,
    lever: Annotated[list[str] | None, typer.Option(help="A lever that may be set, as often as wanted; none: all five.")] = None,
    role_models: Annotated[bool, typer.Option("--role-models", help="Choose the role model as well.")] = False,
    hours: Annotated[float | None, typer.Option(help="Most hours a week that the two leaders may work more.")] = None,
    money: Annotated[float | None, typer.Option(help="Most kEUR a week that may be spent more on marketing.")] = None,
    hour_price: Annotated[float, typer.Option(help="With --money: kEUR that an hour of a leader costs.")] = 0.0,
    levels: Annotated[int, typer.Option(min=2, max=101, help="Steps of each lever from 0 to 1.")] = 11,
    trials: Annotated[int, typer.Option(min=1, max=100_000, help="Candidates proposed.")] = 120,
    runs: Annotated[int, typer.Option(min=30, max=1_000_000, help="Fresh replicates on which finalists are told.")] = 1000,
    seed: Annotated[Any, seed_option("Seed of search and luck")] = 0,
    outcomes: OwnOutcomes = None,
    factors: FactorsFile = None,
    parameters: ParameterSets = USUAL_SETS,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and figure.")] = None,
) -> None:
    """Search levels of levers under a budget, and say what is undecided."""
    from tandem.experiments.commands.settings import own_outcomes, parameter_sets, with_factors
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.files.record import note_firms
    from tandem.experiments.optimisation import optimise as optimised

    own_outcomes(outcomes)
    if out is not None:
        writable(out, ("finalists.csv", "proposed.csv", "told.txt", "optimum.svg", "optimum.png"))
    planned, named = from_plan(factors, file is None, not wish)
    name, firm = one_firm(file, planned, factors, "FILE")
    wish = wish or [wish_of_plan(None, named, factors)]
    asked = with_factors(parameter_sets(parameters), factors, {name: firm}, seed, 256)
    note_firms({name: firm})
    more = {"levers": lever} if lever else {}
    with progress(trials + 60, "optimising") as told:
        found = optimised(
            firm,
            wish,
            hours=hours,
            money=money,
            hour_price=hour_price,
            role_models=role_models,
            levels=levels,
            trials=trials,
            runs=runs,
            seed=seed,
            parameters=asked,
            progress=told,
            **more,
        )
    show(found)
    lines = [*found.told, asked.told]
    for line in lines:
        print(line)
    if out is not None:
        save(found, lines, out)
        print(f"Tables and figure: {out}")
    print(f"This is a model, not a forecast. {found.runs:,} firms.")


def show(found: Any) -> None:
    """The finalists."""
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.pages.numbers import figure_text, interval_text, scaled
    from tandem.sim.outcomes import OUTCOMES

    shown = Table(title=f"{found.scenario}: gains over the firm as it is, paired by luck, 95% intervals")
    shown.add_column("choice")
    for name in found.wishes:
        change = "less" if OUTCOMES[name].better == "low" else "more"
        shown.add_column(f"{OUTCOMES[name].title()}, {change}\n{scaled(name)[1]}", justify="right")
    for head in ("hours a week", "verdict"):
        shown.add_column(head, justify="right" if head != "verdict" else "left")
    for row in found.table.to_dict("records"):
        cells = []
        for name in found.wishes:
            factor = scaled(name)[0]
            between = interval_text({"low": row[f"{name}_low"], "high": row[f"{name}_high"]}, factor)
            cells.append(f"{figure_text(row[name], factor, True)} {between}")
        shown.add_row(row["choice"], *cells, f"{row['hours']:+.1f}", row["verdict"])
    Screen(sys.stdout).show(shown)


def save(found: Any, lines: list[str], out: Path) -> None:
    """finalists and proposed as tables, told.txt, and the figure after them."""
    from tandem.experiments.files.tables import write_tables
    from tandem.experiments.optimisation.figures import write_figure
    from tandem.sim.writing import filled

    with filled(out) as folder:
        write_tables({"finalists": found.table, "proposed": found.proposed}, folder)
        (folder / "told.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with filled(out) as folder:
        write_figure(found, folder)
