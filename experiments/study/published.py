"""The headline as it is published: one file, and the blocks of pages that are made from it."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.headline import Facts, facts_of
from tandem.experiments.study.headline_words import HELD, Teller
from tandem.sim.marks import kept
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import Chosen, chosen
from tandem.sim.texts import LANGUAGES, number

FILE = Path("scenarios") / "headline.json"
BEGIN, END = "<!-- headline: made by `make headline` -->", "<!-- end of headline -->"
PAGES = {"README.md": False, "MODEL.md": True, "docs/how-to/lever-ranking.md": True}
"""Page -> whether every lever, and who leads by role model, stand there as well as who leads by context."""


def content(folder: Path) -> dict[str, Any]:
    """The headline of a folder that `tandem sensitivity` wrote, as JSON: command, parameters, firms, rows, replicates, facts by
    outcome, and sentences by language and outcome. Mistake where the folder holds no whole analysis of all role models and
    contexts."""
    found, command, parameters = _read(folder)
    if not found.factors.held:
        raise Mistake(
            f"{folder}: one firm alone; the headline is told within role models and contexts (tandem sensitivity --out DIR)"
        )
    facts = {output: facts_of(found, output) for output in found.outputs}
    return {
        "command": command,
        "parameters": parameters.told,
        "identity": parameters.identity,
        "firms": found.runs,
        "rows": found.n,
        "replicates": found.replicates,
        "outputs": facts,
        "told": told(facts),
    }


def _read(folder: Path) -> tuple[Sensitivity, str, Chosen]:
    """The main analysis of a folder, the command that plays it again, and its parameter sets."""
    try:
        asked = tomllib.loads(kept(folder, "study.toml").decode("utf-8"))
        found = Sensitivity.load(folder)
        words = ["tandem", "sensitivity", *([asked["scenario"]] if asked["scenario"] != "none" else [])]
        words += [*(["--context", asked["context"]] if asked["context"] != "none" else []), "--profile", asked["profile"]]
        words += [
            *(["--shapley"] if asked["shapley"] else []),
            *(["--until-decided"] if asked.get("until_decided") else []),
            "--only",
            "pooled",
            "--seed",
            str(asked["seed"]),
        ]
    except (OSError, KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Mistake(f"{folder}: not a whole folder of `tandem sensitivity` ({type(error).__name__}: {error})") from None
    words += ["--parameters", str(asked["parameters"]), "--out", "DIR"]
    return found, shlex.join(words), chosen(asked["parameters"])


def told(facts: Mapping[str, Facts]) -> dict[str, dict[str, list[str]]]:
    """The sentences of facts by language and outcome."""
    return {lang: {output: Teller(lang).whole(mine) for output, mine in facts.items()} for lang in LANGUAGES}


def stale(published: Mapping[str, Any], parameters: Chosen) -> bool:
    """Whether a headline was made under other parameter sets than these."""
    return bool(published.get("identity") != parameters.identity)


def block(published: Mapping[str, Any], tables: bool) -> str:
    """What stands on a page between the marks."""
    teller, outputs = Teller("en"), published["outputs"].values()
    lines = [" ".join(teller.beside_tables(facts)) for facts in outputs]
    lines.append(_markdown(*teller.where_table(list(outputs), HELD if tables else HELD[:1])))
    firms = number(published["firms"], ",d", "en")
    made = f"Made by `{published['command']}` ({firms} firms; {published['parameters']})."
    if not tables:
        return "\n".join([BEGIN, "\n\n".join([*lines, made]), END])
    parts = [*(part for output in published["outputs"].values() for part in _tables(output)), made]
    return "\n\n".join([BEGIN, *lines, *parts, END])


def _tables(facts: Facts) -> list[str]:
    teller = Teller("en")
    heads = ["Lever", "Total index", "From poor to good", "Best level", "Harms firms", "Leads over sets"]
    likely = {row["input"]: row for row in facts["leading"]}
    rows = []
    for row in facts["levers"]:
        factor, unit = teller.units(facts["output"])
        odds = likely.get(row["input"])
        rows.append(
            [
                teller.names([row["input"]]),
                f"{teller.figure(row['total'], '.2f')} ({teller.between(row['low'], row['high'], '.2f')})",
                f"{teller.figure(factor * row['effect'], '+.1f')} {unit}",
                f"{teller.figure(row['stops'], '.2f')} ({teller.between(row['stops_low'], row['stops_high'], '.1f')})",
                f"{teller.figure(row['harmed'])} ({teller.between(row['harmed_low'], row['harmed_high'])})",
                "" if odds is None else f"{teller.figure(odds['probability'], '.2f')}",
            ]
        )
    title = teller.finished(teller.output(facts["output"]))
    return [f"**{title}**, every lever:", _markdown(heads, rows)]


def _markdown(heads: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def with_block(page: str, published: Mapping[str, Any], tables: bool, name: str = "page") -> str:
    """A page with what stands between its marks made anew. Mistake where it has no marks."""
    marks = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END), re.DOTALL)
    if len(marks.findall(page)) != 1:
        raise Mistake(f"{name}: one line {BEGIN!r} and one line {END!r} are needed, in this order")
    return marks.sub(lambda _: block(published, tables), page)


def publish(folder: Path, root: Path) -> list[Path]:
    """Write the headline of a folder into the project at `root`: the file, the blocks of the pages, and the figures of shares;
    returns what was written. Mistake as in `content` and `with_block`, before anything is written."""
    published = content(folder)
    pages = {root / name: with_block((root / name).read_text("utf-8"), published, tables, name) for name, tables in PAGES.items()}
    text = json.dumps(published, indent=1, ensure_ascii=False) + "\n"
    figures = {
        root / "docs" / "figures" / f"levers_{short}.svg": (folder / f"shares_{output}.svg").read_text("utf-8")
        for output, short in (("revenue_growth", "growth"), ("conflict_rate", "conflict"))
    }
    for place, written in {root / FILE: text, **pages, **figures}.items():
        place.write_text(written, encoding="utf-8", newline="\n")
    return [root / FILE, *pages, *figures]
