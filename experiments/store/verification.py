"""Looks at every byte of a sweep, and plays runs again to see that they come out the same."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tandem.experiments.files.provenance import versions
from tandem.experiments.store.chunk import columns_of, firms, opened, play
from tandem.experiments.store.digests import canonical_nan
from tandem.experiments.store.engines import Engine, ProcessEngine, SerialEngine, cores, nested
from tandem.experiments.store.errors import Damaged, Refused
from tandem.experiments.store.final import final_document, read_final
from tandem.experiments.store.folder import CHUNK, ROOMS, Folder, chunk_name
from tandem.experiments.store.journal import NAME as LOG
from tandem.experiments.store.journal import looked_at
from tandem.experiments.store.layout import Layout
from tandem.experiments.store.manifest import NAME as MANIFEST
from tandem.experiments.store.model import Model, from_its_folder
from tandem.experiments.store.points import DESIGN, SCENARIOS, check_file
from tandem.experiments.store.precision import next_stage
from tandem.experiments.store.seals import canonical, sha256
from tandem.experiments.store.stopping import Stop
from tandem.experiments.store.store import Commit, Store

KNOWN = {MANIFEST, DESIGN, SCENARIOS, LOG, "final.json", "lock", "report.html", *ROOMS}
WORTH_A_POOL = 20_000  # runs


@dataclass
class Findings:
    """What `verify` found. `damage` makes it fail; `notes` do not."""

    damage: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: int = 0
    runs_done: int = 0
    recomputed: int = 0
    complete: bool = False
    digest: str = ""


def verify(
    folder: str | os.PathLike[str],
    recompute: float = 0.0,
    *,
    model: Model | None = None,
    workers: int | None = None,
    advanced: Callable[[int], None] = lambda runs: None,
) -> Findings:
    """Check every file of a sweep, and play `recompute` percent of its runs again, drawn at random.

    `model`: for a sweep of a function, the model that it was made with. Raises Refused where there is no sweep.
    """
    if not Path(folder).is_dir():
        raise Refused(f"{folder}: no such folder")
    if not 0.0 <= recompute <= 100.0:
        raise Refused(f"recompute = {recompute:g} is not a percentage from 0 to 100")
    found, place = Findings(), Folder(folder)
    try:
        store = Store.open(place)
    except Damaged as error:
        found.damage.append(str(error))
        return found
    if store is None:
        raise Refused(f"{folder}: there is no sweep in this folder")
    _documents(store, found)
    scan = store.scan(full=True)
    found.damage += [scan.bad[number] for number in sorted(scan.bad)]
    found.notes += [f"{name} does not belong to this sweep" for name in scan.foreign]
    found.runs, found.runs_done = store.layout.runs, scan.runs
    for number in sorted(scan.done):
        found.damage += _contents(store, scan.done[number])
        if not recompute:
            advanced(scan.done[number].chunk.runs)
    _loose(store, set(scan.done) | set(scan.bad), found)
    if scan.runs == store.layout.runs and not found.damage:
        _ending(store, scan, found)
    if recompute:
        _again(store, sorted(scan.done), recompute, model, workers, found, advanced)
    return found


# -- parts -------------------------------------------------------------------------------------


def _documents(store: Store, found: Findings) -> None:
    document = store.manifest.document
    for name, known in ((DESIGN, document["design"]), (SCENARIOS, document["scenarios"])):
        if known.get("file_sha256"):
            try:
                check_file(store.folder, name, known)
            except Damaged as error:
                found.damage.append(str(error))
    said = store.manifest.spec["model"]
    wrong = [document["spec_sha256"] != sha256(canonical(store.manifest.spec))]
    if said.get("name") == "firms":
        from tandem.sim.streams import seed_key

        wrong.append(document["rng"].get("key") != [str(int(word)) for word in seed_key(said["seed"])])
        try:
            store.scenarios()
        except Damaged as error:
            found.damage.append(str(error))
    if any(wrong):
        found.damage.append(f"{MANIFEST}: its parts do not fit together")
    _, torn, damaged = looked_at(store.folder)
    found.notes += [f"{line} (the log decides nothing; the sweep's own command mends it)" for line in torn]
    found.damage += [f"{line} (the log decides nothing; the runs are not concerned)" for line in damaged]


def _contents(store: Store, commit: Commit) -> list[str]:
    """Complaints about one chunk: values against its receipt, statuses against its failures."""
    name = f"chunk {commit.chunk.number}"
    try:
        table = store.shard(commit)
        content, rows = store.sums(commit, table)
        receipt, status = commit.receipt, table["status"].to_numpy()
        complaints = []
        if content != receipt["content_sha256"] or rows != commit.rows_sum:
            complaints.append(f"{name}: values are not those that its receipt tells of")
        if (int((status == 1).sum()), int((status == 2).sum())) != (receipt["failed"], receipt["invalid"]):
            complaints.append(f"{name}: failed runs are not those that its receipt tells of")
        told = (
            [json.loads(line)["run_id"] for line in store.read("failures", commit.chunk).splitlines()]
            if "failures" in receipt["files"]
            else []
        )
        if told != table["run_id"].to_numpy()[status != 0].tolist():
            complaints.append(f"{name}: its failures are told of other runs than those that failed")
    except Damaged as error:
        return [str(error)]
    except (ValueError, KeyError, TypeError):
        return [f"{name}: its receipt or its failures cannot be read"]
    return complaints


def _loose(store: Store, known: set[int], found: Findings) -> None:
    """Files that no receipt speaks of: harmless, never read."""
    for room in ("shards", "trajectories", "failures"):
        loose = [
            name
            for name in store.folder.names(room)
            if (match := CHUNK.fullmatch(name)) and int(match[1]) not in known and int(match[1]) < store.layout.chunks
        ]
        if loose:
            found.notes.append(f"{len(loose)} files in {room}/ without a receipt (work that was cut off; never read)")
    for room in ("tmp", "quarantine"):
        if inside := len(store.folder.names(room)):
            found.notes.append(f"{inside} files in {room}/")
    found.notes += [f"{name} does not belong to a sweep" for name in store.folder.names() if name not in KNOWN]


def _ending(store: Store, scan: Any, found: Findings) -> None:
    """Stages and `final.json` against what the runs say."""
    try:
        whole = store.layout
        for count in range(1, len(whole.stages)):  # each stage must follow from the runs before it
            store.layout = Layout(whole.stages[:count], whole.chunk_runs)
            stage, there = next_stage(store, scan), whole.stages[count]
            if (
                stage is None
                or (stage.low, stage.high) != (there.low, there.high)
                or not np.array_equal(stage.points, there.points)
            ):
                found.damage.append(f"stage {count} does not follow from the runs before it")
        store.layout = whole
        found.complete = "precision" not in store.manifest.spec or next_stage(store, scan) is None
        if not found.complete:
            return
        document = final_document(store, scan)
        found.digest = document["digest"]
        written = read_final(store)
        if written is None:
            found.notes.append("final.json is missing; the sweep's own command writes it again")
        elif {key: value for key, value in written.items() if key != "self"} != document:
            found.damage.append("final.json does not follow from the receipts")
        if len(document["versions"]) > 1:
            found.notes.append(f"runs were made with {len(document['versions'])} different sets of versions; see final.json")
    except Damaged as error:
        found.damage.append(str(error))


# -- playing again -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Replay:
    """Plays a share of a chunk's runs again; called with the chunk's number it returns what it found."""

    path: str
    seal: str
    stages: int
    share: float
    salt: int
    model: Model | None = None

    def __call__(self, number: int) -> dict[str, Any]:
        store = opened(self.path, self.seal, self.stages)
        model = self.model or firms(self.path, self.seal, self.stages)
        chunk = store.layout.chunk(number)
        commit = store.commit(chunk)
        chosen = np.random.default_rng([self.salt, number]).random(chunk.runs) < self.share
        rows = np.flatnonzero(chosen)
        if not len(rows):
            return {"runs": 0, "damage": []}
        table = store.shard(commit)
        points, replicates = chunk.rows()
        played = play(store, model, points[rows], replicates[rows])
        again = columns_of(store, model, chunk.low + rows, points[rows], replicates[rows], played)
        wrong = np.zeros(len(rows), dtype=bool)
        for name, values in again.items():
            there = table[name].to_numpy()[rows]
            if there.dtype.kind == "f":
                there, values = canonical_nan(there).view(np.uint64), canonical_nan(values).view(np.uint64)
            wrong |= there != values
        if store.manifest.columns:
            kept = store.trajectories(commit)
            whole = np.column_stack([kept[name].to_numpy() for name in store.manifest.columns])
            bounds = np.searchsorted(kept["run_id"].to_numpy(), np.arange(chunk.low, chunk.high + 1))
            for place, row in enumerate(rows):
                there = canonical_nan(whole[bounds[row] : bounds[row + 1]])
                wrong[place] |= there.tobytes() != canonical_nan(played.trajectories[place]).tobytes()
        if not wrong.any():
            return {"runs": len(rows), "damage": []}
        first = chunk.low + int(rows[np.argmax(wrong)])
        other = "" if commit.receipt["versions"] == versions() else " (they were made with other versions than these)"
        return {
            "runs": len(rows),
            "damage": [
                f"chunk {number}: {int(wrong.sum()):,} of {len(rows):,} runs played again came out "
                f"otherwise, first run {first}{other}"
            ],
        }


def _again(
    store: Store,
    numbers: list[int],
    percent: float,
    model: Model | None,
    workers: int | None,
    found: Findings,
    advanced: Callable[[int], None],
) -> None:
    if model is None and store.manifest.spec["model"].get("name") != "firms":
        raise Refused(
            "this sweep is of a function, which only Python can play again: verify(folder, model=the model it was made with)"
        )
    replay = Replay(
        str(store.folder.path),
        store.manifest.seal,
        len(store.layout.stages),
        percent / 100.0,
        secrets.randbits(62),
        None if model is None or from_its_folder(model) else model,
    )
    count = workers or (cores() if store.layout.runs * percent / 100.0 > WORTH_A_POOL else 1)
    engine: Engine = SerialEngine() if count == 1 or nested() else ProcessEngine(count)

    def done(number: int, answer: dict[str, Any]) -> None:
        found.recomputed += answer["runs"]
        found.damage += answer["damage"]
        advanced(store.layout.chunk(number).runs)

    def checked(number: int) -> bool:
        return not any(
            line.startswith(f"{room}/{chunk_name(number).split('.')[0]}")
            for line in found.damage
            for room in ("shards", "receipts", "trajectories")
        )

    with Stop() as stop:
        engine.run(replay, [number for number in numbers if checked(number)], done, stop)
