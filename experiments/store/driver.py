"""Runs a sweep from where it stands to its end: opens or makes the folder, finds what is missing, has it computed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tandem.experiments.files.provenance import versions
from tandem.experiments.store import journal, precision
from tandem.experiments.store.chunk import Task
from tandem.experiments.store.engines import Engine, ProcessEngine, SerialEngine, Stop, cores
from tandem.experiments.store.errors import Damaged, Refused
from tandem.experiments.store.experiment import Experiment
from tandem.experiments.store.final import write_final
from tandem.experiments.store.folder import PART, ROOMS, Folder, chunk_name
from tandem.experiments.store.layout import rounded_chunk
from tandem.experiments.store.lock import at_work
from tandem.experiments.store.manifest import NAME as MANIFEST
from tandem.experiments.store.manifest import described, differences, read_manifest, rng_of, sweep_id
from tandem.experiments.store.model import FirmModel, Model
from tandem.experiments.store.points import DESIGN, SCENARIOS, check_file, write_design, write_scenarios
from tandem.experiments.store.store import Commit, Scan, Store
from tandem.experiments.store.tables import numpy_column

SECONDS_OF_A_CHUNK = 10.0
SECONDS_WORTH_A_POOL = 8.0  # starting the workers takes two or three
RUNS_WORTH_A_POOL = 50_000  # so many are likely to: the workers are started before the rate is known
SPARE = {"lock", "log.jsonl", *ROOMS, DESIGN, SCENARIOS}


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

    `engine` (None: by `workers`, a pool of processes; or this process where that is as quick). `chunk_runs`: size of a
    chunk of a new sweep (None: ten seconds of work). `reuse`: the folder of an earlier sweep whose runs are taken over.
    `check`: on resuming hash every file (`full`) or look at sizes only (`quick`). `strict`: refuse to go on with another
    version of the program than the one that began. `stop` hears Ctrl-C for a caller that listens already. Raises Refused,
    Stopped, Interrupted, Damaged (see `errors`).
    """
    told, started = told or Told(), time.monotonic()
    warnings: list[str] = list(experiment.warnings)

    def note(line: str) -> None:
        warnings.append(line)
        told.note(line)

    for line in experiment.warnings:
        told.note(line)
    folder = _fit(Path(out), chunk_runs)
    there = _matching(folder, experiment, strict, note)
    left = experiment.runs - (there.scan(full=False).runs if there is not None else 0)
    fresh = there is None and chunk_runs is None
    engine, rate = _begun(experiment, engine, workers, left, fresh, note)
    try:
        if isinstance(engine, ProcessEngine):
            engine.start()
        folder.make()
        with at_work(folder) as alone:
            if not alone:
                note("another driver is at work in this folder; both go on, and share what is committed")
            if hasattr(engine, "prepare"):
                engine.prepare(folder)
            store = _opened_or_made(folder, experiment, chunk_runs, rate, _width(engine), note)
            document, counts = _to_the_end(store, experiment, engine, reuse, check == "full", told, note, stop or Stop())
    finally:
        _close(engine)
    return Report(
        folder.path,
        document["runs"],
        *counts,
        document["failed"],
        document["invalid"],
        document["digest"],
        time.monotonic() - started,
        engine.name,
        tuple(warnings),
    )


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


# -- opening -----------------------------------------------------------------------------------


def _fit(out: Path, chunk_runs: int | None) -> Folder:
    """The folder, refused before anything is computed if it cannot hold a sweep of such chunks."""
    if chunk_runs is not None and (isinstance(chunk_runs, bool) or not 1 <= chunk_runs <= 10**7):
        raise Refused(f"chunk_runs = {chunk_runs!r} is not a whole number from 1 to 10,000,000")
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file; give a folder")
    folder = Folder(out)
    if out.is_dir():
        ours = {*SPARE, MANIFEST, "final.json", "report.html"}
        strange = [name for name in folder.names() if name not in ours and not name.endswith(PART)]
        if strange and MANIFEST not in folder.names():
            raise Refused(f"{out} is not empty and holds no sweep ({strange[0]}); give a folder of its own")
        for room in ROOMS:
            if (folder.path / room).is_symlink() or ((folder.path / room).exists() and not (folder.path / room).is_dir()):
                raise Damaged(f"{out}/{room} is a link or a file where a folder of the sweep belongs; nothing was written")
    return folder


def _matching(folder: Folder, experiment: Experiment, strict: bool, note: Callable[[str], None]) -> Store | None:
    """The sweep in the folder, if it is the one asked for."""
    store = Store.open(folder) if folder.path.is_dir() else None
    if store is None:
        return None
    spec, manifest = experiment.spec(), store.manifest
    if sweep_id(spec, rng_of(experiment)) != manifest.sweep_id:
        found = differences(spec, manifest.spec) or ["rng"]
        raise Refused(
            f"{folder.path.name} holds another sweep: {'; '.join(found[:3])}"
            + (f" and {len(found) - 3} more" if len(found) > 3 else "")
            + ". Give another folder (`--reuse` takes over the runs that both share)"
        )
    if tuple(experiment.stored) != manifest.stored:
        raise Refused(
            f"{folder.path.name} keeps other outcomes: keep: {len(manifest.stored)} there, {len(experiment.stored)} asked"
        )
    then, now = manifest.document["provenance"]["versions"], versions()
    moved = [f"{key} {then.get(key)} -> {now.get(key)}" for key in now if then.get(key) != now[key]]
    if moved:
        line = f"this sweep was begun with other versions ({', '.join(moved)})"
        if strict:
            raise Refused(f"{line}; --strict refuses to mix them")
        note(f"{line}; its results will be mixed, and final.json will say so")
    return store


