"""Tables that belong together, row by row: of one length and, where they have labels, with the same labels.

A row that stands beside another's is the one mistake that no result shows.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tandem.sim.mistake import Mistake


def together(what: str, **parts: Any) -> None:
    """Raises Mistake where two parts differ in length, or in the labels of their rows (pandas' index), or a label stands twice
    in parts that are told apart by it. Parts without labels are taken in their order."""
    (first, there), *others = parts.items() if parts else [("", ())]
    for name, part in others:
        if len(part) != len(there):
            raise Mistake(f"{what}: {first} has {len(there):,} rows and {name} {len(part):,}; they need as many")
    labelled = [(name, part.index) for name, part in parts.items() if hasattr(part, "index") and hasattr(part, "iloc")]
    for (one, labels), (other, mine) in pairwise(labelled):
        if not labels.equals(mine):
            raise Mistake(
                f"{what}: the rows of {one} and of {other} have different labels, or the same in another order; "
                "bring them into one order first"
            )


def aligned(what: str, first: Any, second: Any, names: tuple[str, str]) -> Any:
    """`second` with its rows in the order of `first`, told by their labels. Raises Mistake where labels are missing, stand
    twice, or the lengths differ. Without labels on one of the two, rows are taken in their order."""
    one, other = names
    if len(first) != len(second):
        raise Mistake(f"{what}: {one} has {len(first):,} rows and {other} {len(second):,}; they need as many")
    if not (hasattr(first, "iloc") and hasattr(second, "iloc")) or first.index.equals(second.index):
        return second
    for name, table in ((one, first), (other, second)):
        if not table.index.is_unique:
            raise Mistake(f"{what}: labels of {name} stand there twice, so its rows cannot be told apart; reset them first")
    if missing := list(first.index.difference(second.index, sort=False)[:1]):
        raise Mistake(f"{what}: {other} has no row of the label {missing[0]!r} that {one} has; bring both to the same labels")
    return second.loc[first.index]
