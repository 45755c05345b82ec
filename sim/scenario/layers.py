"""Layers of a scenario: which file said what, in which order, and what switching a role model or a context replaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tandem.sim.own import Fixed
from tandem.sim.parameters import Parameters
from tandem.sim.scenario.catalogue import Found, beside, find
from tandem.sim.scenario.complaint import ScenarioError, shortened
from tandem.sim.scenario.paths import LISTS, built, defaults, flattened, laid_over
from tandem.sim.scenario.story import ChangeTable, Story, Text, checked

SLOTS = ("context", "role_model")  # in this order, from below
STEPS = ("intervention", "cause", "remedy")
FIXED = ("quarters", "context", "events")  # no change in the middle of a run touches them
LONGEST_DESCENT = 20
MOST_CHANGES = 200
TOLD = tuple(Story.model_fields)


@dataclass(frozen=True)
class Layer:
    """Flat values from one place: a file of some kind, or settings made by hand (kind `set`, no file)."""

    name: str
    kind: str
    values: dict[str, Any]
    file: str | None = None
    identity: str | None = None
    title: Text | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", Fixed(self.values))

    @property
    def label(self) -> str:
        """Where its values came from, for the reader."""
        return self.file or self.name


@dataclass(frozen=True)
class Change:
    """What takes force from a week on: values, and the layers of another role model if it is switched."""

    week: int
    values: dict[str, Any]
    role_model: tuple[Layer, ...] = ()
    file: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", Fixed(self.values))


@dataclass(frozen=True)
class Loaded:
    """A file with everything it stands on."""

    layers: tuple[Layer, ...] = ()
    changes: tuple[Change, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Descent:
    """The files from the one asked for down to the one being read, and what has been read on the way."""

    files: tuple[Found, ...] = ()
    done: dict[tuple[str, str], Loaded] = field(default_factory=dict)

    @property
    def here(self) -> Found | None:
        return self.files[-1] if self.files else None

    def into(self, found: Found) -> Descent:
        """One file further down; circles and endless ladders are refused."""
        if found.identity in {earlier.identity for earlier in self.files}:
            ring = " -> ".join([*(earlier.name for earlier in self.files), found.name])
            raise ScenarioError(
                f"files that extend each other in a circle: {shortened(ring, 200)}",
                key="extends",
                file=self.files[-1].label,
                value=found.name,
                allowed="a file that does not lead back here",
            )
        if len(self.files) >= LONGEST_DESCENT:
            raise ScenarioError(
                "too many files on top of each other",
                file=self.files[0].label,
                key="extends",
                allowed=f"at most {LONGEST_DESCENT}",
            )
        return replace(self, files=(*self.files, found))


def loaded(found: Found, above: Descent | None = None) -> Loaded:
    """Read `found` and all files under it."""
    above = (above or Descent()).into(found)
    key = (found.identity, found.kind)
    if key not in above.done:
        above.done[key] = put_together(found, found.tables(), above)
    return above.done[key]


def put_together(found: Found, tables: Mapping[str, Any], at: Descent) -> Loaded:
    """The layers, changes and told parts of a file's tables."""
    tables, label = dict(tables), found.label
    layers: tuple[Layer, ...] = ()
    changes: tuple[Change, ...] = ()
    told: dict[str, Any] = {}
    for name in _names(tables.pop("extends", []), label):
        base = find(name, beside=found, key="extends")
        below = loaded(base, at)
        known = {layer.identity for layer in layers}
        layers += tuple(layer for layer in below.layers if layer.identity not in known)
        changes += below.changes
        if base.kind == "case":  # the story of a role model or a context is not that of what is built on it
            told |= below.told
    for kind in SLOTS:
        if kind in tables:
            layers = switched(layers, kind, slot(kind, tables.pop(kind), at))
    own_changes = [
        _change(table, f"change.{index}.", label, at) for index, table in enumerate(_tables(tables.pop("change", []), label))
    ]
    _each_once(own_changes, label)
    changes += tuple(own_changes)
    own_story = {key: _from_here(key, tables.pop(key), found) for key in TOLD if key in tables}
    checked_story = checked(Story, own_story, label)
    for key in tables:
        if "." in key:  # by hand paths are fine; in a file a quoted key with dots is a slip
            raise ScenarioError("a quoted key with dots", file=label, key=key, allowed=f"{shortened(key)} without quotes")
    kind = "resolved" if "resolved" in own_story else found.kind
    values = flattened(tables, label)
    if checked_story.resolved is not None and checked_story.resolved.said is not None:
        values = _said(values, checked_story.resolved.said)
    own = Layer(found.name, kind, values, label, found.identity, checked_story.title)
    return Loaded((*layers, own), changes, told | own_story)


def _each_once(changes: list[Change], label: str) -> None:
    """What one file changes in one week, it says once: or one of the two would not be played."""
    seen: set[tuple[int, str]] = set()
    for index, item in enumerate(changes):
        for path in [*item.values, *(["role_model"] if item.role_model else [])]:
            if (item.week, path) in seen:
                raise ScenarioError(f"stands there twice for week {item.week}", file=label, key=f"change.{index}.set.{path}")
            seen.add((item.week, path))


