"""`tandem report`: the page of a finished sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished sweep.")],
) -> None:
    """Write the report of a folder of results, one file that opens offline."""
    from tandem.experiments.store.report import write_report

    write_report(folder)
    print(f"report: {folder / 'report.html'}")
