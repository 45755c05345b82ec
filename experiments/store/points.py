"""The design on disk: `design.parquet` (one row a point) and `scenarios.parquet` (the firms in full)."""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.experiments.store.digests import content_sha256
from tandem.experiments.store.errors import Damaged
from tandem.experiments.store.folder import Folder
from tandem.experiments.store.tables import numpy_column, packed, unpacked
from tandem.sim.scenario import Scenario

if TYPE_CHECKING:
    from tandem.experiments.store.experiment import Experiment

DESIGN, SCENARIOS = "design.parquet", "scenarios.parquet"
SCENARIO_SCHEMA = pa.schema([("scenario", pa.int32()), ("name", pa.string()), ("digest", pa.string()), ("toml", pa.string())])


def write_design(folder: Folder, experiment: Experiment) -> dict[str, Any]:
    """Write the points; what the manifest keeps of them: points, bytes, digest of the file, digest of the content."""
    content, points = hashlib.sha256(), 0
    with folder.writing("", DESIGN) as stream:
        writer = None
        try:
            for block in experiment.points.blocks():
                content.update(_digest_of(block))
                points += block.num_rows
                if writer is None:
                    writer = pq.ParquetWriter(
                        stream, block.schema, compression="zstd", use_dictionary=False, write_page_checksum=True
                    )
                writer.write_table(block)
        finally:
            if writer is not None:
                writer.close()
    return {
        "points": points,
        "bytes": stream.size,
        "file_sha256": stream.sha256,
        "sha256": content.hexdigest(),
        "factors": list(experiment.points.factors),
    }


def design_digest(experiment: Experiment) -> str:
    """The digest of the points' content, without writing them."""
    content = hashlib.sha256()
    for block in experiment.points.blocks():
        content.update(_digest_of(block))
    return content.hexdigest()


def _digest_of(block: pa.Table) -> bytes:
    columns = {}
    for name in block.column_names:
        values = numpy_column(block[name])
        columns[name] = values.astype("U") if values.dtype == object else values
    return content_sha256(columns).encode()


def write_scenarios(folder: Folder, scenarios: dict[str, Scenario]) -> dict[str, Any]:
    """Write the firms, every value of each; what the manifest keeps of the file."""
    content = packed(
        {
            "scenario": np.arange(len(scenarios), dtype=np.int32),
            "name": np.array(list(scenarios), dtype=object),
            "digest": np.array([s.digest for s in scenarios.values()], dtype=object),
            "toml": np.array([s.to_toml() for s in scenarios.values()], dtype=object),
        },
        SCENARIO_SCHEMA,
    )
    folder.write("", SCENARIOS, content)
    return {
        "count": len(scenarios),
        "bytes": len(content),
        "file_sha256": hashlib.sha256(content).hexdigest(),
    }


def read_scenarios(folder: Folder, known: dict[str, Any], digests: dict[str, str]) -> dict[str, Scenario]:
    """The firms by name. Raises Damaged unless file and digests are those of the manifest."""
    content = _whole(folder, SCENARIOS, known)
    table = unpacked(content, SCENARIO_SCHEMA, known["count"], SCENARIOS).to_pydict()
    found = {name: Scenario.parse(text, name) for name, text in zip(table["name"], table["toml"])}
    if {name: scenario.digest for name, scenario in found.items()} != digests or list(found) != table["name"]:
        raise Damaged(f"{SCENARIOS}: the firms are not those of the manifest")
    return found


def scenario_digests(folder: Folder, known: dict[str, Any], digests: dict[str, str]) -> dict[str, str]:
    """The firms' digests by name, in the order in which the design numbers them (a sealed document sorts its keys, so that
    the manifest does not know it). Raises Damaged unless they are those of the manifest."""
    content = _whole(folder, SCENARIOS, known)
    table = unpacked(content, SCENARIO_SCHEMA, known["count"], SCENARIOS, ["name", "digest"]).to_pydict()
    found = dict(zip(table["name"], table["digest"]))
    if found != digests or list(found) != table["name"]:
        raise Damaged(f"{SCENARIOS}: the firms are not those of the manifest")
    return found


def check_file(folder: Folder, name: str, known: dict[str, Any]) -> None:
    """Raises Damaged unless the file is byte for byte the one that the manifest knows."""
    _whole(folder, name, known, keep=False)


def _whole(folder: Folder, name: str, known: dict[str, Any], keep: bool = True) -> bytes:
    digest, parts, size = hashlib.sha256(), [], 0
    try:
        opened = folder.open("", name)
    except FileNotFoundError:
        raise Damaged(f"{name} is missing") from None
    with os.fdopen(opened, "rb") as stream:
        while part := stream.read(1 << 22):
            digest.update(part)
            size += len(part)
            if keep:
                parts.append(part)
    if size != known["bytes"] or digest.hexdigest() != known["file_sha256"]:
        raise Damaged(f"{name} is damaged: not what was written there")
    return b"".join(parts)


class DesignReader:
    """Reads any points of `design.parquet` without holding all of them."""

    def __init__(self, folder: Folder, points: int):
        self._folder, self.points = folder, points
        self._held: tuple[int, dict[str, np.ndarray]] = (-1, {})

    def _opened(self) -> int:
        try:
            return self._folder.open("", DESIGN)
        except FileNotFoundError:
            raise Damaged(f"{DESIGN} is missing; the sweep's own command makes it again") from None

    @cached_property
    def _metadata(self) -> pq.FileMetaData:
        with os.fdopen(self._opened(), "rb") as stream:
            try:
                found = pq.read_metadata(stream)
            except (pa.ArrowException, OSError) as error:
                raise Damaged(f"{DESIGN} cannot be read ({type(error).__name__})") from None
        if found.num_rows != self.points:
            raise Damaged(f"{DESIGN}: {found.num_rows:,} points where {self.points:,} belong")
        return found

    @cached_property
    def _starts(self) -> np.ndarray:
        groups = self._metadata
        return np.cumsum([0, *(groups.row_group(group).num_rows for group in range(groups.num_row_groups))])

    def take(self, point_ids: np.ndarray) -> dict[str, np.ndarray]:
        """Columns of the design, one value for each of the points (rising numbers)."""
        groups = np.searchsorted(self._starts, point_ids, side="right") - 1
        parts = []
        for group in np.unique(groups):
            block = self._group(int(group))
            places = point_ids[groups == group] - self._starts[group]
            parts.append({name: values[places] for name, values in block.items()})
        names = [name for name in parts[0] if name != "point_id"]
        return {name: np.concatenate([part[name] for part in parts]) if len(parts) > 1 else parts[0][name] for name in names}

    def _group(self, group: int) -> dict[str, np.ndarray]:
        if self._held[0] != group:
            with os.fdopen(self._opened(), "rb") as stream:
                try:
                    file = pq.ParquetFile(stream, metadata=self._metadata, page_checksum_verification=True)
                    table = file.read_row_group(group, use_threads=False)
                except (pa.ArrowException, OSError) as error:
                    raise Damaged(f"{DESIGN} cannot be read ({type(error).__name__})") from None
            self._held = (group, {name: numpy_column(table[name]) for name in table.column_names})
        return self._held[1]
