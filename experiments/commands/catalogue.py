"""`tandem list`, `show`, `check`, `schema`: what can be named, what it comes to, whether it is right."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer


class Language(StrEnum):
    """Languages of titles and stories."""

    en = "en"
    fr = "fr"


class Format(StrEnum):
    """How the parameters are described."""

    markdown = "markdown"
    json = "json"


KINDS = {
    "en": {"role_model": "Role splits", "context": "Contexts", "case": "Cases"},
    "fr": {"role_model": "Répartitions des rôles", "context": "Contextes", "case": "Cas"},
}


def list_(lang: Annotated[Language, typer.Option(help="Language of the titles.")] = Language.en) -> None:
    """Show the splits, contexts and cases that can be named."""
    from sim.scenario import catalogue

    entries = catalogue()
    width = max((len(entry.name) for entry in entries), default=0)
    for kind, heading in KINDS[lang].items():
        here = [entry for entry in entries if entry.kind == kind]
        if here:
            print(heading)
        for entry in here:
            print(f"  {entry.name:{width}}  {entry.title[lang]}".rstrip())


def show(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or a path to a .toml file.")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="path=value, as often as wanted.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of title and story.")] = Language.en,
) -> None:
    """Show a scenario with every value and where it came from."""
    from experiments.commands.settings import settings
    from sim.scenario import Scenario

    scenario = Scenario.load(name)
    if set_:
        scenario = scenario.with_(settings(set_))
    print("\n".join(lines(scenario, lang)))


def lines(scenario: Any, lang: str) -> list[str]:
    """A scenario as TOML with remarks."""
    from sim.parameters import lever_value
    from sim.scenario.paths import FIELDS, pattern

    firm, story = scenario.parameters, scenario.story
    found = [f"# {scenario.title(lang)}"]
    found += [f"# {line}" for text in (story.story, story.question) if text for line in text[lang].split("\n")]
    found += [f"# role_model: {scenario.role_model or '-'}; context: {scenario.context or '-'}; digest: {scenario.digest}"]
    explicit, flat, group = set(scenario.explicit_lever_parameters), scenario.values, None
    for path, where in scenario.origin.items():
        at, _, key = path.rpartition(".")
        if at != group:
            group = at
            found += ["", f"[{at}]"] if at else [""]
        extra = FIELDS[pattern(path)].json_schema_extra
        value, remark = flat[path], where
        if value is None:
            level = getattr(firm.levers, extra["lever"])
            value = lever_value(level, extra["poorest"], extra["best"], extra["scale"])
            found.append(f"# {key} = {value:.6g}  # {where} = {level:g}")
            continue
        if path in explicit:
            remark += f"  <- set by itself: lever {extra['lever']} does not move it"
        found.append(f"{key} = {json.dumps(value, ensure_ascii=False)}" + ("" if remark == "default" else f"  # {remark}"))
    for week, moved in scenario.moves().items():
        found += ["", f"# from week {week}"]
        found += [f"#   {path}: {said(old)} -> {said(new)}" for path, (old, new) in moved.items()]
    return found


def said(value: Any) -> str:
    """A value, or that the lever decides it."""
    return "as its lever says" if value is None else json.dumps(value, ensure_ascii=False)


def check(files: Annotated[list[str], typer.Argument(help="Scenario files, or names of the catalogue.")]) -> None:
    """Check scenario files: exit code 0 if all are right, else 2 with one line per bad file."""
    from experiments.commands.main import BAD_INPUT, complain
    from sim.scenario import Scenario, ScenarioError

    bad = 0
    for file in files:
        try:
            scenario = Scenario.load(file)
        except ScenarioError as error:
            sys.stdout.flush()
            bad = complain(str(error))
        else:
            print(f"{file}: right ({scenario.digest[:12]})")
    if bad:
        raise typer.Exit(BAD_INPUT)


def schema(
    format_: Annotated[Format, typer.Option("--format", help="A table for people, or JSON Schema.")] = Format.markdown,
) -> None:
    """Describe every parameter: default, range, unit, meaning, source, role."""
    from sim.parameters import Parameters
    from sim.scenario.paths import described

    if format_ is Format.json:
        print(json.dumps(Parameters.model_json_schema(), indent=1, ensure_ascii=False))
        return
    print("| parameter | default | allowed | unit | meaning | source | role |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in described():
        print("| " + " | ".join(row) + " |")
