"""`tandem sensitivity` with factors of a user's own, and of a finished sweep: thin, arguments in, tables out. The language is set
around it (`tandem.experiments.pages.telling.told_in`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tandem.experiments.commands.plans import from_plan, several_firms
from tandem.experiments.pages.telling import form, said, spoken_now, word
from tandem.experiments.pages.words import input_name, measure_name, output_name

TABLES = ("indices.csv", "ranks.csv", "told.txt", "second_opinion.csv", "estimators.csv")
MOST_SHOWN = 20


def is_sweep(name: str | None) -> bool:
    """Whether what was named is the folder of a sweep."""
    return name is not None and (Path(name) / "manifest.json").is_file()


def of_sweep(name: str, outcomes: list[str] | None, seed: Any, out: Path) -> None:
    """A finished sweep, by the estimators that its design allows."""
    from tandem.experiments.commands.outputs import writable
    from tandem.experiments.files.record import note_parameters
    from tandem.experiments.files.tables import write_tables
    from tandem.experiments.sensitivity.swept import of_finished
    from tandem.experiments.store import open_sweep
    from tandem.sim.parameter_sets import chosen
    from tandem.sim.writing import filled

    writable(out, TABLES)
    sweep = open_sweep(name)
    found = of_finished(sweep, outcomes or None, seed)
    table = found.table
    for (scenario, output), rows in table.groupby(["scenario", "output"], sort=False):
        where = str(scenario) or Path(name).name
        show_rows(said("drives.head_swept", output=output_name(str(output)), scenario=where), rows)
    for row in found.estimators.to_dict("records"):
        estimator = word(row["estimator"])
        used = said("drives.used", estimator=estimator)
        print(used if row["used"] else said("drives.not_used", estimator=estimator, why=word(row["why"])))
    told = [*found.told]
    if sweep.parameters is not None:
        asked = chosen(sweep.parameters)
        note_parameters(asked)
        told.append(asked.tell(spoken_now()))
    for line in told:
        print(line)
    with filled(out) as folder:
        write_tables({"indices": table, "estimators": found.estimators}, folder)
        (folder / "told.txt").write_text("\n".join(told) + "\n", encoding="utf-8")
    print(said("drives.end_swept", out=str(out)))


def of_factors(
    name: str | None,
    factors: Path,
    outcomes: list[str] | None,
    context: str | None,
    rows: int,
    interactions: bool,
    seed: Any,
    out: Path,
    sets: Any,
) -> None:
    """A firm and factors of the user's own."""
    from tandem.experiments.commands.outputs import writable
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.effects.factor_firms import FactorFirms
    from tandem.experiments.effects.own_sensitivity import sensitivity
    from tandem.experiments.files.record import note_factors, note_firms
    from tandem.experiments.sensitivity.analysis import planned_runs
    from tandem.experiments.sensitivity.dependent import MOST_GROUPS_FOR_SUBSETS, DependentSensitivity
    from tandem.experiments.store.declared_factors import declared_factors

    declared = declared_factors(factors)
    planned, named = from_plan(factors, name is None, not outcomes)
    firm = several_firms(name, planned, context)
    outcomes = outcomes or list(named) or None
    writable(out, TABLES)
    note_firms(firm)
    note_factors(declared.identity()["factors"])
    stuck = FactorFirms(firm, declared, parameters=sets).stuck
    groups = len(set(declared.groups.values()))
    many = planned_runs(groups, rows, 8, "walks" if interactions else "auto")
    many = many if declared.correlation is None else rows * (2**groups if groups <= MOST_GROUPS_FOR_SUBSETS else 3 * groups)
    with progress(many, "sensitivity") as told:
        found = sensitivity(
            firm,
            declared,
            outcomes,
            rows,
            seed,
            interactions=interactions,
            parameters=sets,
            progress=lambda more: told("playing", more),
        )
    if isinstance(found, DependentSensitivity):
        lines = [declared.told, *stuck, *found.told, sets.tell(spoken_now())]
        for output, table in found.table.groupby("output", sort=False):
            show_rows(said("drives.head_tied", output=output_name(str(output))), table)
        for output, table in found.second.groupby("output", sort=False) if len(found.second) else ():
            show_rows(said("drives.head_second", output=output_name(str(output))), table)
        tables = {"indices": found.table, "ranks": found.ranks, "second_opinion": found.second}
    else:
        lines = [declared.told, *stuck, *_ranked(found), sets.tell(spoken_now())]
        kept = ("first_mean", "total_mean", "shapley_mean", "interaction_mean", "effect", "noise_share")
        for output, table in found.table[found.table["measure"].isin(kept)].groupby("output", sort=False):
            verdict = word(found.verdict_on(str(output)))
            show_rows(said("drives.head", output=output_name(str(output)), verdict=verdict), table)
        tables = {}
    _written(found, tables, lines, out)


def _written(found: Any, tables: dict[str, Any], lines: list[str], out: Path) -> None:
    """Say what there is to say, and write it."""
    from tandem.experiments.files.tables import write_tables
    from tandem.sim.writing import filled

    if not tables:
        found.save(out)
    with filled(out) as folder:
        if tables:
            write_tables(tables, folder)
        (folder / "told.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for line in lines:
        print(line)
    print(said("drives.end", runs=found.runs, out=str(out)))


def _ranked(found: Any) -> list[str]:
    """The order of the inputs of each output, with what is undecided in it."""
    lines = []
    for output, places in found.rank_intervals.items():
        ranked = sorted(places.items(), key=lambda item: int(item[1].split("-")[0]))
        named = ", ".join(f"{place}. {input_name(name)}" for name, place in ranked)
        lines.append(said("drives.ranks", output=output_name(output), places=named))
    return [*lines, said("drives.undecided")]


def show_rows(title: str, rows: Any) -> None:
    """Rows of a table of indices, the largest of each measure first."""
    from tandem.experiments.commands.screen import Screen, Table

    shown = Table(title=title, min_width=80)
    for key in ("drives.measure", "drives.input", "drives.estimate", "terminal.interval"):
        shown.add_column(said(key), justify="right" if key in ("drives.estimate", "terminal.interval") else "left")
    for measure in dict.fromkeys(rows["measure"]):
        mine = rows[rows["measure"] == measure].sort_values("estimate", ascending=False, kind="stable")
        for row in mine.head(MOST_SHOWN).to_dict("records"):
            known = row["estimate"] == row["estimate"]
            ends = {end: form(row[end], ".3f") for end in ("low", "high")}
            between = said("choice.range", **ends) if row["low"] == row["low"] else said("drives.no_interval")
            value = form(row["estimate"], ".3f") if known else said("drives.unknown")
            shown.add_row(measure_name(measure), input_name(str(row["input"])), value, between)
    Screen(sys.stdout).show(shown)
