"""`tandem compare`: role models or scenarios, paired by luck."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.catalogue import Language
from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.plans import from_plan
from tandem.experiments.commands.settings import USUAL_SETS, FactorsFile, OwnOutcomes, ParameterSets, seed_option

AT_MOST = 1000


def compare(
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios, the first is the reference; none: role models.")] = None,
    context: Annotated[str | None, typer.Option(help="Context (none: role models in all, others in their own).")] = None,
    runs: Annotated[
        int | None,
        typer.Option(min=2, max=1_000_000, help="Exactly so many pairs: replicates shared by all that is compared."),
    ] = None,
    at_most: Annotated[
        int | None,
        typer.Option(min=2, max=1_000_000, help=f"Without --runs: until decided, at most so many pairs ({AT_MOST:,})."),
    ] = None,
    seed: Annotated[Any, seed_option("Seed of the luck")] = 0,
    alternatives: Annotated[bool, typer.Option("--alternatives", help="Say what each statement hangs on.")] = False,
    variance: Annotated[bool, typer.Option("--variance", help="Say where the spread comes from (role models only).")] = False,
    outcomes: OwnOutcomes = None,
    factors: FactorsFile = None,
    parameters: ParameterSets = USUAL_SETS,
    lang: Annotated[Language, typer.Option(help="Language of tables and words.")] = Language.en,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
) -> None:
    """Compare role models or scenarios on the same replicates, each until its statements are decided."""
    from tandem.experiments.commands.settings import own_outcomes, parameter_sets, with_factors
    from tandem.experiments.commands.tables import print_equal, print_role_models, print_survival, print_variance
    from tandem.experiments.effects.leaders import answer
    from tandem.experiments.effects.role_models import STATEMENTS, chosen_role_models, role_models, set_beside_rights, surviving
    from tandem.experiments.files.record import note_firms
    from tandem.experiments.firms.uncertainty import variance_shares
    from tandem.sim.texts import text

    if out is not None:
        writable(out, ("comparison.csv", "alternatives.csv", "surviving.csv", "variance.csv"))
    if runs is not None and at_most is not None:
        raise typer.BadParameter(f"--runs {runs} says how many pairs, --at-most {at_most} when to stop; say one of the two")
    own_outcomes(outcomes)
    planned, more = from_plan(factors, not names, True)
    fields = {context or "as written": placed(planned, context)} if planned else arms(names or [], context)
    whole = not names and not planned
    firms = {(name, place): firm for place, field in fields.items() for name, firm in field.items()}
    asked = with_factors(parameter_sets(parameters), factors, firms, seed, max(4096, runs or at_most or AT_MOST))
    if variance and not (whole and asked.several):
        raise typer.BadParameter("--variance is for role models under the ensemble: name no scenario, and no single set")
    note_firms(firms)
    tables, found = played(fields, whole, alternatives, runs, at_most or AT_MOST, seed, asked, more)
    table = tables["comparison"]
    print_role_models(table, sys.stdout, lang=lang.value)
    if whole:
        print_equal(table, set_beside_rights(next(iter(fields.values()))), sys.stdout, lang.value)
    if alternatives:
        tables["surviving"] = surviving(table[table["dispositions"] == "as described"], tables["alternatives"])
        print_survival(tables["surviving"], sys.stdout, lang.value)
    if variance:
        tables["variance"] = variance_shares(chosen_role_models(), STATEMENTS, seed)
        print_variance(tables["variance"], sys.stdout, lang.value)
    if out is not None:
        save(tables, out, scenarios=not set(planned or names or []) <= set(role_models()))
        print(text("command.tables", lang.value, folder=out))
    closing = [text("compare.more", lang.value)] if whole and asked.several and not variance else []
    closing += [asked.tell(lang.value), text("command.model", lang.value)]
    print(*closing, *answer(found, named(fields, lang.value), lang.value), sep="\n")


def named(fields: dict[str, dict[str, Any]], lang: str) -> dict[str, str]:
    """Titles of all that is compared and of the contexts, by the name that tables have."""
    from tandem.experiments.pages.words import titles
    from tandem.sim.texts import typeset

    known = titles(lang)
    own = {name: typeset(scenario.title(lang), lang) for field in fields.values() for name, scenario in field.items()}
    return {**own, **known}


def played(
    fields: dict[str, dict[str, Any]],
    whole: bool,
    alternatives: bool,
    runs: int | None,
    at_most: int,
    seed: int | str,
    asked: Any,
    more: Sequence[str] = (),
) -> tuple[dict[str, Any], list[Any]]:
    """The tables `comparison` and, where asked for, `alternatives`: each context's scenarios on the same replicates, and with
    equal dispositions where all role models are compared. And who leads in each context. `runs`: exactly so many pairs; None:
    until decided, `at_most` pairs; `more`: outcomes beside the headlines and the user's own."""
    import pandas as pd

    from tandem.experiments.commands.tables import progress
    from tandem.experiments.effects.leaders import ASKED, leads
    from tandem.experiments.effects.role_models import (
        ALTERNATIVES,
        DISPOSITIONS,
        chosen_role_models,
        compare_role_models,
        differences,
        role_models,
        unequal,
    )
    from tandem.experiments.effects.until import compare_until_decided

    default, other, found = [], [], []
    controls = set(role_models()) - set(chosen_role_models())
    total = sum(len(field) * (1 + len(ALTERNATIVES) * alternatives) + whole * len(unequal(field)) for field in fields.values())

    def compared(scenarios: dict[str, Any], what: str, changes: Any = None, known: Any = None) -> Any:
        tick = partial(told, what)
        if runs is not None:
            return compare_role_models(scenarios, runs, seed, changes, known, tick, asked, more=more)
        lead = () if changes else ASKED
        return compare_until_decided(scenarios, at_most, seed, changes, known, tick, asked, 1, lead, controls, more)

    with progress(total * (runs or at_most), "comparing") as told:
        for place, scenarios in fields.items():
            first = compared(scenarios, place)
            default.append(differences(first.table, place, "default", "as described"))
            found += leads(first.batches, place, controls, until_decided=runs is None)
            if whole:
                equal = compared(scenarios, f"{place}, equal dispositions", DISPOSITIONS, first.batches)
                default.append(differences(equal.table, place, "default", "equal"))
            for name, changes in ALTERNATIVES.items() if alternatives else ():
                there = compared(scenarios, f"{place}, {name}", changes)
                other.append(differences(there.table, place, name, "as described"))
    tables = {"comparison": default, "alternatives": other} if alternatives else {"comparison": default}
    whole_tables = {name: pd.concat(parts, ignore_index=True).assign(parameters=asked.word) for name, parts in tables.items()}
    return whole_tables, found


