"""Which causes moved a stock between two weeks, and by how much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


Amounts = dict[str, float]
"""Cause -> amount in units of the stock, the largest first whatever its sign."""


def attribution(contributions: pd.DataFrame, stock: str, first_week: int = 1, last_week: int | None = None) -> pd.Series:
    """Cause -> amount by which it moved `stock` in the weeks first_week to last_week (both included).

    Units of the stock, largest first whatever the sign; they sum to the stock's change over these weeks.
    `contributions`: week, stock, cause, amount.
    """
    import pandas as pd

    return pd.Series(Ledger(contributions).amounts(stock, first_week, last_week), dtype=float, name="amount")


class Ledger:
    """The table of contributions, sorted once for many questions."""

    def __init__(self, contributions: pd.DataFrame):
        import pandas as pd

        stocks, self.stocks = pd.factorize(contributions["stock"].astype(object))
        causes, names = pd.factorize(contributions["cause"].astype(object))
        self.causes = [str(name) for name in names]
        weeks = contributions["week"].to_numpy(dtype=int)
        self.cube = np.zeros((len(self.stocks), int(weeks.max(initial=0)) + 1, len(self.causes)))
        np.add.at(self.cube, (stocks, weeks, causes), contributions["amount"].to_numpy(dtype=float))

    def amounts(self, stock: str, first_week: int = 1, last_week: int | None = None) -> Amounts:
        """What moved the stock in these weeks (both included), by cause."""
        place = np.flatnonzero(self.stocks == stock)
        if not len(place):
            return {}
        stop = None if last_week is None else last_week + 1
        sums = self.cube[place[0], max(first_week, 0) : stop].sum(axis=0)
        return largest_first(zip(self.causes, sums.tolist()))

    def shift(self, stock: str, first_week: int, last_week: int, window: int) -> Amounts:
        """How much more (or less) each cause moved the stock in these weeks than at the pace of the `window` weeks before.

        Stocks that always flow in and out (customers come and go, brands are forgotten) are explained better by what
        changed than by what always flows. Empty where there are no `window` weeks before.
        """
        if first_week <= window:
            return {}
        now = self.amounts(stock, first_week, last_week)
        before = self.amounts(stock, first_week - window, first_week - 1)
        longer = (last_week - first_week + 1) / window
        return largest_first((cause, now.get(cause, 0.0) - longer * before.get(cause, 0.0)) for cause in {**now, **before})


def largest_first(amounts: Iterable[tuple[str, float]]) -> Amounts:
    """The amounts that are not nothing, the largest first whatever its sign."""
    return dict(sorted((item for item in amounts if item[1] != 0.0), key=lambda item: -abs(item[1])))


def leading(amounts: Amounts, sign: int, most: int, cover: float = 0.9) -> Amounts:
    """The largest amounts of one sign, until they make up `cover` of all of that sign, at most `most` of them."""
    same = {cause: amount for cause, amount in amounts.items() if amount * sign > 0.0}
    enough, reached = cover * sum(map(abs, same.values())), 0.0
    found: Amounts = {}
    for cause, amount in same.items():
        if reached >= enough or len(found) == most:
            break
        found[cause] = amount
        reached += abs(amount)
    return found


def shares(amounts: Amounts, sign: int, most: int = 2) -> tuple[tuple[str, float], ...]:
    """The leading causes of one sign with their share of everything that pushed that way."""
    whole = sum(abs(amount) for amount in amounts.values() if amount * sign > 0.0)
    return tuple((cause, abs(amount) / whole) for cause, amount in leading(amounts, sign, most).items())
