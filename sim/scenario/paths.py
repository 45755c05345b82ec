"""Parameters by path (`levers.communication`, `teams.2.headcount`): from nested tables to flat values and back.

Team and event numbers count from 0, as `parameters.teams[2]` does. A list written as a whole stands in flat
form as its length under its own name, followed by its values: it replaces the list before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tandem.sim.given import plain
from tandem.sim.parameters import Event, Parameters, Team
from tandem.sim.scenario.complaint import NOTHING, ScenarioError, nearest, shown

LISTS: dict[str, type[BaseModel]] = {"teams": Team, "events": Event}
AS_LEVER = "lever"  # written in place of a value: follow the lever again
FIELDS: dict[str, Any] = {}  # pattern of a path -> its declaration; numbers in paths are written N
GROUPS: dict[str, tuple[str, ...]] = {}  # pattern of a group -> names in it


def _collect(model: type[BaseModel], prefix: str) -> None:
    GROUPS[prefix.rstrip(".")] = tuple(model.model_fields)
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        if path in LISTS:
            _collect(LISTS[path], f"{path}.N.")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            _collect(field.annotation, f"{path}.")
        else:
            FIELDS[path] = field


_collect(Parameters, "")


def pattern(path: str) -> str:
    """`teams.2.headcount` -> `teams.N.headcount`."""
    return re.sub(r"\.[0-9]+(?=\.|$)", ".N", path)


@lru_cache(maxsize=4096)  # advice asks for the same paths some ten thousand times
def lever_of(path: str) -> str | None:
    """The lever that sets this parameter unless somebody does."""
    field = FIELDS.get(pattern(path))
    return (field.json_schema_extra or {}).get("lever") if field is not None else None


def allowed(path: str) -> str:
    """What may be written at `path`, in words."""
    where = pattern(path)
    if where in LISTS:
        return f"a list of tables, at most {_longest(where)}"
    if where in GROUPS:
        return f"a table of {', '.join(GROUPS[where])}"
    if where not in FIELDS:
        return "a parameter that `tandem schema` shows"
    field = FIELDS[where]
    annotation = field.annotation
    if annotation is bool:
        return "true or false"
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(get_args(annotation))
    low, high = bounds(path)
    words = f"a {'whole ' if annotation is int else ''}number from {low:g} to {high:g} ({field.json_schema_extra['unit']})"
    return words + f", or '{AS_LEVER}'" if lever_of(path) else words


def bounds(path: str) -> tuple[float, float]:
    """Lowest and highest value at `path` (a number)."""
    items = {type(item).__name__: item for item in FIELDS[pattern(path)].metadata}
    low: float = items["Ge"].ge
    high: float = items["Le"].le
    return low, high


def _longest(name: str) -> int:
    longest: int = next(item.max_length for item in Parameters.model_fields[name].metadata if hasattr(item, "max_length"))
    return longest


def unknown(path: str, value: Any = NOTHING, file: str | None = None) -> ScenarioError:
    """The complaint about a path that leads nowhere."""
    where = pattern(path)
    if where in LISTS or (where in GROUPS and path):
        inside = GROUPS[where if where in GROUPS else f"{where}.N"]
        first = f"{path}.0" if where in LISTS else path
        return ScenarioError(
            "this is a whole table, not a single value",
            file=file,
            key=path,
            value=value,
            allowed=", ".join(f"{first}.{name}" for name in inside),
        )
    group, _, name = path.rpartition(".")
    siblings = GROUPS.get(pattern(group), ())
    near = nearest(name, siblings)
    if near:
        near = f"{group}.{near}" if group else near
    else:
        near = nearest(path, [*FIELDS, *(group for group in GROUPS if group and not group.endswith(".N"))])
    words = ", ".join(siblings) if group and siblings else "a parameter that `tandem schema` shows"
    return ScenarioError("unknown key", file=file, key=path, value=value, allowed=words, suggestion=near)


def said_twice(path: str, file: str | None) -> ScenarioError:
    """The complaint about a path that one input says in two ways: one of the two would not be played."""
    return ScenarioError("stands there twice", file=file, key=path, allowed="once, as a path or in a table of its group")


def flattened(values: Mapping[str, Any], file: str | None = None) -> dict[str, Any]:
    """Nested tables (keys may be dotted paths at the top) as path -> value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if not isinstance(key, str):
            raise ScenarioError("a path must be text", file=file, key=repr(key), value=value)
        _put(flat, key, value, file)
    return flat


def _put(flat: dict[str, Any], path: str, value: Any, file: str | None) -> None:
    where = pattern(path)
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if where in FIELDS:
        if isinstance(value, Mapping):
            raise ScenarioError(
                "a table stands where a value belongs", file=file, key=path, value=dict(value), allowed=allowed(path)
            )
        if path in flat:
            raise said_twice(path, file)
        flat[path] = None if isinstance(value, str) and value == AS_LEVER and lever_of(path) else plain(value)
    elif where in LISTS:
        if not isinstance(value, list | tuple):
            raise ScenarioError("not a list of tables", file=file, key=path, value=value, allowed=allowed(path))
        if len(value) > _longest(path):
            raise ScenarioError("too many", file=file, key=path, value=value, allowed=allowed(path))
        if path in flat or any(known.startswith(f"{path}.") for known in flat):
            raise said_twice(path, file)
        flat[path] = len(value)
        for index, item in enumerate(value):
            _put(flat, f"{path}.{index}", item, file)
    elif where in GROUPS and where:
        if not isinstance(value, Mapping):
            raise ScenarioError("a value stands where a table belongs", file=file, key=path, value=value, allowed=allowed(path))
        for key, inner in value.items():
            if not isinstance(key, str) or "." in key or key.isdigit():
                raise unknown(f"{path}.{key}", inner, file)
            _put(flat, f"{path}.{key}", inner, file)
    else:
        raise unknown(path, value, file)


