"""Plays parameter sets and keeps what came out, one line a set, so that a calibration killed at any moment goes on.

A line is written and flushed whole; a torn last line is played again. The same set under the same number has the same firms
and luck, so going on changes no result.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.space import Profile


def play_set(job: tuple[int, Mapping[str, float], Mapping[str, int], int]) -> dict[str, Any]:
    """All statistics of one parameter set (number, parameters, sizes, seed), in a process of its own with one thread."""
    from experiments.findings import computed, targets
    from experiments.plausibility import population_bands
    from experiments.population import Population
    from experiments.trials import Size, Trial
    from sim.compile import set_threads

    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():  # killed: nobody will keep what comes out
        os._exit(1)
    set_threads(1)
    number, parameters, sizes, seed = job
    trial = Trial(Population.load("population", parameters=parameters), seed, Size(**sizes))
    with np.errstate(all="ignore"):
        values = {**computed(trial, [row.name for row in targets()]), **population_bands(trial.table)}
    return {"number": number, "seed": seed, "parameters": dict(parameters),
            "statistics": {name: None if not np.isfinite(value) else value for name, value in values.items()}}  # fmt: skip


class Evaluations:
    """The sets played so far, in a file of one JSON line a set; numbers are addresses, waves are ranges of them."""

    def __init__(self, file: Path):
        self.file = file
        self.rows: dict[int, dict[str, Any]] = {}
        if file.exists():
            whole = file.read_bytes()
            kept = whole[: whole.rfind(b"\n") + 1]
            if len(kept) < len(whole):  # a torn line: killed while writing
                file.write_bytes(kept)
            for line in kept.splitlines():
                row = json.loads(line)
                self.rows[row["number"]] = row

    def played(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of these numbers, in their order."""
        return [self.rows[number] for number in numbers]

    def play(self, sets: Mapping[int, Mapping[str, float]], size: Profile, seed: int, workers: int,
             progress: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        """Play the numbered sets that are not here yet, each on firms and luck of its own number."""
        sizes = {name: getattr(size, name) for name in ("firms", "twins", "advertisers", "long")}
        jobs = []
        for number, parameters in sets.items():
            if number in self.rows and self.rows[number]["parameters"] == dict(parameters):
                progress()
            else:
                jobs.append((number, dict(parameters), sizes, seed * 1_000_003 + number))
        if not jobs:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if workers <= 1:
            for job in jobs:
                self._keep(play_set(job))
                progress()
            return
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            waiting = [pool.submit(play_set, job) for job in jobs]
            try:
                for done in as_completed(waiting):
                    self._keep(done.result())
                    progress()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _keep(self, row: dict[str, Any]) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self.rows[row["number"]] = row
