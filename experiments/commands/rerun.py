"""`tandem rerun`: play kept results again by their own record, and say whether they come out the same to the last bit."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.sim.mistake import Mistake
from tandem.sim.origin import ATTRIBUTE, FORMAT
from tandem.sim.scenario.catalogue import VARIABLE

MOST_LINES = 40
DECLARATION = "study.toml"


def rerun(
    what: Annotated[Path, typer.Argument(metavar="FOLDER_OR_FILE", help="A folder that --out wrote, or one file of it.")],
) -> int:
    """Play kept results again and compare them bit for bit; 0: the same, 1: something differs."""
    if _is_sweep(what):
        return sweep_again(what)
    if not what.is_dir() and (record := call_of(what)):
        return call_again(what, record)
    folder, wanted = wanted_of(what.absolute())
    found = Findings()
    for record, names in wanted:
        print(f"again: {record['command']}", flush=True)
        compare_again(folder, record, names, found)
    return told(found, what)


@dataclass
class Findings:
    """What came of playing again. `differing` makes it fail; `notes` do not."""

    differing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    same: int = 0


def wanted_of(what: Path) -> tuple[Path, list[tuple[dict[str, Any], dict[str, str]]]]:
    """The folder, and of each record the files to compare (path from the folder -> path in what is played again). Mistake where
    nothing says how `what` was made."""
    from tandem.experiments.files.kept_records import NAME, records_of

    if what.is_dir():
        return what, [(record, {name: name for name in record["files"]}) for record in records_of(what)]
    if not what.is_file():
        raise Mistake(f"{what}: there is no such folder or file")
    for folder in list(what.absolute().parents)[:3]:  # the figures of a study lie one folder further down
        if (folder / NAME).is_file():
            name = what.absolute().relative_to(folder).as_posix()
            for record in records_of(folder):
                if name in record["files"]:
                    return folder, [({**record, "files": {name: record["files"][name]}}, {name: name})]
    record = of_metadata(what)
    if not record.get("arguments"):
        raise Mistake(f"{what}: no provenance.json beside it knows this file, and it carries no record in itself")
    return what.parent, [({**record, "files": {}}, {what.name: f"{record.get('table', what.stem)}{what.suffix}"})]


def of_metadata(file: Path) -> dict[str, Any]:
    """The record that a Parquet file carries in itself; {} where it carries none."""
    import pyarrow.parquet as parquet

    try:
        kept = (parquet.read_schema(file).metadata or {}) if file.suffix == ".parquet" else {}
        text = kept.get(f"tandem.{ATTRIBUTE}".encode())
        record = json.loads(text) if text else json.loads(kept.get(b"PANDAS_ATTRS", b"{}")).get(ATTRIBUTE)
    except (ValueError, OSError, AttributeError):
        return {}
    return record if isinstance(record, dict) and record.get("format") == FORMAT else {}


def call_of(file: Path) -> dict[str, Any]:
    """The record of a table that Python made and somebody saved as Parquet; {} for any other file."""
    record = of_metadata(file) if file.is_file() else {}
    return record if {"call", "table", "scenarios", "names", "parameters"} <= set(record) else {}


def call_again(file: Path, record: dict[str, Any]) -> int:
    """Make such a table again by the call in its record, and compare."""
    import pandas as pd

    from tandem.experiments.commands.calls import Changed, said, table_again
    from tandem.experiments.files.differences import differences
    from tandem.experiments.files.tables import write_parquet

    print(f"again: {said(record)}", flush=True)
    found = Findings(same=1)

    def kept_table() -> pd.DataFrame:
        return pd.read_parquet(file, use_threads=False)

    try:
        made = table_again(record, kept_table)
    except Changed as changed:
        found.differing = [f"{file.name}: {changed}"]
        return told(found, file)
    now = made.attrs.get(ATTRIBUTE, {})
    if record["model_sha256"] != now.get("model_sha256"):
        found.notes.append(f"made with another model ({record['model_sha256'][:12]}, now {str(now.get('model_sha256'))[:12]})")
    texts = []
    for table in (kept_table(), made):
        plain = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
        held = io.BytesIO()
        write_parquet(plain, held, {})
        texts.append(held.getvalue())
    kept, again = texts
    found.differing = [f"{file.name}: {line}" for line in differences(kept, again, ".parquet")]
    return told(found, file)


def compare_again(folder: Path, record: dict[str, Any], names: dict[str, str], found: Findings) -> None:
    """Play one record again into a folder of its own, and compare."""
    from tandem.experiments.files.kept_records import records_of

    with tempfile.TemporaryDirectory(prefix="tandem-rerun-") as made:
        place = Path(made)
        played = inputs_again(folder, record, place, found)
        play(played, place / "out")
        (now,) = records_of(place / "out")
        now["firms"] = {_said(name, played.renamed): digest for name, digest in now["firms"].items()}
        changed = changes_since(record, now, found)
        for name, again in names.items():
            told = file_again(folder / name, place / "out", again, record["files"].get(name), played.renamed, changed)
            found.differing += [f"{name}: {line}" for line in told]
            found.same += not told
        if missing := sorted(set(now["files"]) - set(record["files"])) if len(names) > 1 else []:
            found.notes.append(f"played again, there is also {', '.join(missing[:5])}{' and more' if missing[5:] else ''}")


@dataclass
class Played:
    """A command line as played again: `renamed`, what stands for which name; `home`, where names start from (None: here)."""

    arguments: list[str]
    renamed: dict[str, str] = field(default_factory=dict)
    home: Path | None = None


def inputs_again(folder: Path, record: dict[str, Any], place: Path, found: Findings) -> Played:
    """The command line with all that it named: as it lies there, else as the record keeps it."""
    from tandem.experiments.files.inputs import deep, restored, unchanged

    played = Played(record["arguments"])
    for number, kept in enumerate(record["inputs"]):
        name = kept["name"]
        if "files" not in kept:
            played.renamed[name] = str(folder_again(folder, kept, found))
            continue
        if unchanged(kept):
            continue
        if Path(name).expanduser().exists():
            found.notes.append(f"{name} has changed since; what was played again is the text that the record keeps")
        if Path(name).expanduser().is_absolute():
            inputs = place / "inputs" / str(number)
            played.renamed[name] = str(restored(kept, inputs, deep(inputs)))
        else:
            played.home = deep(place / "work")
    for kept in record["inputs"] if played.home else ():
        if "files" in kept and not Path(kept["name"]).expanduser().is_absolute():  # all of them, since they start from one place
            restored(kept, place / "work", Path(os.path.normpath(deep(place / "work") / kept["name"])).parent)
    played.arguments = [_renamed(word, played.renamed) for word in record["arguments"]]
    return played


def folder_again(folder: Path, kept: dict[str, Any], found: Findings) -> Path:
    """Where the folder that a command was played on lies now. Mistake where it is gone."""
    from tandem.experiments.files.inputs import of_folder

    name = kept["name"]
    places = [Path(name).expanduser().absolute(), *([folder / kept["folder"]] if "folder" in kept else [])]
    there = next((each for each in places if each.is_dir()), None)
    if there is None:
        raise Mistake(f"{name}: this folder was played on and is not there any more; put it back, or start from where it lay")
    if of_folder(there) != kept["sha256"]:
        found.differing.append(f"{name}: this folder was played on and has changed since")
    return there


def _renamed(word: str, renamed: dict[str, str]) -> str:
    """A word of the command line, or the value of an option in it, by the name that it has now."""
    option, equals, value = word.rpartition("=")
    return f"{option}{equals}{renamed.get(value, value)}"


def play(played: Played, out: Path) -> None:
    """The command again, into `out`, with nothing on the terminal but its errors. Mistake where it does not come to its end."""
    from tandem.experiments.commands.main import status_of
    from tandem.experiments.files.record import with_options

    with redirect_stdout(io.StringIO()), _standing_in(played.home):
        code = status_of(with_options(played.arguments, [f"--out={out}"]))
    if code not in (0, 1):
        raise Mistake(f"the command of the record does not run any more (exit code {code}, see the line above)")


@contextmanager
def _standing_in(home: Path | None) -> Iterator[None]:
    """The block with `home` as working directory (None: as it is); a user's scenarios stay where they are."""
    if home is None:
        yield
        return
    before = os.environ.get(VARIABLE)
    if before:
        os.environ[VARIABLE] = os.pathsep.join(
            str(Path(part).expanduser().absolute()) for part in before.split(os.pathsep) if part
        )
    try:
        with chdir(home):
            yield
    finally:
        if before:
            os.environ[VARIABLE] = before


