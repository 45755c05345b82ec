"""Digests of runs: one for the content of a chunk, and one for a whole sweep that does not know how it was cut into chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

NAN = np.array([np.nan]).view(np.uint64)[0] & np.uint64(0x7FFF_FFFF_FFFF_FFFF)
MODULUS = 1 << 256


def canonical_nan(values: np.ndarray) -> np.ndarray:
    """A copy in which every not-a-number has the same bits."""
    made = np.array(values, dtype="<f8", order="C")
    made.view(np.uint64)[np.isnan(made)] = NAN
    return made


def content_sha256(columns: Mapping[str, np.ndarray]) -> str:
    """Of columns in order: name, kind, length, little-endian bytes. Knows nothing of file formats."""
    digest = hashlib.sha256()
    for name, values in columns.items():
        plain = np.ascontiguousarray(values)
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{name}\0{plain.dtype.str}\0{len(plain)}\0".encode())
        digest.update(plain.tobytes())
    return digest.hexdigest()


def sum_of_rows(run_ids: np.ndarray, status: np.ndarray, values: np.ndarray, extra: Sequence[np.ndarray] = ()) -> int:
    """The sum, modulo 2^256, of the SHA-256 of every run: number, status, outcomes, and its trajectory if there is one.

    Sums of parts add up to the sum of the whole, however the runs are cut and in whatever order they come. It finds
    damage; it is not made against somebody who builds runs to collide.
    """
    words = np.empty((len(run_ids), 2 + values.shape[1]), dtype="<u8")
    words[:, 0], words[:, 1] = run_ids.astype(np.int64).view(np.uint64), status.astype(np.uint64)
    words[:, 2:] = canonical_nan(values).view(np.uint64)
    rows, width = memoryview(words.tobytes()), 8 * words.shape[1]
    sha256 = hashlib.sha256
    if extra:
        hashes = []
        for row, more in enumerate(extra):
            digest = sha256(rows[row * width : (row + 1) * width])
            digest.update(canonical_nan(more).tobytes())
            hashes.append(digest.digest())
    else:
        hashes = [sha256(rows[low : low + width]).digest() for low in range(0, len(rows), width)]
    halves = np.frombuffer(b"".join(hashes), dtype="<u4").reshape(-1, 8).astype(np.uint64).sum(axis=0)
    return sum(int(half) << (32 * place) for place, half in enumerate(halves)) % MODULUS


def sweep_digest(sweep_id: str, design_sha256: str, runs: int, sums: Iterable[int]) -> str:
    """The digest of a finished sweep, in hex."""
    total = sum(sums) % MODULUS
    return hashlib.sha256(f"tandem-sweep-1\0{sweep_id}\0{design_sha256}\0{runs}\0{total:064x}".encode()).hexdigest()
