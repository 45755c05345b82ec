"""`tandem run`: play one firm."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, ParameterSets, replicate_option, seed_option

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
NARROW = ("revenue", "profit", "customers", "satisfaction", "trust", "role_clarity", "conflict_episodes")


def run(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or a path to a .toml file.")],
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    replicate: Annotated[Any, replicate_option("Number of the luck")] = 0,
    quarters: Annotated[int | None, typer.Option(help="Horizon in quarters of 13 weeks, 1 to 160.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="path=value, as often as wanted.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables of the run.")] = None,
    parameters: ParameterSets = USUAL_SETS,
) -> None:
    """Play one firm and show it quarter by quarter."""
    from tandem.experiments.commands.settings import parameter_sets, settings
    from tandem.experiments.files.record import note_firms
    from tandem.sim.results import simulate
    from tandem.sim.scenario import Scenario

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
    show(played, scenario)
    if out is not None:
        save(played, scenario, out)
        print(f"tables: {out}")


def show(played: Any, scenario: Any) -> None:
    """The quarters and the outcomes as tables."""
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.pages.numbers import figure_text, scaled
    from tandem.sim.outcomes import OUTCOMES
    from tandem.sim.weekly import WEEKLY

    screen = Screen(sys.stdout)
    frame = played.quarterly
    table = Table(title=f"{scenario.title('en')}, by quarter (seed {played.seed}, luck {played.replicate})")
    table.add_column("quarter", justify="right")
    columns = [name for name in (QUARTERLY if screen.width >= 140 else NARROW) if name in frame]
    for name in columns:
        unit = WEEKLY[name].unit.replace("/week", "").replace("-weeks", "-\nweeks")  # sums are those of the quarter
        head = "\n".join([*name.split("_"), unit])
        table.add_column(head, justify="right", overflow="fold", vertical="bottom")
    numbers = frame.get("quarter", frame.index)
    for number, row in zip(numbers, frame[columns].to_dict("records")):
        table.add_row(str(number), *(figure_text(row[name], 1.0) for name in columns))
    screen.show(table)
    ends = Table(title="Outcomes")
    for head in ("outcome", "value", "unit"):
        ends.add_column(head, justify="right" if head == "value" else "left")
    for name, value in played.outcomes.items():
        if OUTCOMES[name].headline:
            factor, unit = scaled(name)
            ends.add_row(OUTCOMES[name].title(), figure_text(value, factor), unit)
    screen.show(ends)
    print(played.parameters.told)
    print("This is a model, not a forecast.")


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
