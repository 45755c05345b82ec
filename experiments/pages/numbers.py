"""Numbers, intervals and verdicts as a reader of a page sees them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from tandem.experiments.pages.telling import form, said, spoken_now
from tandem.experiments.pages.telling import word as told_word
from tandem.sim.intervals import look
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.texts import NARROW, number, semicolon
from tandem.sim.units import Quantity, language

Row = Mapping[Hashable, Any]
"""A row of a table by the names of its columns, as pandas gives it."""

OF_HUNDRED = {"en": "points of 100", "fr": "points sur 100"}
WORDS = {
    "not defined": {"en": "not defined", "fr": "non défini"},
    "same": {"en": "same", "fr": "identique"},
    "in every pair": {"en": "in every pair", "fr": "dans chaque paire"},
    "undecided": {"en": "undecided", "fr": "indécis"},
}


def scaled(outcome: str, lang: str | None = None) -> tuple[float, str]:
    """Factor and unit in which a reader sees an outcome, see `unit_shown`."""
    return unit_shown(OUTCOMES[outcome], lang)


def unit_shown(quantity: Quantity, lang: str | None = None) -> tuple[float, str]:
    """Factor and unit in which a reader sees an outcome or a weekly column: shares and probabilities in percent, what lies
    between 0 and 1 from 0 to 100, all else as it is."""
    unit, lang = quantity.unit, lang or spoken_now()
    if unit == "0-1":
        return 100.0, OF_HUNDRED[language(lang)]
    if unit == "probability":
        return 100.0, "%"
    if unit.startswith("share"):
        said = quantity.unit_in(lang)
        return 100.0, said.replace("part" if lang == "fr" else "share", "%", 1)
    return 1.0, quantity.unit_in(lang)


def figure_text(value: float, factor: float, signed: bool = False, width: float = math.nan, lang: str | None = None) -> str:
    """A number for a table: three figures or so after scaling, more where an interval of this `width` would else look like
    a point; "not defined" for not-a-number."""
    lang = lang or spoken_now()
    if value != value:
        return WORDS["not defined"][language(lang)]
    shown = value * factor
    size = abs(shown)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= (0.01 if signed else 0.1) or size == 0 else 3
    if width * factor > 0.0:
        digits = max(digits, min(6, -math.floor(math.log10(width * factor))))
    text = f"{shown:+,.{digits}f}" if signed else f"{shown:,.{digits}f}"
    return (
        number(shown, f"{'+' if signed else ''},.{digits}f", lang)
        if float(text.replace(",", ""))
        else number(0.0, f".{digits}f", lang)
    )


def with_unit(number_: str, unit: str) -> str:
    """A number with its unit behind it; French puts a narrow space before %."""
    return f"{number_}{NARROW if spoken_now() == 'fr' and unit.startswith('%') else ' '}{unit}"


def interval_text(row: Row, factor: float, lang: str | None = None) -> str:
    """[low, high] of a row; a French reader's figures have commas, so that a semicolon stands between them."""
    width, lang = row["high"] - row["low"], lang or spoken_now()
    between = semicolon(lang) if language(lang) == "fr" else ", "
    return f"[{figure_text(row['low'], factor, True, width, lang)}{between}{figure_text(row['high'], factor, True, width, lang)}]"


def cell(row: Row, factor: float, better: str = "neither", lang: str | None = None) -> dict[str, str]:
    """One cell of a role model table: `main` (mean or difference), `aside` (interval), `open`, `look`, `text` (all in one)."""
    lang = lang or spoken_now()
    if row["verdict"] in ("baseline", "not defined"):
        main = figure_text(row["mean"] if row["verdict"] == "baseline" else float("nan"), factor, lang=lang)
        return {"main": main, "aside": "", "text": main, "look": "none" if row["verdict"] == "not defined" else ""}
    main = figure_text(row["difference"], factor, True, row["high"] - row["low"], lang)
    aside = interval_text(row, factor, lang)
    if row["verdict"] == "same":
        same = WORDS["same"][language(lang)]
        return {"main": same, "aside": WORDS["in every pair"][lang], "text": same, "look": "open"}
    open_ = f" {WORDS['undecided'][language(lang)]}" if row["verdict"] == "undecided" else ""
    if (took := row.get("pairs_taken", math.nan)) == took:  # played until decided: after how many pairs
        aside = f"{aside} ({number(int(took), ',d', lang)})"
    return {"main": main, "aside": aside, "open": open_, "text": f"{main} {aside}{open_}", "look": look(row["verdict"], better)}


def word(value: object) -> str:
    """A parameter's value as a reader says it."""
    if isinstance(value, bool):
        return said("value.yes" if value else "value.no")
    if value is None:
        return said("value.lever")
    return form(value, "g") if isinstance(value, float) else told_word(value)
