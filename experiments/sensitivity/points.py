"""Base points in blocks of rows: independent scrambles of a Sobol sequence, or plain random points where n is small."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tandem.experiments.sensitivity.intervals import LEVEL
from tandem.experiments.sensitivity.luck import generator
from tandem.sim.given import number_or_none, refused, whole_or_none
from tandem.sim.mistake import Mistake
from tandem.sim.until import level_of, spent_at

SCRAMBLES = 16
LEAST_ROWS_A_SCRAMBLE = 256  # with fewer the t-interval over scrambles is wider than that of plain random points
LEAST_ROWS_OF_SOBOL = SCRAMBLES * LEAST_ROWS_A_SCRAMBLE
LEAST_ROWS, MOST_ROWS = 32, 1 << 30
MOST_BLOCKS = 256
FIRST_LOOK = 128  # 32 replications: with fewer an error of their spread would be trusted too early
MOST_WITH_LOOKS = 8192  # sums of each four rows are kept
_HALF_CELL = 2.0**-31  # Sobol coordinates are multiples of 2^-30; the middle of the cell is never 0 or 1


@dataclass(frozen=True)
class Plan:
    """How n base rows of 2 k coordinates are drawn: `replications` are what intervals are made from.

    With `sobol`, a replication is one independent scramble; else a handful of independent random rows. The last `held` of the
    k columns are drawn once: A and B of a row share them.

    `looks`: numbers of rows at which one has looked, this one the last, where one goes on until an order is decided; empty: one
    looks once. Replications are then handfuls of four rows however many there are, so that more rows go on with the same ones.
    """

    n: int
    factors: int
    seed: int | str
    sobol: bool
    held: int = 0
    looks: tuple[int, ...] = ()

    @property
    def replications(self) -> int:
        """Number of independent parts."""
        if self.sobol:
            return SCRAMBLES
        return self.n // 4 if self.looks else min(MOST_BLOCKS, self.n // 4)

    @property
    def rows(self) -> int:
        """Rows in each."""
        return self.n // self.replications

    @property
    def level(self) -> float:
        """Of each interval: such that those of all looks together hold with 95%."""
        return level_of(self.looks) if self.looks else LEVEL

    @property
    def alpha(self) -> float:
        """What the order of all pairs together may spend at this look (they are many, so that looks are simply added up)."""
        return spent_at(len(self.looks) - 1) if self.looks else 1.0 - LEVEL

    def at_look(self, rows: int) -> Plan:
        """The plan of one of the looks: its rows, and the looks up to it."""
        return replace(self, n=rows, looks=tuple(look for look in self.looks if look <= rows))

    def blocks(self, most: int) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """(first replication, row numbers (rows,), A (rows, k), B (rows, k)), at most `most` rows at a time, in order.

        A block lies within one scramble, or holds whole random replications.
        """
        if self.sobol:
            from scipy.stats import qmc  # only now: half a second, which a command spends while its pilots play

            size = min(self.rows, 1 << max(0, most.bit_length() - 1))
            for part in range(self.replications):
                sequence = qmc.Sobol(self._drawn, scramble=True, rng=generator(self.seed, 1, part))
                for low in range(0, self.rows, size):
                    both = sequence.random(size) + _HALF_CELL
                    numbers = np.arange(size) + part * self.rows + low
                    yield part, numbers, *self._ends(both)
            return
        each = max(1, most // self.rows)
        for part in range(0, self.replications, each):
            last = min(part + each, self.replications)
            # One generator a replication: points do not depend on how many rows are taken at a time.
            both = np.concatenate([generator(self.seed, 2, at).random((self.rows, self._drawn)) for at in range(part, last)])
            numbers = np.arange(part * self.rows, last * self.rows)
            both = np.maximum(both, 2.0**-54)  # never 0, at which quantile functions are infinite
            yield part, numbers, *self._ends(both)

    @property
    def _drawn(self) -> int:
        return 2 * self.factors - self.held

    def _ends(self, both: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A and B, (rows, k) each, of coordinates (rows, 2 k - held)."""
        a, b = both[:, : self.factors], both[:, self.factors :]
        return a, np.concatenate([b, a[:, self.factors - self.held :]], axis=1) if self.held else b


def plan_of(n: int, factors: int, seed: int | str, sampling: str = "auto", held: int = 0, until_decided: bool = False) -> Plan:
    """The plan for n base rows. ValueError where n is no power of two of at least 32, or `sampling` is unknown.

    "auto" takes 16 scrambles where each gets at least 256 rows, else random points; "sobol" insists, "random" forgoes.
    `until_decided`: looks after 128, 256, 512, ... random points, up to n.
    """
    whole, said = whole_or_none(n), number_or_none(n)
    if whole is None or not LEAST_ROWS <= whole <= MOST_ROWS or whole & (whole - 1):
        near = [LEAST_ROWS]
        if said is not None and math.isfinite(said) and LEAST_ROWS < said <= MOST_ROWS:
            below = 1 << (int(said).bit_length() - 1)
            near = [below, 2 * below]
        problem = f"not a power of two of {LEAST_ROWS} to 2^{MOST_ROWS.bit_length() - 1}"
        raise refused("n", n, problem, " or ".join(map(str, near)))
    n = whole
    enough = n >= LEAST_ROWS_OF_SOBOL
    if sampling not in ("auto", "sobol", "random"):
        raise Mistake(f"sampling = {sampling!r}: auto, sobol or random")
    if sampling == "sobol" and not enough:
        least, each = LEAST_ROWS_OF_SOBOL, LEAST_ROWS_A_SCRAMBLE
        raise Mistake(f"sampling = 'sobol' needs n of at least {least}, for {SCRAMBLES} scrambles of {each} rows")
    if until_decided:
        if sampling == "sobol":
            raise Mistake("sampling = 'sobol' beside until_decided: 16 scrambles are looked at once; take sampling = 'random'")
        if not FIRST_LOOK <= n <= MOST_WITH_LOOKS:
            raise refused("n", n, "too few or too many to look at with until_decided", f"{FIRST_LOOK} to {MOST_WITH_LOOKS}")
        looks = tuple(1 << power for power in range(FIRST_LOOK.bit_length() - 1, n.bit_length()))
        return Plan(n, factors, seed, False, held, looks)
    return Plan(n, factors, seed, enough and sampling != "random", held)
