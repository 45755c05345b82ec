"""`tandem study`: the main job."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

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

    from tandem.experiments.commands.tables import print_equal, print_levers, print_splits, progress
    from tandem.experiments.study.study import firms_per_second, planned_runs, play, write

    parts = analyses(profile, seed)
    runs = planned_runs(profile.value)
    rate = firms_per_second(1.0 if profile is ProfileName.paper else 0.1)
    more = planned(parts, profile)
    if profile is ProfileName.paper:
        minutes = (runs + more) / rate / 60.0
        print(f"playing {runs + more:,} firms: about {minutes:.0f} minutes at {rate:,.0f} a second", file=sys.stderr, flush=True)
    else:
        print(f"playing {runs + more:,} firms", file=sys.stderr, flush=True)
    sections: dict[str, Any] = {}
    if parts:
        with progress(more, "sensitivity") as told:
            sections["analysed"] = analysis(parts, out / "sensitivity", profile, seed, told)
            sections["discovered"] = discovery(parts[0], out / "discovery", profile, told)
            sections["decided"] = decisions(out / "decisions", profile, seed, told)
    drawing = max(1, runs // 100)  # each figure counts as a hundredth of the runs
    command = f"tandem study --profile {profile.value} --seed {seed} --out DIR"
    with progress(runs + 9 * drawing, "splits") as told:
        found = play(profile.value, seed, told, out / "store" if profile is ProfileName.paper else None)
        report = write(found, out, command, lambda what, _: told(what, drawing), sections)
    print_splits(found.splits, sys.stdout)
    print_equal(found.splits, found.beside_rights, sys.stdout)
    print_levers(found, sys.stdout)
    print(f"This is a model, not a forecast. {runs + more:,} firms in {time.monotonic() - started:.0f} s. Report: {report}")


def analyses(profile: ProfileName, seed: int) -> list[Any]:
    """The analyses that a study adds to its tables: the whole in `paper`, none in `quick`."""
    from tandem.experiments.study import strata as plan

    if profile is ProfileName.quick:  # a minute is what a newcomer waits; `tandem sensitivity` adds it
        return []
    if profile is ProfileName.paper:
        print("pilot: how many replicates a point needs", file=sys.stderr, flush=True)
    return plan.settled(plan.parts_of(profile.value, seed))


def planned(parts: list[Any], profile: ProfileName) -> int:
    """Firms that are played beside the tables."""
    if not parts:
        return 0
    from tandem.experiments.study import choice as choice
    from tandem.experiments.study import failures as pooled
    from tandem.experiments.study.strata import runs_of

    return sum(map(runs_of, parts)) + pooled.planned_runs(profile.value) + choice.planned_runs(profile.value)


def discovery(part: Any, place: Path, profile: ProfileName, told: Callable[[str, int], None]) -> dict[str, Any]:
    """Where things go wrong among the firms of the pooled analysis; what the report says of it."""
    from tandem.experiments.study import failures as pooled
    from tandem.experiments.study.failures_report import write

    found = pooled.play(part, profile.value, place / "store", told, lambda done: told("discovery: peeling redrawn points", 0))
    return write(found, place)


def decisions(place: Path, profile: ProfileName, seed: int, told: Callable[[str, int], None]) -> dict[str, Any]:
    """Which split to choose, and what it is worth to know more first; what the report says of it."""
    from tandem.experiments.study import choice as choice
    from tandem.experiments.study.choice_report import write

    return write(choice.play(profile.value, seed, place / "store", told), place)


def analysis(parts: list[Any], place: Path, profile: ProfileName, seed: int, told: Callable[[str, int], None]) -> dict[str, Any]:
    """Play the analyses, or go on with them, in a folder of their own; what the report says of them."""
    from tandem.experiments.study import strata as plan
    from tandem.experiments.study.sensitivity_report import section
    from tandem.experiments.study.sensitivity_tables import declare, write

    place.mkdir(parents=True, exist_ok=True)
    declare(parts, place, profile.value, seed)
    results = {part.name: plan.play(part, place / "store", partial(told, part.name)) for part in parts}
    named = {part.name: part for part in parts}
    write(results, named, place, plan.PROFILES[profile.value].whole)
    return section(results, named, place)
