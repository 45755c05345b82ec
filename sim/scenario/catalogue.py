"""Finds scenario files: those that come with the program, and those of the folders in TANDEM_SCENARIOS.

A role model, a context or a case is one TOML file in the folder of its kind. Nothing else lists them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tandem.sim.scenario.complaint import ScenarioError, among, nearest
from tandem.sim.scenario.reading import read

VARIABLE = "TANDEM_SCENARIOS"
FOLDERS = {"role_model": "role_models", "context": "contexts", "case": "cases"}


@dataclass(frozen=True)
class Entry:
    """One file of the catalogue: its name, its kind (role_model, context, case), its titles, its place in lists, and
    whether it is a control rather than a role model to choose."""

    name: str
    kind: str
    title: dict[str, str]
    order: int = 99
    control: bool = False


@dataclass(frozen=True)
class Found:
    """Where a scenario file is: `source` can be opened (None: it was given as text), `label` is what messages and origins call
    it."""

    name: str
    kind: str
    label: str
    source: Path | Traversable | None

    @property
    def identity(self) -> str:
        """The same file has the same identity, whatever name led to it."""
        with suppress(OSError, RuntimeError, ValueError):  # loops of links, impossible names: reading says it
            if isinstance(self.source, Path):
                return str(self.source.resolve())
        return str(self.source)

    def tables(self) -> dict[str, Any]:
        """The file's content."""
        if self.source is None:
            raise ScenarioError("no such file", file=self.label)
        return read(self.source, self.label, "a .toml file, or a name that `tandem list` shows")


def _roots() -> list[tuple[Path | Traversable, str]]:
    own = [Path(part).expanduser() for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    return [(path, f"{path}/") for path in own] + [(resources.files("tandem.scenarios"), "")]


def _folder(root: Path | Traversable, prefix: str, kind: str) -> list[Found]:
    try:
        files = sorted((item for item in root.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    except OSError:
        return []
    return [Found(item.name.removesuffix(".toml"), kind, f"{prefix}{item.name}", item) for item in files]


def every_file() -> list[Found]:
    """All scenario files by kind and name; a user's file hides the program's of the same kind and name."""
    found: dict[tuple[str, str], Found] = {}
    for root, prefix in _roots():
        for kind, folder in FOLDERS.items():
            here = _folder(root / folder, f"{prefix}{folder}/", kind)
            if kind == "case" and prefix:  # loose files of a user's folder are cases
                here += _folder(root, prefix, kind)
            for file in here:
                found.setdefault((kind, file.name), file)
    order = list(FOLDERS)
    return sorted(found.values(), key=lambda file: (order.index(file.kind), file.name))


def catalogue() -> list[Entry]:
    """Every scenario that can be loaded by name: by kind, then by the `order` its file gives, then by name.

    Returns a list of `Entry`: name, kind (case, role_model, context), title by language, order, control (no figures, so no
    units). Raises nothing: a file that cannot be read goes by its name, and is refused when it is loaded.

    >>> from tandem import catalogue
    >>> [entry.name for entry in catalogue() if entry.kind == "context"][0]
    'baseline'
    """
    return [entry for kind in FOLDERS for entry in of_kind(kind)]


def of_kind(kind: str) -> list[Entry]:
    """The entries of one kind, by the `order` their files give, then by name; no file of another kind is opened."""
    entries = [_entry(file) for file in every_file() if file.kind == kind]
    return sorted(entries, key=lambda entry: (entry.order, entry.name))


def _entry(file: Found) -> Entry:
    try:
        tables = file.tables()
    except ScenarioError:
        tables = {}
    order, control = tables.get("order"), tables.get("control")
    title = _title(file, tables.get("title", file.name))
    return Entry(file.name, file.kind, title, order if type(order) is int else 99, control is True)


def _title(file: Found, title: Any) -> dict[str, str]:
    if isinstance(title, str):
        return {"en": title, "fr": title}
    if isinstance(title, dict):
        return {lang: str(title.get(lang, file.name)) for lang in ("en", "fr")}
    return {"en": file.name, "fr": file.name}


@lru_cache(maxsize=1)
def source_keys() -> frozenset[str]:
    """The keys of the catalogue of publications."""
    file = resources.files("tandem.scenarios") / "sources.toml"
    return frozenset(read(file, "sources.toml")) if file.is_file() else frozenset()


def known_sources(sources: Iterable[str], file: str, key: str = "source", also: Iterable[str] = ()) -> None:
    """Raises ScenarioError, which names the file, where a source is in no catalogue of publications and none of `also`."""
    also = tuple(also)
    allowed = ", or ".join((*also, "a key of scenarios/sources.toml"))
    for source in sources if source_keys() else ():
        among(source, {*source_keys(), *also}, "no such source", file=file, key=key, allowed=allowed)


def find(name: str | os.PathLike[str], *, kind: str | None = None, beside: Found | None = None, key: str | None = None) -> Found:
    """The file that `name` means: a name of the catalogue, or a path (from the folder of the file that names it)."""
    label = None if beside is None else beside.label
    if not isinstance(name, str | os.PathLike) or not str(name):
        raise ScenarioError("not a name", file=label, key=key, value=name, allowed="a name or a path, as text")
    text = os.fspath(name)
    path = Path(text)
    if text.startswith("~"):
        with suppress(RuntimeError):  # a home that does not exist
            path = path.expanduser()
    if beside is not None and isinstance(beside.source, Path):
        path = beside.source.parent / path
    if isinstance(name, os.PathLike) or is_path(text):
        if key is not None and not _exists(path):
            raise ScenarioError("no such file", file=label, key=key, value=text, allowed="a name or a path to a .toml file")
        return Found(path.stem, kind or _kind_by_folder(path), text, path)
    files = every_file()
    for file in files:
        if file.name == text and (kind is None or file.kind == kind):
            return file
    names = {file.name for file in files if kind is None or file.kind == kind}
    if beside is None and key is None and _exists(path):  # a folder, or a file without the ending
        return Found(path.stem, "case", text, path)
    word = {"role_model": "role model", "context": "context"}.get(kind or "", "scenario")
    named = {"file": label, "key": key, "value": text} if key else {"file": text}
    raise ScenarioError(
        f"no such {word}", **named, suggestion=nearest(text, names), allowed=", ".join([*sorted(names), "a path to a .toml file"])
    )


def beside(folder: Path | None, name: Any) -> Any:
    """A name as it stands; a path, which a file in `folder` says, from there. What is no text is left to `find` to refuse."""
    if folder is None or not isinstance(name, str) or not name or not is_path(name):
        return name
    path = Path(name)
    if name.startswith("~"):
        with suppress(RuntimeError):  # a home that does not exist
            path = path.expanduser()
    return str(folder / path)


def is_path(text: str) -> bool:
    """Whether a text is meant as a path rather than as a name of the catalogue."""
    return text.endswith(".toml") or os.sep in text or "/" in text


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, RuntimeError, ValueError):
        return False


def _kind_by_folder(path: Path) -> str:
    return next((kind for kind, folder in FOLDERS.items() if path.parent.name == folder), "case")
