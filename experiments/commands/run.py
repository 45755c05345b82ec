"""`tandem run`: play one firm."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, OwnOutcomes, ParameterSets, replicate_option, seed_option

QUARTERLY = (
    "revenue",
    "profit",
    "customers",
    "brand_awareness",
    "satisfaction",
    "trust",
    "relationship_conflict",
    "role_clarity",
    "conflict_episodes",
    "backlog",
    "morale",
)
HEAD_WIDTH = 8
WIDE, USUAL_WIDTH = 140, 80  # columns of a terminal
NARROW = ("revenue", "profit", "customers", "satisfaction", "trust", "role_clarity", "conflict_episodes")


def run(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or a path to a .toml file.")],
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    replicate: Annotated[Any, replicate_option("Number of the luck")] = 0,
    quarters: Annotated[int | None, typer.Option(help="Horizon in quarters of 13 weeks, 1 to 160.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="path=value, as often as wanted.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables of the run.")] = None,
    outcomes: OwnOutcomes = None,
    parameters: ParameterSets = USUAL_SETS,
    lang: Annotated[Language, typer.Option(help="Language of tables and words.")] = Language.en,
) -> None:
    """Play one firm and show it quarter by quarter."""
    from tandem.experiments.commands.settings import own_outcomes, parameter_sets, settings
    from tandem.experiments.files.record import note_firms
    from tandem.sim.results import simulate
    from tandem.sim.scenario import Scenario
    from tandem.sim.texts import text

    own_outcomes(outcomes)
    scenario = Scenario.load(name)
    changes = settings(set_ or [])
    if quarters is not None:
        changes |= settings([*(set_ or []), f"quarters={quarters}"])
    if changes:
        scenario = scenario.with_(changes)
    if out is not None:
        note_firms({name: scenario})
        writable(out, ("weekly.csv", "quarterly.csv", "events.csv", "outcomes.json", "run.json", "scenario.toml"))
    played = simulate(scenario, seed=seed, replicate=replicate, parameters=parameter_sets(parameters))
    show(played, scenario, lang.value)
    if out is not None:
        save(played, scenario, out)
        print(text("command.tables", lang.value, folder=out))


def show(played: Any, scenario: Any, lang: str = "en") -> None:
    """The quarters and the outcomes as tables of at most 80 columns, more where a terminal has them."""
    from rich.box import SIMPLE_HEAD

    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.pages.numbers import figure_text, scaled, unit_shown
    from tandem.sim.outcomes import OUTCOMES, OWN
    from tandem.sim.texts import text, typeset
    from tandem.sim.weekly import WEEKLY

    screen = Screen(sys.stdout)
    if not sys.stdout.isatty():
        screen.width = USUAL_WIDTH
    frame = played.quarterly
    title = typeset(scenario.title(lang), lang)
    about = text("run.quarters", lang, title=title, seed=played.seed, replicate=played.replicate)
    table = Table(title=about, box=SIMPLE_HEAD, padding=0, show_edge=False, pad_edge=False)
    table.add_column(text("run.quarter", lang), justify="right")
    columns = [name for name in (QUARTERLY if screen.width >= WIDE else NARROW) if name in frame]
    for name in columns:
        table.add_column(_head(WEEKLY[name], lang), justify="right", overflow="fold", vertical="bottom")
    numbers = frame.get("quarter", frame.index)
    for number, row in zip(numbers, frame[columns].to_dict("records")):
        cells = (figure_text(row[name], unit_shown(WEEKLY[name], lang)[0], lang=lang) for name in columns)
        table.add_row(str(number), *cells)
    screen.show(table)
    ends = Table(title=text("run.outcomes", lang))
    for head in ("outcome", "value", "unit"):
        ends.add_column(text(f"run.{head}", lang), justify="right" if head == "value" else "left")
    for name, value in played.outcomes.items():
        if OUTCOMES[name].headline or name in OWN:
            factor, unit = scaled(name, lang)
            ends.add_row(typeset(OUTCOMES[name].title(lang), lang), figure_text(value, factor, lang=lang), unit)
    screen.show(ends)
    print(played.parameters.tell(lang))
    print(text("command.model", lang))


def _head(column: Any, lang: str) -> str:
    """Title and unit of a column, in narrow lines; what is summed over a quarter has the unit of the sum."""
    from tandem.experiments.pages.numbers import unit_shown
    from tandem.experiments.pages.words import broken
    from tandem.sim.texts import text, typeset

    title, unit = typeset(column.title(lang), lang), unit_shown(column, lang)[1]
    if column.unit == "0-1":
        unit = text("run.of_hundred", lang)
    for week in ("/week", "/semaine"):
        unit = unit.removesuffix(week)
    lines = broken(title, HEAD_WIDTH)
    return lines if unit == title.lower() else f"{lines}\n{broken(unit, HEAD_WIDTH)}"


def save(played: Any, scenario: Any, out: Path) -> None:
    """weekly.csv, quarterly.csv, events.csv, outcomes.json (null: not defined), run.json (what was asked), scenario.toml; each
    moved in when whole."""
    from tandem.experiments.files.tables import write_csv
    from tandem.sim.writing import filled

    outcomes = {name: value if math.isfinite(value) else None for name, value in played.outcomes.items()}
    with filled(out) as folder:
        for name, table in (("weekly", played.weekly), ("quarterly", played.quarterly), ("events", played.events)):
            write_csv(table, folder / f"{name}.csv")
        (folder / "outcomes.json").write_text(json.dumps(outcomes, indent=1, allow_nan=False), encoding="utf-8")
        asked = {"seed": played.seed, "replicate": played.replicate, **played.parameters.identity}
        (folder / "run.json").write_text(json.dumps(asked, indent=1), encoding="utf-8")
        (folder / "scenario.toml").write_text(scenario.to_toml(), encoding="utf-8")
