"""`tandem advise`: for one firm, which role model, which one or two levers to set to which levels, and the price of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.plans import from_plan, one_firm, wish_of_plan
from tandem.experiments.commands.settings import USUAL_SETS, FactorsFile, OwnOutcomes, ParameterSets, seed_option

TABLES = ("role_models", "levers", "levels", "second_executive", "moves", "best_move", "cause")


def advise(
    file: Annotated[
        str | None, typer.Argument(help="Your firm: a path to a .toml file, or a name of the catalogue; none: --factors' plan.")
    ] = None,
    runs: Annotated[int, typer.Option(min=50, max=100_000, help="Replicates of what is not decidedly behind early.")] = 1000,
    step: Annotated[float, typer.Option(min=0.05, max=1.0, help="How far each lever is raised (levels are 0 to 1).")] = 0.2,
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    wish: Annotated[
        str | None,
        typer.Option(help="What moves are to bring: growth (the default), conflict (little), profit, context, an outcome."),
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.0, max=200.0, help="Most hours a week that the leaders may work more; else any.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    outcomes: OwnOutcomes = None,
    factors: FactorsFile = None,
    parameters: ParameterSets = USUAL_SETS,
    lang: Annotated[Language, typer.Option(help="Language of sentences and tables.")] = Language.en,
) -> None:
    """Say what would help a given firm first."""
    from tandem.experiments.advice.advice import advise as advised
    from tandem.experiments.commands.settings import own_outcomes, parameter_sets, with_factors
    from tandem.experiments.commands.surroundings import loading
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.files.record import note_firms
    from tandem.sim.texts import text
    from tandem.sim.writing import filled

    if out is not None:
        writable(out, tuple(f"{name}.csv" for name in TABLES))
    own_outcomes(outcomes)
    planned, named = from_plan(factors, file is None, wish is None)
    name, firm = one_firm(file, planned, factors, "FILE")
    wish = wish_of_plan(wish, named, factors)
    asked = with_factors(parameter_sets(parameters), factors, {name: firm}, seed, 256)
    note_firms({name: firm})
    with loading("scipy.special", "pandas"), progress(100, "advice") as told:
        found = advised(firm, runs, step, seed, lambda what, share: told(what, share), asked, wish, hours)
    for paragraph in found.paragraphs(lang.value):
        print(paragraph)
    show(found, lang.value)
    if out is not None:
        from tandem.experiments.files.tables import write_csv

        with filled(out) as folder:
            tables = (
                found.role_models,
                found.levers,
                found.levels,
                found.second,
                found.moves.table,
                found.moves.summary,
                found.cause,
            )
            for name, table in zip(TABLES, tables):
                write_csv(table.assign(parameters=asked.word), folder / f"{name}.csv")
        print(text("command.tables", lang.value, folder=out))
    print(asked.tell(lang.value))
    print(text("command.model", lang.value))


def show(found: Any, lang: str = "en") -> None:
    """The table of the moves that came to the end, and that of levers."""
    show_moves(found.moves, lang)
    show_levers(found, lang)


def show_moves(moves: Any, lang: str = "en") -> None:
    """The best moves, and the best that move one lever alone."""
    from tandem.experiments.advice.said import bracket, move_said, signed, unit_said, wish_said
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.sim.texts import text

    table = Table(title=text("advice.table.moves", lang, wish=wish_said(moves.wish, lang)))
    table.add_column(text("advice.table.set", lang))
    for head in (unit_said(moves.wish, lang), *(_head(name, lang) for name in ("hours", "growth", "profit"))):
        table.add_column(head, justify="right")
    table.add_column(text("advice.table.verdict", lang))
    rows = moves.table.to_dict("records")
    alone = [row for row in rows if row["levers"] == 1][:2]
    for row in [*rows[:4], *(row for row in alone if row not in rows[:4])]:
        gain, low, high = (moves.wish.scale * row[end] for end in ("gain", "low", "high"))
        table.add_row(
            move_said(row["move"], lang),
            f"{signed(gain, '+.2f', lang)} {bracket(low, high, '+.2f', lang)}",
            signed(row["hours"], "+.1f", lang),
            signed(100 * row["growth_change"], "+.2f", lang),
            signed(row["profit_change"], "+.1f", lang),
            text(f"advice.verdict.{row['verdict'].replace(' ', '_')}", lang),
        )
    Screen(sys.stdout).show(table)


def _head(name: str, lang: str) -> str:
    """A column's head, what is measured above its unit."""
    from tandem.sim.texts import text

    return text(f"advice.table.{name}", lang).replace(", ", ",\n", 1)


def show_levers(found: Any, lang: str = "en") -> None:
    """The table of levers."""
    from tandem.experiments.advice.said import bracket, signed
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.pages.words import spoken
    from tandem.sim.parameters import lever_texts
    from tandem.sim.texts import number, text

    table = Table(title=text("advice.table.levers", lang, step=100 * found.step))
    for head in ("lever", "from", "growth", "conflict", "profit", "helped", "helped_sets"):
        table.add_column(_head(head, lang), justify="left" if head == "lever" else "right")
    for row in found.levers.to_dict("records"):
        name = spoken(row["lever"]) if lang == "en" else lever_texts("title", lang)[row["lever"]]
        cells = [name, number(100 * row["level"], ".0f", lang)]
        if not row["raised"]:
            table.add_row(*cells, text("advice.table.at_top", lang), "", "", "", "")
            continue
        for outcome, scale, form in (("growth", 100, "+.2f"), ("conflict", 1, "+.2f"), ("profit", 1, "+.1f")):
            change, low, high = (scale * row[f"{outcome}_{end}"] for end in ("change", "low", "high"))
            shown = f"{signed(change, form, lang)} {bracket(low, high, form, lang)}"
            cells.append(text("advice.table.not_defined", lang) if change != change else shown)
        for share in ("helped", "helped_sets"):
            none = row[share] != row[share]
            cells.append(text("advice.table.none", lang) if none else number(row[share], ".0%", lang))
        table.add_row(*cells)
    Screen(sys.stdout).show(table)
