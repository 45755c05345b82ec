"""A sweep on disk: what it is to hold, which chunks are done, and reading them after checking everything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from tandem.experiments.store.digests import content_sha256, sum_of_rows
from tandem.experiments.store.errors import Damaged
from tandem.experiments.store.folder import CHUNK, LARGEST_DOCUMENT, Folder, chunk_name
from tandem.experiments.store.layout import Chunk, Layout, Stage
from tandem.experiments.store.manifest import Manifest, read_manifest
from tandem.experiments.store.model import OK, STATUSES
from tandem.experiments.store.points import DesignReader, read_scenarios, scenario_digests
from tandem.experiments.store.seals import sha256, unsealed
from tandem.experiments.store.shapes import Receipt, StageDocument, shaped
from tandem.experiments.store.tables import shard_schema, trajectory_schema, unpacked
from tandem.sim.scenario import Scenario

STAGE = "s{:04d}.json"


@dataclass(frozen=True)
class Commit:
    """A valid receipt: the chunk is done, and these are the bytes that say so."""

    chunk: Chunk
    receipt: dict[str, Any]

    @property
    def rows_sum(self) -> int:
        """The chunk's part of the sweep's digest."""
        return int(self.receipt["rows_sum"], 16)


@dataclass
class Scan:
    """What was found: commits by chunk number, and complaints by chunk number."""

    done: dict[int, Commit] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """Runs that are done."""
        return sum(commit.chunk.runs for commit in self.done.values())


class Store:
    """A sweep's folder with its manifest and stages."""

    def __init__(self, folder: Folder, manifest: Manifest):
        self.folder, self.manifest = folder, manifest
        self.layout = Layout(self._stages(), manifest.chunk_runs)
        self.design = DesignReader(folder, manifest.points)
        self.schema = shard_schema(manifest.stored)

    @classmethod
    def open(cls, folder: Folder) -> Store | None:
        """The sweep in a folder; None if there is none. Raises Damaged."""
        manifest = read_manifest(folder)
        return cls(folder, manifest) if manifest is not None else None

    # -- what it is to hold --------------------------------------------------------------------

    def _stages(self) -> tuple[Stage, ...]:
        stages = [Stage(0, 0, self.manifest.replicates, self.manifest.points)]
        if "precision" not in self.manifest.spec:
            return tuple(stages)
        for name in self.folder.names("stages"):
            if name != STAGE.format(len(stages)):
                break
            stages.append(self._stage(name, stages[-1]))
        return tuple(stages)

    def _stage(self, name: str, before: Stage) -> Stage:
        document = unsealed(self.folder.read("stages", name, LARGEST_DOCUMENT), f"stages/{name}")
        shaped(document, StageDocument, f"stages/{name}")
        try:
            points = np.array(document["points"], dtype=np.int64)
            known = before.points if isinstance(before.points, np.ndarray) else np.arange(before.points)
            sound = (
                document["sweep_id"] == self.manifest.sweep_id
                and document["start"] == before.end
                and document["low"] == before.high < document["high"]
                and len(points) > 0
                and bool(np.isin(points, known).all())
                and bool((np.diff(points) > 0).all())
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            sound = False
        if not sound:
            raise Damaged(f"stages/{name} is damaged: it does not follow from what is before it")
        return Stage(before.end, before.high, int(document["high"]), points)

    def scenarios(self) -> dict[str, Scenario]:
        """The firms by name; none where the model is a function."""
        digests = self.manifest.spec["model"].get("scenarios")
        return {} if digests is None else read_scenarios(self.folder, self.manifest.document["scenarios"], digests)

    def scenario_digests(self) -> dict[str, str]:
        """The firms' digests by name, in the order of their numbers in the design; none where the model is a function."""
        digests = self.manifest.spec["model"].get("scenarios")
        return {} if digests is None else scenario_digests(self.folder, self.manifest.document["scenarios"], digests)

    def luck_of(
        self, points: dict[str, np.ndarray], at: np.ndarray, point_ids: np.ndarray, replicates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Firm numbers and replicates, int64, of runs: `points` are columns of the design, `at` the place of each run in them.

        The design point enters the luck only in a plan with `independent_luck`, where it stands for the firm's number.
        """
        firms = points["firm_id"][at] if "firm_id" in points else np.zeros(len(at), dtype=np.int64)
        if self.manifest.spec["independent_luck"] and "firm_id" not in points:
            firms = point_ids
        first = (
            points["first_replicate"][at].astype(np.uint64) if "first_replicate" in points else np.zeros(len(at), dtype=np.uint64)
        )
        return np.asarray(firms, dtype=np.int64), (first + replicates.astype(np.uint64)).view(np.int64)

    # -- which chunks are done -----------------------------------------------------------------

    def scan(self, full: bool = True, heard: Any = lambda runs: None) -> Scan:
        """Every chunk as done, bad or absent. `full` hashes every file; else only receipts and sizes are looked at."""
        found = Scan()
        receipts, shards = self.folder.names("receipts"), self.folder.names("shards")
        present = {
            int(match[1]) for name in receipts if (match := CHUNK.fullmatch(name)) and name == chunk_name(int(match[1]), "json")
        }
        for room, names, ending in (
            ("receipts", receipts, "json"),
            ("shards", shards, "parquet"),
            ("trajectories", self.folder.names("trajectories"), "parquet"),
            ("failures", self.folder.names("failures"), "jsonl"),
        ):
            for name in names:
                match = CHUNK.fullmatch(name)
                if not match or name != chunk_name(int(match[1]), ending) or int(match[1]) >= self.layout.chunks:
                    found.foreign.append(f"{room}/{name}")
        for number in sorted(number for number in present if number < self.layout.chunks):
            chunk = self.layout.chunk(number)
            try:
                found.done[number] = self.commit(chunk, full=full)
            except FileNotFoundError:
                continue  # another driver has just set it aside
            except Damaged as error:
                found.bad[number] = str(error)
            heard(chunk.runs)
        return found

    def commit(self, chunk: Chunk, full: bool = True) -> Commit:
        """The commit of a chunk. Raises Damaged, or FileNotFoundError if the chunk was never committed."""
        name = f"receipts/{chunk_name(chunk.number, 'json')}"
        content = self.folder.read("receipts", chunk_name(chunk.number, "json"), LARGEST_DOCUMENT)
        receipt = shaped(unsealed(content, name), Receipt, name)
        if (receipt["sweep_id"], receipt["manifest"], receipt["chunk"], receipt["low"], receipt["high"]) != (
            self.manifest.sweep_id,
            self.manifest.seal,
            chunk.number,
            chunk.low,
            chunk.high,
        ):
            raise Damaged(f"{name} belongs to another sweep or chunk")
        if self.manifest.columns and not receipt["files"].get("trajectories"):
            raise Damaged(f"{name} knows of no trajectories, which this sweep keeps")
        for room, known in receipt["files"].items():
            self._file(room, chunk, known, full)
        return Commit(chunk, receipt)

    def _file(self, room: str, chunk: Chunk, known: dict[str, Any], full: bool) -> None:
        name = chunk_name(chunk.number, "jsonl" if room == "failures" else "parquet")
        size = self.folder.size(room, name)
        if size is None:
            raise Damaged(f"{room}/{name} is missing")
        if size != known["bytes"]:
            raise Damaged(f"{room}/{name} has {size:,} bytes, not {known['bytes']:,}")
        if full and sha256(self.read(room, chunk)) != known["sha256"]:
            raise Damaged(f"{room}/{name} is damaged: its digest does not fit")

    def read(self, room: str, chunk: Chunk) -> bytes:
        """A chunk's file. Raises Damaged where it is missing."""
        name = chunk_name(chunk.number, "jsonl" if room == "failures" else "parquet")
        try:
            return self.folder.read(room, name)
        except FileNotFoundError:
            raise Damaged(f"{room}/{name} is missing") from None

    # -- reading -------------------------------------------------------------------------------

    def shard(self, commit: Commit) -> pa.Table:
        """The runs of a chunk, after every check there is: bytes, schema, numbers, statuses, finite values."""
        chunk, name = commit.chunk, f"shards/{chunk_name(commit.chunk.number)}"
        content = self.read("shards", chunk)
        if hashlib.sha256(content).hexdigest() != commit.receipt["files"]["shards"]["sha256"]:
            raise Damaged(f"{name} is damaged: its digest does not fit")
        table = unpacked(content, self.schema, chunk.runs, name)
        points, replicates = chunk.rows()
        status = table["status"].to_numpy()
        if not (
            np.array_equal(table["run_id"].to_numpy(), np.arange(chunk.low, chunk.high))
            and np.array_equal(table["point_id"].to_numpy(), points)
            and np.array_equal(table["replicate"].to_numpy(), replicates)
        ):
            raise Damaged(f"{name}: runs are not those of this chunk")
        if not np.isin(status, range(len(STATUSES))).all():
            raise Damaged(f"{name}: a status that does not exist")
        for outcome in self.manifest.stored:
            values = table[outcome].to_numpy()
            defined = np.isfinite(values)
            right = defined | (np.isnan(values) if outcome in self.manifest.nullable else False)
            if not np.where(status == OK, right, np.isnan(values)).all():
                raise Damaged(f"{name}: {outcome} holds what it cannot hold")
        return table

    def trajectories(self, commit: Commit) -> pa.Table:
        """The kept weeks or quarters of a chunk's runs, checked."""
        known = commit.receipt["files"]["trajectories"]
        name = f"trajectories/{chunk_name(commit.chunk.number)}"
        content = self.read("trajectories", commit.chunk)
        if sha256(content) != known["sha256"]:
            raise Damaged(f"{name} is damaged: its digest does not fit")
        return unpacked(content, trajectory_schema(self.manifest.columns), known["rows"], name)

    def sums(self, commit: Commit, table: pa.Table) -> tuple[str, int]:
        """Digest of the content, and sum of the rows, of a chunk's table as it lies on disk."""
        columns = {name: table[name].to_numpy() for name in table.column_names}
        weeks = []
        if self.manifest.columns:
            kept = self.trajectories(commit)
            whole = np.column_stack([kept[name].to_numpy() for name in self.manifest.columns])
            bounds = np.searchsorted(kept["run_id"].to_numpy(), np.arange(commit.chunk.low, commit.chunk.high + 1))
            weeks = [whole[low:high] for low, high in pairwise(bounds)]
        named = np.column_stack([columns[name] for name in self.manifest.outcomes])
        return content_sha256(columns), sum_of_rows(columns["run_id"], columns["status"], named, weeks)
