"""What was found about choices, as files and as a part of a study's page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

import pandas as pd

from tandem.experiments.files.tables import write_csv
from tandem.experiments.pages.figure import Figure, written_with_data
from tandem.experiments.pages.numbers import Row, figure_text, interval_text
from tandem.experiments.pages.page import Section, Table, drawn_inline
from tandem.experiments.pages.words import listed, spoken, titles
from tandem.experiments.study.choice import MAPPED_IN, PRICES, Decisions
from tandem.experiments.study.choice_figures import (
    known_as,
    plot_information,
    plot_lever_values,
    plot_map,
    plot_regret,
    seen,
)
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
        else "undecided between " + listed([named[str(name)] for name, verdict in verdicts.items() if verdict == "undecided"])
    )


def told(found: Decisions, price: str) -> str:
    """Which role model is best by a utility when nothing is known of the firm, what choosing it gives away, what knowing adds."""
    named, (factor, unit) = titles(), seen(price)
    rows = found.options[found.options["utility"] == price].set_index("option")
    lead = str(rows["mean"].idxmax())
    who = best_words(rows["verdict"].to_dict(), named)
    low, high = (float(rows[f"regret_{end}"][lead]) for end in ("low", "high"))
    lost = f"{figure_text(low, factor)} to {figure_text(high, factor)} {unit}"
    least = worst_by_context(found, price)
    safe = str(least.idxmin())
    return (
        f"{price[:1].upper()}{price[1:]}: {who} over all contexts, habits and parameter sets together. Chosen "
        f"everywhere, {named[lead]} would give "
        f"away {lost} against always choosing right. Smallest loss in its worst context: {named[safe]} "
        f"({figure_text(float(least[safe]), factor)} {unit})."
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
                    {"main": f"{price[:1].upper()}{price[1:]} ({unit})"},
                    {"main": named[row["option"]]},
                    {"main": figure_text(row["mean"], factor), "aside": interval_text(row, factor).replace("+", "")},
                    {"main": f"{figure_text(row['regret_low'], factor)} to {figure_text(row['regret_high'], factor)}"},
                    {"main": figure_text(float(worst[row["option"]]), factor)},
                    {"main": f"{row['best_share']:.0%}"},
                    {"main": row["verdict"], "look": look},
                ]
            )
    heads = [
        "What the firm wants",
        "Role model",
        "Mean",
        "Gives away on average",
        "Gives away in its worst context",
        "Best at so many points",
        "Verdict",
    ]
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
                    "look": "" if words.startswith("undecided") else "decided",
                }
            )
        rows.append([{"main": named[str(role_model)]}, {"main": named[str(place)]}, *cells])
    return {
        "heads": ["Role model", "Context", *(f"First lever: {price}" for price in SHOWN)],
        "words": (0, 1, 2, 3),
        "rows": rows,
    }


# -- figures -----------------------------------------------------------------------------------


def figures(found: Decisions, folder: Path) -> list[Figure]:
    """All figures, written into the folder, each with its sentence and what it stands on."""
    drawn = []
    for at, price in enumerate(SHOWN):
        mine = {name: table[table["utility"] == price] for name, table in found.tables().items()}
        luck = f"noise share (luck's part of a role model's worth, at most) {found.noise[price]:.2f}"
        firm, word = found.sizes, file_name(at)
        drawn += [
            written_with_data(
                plot_regret(mine["regret"], price),
                mine["regret"],
                f"regret_{word}",
                folder,
                f"What a wrong role model costs: {price}",
                regret_sentence(mine["regret"], price),
                f"N = {firm.choice[0]:,} points x {firm.choice[1]} replicates; {luck}; {verdicts(mine['regret'])}",
            ),
            written_with_data(
                plot_map(mine["switching_map"], list(mine["options"]["option"])),
                mine["switching_map"],
                f"map_{word}",
                folder,
                f"Where the choice switches: {price}",
                map_sentence(mine["switching_map"]),
                f"N = {firm.map[0]:,} points x {firm.map[1]} replicates; {luck}; {verdicts(mine['switching_map'])}",
            ),
            written_with_data(
                plot_information(mine["information"], price),
                mine["information"],
                f"information_{word}",
                folder,
                f"What knowing is worth: {price}",
                information_sentence(mine["information"], price),
                f"N = {firm.choice[0]:,} points x {firm.choice[1]} replicates; {luck}; "
                f"verdict: {int((mine['information']['bound_low'] > 0).sum())} of {len(mine['information'])} are "
                "decidedly above zero",
            ),
            written_with_data(
                plot_lever_values(mine["lever_values"], price),
                mine["lever_values"],
                f"levers_first_{word}",
                folder,
                f"What to raise first: {price}",
                lever_sentence(mine["lever_values"], price),
                f"N = {firm.levers[0]:,} points x {firm.levers[1]} replicates a row; {luck}; "
                f"verdict: {firsts(mine['lever_values'])}",
            ),
        ]
    return drawn


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
    return (
        f"verdict: the best role model is decided in {int(places.sum())} of {len(places)} "
        f"{'contexts' if 'context' in rows else 'cells'}"
    )


def regret_sentence(rows: pd.DataFrame, price: str) -> str:
    """Who is best where, and the largest loss."""
    named, (factor, unit) = titles(), seen(price)
    best = [
        f"{named[row['role_model']]} in {lowered(named[row['context']])}"
        for row in rows[rows["verdict"] == "best"].to_dict("records")
    ]
    top = rows.sort_values("regret").iloc[-1].to_dict()
    lead = f"Decidedly best: {listed(best)}." if best else "No role model is decidedly best in any context."
    return (
        f"What each role model gives away against the best one in the same context, habits random. {lead} The most is given "
        "away by "
        f"{named[top['role_model']]} in {lowered(named[top['context']])}: {figure_text(top['regret'], factor)} {unit} "
        f"{interval_text(top, factor)}. A question mark: cannot be told from the best."
    )


def map_sentence(rows: pd.DataFrame) -> str:
    """How many cells each role model leads decidedly."""
    named = titles()
    decided = rows.loc[rows["verdict"] == "decided", "option"].value_counts()
    lead = (
        f"Decided: {listed([f'{named[str(name)]} in {count}' for name, count in decided.items()])} of {len(rows)} cells"
        if len(decided)
        else f"None of {len(rows)} cells is decided"
    )
    return (
        f"The best role model of a firm in the context {lowered(named[MAPPED_IN])} when it has fewer or more decisions to "
        "take and its market drifts "
        f"slower or faster; habits and parameter sets random. {lead}; the hatched rest is undecided."
    )


def information_sentence(rows: pd.DataFrame, price: str) -> str:
    """What is most worth knowing before a role model is chosen."""
    factor, unit = seen(price)
    whole = rows[rows["input"] == "everything"].iloc[0]
    single = rows[rows["input"] != "everything"]
    sure = single[single["bound_low"] > 0].sort_values("high", ascending=False, kind="stable")
    words = [f"{known_as(row['input'])} ({bracket(row, factor)})" for row in sure.to_dict("records")]
    lead = f"Decidedly worth something by itself: {listed(words)}" if words else "Nothing by itself is decidedly worth something"
    return (
        "By how much the choice gets better if a thing is known first, always a bracket and never a point: the low "
        "estimate chooses by one luck "
        f"and is paid by another, the high one by the same. {lead}. Everything together: "
        f"{bracket(whole.to_dict(), factor)} {unit}."
    )


def bracket(row: Row, factor: float) -> str:
    """Low to high."""
    return f"{figure_text(row['low'], factor)} to {figure_text(row['high'], factor)}"


def firsts(rows: pd.DataFrame) -> str:
    """In how many role models and contexts the first lever is decided."""
    sure = rows.groupby(["role_model", "context"])["verdict"].apply(lambda each: (each == "best").any())
    return f"the first lever is decided in {int(sure.sum())} of {len(sure)} rows"


def lever_sentence(rows: pd.DataFrame, price: str) -> str:
    """Which lever comes first in how many rows, and which one harms."""
    counts = rows.loc[rows["verdict"] == "best", "lever"].value_counts()
    lead = (
        f"Comes first decidedly: {listed([f'{spoken(str(lever))} ({count})' for lever, count in counts.items()])}"
        if len(counts)
        else "No lever comes first decidedly"
    )
    harms = rows.loc[rows["high"] < 0, "lever"].value_counts()
    tail = (
        " Raised that far, some lower it decidedly: "
        f"{listed([f'{spoken(str(lever))} ({count})' for lever, count in harms.items()])}."
        if len(harms)
        else ""
    )
    return (
        "What raising one lever from where it is to best practice adds, the others as they are, in each role model and "
        f"context. {lead}.{tail}"
    )


def lowered(title: str) -> str:
    """A title inside a sentence."""
    return title[:1].lower() + title[1:]
