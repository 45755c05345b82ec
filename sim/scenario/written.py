"""A scenario as the tables of a file: what is said by name or by value, and what a file can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tandem.sim.scenario.catalogue import find
from tandem.sim.scenario.complaint import ScenarioError
from tandem.sim.scenario.layers import SLOTS, STEPS, Layer
from tandem.sim.scenario.paths import AS_LEVER, LISTS, nested
from tandem.sim.scenario.story import Text

if TYPE_CHECKING:
    from tandem.sim.scenario.scenario import Scenario


def steps_by_value(scenario: Scenario, told: Mapping[str, Any]) -> dict[str, Any]:
    """Told steps that switch a role model or a context, with the values that this changes in place of the name: a file that
    holds every value has nothing left to switch. `told`: the tables of the story."""
    found = {}
    for part in STEPS:
        step = told.get(part, {})
        if not any(slot in step.get(name, {}) for slot in SLOTS for name in ("set", "off")):
            continue
        before, after = scenario, scenario.branch(part)
        week = step.get("week") or 0
        old, new = (max((v for v in each.versions if v.week <= week), key=lambda v: v.week).values for each in (before, after))
        moved = {path: value for path, value in new.items() if value != old.get(path)}
        rest = {name: inner for name, inner in step.items() if name not in ("set", "off")}
        found[part] = {**rest, "set": marked(moved)}
    return found


def last(layers: tuple[Layer, ...], kind: str) -> str | None:
    return next((layer.name for layer in reversed(layers) if layer.kind == kind), None)


def source(layers: tuple[Layer, ...], kind: str) -> str | None:
    """How a file would name this layer: by name if the catalogue has it, else by path."""
    layer = next((layer for layer in reversed(layers) if layer.kind == kind), None)
    if layer is None:
        return None
    try:
        known = find(layer.name, kind=kind, key=kind).identity == layer.identity
    except ScenarioError:
        known = False
    return layer.name if known else layer.identity


def marked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {path: AS_LEVER if value is None else value for path, value in values.items()}


def tables_of(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Flat values of layers as the tables of a file."""
    whole = {path for path in flat if path in LISTS}
    single = {path: value for path, value in flat.items() if path not in LISTS}
    loose = [path for path in single if path.split(".")[0] in LISTS and path.split(".")[0] not in whole]
    if loose:
        raise ScenarioError("the short form cannot write one member of a list", key=loose[0], allowed="the complete form")
    tables = nested(marked(single))
    return {name: value for name, value in tables.items() if name not in LISTS or name in whole}


def as_toml(value: Any) -> Any:
    """For writing: tuples as lists, -0.0 as 0.0, texts that are equal in both languages as they are."""
    kind = type(value)
    if kind is float:  # what a scenario mostly holds, hundreds of times
        return value + 0.0
    if kind is dict or isinstance(value, Mapping):
        return {key: as_toml(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_toml(inner) for inner in value]
    if isinstance(value, Text):
        return {"en": value.en, "fr": value.fr}
    return value + 0.0 if isinstance(value, float) else value