def _opened_or_made(
    folder: Folder, experiment: Experiment, chunk_runs: int | None, rate: float, width: int, note: Callable[[str], None]
) -> Store:
    if read_manifest(folder) is None:
        design = write_design(folder, experiment)
        scenarios = write_scenarios(folder, experiment.scenarios) if experiment.scenarios else {"count": 0}
        size = chunk_runs or rounded_chunk(
            min(SECONDS_OF_A_CHUNK * rate, experiment.runs / (16 * width)), most=2_000 if experiment.model.columns else 100_000
        )
        # The first driver's description stands; a second one, begun at the same moment, reads it.
        folder.write("", MANIFEST, described(experiment, design, scenarios, size), keep_first=True)
    store = Store.open(folder)
    if store is None:
        raise Damaged(f"{MANIFEST} has gone")
    _whole_design(store, experiment, note)
    return store


def _whole_design(store: Store, experiment: Experiment, note: Callable[[str], None]) -> None:
    """Design and firms as the manifest knows them; what is damaged is made again if it comes out the same."""
    known = store.manifest.document
    for name, entry in ((DESIGN, known["design"]), (SCENARIOS, known["scenarios"])):
        if name == SCENARIOS and not experiment.scenarios:
            continue
        try:
            check_file(store.folder, name, entry)
        except Damaged as error:
            store.folder.set_aside("", name)
            again = (
                write_design(store.folder, experiment) if name == DESIGN else write_scenarios(store.folder, experiment.scenarios)
            )
            if any(again[key] != entry[key] for key in ("bytes", "file_sha256")):
                raise Damaged(f"{error}, and it could not be made again as it was") from None
            note(f"{error}; it was set aside and made again, the same")


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


def _close(engine: Engine) -> None:
    if hasattr(engine, "close"):
        engine.close()


def _chosen(workers: int | None, left: int, rate: float, note: Callable[[str], None]) -> Engine:
    """A pool of `workers`; none said: as many as there are processors, unless the runs that are left are too few to pay."""
    if workers is not None and (isinstance(workers, bool) or workers < 1):
        raise Refused(f"workers = {workers!r} is not a whole number of 1 or more")
    if workers == 1:
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
        scan.done[number] = Commit(chunk, receipt)
        self.reused += receipt["reused"]
        self.played += chunk.runs - receipt["reused"]
        event = {"event": "chunk", "chunk": number, "runs": chunk.runs, "seconds": receipt["seconds"]}
        journal.write(store.folder, event)
        told.advanced(chunk.runs)


def _to_the_end(
    store: Store,
    experiment: Experiment,
    engine: Engine,
    reuse: str | Path | None,
    full: bool,
    told: Told,
    note: Callable[[str], None],
    stop: Stop,
) -> tuple[dict[str, Any], tuple[int, int, int]]:
    """Play what is missing, stage by stage; the final document, and runs done before, played and reused."""
    custom: Model | None = None if isinstance(experiment.model, FirmModel) else experiment.model
    if reuse is not None:
        from tandem.experiments.store.reuse import Reuse

        told.note(f"taking over {Reuse(store, str(reuse)).count():,} of {store.layout.runs:,} runs from {reuse}")
    scan = _looked_through(store, full, note)
    count, seconds = _Count(scan.runs), time.monotonic()
    earlier = None if reuse is None else str(Path(reuse).resolve())
    with stop:
        while True:
            told.total(scan.runs, store.layout.runs)
            if todo := [number for number in range(store.layout.chunks) if number not in scan.done]:
                stages = len(store.layout.stages)
                task = Task(str(store.folder.path), store.manifest.seal, stages, custom, engine.name, earlier)
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


def _looked_through(store: Store, full: bool, note: Callable[[str], None]) -> Scan:
    """What is there already; what is damaged or foreign is set aside."""
    scan = store.scan(full)
    for number, problem in sorted(scan.bad.items()):
        _set_aside(store, number)
        note(f"{problem}; chunk {number} was set aside and is done again")
    for name in scan.foreign:
        room, _, file = name.partition("/")
        store.folder.set_aside(room, file)
        note(f"{name} does not belong to this sweep; it was set aside")
    return scan


def _set_aside(store: Store, number: int) -> None:
    for room, ending in (
        ("receipts", "json"),
        ("shards", "parquet"),
        ("trajectories", "parquet"),
        ("failures", "jsonl"),
    ):
        store.folder.set_aside(room, chunk_name(number, ending))
