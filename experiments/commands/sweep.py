"""`tandem sweep`: run a plan, or go on with it."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.settings import OwnOutcomes


class Check(StrEnum):
    """How closely what is there is looked at before going on."""

    full = "full"
    quick = "quick"


def sweep(
    plan: Annotated[Path, typer.Argument(help="A sweep plan, a .toml file (see docs/how-to/sweeps.md).")],
    out: Annotated[
        Path,
        typer.Option(help="Folder of the sweep. If it holds this sweep, it goes on from where it stands."),
    ],
    workers: Annotated[
        int | None, typer.Option(min=1, max=4096, help="Processes on this machine (default: as many as pay).")
    ] = None,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://127.0.0.1:8786.")] = None,
    reuse: Annotated[Path | None, typer.Option(help="Folder of an earlier sweep: take over the runs that both share.")] = None,
    chunk_runs: Annotated[int | None, typer.Option(min=1, max=10_000_000, help="Runs in a chunk of a new sweep.")] = None,
    check: Annotated[Check, typer.Option(help="On resuming, hash every file or look at sizes only.")] = Check.full,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to go on with other versions than the sweep began with.")
    ] = False,
    outcomes: OwnOutcomes = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> int | None:
    """Run a plan of many firms; the same command again resumes."""
    from tandem.experiments.commands.settings import own_outcomes
    from tandem.experiments.store.plan import Plan

    if dask is not None and workers is not None:
        raise typer.BadParameter("--workers is for this machine, --dask for a cluster; give one of them")
    read = Plan.load(plan, own_outcomes(outcomes))
    if dry_run:
        foretell(read)
        return None

    from tandem.experiments.store.errors import SweepError
    from tandem.experiments.store.stopping import Stop

    options = {"workers": workers, "chunk_runs": chunk_runs, "reuse": reuse, "check": check.value, "strict": strict}
    with Stop() as stop:  # heard from the first moment on, also before the driver itself listens
        try:
            report = play(read, out, dask, options, stop)
        except KeyboardInterrupt:
            return stopped("interrupted", 130)
        except SweepError as error:
            if error.exit_code in (3, 130):
                return stopped(str(error), error.exit_code)
            raise
    told(report, out)
    print(read.parameters.told)
    return None


def play(plan: Any, out: Path, dask: str | None, options: dict[str, Any], stop: Any) -> Any:
    """The sweep itself; how it ended."""
    from tandem.experiments.store.driver import run
    from tandem.experiments.store.experiment import of_plan

    engine: Any = None
    if dask is not None:
        from tandem.experiments.store.cluster import DaskEngine

        engine = DaskEngine(dask)
    experiment = of_plan(plan)
    if stop.asked:
        raise stop.error()
    with Shown() as shown:
        return run(experiment, out, engine=engine, told=shown.told, stop=stop, **options)


def foretell(plan: Any) -> None:
    """What a plan comes to; nothing is imported that plays firms, nothing is written."""
    from tandem.experiments.store.design import PointSource

    for line in plan.warnings:
        print(f"note: {line}")
    points = PointSource(plan).count
    aimed = plan.tables.precision
    most = points * (aimed.at_most if aimed else plan.replicates)
    each = f"{aimed.at_least:,} to {aimed.at_most:,}" if aimed else f"{plan.replicates:,}"
    print(
        f"{most:,} runs{' at most' if aimed else ''} = {points:,} points x {each} replicates, {len(plan.scenarios):,} scenarios"
    )
    size = most * (10 + 7.8 * len(plan.stored)) / 1e9  # what zstd leaves of eight bytes, measured
    kept = f"{len(plan.stored)} outcomes kept"
    print(
        f'about {size:,.1f} GB on disk ({kept}; keep = "named" keeps only the {len(plan.outcomes)} named)'
        if len(plan.stored) > len(plan.outcomes)
        else f"about {size:,.1f} GB on disk ({kept})"
    )
    print(plan.parameters.told)
    print("dry run: nothing was played or written")


def stopped(reason: str, code: int) -> int:
    """Say that the sweep stopped, and how to go on."""
    command = shlex.join(["tandem", *sys.argv[1:]])
    print(f"tandem: stopped: {' '.join(reason.split())}", file=sys.stderr)
    print(f"tandem: what is committed is kept; go on with: {command}", file=sys.stderr)
    return code


def told(report: Any, out: Path) -> None:
    """The end of a sweep in a few lines."""
    rate = f" ({report.played / report.seconds:,.0f} a second)" if report.played and report.seconds > 1 else ""
    print(
        f"complete: {report.runs:,} runs; {report.done_before:,} were there, {report.reused:,} taken over, "
        f"{report.played:,} played in {report.seconds:.1f} s{rate}"
    )
    if report.failed or report.invalid:
        print(f"{report.failed:,} runs failed and {report.invalid:,} gave an invalid outcome; see {out}/failures")
    print(f"digest: {report.digest}")


class Shown:
    """A progress bar on the error stream, in runs."""

    def __enter__(self) -> Shown:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from tandem.experiments.commands.screen import bar as shown_bar
        from tandem.experiments.store.driver import Told

        self._bar = bar = shown_bar(
            TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
        )
        task = bar.add_task("runs", total=None, start=False)

        class Bar(Told):
            def note(self, line: str) -> None:
                print(f"tandem: {line}", file=sys.stderr, flush=True)

            def total(self, done: int, runs: int) -> None:
                if done:
                    self.note(f"{done:,} of {runs:,} runs are there")
                # The rate is that of new work: the bar starts at what is there without having taken time for it.
                bar.reset(task, total=runs, completed=done, start=True)

            def advanced(self, runs: int) -> None:
                bar.advance(task, runs)

        self.told = Bar()
        bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.stop()
