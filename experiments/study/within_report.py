"""What holds in one context or role model, on what a lever depends, and what more of it does, as tables of a page."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from tandem.experiments.pages.numbers import figure_text, interval_text, scaled
from tandem.experiments.pages.page import Table
from tandem.experiments.pages.telling import between, form, said, spoken_now, word
from tandem.experiments.pages.words import spoken, title_of, titles
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.headline import practice_of
from tandem.experiments.study.headline_words import Teller
from tandem.experiments.study.leading import helds, lever_rank_intervals, within_table
from tandem.sim.parameters import LEVERS


def within_tables(found: Sensitivity) -> list[Table]:
    """A table an output and what is held: a row a level, its leader and the total index of each lever with its interval."""
    return [
        _within(found, output, held, led)
        for output in found.outputs
        for held in helds(found)
        if len(led := within_table(found, output, held))
    ]


def _within(found: Sensitivity, output: str, held: str, led: pd.DataFrame) -> Table:
    named, teller = titles(), Teller(spoken_now())
    levers = [lever for lever in LEVERS if lever in found.factors.groups]
    table = found.within
    mine = table[(table["held"] == held) & (table["output"] == output) & (table["measure"] == "total_mean")]
    rows = []
    for row in led.to_dict("records"):
        part = mine[mine["level"] == row["level"]].set_index("input")
        cells = [
            {
                "main": figure_text(part.loc[lever, "estimate"], 1.0),
                "aside": interval_text(part.loc[lever, ["low", "high"]].to_dict(), 1.0),
            }
            for lever in levers
        ]
        leaders = teller.finished(teller.led(row["leaders"]))
        rows.append(
            [{"main": named.get(row["level"], row["level"])}, {"main": leaders}, *cells, {"main": form(row["rows"], ",")}]
        )
    heads = [said(f"head.{held}"), leads_head(output), *(spoken(lever) for lever in levers), said("head.rows")]
    return {"heads": heads, "words": (0, 1), "rows": rows}


def leads_head(output: str) -> str:
    """The head of a column that says who leads an outcome."""
    return said("head.leads_outcome", outcome=title_of(output).lower())


def depends_table(found: Sensitivity) -> Table | None:
    """Beside each lever's own index what differs with context and role model; None where neither is held."""
    if found.depends.empty:
        return None
    rows = []
    for row in found.depends[found.depends["input"].isin(LEVERS)].to_dict("records"):
        cells = [
            {
                "main": figure_text(row[name], 1.0),
                "aside": interval_text({"low": row[f"{name}_low"], "high": row[f"{name}_high"]}, 1.0),
            }
            for name in ("own", "interaction")
        ]
        open_ = "" if row["decided"] else f" ({word('undecided')})"
        rows.append(
            [
                {"main": title_of(row["output"])},
                {"main": spoken(row["input"])},
                {"main": spoken(row["held"])},
                *cells,
                {"main": f"{word(row['depends'])}{open_}"},
            ]
        )
    heads = [said(f"head.{name}") for name in ("outcome", "lever", "held", "own_index", "what_differs", "more_than_half")]
    return {"heads": heads, "words": (0, 1, 2, 5), "rows": rows}


def sets_table(found: Sensitivity) -> Table | None:
    """With which probability each lever leads over the parameter sets; None where all firms share one."""
    if found.leading.empty:
        return None
    rows = [
        [
            {"main": title_of(row["output"])},
            {"main": spoken(row["input"])},
            {"main": form(row["probability"], ".2f"), "aside": interval_text(row, 1.0)},
            {"main": form(row["levels"], ".0f")},
        ]
        for row in found.leading[found.leading["input"].isin(LEVERS)].to_dict("records")
    ]
    return {
        "heads": [said(f"head.{name}") for name in ("outcome", "lever", "probability", "parameter_sets")],
        "words": (0, 1),
        "rows": rows,
    }


def practice_table(found: Sensitivity) -> Table:
    """What more of each lever does: effect from poor to good, where it helps, up to which level, and how many firms it harms."""
    rows = []
    for output in found.outputs:
        factor, unit = scaled(output)
        for lever in lever_rank_intervals(found, output):
            told = practice_of(found, output, lever)
            if not told:
                continue
            effect: dict[Hashable, Any] = {"low": told["effect_low"], "high": told["effect_high"]}
            rows.append(
                [
                    {"main": f"{title_of(output)} ({unit})"},
                    {"main": spoken(lever)},
                    {"main": figure_text(told["effect"], factor, True), "aside": interval_text(effect, factor)},
                    {"main": said(f"analysis.shape.{told['helps']}")},
                    {"main": form(told["stops"], ".2f"), "aside": between(told["stops_low"], told["stops_high"], ".1f")},
                    {
                        "main": _percent(told["harmed"]),
                        "aside": _interval(told["harmed_low"], told["harmed_high"]),
                    },
                ]
            )
    names = ("outcome", "lever", "from_poor_to_good", "more_helps", "best_level", "harms")
    heads = [said(f"head.{name}") for name in names]
    return {"heads": heads, "words": (0, 1, 3), "rows": rows}


def _percent(value: float | None) -> str:
    return word("not defined") if value is None else form(value, ".0%")


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"[{_percent(low)}, {_percent(high)}]"
    return between(low, high, ".0%")
