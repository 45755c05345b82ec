"""`tandem explain`: why a run went as it did, on a page of whole sentences, or in full."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, ParameterSets, replicate_option, seed_option

ACCOUNT = "account.txt"


def explain(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or a path to a .toml file.")],
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    lang: Annotated[Language, typer.Option(help="Language of the account.")] = Language.en,
    replicate: Annotated[Any, replicate_option("Number of the luck")] = 0,
    full: Annotated[bool, typer.Option("--full", help="Every quarter, every cause, every turning point.")] = False,
    set_: Annotated[list[str] | None, typer.Option("--set", help="path=value, as often as wanted.")] = None,
    intervention: Annotated[bool, typer.Option("--intervention", help="Find the last week at which it can be saved.")] = False,
    replicates: Annotated[int, typer.Option(min=10, max=10_000, help="Replicates on which remedies are tried.")] = 200,
    parameters: ParameterSets = USUAL_SETS,
    out: Annotated[Path | None, typer.Option(help="Folder for the account as a text.")] = None,
) -> None:
    """Tell why a run went as it did."""
    from tandem.experiments.commands.settings import parameter_sets, settings
    from tandem.experiments.files.record import note_firms
    from tandem.sim.results import simulate
    from tandem.sim.scenario import Scenario

    scenario = Scenario.load(name)
    if set_:
        scenario = scenario.with_(settings(set_))
    if out is not None:
        note_firms({name: scenario})
        writable(out, [ACCOUNT])
    from tandem.sim.explain import account
    from tandem.sim.texts import text

    firm: Any = scenario
    asked = parameter_sets(parameters)
    run = simulate(firm, seed, replicate, parameters=asked)
    told = account(run.weekly, run.events, run.contributions, run.outcomes, scenario, lang.value, full=full)
    if firm.story.failure is not None:
        from tandem.experiments.advice.remedies import remedies

        told = told.with_section(
            text("section.remedies", lang), remedies(firm, seed, replicates, lang.value, asked).paragraphs(lang)
        )
    if intervention:
        told = told.with_section(text("section.rescue", lang), rescue(scenario, seed, replicates, lang.value, asked))
    print(f"{asked.tell(lang.value)}\n")
    show(told)
    if out is not None:
        save(told, asked.tell(lang.value), out)
    if not full:
        print("\n" + text("page.more", lang, name=name))


def save(account: Any, parameters: str, out: Path) -> None:
    """The account as a text of its own, under which parameters it holds in its first line."""
    from tandem.sim.writing import filled

    with filled(out) as folder:
        (folder / ACCOUNT).write_text(f"{parameters}\n\n{account}", encoding="utf-8")
    print(f"\n{out / ACCOUNT}")


def rescue(scenario: Any, seed: int | str, replicates: int, lang: str, parameters: Any) -> list[str]:
    """What trying the intervention week by week showed, in words; a bar on stderr tells how far it is."""
    from rich.progress import BarColumn, TimeRemainingColumn

    from tandem.experiments.advice.rescue import last_saving_week
    from tandem.experiments.commands.screen import bar

    with bar(BarColumn(), TimeRemainingColumn()) as shown:
        task = shown.add_task("", total=1.0)

        def tick(share: float) -> None:
            shown.update(task, completed=share)

        found = last_saving_week(scenario, seed, replicates, progress=tick, parameters=parameters)
    return found.paragraphs(lang)


def show(account: Any) -> None:
    """The account wrapped to a terminal with bold headings; plain paragraphs where it goes into a file or a pipe."""
    if not sys.stdout.isatty():
        print(account, end="")
        return
    from rich.text import Text

    from tandem.experiments.commands.screen import Screen
    from tandem.experiments.commands.terminal import plain

    screen = Screen(sys.stdout)
    width = min(screen.width, 100)
    screen.print(Text(plain(account.title), style="bold underline"), width=width)
    for heading, paragraphs in account.sections:
        screen.print()
        screen.print(Text(plain(heading), style="bold"), width=width)
        for paragraph in paragraphs:
            screen.print(Text(plain(paragraph)), width=width)
