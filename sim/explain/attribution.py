"""Which causes moved a stock between two weeks, and by how much."""

from __future__ import annotations

import numpy as np
import pandas as pd


def attribution(contributions: pd.DataFrame, stock: str, first_week: int = 1, last_week: int | None = None) -> pd.Series:
    """Cause -> amount by which it moved `stock` in the weeks first_week to last_week (both included).

    Units of the stock, largest first whatever the sign; they sum to the stock's change over these weeks.
    `contributions`: week, stock, cause, amount.
    """
    return Ledger(contributions).amounts(stock, first_week, last_week)


class Ledger:
    """The table of contributions, sorted once for many questions."""

    def __init__(self, contributions: pd.DataFrame):
        stocks, self.stocks = pd.factorize(contributions["stock"].astype(object))
        causes, names = pd.factorize(contributions["cause"].astype(object))
        self.causes = [str(name) for name in names]
        weeks = contributions["week"].to_numpy(dtype=int)
        self.cube = np.zeros((len(self.stocks), int(weeks.max(initial=0)) + 1, len(self.causes)))
        np.add.at(self.cube, (stocks, weeks, causes), contributions["amount"].to_numpy(dtype=float))

    def amounts(self, stock: str, first_week: int = 1, last_week: int | None = None) -> pd.Series:
        """As `attribution`."""
        places = np.flatnonzero(self.stocks == stock)
        stop = None if last_week is None else last_week + 1
        sums = self.cube[places[0], max(first_week, 0) : stop].sum(axis=0) if len(places) else np.zeros(len(self.causes))
        return _largest_first(pd.Series(sums, index=self.causes, dtype=float))

    def shift(self, stock: str, first_week: int, last_week: int, window: int) -> pd.Series:
        """Cause -> how much more (or less) it moved `stock` in these weeks than at the pace of the `window` weeks before.

        Stocks that always flow in and out (customers come and go, brands are forgotten) are explained better by what
        changed than by what always flows. Empty where there are no `window` weeks before.
        """
        if first_week <= window:
            return pd.Series(dtype=float)
        now = self.amounts(stock, first_week, last_week)
        before = self.amounts(stock, first_week - window, first_week - 1)
        return _largest_first(now.sub(before * ((last_week - first_week + 1) / window), fill_value=0.0))


def _largest_first(amounts: pd.Series) -> pd.Series:
    order = np.argsort(-amounts.abs().to_numpy(), kind="stable")
    return amounts.iloc[order[amounts.to_numpy()[order] != 0.0]]


def leading(amounts: pd.Series, sign: int, most: int, cover: float = 0.9) -> pd.Series:
    """The largest amounts of one sign, until they make up `cover` of all of that sign, at most `most` of them."""
    same = amounts[amounts * sign > 0.0]
    reached = same.abs().cumsum() - same.abs()
    return same[reached < cover * same.abs().sum()].head(most)


def shares(amounts: pd.Series, sign: int, most: int = 2) -> tuple[tuple[str, float], ...]:
    """The leading causes of one sign with their share of everything that pushed that way."""
    whole = amounts[amounts * sign > 0.0].abs().sum()
    return tuple((str(cause), float(abs(amount) / whole)) for cause, amount in leading(amounts, sign, most).items())
