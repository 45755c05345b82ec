"""The three turning points that tell a run in short, chosen by a stated rule.

One of each side where there is one: what was done to the firm (a shock, a departure, a change), what happened to the pair, what
happened to the market; each the first kind in the order of its side below, the earliest of that kind. A side without one gives
its place to the next best of the others. What names a cause or an origin goes before what names none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from tandem.sim.explain.turning import TurningPoint

MOST = 3
SIDES = (
    (
        "shock.restructuring",
        "leader.left",
        "shock.crisis",
        "shock.competitor",
        "shock.technology",
        "shock.trust",
        "change.applied",
        "leader.arrived",
        "shock.market_jump",
    ),
    (
        "trust_low",
        "decline.trust",
        "conflict_high",
        "clarity_halved",
        "rise.trust",
        "trust_restored",
        "conflict_calmed",
        "quarrels_personal",
        "quarrels_peak",
    ),
    (
        "decline.revenue",
        "revenue_below",
        "decline.satisfaction",
        "backlog_high",
        "decline.brand_awareness",
        "revenue_above",
    ),
)
"""The firm's fate, the pair, the market: kinds of turning points, the most telling first."""


def main_points(points: Sequence[TurningPoint], most: int = MOST) -> list[TurningPoint]:
    """At most `most` of the points, one of each side first, no two of one stock while others are left; in the order of weeks."""
    sides = [sorted((one for one in points if _kind(one) in side), key=lambda one: _place(one, side)) for side in SIDES]
    ordered = [one for one in chain.from_iterable(zip_longest(*sides)) if one is not None]
    chosen: list[TurningPoint] = []
    for again in (False, True):
        for one in ordered:
            if len(chosen) < most and one not in chosen and (again or not any(_same(one, other) for other in chosen)):
                chosen.append(one)
    return sorted(chosen, key=lambda one: one.week)


def _kind(point: TurningPoint) -> str:
    return str(point.fields["kind"]) if point.key == "happening" else point.key


def _place(point: TurningPoint, side: Sequence[str]) -> tuple[bool, int, int]:
    return (not point.causes and point.origin is None, side.index(_kind(point)), point.week)


def _same(one: TurningPoint, other: TurningPoint) -> bool:
    """Whether both tell of one stock, or of the same kind of happening."""
    if one.stock is not None and one.stock == other.stock:
        return True
    return _kind(one) == _kind(other)
