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
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is a file; give a folder", param_hint="--out")
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print("starting: loading the model", file=sys.stderr, flush=True)

    from experiments.commands.tables import print_equal, print_levers, print_splits, progress
    from experiments.study import firms_per_second, planned_runs, play, write

    runs = planned_runs(profile.value)
    rate = firms_per_second(1.0 if profile is ProfileName.paper else 0.1)
    if profile is ProfileName.paper:
        minutes = runs / rate / 60.0
        print(f"playing {runs:,} firms: about {minutes:.0f} minutes at {rate:,.0f} a second", file=sys.stderr, flush=True)
    else:
        print(f"playing {runs:,} firms", file=sys.stderr, flush=True)
    drawing = max(1, runs // 100)  # each figure counts as a hundredth of the runs
    command = f"tandem study --profile {profile.value} --seed {seed} --out DIR"
    with progress(runs + 9 * drawing, "splits") as told:
        found = play(profile.value, seed, told)
        report = write(found, out, command, lambda what, _: told(what, drawing))
    print_splits(found.splits, sys.stdout)
    print_equal(found.splits, found.beside_rights, sys.stdout)
    print_levers(found, sys.stdout)
    print(f"This is a model, not a forecast. {runs:,} firms in {time.monotonic() - started:.0f} s. Report: {report}")
