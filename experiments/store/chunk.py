"""One chunk from beginning to end: play its runs, write its files, commit it by its receipt. Runs in the worker."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.files.provenance import code, versions
from tandem.experiments.store.code import code_digest
from tandem.experiments.store.digests import canonical_nan, content_sha256, sum_of_rows
from tandem.experiments.store.errors import Damaged, NondeterminismError, Refused
from tandem.experiments.store.folder import Folder, chunk_name
from tandem.experiments.store.layout import Chunk
from tandem.experiments.store.model import FirmModel, FunctionModel, Model, Played, declared_outcome
from tandem.experiments.store.seals import sealed, sha256
from tandem.experiments.store.store import Store
from tandem.experiments.store.tables import packed, trajectory_schema
from tandem.sim.outcomes import OWN
from tandem.sim.own_outcomes import KEYS, OwnOutcome, of_table
from tandem.sim.parameter_sets import DECLARED

if TYPE_CHECKING:
    from tandem.experiments.store.reuse import Reuse

ROWS_PLAYED_TWICE_FROM = 50


FOUND = "found"
"""Key of a receipt that was there already when its chunk was to be played."""


@dataclass(frozen=True)
class Task:
    """Computes and commits chunks of one sweep; called with a chunk's number it returns the receipt's document.

    It may be called more than once for a chunk, in any process that sees the folder.
    """

    path: str
    seal: str
    """Of the manifest: a folder that was exchanged behind our back is noticed."""
    stages: int
    model: Model | None = None
    """None: the firms, read from the folder."""
    engine: str = "serial"
    reuse: str | None = None
    """The folder of an earlier sweep whose runs are taken over where they fit."""
    driver: tuple[tuple[str, str], ...] = ()
    """What the driver runs, as `running` says it: whoever computes a chunk must run the same."""
    sharing: bool = False
    """Whether a chunk that another driver has committed meanwhile is left as it is, not played and compared."""

    def __call__(self, number: int) -> dict[str, Any]:
        if self.driver and (other := differing(self.driver, running())):
            raise Refused(
                f"{worker_name()} runs other code than the driver ({other}); install the same everywhere, and start it again"
            )
        if self.driver and isinstance(self.model, FunctionModel) and not same_function(self.model):
            raise Refused(f"{worker_name()} has another {self.model.function!r} than the driver; use the same file everywhere")
        store = opened(self.path, self.seal, self.stages)
        if self.sharing:
            with suppress(Damaged, FileNotFoundError):
                return {**store.commit(store.layout.chunk(number)).receipt, FOUND: True}
        return commit(
            store,
            store.layout.chunk(number),
            self.model or firms(self.path, self.seal, self.stages),
            self.engine,
            _reuse(self.path, self.seal, self.stages, self.reuse) if self.reuse else None,
        )


def running() -> tuple[tuple[str, str], ...]:
    """What the values of this process's runs depend on: versions, and the digest of all its code."""
    return (*versions().items(), ("code", code()[:16]))


def differing(wanted: tuple[tuple[str, str], ...], here: tuple[tuple[str, str], ...]) -> str:
    """In which of its parts another process differs, in words; "" where it does not."""
    known = dict(here)
    return ", ".join(f"{key} {known.get(key)} there, {value} here" for key, value in wanted if known.get(key) != value)


def same_function(model: FunctionModel) -> bool:
    """Whether a function, which another process finds by its name, does there what it did where the model was made."""
    return code_digest(model.function, model.version) == model.code


def worker_name() -> str:
    """This process as a driver knows it: a cluster's worker by its address, any other by its number."""
    if "distributed" in sys.modules:
        from distributed import get_worker

        with suppress(ValueError):
            worker = get_worker()
            return (
                f"worker {worker.address} ({worker.name})" if str(worker.name) != worker.address else f"worker {worker.address}"
            )
    return f"worker process {os.getpid()}"


@lru_cache(maxsize=4)
def opened(path: str, seal: str, stages: int) -> Store:
    store = Store.open(Folder(path))
    if store is None or store.manifest.seal != seal:
        raise Damaged(f"{path}: this is not the sweep that was being worked on")
    return store


@lru_cache(maxsize=4)
def firms(path: str, seal: str, stages: int) -> FirmModel:
    return firms_of(opened(path, seal, stages))


