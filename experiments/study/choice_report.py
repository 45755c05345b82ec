"""What was found about choices, as files and as a part of a study's page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

import pandas as pd

from tandem.experiments.files.tables import write_csv
from tandem.experiments.pages.figure import Figure, written_with_data
from tandem.experiments.pages.numbers import Row, figure_text, interval_text
from tandem.experiments.pages.page import Section, Table, drawn_inline
from tandem.experiments.pages.telling import form, said
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import listed, low_first, spoken, titles
from tandem.experiments.study.choice import MAPPED_IN, PRICES, Decisions
from tandem.experiments.study.choice_figures import (
    known_as,
    plot_information,
    plot_lever_values,
    plot_map,
    plot_regret,
    seen,
)
from tandem.sim.texts import sentence
from tandem.sim.writing import filled

SHOWN = ("growth alone", "an episode costs 1 point of growth")
"""The utilities that are drawn; the tables hold all of them."""


def write(found: Decisions, folder: Path) -> Section:
    """Tables as CSV, each figure as SVG with its data as CSV; what the page says. Files are made whole beside and moved in."""
    with filled(folder) as part:
        for name, table in found.tables().items():
            write_csv(table, part / f"{name}.csv")
    with filled(folder) as part:  # after the tables, which stand whatever becomes of the drawing
        drawn = figures(found, part)
    return section(found, drawn)


def section(found: Decisions, drawn: list[Figure]) -> Section:
    """Sentences, tables and figures as the template takes them."""
    return {
        "told": [told(found, price) for price in PRICES],
        "choices": choices(found),
        "figures": [drawn_inline(figure) for figure in drawn],
        "first_levers": first_levers(found),
        "runs": found.runs,
        "mapped_in": titles()[MAPPED_IN],
        "sets": found.sizes.sets if found.parameters.several else 1,
    }


# -- sentences ---------------------------------------------------------------------------------


def best_words(verdicts: Mapping[Hashable, str], named: Mapping[str, str]) -> str:
    """The option that is decidedly best, or those that cannot be told apart at the top."""
    first = [name for name, verdict in verdicts.items() if verdict == "best"]
    return (
        named[str(first[0])]
        if first
        else said(
            "report.undecided", names=listed([named[str(name)] for name, verdict in verdicts.items() if verdict == "undecided"])
        )
    )


def told(found: Decisions, price: str) -> str:
    """Which role model is best by a utility when nothing is known of the firm, what choosing it gives away, what knowing adds."""
    named, (factor, unit) = titles(), seen(price)
    rows = found.options[found.options["utility"] == price].set_index("option")
    lead = str(rows["mean"].idxmax())
    who = best_words(rows["verdict"].to_dict(), named)
    low, high = (float(rows[f"regret_{end}"][lead]) for end in ("low", "high"))
    lost = f"{range_text(low, high, factor)} {unit}"
    least = worst_by_context(found, price)
    safe = str(least.idxmin())
    return said(
        "choice.told",
        price=sentence(told_word(price)),
        who=who,
        lead=named[lead],
        lost=lost,
        safe=named[safe],
        least=f"{figure_text(float(least[safe]), factor)} {unit}",
    )


def worst_by_context(found: Decisions, price: str) -> pd.Series:
    """Largest mean regret of each role model over contexts."""
    rows = found.regret[found.regret["utility"] == price]
    return rows.groupby("role_model", sort=False)["regret"].max()


# -- tables ------------------------------------------------------------------------------------


def choices(found: Decisions) -> Table:
    """A row a utility and role model: mean, expected regret (bracket), largest regret over contexts, verdict."""
    named, rows = titles(), []
    for price in PRICES:
        (factor, unit), worst = seen(price), worst_by_context(found, price)
        for row in found.options[found.options["utility"] == price].to_dict("records"):
            look = {"best": "good", "worse": "bad"}.get(row["verdict"], "open")
            rows.append(
                [
                    {"main": f"{sentence(told_word(price))} ({unit})"},
                    {"main": named[row["option"]]},
                    {"main": figure_text(row["mean"], factor), "aside": interval_text(row, factor).replace("+", "")},
                    {"main": range_text(row["regret_low"], row["regret_high"], factor)},
                    {"main": figure_text(float(worst[row["option"]]), factor)},
                    {"main": form(row["best_share"], ".0%")},
                    {"main": told_word(row["verdict"]), "look": look},
                ]
            )
    names = ("wants", "role_model", "mean", "gives_away", "gives_away_worst", "best_at", "verdict")
    heads = [said(f"head.{name}") for name in names]
    return {"heads": heads, "words": (0, 1, 6), "rows": rows}


def first_levers(found: Decisions) -> Table:
    """A row a role model and context: the lever that adds most when raised to best practice, by each utility that is drawn."""
    named, rows = titles(), []
    for (role_model, place), part in found.levers.groupby(["role_model", "context"], sort=False):
        cells = []
        for price in SHOWN:
            mine = part[part["utility"] == price].set_index("lever")
            (factor, unit), top = seen(price), str(mine["mean"].idxmax())
            words = best_words(mine["verdict"].to_dict(), {lever: spoken(lever) for lever in mine.index})
            gain = mine.loc[top].to_dict()
            cells.append(
                {
                    "main": words,
                    "aside": f"{figure_text(gain['mean'], factor, True)} {unit} {interval_text(gain, factor)}",
                    "look": "decided" if "best" in set(mine["verdict"]) else "",
                }
            )
        rows.append([{"main": named[str(role_model)]}, {"main": named[str(place)]}, *cells])
    return {
        "heads": [
            said("head.role_model"),
            said("head.context"),
            *(said("choice.first_lever", price=told_word(price)) for price in SHOWN),
        ],
        "words": (0, 1, 2, 3),
        "rows": rows,
    }


# -- figures -----------------------------------------------------------------------------------


def figures(found: Decisions, folder: Path) -> list[Figure]:
    """All figures, written into the folder, each with its sentence and what it stands on."""
    drawn = []
    for at, price in enumerate(SHOWN):
        mine = {name: table[table["utility"] == price] for name, table in found.tables().items()}
        luck, wish = said("choice.luck", noise=float(found.noise[price])), told_word(price)
        firm, word = found.sizes, file_name(at)
        drawn += [
            written_with_data(
                plot_regret(mine["regret"], price),
                mine["regret"],
                f"regret_{word}",
                folder,
                said("choice.costs", price=wish),
                regret_sentence(mine["regret"], price),
                stands(firm.choice, luck, verdicts(mine["regret"])),
            ),
            written_with_data(
                plot_map(mine["switching_map"], list(mine["options"]["option"])),
                mine["switching_map"],
                f"map_{word}",
                folder,
                said("choice.switches", price=wish),
                map_sentence(mine["switching_map"]),
                stands(firm.map, luck, verdicts(mine["switching_map"])),
            ),
            written_with_data(
                plot_information(mine["information"], price),
                mine["information"],
                f"information_{word}",
                folder,
                said("choice.knowing", price=wish),
                information_sentence(mine["information"], price),
                stands(firm.choice, luck, above_zero(mine["information"])),
            ),
            written_with_data(
                plot_lever_values(mine["lever_values"], price),
                mine["lever_values"],
                f"levers_first_{word}",
                folder,
                said("choice.raise_first", price=wish),
                lever_sentence(mine["lever_values"], price),
                stands(firm.levers, luck, firsts(mine["lever_values"]), "choice.stands_row"),
            ),
        ]
    return drawn


def stands(played: tuple[int, int], luck: str, verdict: str, key: str = "choice.stands") -> str:
    """What a figure stands on: points and replicates, luck's part, and the verdict."""
    return said(key, points=played[0], replicates=played[1], luck=luck, verdict=verdict)