def changes_since(record: dict[str, Any], now: dict[str, Any], found: Findings) -> bool:
    """Say which firms, parameter sets and versions are others than then; whether code or versions, which draw, have changed."""
    for name, digest in record["firms"].items():
        if now["firms"].get(name) != digest:
            found.notes.append(f"the firm {name} has other values than then (digest {digest[:12]})")
    if record["parameters"] != now["parameters"]:
        was, is_ = (str(each["parameters"].get("ensemble", "none"))[:12] for each in (record, now))
        found.notes.append(f"the parameter sets are others than then (digest {was} then, {is_} now)")
    others = [
        f"{name} {value} (now {now['versions'].get(name, 'not there')})"
        for name, value in record["versions"].items()
        if name != "model" and now["versions"].get(name) != value
    ]
    if others:
        found.notes.append(f"made with {', '.join(others)}")
    kinds = ("model_sha256", "code_sha256", "commit", "uncommitted_sha256", "installed_sha256")
    code = [kind for kind in kinds if record.get(kind) != now.get(kind)]
    if "model_sha256" in code:
        found.notes.append(f"made with another model ({record['model_sha256'][:12]}, now {now['model_sha256'][:12]})")
    elif "code_sha256" in code:
        found.notes.append("made with other code around the same model")
    return bool(code or others)


