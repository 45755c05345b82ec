"""Tables as files: the same words in every format."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pandas as pd

from tandem.experiments.files.record import metadata

NOTHING = "none"
FORMULA = ("=", "+", "-", "@", "\t", "\n")
"""What a spreadsheet takes for the beginning of a formula, which it would work out."""
MARK = "'"
_SHUT_IN = tuple(MARK * times + sign for times in (1, 2, 3) for sign in FORMULA)


def cell_text(text: Any) -> Any:
    """A text as a cell of a CSV file: one that a spreadsheet would work out stands behind an apostrophe, as spreadsheets write
    such texts themselves. `text_of_cell` takes it off again; what is no text stays."""
    if not isinstance(text, str):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # a lone return would end the row
    return MARK + text if text.startswith((*FORMULA, *_SHUT_IN)) else text


def text_of_cell(cell: Any) -> Any:
    """The text that `cell_text` made a cell of."""
    return cell[1:] if isinstance(cell, str) and cell.startswith(_SHUT_IN) else cell


def csv_text(table: pd.DataFrame, digits: str | None = None) -> str:
    """A table as the text of a CSV file, without its index: see `write_csv`."""
    shown = table.replace("", NOTHING).rename(columns=cell_text)
    for place, kind in enumerate(shown.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            shown.isetitem(place, shown.iloc[:, place].map(cell_text).to_numpy())
    text: str = shown.to_csv(index=False, float_format=digits)
    return text


def read_csv(file: Path | IO[bytes]) -> pd.DataFrame:
    """What `write_csv` wrote: empty cells are not-a-number, every text is as it was (an empty one is NOTHING)."""
    with warnings.catch_warnings():  # newer versions read so by themselves, and complain of being asked to
        warnings.simplefilter("ignore", DeprecationWarning)
        table = pd.read_csv(file, float_precision="round_trip", keep_default_na=False, na_values=[""])
    table = table.rename(columns=text_of_cell)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            table.isetitem(place, table.iloc[:, place].map(text_of_cell).to_numpy())
    return table


def write_csv(table: pd.DataFrame, path: Path, digits: str | None = None) -> None:
    """CSV without an index, UTF-8. Empty words become "none", since an empty cell reads as not-a-number; a text that a
    spreadsheet would work out stands behind an apostrophe. `digits`: how to write numbers."""
    path.write_bytes(csv_text(table, digits).encode("utf-8", "replace"))


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Each table as NAME.csv and NAME.parquet in `folder` (inside `tandem.sim.writing.filled`, so that all come together)."""
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
        with (folder / f"{name}.parquet").open("wb") as file:  # by file, since Arrow takes no path outside of UTF-8
            write_parquet(table, file, metadata(name))


def write_parquet(table: pd.DataFrame, file: IO[bytes], more: Mapping[str, Any]) -> None:
    """A table as Parquet, without its index. `more` (JSON values) comes back as pandas' `.attrs`, and stands in the file's own
    metadata for readers of other languages, under `tandem.NAME`."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    made = arrow.Table.from_pandas(table, preserve_index=False, nthreads=1)
    said = {**{str(name): value for name, value in table.attrs.items()}, **more}
    if said:
        named = {f"tandem.{name}": json.dumps(value) for name, value in said.items()}
        made = made.replace_schema_metadata({**(made.schema.metadata or {}), **named, "PANDAS_ATTRS": json.dumps(said)})
    parquet.write_table(made, file)
