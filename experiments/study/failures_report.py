"""Where things go wrong, as files and as a part of a study's page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tandem.experiments.discovery.boxes import Box, Limit
from tandem.experiments.discovery.figures import leading, plot_boxes, plot_regional, worded
from tandem.experiments.files.tables import write_csv
from tandem.experiments.pages.figure import Figure, written_with_data
from tandem.experiments.pages.page import Section, Table, drawn_inline
from tandem.experiments.pages.telling import between, form, said, word
from tandem.experiments.pages.words import listed, spoken, title_of, titles
from tandem.experiments.study.failures import POORER_HALF, Found, Worst
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.texts import sentence
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
    return said("wrong.and").join(
        f"{said('wrong.the')}{limit_words(limit, said('wrong.is'))}" for limit in box.limits.values()
    ) or word("everywhere")


def limit_words(limit: Limit, verb: str, far: str = "wrong.between") -> str:
    """One limit of a box as a reader says it; `verb` stands between the input and its numbers."""
    if limit.words is not None:
        named = titles()
        names = said("wrong.or").join(named.get(each, each) for each in limit.words)
        return said("wrong.word", name=spoken(limit.name), words=names)
    low, high = (None if abs(end) == float("inf") else form(end, ".3g") for end in (limit.low, limit.high))
    words = said("wrong.at_most", high=high) if low is None else said("wrong.at_least", low=low)
    if low is not None and high is not None:
        words = said(far, low=low, high=high)
    return f"{worded(limit.name)}{verb} {words}"


def event_words(event: Worst) -> str:
    """What was looked for, as a reader says it."""
    parts = [
        said(
            f"wrong.event.{'half' if share == POORER_HALF else 'share'}_{OUTCOMES[outcome].better}",
            outcome=title_of(outcome).lower(),
            share=share,
        )
        for outcome, share in event.shares.items()
    ]
    return sentence(said("wrong.event.of_context", parts=said("wrong.and").join(parts)))


def told(each: Found) -> str:
    """Where an event gathers, as measured on the points that were not fitted on."""
    found = each.discovery
    lead = said("wrong.lead", event=event_words(cast("Worst", found.event)), base=float(found.base))
    sure = [(box, row) for box, row in zip(found.boxes, found.table.to_dict("records")) if row["verdict"] == "decided"]
    if not sure:
        return f"{lead} {said('wrong.nowhere')}"
    parts = []
    for box, row in sure:
        loose = set(found.limits.loc[(found.limits["box"] == row["box"]) & ~found.limits["kept"], "input"])
        doubt = said("wrong.not_sure", inputs=listed([worded(name) for name in sorted(loose)])) if loose else ""
        parts.append(
            said(
                "wrong.where",
                box=box_words(box),
                doubt=doubt,
                density=row["density"],
                density_range=between(row["density_low"], row["density_high"], ".0%"),
                coverage=row["coverage"],
                coverage_range=between(row["coverage_low"], row["coverage_high"], ".0%"),
            )
        )
    return f"{lead} {said('wrong.of_the_rest').join(parts)}."


def leaf_words(told_: str, inputs: list[str]) -> str:
    """A leaf as its table tells it (see `Box.told`), in words of the page."""
    parts = []
    for part in told_.split(" and "):
        name = max((each for each in inputs if part.startswith(each)), key=len, default="")
        if not name:
            parts.append(word(part))
            continue
        rest = part.removeprefix(name).strip()
        named = titles()
        if rest.startswith("is "):
            names = said("wrong.or").join(named.get(each, each) for each in rest.removeprefix("is ").split(" or "))
            parts.append(said("wrong.word", name=spoken(name), words=names))
            continue
        *_, low = numbers = re.findall(r"[-+.\deinf]+(?=$| to )", rest)
        key = "at_most" if rest.startswith("at most") else "at_least" if rest.startswith("at least") else "from_to"
        slots = {"low": form(float(numbers[0]), ".3g"), "high": form(float(low), ".3g")}
        parts.append(f"{worded(name)} {said(f'wrong.{key}', **slots)}")
    return said("wrong.and").join(parts)


def tree(each: Found) -> Table:
    """The second view: the densest leaves of a tree of depth three."""
    rows: list[list[dict[str, str]]] = []
    for row in each.discovery.tree.head(LEAVES).to_dict("records"):
        words = leaf_words(row["told"], [str(name) for name in each.discovery.halves[0].columns])
        decided = row["density_low"] > each.discovery.base
        rows.append(
            [
                {"main": words},
                {
                    "main": form(row["density"], ".0%"),
                    "aside": between(row["density_low"], row["density_high"], ".0%"),
                    "look": "decided" if decided else "open",
                },
                {"main": form(row["share"], ".0%")},
                {"main": form(row["points"], ",")},
            ]
        )
    return {
        "heads": [said(f"head.{name}") for name in ("leaf", "happens_in", "of_its_cases", "points")],
        "words": (0,),
        "rows": rows,
    }


def figures(name: str, each: Found, folder: Path) -> list[Figure]:
    """Boxes where they limit a number, and the distance of each input's distribution; written into the folder."""
    found, drawn = each.discovery, []
    event = event_words(cast("Worst", found.event))
    sure = int((found.table["verdict"] == "decided").sum())
    stands = said("wrong.stands", n=int(each.regional["n"].iloc[0]), replicates=each.replicates, noise=float(each.noise))
    low = f"{event[:1].lower()}{event[1:]}"
    limited = set(found.limits["input"]) & set(leading(found))
    if sure and limited and (canvas := plot_boxes(found, event)) is not None:
        drawn.append(
            written_with_data(
                canvas,
                found.halves[1],
                f"points_{name}",
                folder,
                said("wrong.gathers", event=low),
                f"{said('wrong.dots')} {told(each)}",
                said("wrong.boxes", stands=stands, n=sure, boxes=len(found.table)),
            )
        )
    decided = [worded(row["input"]) for row in each.regional.to_dict("records") if row["verdict"] == "decided"]
    words = said("wrong.beyond", inputs=listed(decided)) if decided else said("wrong.none_beyond")
    drawn.append(
        written_with_data(
            plot_regional(each.regional),
            each.regional,
            f"regional_{name}",
            folder,
            said("wrong.different", event=low),
            said("wrong.how_far", words=words),
            said("wrong.inputs", stands=stands, n=len(decided), inputs=len(each.regional)),
        )
    )
    return drawn