def arms(names: Sequence[str], context: str | None) -> dict[str, dict[str, Any]]:
    """What is compared: context -> name -> scenario. Role models are put into each context with equal starts; other scenarios
    stay as they are written, or move into the context given. One alone is compared with itself under each role model."""
    from tandem.experiments.effects.role_models import contexts, described, role_models
    from tandem.sim.scenario import Scenario

    repeated = next((name for name in names if list(names).count(name) > 1), None)
    if repeated:
        raise typer.BadParameter(f"{repeated} is named twice")
    if len(names) == 1 and (names[0] in role_models() or Path(names[0]).stem in role_models()):
        raise typer.BadParameter(f"{names[0]} alone: name two or more, or none for the role models and the controls")
    places = contexts()
    if context is not None:
        Scenario.of(context=context)  # complains about an unknown one
        places = [context]
    if all(name in role_models() for name in names):
        return {place: described(place, names or None) for place in places}
    return {context or "as written": placed({name: Scenario.load(name) for name in names}, context)}


def placed(named: dict[str, Any], context: str | None) -> dict[str, Any]:
    """Scenarios as arms, by name: in the context given, of one horizon; one alone against itself under each role model."""
    from tandem.experiments.effects.role_models import chosen_role_models

    found = dict(named)
    if len(found) == 1:  # a firm alone: as it is, against the same under each role model
        (firm,) = found.values()
        found |= {name: firm.with_({"role_model": name}) for name in chosen_role_models() if name != firm.role_model}
    if context is not None:
        found = {name: scenario.with_({"context": context}) for name, scenario in found.items()}
    lengths = {name: scenario.parameters.quarters for name, scenario in found.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {quarters} quarters" for name, quarters in lengths.items())
        raise typer.BadParameter(f"the horizons differ ({told}); write copies with the same `quarters`")
    return found


def save(tables: dict[str, Any], out: Path, scenarios: bool) -> None:
    """Each table as CSV and Parquet, made whole beside and then moved in; `scenarios`: what was compared are no role models."""
    from tandem.experiments.files.tables import write_tables
    from tandem.sim.writing import filled

    named = {"role_model": "scenario"} if scenarios else {}
    with filled(out) as folder:
        write_tables({name: table.rename(columns=named) for name, table in tables.items()}, folder)
