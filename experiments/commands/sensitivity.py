"""`tandem sensitivity`: which levers move growth and conflict most, how sure that is, and in which direction."""

from __future__ import annotations

import shlex
import sys
import time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import (
    USUAL_SETS,
    FactorsFile,
    OwnOutcomes,
    ParameterSets,
    own_outcomes,
    parameter_sets,
    seed_option,
)


class Kind(StrEnum):
    """Analyses that can be asked for alone."""

    pooled = "pooled"
    stratum = "stratum"
    ranges = "ranges"
    assumption = "assumption"
    mechanisms = "mechanisms"


class ProfileName(StrEnum):
    """How much is played."""

    smoke = "smoke"
    quick = "quick"
    paper = "paper"


def sensitivity(
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and verdicts; the same command again resumes.")],
    name: Annotated[
        str | None, typer.Argument(help="A scenario, or a finished sweep's folder; none: the role models within the contexts.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="One context only.")] = None,
    profile: Annotated[ProfileName, typer.Option(help="How much is played.")] = ProfileName.quick,
    strata: Annotated[bool, typer.Option("--strata", help="Every role model and control in every context as well.")] = False,
    only: Annotated[
        Kind | None, typer.Option(help="The pooled analysis and these alone; without it later, the rest is added.")
    ] = None,
    shapley: Annotated[
        bool, typer.Option("--shapley", help="Shapley shares as well: every subset of the inputs is played.")
    ] = False,
    until_decided: Annotated[
        bool, typer.Option("--until-decided", help="Stop as soon as the order of the levers is decided, or would hardly be.")
    ] = False,
    method: Annotated[str | None, typer.Option(help="A second opinion by SALib: sobol, morris, pawn, delta, ...")] = None,
    factors: FactorsFile = None,
    outcomes: OwnOutcomes = None,
    outcome: Annotated[list[str] | None, typer.Option(help="With --factors or a sweep: an outcome looked at.")] = None,
    rows: Annotated[int, typer.Option(min=32, help="With --factors: base rows, a power of two.")] = 1024,
    interactions: Annotated[bool, typer.Option("--interactions", help="With --factors: interactions of two as well.")] = False,
    seed: Annotated[Any, seed_option("Seed of points and luck")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 where the pooled analysis has not converged.")] = False,
    parameters: ParameterSets = USUAL_SETS,
    lang: Annotated[Language, typer.Option(help="Language of report, figures and tables shown.")] = Language.en,
) -> None:
    """Rank what drives growth and conflict."""
    from tandem.experiments.commands.own_sensitivity import is_sweep, of_factors, of_sweep
    from tandem.experiments.pages.telling import told_in

    own_outcomes(outcomes)
    alone_with(name, factors, outcome, interactions, strata or until_decided, only, method, shapley)
    if is_sweep(name) or factors is not None:
        with told_in(lang.value):
            if factors is None:
                return of_sweep(str(name), outcome, seed, out)
            return of_factors(name, factors, outcome, context, rows, interactions, seed, out, parameter_sets(parameters))
    refuse(out, name, strata, only, method, profile if until_decided else None)
    sets, started = parameter_sets(parameters), time.monotonic()

    from tandem.experiments.study import strata as plan
    from tandem.sim.texts import text

    how = {"parameters": sets, "shapley": shapley, "until_decided": until_decided}
    parts = plan.parts_of(profile.value, seed, name, context, strata or only is Kind.stratum, **how)
    parts = parts if only is None else alone(parts, only)
    print("starting: loading the model", file=sys.stderr, flush=True)  # once it is known that there is something to play
    if method is not None:
        with told_in(lang.value):
            return second(parts[0], method, seed, out)
    parts = plan.settled(parts)
    command = again(name, context, profile, strata, only, seed, shapley, until_decided, sets.word, lang)
    with told_in(lang.value):
        main, part, runs = play(parts, out, (profile.value, seed, name, context, shapley, until_decided), command)
        show(main, part)
    print(sets.tell(lang.value))
    print(text("command.report", lang.value, firms=runs, seconds=time.monotonic() - started, page=out / "report.html"))
    held_to(strict, main.verdict)


def held_to(strict: bool, verdict: str) -> None:
    """Exit code 1 where an analysis that had to converge has not."""
    if strict and verdict != "converged":
        print(f"tandem: the analysis is {verdict}, not converged", file=sys.stderr)
        raise typer.Exit(1)


def again(
    name: str | None,
    context: str | None,
    profile: ProfileName,
    strata: bool,
    only: Kind | None,
    seed: Any,
    shapley: bool,
    until_decided: bool,
    sets: str | int,
    lang: Language,
) -> str:
    """The command that plays it again."""
    asked = [*([name] if name else []), *(["--context", context] if context else []), "--profile", profile.value]
    asked += [*(["--strata"] if strata else []), *(["--only", only.value] if only else []), "--seed", str(seed)]
    asked += [*(["--shapley"] if shapley else []), *(["--until-decided"] if until_decided else []), "--parameters", str(sets)]
    asked += [*([] if lang is Language.en else ["--lang", lang.value]), "--out", "DIR"]
    return shlex.join(["tandem", "sensitivity", *asked])


def alone_with(
    name: str | None, factors: Path | None, outcome: Any, interactions: bool, strata: bool, only: Any, method: Any, shapley: bool
) -> None:
    """What belongs to factors of one's own or to a sweep, and what does not."""
    from tandem.experiments.commands.own_sensitivity import is_sweep

    swept = is_sweep(name)
    if swept and factors is not None:
        raise typer.BadParameter(f"{name} is a sweep, which has its factors", param_hint="--factors")
    if factors is None and (interactions or (outcome and not swept)):
        hint = "--interactions" if interactions else "--outcome"
        raise typer.BadParameter("belongs to factors of one's own (--factors FILE)", param_hint=hint)
    if (swept or factors is not None) and (strata or only is not None or method is not None or shapley):
        raise typer.BadParameter(
            "no --strata, --until-decided, --only, --method, --shapley beside it: they are for levers", param_hint="--factors"
        )


def refuse(out: Path, name: str | None, strata: bool, only: Kind | None, method: str | None, looked: ProfileName | None) -> None:
    """What does not go together; `looked`: the profile that is to stop at a look."""
    writable(out, ("report.html", "study.toml", "verdict.json", "verdicts.json", "indices.csv"))
    if looked is not None and method is not None:
        raise typer.BadParameter("a second opinion plays its own design whole; leave --method out", param_hint="--until-decided")
    if looked is ProfileName.smoke:
        raise typer.BadParameter("the profile smoke has fewer rows than a first look; take quick", param_hint="--until-decided")
    if method is not None:
        from tandem.experiments.sensitivity.second_opinion import METHODS

        if method not in METHODS:
            raise typer.BadParameter(f"no method {method!r}; there are {', '.join(METHODS)}", param_hint="--method")
    if strata and name is not None:
        raise typer.BadParameter(f"{name} is one scenario and has no strata", param_hint="--strata")
    if only is not None and name is not None:
        raise typer.BadParameter(f"{name} is one scenario and has one analysis", param_hint="--only")


def alone(parts: list[Any], only: Kind) -> list[Any]:
    """The main analysis, and of the others those of one kind."""
    chosen = [parts[0], *(part for part in parts[1:] if part.kind == only.value)]
    if only is not Kind.pooled and len(chosen) == 1:
        raise typer.BadParameter(f"there is no {only.value} in this analysis; it belongs to --profile paper", param_hint="--only")
    return chosen


def play(
    parts: list[Any], out: Path, declared: tuple[str, int, str | None, str | None, bool, bool], command: str
) -> tuple[Any, Any, int]:
    """Play the analyses, or go on with them, and write tables and report; the main result, its part, and the firms played."""
    from tandem.experiments.commands.surroundings import loading
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.sensitivity.points import LEAST_ROWS_OF_SOBOL
    from tandem.experiments.study import strata as plan
    from tandem.experiments.study.noted import note_parts
    from tandem.experiments.study.sensitivity_tables import declare, write
    from tandem.experiments.study.study import firms_per_second
    from tandem.sim.writing import write_text

    note_parts(parts)
    out.mkdir(parents=True, exist_ok=True)
    declare(parts, out, *declared)
    runs = sum(map(plan.runs_of, parts))
    rate = firms_per_second(1.0 if declared[0] == ProfileName.paper.value else 0.03)
    print(f"playing {runs:,} firms: about {runs / rate / 60.0:.1f} minutes at {rate:,.0f} a second", file=sys.stderr, flush=True)
    results: dict[str, Any] = {}
    sobol = any(part.n >= LEAST_ROWS_OF_SOBOL and not part.until_decided for part in parts)
    needed = (*(["scipy.stats"] if sobol else []), "tandem.experiments.study.sensitivity_report")
    with loading(*needed), progress(runs, "sensitivity") as told:
        for part in parts:
            results[part.name] = plan.play(part, out / "store", partial(told, part.name))
    from tandem.experiments.study.sensitivity_report import report_page

    named = {part.name: part for part in parts}
    write(results, named, out, plan.PROFILES[declared[0]].whole)
    write_text(out / "report.html", report_page(results, named, out, command), comment="html")
    return results[parts[0].name], parts[0], runs


def show(found: Any, part: Any) -> None:
    """Levers in order for each output, with what is undecided said aloud."""
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.pages.numbers import figure_text, interval_text, scaled
    from tandem.experiments.pages.telling import form, said, word
    from tandem.experiments.pages.words import spoken, title_of
    from tandem.experiments.study.leading import lever_rank_intervals
    from tandem.experiments.study.told import part_name
    from tandem.sim.parameters import LEVERS

    for output in found.outputs:
        factor, unit = scaled(output)
        noise = found.get("noise_share", "", output)
        never = noise["estimate"] != noise["estimate"]
        share = said("terminal.never") if never else said("analysis.noise", noise=float(noise["estimate"]))
        slots = {"part": part_name(part), "outcome": title_of(output), "share": share, "verdict": word(found.verdict_on(output))}
        head = said("terminal.part", **slots, n=found.n, replicates=found.replicates)
        shown = Table(title=head, min_width=90)
        for column in ("rank", "lever", "total_index", "interval", "effect_in", "interval", "direction"):
            told_as = said("terminal.effect_in", unit=unit) if column == "effect_in" else said(f"terminal.{column}")
            shown.add_column(told_as, justify="left" if column in ("lever", "direction") else "right")
        places = lever_rank_intervals(found, output) | {group: "" for group in found.factors.groups if group not in LEVERS}
        ordered = sorted(places, key=lambda lever: (lever not in LEVERS, -found.get("total_mean", lever, output)["estimate"]))
        for lever in ordered:
            total, effect = found.get("total_mean", lever, output), found.get("effect", lever, output)
            direction = word(found.get("direction", lever, output)["verdict"]) if lever in LEVERS else ""
            moved = (
                (figure_text(effect["estimate"], factor, True), interval_text(effect.to_dict(), factor))
                if lever in LEVERS
                else ("", "")
            )
            shown.add_row(
                places[lever],
                spoken(lever),
                form(total["estimate"], ".3f"),
                said("choice.range", low=form(total["low"], ".3f"), high=form(total["high"], ".3f")),
                *moved,
                direction,
            )
        Screen(sys.stdout).show(shown)
    if found.looks:
        print(said("analysis.looked", n=found.n, most=part.n, looks=len(found.looks)))
    tell(found)
    for missing in (name for name in ("revenue_growth", "conflict_rate") if name not in found.outputs):
        print(said("analysis.undefined", name=title_of(missing)))
    for check in found.checks[~found.checks["passed"]].to_dict("records"):
        figures: dict[str, Any] = {
            "check": word(check["check"]),
            "figure": float(check["figure"]),
            "limit": float(check["limit"]),
        }
        print(said("terminal.check", output=check["output"], **figures, meaning=word(check["meaning"])))
    stuck = part.firms().stuck
    for lever, paths in stuck.items():
        print(said("terminal.stuck", lever=spoken(lever), paths=", ".join(paths)))
    print(said("terminal.indices"))


def tell(found: Any) -> None:
    """The answer in sentences, as the page says it."""
    from tandem.experiments.pages.telling import spoken_now
    from tandem.experiments.study.headline import facts_of
    from tandem.experiments.study.headline_words import Teller

    for output in found.outputs:
        for line in Teller(spoken_now()).whole(facts_of(found, output)):
            print(line)


def second(part: Any, method: str, seed: int | str, out: Path) -> None:
    """SALib's answer, its table and its warnings."""
    from tandem.experiments.commands.screen import Screen, Table
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.files.tables import write_tables
    from tandem.experiments.pages.telling import form, said, spoken_now
    from tandem.experiments.pages.words import input_name, measure_name, output_name
    from tandem.experiments.sensitivity.second_opinion import second_opinion
    from tandem.experiments.study.noted import note_parts
    from tandem.sim.writing import filled

    note_parts([part])
    firms = part.firms()
    function = firms.within_cells() if firms.held else firms
    with progress(4 * part.n * (len(function.factors) + 3), f"SALib, {method}") as told:
        found = second_opinion(
            function,
            function.factors,
            method,
            part.n,
            seed,
            part.outputs,
            part.replicates or 2,
            lambda more: told(f"SALib, {method}", more),
        )
    for output in dict.fromkeys(found.table["output"]):
        shown = Table(title=said("drives.head_method", method=method, output=output_name(output)))
        for column in ("input", "measure", "estimate", "low", "high"):
            shown.add_column(said(f"drives.{column}"), justify="left" if column in ("input", "measure") else "right")
        for row in found.table[found.table["output"] == output].to_dict("records"):
            figures = (row[key] for key in ("estimate", "low", "high"))
            told_as = (form(value, ".4g") if value == value else said("drives.no_bound") for value in figures)
            shown.add_row(input_name(row["input"]), measure_name(row["measure"]), *told_as)
        Screen(sys.stdout).show(shown)
    print(part.parameters.tell(spoken_now()))
    for line in found.warnings:
        print(said("drives.warning", line=line))
    with filled(out) as folder:
        write_tables({f"salib_{method}": found.table}, folder)
        (folder / f"salib_{method}_warnings.txt").write_text("\n".join(found.warnings) + "\n", encoding="utf-8")
    print(said("drives.end_method", runs=found.runs, out=str(out)))
