"""Runs of an earlier sweep that a new one need not play again: same firm, same values, same luck, same model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tandem.experiments.files.provenance import versions
from tandem.experiments.store.errors import Damaged, Refused
from tandem.experiments.store.folder import Folder
from tandem.experiments.store.model import OK
from tandem.experiments.store.points import DESIGN, check_file
from tandem.experiments.store.store import Commit, Store


@dataclass
class Known:
    """What was found for some runs."""

    there: np.ndarray
    """bool (runs,)"""
    values: dict[str, np.ndarray]
    """By stored outcome, the values of the runs that are there."""
    trajectories: list[np.ndarray]
    """Of the runs that are there, where they are kept."""


class Reuse:
    """An earlier sweep seen from a new one. Raises Refused where nothing of it may be used, and says why."""

    def __init__(self, new: Store, path: str):
        self.new = new
        folder = Folder(path)
        if not Path(path).is_dir():
            raise Refused(f"--reuse {path}: no such folder")
        old = Store.open(folder)
        if old is None:
            raise Refused(f"--reuse {path}: there is no sweep in this folder")
        if folder.path == new.folder.path:
            raise Refused(f"--reuse {path}: this is the folder of the new sweep itself")
        self.old = old
        self._refuse_strangers(path)
        check_file(old.folder, DESIGN, old.manifest.document["design"])
        self._points = self._matched()
        self._read = lru_cache(maxsize=4)(self._chunk)

    def _refuse_strangers(self, path: str) -> None:
        def same(spec: dict) -> dict:
            return {key: value for key, value in spec["model"].items() if key not in ("scenarios", "order", "trajectories")}

        if same(self.old.manifest.spec) != same(self.new.manifest.spec) or self.old.manifest.document["rng"].get(
            "key"
        ) != self.new.manifest.document["rng"].get("key"):
            raise Refused(f"--reuse {path}: another model or another seed; its runs are no part of this sweep")
        lacking = [name for name in self.new.manifest.stored if name not in self.old.manifest.stored]
        if lacking:
            raise Refused(
                f"--reuse {path}: it did not keep {', '.join(lacking[:3])}"
                + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else "")
                + '; these runs have to be played again, so leave --reuse out (keep = "all" keeps every outcome)'
            )
        if (
            self.new.manifest.columns
            and self.new.manifest.spec["model"]["trajectories"] != self.old.manifest.spec["model"]["trajectories"]
        ):
            raise Refused(f"--reuse {path}: it did not keep the same trajectories; leave --reuse out")

    def _matched(self) -> np.ndarray:
        """For each new point the old point of equal content, or -1."""
        new, old = self._design(self.new), self._design(self.old)
        keys = [name for name in new.columns if name != "point_id"]
        if sorted(keys) != sorted(name for name in old.columns if name != "point_id"):
            return np.full(len(new), -1, dtype=np.int64)
        old = old.drop_duplicates(keys).rename(columns={"point_id": "old"})
        return new.merge(old, on=keys, how="left", sort=False)["old"].fillna(-1).to_numpy(np.int64)

    @staticmethod
    def _design(store: Store) -> pd.DataFrame:
        """Points with the scenario's digest in place of its number, and the firm's number and first luck."""
        with store.folder.handle(), (store.folder.path / DESIGN).open("rb") as file:
            table = pq.read_table(file, use_threads=False).to_pandas(use_threads=False)
        digests = list(store.scenario_digests().values())
        if digests:
            table["scenario"] = np.array(digests, dtype=object)[table["scenario"]]
        if "firm_id" not in table:
            table["firm_id"] = table["point_id"] if store.manifest.spec["independent_luck"] else 0
        if "first_replicate" not in table:
            table["first_replicate"] = 0
        return table

    # -- finding -------------------------------------------------------------------------------

    def runs_of(self, point_ids: np.ndarray, replicates: np.ndarray) -> np.ndarray:
        """The old run, int64, that each new run is equal to; -1 where there is none."""
        return self.old.layout.runs_of(self._points[point_ids], replicates)

    def count(self) -> int:
        """How many runs of the new sweep's known stages the old one holds; committed ones only, receipts trusted."""
        done = np.zeros(self.old.layout.chunks + 1, dtype=bool)
        done[list(self.old.scan(full=False).done)] = True
        total = 0
        for chunk in self.new.layout:
            numbers = self.old.layout.chunk_numbers(self.runs_of(*chunk.rows()))
            total += int(done[numbers].sum())
        return total

    def find(self, point_ids: np.ndarray, replicates: np.ndarray) -> Known:
        """Values of the runs that the old sweep holds, after all its checks; damaged chunks count as not there."""
        runs = self.runs_of(point_ids, replicates)
        numbers = self.old.layout.chunk_numbers(runs)
        there = np.zeros(len(runs), dtype=bool)
        stored = self.new.manifest.stored
        values = {name: np.full(len(runs), np.nan) for name in stored}
        weeks: dict[int, np.ndarray] = {}
        for number in np.unique(numbers[numbers >= 0]):
            held = self._read(int(number))
            if held is None:
                continue
            table, low, kept = held
            rows = np.flatnonzero(numbers == number)
            places = runs[rows] - low
            fine = table["status"][places] == OK
            rows, places = rows[fine], places[fine]
            there[rows] = True
            for name in stored:
                values[name][rows] = table[name][places]
            for row, place in zip(rows, places) if kept else ():
                weeks[int(row)] = kept[place]
        return Known(
            there,
            {name: column[there] for name, column in values.items()},
            [weeks[row] for row in sorted(weeks)],
        )

    def _chunk(self, number: int) -> tuple[dict[str, np.ndarray], int, list[np.ndarray]] | None:
        chunk = self.old.layout.chunk(number)
        try:
            commit: Commit = self.old.commit(chunk)
            table = self.old.shard(commit)
            if commit.receipt["versions"] != versions():
                return None  # runs of another version of the model are not this sweep's runs
            kept: list[np.ndarray] = []
            if self.new.manifest.columns:
                weeks = self.old.trajectories(commit)
                whole = np.column_stack([weeks[name].to_numpy() for name in self.new.manifest.columns])
                bounds = np.searchsorted(weeks["run_id"].to_numpy(), np.arange(chunk.low, chunk.high + 1))
                kept = [whole[low:high] for low, high in pairwise(bounds)]
        except (Damaged, FileNotFoundError):
            return None
        return {name: table[name].to_numpy() for name in table.column_names}, chunk.low, kept