@lru_cache(maxsize=2)
def _reuse(path: str, seal: str, stages: int, source: str) -> Reuse:
    from tandem.experiments.store.reuse import Reuse  # it needs pandas, which a worker can do without

    return Reuse(opened(path, seal, stages), source)


def firms_of(store: Store) -> FirmModel:
    """The model of a sweep of firms, from its folder."""
    said = store.manifest.spec["model"]
    factors, word = store.manifest.document["design"]["factors"], said.get("parameters", DECLARED)
    own = [own_again(told) for told in said.get("own_outcomes", [])]
    model = FirmModel(store.scenarios(), said["seed"], factors, said["trajectories"], word, own)
    if model.parameters.identity.get("ensemble") != said.get("ensemble"):
        raise Refused("this sweep was played under another ensemble of parameter sets than the one that is here")
    return model


def own_again(told: dict[str, Any]) -> OwnOutcome:
    """An outcome of a user's own as the manifest tells it: its formula; a function only where it is declared here and does the
    same. Raises Refused."""
    if "formula" in told:
        return of_table(told["name"], {key: told[key] for key in KEYS if key in told})
    known = OWN.get(told["name"])
    if not isinstance(known, OwnOutcome) or declared_outcome(known) != told:
        raise Refused(
            f"{told['name']} is a function of somebody's own, which is not declared here or does something else now; declare it "
            "with tandem.outcome and play the sweep from Python"
        )
    return known


# -- playing -----------------------------------------------------------------------------------


def play(store: Store, model: Model, point_ids: np.ndarray, replicates: np.ndarray) -> Played:
    """Runs of a sweep, given by point and replicate."""
    used, at = np.unique(point_ids, return_inverse=True)
    points = store.design.take(used)
    firms, replicates = store.luck_of(points, at, point_ids, replicates)
    varied = {name: column for name, column in points.items() if name not in ("firm_id", "first_replicate")}
    return model.play(varied, at, firms, replicates)


def columns_of(
    store: Store, model: Model, run_ids: np.ndarray, point_ids: np.ndarray, replicates: np.ndarray, played: Played
) -> dict[str, np.ndarray]:
    """The columns of a shard."""
    values, names = canonical_nan(played.values), list(model.outcomes)
    return {
        "run_id": run_ids,
        "point_id": point_ids,
        "replicate": replicates,
        "status": played.status,
        **{name: np.ascontiguousarray(values[:, names.index(name)]) for name in store.manifest.stored},
    }


def play_chunk(store: Store, chunk: Chunk, model: Model, reuse: Reuse | None = None) -> tuple[dict[str, np.ndarray], Played, int]:
    """Columns of the chunk's shard, the runs as played, and how many were taken over from an earlier sweep."""
    point_ids, replicates = chunk.rows()
    run_ids = np.arange(chunk.low, chunk.high, dtype=np.int64)
    known = reuse.find(point_ids, replicates) if reuse is not None else None
    fresh = np.ones(chunk.runs, dtype=bool) if known is None else ~known.there
    played = Played(np.full((chunk.runs, len(model.outcomes)), np.nan), np.zeros(chunk.runs, dtype=np.int8))
    if fresh.any():
        new = play(store, model, point_ids[fresh], replicates[fresh])
        _play_again(store, model, point_ids[fresh][:1], replicates[fresh][:1], new, chunk)
        rows = np.flatnonzero(fresh)
        played.values[rows], played.status[rows] = new.values, new.status
        played.failures = [(int(rows[row]), kind, message) for row, kind, message in new.failures]
        if model.columns:
            weeks = iter(new.trajectories)
            played.trajectories = [next(weeks) if is_new else np.zeros((0, 0)) for is_new in fresh]
    if known is not None and known.there.any():
        names = list(model.outcomes)
        for name, values in known.values.items():
            played.values[known.there, names.index(name)] = values
        for row, kept in zip(np.flatnonzero(known.there), known.trajectories):
            played.trajectories = played.trajectories or [np.zeros((0, 0))] * chunk.runs
            played.trajectories[int(row)] = kept
    return columns_of(store, model, run_ids, point_ids, replicates, played), played, int((~fresh).sum())


