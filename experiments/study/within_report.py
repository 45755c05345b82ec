"""What holds in one context or role model, on what a lever depends, and what more of it does, as tables of a page."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tandem.experiments.pages.numbers import figure_text, interval_text, scaled
from tandem.experiments.pages.page import Table
from tandem.experiments.pages.words import spoken, titles
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.headline import practice_of
from tandem.experiments.study.headline_words import Teller
from tandem.experiments.study.leading import helds, lever_rank_intervals, within_table
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import LEVERS

HELPS = {
    "throughout": "throughout",
    "never": "never",
    "up_to_a_level": "up to a level, harms beyond",
    "from_a_level": "from a level on, harms before",
    "no_direction": "undecided",
}


def within_tables(found: Sensitivity) -> list[Table]:
    """A table an output and what is held: a row a level, its leader and the total index of each lever with its interval."""
    return [
        _within(found, output, held)
        for output in found.outputs
        for held in helds(found)
        if len(within_table(found, output, held))
    ]


def _within(found: Sensitivity, output: str, held: str) -> Table:
    named, teller = titles(), Teller("en")
    levers = [lever for lever in LEVERS if lever in found.factors.groups]
    table = found.within
    mine = table[(table["held"] == held) & (table["output"] == output) & (table["measure"] == "total_mean")]
    rows = []
    for row in within_table(found, output, held).to_dict("records"):
        part = mine[mine["level"] == row["level"]].set_index("input")
        cells = [
            {
                "main": figure_text(part.loc[lever, "estimate"], 1.0),
                "aside": interval_text(part.loc[lever, ["low", "high"]].to_dict(), 1.0),
            }
            for lever in levers
        ]
        leaders = teller.finished(teller.led(row["leaders"]))
        rows.append([{"main": named.get(row["level"], row["level"])}, {"main": leaders}, *cells, {"main": f"{row['rows']:,}"}])
    heads = [spoken(held).capitalize(), f"Leads {OUTCOMES[output].title().lower()}", *(spoken(lever) for lever in levers), "Rows"]
    return {"heads": heads, "words": (0, 1), "rows": rows}


def depends_table(found: Sensitivity) -> Table | None:
    """Beside each lever's own index what differs with context and role model; None where neither is held."""
    if found.depends.empty:
        return None
    rows = []
    for row in found.depends[found.depends["input"].isin(LEVERS)].to_dict("records"):
        cells = [
            {
                "main": figure_text(row[word], 1.0),
                "aside": interval_text({"low": row[f"{word}_low"], "high": row[f"{word}_high"]}, 1.0),
            }
            for word in ("own", "interaction")
        ]
        open_ = "" if row["decided"] else " (undecided)"
        rows.append(
            [
                {"main": OUTCOMES[row["output"]].title()},
                {"main": spoken(row["input"])},
                {"main": spoken(row["held"])},
                *cells,
                {"main": f"{row['depends']}{open_}"},
            ]
        )
    heads = ["Outcome", "Lever", "Held", "Its own index", "What differs", "More than half"]
    return {"heads": heads, "words": (0, 1, 2, 5), "rows": rows}


def sets_table(found: Sensitivity) -> Table | None:
    """With which probability each lever leads over the parameter sets; None where all firms share one."""
    if found.leading.empty:
        return None
    rows = [
        [
            {"main": OUTCOMES[row["output"]].title()},
            {"main": spoken(row["input"])},
            {"main": f"{row['probability']:.2f}", "aside": interval_text(row, 1.0)},
            {"main": f"{row['levels']:.0f}"},
        ]
        for row in found.leading[found.leading["input"].isin(LEVERS)].to_dict("records")
    ]
    return {"heads": ["Outcome", "Lever", "Probability to lead", "Parameter sets"], "words": (0, 1), "rows": rows}


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
                    {"main": f"{OUTCOMES[output].title()} ({unit})"},
                    {"main": spoken(lever)},
                    {"main": figure_text(told["effect"], factor, True), "aside": interval_text(effect, factor)},
                    {"main": HELPS[told["helps"]]},
                    {"main": f"{told['stops']:.2f}", "aside": f"[{told['stops_low']:.1f}, {told['stops_high']:.1f}]"},
                    {
                        "main": _percent(told["harmed"]),
                        "aside": f"[{_percent(told['harmed_low'])}, {_percent(told['harmed_high'])}]",
                    },
                ]
            )
    heads = ["Outcome", "Lever", "From poor to good", "More of it helps", "Best level (0-1)", "Harms so many firms"]
    return {"heads": heads, "words": (0, 1, 3), "rows": rows}


def _percent(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.0%}"
