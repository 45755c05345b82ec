"""Tables as files: the same words in every format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

NOTHING = "none"


def write_csv(table: pd.DataFrame, path: Path, digits: str | None = None) -> None:
    """CSV without an index. Empty words become "none", since an empty cell reads as not-a-number. `digits`: how to
    write numbers."""
    table.replace("", NOTHING).to_csv(path, index=False, float_format=digits)


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Each table as NAME.csv and NAME.parquet in `folder` (inside `tandem.sim.writing.filled`, so that all come together)."""
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
        table.to_parquet(folder / f"{name}.parquet", index=False)
