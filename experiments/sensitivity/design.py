"""What is run: base rows, the arms that mix them, and the keys of their luck.

A base row is a pair of independent points a and b. Arm A plays a, arm B plays b, and the arm of a set of inputs plays a with
those inputs taken from b. A and the mixed arms share their luck, B has its own: so a difference between A and a mixed arm is
due to the inputs alone, and B stays independent of what is multiplied with it (twin-seed pick-freeze; Saltelli et al. 2010,
"Variance based sensitivity analysis of model output", for the arms; the twins make the totals of the mean unbiased).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import qmc

SCRAMBLES = 16
LEAST_ROWS = 256  # in a scramble; with fewer, rows are drawn independently and intervals come from their influence
BLOCK = 1024  # base rows played at a time: memory does not grow with n
MOST_GROUPS_FOR_SUBSETS = 8


class SensitivityError(ValueError):
    """Something that cannot be analysed, in one sentence with what is allowed."""


@dataclass(frozen=True)
class Design:
    """Who is varied with whom, and how often."""

    inputs: tuple[str, ...]
    groups: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    """Columns of X that make each group."""
    n: int
    seed: int
    replicates: int
    subsets: tuple[tuple[int, ...], ...]
    """Sets of groups that get an arm: the single groups first, then larger ones, the full set last if any is larger."""

    @property
    def scrambles(self) -> int:
        """Independent scrambles of the Sobol sequence; 1: independent random rows."""
        return SCRAMBLES if self.n >= SCRAMBLES * LEAST_ROWS else 1

    @property
    def runs(self) -> int:
        """Evaluations that the design takes, the pilot not counted."""
        return self.n * self.replicates * (2 + len(self.subsets))

    def blocks(self) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """(scramble, a, b, keys of a, keys of b) by block: points (rows, inputs) in [0, 1), keys uint64 (rows, replicates)."""
        size = self.n // self.scrambles
        for scramble in range(self.scrambles):
            if self.scrambles > 1:
                engine = qmc.Sobol(2 * len(self.inputs), scramble=True, rng=generator(self.seed, "points", scramble))
                points = engine.random(size)
            else:
                points = generator(self.seed, "points", 0).random((size, 2 * len(self.inputs)))
            keys = [np.stack([generator(self.seed, side, scramble, replicate).integers(0, 2**64, size, dtype=np.uint64)
                              for replicate in range(self.replicates)], axis=1) for side in ("a", "b")]  # fmt: skip
            for low in range(0, size, BLOCK):
                part = slice(low, low + BLOCK)
                a, b = np.split(points[part], 2, axis=1)
                yield scramble, a, b, keys[0][part], keys[1][part]

    def mixed(self, a: np.ndarray, b: np.ndarray, subset: tuple[int, ...]) -> np.ndarray:
        """The points a with the inputs of the groups in `subset` taken from b."""
        columns = [column for group in subset for column in self.members[group]]
        point = a.copy()
        point[:, columns] = b[:, columns]
        return point


def generator(seed: int, *address: str | int) -> np.random.Generator:
    """A generator of its own for each address: never a dimension of the points, never a worker's state."""
    digest = hashlib.sha256(json.dumps([seed, *address]).encode()).digest()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int.from_bytes(digest, "little"))))


def designed(factors: Sequence[str] | Mapping[str, str], n: int, seed: int, replicates: int, subsets: bool | None) -> Design:
    """The design for these factors. SensitivityError for names given twice, an n that is no power of two, and the like."""
    inputs = tuple(factors)
    if not inputs:
        raise SensitivityError("factors: there is none; give at least one name")
    if twice := sorted({name for name in inputs if inputs.count(name) > 1}):
        raise SensitivityError(f"factors: {twice[0]!r} is there twice")
    of = dict(factors) if isinstance(factors, Mapping) else {name: name for name in inputs}
    groups = tuple(dict.fromkeys(of.values()))
    members = tuple(tuple(i for i, name in enumerate(inputs) if of[name] == group) for group in groups)
    if not isinstance(n, int | np.integer) or n < 4 or n & (n - 1):
        near = 2 ** max(2, round(np.log2(n))) if isinstance(n, int | float | np.integer) and n > 4 else 4
        raise SensitivityError(f"n = {n!r}: a Sobol sequence is balanced at powers of two only; {near} is near")
    if subsets is None:
        subsets = len(groups) <= MOST_GROUPS_FOR_SUBSETS
    largest = len(groups) if subsets else 1
    chosen = tuple(u for size in range(1, largest + 1) for u in combinations(range(len(groups)), size))
    return Design(inputs, groups, members, int(n), seed, replicates, chosen)


def evaluated(f, points: np.ndarray, keys: np.ndarray, outputs: int) -> np.ndarray:
    """f at each point under each of its keys: float64 (rows, replicates, outputs), all finite.

    SensitivityError where f returns another shape, or a number that is none: left out, such rows would bias every index.
    """
    rows, replicates = keys.shape
    y = np.asarray(f(np.repeat(points, replicates, axis=0), keys.reshape(-1)), dtype=np.float64)
    wanted = rows * replicates
    if y.shape not in ((wanted,), (wanted, outputs)) or (y.ndim == 1 and outputs > 1):
        allowed = f"({wanted}, {outputs})" if outputs > 1 else f"({wanted},) or ({wanted}, 1)"
        raise SensitivityError(f"f returned an array of shape {y.shape} for {wanted} rows; allowed: {allowed}")
    y = y.reshape(rows, replicates, outputs)
    bad = int((~np.isfinite(y)).sum())
    if bad:
        raise SensitivityError(f"f returned {bad} numbers that are not finite among {y.size}: every run must have one, since "
                               "leaving rows out selects on the outcome")  # fmt: skip
    return y