def above_zero(rows: pd.DataFrame) -> str:
    """How many inputs are decidedly worth knowing."""
    return said("choice.above_zero", n=int((rows["bound_low"] > 0).sum()), whole=len(rows))


def file_name(at: int) -> str:
    """A utility's part of a file name."""
    return ("growth", "growth_and_conflict")[at]


def verdicts(rows: pd.DataFrame) -> str:
    """How many cells are decided."""
    places = (
        rows.groupby("context")["verdict"].apply(lambda each: (each == "best").any())
        if "context" in rows
        else rows["verdict"] == "decided"
    )
    return said("choice.in_contexts" if "context" in rows else "choice.in_cells", n=int(places.sum()), whole=len(places))


def regret_sentence(rows: pd.DataFrame, price: str) -> str:
    """Who is best where, and the largest loss."""
    named, (factor, unit) = titles(), seen(price)
    best = [
        said("report.who_in", who=named[row["role_model"]], where=low_first(named[row["context"]]))
        for row in rows[rows["verdict"] == "best"].to_dict("records")
    ]
    top = rows.sort_values("regret").iloc[-1].to_dict()
    lead = said("choice.best", names=listed(best)) if best else said("choice.no_best")
    return said(
        "choice.regret",
        lead=lead,
        most=said("report.who_in", who=named[top["role_model"]], where=low_first(named[top["context"]])),
        lost=f"{figure_text(top['regret'], factor)} {unit} {interval_text(top, factor)}",
    )


