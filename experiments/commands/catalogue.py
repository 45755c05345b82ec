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
    "en": {"role_model": "Role models", "context": "Contexts", "case": "Cases"},
    "fr": {"role_model": "Répartitions des rôles", "context": "Contextes", "case": "Cas"},
}


def list_(lang: Annotated[Language, typer.Option(help="Language of the titles.")] = Language.en) -> None:
    """Show the role models, contexts and cases that can be named."""
    from tandem.sim.scenario import catalogue

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
    from tandem.experiments.commands.settings import settings
    from tandem.sim.scenario import Scenario

    scenario = Scenario.load(name)
    if set_:
        scenario = scenario.with_(settings(set_))
    print("\n".join(lines(scenario, lang)))


def lines(scenario: Any, lang: str) -> list[str]:
    """A scenario as TOML that loads to the same values, with a remark behind each: whether the file, the role model, the context,
    a lever, a setting by hand or the default set it."""
    from tandem.sim.texts import text

    story = scenario.story
    groups: dict[str, list[str]] = {}
    kinds = {layer.label: layer.kind for layer in scenario.layers}
    for path, where in scenario.origin.items():
        at, _, key = path.rpartition(".")
        groups.setdefault(at, []).append(line(scenario, path, key, setter(where, kinds, lang), lang))
    found = [f"# {scenario.title(lang)}"]
    found += [f"# {row}" for text in (story.story, story.question) if text for row in text[lang].split("\n")]
    found += [f"# role_model: {scenario.role_model or '-'}; context: {scenario.context or '-'}; digest: {scenario.digest}"]
    found += [f"# {text('show.legend', lang)}"]
    for at, rows in groups.items():
        found += ["", *heading(at), *rows]
    for week, moved in scenario.moves().items():
        found += ["", "[[change]]", f"week = {week}", "[change.set]"]
        before = text("show.before", lang)
        found += [f'"{path}" = {written(new)}  # {before} {written(old)}' for path, (old, new) in moved.items()]
    return found


def setter(where: str, kinds: dict[str, str], lang: str) -> str:
    """Who set a value, in words: `where` is its origin, `kinds` the kind of each layer by its label."""
    from tandem.sim.texts import text

    kind = kinds.get(where)
    if where == "default":
        return text("show.default", lang)
    if where.startswith("lever ") and kind is None:
        return text("show.lever", lang, lever=where.removeprefix("lever "))
    if kind == "set" or where == "set":
        return text("show.set", lang)
    return text(f"show.{kind if kind in ('role_model', 'context') else 'file'}", lang, file=where)


def line(scenario: Any, path: str, key: str, who: str, lang: str) -> str:
    """One value with who set it; what a lever decides stands behind a #."""
    from tandem.sim.parameters import lever_value
    from tandem.sim.scenario.paths import FIELDS, pattern
    from tandem.sim.texts import text

    extra, value = FIELDS[pattern(path)].json_schema_extra, scenario.values[path]
    if value is None:
        level = getattr(scenario.parameters.levers, extra["lever"])
        value = lever_value(level, extra["poorest"], extra["best"], extra["scale"])
        return f"# {key} = {value:.6g}  # {who} = {level:g}"
    remark = f"  # {who}"
    if path in scenario.explicit_lever_parameters:
        remark += f"  <- {text('show.by_itself', lang, lever=extra['lever'])}"
    return f"{key} = {written(value)}{remark}"


def heading(at: str) -> list[str]:
    """The heading of a group; each member of a list opens a table of that list."""
    name, _, inner = at.partition(".")
    number, _, rest = inner.partition(".")
    if number.isdigit():
        return [f"[{name}.{rest}]"] if rest else [f"[[{name}]]  # {at}"]
    return [f"[{at}]"] if at else []


def written(value: Any) -> str:
    """A value as TOML; nothing means that its lever decides."""
    return json.dumps("lever" if value is None else value, ensure_ascii=False)


def check(files: Annotated[list[str], typer.Argument(help="Scenario files, or names of the catalogue.")]) -> None:
    """Check scenario files: exit code 0 if all are right, else 2 with one line per bad file."""
    from tandem.experiments.commands.main import BAD_INPUT, complain
    from tandem.sim.scenario import Scenario, ScenarioError

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
    from tandem.sim.parameters import Parameters
    from tandem.sim.scenario.paths import described

    if format_ is Format.json:
        print(json.dumps(Parameters.model_json_schema(), indent=1, ensure_ascii=False))
        return
    print("| parameter | default | allowed | unit | meaning | source | role |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in described():
        print("| " + " | ".join(row) + " |")
