"""`tandem study`: the main job."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, OwnOutcomes, ParameterSets, parameter_sets, seed_option


class ProfileName(StrEnum):
    """How much is played."""

    smoke = "smoke"
    quick = "quick"
    paper = "paper"


def study(
    out: Annotated[Path, typer.Option(help="Folder for the report, tables and figures.")],
    profile: Annotated[ProfileName, typer.Option(help="How much is played.")] = ProfileName.quick,
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    outcomes: OwnOutcomes = None,
    parameters: ParameterSets = USUAL_SETS,
    lang: Annotated[Language, typer.Option(help="Language of report, figures and tables shown.")] = Language.en,
) -> None:
    """Compare the role models in every context, rank the levers, and write one report."""
    if outcomes is not None:
        raise typer.BadParameter(
            "a study's report is about the model's own outcomes; `compare`, `sensitivity --factors`, `advise`, `optimise` and a "
            "sweep with its report take outcomes of your own",
            param_hint="--outcomes",
        )
    writable(out, ("report.html", "study.json"))
    asked = parameter_sets(parameters)
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    print("starting: loading the model", file=sys.stderr, flush=True)

    from tandem.experiments.commands.surroundings import loading
    from tandem.experiments.commands.tables import print_equal, print_levers, print_role_models, progress
    from tandem.experiments.pages.telling import told_in
    from tandem.experiments.study.run import FIGURES, analyses, drawn_as, job, tables
    from tandem.sim.texts import text

    long = profile is ProfileName.paper
    if long:
        print("pilot: how many replicates a point needs", file=sys.stderr, flush=True)
    whole = job(profile.value, seed, asked, lang.value)
    announce(whole.runs, long)
    sections = {}
    if whole.beside:
        with progress(whole.beside, "sensitivity") as told:
            sections = analyses(whole, out, told)
    in_all = whole.in_tables + FIGURES * drawn_as(whole)
    with loading("tandem.experiments.study.figures"), progress(in_all, "role_models") as told:
        found = tables(whole, out, sections, told)
    print_role_models(found.role_models, sys.stdout, lang=lang.value)
    print_equal(found.role_models, found.beside_rights, sys.stdout, lang.value)
    with told_in(lang.value):
        print_levers(found, sys.stdout)
    print(asked.tell(lang.value))
    seconds = time.monotonic() - started
    print(text("command.report", lang.value, firms=found.runs + whole.beside, seconds=seconds, page=out / "report.html"))


def announce(runs: int, long: bool) -> None:
    """How much will be played and, of a long job, how long that takes here."""
    about = " at most"
    if long:
        from tandem.experiments.study.study import firms_per_second

        rate = firms_per_second()
        about = f": about {runs / rate / 60.0:.0f} minutes at {rate:,.0f} a second"
    print(f"playing {runs:,} firms{about}", file=sys.stderr, flush=True)
