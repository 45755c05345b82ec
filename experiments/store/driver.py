"""Runs a sweep from where it stands to its end: opens or makes the folder, finds what is missing, has it computed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tandem.experiments.store import journal, precision
from tandem.experiments.store.chunk import FOUND, Task, running
from tandem.experiments.store.engines import Engine, ProcessEngine, SerialEngine, cores, nested
from tandem.experiments.store.errors import Refused
from tandem.experiments.store.experiment import Experiment
from tandem.experiments.store.final import write_final
from tandem.experiments.store.lock import at_work, given_up
from tandem.experiments.store.model import Model, from_its_folder
from tandem.experiments.store.opening import fit, looked_through, matching, opened_or_made
from tandem.experiments.store.stopping import Stop
from tandem.experiments.store.store import Commit, Scan, Store
from tandem.experiments.store.tables import numpy_column
from tandem.sim.given import whole
from tandem.sim.mistake import Mistake

MOST_WORKERS = 4096
SECONDS_WORTH_A_POOL = 8.0  # starting the workers takes two or three
RUNS_WORTH_A_POOL = 50_000  # so many are likely to: the workers are started before the rate is known


@dataclass
class Report:
    """How a call of `run` ended. `folder` can be given to `tandem.experiments.store.open_sweep`."""

    folder: Path
    runs: int
    done_before: int
    played: int
    reused: int
    failed: int
    invalid: int
    digest: str
    seconds: float
    engine: str
    warnings: tuple[str, ...] = ()


class Told:
    """Hears how a sweep goes. Subclass it for a progress bar; by default nothing is shown."""

    def note(self, line: str) -> None:
        """One line for the user: a warning, or what is about to happen."""

    def total(self, done: int, runs: int) -> None:
        """So many of so many runs are done before this call does anything (again at each stage)."""

    def advanced(self, runs: int) -> None:
        """So many more runs are committed."""


def run(
    experiment: Experiment,
    out: str | Path,
    *,
    workers: int | None = None,
    engine: Engine | None = None,
    chunk_runs: int | None = None,
    reuse: str | Path | None = None,
    check: str = "full",
    strict: bool = False,
    told: Told | None = None,
    stop: Stop | None = None,
) -> Report:
    """Run a sweep in the folder `out`, or go on with the one that is there.

    `engine` (None: by `workers`, a pool of processes; or this process where that is as quick). `chunk_runs`: size of a chunk of a
    new sweep (None: ten seconds of work). `reuse`: the folder of an earlier sweep whose runs are taken over. `check`: on resuming
    hash every file (`full`) or look at sizes only (`quick`). `strict`: refuse to go on with another version of the program than
    the one that began. `stop` hears Ctrl-C for a caller that listens already. Raises Refused, Stopped, Interrupted, Damaged.
    """
    told, started = told or Told(), time.monotonic()
    workers, chunk_runs = _counted("workers", workers, MOST_WORKERS), _counted("chunk_runs", chunk_runs, 10**7)
    warnings: list[str] = list(experiment.warnings)

    def note(line: str) -> None:
        warnings.append(line)
        told.note(line)

    for line in experiment.warnings:
        told.note(line)
    folder = fit(Path(out))
    there = matching(folder, experiment, strict, note)
    _connected(engine)
    left = experiment.runs - (there.scan(full=False).runs if there is not None else 0)
    fresh = there is None and chunk_runs is None
    engine, rate = _begun(experiment, engine, workers, left, fresh, note)
    try:
        if isinstance(engine, ProcessEngine):
            engine.start()
        folder.make()
        with at_work(folder) as alone:
            folder.furnish()
            _told_of_company(alone, note)
            if hasattr(engine, "prepare"):
                engine.prepare(folder)
            store = opened_or_made(folder, experiment, chunk_runs, rate, _width(engine), note)
            scan = looked_through(store, check == "full", alone, note)
            document, counts = _to_the_end(store, scan, experiment, engine, reuse, told, stop or Stop(), alone)
    except Refused:
        given_up(folder)
        raise
    finally:
        _close(engine)
    wrong = (document["failed"], document["invalid"])
    spent, said = time.monotonic() - started, tuple(warnings)
    return Report(folder.path, document["runs"], *counts, *wrong, document["digest"], spent, engine.name, said)


def speed(experiment: Experiment, seconds: float = 0.2) -> float:
    """Runs per second of one process here and now, from a few runs of the first points."""
    block = next(iter(experiment.points.blocks())).slice(0, 256)
    points = {
        name: numpy_column(block[name]) for name in block.column_names if name not in ("point_id", "firm_id", "first_replicate")
    }
    model, at = experiment.model, np.zeros(1, dtype=np.int64)
    model.play(points, at, at, at)  # the first call compiles or loads
    spent, played, size = 0.0, 0, 1
    while spent < seconds and played < max(8, min(4096, experiment.runs // 10)):
        at = np.resize(np.arange(block.num_rows), size)
        begun = time.perf_counter()
        model.play(points, at, np.zeros(size, dtype=np.int64), np.arange(size))
        spent += time.perf_counter() - begun
        played += size
        size = min(2 * size, 512)
    return played / max(spent, 1e-9)


def _counted(name: str, value: Any, most: int) -> int | None:
    """A number of workers or of runs; None stands for what this program chooses."""
    try:
        return None if value is None else whole(name, value, 1, most)
    except Mistake as mistake:
        raise Refused(str(mistake)) from None


def _told_of_company(alone: bool | None, note: Callable[[str], None]) -> None:
    if alone is None:
        note("this system keeps no locks here: start one driver at a time in a folder")
    elif not alone:
        note("another driver is at work in this folder; both go on, and share what is committed")


# -- who computes ------------------------------------------------------------------------------


def _begun(
    experiment: Experiment, engine: Engine | None, workers: int | None, left: int, fresh: bool, note: Callable[[str], None]
) -> tuple[Engine, float]:
    """The engine, its workers on their way, and the runs per second of one process (0.0 where nobody asks)."""
    open_choice = engine is None and workers is None
    likely = engine or (_chosen(workers, left, 0.0, note) if workers is not None or left >= RUNS_WORTH_A_POOL else SerialEngine())
    if isinstance(likely, ProcessEngine):
        likely.begin()  # workers take a second or two to start: meanwhile the rate is found
    try:
        rate = speed(experiment) if fresh or (open_choice and left > 0) else 0.0
    except BaseException:
        _close(likely)
        raise
    chosen = _chosen(None, left, rate, note) if open_choice else likely
    if type(chosen) is type(likely):
        return likely, rate
    _close(likely)
    return chosen, rate


def _connected(engine: Engine | None) -> None:
    """Let an engine that is elsewhere say whether anybody is there, before anything is computed or written."""
    if engine is not None and hasattr(engine, "connect"):
        try:
            engine.connect()
        except BaseException:
            _close(engine)
            raise


def _close(engine: Engine) -> None:
    if hasattr(engine, "close"):
        engine.close()


def _chosen(workers: int | None, left: int, rate: float, note: Callable[[str], None]) -> Engine:
    """A pool of `workers`; none said: as many as there are processors, unless the runs that are left are too few to pay."""
    if workers == 1:
        return SerialEngine()
    if nested():
        if workers is not None:
            note("this is a worker of another pool, which may start no processes of its own: one worker plays")
        return SerialEngine()
    count = workers or cores()
    if workers is None and (count == 1 or left <= SECONDS_WORTH_A_POOL * rate):
        return SerialEngine()
    return ProcessEngine(count, note)


def _width(engine: Engine) -> int:
    return int(getattr(engine, "workers", 0) or getattr(engine, "ahead", 0) or 1)


# -- doing -------------------------------------------------------------------------------------


class _Count:
    """Runs that this call found done, played, and took over from another sweep."""

    def __init__(self, before: int):
        self.before, self.played, self.reused = before, 0, 0

    def committed(self, store: Store, scan: Scan, told: Told, number: int, receipt: dict[str, Any]) -> None:
        """A chunk has come in."""
        chunk = store.layout.chunk(number)
        if number in scan.done:
            return
        found = receipt.pop(FOUND, False)
        scan.done[number] = Commit(chunk, receipt)
        if found:
            self.before += chunk.runs
            told.advanced(chunk.runs)
            return
        self.reused += receipt["reused"]
        self.played += chunk.runs - receipt["reused"]
        event = {"event": "chunk", "chunk": number, "runs": chunk.runs, "seconds": receipt["seconds"]}
        journal.write(store.folder, event)
        told.advanced(chunk.runs)


def _to_the_end(
    store: Store,
    scan: Scan,
    experiment: Experiment,
    engine: Engine,
    reuse: str | Path | None,
    told: Told,
    stop: Stop,
    alone: bool | None,
) -> tuple[dict[str, Any], tuple[int, int, int]]:
    """Play what is missing, stage by stage; the final document, and runs done before, played and reused."""
    custom: Model | None = None if from_its_folder(experiment.model) else experiment.model
    if reuse is not None:
        from tandem.experiments.store.reuse import Reuse

        told.note(f"taking over {Reuse(store, str(reuse)).count():,} of {store.layout.runs:,} runs from {reuse}")
    count, seconds = _Count(scan.runs), time.monotonic()
    earlier = None if reuse is None else str(Path(reuse).resolve())
    with stop:
        while True:
            told.total(scan.runs, store.layout.runs)
            if todo := [number for number in range(store.layout.chunks) if number not in scan.done]:
                if not alone:  # in an order of our own, so that drivers in one folder seldom take up the same chunk
                    random.SystemRandom().shuffle(todo)
                stages = len(store.layout.stages)
                same = () if isinstance(engine, SerialEngine) else running()
                task = Task(str(store.folder.path), store.manifest.seal, stages, custom, engine.name, earlier, same, sharing=True)
                engine.run(task, todo, partial(count.committed, store, scan, told), stop)
            if stop.asked:
                raise stop.error()
            stage = precision.next_stage(store, scan) if experiment.precision is not None else None
            if stage is None:
                break
            precision.write_stage(store, stage)
            told.note(
                f"{stage.count:,} of {store.manifest.points:,} points are not precise enough after {stage.low:,} replicates; "
                f"going on to {stage.high:,}"
            )
            # What was committed for this stage by a driver before us counts.
            store = Store(store.folder, store.manifest)
            scan = replace(store.scan(full=False), bad={})
            count.before = count.before if count.played else scan.runs
    document = write_final(store, scan)
    spent = round(time.monotonic() - seconds, 1)
    journal.write(store.folder, {"event": "complete", "digest": document["digest"], "seconds": spent})
    return document, (count.before, count.played, count.reused)
