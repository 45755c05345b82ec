"""Rounds and weeks: a round is a month, three of them a quarter of 13 weeks (4, 4 and 5)."""

from __future__ import annotations

ENDS = (0, 4, 8)
WEEKS_OF_A_QUARTER = 13


def last_week(month: int) -> int:
    """The last week of a month, counted from 1; 0 for month 0."""
    return WEEKS_OF_A_QUARTER * (month // 3) + ENDS[month % 3]


def months_in(weeks: int) -> int:
    """Whole months in so many weeks."""
    month = 0
    while last_week(month + 1) <= weeks:
        month += 1
    return month
