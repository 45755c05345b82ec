"""Which runs a sweep is made of, and which of them a chunk holds. Runs are numbered; chunks are cut from the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Stage:
    """Replicates `low` to `high - 1` of some points. Run numbers go point by point, from `start`."""

    start: int
    low: int
    high: int
    points: np.ndarray | int
    """Point numbers, int64, rising; or a whole number: all points below it."""

    @property
    def count(self) -> int:
        """Number of points."""
        return self.points if isinstance(self.points, int) else len(self.points)

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.count * (self.high - self.low)

    @property
    def end(self) -> int:
        """The run number after the last."""
        return self.start + self.runs

    def rows(self, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        """Point numbers and replicates, int64 each, of the runs low to high-1."""
        places, replicates = np.divmod(np.arange(low - self.start, high - self.start, dtype=np.int64), self.high - self.low)
        return (places if isinstance(self.points, int) else self.points[places]), replicates + self.low

    def runs_of(self, points: np.ndarray, replicates: np.ndarray) -> np.ndarray:
        """Run numbers, int64, of points and replicates; -1 where this stage holds no such run."""
        if isinstance(self.points, int):
            places, there = points, (points >= 0) & (points < self.points)
        else:
            places = np.searchsorted(self.points, points)
            there = (places < len(self.points)) & (self.points[np.minimum(places, len(self.points) - 1)] == points)
        there = there & (replicates >= self.low) & (replicates < self.high)
        return np.where(there, self.start + places * (self.high - self.low) + replicates - self.low, -1)


@dataclass(frozen=True)
class Chunk:
    """Runs low to high-1, all of one stage; computed and committed as one."""

    number: int
    low: int
    high: int
    stage: Stage

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.high - self.low

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Point numbers and replicates of its runs."""
        return self.stage.rows(self.low, self.high)


@dataclass(frozen=True)
class Layout:
    """All stages that are known, and the size of chunks. A later stage begins with a chunk of its own."""

    stages: tuple[Stage, ...]
    chunk_runs: int

    @property
    def runs(self) -> int:
        """Number of runs of all stages."""
        return self.stages[-1].end

    @property
    def chunks(self) -> int:
        """Number of chunks of all stages."""
        return sum(self._chunks_of(stage) for stage in self.stages)

    def _chunks_of(self, stage: Stage) -> int:
        return -(-stage.runs // self.chunk_runs)

    def chunk(self, number: int) -> Chunk:
        """The chunk of a number. Raises IndexError for one that does not exist."""
        first = 0
        for stage in self.stages:
            here = self._chunks_of(stage)
            if first <= number < first + here:
                low = stage.start + (number - first) * self.chunk_runs
                return Chunk(number, low, min(low + self.chunk_runs, stage.end), stage)
            first += here
        raise IndexError(f"there is no chunk {number}")

    def first_chunk(self, stage: int) -> int:
        """Number of the first chunk of a stage."""
        return sum(self._chunks_of(earlier) for earlier in self.stages[:stage])

    def __iter__(self) -> Iterator[Chunk]:
        return (self.chunk(number) for number in range(self.chunks))

    def runs_of(self, points: np.ndarray, replicates: np.ndarray) -> np.ndarray:
        """Run numbers of points and replicates, -1 where there is no such run."""
        found = np.full(len(points), -1, dtype=np.int64)
        for stage in self.stages:
            here = stage.runs_of(points, replicates)
            found = np.where(here >= 0, here, found)
        return found

    def chunk_numbers(self, runs: np.ndarray) -> np.ndarray:
        """The chunk, int64, that holds each run; -1 stays -1."""
        found = np.full(len(runs), -1, dtype=np.int64)
        for index, stage in enumerate(self.stages):
            inside = (runs >= stage.start) & (runs < stage.end)
            found[inside] = self.first_chunk(index) + (runs[inside] - stage.start) // self.chunk_runs
        return found


def rounded_chunk(runs: float, least: int = 1000, most: int = 100_000) -> int:
    """A chunk size of 1, 2 or 5 times a power of ten, at most `runs`, within least and most."""
    wanted = min(max(runs, least), most)
    size = 10 ** int(np.log10(wanted))
    return int(max(step * size for step in (1, 2, 5) if step * size <= wanted))
