"""Mistaken inputs for every file that a user can write, made from the declared schemas with a fixed seed.

Each file is a good one, broken in one place: a value of a wrong kind, beyond the end of its range, a key that looks like another
or stands there twice, a decimal comma, something huge or deep, another encoding. `sure`: whether it must be refused; the rest
may be accepted, but never with a traceback.
"""

from __future__ import annotations

import copy
import datetime
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from tandem.sim.scenario.paths import FIELDS, allowed, bounds

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
PLAN = {
    "title": "A plan",
    "seed": 1,
    "quarters": 2,
    "replicates": 4,
    "outcomes": ["revenue_growth"],
    "keep": "named",
    "scenarios": ["silence", {"role_model": ["co-pilot"], "context": "baseline", "set": {"levers.skills": 0.4}}],
    "factors": {"levers": {"communication": [0.2, 0.8], "skills": {"low": 0.1, "high": 0.9}}},
    "design": {"kind": "sobol", "points": 8, "seed": 3},
}
CASE = {
    "role_model": "co-pilot",
    "context": "baseline",
    "title": {"en": "A", "fr": "B"},
    "quarters": 4,
    "levers": {"communication": 0.2, "skills": 0.3},
    "ceo": {"hours": 14.0, "priorities": {"growth": 0.3}},
    "switches": {"claims": False},
    "charter": {"budget": {"rule": "sole", "decides": "coo"}},
    "teams": [{"kind": "sales", "headcount": 3.0}, {"kind": "service"}],
    "events": [{"week": 30, "kind": "crisis", "size": 1.0}],
    "change": [{"week": 40, "set": {"levers.communication": 0.6}}],
    "intervention": {"week": 50, "set": {"levers.skills": 0.9}},
    "failure": {"need": "any", "conditions": [{"outcome": "conflict_rate", "above": 9.0}]},
}
LISTS_OF_TABLES = {
    "teams",
    "events",
    "change",
    "conditions",
    "differs",
    "scales",
    "common",
    "parameters",
    "finding",
    "statistics",
}
LISTS_OF_TABLES |= {"history", "points", "scenarios"}


def good() -> dict[str, dict[str, Any]]:
    """A good file of each kind, as tables."""
    files = {"population": "population", "calibration": "calibration", "findings": "findings", "histories": "histories"}
    files |= {"role_model": "role_models/co-pilot", "context": "contexts/agile"}
    found = {kind: tomllib.loads((SCENARIOS / f"{name}.toml").read_text("utf-8")) for kind, name in files.items()}
    found |= {"plan": copy.deepcopy(PLAN), "case": copy.deepcopy(CASE)}
    for kind, lists in (("population", ("differs", "common")), ("calibration", ("parameters",)), ("findings", ("finding",))):
        for name in lists:
            found[kind][name] = found[kind][name][:3]
    return found


@dataclass(frozen=True)
class Mistake:
    """One mistaken file."""

    kind: str
    what: str
    content: bytes
    sure: bool


def places(value: Any, at: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every place in nested tables with what stands there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key), inner
        yield from places(inner, (*at, key))


def changed(tables: dict, at: tuple, value: Any) -> dict:
    """A copy with another value at a place; None takes it away."""
    made = copy.deepcopy(tables)
    holder: Any = made
    for key in at[:-1]:
        holder = holder[key]
    if value is None:
        del holder[at[-1]]
    else:
        holder[at[-1]] = value
    return made


NAN, INFINITE = float("nan"), float("inf")
HUGE, DATE = 10**17, datetime.date(2024, 1, 1)


