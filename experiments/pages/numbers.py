"""Numbers, intervals and verdicts as a reader of a page sees them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from tandem.sim.intervals import look
from tandem.sim.outcomes import OUTCOMES

Row = Mapping[Hashable, Any]
"""A row of a table by the names of its columns, as pandas gives it."""


def scaled(outcome: str) -> tuple[float, str]:
    """Factor and unit in which a reader sees an outcome: shares as percent."""
    unit = OUTCOMES[outcome].unit
    if unit.startswith("share"):
        return 100.0, unit.replace("share", "%", 1)
    return 1.0, unit


def figure_text(value: float, factor: float, signed: bool = False, width: float = math.nan) -> str:
    """A number for a table: three figures or so after scaling, more where an interval of this `width` would else look like
    a point; "not defined" for not-a-number."""
    if value != value:
        return "not defined"
    shown = value * factor
    size = abs(shown)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= (0.01 if signed else 0.1) or size == 0 else 3
    if width * factor > 0.0:
        digits = max(digits, min(6, -math.floor(math.log10(width * factor))))
    text = f"{shown:+,.{digits}f}" if signed else f"{shown:,.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else f"{0:.{digits}f}"


def interval_text(row: Row, factor: float) -> str:
    """[low, high] of a row."""
    width = row["high"] - row["low"]
    return f"[{figure_text(row['low'], factor, True, width)}, {figure_text(row['high'], factor, True, width)}]"


def cell(row: Row, factor: float, better: str = "neither") -> dict[str, str]:
    """One cell of a role model table: `main` (mean or difference), `aside` (interval), `open`, `look`, `text` (all in one)."""
    if row["verdict"] in ("baseline", "not defined"):
        main = figure_text(row["mean"] if row["verdict"] == "baseline" else float("nan"), factor)
        return {"main": main, "aside": "", "text": main, "look": "none" if row["verdict"] == "not defined" else ""}
    main, aside = figure_text(row["difference"], factor, True, row["high"] - row["low"]), interval_text(row, factor)
    if row["verdict"] == "same":
        return {"main": "same", "aside": "in every pair", "text": "same", "look": "open"}
    open_ = " undecided" if row["verdict"] == "undecided" else ""
    return {"main": main, "aside": aside, "open": open_, "text": f"{main} {aside}{open_}", "look": look(row["verdict"], better)}


def word(value: object) -> str:
    """A parameter's value as a reader says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "set by the lever" if value is None else f"{value:g}" if isinstance(value, float) else f"{value}"
