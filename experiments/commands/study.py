"""`tandem study`: the main job."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ProfileName(StrEnum):
    """How much is played."""

    smoke = "smoke"
    quick = "quick"
    paper = "paper"


def study(
    out: Annotated[Path, typer.Option(help="Folder for the report, tables and figures.")],
    profile: Annotated[ProfileName, typer.Option(help="How much is played.")] = ProfileName.quick,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the luck.")] = 0,
) -> None:
    """Compare the splits in every context, rank the levers, and write one report."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from experiments.commands.tables import print_levers, print_splits
    from experiments.study import planned_runs, play, write

    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is a file; give a folder", param_hint="--out")
    out.mkdir(parents=True, exist_ok=True)
    runs = planned_runs(profile.value)
    console = Console(stderr=True)
    console.print(f"playing {runs:,} firms")
    started = time.monotonic()
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console,
                  transient=True) as bar:  # fmt: skip
        task = bar.add_task("splits", total=runs)
        found = play(profile.value, seed, lambda what, more: bar.update(task, advance=more, description=what))
        bar.update(task, description="figures and report")
        command = f"tandem study --profile {profile.value} --seed {seed} --out DIR"
        report = write(found, out, command)
    print_splits(found.splits, sys.stdout)
    print_levers(found, sys.stdout)
    print(f"This is a model, not a forecast. {runs:,} firms in {time.monotonic() - started:.0f} s. Report: {report}")