def map_sentence(rows: pd.DataFrame) -> str:
    """How many cells each role model leads decidedly."""
    named = titles()
    decided = rows.loc[rows["verdict"] == "decided", "option"].value_counts()
    parts = [said("report.who_in", who=named[str(name)], where=str(count)) for name, count in decided.items()]
    lead = said("choice.cells", parts=listed(parts), cells=len(rows)) if parts else said("choice.no_cell", cells=len(rows))
    return said("choice.map", context=low_first(named[MAPPED_IN]), lead=lead)


def information_sentence(rows: pd.DataFrame, price: str) -> str:
    """What is most worth knowing before a role model is chosen."""
    factor, unit = seen(price)
    whole = rows[rows["input"] == "everything"].iloc[0]
    single = rows[rows["input"] != "everything"]
    sure = single[single["bound_low"] > 0].sort_values("high", ascending=False, kind="stable")
    words = [f"{known_as(row['input'])} ({bracket(row, factor)})" for row in sure.to_dict("records")]
    lead = said("choice.worth", names=listed(words)) if words else said("choice.worth_nothing")
    return said("choice.information", lead=lead, whole=f"{bracket(whole.to_dict(), factor)} {unit}")


def bracket(row: Row, factor: float) -> str:
    """Low to high."""
    return range_text(row["low"], row["high"], factor)


def range_text(low: float, high: float, factor: float) -> str:
    """Two numbers and what lies between."""
    return said("choice.range", low=figure_text(low, factor), high=figure_text(high, factor))


def firsts(rows: pd.DataFrame) -> str:
    """In how many role models and contexts the first lever is decided."""
    sure = rows.groupby(["role_model", "context"])["verdict"].apply(lambda each: (each == "best").any())
    return said("choice.first_in", n=int(sure.sum()), whole=len(sure))


def lever_sentence(rows: pd.DataFrame, price: str) -> str:
    """Which lever comes first in how many rows, and which one harms."""
    counts = rows.loc[rows["verdict"] == "best", "lever"].value_counts()
    first = [f"{spoken(str(lever))} ({count})" for lever, count in counts.items()]
    lead = said("choice.comes_first", levers=listed(first)) if first else said("choice.none_first")
    harms = rows.loc[rows["high"] < 0, "lever"].value_counts()
    lowered = [f"{spoken(str(lever))} ({count})" for lever, count in harms.items()]
    tail = f" {said('choice.lower', levers=listed(lowered))}" if lowered else ""
    return f"{said('choice.raising', lead=lead)}{tail}"
