"""`tandem validate`: every pattern and every published finding with its figure, interval and verdict."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, ParameterSets, parameter_sets, seed_option

RECORDED_UNDER = "default"
POPULATIONS = 20  # for the findings, at most
Populations = Annotated[
    int | None,
    typer.Option(
        "--populations",
        "--seeds",
        min=2,
        max=1000,
        help="Exactly so many populations for the findings (default: 20 at most, each finding until it is decided).",
    ),
]
GOLDEN = Path(__file__).parents[2] / "tests" / "golden"


def validate(
    pairs: Annotated[
        int | None, typer.Option(min=10, max=100_000, help="Exactly so many replicates, shared by all that a pattern compares.")
    ] = None,
    at_most: Annotated[
        int | None, typer.Option(min=10, max=100_000, help="Without --pairs: until decided, at most so many pairs (10,000).")
    ] = None,
    seeds: Populations = None,
    firms: Annotated[int, typer.Option(min=30, max=100_000, help="Firms in each population.")] = 1000,
    seed: Annotated[Any, seed_option("Seed of firms and luck")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables (CSV and Parquet) and the figure.")] = None,
    parameters: ParameterSets = USUAL_SETS,
    only: Annotated[str | None, typer.Option(help="patterns or findings (default: both).")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that play populations.")] = 2,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when what held when recorded (under the default set) fails now.")
    ] = False,
    lang: Annotated[str, typer.Option(help="en or fr")] = "en",
) -> None:
    """Compare the model with patterns and published findings; it may fail some, it hides none."""
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    from tandem.experiments.commands.screen import bar
    from tandem.experiments.files.record import note_firms
    from tandem.sim.compile import at_once

    asked = _looked_at(pairs, at_most, parameters, strict, only, lang)
    if out is not None:
        writable(out, ("patterns.csv", "findings.csv", "histories.csv"))
    note_firms(declared_firms())
    started = time.monotonic()
    told = TextColumn("{task.description}: {task.completed} {task.fields[unit]}", markup=False)
    with bar(SpinnerColumn(), told, TimeElapsedColumn()) as shown:
        jobs: dict[str, Callable[[], Any]] = {}
        if only != "findings":
            tick = _ticking(shown, "patterns", "sets of firms played")
            jobs["patterns"] = partial(_patterns, pairs, at_most, seed, asked, tick)
        if only != "patterns":
            tick = _ticking(shown, "findings", f"of {seeds or POPULATIONS} populations played")
            jobs["findings"] = partial(_findings, seeds, firms, seed, asked, workers, tick)
            jobs["histories"] = partial(_histories, seed, asked)
        tables = dict(zip(jobs, at_once(*jobs.values())))
    tables = {name: table.assign(parameters=asked.word) for name, table in tables.items()}
    if "patterns" in tables:
        show(tables["patterns"], lang)
    if "findings" in tables:
        show_findings(tables["findings"], lang)
        show_histories(tables["histories"], lang)
    print(asked.told)
    print(f"{time.monotonic() - started:.0f} s")
    if out is not None:
        save(tables, out, lang)
        print(f"tables: {out}")
    lost = lost_since_recorded(tables, GOLDEN) if strict else {}
    for what, names in lost.items():
        print(f"tandem: {what} that held when recorded fail now: {', '.join(names)}", file=sys.stderr)
    if lost:
        raise typer.Exit(1)


def _looked_at(pairs: int | None, at_most: int | None, parameters: str, strict: bool, only: str | None, lang: str) -> Any:
    """The parameter sets asked for; options that do not go together are refused in one line."""
    if lang not in ("en", "fr"):
        raise typer.BadParameter("en or fr", param_hint="--lang")
    asked = parameter_sets(parameters)
    if strict and asked.word != RECORDED_UNDER:
        raise typer.BadParameter(
            f"what is recorded is of the {RECORDED_UNDER} set: add --parameters default", param_hint="--strict"
        )
    if only not in (None, "patterns", "findings"):
        raise typer.BadParameter("patterns or findings", param_hint="--only")
    if pairs is not None and at_most is not None:
        raise typer.BadParameter(f"--pairs {pairs} says how many pairs, --at-most {at_most} when to stop; say one of the two")
    return asked


def declared_firms() -> dict[str, Any]:
    """By name: the population that findings are measured in (digest of its file), and the firms of the histories."""
    from importlib import resources

    from tandem.experiments.validation.histories import histories
    from tandem.sim.scenario import Scenario
    from tandem.sim.seals import sha256

    population = (resources.files("tandem.scenarios") / "population.toml").read_bytes()
    named = {str(history["scenario"]): Scenario.load(history["scenario"]) for history in histories()}
    return {"population.toml": sha256(population), **named}


def _ticking(bar: Any, what: str, unit: str) -> Callable[[], None]:
    task = bar.add_task(what, total=None, unit=unit)
    return lambda: bar.update(task, advance=1)


def _patterns(pairs: int | None, at_most: int | None, seed: int | str, parameters: Any, progress: Callable[[], None]) -> Any:
    from tandem.experiments.validation import patterns

    return patterns.validate(pairs, seed, progress, parameters, at_most)


def _findings(seeds: int | None, firms: int, seed: int | str, parameters: Any, workers: int, progress: Callable[[], None]) -> Any:
    from tandem.experiments.firms.population import Population
    from tandem.experiments.validation.findings import assess
    from tandem.experiments.validation.trials import Size

    size = Size(firms, max(20, firms // 4), max(10, firms // 8), max(5, firms // 16))
    drawn = Population.load(parameters=parameters)
    return assess(drawn, seeds or POPULATIONS, seed, size, progress, workers, until_decided=seeds is None)


def _histories(seed: int | str, parameters: Any) -> Any:
    from tandem.experiments.validation.histories import all_paths

    return all_paths(200, seed, parameters)


def lost_since_recorded(tables: dict[str, Any], golden: Path) -> dict[str, list[str]]:
    """What the golden files say holds and the tables say fails: "patterns" and "findings" -> names."""
    lost = {}
    for what, key in (("patterns", "pattern"), ("findings", "finding")):
        file = golden / f"{what}.json"
        if what in tables and file.exists():
            wanted = json.loads(file.read_text("utf-8"))
            now = dict(zip(tables[what][key], tables[what][f"{key}_verdict"]))
            if gone := [name for name, word in wanted.items() if word == "holds" and now.get(name) == "fails"]:
                lost[what] = gone
    return lost


def save(tables: dict[str, Any], out: Path, lang: str = "en") -> None:
    """Each table as CSV and Parquet, then the forest plot; made beside and moved in whole."""
    from tandem.experiments.files.tables import write_tables
    from tandem.experiments.validation.finding_figures import write_forest_plot
    from tandem.experiments.validation.history_figures import write_histories
    from tandem.sim.writing import filled

    with filled(out) as folder:
        write_tables(tables, folder)
    with filled(out) as folder:  # after the tables, which stand whatever becomes of the drawing
        if "findings" in tables:
            write_forest_plot(tables["findings"], folder, lang)
        if "histories" in tables:
            write_histories(tables["histories"], folder, lang)


def show(table: Any, lang: str) -> None:
    """The patterns as the terminal shows them."""
    from tandem.experiments.commands.screen import Screen, Table

    shown = Table(title=f"Patterns, {int(table['pairs'].max())} pairs at most, 95% intervals")
    for head in ("no.", "statement", "claim", "figure [interval]", "line", "claim says", "pairs", "pattern"):
        shown.add_column(head)
    seen = set()
    for row in table.to_dict("records"):
        first = row["pattern"] not in seen
        seen.add(row["pattern"])
        shown.add_row(
            row["pattern"] if first else "",
            row[f"statement_{lang}"] if first else "",
            row["claim"],
            f"{row['figure']:.3g} [{row['low']:.3g}, {row['high']:.3g}]",
            f"{row['line']:g}",
            row["verdict"],
            f"{row['pairs']:,}",
            row["pattern_verdict"] if first else "",
        )
    screen = Screen(sys.stdout)
    screen.show(shown)
    words = table.drop_duplicates("pattern")["pattern_verdict"].value_counts()
    print("; ".join(f"{words.get(word, 0)} {word}" for word in ("holds", "fails", "undecided")))


def show_findings(table: Any, lang: str) -> None:
    """The findings as the terminal shows them."""
    from tandem.experiments.commands.screen import Screen, Table

    shown = Table(
        title=f"Published findings, {int(table['seeds'].max())} populations at most, 95% Monte Carlo intervals",
    )
    for head in (
        "no.",
        "statement",
        "statistic",
        "simulated",
        "published",
        "band",
        "statistic says",
        "populations",
        "finding",
        "source",
    ):
        shown.add_column(head, justify="right" if head in ("simulated", "published", "populations") else "left")
    seen = set()
    for row in table.to_dict("records"):
        first = row["finding"] not in seen
        seen.add(row["finding"])
        banded = row["low"] == row["low"]
        band = (
            f"{row['low']:g} to {row['high']:g}" + (" (ours)" if row["band_source"] == "convention" else "") if banded else "none"
        )
        source = row["source"] + (" (unverified)" if row["unverified"] else "")
        shown.add_row(
            row["finding"] if first else "",
            row[f"statement_{lang}"] if first else "",
            row["statistic"],
            f"{row['value']:.3g} [{row['value_low']:.3g}, {row['value_high']:.3g}]",
            f"{row['published']:g}" if row["published"] == row["published"] else "none",
            band,
            row["verdict"] + ("" if row["counts"] else ", told only"),
            str(row["seeds"]),
            row["finding_verdict"] if first else "",
            source if first else "",
        )
    Screen(sys.stdout).show(shown)
    words = table.drop_duplicates("finding")["finding_verdict"].value_counts()
    print(
        "; ".join(f"{words.get(word, 0)} {word}" for word in ("holds", "fails", "undecided"))
        + f" of {len(table['finding'].unique())} findings"
    )
    print("Bands marked (ours) are a convention, not a published interval; unverified: the figure was not read at its source.")


def show_histories(table: Any, lang: str) -> None:
    """The two case histories: published and simulated by time, and what that does and does not show."""
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.validation.histories import histories
    from tandem.sim.scenario import Scenario

    for history in histories():
        part = table[table["scenario"] == history["scenario"]]
        title = f"{Scenario.load(history['scenario']).title(lang)} ({history['unit']}, {int(part['n'].max())} runs)"
        shown = Table(title=title, caption=history["shows"][lang])
        shown.add_column("")
        for row in part.to_dict("records"):
            shown.add_column(str(row["time"]), justify="right")
        rows = part.to_dict("records")
        shown.add_row("published", *(f"{row['published']:g}" + (" (unverified)" if row["unverified"] else "") for row in rows))
        shown.add_row("simulated", *(f"{row['mean']:.0f} [{row['low']:.0f}, {row['high']:.0f}]" for row in rows))
        Screen(sys.stdout).show(shown)
