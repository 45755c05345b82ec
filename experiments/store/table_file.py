"""Reads a table of points from a file that any program may have written: CSV with commas, semicolons or tabs, or Parquet.

Nothing is guessed that could change a value: a scenario called NA or 001 is a text, and a line with another number of values
than the head (a decimal comma makes two of one) is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tandem.experiments.store.own_table import COUNTED
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.complaint import shortened

LARGEST_TABLE = 2 << 30  # bytes
MOST_IN_MEMORY = 10**8  # numbers
LONGEST_HEAD = 1 << 20
DELIMITERS = (",", ";", "\t")
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A"]
"""What stands for nothing in a column of numbers; among texts it is a text."""
Refuse = Callable[..., ScenarioError]


def read_table(path: Path, refuse: Refuse) -> Any:
    """The file as a DataFrame, columns named as in its head. Raises what `refuse` makes, in one sentence."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_TABLE:
            raise refuse("no such file" if not path.exists() else "not a file of at most 2 GB", key="design.file")
        if path.suffix == ".parquet":
            return _parquet(path, refuse)
        if path.suffix == ".csv":
            return _csv(path, refuse)
    except ScenarioError:
        raise
    except UnicodeDecodeError as error:
        raise refuse(f"not UTF-8 text (byte {error.start})", allowed="CSV in UTF-8") from None
    except Exception as error:
        raise refuse(f"cannot be read as a table ({type(error).__name__}: {shortened(str(error), 150)})") from None
    raise refuse("neither .csv nor .parquet", key="design.file", value=path.name)


def _parquet(path: Path, refuse: Refuse) -> Any:
    import pyarrow.parquet as pq

    with path.open("rb") as stream:  # Arrow takes no path outside of UTF-8
        table = pq.ParquetFile(stream)
        if table.metadata.num_rows * max(1, table.metadata.num_columns) > MOST_IN_MEMORY:
            raise refuse("the table is too large", allowed=f"at most {MOST_IN_MEMORY:,} values")
        twice = _twice(table.schema_arrow.names)
        if twice is not None:
            raise refuse("this column stands there twice", key=twice)
        frame = table.read(use_threads=False).to_pandas(use_threads=False)
    return frame.reset_index(drop=True)


def _csv(path: Path, refuse: Refuse) -> Any:
    from pyarrow import ArrowInvalid, csv, string, uint64

    delimiter, head = _head(path, refuse)
    if (twice := _twice(head)) is not None:
        raise refuse("this column stands there twice", key=twice or "a column without a name")
    kinds = {"scenario": string(), **dict.fromkeys(COUNTED, uint64())}
    try:
        table = csv.read_csv(
            path,
            csv.ReadOptions(column_names=head, skip_rows=1, block_size=1 << 24),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=False),
            csv.ConvertOptions(
                column_types={name: kind for name, kind in kinds.items() if name in head},
                null_values=MISSING,
                strings_can_be_null=False,
                timestamp_parsers=["never a time"],
            ),
        )
    except ArrowInvalid as error:
        raise refuse(_why(str(error), len(head))) from None
    return table.to_pandas()


def _head(path: Path, refuse: Refuse) -> tuple[str, list[str]]:
    """What separates the values, and the names of the columns."""
    import csv

    with path.open("rb") as file:
        line = file.readline(LONGEST_HEAD).decode("utf-8-sig").rstrip("\r\n")
    if not line.strip():
        raise refuse("the table has no head", allowed="a first line with the names of the columns")
    delimiter = next((sign for sign in DELIMITERS if sign in line), ",")
    return delimiter, [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]


def _twice(names: list[str]) -> str | None:
    return next((name for place, name in enumerate(names) if name in names[:place]), None)


def _why(error: str, columns: int) -> str:
    """What the reader of CSV says, in the words of this program."""
    if "Expected" in error and "columns, got" in error:
        found = error.partition("got ")[2]
        counted, _, row = found.partition(": ")
        more = "; is this a decimal comma? Numbers need a decimal point" if "," in row and counted > str(columns) else ""
        return f"a line has {counted} values where the head has {columns} columns ({shortened(row, 60)}){more}"
    if "conversion error to uint64" in error:
        return f"firm_id and first_replicate are whole numbers from 0 to 2^64 - 1 ({shortened(error.partition('value ')[2], 40)})"
    if "invalid UTF8" in error:
        return "not UTF-8 text"
    return f"cannot be read as a table ({shortened(error, 150)})"
