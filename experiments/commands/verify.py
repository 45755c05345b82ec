"""`tandem verify`: is a sweep whole, and does it come out the same again?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

SHOWN = 20


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")],
    recompute: Annotated[float, typer.Option(min=0, max=100, help="Percent of the runs to play again, drawn at random.")] = 0.0,
    workers: Annotated[int | None, typer.Option(min=1, max=4096, help="Processes that play again.")] = None,
) -> int:
    """Check every byte of a sweep, and play runs again; 0: whole, 3: whole but partial, 4: damage."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    from tandem.experiments.commands.screen import bar
    from tandem.experiments.store.verification import verify as verified

    with bar(TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as shown:
        task = shown.add_task("runs", total=None)
        found = verified(folder, recompute, workers=workers, advanced=lambda runs: shown.advance(task, runs))
    for line in found.notes[:SHOWN]:
        print(f"note: {line}")
    for line in found.damage[:SHOWN]:
        print(f"damage: {line}", file=sys.stderr)
    if len(found.damage) > SHOWN:
        print(f"damage: and {len(found.damage) - SHOWN:,} more", file=sys.stderr)
    again = f"; {found.recomputed:,} played again" if recompute else ""
    if found.damage:
        print(f"tandem: {folder} is damaged ({len(found.damage):,} findings){again}", file=sys.stderr)
        return 4
    if not found.complete:
        print(f"partial: {found.runs_done:,} of {found.runs:,} runs are there, all of them whole{again}")
        return 3
    print(f"whole: {found.runs:,} runs{again}")
    print(f"digest: {found.digest}")
    return 0
