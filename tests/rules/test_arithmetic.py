"""The small comparisons: against Python's own min and max."""

import math

import pytest
from claims import Claim, plain, swapped

from tandem.sim.rules import arithmetic

ANY = (-1e6, 1e6)

CLAIMS = (
    Claim(arithmetic.least, {"a": ANY, "b": ANY}, ANY, rising=("a", "b"), mirrors=(swapped("a", "b"),)),
    Claim(arithmetic.most, {"a": ANY, "b": ANY}, ANY, rising=("a", "b"), mirrors=(swapped("a", "b"),)),
    Claim(
        arithmetic.clip,
        {"x": ANY, "low": (-5.0, -1.0), "high": (1.0, 5.0)},
        (-5.0, 5.0),
        rising=("x", "low", "high"),
    ),
    Claim(arithmetic.unit, {"x": ANY}, (0.0, 1.0), rising=("x",)),
)


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (2.0, 1.0), (-1.0, -2.0), (0.0, 0.0), (-math.inf, 3.0), (math.inf, 3.0)])
def test_least_and_most(a, b):
    assert plain(arithmetic.least)(a, b) == min(a, b)
    assert plain(arithmetic.most)(a, b) == max(a, b)


@pytest.mark.parametrize(("x", "expected"), [(-3.0, -1.0), (-1.0, -1.0), (0.5, 0.5), (2.0, 2.0), (7.0, 2.0)])
def test_clip(x, expected):
    assert plain(arithmetic.clip)(x, -1.0, 2.0) == expected


@pytest.mark.parametrize(("x", "expected"), [(-1e-300, 0.0), (0.0, 0.0), (0.3, 0.3), (1.0, 1.0), (1.0 + 1e-15, 1.0)])
def test_unit(x, expected):
    assert plain(arithmetic.unit)(x) == expected
