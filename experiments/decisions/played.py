"""Options played at random points: every option at the same point under the same luck, and what each of them brought."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.sensitivity.luck import NEAR_A, keys_of
from tandem.experiments.sensitivity.points import plan_of
from tandem.experiments.sensitivity.runner import NotFinite
from tandem.sim.answers import first_not_finite, numbers_of
from tandem.sim.given import function, whole
from tandem.sim.seeds import seed_of

# f(X: float64 (rows, k) in (0, 1), keys: uint64 (rows,)) -> what each option brings, float64 (rows, columns)
Utilities = Callable[[np.ndarray, np.ndarray], np.ndarray]

ROWS_AT_ONCE = 512
MOST_REPLICATES = 4096


@dataclass(frozen=True, eq=False)
class Played:
    """What was played. `points`: float64 (n, factors) in (0, 1); `values`: float64 (replicates, n, columns), a column an
    option; `part`: int64 (n,), the replication of each row, from which intervals are made; `names`: the factors."""

    names: tuple[str, ...]
    points: np.ndarray
    values: np.ndarray
    part: np.ndarray

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def replicates(self) -> int:
        """Replicates of each point."""
        return len(self.values)

    def weighed(self, weights: np.ndarray) -> Played:
        """The same with a utility an option in the place of its outcomes: `values` are then (replicates, n, options).

        `weights`: what a unit of each outcome is worth, float64 (outcomes,); columns hold the outcomes of the first option,
        then those of the second, and so on.
        """
        whole = self.values.reshape(*self.values.shape[:2], -1, len(weights))
        return replace(self, values=whole @ weights)


def play_options(
    f: Utilities,
    names: Sequence[str],
    columns: int,
    n: int,
    seed: int | str,
    replicates: int,
    keep: Path | None = None,
    mark: str = "",
    progress: Callable[[int], None] = lambda rows: None,
) -> Played:
    """Play n random points under `replicates` replicates each; `progress` hears how many rows (points times replicates) are done.

    With `keep` what has been played stands in that file, and the same call goes on from it, to the same bytes; `mark` names
    the function. ValueError for n that is no power of two, fewer than two replicates, or a function of another shape; NotFinite.
    """
    function("f", f)
    replicates, seed = whole("replicates", replicates, 2, MOST_REPLICATES), seed_of(seed)  # one to choose by, one to pay by
    plan = plan_of(n, len(names), seed)
    n = plan.n
    asked = json.dumps([mark, list(names), columns, n, seed, replicates])
    kept = Checkpoint(keep, hashlib.sha256(asked.encode()).hexdigest()) if keep is not None else None
    known = kept.load().get("values") if kept is not None else None
    values: list[np.ndarray] = [known] if known is not None else []
    points, part_of, done, there = [], [], 0, 0 if known is None else known.shape[1]
    progress(there * replicates)
    for part, numbers, a, _ in plan.blocks(ROWS_AT_ONCE):
        points.append(a)
        part_of.append(np.full(len(a), part) if plan.sobol else numbers // plan.rows)
        done += len(a)
        if done <= there:
            continue
        values.append(_answered(f, a, keys_of(seed, NEAR_A, numbers, replicates), columns))
        progress(len(a) * replicates)
        if kept is not None and (kept.due or done == n):
            values = [np.concatenate(values, axis=1)]
            kept.save({"values": values[0]})
    return Played(tuple(names), np.concatenate(points), np.concatenate(values, axis=1), np.concatenate(part_of))


def _answered(f: Utilities, points: np.ndarray, keys: np.ndarray, columns: int) -> np.ndarray:
    given = np.tile(points, (len(keys), 1))
    answer = numbers_of(f(given, keys.reshape(-1)), len(given), columns)
    if wrong := first_not_finite(answer, [f"the utility of option {place + 1}" for place in range(columns)]):
        raise NotFinite(f"{wrong} is not finite: leave out options that are not defined everywhere")
    return answer.reshape(len(keys), len(points), columns)
