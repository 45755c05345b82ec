"""Pages of the reference that come from declarations: parameters, outcomes, weekly columns, commands; and copied pages.

Nothing here is written by hand twice: what a page says of a parameter is what the model checks it by.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from docs import gallery, submodels

ROOT = Path(__file__).resolve().parents[1]
COPIED = {
    "explanation/model.md": "MODEL.md",
    "explanation/decisions.md": "DECISIONS.md",
    "how-to/contribute.md": "CONTRIBUTING.md",
    "how-to/facilitate.md": "guide/GUIDE.en.md",
    "how-to/animer.md": "guide/GUIDE.fr.md",
    "how-to/room.md": "guide/ROOM.en.md",
    "how-to/salle.md": "guide/ROOM.fr.md",
    "reference/changelog.md": "CHANGELOG.md",
}
"""Pages that stand elsewhere in the repository, where people and tests look for them."""


def write(docs: Path) -> None:
    """Write every generated page into `docs`; none of them is kept in the repository."""
    for page, source in COPIED.items():
        (docs / page).write_text((ROOT / source).read_text("utf-8"), encoding="utf-8")
    for book in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copyfile(book, docs / "tutorials" / book.name)
    pages = {"parameters": parameters, "outcomes": outcomes, "weekly": weekly, "commands": commands, "catalogue": catalogue}
    pages["submodels"] = submodels.page
    for name, page in pages.items():
        (docs / "reference" / f"{name}.md").write_text(page(), encoding="utf-8")
    gallery.write(docs)


def table(heads: tuple[str, ...], rows: list[tuple]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(value: object) -> str:
    """A value inside a table."""
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def parameters() -> str:
    """Every parameter of the model by group."""
    from tandem.sim.parameters import describe

    groups: dict[str, list[tuple]] = {}
    for row in describe():
        spread = "" if row["low"] is None else f"{row['low']:g} to {row['high']:g}"
        known = (f"`{row['path']}`", row["default"], spread, row["unit"], row["meaning"], row["role"], row["source"])
        groups.setdefault(row["path"].split(".")[0], []).append(known)
    heads = ("Path", "Default", "Range", "Unit", "Meaning", "Role", "Source")
    told = f"# Parameters\n\nAll {sum(map(len, groups.values()))} parameters, as the model declares them (`tandem schema`).\n"
    told += "A default of None follows its lever. Sources are keys of `scenarios/sources.toml`; `assumption` rests on judgment.\n"
    return told + "".join(f"\n## {group}\n\n{table(heads, rows)}" for group, rows in groups.items())


def outcomes() -> str:
    """Every outcome of a run."""
    from tandem.sim.outcomes import OUTCOMES

    over = {"run": "the run", "pair": "weeks with both in post", "quarter": "the last quarter", "end": "the end"}
    rows = [
        (f"`{name}`", each.title(), each.unit, each.better, over[each.counted], each.meaning) for name, each in OUTCOMES.items()
    ]
    told = "# Outcomes\n\nOne number a run: columns of `Batch.outcomes`, of sweeps, and of every table of results.\n\n"
    return told + table(("Name", "Title", "Unit", "Better", "Counted over", "Meaning"), rows)


def weekly() -> str:
    """Every column of `Run.weekly`."""
    from tandem.sim.weekly import WEEKLY

    rows = [(f"`{name}`", each.unit, each.quarter, each.meaning) for name, each in WEEKLY.items()]
    told = "# Weekly columns\n\nColumns of `Run.weekly`, and how `Run.quarterly` makes a quarter of them.\n\n"
    return told + table(("Name", "Unit", "A quarter is", "Meaning"), rows)


def commands() -> str:
    """What each command takes, as its own help says it."""
    from tandem.experiments.commands.main import COMMANDS

    told = "# Commands\n\nExit codes: 0 done, 1 asked for and not reached (`--strict`), 2 bad input, 3 stopped (the same command "
    told += "goes on), 4 damage, 130 interrupted.\n"
    for name in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "tandem", name, "--help"],
            capture_output=True,
            text=True,
            check=True,
            env={"COLUMNS": "100", "TERM": "dumb", "PATH": "", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        )
        told += f"\n## tandem {name}\n\n```text\n{done.stdout.strip()}\n```\n"
    return told


def catalogue() -> str:
    """Role models, contexts and cases that can be named."""
    from tandem.sim.scenario import catalogue as entries

    kinds = {"role_model": "Role models and controls", "context": "Contexts", "case": "Cases"}
    told = "# Catalogue\n\nWhat can be named on the command line and in `Scenario.load` and `Scenario.of`.\n"
    for kind, title in kinds.items():
        rows = [(f"`{entry.name}`", entry.title["en"], entry.title["fr"]) for entry in entries() if entry.kind == kind]
        told += f"\n## {title}\n\n" + table(("Name", "Title", "Titre"), rows)
    return told
