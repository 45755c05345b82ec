"""Where things go wrong, as files and as a part of a study's page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tandem.experiments.discovery.boxes import Box
from tandem.experiments.discovery.figures import leading, plot_boxes, plot_regional, worded
from tandem.experiments.files.tables import write_csv
from tandem.experiments.pages.figure import Figure, written_with_data
from tandem.experiments.pages.page import Section, Table, drawn_inline
from tandem.experiments.pages.words import listed, titles
from tandem.experiments.study.failures import Found
from tandem.sim.writing import filled

LEAVES = 4
"""So many leaves of each tree are told, the densest first; the table holds all."""


def write(found: Mapping[str, Found], folder: Path) -> Section:
    """Tables as CSV, each figure as SVG with its data as CSV; what the page says. Files are made whole beside and moved in."""
    with filled(folder) as part:
        for name, each in found.items():
            boxes = each.discovery
            tables = {"boxes": boxes.table, "limits": boxes.limits, "tree": boxes.tree, "regional": each.regional}
            for table, rows in tables.items():
                write_csv(rows, part / f"{table}_{name}.csv")
    with filled(folder) as part:  # after the tables, which stand whatever becomes of the drawing
        drawn = [figure for name, each in found.items() for figure in figures(name, each, part)]
    return section(found, drawn)


def section(found: Mapping[str, Found], drawn: list[Figure]) -> Section:
    """Sentences, tables and figures as the template takes them."""
    first = next(iter(found.values()))
    fitted, held = (len(half) for half in first.discovery.halves)
    return {
        "events": [{"told": told(each), "tree": tree(each)} for each in found.values()],
        "fitted": fitted,
        "held": held,
        "replicates": first.replicates,
        "runs": (fitted + held) * first.replicates,
        "figures": [drawn_inline(figure) for figure in drawn],
    }


def box_words(box: Box) -> str:
    """A box as a reader says it."""
    named, parts = titles(), []
    for limit in box.limits.values():
        if limit.words is not None:
            parts.append(f"the {limit.name} is {' or '.join(named.get(word, word) for word in limit.words)}")
        else:
            words = limit.told.removeprefix(limit.name).replace(" from ", " between ").replace(" to ", " and ")
            parts.append(f"the {worded(limit.name)} is{words}")
    return " and ".join(parts) or "everywhere"


def told(each: Found) -> str:
    """Where an event gathers, as measured on the points that were not fitted on."""
    found = each.discovery
    lead = f"{found.event.told} ({found.base:.0%} of all runs): "
    sure = [(box, row) for box, row in zip(found.boxes, found.table.to_dict("records")) if row["verdict"] == "decided"]
    if not sure:
        return lead + "no region was found in which it decidedly gathers."
    parts = []
    for box, row in sure:
        loose = set(found.limits.loc[(found.limits["box"] == row["box"]) & ~found.limits["kept"], "input"])
        doubt = f" (not sure of the limit on {listed([worded(name) for name in sorted(loose)])})" if loose else ""
        parts.append(
            f"where {box_words(box)}{doubt} it happens in {row['density']:.0%} of runs [{row['density_low']:.0%}, "
            f"{row['density_high']:.0%}], "
            f"which holds {row['coverage']:.0%} [{row['coverage_low']:.0%}, {row['coverage_high']:.0%}] of its cases"
        )
    return lead + "; of the rest, ".join(parts) + "."


def tree(each: Found) -> Table:
    """The second view: the densest leaves of a tree of depth three."""
    rows: list[list[dict[str, str]]] = []
    for row in each.discovery.tree.head(LEAVES).to_dict("records"):
        words = row["told"]
        for name in each.discovery.halves[0].columns:
            words = words.replace(str(name), worded(str(name))) if str(name).startswith("levers.") else words
        for word, title in titles().items():
            words = words.replace(f" {word}", f" {title}")
        decided = row["density_low"] > each.discovery.base
        rows.append(
            [
                {"main": words},
                {
                    "main": f"{row['density']:.0%}",
                    "aside": f"[{row['density_low']:.0%}, {row['density_high']:.0%}]",
                    "look": "decided" if decided else "open",
                },
                {"main": f"{row['share']:.0%}"},
                {"main": f"{row['points']:,}"},
            ]
        )
    return {"heads": ["Leaf of a tree (second view)", "Happens in", "Of its cases", "Points"], "words": (0,), "rows": rows}


def figures(name: str, each: Found, folder: Path) -> list[Figure]:
    """Boxes where they limit a number, and the distance of each input's distribution; written into the folder."""
    found, drawn = each.discovery, []
    event = found.event.told
    sure = int((found.table["verdict"] == "decided").sum())
    stands = (
        f"N = {int(each.regional['n'].iloc[0]):,} points x {each.replicates} replicates; "
        f"noise share (luck's part of whether it happens) {each.noise:.2f}"
    )
    limited = set(found.limits["input"]) & set(leading(found))
    if sure and limited and (canvas := plot_boxes(found)) is not None:
        drawn.append(
            written_with_data(
                canvas,
                found.halves[1],
                f"points_{name}",
                folder,
                f"Where it gathers: {event[:1].lower()}{event[1:]}",
                "Each dot is a point that was not fitted on, darker where it happens more often; the frames are the "
                f"boxes. {told(each)}",
                f"{stands}; verdict: {sure} of {len(found.table)} boxes decided",
            )
        )
    decided = [worded(row["input"]) for row in each.regional.to_dict("records") if row["verdict"] == "decided"]
    words = f"Beyond chance: {listed(decided)}" if decided else "No input lies beyond chance"
    drawn.append(
        written_with_data(
            plot_regional(each.regional),
            each.regional,
            f"regional_{name}",
            folder,
            f"What is different there: {event[:1].lower()}{event[1:]}",
            f"How far the firms to which it happens differ from the others in each input. {words}.",
            f"{stands}; verdict: {len(decided)} of {len(each.regional)} inputs decided",
        )
    )
    return drawn
