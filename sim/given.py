"""What a caller gives, at the door: whole numbers, numbers and lists, taken alike by every public function or refused in one
sentence that names the argument, its value and what is allowed.

A number is whatever Python, NumPy or pandas counts as one; true and false are none, since they come by mistake.
"""

from __future__ import annotations

import math
import numbers
import operator
import os
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from tandem.sim.mistake import Mistake, shown


def is_truth(value: Any) -> bool:
    """Whether `value` is true or false, Python's or NumPy's."""
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def truth(name: str, value: Any) -> bool:
    """`value` as Python's true or false. Raises Mistake, naming the argument."""
    if not is_truth(value):
        raise refused(name, value, "neither true nor false", "True or False")
    return bool(value)


def whole_or_none(value: Any) -> int | None:
    """`value` as Python's whole number; None where it is none (1.5 and 2.0 are none, nor is true)."""
    if is_truth(value):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def whole(name: str, value: Any, low: int = 0, high: int | None = None) -> int:
    """`value` as a whole number from `low` to `high`. Raises Mistake, naming the argument."""
    number = whole_or_none(value)
    if number is None or number < low or (high is not None and number > high):
        allowed = f"{low:,} or more" if high is None else f"{low:,} to {high:,}"
        problem = "not a whole number" if number is None else "out of range"
        raise refused(name, value, problem, f"a whole number {'of' if high is None else 'from'} {allowed}")
    return number


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf, above: float | None = None) -> float:
    """`value` as a finite number from `low` to `high`, and above `above` where that is given. Raises Mistake."""
    found = number_or_none(value)
    if found is None or not math.isfinite(found) or not low <= found <= high or (above is not None and found <= above):
        ends = [f"above {above:g}"] if above is not None else [f"from {low:g}"] if math.isfinite(low) else []
        ends += [f"to {high:g}" if ends else f"up to {high:g}"] if math.isfinite(high) else []
        problem = "not a finite number" if found is None or not math.isfinite(found) else "out of range"
        raise refused(name, value, problem, " ".join(["a number", *ends]))
    return found


def number_or_none(value: Any) -> float | None:
    """`value` as Python's number, also one that is not finite; None where it is none."""
    if is_truth(value):
        return None
    if getattr(value, "shape", None) == () and getattr(getattr(value, "dtype", None), "kind", "") in "iuf":
        value = value.item()
    if not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except OverflowError:
        beyond: Any = value
        return math.inf if beyond > 0 else -math.inf


def plain(value: Any) -> Any:
    """`value` with NumPy's scalars, also those inside tables and lists, as Python's."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return value.tolist()
    return value


def function(name: str, value: Any) -> Callable[..., Any]:
    """`value` as something that can be called. Raises Mistake, naming the argument."""
    if not callable(value):
        raise refused(name, value, "no function", "a function")
    return value


def mapping(name: str, value: Any) -> dict[Any, Any]:
    """`value` as a dict; None is an empty one. Raises Mistake, naming the argument."""
    if value is not None and not isinstance(value, Mapping):
        raise refused(name, value, "no mapping", "a dict by name")
    return dict(value or {})


def pairs(name: str, value: Any) -> dict[Any, Any]:
    """`value` as a dict: a mapping, a row of a table, or pairs. Raises Mistake, naming the argument."""
    try:
        return dict(value)
    except (TypeError, ValueError):
        raise refused(name, value, "no mapping", "a dict by name") from None


def path_like(name: str, value: Any) -> str | os.PathLike[str]:
    """`value` as the name of a file. Raises Mistake, naming the argument."""
    if not isinstance(value, str | os.PathLike):
        raise refused(name, value, "no path", "a text or a path")
    return value


def listed(name: str, value: Any) -> list[Any]:
    """What stands where a list is meant: one text is a list of one. Raises Mistake for what is no list of anything."""
    if isinstance(value, str | os.PathLike):
        return [value]
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise refused(name, value, "neither a name nor a list of names", "a text, or a list of texts")
    return list(value)


def names(name: str, value: Any) -> list[str]:
    """The same where every member must be a text that is not empty."""
    found = listed(name, value)
    for each in found:
        if not isinstance(each, str) or not each:
            raise refused(name, each, "not a name", "texts that are not empty")
    return [str(each) for each in found]


def place_among(name: Any, known: Iterable[str], what: str) -> int:
    """The place of a name among those `known`. Raises Mistake, which says them, and those that have it as a part or are near."""
    there = list(known)
    if name in there:
        return there.index(name)
    near = [each for each in there if str(name) in each.split("_")][:3] or get_close_matches(str(name), there, 1)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise Mistake(f"{shown(name)} is no {what}; there are {', '.join(there)}{hint}")


def refused(name: str, value: Any, problem: str, allowed: str) -> Mistake:
    """The sentence about an argument, in the order of every complaint: where, what, why, what is allowed."""
    value = plain(value)
    told = repr(value) if isinstance(value, bool) or value is None else shown(value)
    return Mistake(f"{name} = {told}: {problem}; allowed: {allowed}")
