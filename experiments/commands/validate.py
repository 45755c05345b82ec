"""`tandem validate`: every pattern with its figure, interval and verdict."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "patterns.json"


def validate(
    pairs: Annotated[int, typer.Option(min=10, max=100_000, help="Lucks shared by the arms of each pattern.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the luck.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the table (CSV and Parquet).")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when a pattern that held when recorded fails now.")] = False,
    lang: Annotated[str, typer.Option(help="en or fr")] = "en",
) -> None:
    """Compare the model with the patterns it should show; it may fail some, it hides none."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from experiments import patterns

    if lang not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--lang")
    with Progress(SpinnerColumn(), TextColumn("{task.completed} sets of firms played"), TimeElapsedColumn(),
                  console=Console(stderr=True), transient=True) as bar:  # fmt: skip
        task = bar.add_task("patterns", total=None)
        table = patterns.validate(pairs, seed, lambda: bar.update(task, advance=1))
    show(table, lang)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for ending, save in (("csv", table.to_csv), ("parquet", table.to_parquet)):
            part = out / f".patterns.{ending}.part"
            save(part, index=False)
            part.replace(out / f"patterns.{ending}")
        print(f"table: {out}")
    if strict and GOLDEN.exists():
        wanted = json.loads(GOLDEN.read_text("utf-8"))
        now = dict(zip(table["pattern"], table["pattern_verdict"]))
        lost = [number for number, word in wanted.items() if word == "holds" and now.get(number) == "fails"]
        if lost:
            print(f"tandem: patterns that held when recorded fail now: {', '.join(lost)}", file=sys.stderr)
            raise typer.Exit(1)


def show(table, lang: str) -> None:
    """The table as the terminal shows it."""
    from rich.table import Table

    from experiments.commands.tables import console

    shown = Table(title=f"Patterns, {int(table['pairs'].iloc[0])} pairs, 95% intervals", title_justify="left")
    for head in ("no.", "statement", "claim", "figure [interval]", "line", "claim says", "pattern"):
        shown.add_column(head)
    seen = set()
    for row in table.to_dict("records"):
        first = row["pattern"] not in seen
        seen.add(row["pattern"])
        shown.add_row(row["pattern"] if first else "", row[f"statement_{lang}"] if first else "", row["claim"],
                      f"{row['figure']:.3g} [{row['low']:.3g}, {row['high']:.3g}]", f"{row['line']:g}", row["verdict"],
                      row["pattern_verdict"] if first else "")  # fmt: skip
    screen = console(sys.stdout)
    screen.print(shown)
    words = table.drop_duplicates("pattern")["pattern_verdict"].value_counts()
    print("; ".join(f"{words.get(word, 0)} {word}" for word in ("holds", "fails", "undecided")))