def file_again(kept: Path, out: Path, again: str, digest: str | None, renamed: dict[str, str], changed: bool) -> list[str]:
    """What differs between a kept file and the same one played again; nothing where they say the same."""
    from tandem.experiments.files.differences import LOOKS, differences
    from tandem.sim.seals import sha256

    if not kept.is_file():
        return ["it is not there any more"]
    there, other = kept.read_bytes(), _found(out, again)
    as_written = digest is None or sha256(there) == digest
    if other is None:
        return ["played again, it does not come out"]
    if kept.suffix in LOOKS and (changed or kept.suffix == ".html"):  # other code or versions draw otherwise
        return [] if as_written else ["it was changed since it was written"]
    told = differences(there, other, kept.suffix, lambda text: _said(text, renamed))
    if (renamed or changed) and kept.name == DECLARATION:  # its digests name the model, and files that may lie elsewhere now
        told = [line for line in told if "'digest = " not in line]
    if not told and not as_written:  # what is not compared, or says the same in other bytes
        return ["it was changed since it was written"]
    return told


def _found(out: Path, name: str) -> bytes | None:
    places = [out / name, *sorted(out.rglob(Path(name).name))]
    return next((place.read_bytes() for place in places if place.is_file()), None)


def told(found: Findings, what: Path) -> int:
    """The verdict in lines; the exit code."""
    for line in dict.fromkeys(found.notes):
        print(f"note: {line}")
    for line in found.differing[:MOST_LINES]:
        print(f"differs: {line}")
    if len(found.differing) > MOST_LINES:
        print(f"differs: and {len(found.differing) - MOST_LINES:,} lines more")
    if found.differing:
        sys.stdout.flush()
        print(f"tandem: {what} does not come out as it is kept", file=sys.stderr)
        return 1
    print(f"the same to the last bit: {what} ({found.same:,} {'file' if found.same == 1 else 'files'})")
    return 0


def _said(text: str, renamed: dict[str, str]) -> str:
    """A text with the names that were typed then."""
    for name, here in renamed.items():
        text = text.replace(here, name)
    return text


def _is_sweep(what: Path) -> bool:
    from tandem.experiments.store.manifest import NAME

    return (what / NAME).is_file()


def sweep_again(folder: Path) -> int:
    """Every byte of a sweep looked at, and every run played again."""
    from tandem.experiments.store.verification import verify

    print(f"again: every run of the sweep {folder}", flush=True)
    looked = verify(folder, 100.0)
    found = Findings(looked.damage, looked.notes, looked.recomputed)
    if not looked.complete:
        found.notes.append(f"partial: {looked.runs_done:,} of {looked.runs:,} runs are there")
    if not found.differing:
        print(f"the same to the last bit: {folder} ({looked.recomputed:,} runs, digest {looked.digest})")
        return 0
    return told(found, folder)
