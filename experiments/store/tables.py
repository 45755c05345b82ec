"""Parquet bytes: how shards, trajectories and designs are written, and read back with limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.experiments.store.errors import Damaged

IDS = ("run_id", "point_id", "replicate")
MOST_BYTES_IN_MEMORY = 4 << 30


def shard_schema(outcomes: Sequence[str]) -> pa.Schema:
    """run_id, point_id, replicate (int64), status (int8), outcomes (float64). Parameters stand in the design."""
    fields = [(name, pa.int64()) for name in IDS] + [("status", pa.int8())] + [(name, pa.float64()) for name in outcomes]
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in fields])


def trajectory_schema(columns: Sequence[str]) -> pa.Schema:
    """run_id (int64) and the columns (float64)."""
    return pa.schema(
        [pa.field("run_id", pa.int64(), nullable=False)] + [pa.field(name, pa.float64(), nullable=False) for name in columns]
    )


def arrow_table(columns: Mapping[str, Any], schema: pa.Schema | None = None) -> pa.Table:
    """Columns as an Arrow table, numbers without a copy and without pandas, which Arrow would import to look at them."""
    names = list(columns) if schema is None else schema.names
    arrays = []
    for name in names:
        values = np.ascontiguousarray(columns[name])
        if values.dtype.kind in "iuf":
            kind = pa.from_numpy_dtype(values.dtype)
            arrays.append(pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)]))
        elif values.dtype == bool:
            bits = np.packbits(values, bitorder="little")
            arrays.append(pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)]))
        else:
            arrays.append(_words(values))
    return pa.Table.from_arrays(arrays, names=names) if schema is None else pa.Table.from_arrays(arrays, schema=schema)


def _words(values: np.ndarray) -> pa.Array:
    encoded = [str(value).encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def numpy_column(column: pa.ChunkedArray) -> np.ndarray:
    """A column without missing values as an array (words as objects), without pandas."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return np.array(column.to_pylist(), dtype=bool if pa.types.is_boolean(kind) else object)
    parts = [
        np.frombuffer(part.buffers()[1], dtype=kind.to_pandas_dtype())[part.offset : part.offset + len(part)]
        for part in column.chunks
        if len(part)
    ]
    return np.concatenate(parts) if len(parts) != 1 else parts[0]


def packed(columns: Mapping[str, np.ndarray], schema: pa.Schema) -> bytes:
    """A Parquet file in memory: zstd, no dictionaries (they make floats larger and slower), a checksum on every page."""
    table = arrow_table(columns, schema)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, write_page_checksum=True)
    return sink.getvalue().to_pybytes()


def unpacked(content: bytes, schema: pa.Schema, rows: int | None, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The table in a Parquet file of a known schema and number of rows. Raises Damaged for anything else.

    The counts are looked at before anything is read: a small file may claim to hold more than memory does. No thread of Arrow's
    is given anything of Python's to hold: one that lets go of it while the interpreter ends aborts the process.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        if not file.schema_arrow.equals(schema):
            raise Damaged(f"{name}: columns are not those of this sweep")
        found = file.metadata.num_rows
        if (rows is not None and found != rows) or found * 8 * max(1, len(schema)) > MOST_BYTES_IN_MEMORY:
            raise Damaged(
                f"{name}: {found:,} rows where {rows if rows is not None else 'fewer':,} belong"
                if rows is not None
                else f"{name}: too many rows"
            )
        table = file.read(columns=list(columns) if columns is not None else None, use_threads=False)
    except Damaged:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(f"{name} cannot be read as Parquet ({type(error).__name__})") from None
    if rows is not None and table.num_rows != rows:
        raise Damaged(f"{name}: not as many rows as it says")
    return table