def _from_here(key: str, told: Any, found: Found) -> Any:
    """A told step whose role model or context is a path: from the folder of the file that says it, wherever the step is taken."""
    if key not in STEPS or not isinstance(told, dict) or not isinstance(found.source, Path):
        return told
    folder = found.source.parent.absolute()
    return {
        name: {path: beside(folder, value) if path in SLOTS else value for path, value in inner.items()}
        if name in ("set", "off") and isinstance(inner, dict)
        else inner
        for name, inner in told.items()
    }


def _said(values: Mapping[str, Any], said: tuple[str, ...]) -> dict[str, Any]:
    """The values of a file that holds every value, less those that nobody had set and that are still what is declared."""
    declared = defaults()
    listed = {path for path in values if path.split(".")[0] in LISTS}
    return {path: value for path, value in values.items() if path in listed or path in said or value != declared.get(path)}


def slot(kind: str, name: Any, at: Descent | None = None) -> tuple[Layer, ...]:
    """The layers of a role model or a context by name."""
    at = at or Descent()
    found = find(name, kind=kind, beside=at.here, key=kind)
    layers = loaded(found, at).layers
    if any(layer.kind != kind for layer in layers):
        raise ScenarioError(f"this file is not a {kind.replace('_', ' ')} alone", file=found.label, key=kind, value=name)
    return layers


def switched(layers: tuple[Layer, ...], kind: str, new: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Replace the role model or the context among `layers`. A new role model brings its whole charter: rights that cases
    and settings by hand had written over the old role model fall away."""
    frozen = next((layer for layer in layers if layer.kind == "resolved"), None)
    if frozen:
        raise ScenarioError(
            f"this file holds every value, so its {kind.replace('_', ' ')} cannot be switched",
            file=frozen.file,
            key=kind,
            value=new[-1].name,
            allowed="single values",
        )
    place = next((index for index, layer in enumerate(layers) if layer.kind == kind), None)
    kept = [layer for layer in layers if layer.kind != kind]
    if place is None:
        below = SLOTS[: SLOTS.index(kind)]
        place = max((index + 1 for index, layer in enumerate(kept) if layer.kind in below), default=0)
    if kind == "role_model":
        kept = [
            replace(layer, values={path: value for path, value in layer.values.items() if not path.startswith("charter.")})
            if layer.kind in ("case", "set")
            else layer
            for layer in kept
        ]
    return (*kept[:place], *new, *kept[place:])


def with_set(layers: tuple[Layer, ...], values: Mapping[str, Any]) -> tuple[Layer, ...]:
    """Put values by hand on top."""
    merged: dict[str, Any] = {}
    if layers and layers[-1].kind == "set":
        merged = dict(layers[-1].values)
        layers = layers[:-1]
    for path, value in values.items():
        if path in LISTS:
            merged = {at: old for at, old in merged.items() if at != path and not at.startswith(f"{path}.")}
        merged[path] = value
    return (*layers, Layer("set", "set", merged))


def resolved(layers: tuple[Layer, ...], file: str | None = None) -> tuple[dict[str, Any], dict[str, str], Parameters]:
    """Flat values, where each came from, and the checked parameters that layers come to."""
    flat = dict(defaults())
    origin = dict.fromkeys(flat, "default")
    files: dict[str, str | None] = {"set": file}
    for layer in layers:
        files[layer.label] = layer.file or file
        laid_over(flat, origin, layer.values, layer.label, layer.file or file)
    return flat, origin, built(flat, origin, files)


def change(week: Any, changes: Mapping[str, Any], file: str | None = None, at: Descent | None = None, prefix: str = "") -> Change:
    """What takes force in `week`."""
    values = dict(changes)
    table = checked(ChangeTable, {"week": week}, file, prefix)
    role_model = slot("role_model", values.pop("role_model"), at) if "role_model" in values else ()
    flat = flattened({path: value for path, value in values.items() if path not in FIXED}, file)
    for path, value in [*((path, values[path]) for path in FIXED if path in values), *flat.items()]:
        if path.split(".")[0] in FIXED or path in LISTS:
            raise ScenarioError(
                "this holds for the whole run and cannot change in the middle",
                file=file,
                key=path,
                value=value,
                allowed="single values, or role_model",
            )
    return Change(table.week, flat, role_model, file)


def _change(table: Any, prefix: str, label: str, at: Descent) -> Change:
    told = checked(ChangeTable, table, label, prefix)
    role_model = {} if told.role_model is None else {"role_model": told.role_model}
    return change(told.week, {**told.set, **role_model}, label, at, prefix)


def _names(value: Any, label: str) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ScenarioError("wrong type", file=label, key="extends", value=value, allowed="a name, or a list of names")
    if len(names) > LONGEST_DESCENT:
        raise ScenarioError("too many", file=label, key="extends", value=value, allowed=f"at most {LONGEST_DESCENT} files")
    return names


def _tables(value: Any, label: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise ScenarioError("wrong type", file=label, key="change", value=value, allowed="[[change]] tables")
    if len(value) > MOST_CHANGES:
        raise ScenarioError(
            "too many", file=label, key="change", value=value, allowed=f"at most {MOST_CHANGES} [[change]] tables"
        )
    return value
