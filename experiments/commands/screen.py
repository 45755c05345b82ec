"""Tables and bars as a terminal shows them: no name of a user's is read as markup, and no figure is cut, however narrow it is."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.progress import Progress, ProgressColumn
from rich.table import Table as PlainTable
from rich.text import Text

from tandem.experiments.commands.terminal import PAGE, plain, unfiltered

WIDEST = 100_000  # more columns than any table needs


class Screen(Console):
    """A terminal, or a page of PAGE columns where the output goes into a file or a pipe."""

    def __init__(self, stream: TextIO):
        width = None if stream.isatty() else PAGE
        super().__init__(file=unfiltered(stream), width=width, highlight=False, markup=False, emoji=False)

    def show(self, table: Table) -> None:
        """Print a table; where it is too wide for the terminal, one line a cell, its heading before it."""
        table.min_width = min(table.min_width or 0, self.width)  # room for a title is a wish, not a need
        for number, column in enumerate(table.columns):
            texts = [row[number] for row in table.cells if number < len(row)]
            if column.justify == "right":  # neither a figure nor its head is cut
                texts += str(column.header).split("\n")
            else:  # a word is whole, or the table is told in lines
                texts = [word for text in (*texts, str(column.header)) for word in text.split()]
            column.min_width = max(map(cell_len, texts), default=0)
        if Measurement.get(self, self.options.update(width=WIDEST), table).minimum <= self.width:
            self.print(table)
        else:
            self.print(Text(table.as_lines()), soft_wrap=True)


class Table(PlainTable):
    """A table whose words are only words. Numbers (columns set to the right) are never wrapped or cut."""

    def __init__(self, title: str = "", caption: str = "", **more: Any):
        super().__init__(
            title=Text(plain(title), style="table.title"),
            caption=Text(plain(caption), style="table.caption") if caption else None,
            title_justify="left",
            caption_justify="left",
            **more,
        )
        self.told: tuple[str, str] = (plain(title), plain(caption))
        self.heads: list[str] = []
        self.cells: list[list[str]] = []

    def add_column(self, header: Any = "", *more: Any, justify: Any = "left", **settings: Any) -> None:
        """As in rich; a column to the right holds numbers."""
        head = plain(str(header))
        self.heads.append(" ".join(head.split()))
        super().add_column(head, *more, justify=justify, no_wrap=justify == "right", **settings)

    def add_row(self, *cells: Any, **settings: Any) -> None:
        """As in rich, from texts."""
        texts = [plain(str(cell)) for cell in cells]
        self.cells.append(texts)
        super().add_row(*map(Text, texts), **settings)

    def as_lines(self) -> str:
        """Title, then each row as a heading and its other cells, one a line."""
        title, caption = self.told
        lines = [title] if title else []
        for row in self.cells:
            lines.append(f"{self.heads[0]}: {row[0]}" if self.heads[0] and row[0] else row[0] or "-")
            lines += [f"  {head}: {cell}" if head else f"  {cell}" for head, cell in zip(self.heads[1:], row[1:]) if cell]
        return "\n".join([*lines, *([caption] if caption else [])])


def bar(*columns: ProgressColumn | str) -> Progress:
    """A progress bar on the error stream, which leaves nothing behind; none where that is a file or a pipe."""
    return Progress(*columns, console=Screen(sys.stderr), transient=True, disable=not sys.stderr.isatty())