@lru_cache(maxsize=1)
def defaults() -> dict[str, Any]:
    """Every path of the default firm with its value."""
    flat = flattened(Parameters().model_dump())
    return {path: value for path, value in flat.items() if path not in LISTS}


@lru_cache(maxsize=8)
def _blank(name: str) -> dict[str, Any]:
    return {path: value for path, value in flattened({name: [LISTS[name]().model_dump()]}).items() if path != name}


def laid_over(flat: dict[str, Any], origin: dict[str, str], values: Mapping[str, Any], label: str, file: str | None) -> None:
    """Put a layer's flat values over what is below, noting where each came from."""
    for path, value in values.items():
        if path in LISTS:
            for old in [known for known in flat if known.startswith(f"{path}.")]:
                del flat[old], origin[old]
            origin[path] = label
            for index in range(value):
                for blank, default in _blank(path).items():
                    at = f"{path}.{index}" + blank[len(path) + 2 :]
                    flat[at], origin[at] = default, "default"
            continue
        if path not in flat:
            name = path.split(".")[0]
            count = len({known.split(".")[1] for known in flat if known.startswith(f"{name}.")})
            words = f"{name}.0 to {name}.{count - 1}" if count else f"none here: set `{name}` as a whole"
            raise ScenarioError("there is no such number", file=file, key=path, value=value, allowed=words)
        flat[path], origin[path] = value, label


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Flat values as nested tables, lists as tuples."""
    tables: dict[str, Any] = {}
    of_group: dict[str, dict[str, Any]] = {"": tables}
    for path, value in flat.items():
        group, _, name = path.rpartition(".")
        inner = of_group.get(group)
        if inner is None:
            inner = tables
            for part in group.split("."):
                inner = inner.setdefault(part, {})
            of_group[group] = inner
        inner[name] = value
    for name in LISTS:
        tables[name] = tuple(tables.get(name, {}).values())
    return tables


def built(flat: Mapping[str, Any], origin: Mapping[str, str], files: Mapping[str, str | None]) -> Parameters:
    """The parameters that flat values come to, or one clear complaint."""
    try:
        return Parameters.model_validate(nested(flat), strict=True)
    except ValidationError as error:
        raise _complaint(error.errors(include_url=False)[0], flat, origin, files) from None


def _complaint(
    error: ErrorDetails, flat: Mapping[str, Any], origin: Mapping[str, str], files: Mapping[str, str | None]
) -> ScenarioError:
    path = ".".join(str(part) for part in error["loc"])
    problem, words, value = error["msg"].removeprefix("Value error, "), None, NOTHING
    if error["type"] == "value_error":
        path, words, problem = _culprit(path, problem, flat)
    elif path in flat:
        words = allowed(path)
        problem = {
            "greater_than_equal": "too small",
            "less_than_equal": "too large",
            "literal_error": "unknown word",
            "finite_number": "not a finite number",
        }.get(error["type"], "wrong type")
    elif path in LISTS:
        words, problem = allowed(path).replace("at most", "1 to") if path == "teams" else allowed(path), "wrong number"
    if path in flat:
        value = flat[path]
    known = path if path in origin else next((p for p in origin if p.startswith(path) and origin[p] != "default"), None)
    file = files.get(origin.get(known, "")) if known else None
    near = None
    if words and words.startswith("one of ") and isinstance(value, str):
        near = nearest(value, words.removeprefix("one of ").split(", "))
    return ScenarioError(problem, file=file, key=path or None, value=value, allowed=words, suggestion=near)


def _culprit(path: str, problem: str, flat: Mapping[str, Any]) -> tuple[str, str | None, str]:
    """Which key a rule between several keys is about, and what would be right."""
    weeks = 13 * flat["quarters"] if isinstance(flat["quarters"], int) else 0
    late = [at for at, value in flat.items() if re.fullmatch(r"events\.\d+\.week", at) and value > weeks]
    if "horizon" in problem and late:
        return late[0], f"a week from 1 to {weeks}, or more quarters", problem
    found = re.match(r"(charter\.\w+): (.*)", problem)
    if found:
        domain, problem = found.groups()
        decides, rule = flat[f"{domain}.decides"], flat[f"{domain}.rule"]
        other = "coo" if decides == "ceo" else "ceo"
        words = f"nobody, {other}" if rule == "sole" else "nobody"
        return f"{domain}.consults", words, f"contradictory decision rights: {problem}"
    first = re.match(r"[a-z_]+\.[a-z_]+", problem)
    return (path or (first.group() if first else "")), None, problem


def described() -> list[tuple[str, ...]]:
    """All parameters as rows of words: path, default, allowed, unit, meaning, source, role."""
    rows = []
    for path, field in FIELDS.items():
        extra = field.json_schema_extra or {}
        known = path.replace(".N.", ".0.")
        default = defaults()[known] if known in defaults() else _blank("events")[known]
        if extra.get("lever"):
            shape = " (by ratio)" if extra["scale"] == "log" else ""
            word = f"{extra['poorest']:g} to {extra['best']:g}{shape} with lever {extra['lever']}"
        else:
            word = shown(default).strip("'")
        rows.append((path, word, allowed(path).split(" (")[0], *(extra[key] for key in ("unit", "meaning", "source", "role"))))
    return rows
