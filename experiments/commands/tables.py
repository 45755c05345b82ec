"""Tables as the terminal shows them."""

from __future__ import annotations

from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from experiments.figures import titles
from experiments.report import cell, figure_text, scaled
from sim.outcomes import OUTCOMES

SHOWN = ("revenue_growth", "conflict_rate", "decision_delay_weeks", "profit_per_week")


def console(stream: TextIO) -> Console:
    """A terminal, or a page of 150 columns where the output goes into a file or a pipe."""
    return Console(file=stream, width=None if stream.isatty() else 150, highlight=False)


def print_splits(table: Any, stream: TextIO, dispositions: str = "as described") -> None:
    """One table a context: the first split's means, the others' paired differences with 95% intervals."""
    named = titles()
    part = table[table["dispositions"] == dispositions]
    for context in dict.fromkeys(part["context"]):
        rows = part[part["context"] == context]
        shown = Table(title=f"{named.get(context, context)}: first row means, others paired differences [95% interval], "
                            f"{int(rows['n'].max())} pairs", title_justify="left")  # fmt: skip
        shown.add_column("split")
        for name in SHOWN:
            shown.add_column(f"{OUTCOMES[name].title()}\n{scaled(name)[1]}", justify="right")
        for arm in dict.fromkeys(rows["arm"]):
            mine = rows[rows["arm"] == arm].set_index("outcome")
            shown.add_row(named.get(arm, arm), *(cell(mine.loc[name].to_dict(), scaled(name)[0])["text"] for name in SHOWN))
        console(stream).print(shown)


def print_levers(study: Any, stream: TextIO) -> None:
    """The ranked levers, for growth and for conflict."""
    for output in ("revenue_growth", "conflict_rate"):
        rows = study.levers[study.levers["output"] == output]
        factor, unit = scaled(output)
        shown = Table(title=f"Levers from 0.2 to 0.8, the others random: {OUTCOMES[output].title()} ({unit})",
                      title_justify="left")  # fmt: skip
        for head in ("rank", "lever", "swing [95% interval]", "pairs", "verdict"):
            shown.add_column(head, justify="right" if head in ("rank", "pairs") else "left")
        for row in rows.to_dict("records"):
            low, high = (figure_text(row[edge], factor, True) for edge in ("low", "high"))
            swing = f"{figure_text(row['estimate'], factor, True)} [{low}, {high}]"
            place, lever = study.places[output][row["input"]], row["input"].replace("_", " ")
            shown.add_row(place, lever, swing, str(row["n"]), row["verdict"])
        console(stream).print(shown)


def print_survival(table: Any, stream: TextIO) -> None:
    """Decided statements about growth, conflict and delay, and under which alternatives they turn."""
    named = titles()
    shown = Table(title="Statements against the first split, and the assumptions they hang on", title_justify="left")
    for head in ("context", "statement", "survives", "turns under", "left open by"):
        shown.add_column(head)
    for row in table[table["outcome"].isin(SHOWN[:3])].to_dict("records"):
        factor, _ = scaled(row["outcome"])
        said = f"{named[row['arm']]}: {OUTCOMES[row['outcome']].title()} {figure_text(row['difference'], factor, True)}"
        shown.add_row(named[row["context"]], said, f"{row['survives']} of {row['of']}", row["turns"], row["opens"])
    console(stream).print(shown)
