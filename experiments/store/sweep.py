"""A sweep read back: as tables of pandas, polars, DuckDB or xarray, always from an explicit list of checked files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.experiments.store.errors import Damaged, Refused
from tandem.experiments.store.final import final_document, read_final
from tandem.experiments.store.folder import Folder, chunk_name
from tandem.experiments.store.points import DESIGN, check_file
from tandem.experiments.store.precision import next_stage
from tandem.experiments.store.store import Commit, Scan, Store
from tandem.sim.given import listed
from tandem.sim.own import Own
from tandem.sim.own_outcomes import know_again

IDS = ("run_id", "point_id", "replicate", "status")


def open_sweep(folder: str | os.PathLike[str]) -> Sweep:
    """The sweep in a folder, every file of it hashed. Raises Refused if there is none, Damaged if something is not whole."""
    if not Path(folder).is_dir():
        raise Refused(f"{folder}: no such folder")
    store = Store.open(Folder(folder))
    if store is None:
        raise Refused(f"{folder}: there is no sweep in this folder")
    return Sweep(store)


class Sweep(Own):
    """A sweep on disk. What reads runs takes `allow_partial`: a sweep that is not complete is refused without it."""

    def __init__(self, store: Store):
        self.store = store
        self.manifest = store.manifest
        know_again(self.manifest.spec["model"].get("own_outcomes", []))

    @cached_property
    def _scan(self) -> Scan:
        scan = self.store.scan(full=True)
        if scan.bad:
            first = min(scan.bad)
            raise Damaged(f"{scan.bad[first]} ({len(scan.bad)} damaged in all); the sweep's own command mends it")
        return scan

    # -- how far it is -------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The folder."""
        return self.store.folder.path

    @property
    def runs(self) -> int:
        """Runs that there are to be (of the stages known so far)."""
        return self.store.layout.runs

    @property
    def runs_done(self) -> int:
        """Runs that are committed."""
        return self._scan.runs

    @cached_property
    def complete(self) -> bool:
        """Whether nothing is missing; with a target precision also whether it is reached or given up."""
        if self.runs_done < self.runs:
            return False
        return "precision" not in self.manifest.spec or next_stage(self.store, self._scan) is None

    @cached_property
    def final(self) -> dict[str, Any]:
        """What `final.json` has to say, made from the receipts. Raises Refused for a partial sweep."""
        if not self.complete:
            raise Refused(self._how_partial())
        document = final_document(self.store, self._scan)
        there = read_final(self.store)
        if there is not None and {key: value for key, value in there.items() if key != "self"} != document:
            raise Damaged("final.json does not follow from the receipts")
        return document

    @property
    def digest(self) -> str:
        """The digest of the complete sweep."""
        return self.final["digest"]

    @property
    def outcomes(self) -> dict[str, str]:
        """Stored outcomes and their units, the digested ones first."""
        return {outcome["name"]: outcome["unit"] for outcome in self.manifest.document["stored"]}

    @property
    def parameters(self) -> str | int | None:
        """Under which parameter sets the firms were played (see `tandem.sim.parameter_sets`); None where these are no firms."""
        model = self.manifest.spec["model"]
        return model.get("parameters", "declared") if "scenarios" in model else None

    def _how_partial(self) -> str:
        share = self.runs_done / max(self.runs, 1)
        return (
            f"{self.path.name} is partial: {self.runs_done:,} of {self.runs:,} runs are done ({share:.1%}); "
            "finish it, or allow for what is missing (--allow-partial; in Python allow_partial=True)"
        )

    def _commits(self, allow_partial: bool) -> list[Commit]:
        if not allow_partial and not self.complete:
            raise Refused(self._how_partial())
        return [self._scan.done[number] for number in sorted(self._scan.done)]

    # -- files ---------------------------------------------------------------------------------

    def files(self, allow_partial: bool = False) -> list[Path]:
        """The shards, in the order of the runs, each checked. Give this list, never a pattern, to other programs."""
        return [self.path / "shards" / chunk_name(commit.chunk.number) for commit in self._commits(allow_partial)]

    def tables(self, allow_partial: bool = False) -> Iterator[pa.Table]:
        """One Arrow table a chunk, every check made as it is read: a sweep larger than memory can be walked through."""
        for commit in self._commits(allow_partial):
            yield self.store.shard(commit)

    # -- design --------------------------------------------------------------------------------

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a point: point_id, scenario (name), and what the design varies."""
        check_file(self.store.folder, DESIGN, self.manifest.document["design"])
        with (self.path / DESIGN).open("rb") as file:  # by file, since Arrow takes no path outside of UTF-8
            table = pq.read_table(file, use_threads=False).to_pandas(use_threads=False)
        names = list(self.store.scenario_digests())
        if names and "scenario" in table:
            table["scenario"] = np.array(names, dtype=object)[table["scenario"]]
        return table

    # -- runs ----------------------------------------------------------------------------------

    def to_arrow(self, outcomes: str | Sequence[str] | None = None, allow_partial: bool = False) -> pa.Table:
        """All runs: run_id, point_id, replicate, status, and the outcomes asked for (None: the digested ones)."""
        names = [*IDS, *self._known(outcomes)]
        parts = [table.select(names) for table in self.tables(allow_partial)]
        return pa.concat_tables(parts) if parts else self.store.schema.empty_table().select(names)

    def to_pandas(
        self, outcomes: str | Sequence[str] | None = None, allow_partial: bool = False, design: bool = True
    ) -> pd.DataFrame:
        """All runs with the columns of their points. `.attrs` says how many runs are done, and of how many."""
        table = self.to_arrow(outcomes, allow_partial).to_pandas()
        if design:
            ids = table["point_id"].to_numpy()
            for place, name in enumerate(name for name in self.design.columns if name != "point_id"):
                table.insert(3 + place, name, self.design[name].to_numpy()[ids])
        table.attrs |= {
            "runs_done": self.runs_done,
            "runs": self.runs,
            "complete": self.complete,
            "sweep_id": self.manifest.sweep_id,
            "parameters": self.parameters,
            "units": {name: self.outcomes[name] for name in self._known(outcomes)},
        }
        return table

    def to_polars(self, outcomes: str | Sequence[str] | None = None, allow_partial: bool = False) -> Any:
        """All runs with the columns of their points, as a polars DataFrame (install polars)."""
        import polars

        runs: Any = polars.from_arrow(self.to_arrow(outcomes, allow_partial))
        return runs.join(polars.from_pandas(self.design), on="point_id", how="left", maintain_order="left")

    def to_duckdb(self, allow_partial: bool = False) -> Any:
        """A DuckDB connection in memory with the views `runs` (read from the shards as asked) and `design` (install duckdb)."""
        import duckdb

        connection = duckdb.connect(":memory:")
        connection.register("design", pa.Table.from_pandas(self.design, preserve_index=False))
        relation = connection.read_parquet([str(file) for file in self.files(allow_partial)])
        relation.create_view("runs")
        return connection

    def to_xarray(self, outcomes: str | Sequence[str] | None = None, allow_partial: bool = False) -> Any:
        """A Dataset with dimensions point and replicate (install xarray). Runs that do not exist are not-a-number."""
        import xarray

        table = self.to_arrow(outcomes, allow_partial)
        replicates = max((stage.high for stage in self.store.layout.stages), default=0)
        shape = (self.manifest.points, replicates)
        at = (table["point_id"].to_numpy(), table["replicate"].to_numpy())
        made = {}
        for name in self._known(outcomes):
            values = np.full(shape, np.nan)
            values[at] = table[name].to_numpy()
            made[name] = (("point", "replicate"), values, {"units": self.outcomes[name]})
        places = {name: ("point", self.design[name].to_numpy()) for name in self.design.columns if name != "point_id"}
        attributes = {"sweep_id": self.manifest.sweep_id, "runs_done": self.runs_done, "runs": self.runs}
        return xarray.Dataset(made, {"point": np.arange(shape[0]), "replicate": np.arange(replicates), **places}, attributes)

    def values(self, outcomes: str | Sequence[str] | None = None) -> np.ndarray:
        """Outcomes of the complete sweep in the order of its runs, float64 (runs, outcomes): for a caller that made its
        own rows, row r is what it asked for as point r (with one replicate). Failed runs are not-a-number."""
        names = self._known(outcomes)
        parts = [np.column_stack([table[name].to_numpy() for name in names]) for table in self.tables()]
        return np.concatenate(parts)

    def failures(self) -> list[dict[str, Any]]:
        """run_id, type and message of every run that failed or gave an invalid outcome."""
        import json

        return [
            json.loads(line)
            for commit in self._commits(True)
            if "failures" in commit.receipt["files"]
            for line in self.store.read("failures", commit.chunk).splitlines()
        ]

    def trajectories(self, allow_partial: bool = False) -> pd.DataFrame:
        """Kept weeks or quarters: run_id and the columns of `Run.weekly`. Raises Refused where none are kept."""
        if not self.manifest.columns:
            raise Refused(f'{self.path.name} keeps no trajectories (trajectories = "weekly" or "quarterly" in the plan)')
        parts = [self.store.trajectories(commit) for commit in self._commits(allow_partial)]
        table = pa.concat_tables(parts).to_pandas()
        return table.astype({name: np.int64 for name in ("week", "quarter") if name in table})

    def _known(self, outcomes: str | Sequence[str] | None) -> list[str]:
        names = list(self.manifest.outcomes) if outcomes is None else listed("outcomes", outcomes)
        if len(set(map(str, names))) < len(names):
            raise Refused(f"outcomes: a name stands there twice ({', '.join(map(str, names))})")
        for name in names:
            if name not in self.outcomes:
                raise Refused(f"{name!r} is not kept in {self.path.name}; it keeps {', '.join(list(self.outcomes)[:8])} ...")
        return names
