"""What can be said of a run in each of its weeks, by somebody who does not know what comes.

The rules (their statements in words are the texts `known_rule.*`) look at the weeks up to the one in which they speak, never
beyond: a run that is the same up to a week says the same up to that week, whatever happens after. The turning points of
`tandem.sim.explain.turning` look back from the end instead, and may say what was the largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tandem.sim.explain.attribution import Ledger
from tandem.sim.explain.reasons import WINDOW, reasons
from tandem.sim.explain.turning import (
    LEAST_BELOW,
    LEAST_FALL,
    LEAST_QUARRELS,
    LEAST_RISE,
    QUARRELS,
    TurningPoint,
    dated,
    levels,
    series,
)

if TYPE_CHECKING:
    import pandas as pd


LOOK_BACK = 26  # weeks from whose highest (or lowest) a slip (or climb) is counted
AGAIN = 13  # weeks before the same stock's slip is told again
QUARRELS_AGAIN = 26


def known_points(weekly: pd.DataFrame, events: pd.DataFrame, contributions: pd.DataFrame) -> list[TurningPoint]:
    """Turning points as they can be seen from where they stand, in the order of the weeks in which they are known."""
    ledger = Ledger(contributions)
    found = [
        *dated(weekly, events, "known"),
        *levels(weekly, ledger, known=True),
        *_revenue(weekly, ledger),
        *_slips(weekly, ledger),
        *_quarrels(weekly, events, ledger),
    ]
    return sorted(found, key=lambda point: point.week)


def _held(beyond: np.ndarray, hold: int, first: int = 0) -> int | None:
    """The first index, from `first` on, that ends `hold` true ones running."""
    run = 0
    for index in range(first, len(beyond)):
        run = run + 1 if beyond[index] else 0
        if run == hold:
            return index
    return None


def _revenue(weekly: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    weeks, revenue = weekly["week"].to_numpy(), weekly["revenue"].to_numpy()
    below = revenue < revenue[0]
    clearly = revenue <= (1.0 - LEAST_BELOW) * revenue[0]
    at = _held(below, WINDOW)
    while at is not None and not clearly[at - WINDOW + 1 : at + 1].any():
        at = at + 1 if at + 1 < len(below) and below[at + 1] else _held(below, WINDOW, at + 1)
    if at is None:
        return
    yield _revenue_point("revenue_below", -1, int(weeks[at]), revenue[at] / revenue[0], ledger)
    back = _held(revenue > revenue[0], WINDOW, at + 1)
    if back is not None:
        yield _revenue_point("revenue_above", 1, int(weeks[back]), revenue[back] / revenue[0], ledger)


def _revenue_point(key: str, sign: int, week: int, ratio: float, ledger: Ledger) -> TurningPoint:
    found = reasons(ledger, "revenue", sign, week - WINDOW + 1, week)
    return TurningPoint(week, key, "revenue", {"share": abs(float(ratio) - 1.0), "hold": WINDOW}, found, "known")


def _slips(weekly: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    for stock, sign, least in [*((stock, -1, least) for stock, least in LEAST_FALL.items()), ("trust", 1, LEAST_RISE)]:
        weeks, values = series(weekly, weekly[stock])
        since, told = 0, -AGAIN
        for now in range(len(values)):
            start = max(since, now - LOOK_BACK)
            window = -sign * values[start : now + 1]
            top = start + len(window) - 1 - int(np.argmax(window[::-1]))  # the latest of equal heights
            change = sign * (values[now] - values[top])
            share = change / abs(values[top]) if values[top] else 0.0
            if (share if stock == "revenue" else change) < least or now - told < AGAIN:
                continue
            since = told = now
            first, last = int(weeks[top]) + 1, int(weeks[now])
            fields = {"change": float(100 * change), "share": float(share), "n": last - first + 1}
            key = f"{'slip' if sign < 0 else 'climb'}.{stock}"
            yield TurningPoint(last, key, stock, fields, reasons(ledger, stock, sign, first, last, segment=True), "known")


def _quarrels(weekly: pd.DataFrame, events: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    last = int(weekly["week"].max())
    quarrels = events[events["kind"].isin(QUARRELS)]
    every = np.bincount(quarrels["week"].astype(int), minlength=last + 1)
    personal = np.bincount(quarrels[quarrels["kind"] == QUARRELS[2]]["week"].astype(int), minlength=last + 1)
    told, soured = -QUARRELS_AGAIN, False
    for week in range(2 * WINDOW, last + 1):
        lately, own = int(every[week - WINDOW + 1 : week + 1].sum()), int(personal[week - WINDOW + 1 : week + 1].sum())
        usual = every[1 : week - WINDOW + 1].sum() * WINDOW / (week - WINDOW)
        if lately >= max(LEAST_QUARRELS, 1.5 * usual) and week - told >= QUARRELS_AGAIN:
            told = week
            found = reasons(ledger, "quarrels", 1, week - WINDOW + 1, week)
            fields = {"n": lately, "times": lately / max(usual, 1.0)}
            yield TurningPoint(week, "quarrels_many", None, fields, found, "known")
        if not soured and lately >= LEAST_QUARRELS and 2 * own > lately:
            soured = True
            found = reasons(ledger, "relationship_conflict", 1, week - WINDOW + 1, week)
            yield TurningPoint(week, "quarrels_personal", None, {}, found, "known")
