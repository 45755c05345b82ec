"""Opens the folder of a sweep or makes it, and sees that what lies there is whole; what is damaged is made again."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tandem.experiments.files.provenance import versions
from tandem.experiments.store import journal
from tandem.experiments.store.errors import Damaged, Refused, SweepError
from tandem.experiments.store.experiment import Experiment
from tandem.experiments.store.folder import BEGUN, OUR_PART, ROOMS, Folder, chunk_name
from tandem.experiments.store.layout import rounded_chunk
from tandem.experiments.store.lock import NAME as LOCK
from tandem.experiments.store.manifest import NAME as MANIFEST
from tandem.experiments.store.manifest import described, differences, read_manifest, rng_of, sweep_id
from tandem.experiments.store.points import DESIGN, SCENARIOS, check_file, write_design, write_scenarios
from tandem.experiments.store.seals import sealed, unsealed
from tandem.experiments.store.store import Commit, Scan, Store

SECONDS_OF_A_CHUNK = 10.0
LOOKS = 2  # at a folder that seems to hold other things: another driver's manifest may have come during the first
Note = Callable[[str], None]


def fit(out: Path) -> Folder:
    """The folder, refused before anything is computed if it cannot hold a sweep, or holds other things."""
    if os.path.lexists(out) and not out.is_dir():
        raise Refused(f"{out} is a file; give a folder")
    folder = Folder(out)
    if out.is_dir():
        for room in ROOMS:
            if (folder.path / room).is_symlink() or ((folder.path / room).exists() and not (folder.path / room).is_dir()):
                raise Damaged(f"{out}/{room} is a link or a file where a folder of the sweep belongs; nothing was written")
        for _ in range(LOOKS):
            if MANIFEST in folder.names() or not (strange := _not_of_a_sweep(folder)):
                return folder
        raise Refused(f"{out} is not empty and holds no sweep ({strange}); give a folder of its own")
    return folder


def _not_of_a_sweep(folder: Folder) -> str:
    """What lies in a folder without a manifest beside what a broken-off start leaves there: empty rooms, the lock, parts."""
    names = folder.names()  # before the look at what was begun, which another driver writes first
    ours = {DESIGN, SCENARIOS} if _begun_there(folder) else set()
    for name in names:
        if name in ROOMS:
            if strange := [inside for inside in folder.names(name) if inside != BEGUN and not OUR_PART.fullmatch(inside)]:
                return f"{name}/{strange[0]}"
        elif name not in ours and not (OUR_PART.fullmatch(name) or (name == LOCK and not folder.size("", name))):
            return name
    return ""


def matching(folder: Folder, experiment: Experiment, strict: bool, note: Note) -> Store | None:
    """The sweep in the folder, if it is the one asked for; None where there is none. Refused where it is another."""
    store = Store.open(folder) if folder.path.is_dir() else None
    if store is None:
        return None
    same(store, experiment)
    then, now = store.manifest.document["provenance"]["versions"], versions()
    moved = [f"{key} {then.get(key)} -> {now.get(key)}" for key in now if then.get(key) != now[key]]
    if moved:
        line = f"this sweep was begun with other versions ({', '.join(moved)})"
        if strict:
            raise Refused(f"{line}; --strict refuses to mix them")
        note(f"{line}; its results will be mixed, and final.json will say so")
    return store


def same(store: Store, experiment: Experiment) -> None:
    """Refused unless the sweep is the one that is asked for."""
    spec, manifest, name = experiment.spec(), store.manifest, store.folder.path.name
    if sweep_id(spec, rng_of(experiment)) != manifest.sweep_id:
        found = differences(spec, manifest.spec) or ["rng"]
        raise Refused(
            f"{name} holds another sweep: {'; '.join(found[:3])}"
            + (f" and {len(found) - 3} more" if len(found) > 3 else "")
            + ". Give another folder (`--reuse` takes over the runs that both share)"
        )
    if tuple(experiment.stored) != manifest.stored:
        raise Refused(f"{name} keeps other outcomes: keep: {len(manifest.stored)} there, {len(experiment.stored)} asked")


def opened_or_made(folder: Folder, experiment: Experiment, chunk_runs: int | None, rate: float, width: int, note: Note) -> Store:
    """The sweep in the folder, made where there is none. Of two drivers that begin at the same moment the first one's manifest
    stands: the other goes on with it if it is of the same sweep, and is refused if it is not."""
    if read_manifest(folder) is None:
        with folder.mending(patience=math.inf) as locked:
            if read_manifest(folder) is None:
                _begun(folder, experiment, locked)
                try:
                    _made(folder, experiment, chunk_runs, rate, width)
                except BaseException:
                    _undone(folder)
                    raise
    store = Store.open(folder)
    if store is None:
        raise Damaged(f"{MANIFEST} has gone")
    same(store, experiment)
    folder.drop("tmp", BEGUN)
    _whole_design(store, experiment, note)
    return store


def _made(folder: Folder, experiment: Experiment, chunk_runs: int | None, rate: float, width: int) -> None:
    """Design, firms, and last the manifest of a new sweep."""
    design = write_design(folder, experiment)
    scenarios = write_scenarios(folder, experiment.scenarios) if experiment.scenarios else {"count": 0}
    most = 2_000 if experiment.model.columns else 100_000
    size = chunk_runs or rounded_chunk(min(SECONDS_OF_A_CHUNK * rate, experiment.runs / (16 * width)), most=most)
    folder.write("", MANIFEST, described(experiment, design, scenarios, size), keep_first=True)


def _undone(folder: Folder) -> None:
    """Take back what was begun, unless its manifest stands."""
    with suppress(SweepError):
        if MANIFEST not in folder.names():
            for name in (DESIGN, SCENARIOS):
                folder.drop("", name)
            folder.drop("tmp", BEGUN)


def _begun(folder: Folder, experiment: Experiment, locked: bool | None) -> None:
    """Say in `tmp/` that a sweep is begun here: what a kill leaves of it is then known as ours. Where the system has no locks,
    this is what a second driver with another plan is stopped by."""
    mine = sweep_id(experiment.spec(), rng_of(experiment))
    if not folder.write("tmp", BEGUN, sealed({"begun": mine}), keep_first=True) and not locked and _begun_there(folder) != mine:
        raise Refused(
            f"{folder.path.name}: another sweep is being begun here, or its start was broken off; give another folder, or remove "
            f"tmp/{BEGUN} in it if nobody is at work"
        )


def _begun_there(folder: Folder) -> str:
    """Which sweep was begun in a folder without a manifest; "" where none was."""
    try:
        return str(unsealed(folder.read("tmp", BEGUN, 10_000), BEGUN).get("begun", ""))
    except (FileNotFoundError, SweepError):
        return ""


def _whole_design(store: Store, experiment: Experiment, note: Note) -> None:
    """Design and firms as the manifest knows them; what is damaged is made again if it comes out the same."""
    known = store.manifest.document
    for name, entry in ((DESIGN, known["design"]), (SCENARIOS, known["scenarios"])):
        if name == SCENARIOS and not experiment.scenarios:
            continue
        try:
            check_file(store.folder, name, entry)
        except Damaged:
            with store.folder.mending():
                _made_again(store, experiment, name, entry, note)


def _made_again(store: Store, experiment: Experiment, name: str, entry: dict[str, Any], note: Note) -> None:
    try:
        check_file(store.folder, name, entry)  # another driver may have mended it
    except Damaged as error:
        store.folder.set_aside("", name)
        again = write_design(store.folder, experiment) if name == DESIGN else write_scenarios(store.folder, experiment.scenarios)
        if any(again[key] != entry[key] for key in ("bytes", "file_sha256")):
            raise Damaged(f"{error}, and it could not be made again as it was") from None
        note(f"{error}; it was set aside and made again, the same")


def looked_through(store: Store, full: bool, alone: bool | None, note: Note) -> Scan:
    """What is there already; what is damaged or foreign is set aside. Of two drivers that do so one does it, and the other
    goes on with what it finds then."""
    scan = store.scan(full)
    for number, problem in sorted(scan.bad.items()):
        with store.folder.mending():
            try:
                chunk = store.layout.chunk(number)
                scan.done[number] = Commit(chunk, store.commit(chunk, full).receipt)
            except FileNotFoundError:
                continue  # another driver has set it aside
            except Damaged:
                _set_aside(store, number)
        if number not in scan.done:
            note(f"{problem}; chunk {number} was set aside and is done again")
    for name in scan.foreign:
        room, _, file = name.partition("/")
        if store.folder.set_aside(room, file):
            note(f"{name} does not belong to this sweep; it was set aside")
    if alone is not False and (mended := journal.mend(store.folder)):
        note(mended)
    return scan


def _set_aside(store: Store, number: int) -> None:
    for room, ending in (
        ("receipts", "json"),
        ("shards", "parquet"),
        ("trajectories", "parquet"),
        ("failures", "jsonl"),
    ):
        store.folder.set_aside(room, chunk_name(number, ending))
