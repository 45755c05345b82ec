"""The luck of each row: 64-bit keys by address, the same whatever is played beside them and in whatever order."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from tandem.sim.seeds import seed_of

# Families of keys. The first plays all arms of a row. Those from ORDERS on put groups in random order.
NEAR_A, PILOT, SPREAD, ORDERS = 1, 3, 4, 100

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE, _TWO = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def start_of(seed: int | str, family: int) -> np.uint64:
    """The word from which the keys of a family are counted: from SHA-256, so that neighbouring seeds share nothing."""
    text = json.dumps(["tandem-sensitivity", seed_of(seed), family])
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:8], "little"))


def keys_of(seed: int | str, family: int, rows: np.ndarray, replicates: int) -> np.ndarray:
    """Keys, uint64 (replicates, rows), of base rows numbered `rows` (int64).

    SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators") over the counter
    64 x row + replicate: a bijection, so that no two rows of a family ever share a key. Bits depend on the address
    alone: not on the point, the arm, the block or the worker.
    """
    counter = rows.astype(np.uint64)[None, :] * np.uint64(64) + np.arange(replicates, dtype=np.uint64)[:, None]
    with np.errstate(over="ignore"):
        word = start_of(seed, family) + (counter + np.uint64(1)) * _GOLDEN
        word = (word ^ (word >> _SHIFTS[0])) * _ONE
        word = (word ^ (word >> _SHIFTS[1])) * _TWO
    return word ^ (word >> _SHIFTS[2])


def generator(seed: int | str, *address: int) -> np.random.Generator:
    """A NumPy generator for points and orders (never for luck), by address. `seed` as in `tandem.sim.seeds`."""
    text = json.dumps(["tandem-points", seed_of(seed), *address])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:16], "little"))