def wrong_values(old: Any) -> list[tuple[str, Any, bool]]:
    """Values that do not belong where `old` stands: what, value, whether no file could mean it."""
    table, deep = {"x": 1}, {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}
    always = [("a date", DATE, True), ("deep tables", deep, True), ("a list of a list", [[1]], True)]
    if isinstance(old, bool):
        return [*always, ("a word for a yes", "yes", True), ("a number for a yes", 1, True), ("a table", table, True)]
    if isinstance(old, int | float):
        more = [("a decimal comma", "12,5", True), ("a word", "many", True), ("a yes", True, True), ("a list", [1, 2], True)]
        more += [("not a number", NAN, True), ("infinite", INFINITE, True), ("minus infinity", -INFINITE, True)]
        more += [("huge", HUGE, False), ("negative", -5, False), ("a half", 0.5 + int(old), False), ("nought", 0, False)]
        return [*always, *more, ("an empty table", {}, True), ("a number as text", str(old), True)]
    if isinstance(old, str):
        more = [("a number", 3, False), ("a yes", True, True), ("no text", "", False), ("a table", table, True)]
        more += [("a look-alike", (old[:-1] + "а") if old else "а", False), ("a long text", "x" * 3000, False)]
        return [*always, *more, ("a list", [old, 1], True), ("signs", "\x1b[31m\x07" + old, False)]
    if isinstance(old, list):
        more = [("a number", 3, True), ("an empty list", [], False), ("a word", "many", False), ("numbers", [1.5] * 3, False)]
        more += [("ten thousand", (old or [1]) * (10_000 // max(1, len(old))), False), ("a yes", True, True)]
        return [("a date", DATE, True), *more, ("a twin", [*old, *old[:1]], False), ("tables", [{"zzz": 1}], True)]
    more = [("a number", 3, True), ("a list", [1], True), ("a word", "many", False), ("a stranger", {**old, "zzz": 1}, False)]
    if old:
        name = next(iter(old))
        more.append(("a look-alike key", {**old, f"{name}s": old[name]}, False))
    return [("a date", DATE, True), *more, ("an empty table", {}, False)]


def texts(kind: str, tables: dict) -> Iterator[Mistake]:
    """What is wrong with a file as a text: encodings, broken TOML, keys that stand there twice, what is huge or deep."""
    whole = tomli_w.dumps(tables)
    first = next(name for name, value in tables.items())
    yield Mistake(kind, "UTF-16", whole.encode("utf-16"), True)
    yield Mistake(kind, "Latin-1", ("# é\n" + whole).encode("latin-1"), True)
    yield Mistake(kind, "a zero byte", b"\0" + whole.encode(), True)
    yield Mistake(kind, "no TOML", b"<html>", True)
    yield Mistake(kind, "JSON", b'{"a": 1}', True)
    yield Mistake(kind, "binary", bytes(range(256)), True)
    yield Mistake(kind, "half a file", whole.encode()[: len(whole) // 2] + b'\nx = "', True)
    yield Mistake(kind, "a key twice", f"{first} = 1\n{first} = 2\n".encode() + whole.encode(), True)
    yield Mistake(kind, "too large", b"#" * 1_100_000 + whole.encode(), True)
    yield Mistake(kind, "deep lists", b"zzz = " + b"[" * 3000 + b"]" * 3000 + b"\n" + whole.encode(), True)
    yield Mistake(kind, "deep keys", b".".join([b"a"] * 5000) + b" = 1\n", True)
    yield Mistake(kind, "ten thousand strangers", "".join(f"z{k} = 1\n" for k in range(10_000)).encode() + whole.encode(), True)
    yield Mistake(kind, "a giant number", b"zzz = " + b"9" * 4000 + b"\n" + whole.encode(), True)
    yield Mistake(kind, "a decimal comma", b"zzz = 0,5\n" + whole.encode(), True)
    yield Mistake(kind, "a byte-order mark and returns", ("\ufeff" + whole.replace("\n", "\r\n")).encode(), False)


def at_the_ends(draw: np.random.Generator, count: int) -> Iterator[Mistake]:
    """Parameters beyond the ends that the model declares."""
    numbers = [path for path in FIELDS if ".N." not in path and allowed(path).startswith(("a number", "a whole number"))]
    for path in draw.choice(numbers, count, replace=False):
        low, high = bounds(path)
        value = high * 1.5 + 1 if draw.random() < 0.5 else low - 0.5 * abs(low) - 1
        nested: Any = int(value) if FIELDS[path].annotation is int else float(value)
        for part in reversed(path.split(".")):
            nested = {part: nested}
        yield Mistake("case", f"{path} = {value}", tomli_w.dumps(nested).encode(), True)


def mistakes(seed: int = 19, of_each: int = 70, ends: int = 60) -> list[Mistake]:
    """Mistaken files of every kind in a random order: `of_each` values of every kind of file, all broken texts, `ends` beyond a
    range."""
    draw = np.random.default_rng(seed)
    found = list(at_the_ends(draw, ends))
    for kind, tables in good().items():
        found += texts(kind, tables)
        everywhere = list(places(tables))
        options = [(at, *wrong) for at, old in everywhere for wrong in wrong_values(old)]
        options += [(at, "taken away", None, False) for at, _ in everywhere]
        for place in draw.choice(len(options), min(of_each, len(options)), replace=False):
            at, what, value, sure = options[place]
            content = tomli_w.dumps(changed(tables, at, value)).encode()
            if len(content) < 5_000_000:
                a_seed = at[-1] == "seed" and isinstance(value, str)  # a text is a seed too
                meant = a_seed or (at[0] == "factors" and isinstance(value, list))
                found.append(Mistake(kind, f"{'.'.join(map(str, at))}: {what}", content, sure and not meant))
    return [found[place] for place in draw.permutation(len(found))]
