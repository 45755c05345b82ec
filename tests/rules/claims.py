"""What a rule promises, as data: the ranges of its arguments, the range of its result, which way it moves, what it mirrors.

Ranges are those declared for parameters (`declared`), and [0, 1] for stocks. `hold` searches the whole of them for a
counterexample; `test_every_rule.py` does so for every claim, and complains of a rule without one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sim.parameters import describe

EXAMPLES = 60
SLACK = 1e-12  # a last digit of rounding is no broken promise

SHARE = (0.0, 1.0)
"""A stock or a share."""
DEVIATIONS = (-8.0, 8.0)
"""Standard deviations of anything drawn and drifting."""

_DECLARED = {row["path"]: row for row in describe()}


def declared(path: str) -> tuple[float, float]:
    """The range within which a user may set a parameter."""
    row = _DECLARED[path]
    return float(row["low"]), float(row["high"])


def as_declared(rule: Any, **paths: str) -> Callable[..., float]:
    """The plain rule with some arguments at the values that parameters have unless somebody sets them."""
    return functools.partial(plain(rule), **{name: _DECLARED[path]["default"] for name, path in paths.items()})


def plain(rule: Any) -> Callable[..., float]:
    """The rule as Python reads it; that the compiler makes the same numbers of it is tested in `test_every_rule.py`."""
    return getattr(rule, "py_func", rule)


@dataclass(frozen=True)
class Claim:
    """What is promised of a rule for all values of its arguments."""

    rule: Any
    arguments: dict[str, tuple[float, float]]
    result: tuple[float, float]
    rising: tuple[str, ...] = ()
    """Arguments in which the result never falls."""
    falling: tuple[str, ...] = ()
    """Arguments in which the result never rises."""
    mirrors: tuple[Callable[[dict[str, float]], dict[str, float]], ...] = field(default=())
    """Changes of the arguments that leave the result as it is."""

    @property
    def name(self) -> str:
        return plain(self.rule).__name__


def swapped(one: str, other: str) -> Callable[[dict[str, float]], dict[str, float]]:
    """Two arguments change places."""
    return lambda values: {**values, one: values[other], other: values[one]}


def turned(name: str, centre: float = 0.0) -> Callable[[dict[str, float]], dict[str, float]]:
    """One argument is mirrored at a centre."""
    return lambda values: {**values, name: 2.0 * centre - values[name]}


def hold(claim: Claim) -> None:
    """Raise AssertionError with the smallest counterexample found to any part of a claim."""
    function = plain(claim.rule)
    spans = {name: st.floats(*span) for name, span in claim.arguments.items()}
    low, high = claim.result

    @settings(max_examples=EXAMPLES)
    @given(st.fixed_dictionaries(spans), st.fixed_dictionaries(spans))
    def search(values, others):
        found = function(**values)
        assert math.isfinite(found), f"{claim.name}({values}) = {found}"
        assert low - SLACK <= found <= high + SLACK, f"{claim.name}({values}) = {found}, outside [{low}, {high}]"
        for name in claim.rising + claim.falling:
            first, second = sorted((values[name], others[name]))
            step = function(**{**values, name: second}) - function(**{**values, name: first})
            wrong = step < -SLACK if name in claim.rising else step > SLACK
            assert not wrong, f"{claim.name}: {name} from {first} to {second} moves it by {step} ({values})"
        for mirror in claim.mirrors:
            other = function(**mirror(values))
            same = math.isclose(found, other, rel_tol=1e-9, abs_tol=SLACK)
            assert same, f"{claim.name}: {values} gives {found}, mirrored {other}"

    search()
