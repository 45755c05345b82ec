"""Which causes moved a stock between two weeks, and by how much."""

from __future__ import annotations

import pandas as pd


def attribution(contributions: pd.DataFrame, stock: str, first_week: int = 1, last_week: int | None = None) -> pd.Series:
    """Cause -> amount by which it moved `stock` in the weeks first_week to last_week (both included).

    Units of the stock, largest first whatever the sign; they sum to the stock's change over these weeks.
    `contributions`: week, stock, cause, amount.
    """
    inside = (contributions["stock"] == stock) & (contributions["week"] >= first_week)
    if last_week is not None:
        inside &= contributions["week"] <= last_week
    amounts = contributions[inside].groupby("cause", observed=True)["amount"].sum()
    amounts = amounts[amounts != 0.0]
    amounts.index = amounts.index.astype(str)
    return amounts.reindex(amounts.abs().sort_values(ascending=False, kind="stable").index)


def leading(amounts: pd.Series, sign: int, most: int, cover: float = 0.9) -> pd.Series:
    """The largest amounts of one sign, until they make up `cover` of all of that sign, at most `most` of them."""
    same = amounts[amounts * sign > 0.0]
    reached = same.abs().cumsum() - same.abs()
    return same[reached < cover * same.abs().sum()].head(most)


def shares(amounts: pd.Series, sign: int, most: int = 2) -> tuple[tuple[str, float], ...]:
    """The leading causes of one sign with their share of everything that pushed that way."""
    whole = amounts[amounts * sign > 0.0].abs().sum()
    return tuple((str(cause), float(abs(amount) / whole)) for cause, amount in leading(amounts, sign, most).items())
