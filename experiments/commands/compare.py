"""`tandem compare`: splits or scenarios, paired by luck."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def compare(
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios; none: the four splits and the controls.")] = None,
    context: Annotated[str | None, typer.Option(help="Context in which splits are compared (default: all).")] = None,
    runs: Annotated[int, typer.Option(min=2, max=1_000_000, help="Pairs: lucks shared by the arms.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the luck.")] = 0,
    alternatives: Annotated[bool, typer.Option("--alternatives", help="Say what each statement hangs on.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
) -> None:
    """Compare splits or scenarios on the same lucks."""
    import pandas as pd
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from experiments.commands.tables import print_splits, print_survival
    from experiments.splits import (
        ALTERNATIVES,
        HEADLINES,
        compare_splits,
        contexts,
        differences,
        splits,
        surviving,
    )
    from sim.comparison import compare_batches
    from sim.results import simulate_batch
    from sim.scenario import Scenario

    arms = names or []
    if arms and all(name in splits() for name in arms) is False:
        scenarios = [Scenario.load(name) for name in arms]
        if len({scenario.parameters.quarters for scenario in scenarios}) > 1:
            raise typer.BadParameter("the scenarios have different horizons; give them the same `quarters`")
        if len(set(arms)) < len(arms):
            raise typer.BadParameter("a scenario is named twice")
        batches = {name: simulate_batch(scenario, runs=runs, seed=seed) for name, scenario in zip(arms, scenarios)}
        table = differences(compare_batches(batches, HEADLINES).table, "scenarios", "default", "as described")
        print_splits(table, sys.stdout)
        _save(out, {"comparison": table})
        return
    chosen = [Scenario.of(role_model=splits()[0], context=context).context] if context else contexts()
    default, other = [], []
    total = len(chosen) * len(splits()) * runs * (1 + len(ALTERNATIVES) * alternatives)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True),
                  transient=True) as bar:  # fmt: skip
        task = bar.add_task("splits", total=total)
        for place in chosen:
            tick = lambda more: bar.update(task, advance=more)  # noqa: E731
            default.append(differences(compare_splits(place, runs, seed, progress=tick).table, place, "default", "as described"))
            for name, changes in ALTERNATIVES.items() if alternatives else ():
                found = compare_splits(place, runs, seed, changes, progress=tick)
                other.append(differences(found.table, place, name, "as described"))
    table = pd.concat(default, ignore_index=True)
    if arms:
        table = table[table["arm"].isin([splits()[0], *arms])]
    print_splits(table, sys.stdout)
    tables = {"comparison": table}
    if alternatives:
        tables["surviving"] = surviving(table, pd.concat(other, ignore_index=True))
        print_survival(tables["surviving"], sys.stdout)
    _save(out, tables)
    print("This is a model, not a forecast.")


def _save(out: Path | None, tables: dict) -> None:
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        part = out / f".{name}.part"
        table.to_csv(part, index=False)
        part.replace(out / f"{name}.csv")
    print(f"tables: {out}")