def _play_again(store: Store, model: Model, point_ids: np.ndarray, replicates: np.ndarray, first: Played, chunk: Chunk) -> None:
    """A model that is not deterministic would make every digest meaningless, so one run of a chunk is played twice."""
    if chunk.runs < ROWS_PLAYED_TWICE_FROM and chunk.number > 0:
        return
    again = play(store, model, point_ids, replicates)
    if (
        canonical_nan(again.values[:1]).tobytes() != canonical_nan(first.values[:1]).tobytes()
        or again.status[0] != first.status[0]
    ):
        raise NondeterminismError(
            f"chunk {chunk.number}: run {chunk.low} played twice gave two results; the model is not "
            "deterministic, so nothing of this chunk was kept"
        )


# -- committing --------------------------------------------------------------------------------


def commit(store: Store, chunk: Chunk, model: Model, engine: str, reuse: Reuse | None = None) -> dict[str, Any]:
    """Play a chunk and commit it; the receipt's document. Where a valid commit is there already, contents are compared."""
    started = time.monotonic()
    columns, played, reused = play_chunk(store, chunk, model, reuse)
    files: dict[str, bytes] = {}
    known: dict[str, dict[str, Any]] = {}
    if model.columns:
        files["trajectories"], rows = _weeks(chunk, played, model)
        known["trajectories"] = {"rows": rows}
    if played.failures:
        files["failures"] = b"".join(
            json.dumps({"run_id": int(chunk.low + row), "type": kind, "message": message[:2000]}, sort_keys=True).encode() + b"\n"
            for row, kind, message in sorted(played.failures)
        )
    files["shards"] = packed(columns, store.schema)
    for room, content in files.items():
        known.setdefault(room, {}).update(bytes=len(content), sha256=sha256(content))
    named = np.column_stack([columns[name] for name in store.manifest.outcomes])
    receipt = {
        "sweep_id": store.manifest.sweep_id,
        "manifest": store.manifest.seal,
        "chunk": chunk.number,
        "low": chunk.low,
        "high": chunk.high,
        "files": known,
        "content_sha256": content_sha256(columns),
        "rows_sum": f"{sum_of_rows(columns['run_id'], columns['status'], named, played.trajectories):064x}",
        "failed": int((played.status == 1).sum()),
        "invalid": int((played.status == 2).sum()),
        "reused": reused,
        "engine": engine,
        "seconds": round(time.monotonic() - started, 3),
        "versions": versions(),
    }
    try:
        there = store.commit(chunk)
    except (Damaged, FileNotFoundError):
        pass
    else:
        if (there.receipt["content_sha256"], there.receipt["rows_sum"]) == (
            receipt["content_sha256"],
            receipt["rows_sum"],
        ):
            return there.receipt
        _keep_both(store, chunk, files)
        raise NondeterminismError(
            f"chunk {chunk.number}: the same runs gave other values than those committed before; both are "
            "in quarantine/ (is the model deterministic, are all workers alike?)"
        )
    for room in ("trajectories", "failures", "shards"):
        if room in files:
            store.folder.write(room, chunk_name(chunk.number, "jsonl" if room == "failures" else "parquet"), files[room])
    store.folder.write("receipts", chunk_name(chunk.number, "json"), sealed(receipt))
    return receipt


def _keep_both(store: Store, chunk: Chunk, files: dict[str, bytes]) -> None:
    name = chunk_name(chunk.number)
    store.folder.write("quarantine", f"{time.time_ns()}.second.{name}", files["shards"])
    for room, ending in (("receipts", "json"), ("shards", "parquet")):
        store.folder.set_aside(room, chunk_name(chunk.number, ending))


def _weeks(chunk: Chunk, played: Played, model: Model) -> tuple[bytes, int]:
    lengths = np.array([len(weeks) for weeks in played.trajectories])
    whole = canonical_nan(np.concatenate([weeks.reshape(-1, len(model.columns)) for weeks in played.trajectories]))
    columns = {
        "run_id": np.repeat(np.arange(chunk.low, chunk.high, dtype=np.int64), lengths),
        **{name: np.ascontiguousarray(whole[:, place]) for place, name in enumerate(model.columns)},
    }
    return packed(columns, trajectory_schema(model.columns)), int(lengths.sum())
