"""What an analysis found, as a page that opens offline, and as a part of a study's page."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.figure import Figure, of_root
from tandem.experiments.pages.numbers import Row, figure_text, interval_text, scaled
from tandem.experiments.pages.page import Section, Table, drawn_inline, render
from tandem.experiments.pages.telling import between, clauses, form, said, spoken_now, word
from tandem.experiments.pages.words import listed, low_title, spoken, title_of, titles
from tandem.experiments.sensitivity.estimates import as_difference
from tandem.experiments.sensitivity.figures import file_word, footing, leading, spoken_output
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.headline import Facts, facts_of
from tandem.experiments.study.headline_words import HELD, Teller
from tandem.experiments.study.leading import DEPENDS, UNDECIDED, leader, lever_rank_intervals
from tandem.experiments.study.strata import Part, robustness, stability
from tandem.experiments.study.told import cell_name, origin, part_name
from tandem.experiments.study.within_report import depends_table, leads_head, practice_table, sets_table, within_tables
from tandem.sim.copies import side_by_side
from tandem.sim.intervals import look, verdict
from tandem.sim.marks import known
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import LEVERS

KINDS = ("shares", "effects", "curves", "interactions", "convergence")
DIRECTIONS = ("rises", "falls", "mixed")
MOST_NAMED = 3


def report_page(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path, command: str) -> str:
    """The whole page as HTML text; `folder` holds the figures."""
    return render(
        "sensitivity",
        title=said("analysis.head"),
        found=section(results, parts, folder),
        command=command,
        provenance=origin(next(iter(parts.values())).parameters),
    )


def section(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path) -> Section:
    """Answers, figures with their sentences, tables and open checks, as the templates take them."""
    main, part = next(iter(results.values())), parts[next(iter(results))]
    undefined = [name for name in ("revenue_growth", "conflict_rate") if name not in main.outputs]
    tables: dict[str, Callable[[], Any]] = {
        "within": partial(within_tables, main),
        "depends": partial(depends_table, main),
        "practice": partial(practice_table, main),
        "sets": partial(sets_table, main),
        "strata": partial(strata_section, results, parts, folder),
    }
    jobs: list[Callable[[], Any]] = [partial(answer, results, parts, output) for output in main.outputs]
    jobs += [partial(_drawn, main, output, folder) for output in main.outputs]
    jobs += [partial(lever_rows, main, output) for output in main.outputs]
    told: list[Any] = side_by_side([*jobs, *tables.values()])
    many = len(main.outputs)
    answers, drawn, rows = told[:many], told[many : 2 * many], told[2 * many : 3 * many]
    return {
        "answers": answers,
        "name": part_name(part),
        "runs": sum(found.runs for found in results.values()),
        "verdict": word(main.verdict),
        "undefined": [title_of(name) for name in undefined],
        "figures": [figure for each in drawn for figure in each],
        "levers": {
            "heads": [said(f"head.{name}") for name in ("outcome", "input", "rank_among", "total_index", "effect", "direction")],
            "words": (0, 1, 5),
            "rows": [row for each in rows for row in each],
        },
        **dict(zip(tables, told[3 * many :])),
        "checks": open_checks(main),
        "ladders": ladder_table(folder),
        "robustness": robustness_table(results, parts),
    }


def _drawn(found: Sensitivity, output: str, folder: Path) -> list[dict[str, Any]]:
    return [drawn_inline(figure) for figure in figures(found, output, folder)]


# -- the first screen --------------------------------------------------------------------------


def answer(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], output: str) -> dict[str, str]:
    """What moves an output most, or on what that depends; what more of it does; who leads in each context and role model; what
    calibration leaves open; and how sure that is. The words are those of the headline (`Teller`)."""
    found, teller = next(iter(results.values())), Teller(spoken_now())
    facts = facts_of(found, output)
    noise = found.get("noise_share", "", output)["estimate"]
    share = said("analysis.nothing_varies") if np.isnan(noise) else said("analysis.noise", noise=float(noise))
    ended = found.verdict_on(output)
    short = teller.led(facts["tops"])
    if facts["depends"]:
        short = said("analysis.depends_on", held=teller.names(list(dict.fromkeys(row["held"] for row in facts["depends"]))))
    slots = {"n": found.n, "replicates": found.replicates, "share": share, "verdict": word(ended)}
    told = [teller.finished(teller.within(facts, held)) for held in HELD]
    told.append(where_it_differs(results, parts, output, facts))
    sure = [said("analysis.sure" if ended == "converged" else "analysis.not_sure", **slots)]
    if found.looks:
        sure.append(said("analysis.looked", n=found.n, most=next(iter(parts.values())).n, looks=len(found.looks)))
    return {
        "question": said("analysis.question", outcome=low_title(output)),
        "lever": short[:1].upper() + short[1:],
        "size": " ".join(teller.finished(line) for line in [teller.first(facts), *teller.practice(facts)]),
        "where": " ".join(line for line in told if line),
        "contrast": teller.finished(teller.open(facts)),
        "sure": " ".join(sure),
    }


def led(found: Sensitivity, output: str) -> str:
    """Who leads a stratum or variation, as a reader says it."""
    if output not in found.outputs:
        return word("not defined")
    led_by = leader(found, output)
    if led_by.startswith(DEPENDS):
        held = [name.replace(" ", "_") for name in led_by.removeprefix(DEPENDS).strip().split(" and ")]
        return said("analysis.depends_on", held=listed(map(spoken, held)))
    if led_by.startswith(UNDECIDED):
        names = [spoken(lever) for lever in led_by.removeprefix(f"{UNDECIDED} between ").split(" and ")]
        return said("report.undecided", names=listed(names) if spoken_now() == "fr" else " and ".join(names))
    return spoken(led_by)


def where_it_differs(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], output: str, facts: Facts) -> str:
    """In which strata another lever leads; "" where none were played beside the main analysis."""
    strata = {name: found for name, found in results.items() if parts[name].kind == "stratum" and output in found.outputs}
    if not strata:
        return ""
    leaders = pd.Series({name: leader(found, output) for name, found in strata.items()})
    same = leaders == facts["leader"]
    open_ = ~leaders.isin(LEVERS)
    told = [said("analysis.strata", strata=len(strata), same=int(same.sum()), open=int(open_.sum()))]
    other = leaders[~same & ~open_]
    for lever, names in other.groupby(other):
        places = [cell_name(parts[str(name)]) for name in names.index]
        more = said("analysis.and_more", n=len(places) - MOST_NAMED) if len(places) > MOST_NAMED else ""
        told.append(said("analysis.leads_in", lever=spoken(str(lever)), places=", ".join(places[:MOST_NAMED]) + more))
    return clauses(told) + "."


# -- figures -----------------------------------------------------------------------------------


def figures(found: Sensitivity, output: str, folder: Path) -> list[Figure]:
    """The figures of an output that were written into the folder, each with its sentence and what it stands on."""
    drawn = []
    for kind in KINDS:
        name = f"{kind}_{file_word(output)}"
        if (drawing := known(folder, f"{name}.svg")) is not None:
            title = said(f"analysis.heading.{kind}", outcome=low_title(output))
            drawn.append(
                Figure(name, of_root(drawing.decode("utf-8")), title, sentence(kind, found, output), footing(found, output) + ".")
            )
    return drawn


def sentence(kind: str, found: Sensitivity, output: str) -> str:
    """What a figure shows, in a sentence made from its numbers."""
    names = leading(found, output)
    factor, unit = scaled(output)
    if kind == "shares":
        told = [f"{spoken(name)} {form(found.get('total_mean', name, output)['estimate'], '.0%')}" for name in names]
        return said("analysis.sentence.shares", parts=listed(told))
    if kind == "effects":
        levers = [name for name in names if name in LEVERS]
        told = [f"{spoken(name)} {figure_text(found.get('effect', name, output)['estimate'], factor, True)}" for name in levers]
        return said("analysis.sentence.effects", parts=listed(told), unit=unit)
    if kind == "curves":
        by: dict[str, list[str]] = {}
        for name in (name for name in names if name in LEVERS):
            direction = found.get("direction", name, output)["verdict"]
            by.setdefault(direction if direction in DIRECTIONS else "no_direction", []).append(spoken(name))
        slots = {"outcome": title_of(output).lower() if spoken_now() == "en" else low_title(output)}
        told = [said(f"analysis.with.{direction}", levers=listed(levers), **slots) for direction, levers in by.items()]
        return said("analysis.sentence.curves", parts=clauses(told))
    if kind == "interactions":
        rows = found.table[
            (found.table["output"] == output) & (found.table["measure"] == "interaction_mean") & (found.table["low"] > 0)
        ]
        rows = rows[rows["input"].str.count(" & ") == 1].sort_values("estimate", ascending=False)[:MOST_NAMED]
        told = [
            f"{said('analysis.and').join(map(spoken, row['input'].split(' & ')))} ({form(row['estimate'], '.0%')})"
            for row in rows.to_dict("records")
        ]
        return said("analysis.sentence.interactions", parts=listed(told)) if told else said("analysis.sentence.no_interaction")
    widths = found.convergence[found.convergence["output"] == output].assign(width=lambda rows: rows["high"] - rows["low"])
    steps = widths.groupby("n")["width"].max()
    told = [said("analysis.width", width=float(width), n=int(n)) for n, width in zip(steps.index.astype(int), steps)]
    return said("analysis.sentence.convergence", parts=listed(told))


# -- tables ------------------------------------------------------------------------------------


def lever_rows(found: Sensitivity, output: str) -> list[list[dict[str, str]]]:
    """A row an input, levers first and in order."""
    places, (factor, unit) = lever_rank_intervals(found, output), scaled(output)
    names = sorted(
        found.factors.groups, key=lambda name: (name not in LEVERS, -found.get("total_mean", name, output)["estimate"])
    )
    rows = []
    for name in names:
        total = found.get("total_mean", name, output)
        cells = [
            {"main": f"{title_of(output)} ({unit})"},
            {"main": spoken(name)},
            {"main": places.get(name, "")},
            {"main": form(total["estimate"], ".3f"), "aside": between(total["low"], total["high"], ".3f")},
        ]
        if name in LEVERS:
            effect: Row = found.get("effect", name, output).to_dict()
            cells.append(
                {
                    "main": figure_text(effect["estimate"], factor, True),
                    "aside": interval_text(effect, factor),
                    "look": look(as_difference(effect["verdict"]), "neither"),
                }
            )
            cells.append({"main": word(found.get("direction", name, output)["verdict"])})
        else:
            cells += [{"main": word("no order")}, {"main": ""}]
        rows.append(cells)
    return rows


def ladder_table(folder: Path) -> Table | None:
    """In how many firms each lever helps from bottom to top, where its curve bends and whether it turns; None if not played."""
    table = known(folder, "ladder_marks.csv")
    if table is None:
        return None
    rows = []
    for row in pd.read_csv(io.BytesIO(table)).to_dict("records"):
        outcome = OUTCOMES[row["output"]]
        share, low, high = (
            (row["helped"], row["helped_low"], row["helped_high"])
            if outcome.better == "high"
            else (1.0 - row["helped"], 1.0 - row["helped_high"], 1.0 - row["helped_low"])
        )
        rows.append(
            [
                {"main": title_of(row["output"])},
                {"main": spoken(row["input"])},
                {
                    "main": form(share, ".0%"),
                    "aside": between(low, high, ".0%"),
                    "look": look(verdict(low, high, line=0.5), "neither"),  # helps in more, or in fewer, than half of the firms
                },
                {"main": form(row["bend_at"], ".2f")},
                {"main": word("goes both up and down" if row["turns"] else "one way")},
            ]
        )
    return {
        "heads": [said(f"head.{name}") for name in ("outcome", "lever", "helps_in", "sharpest_bend", "its_curve")],
        "words": (0, 1, 4),
        "rows": rows,
    }


def open_checks(found: Sensitivity) -> list[str]:
    """Checks that did not pass, in words."""
    return [
        said(
            "analysis.check",
            output=spoken_output(row["output"]),
            check=word(row["check"]),
            figure=float(row["figure"]),
            limit=float(row["limit"]),
            meaning=word(row["meaning"]),
        )
        for row in found.checks[~found.checks["passed"]].to_dict("records")
    ]


def strata_section(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path) -> dict[str, object] | None:
    """Leaders by role model and context, how stable rankings are, and the maps; None where strata were not played."""
    strata = {name: found for name, found in results.items() if parts[name].kind == "stratum"}
    if not strata:
        return None
    named, maps = titles(), []
    outputs = next(iter(results.values())).outputs
    for output in outputs:
        name = f"strata_{output}"
        if (drawing := known(folder, f"{name}.svg")) is not None:
            n = {found.n for found in strata.values()}
            maps.append(
                drawn_inline(
                    Figure(
                        name,
                        of_root(drawing.decode("utf-8")),
                        said("analysis.map", output=spoken_output(output)),
                        said("analysis.map_about"),
                        said("analysis.map_footing", n=max(n), verdicts=verdicts(strata, output)),
                    )
                )
            )
    rows = [
        [
            {"main": named.get(role_model, role_model)},
            {"main": named.get(context, context)},
            *(
                {"main": led(found, output), "aside": word(found.verdict_on(output)) if output in found.outputs else ""}
                for output in outputs
            ),
        ]
        for name, found in strata.items()
        for role_model, context in [next(iter(parts[name].cells))]
    ]
    one = stability(results, parts).drop_duplicates(["output", "role_model"])
    steady = [
        [
            {"main": title_of(output)},
            {"main": named.get(role_model, role_model)},
            {"main": word("not defined") if np.isnan(w) else form(w, ".2f")},
        ]
        for output, role_model, w in zip(one["output"], one["role_model"], one["kendall_w"])
    ]
    return {
        "maps": maps,
        "leaders": {
            "heads": [said("head.role_model"), said("head.context"), *(leads_head(output) for output in outputs)],
            "words": tuple(range(2 + len(outputs))),
            "rows": rows,
        },
        "steady": {
            "heads": [said(f"head.{name}") for name in ("outcome", "role_model", "kendall")],
            "words": (0, 1),
            "rows": steady,
        },
    }


def verdicts(strata: Mapping[str, Sensitivity], output: str) -> str:
    """How many analyses of an output ended with which verdict."""
    counts = pd.Series([found.verdict_on(output) for found in strata.values() if output in found.outputs]).value_counts()
    return said("analysis.verdicts", parts=", ".join(f"{count} {word(ended)}" for ended, count in counts.items()))


def robustness_table(results: Mapping[str, Sensitivity], parts: Mapping[str, Part]) -> Table | None:
    """Does the same lever lead under other ranges and assumptions? None where they were not played."""
    if not any(parts[name].kind in ("ranges", "assumption") for name in results):
        return None
    table = robustness(results, parts, next(iter(results.values())).outputs)
    rows = [
        [
            {"main": title_of(str(output))},
            {"main": word(name)},
            {"main": led(results[str(name)], str(output))},
            {"main": word(same)},
        ]
        for output, name, same in zip(table["output"], table["variation"], table["same"])
    ]
    return {
        "heads": [said(f"head.{name}") for name in ("outcome", "under", "leads", "the_same")],
        "words": (0, 1, 2, 3),
        "rows": rows,
    }
