"""What an analysis found, as a page that opens offline, and as a part of a study's page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from tandem.experiments.files.provenance import provenance_lines
from tandem.experiments.files.record import record_lines
from tandem.experiments.pages.figure import Figure, of_root
from tandem.experiments.pages.numbers import Row, figure_text, interval_text, scaled
from tandem.experiments.pages.page import Section, Table, drawn_inline, render
from tandem.experiments.pages.words import listed, spoken, titles
from tandem.experiments.sensitivity.estimates import as_difference
from tandem.experiments.sensitivity.figures import file_word, footing, leading, spoken_output
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.headline import Facts, facts_of
from tandem.experiments.study.headline_words import Teller
from tandem.experiments.study.leading import leader, lever_rank_intervals
from tandem.experiments.study.strata import Part, robustness, stability
from tandem.experiments.study.within_report import depends_table, practice_table, sets_table, within_tables
from tandem.sim.intervals import look, verdict
from tandem.sim.marks import known
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import LEVERS

HEADINGS = {
    "shares": "What drives {}",
    "effects": "How far each goes: {}",
    "curves": "Over the range: {}",
    "interactions": "What acts together: {}",
    "convergence": "Are there enough firms: {}",
}
DIRECTIONS = {"rises": "rises", "falls": "falls", "mixed": "goes both up and down"}
MOST_NAMED = 3


def report_page(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path, command: str) -> str:
    """The whole page as HTML text; `folder` holds the figures."""
    return render(
        "sensitivity",
        title="Tandem: what moves growth and conflict most?",
        found=section(results, parts, folder),
        command=command,
        provenance={**provenance_lines(), **record_lines(), "parameters": next(iter(parts.values())).parameters.told},
    )


def section(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path) -> Section:
    """Answers, figures with their sentences, tables and open checks, as the templates take them."""
    main, part = next(iter(results.values())), parts[next(iter(results))]
    undefined = [name for name in ("revenue_growth", "conflict_rate") if name not in main.outputs]
    return {
        "answers": [answer(results, parts, output) for output in main.outputs],
        "name": part.name,
        "runs": sum(found.runs for found in results.values()),
        "verdict": main.verdict,
        "undefined": [OUTCOMES[name].title() for name in undefined],
        "figures": [drawn_inline(figure) for output in main.outputs for figure in figures(main, output, folder)],
        "levers": {
            "heads": ["Outcome", "Input", "Rank among levers", "Total index", "Effect", "Direction"],
            "words": (0, 1, 5),
            "rows": [row for output in main.outputs for row in lever_rows(main, output)],
        },
        "practice": practice_table(main),
        "within": within_tables(main),
        "depends": depends_table(main),
        "sets": sets_table(main),
        "checks": open_checks(main),
        "strata": strata_section(results, parts, folder),
        "ladders": ladder_table(folder),
        "robustness": robustness_table(results, parts),
    }


# -- the first screen --------------------------------------------------------------------------


def answer(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], output: str) -> dict[str, str]:
    """What moves an output most, or on what that depends; what more of it does; who leads in each context and role model; what
    calibration leaves open; and how sure that is. The words are those of the headline (`Teller`)."""
    found, teller = next(iter(results.values())), Teller("en")
    facts = facts_of(found, output)
    noise, name = found.get("noise_share", "", output)["estimate"], OUTCOMES[output].title()
    share = "nothing varies" if np.isnan(noise) else f"noise share {noise:.2f}"
    verdict = found.verdict_on(output)
    short = teller.led(facts["tops"])
    if facts["depends"]:
        short = "depends on " + teller.names(list(dict.fromkeys(row["held"] for row in facts["depends"])))
    sure = f"N = {found.n:,} rows x {found.replicates} replicates, {share}. All checks together: {verdict}"
    told = [teller.within(facts, "context"), teller.within(facts, "role_model"), where_it_differs(results, parts, output, facts)]
    return {
        "question": f"What moves {name[:1].lower()}{name[1:]} most?",
        "lever": short[:1].upper() + short[1:],
        "size": " ".join(teller.finished(line) for line in [teller.first(facts), *teller.practice(facts)]),
        "where": " ".join(line for line in told if line),
        "contrast": teller.finished(teller.open(facts)),
        "sure": f"{sure}{'' if verdict == 'converged' else '; what is open is listed below'}.",
    }


def led(found: Sensitivity, output: str) -> str:
    """Who leads a stratum or variation, as a reader says it."""
    if output not in found.outputs:
        return "not defined"
    word = leader(found, output)
    return spoken(word) if word in LEVERS else word.replace("_", " ").replace("smart", "SMART")


def where_it_differs(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], output: str, facts: Facts) -> str:
    """In which strata another lever leads; "" where none were played beside the main analysis."""
    strata = {name: found for name, found in results.items() if parts[name].kind == "stratum" and output in found.outputs}
    if not strata:
        return ""
    leaders = pd.Series({name: leader(found, output) for name, found in strata.items()})
    same = leaders == facts["leader"]
    open_ = ~leaders.isin(LEVERS)
    told = (
        f"Over {len(strata)} role models and controls by contexts, each played by itself: "
        f"the same in {int(same.sum())}, undecided in {int(open_.sum())}"
    )
    other = leaders[~same & ~open_]
    for lever, names in other.groupby(other):
        places = list(names.index)
        more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
        told += f"; {spoken(str(lever))} leads in {', '.join(places[:MOST_NAMED])}{more}"
    return told + "."


# -- figures -----------------------------------------------------------------------------------


def figures(found: Sensitivity, output: str, folder: Path) -> list[Figure]:
    """The figures of an output that were written into the folder, each with its sentence and what it stands on."""
    drawn = []
    for kind, heading in HEADINGS.items():
        name = f"{kind}_{file_word(output)}"
        if (drawing := known(folder, f"{name}.svg")) is not None:
            name_ = OUTCOMES[output].title()
            title = heading.format(name_[:1].lower() + name_[1:])
            drawn.append(
                Figure(name, of_root(drawing.decode("utf-8")), title, sentence(kind, found, output), footing(found, output) + ".")
            )
    return drawn


def sentence(kind: str, found: Sensitivity, output: str) -> str:
    """What a figure shows, in a sentence made from its numbers."""
    names = leading(found, output)
    factor, unit = scaled(output)
    if kind == "shares":
        told = [f"{spoken(name)} {found.get('total_mean', name, output)['estimate']:.0%}" for name in names]
        return (
            f"Part of the variance of the mean that each has a hand in, alone or with others: {listed(told)}. What "
            "acts together is counted with each, "
            "so that totals may add up to more than everything."
        )
    if kind == "effects":
        levers = [name for name in names if name in LEVERS]
        told = [f"{spoken(name)} {figure_text(found.get('effect', name, output)['estimate'], factor, True)}" for name in levers]
        return (
            f"From the bottom to the top fifth of each range, the others random: {listed(told)} {unit}. Hollow "
            "where the sign is undecided."
        )
    if kind == "curves":
        by: dict[str, list[str]] = {}
        for name in (name for name in names if name in LEVERS):
            by.setdefault(DIRECTIONS.get(found.get("direction", name, output)["verdict"], "has no decided direction"), []).append(
                spoken(name)
            )
        told = [f"with {listed(levers)} {OUTCOMES[output].title().lower()} {word}" for word, levers in by.items()]
        return f"Mean over the other inputs, less the overall mean: {'; '.join(told)}. Bands are 95% intervals."
    if kind == "interactions":
        rows = found.table[
            (found.table["output"] == output) & (found.table["measure"] == "interaction_mean") & (found.table["low"] > 0)
        ]
        rows = rows[rows["input"].str.count(" & ") == 1].sort_values("estimate", ascending=False)[:MOST_NAMED]
        told = [
            f"{' with '.join(map(spoken, row['input'].split(' & ')))} ({row['estimate']:.0%})" for row in rows.to_dict("records")
        ]
        return f"Largest decided interactions of two: {listed(told)}." if told else "No interaction of two is decided."
    widths = found.convergence[found.convergence["output"] == output].assign(width=lambda rows: rows["high"] - rows["low"])
    steps = widths.groupby("n")["width"].max()
    return (
        "Widest 95% interval of a total index: "
        f"{listed([f'{width:.2f} with {n:,} rows' for n, width in zip(steps.index.astype(int), steps)])}."
    )


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
            {"main": f"{OUTCOMES[output].title()} ({unit})"},
            {"main": spoken(name)},
            {"main": places.get(name, "")},
            {"main": f"{total['estimate']:.3f}", "aside": f"[{total['low']:.3f}, {total['high']:.3f}]"},
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
            cells.append({"main": found.get("direction", name, output)["verdict"]})
        else:
            cells += [{"main": "no order"}, {"main": ""}]
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
                {"main": outcome.title()},
                {"main": spoken(row["input"])},
                {
                    "main": f"{share:.0%}",
                    "aside": f"[{low:.0%}, {high:.0%}]",
                    "look": look(verdict(low, high, line=0.5), "neither"),  # helps in more, or in fewer, than half of the firms
                },
                {"main": f"{row['bend_at']:.2f}"},
                {"main": "goes both up and down" if row["turns"] else "one way"},
            ]
        )
    return {
        "heads": ["Outcome", "Lever", "Helps in so many firms", "Sharpest bend at level (0-1)", "Its curve"],
        "words": (0, 1, 4),
        "rows": rows,
    }


def open_checks(found: Sensitivity) -> list[str]:
    """Checks that did not pass, in words."""
    return [
        f"{spoken_output(row['output'])}, {row['check']}: {row['figure']:.3g} where at most {row['limit']:.3g} is "
        f"asked ({row['meaning']})"
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
                        f"By role model and context: {spoken_output(output)}",
                        "Left the total index, right the effect of each lever; a dot where its sign is decided, grey where the "
                        "output is not defined.",
                        f"N = {max(n):,} rows a cell; {verdicts(strata, output)}.",
                    )
                )
            )
    rows = [
        [
            {"main": named.get(role_model, role_model)},
            {"main": named.get(context, context)},
            *(
                {"main": led(found, output), "aside": found.verdict_on(output) if output in found.outputs else ""}
                for output in outputs
            ),
        ]
        for name, found in strata.items()
        for role_model, context in [next(iter(parts[name].cells))]
    ]
    one = stability(results, parts).drop_duplicates(["output", "role_model"])
    steady = [
        [
            {"main": OUTCOMES[output].title()},
            {"main": named.get(role_model, role_model)},
            {"main": "not defined" if np.isnan(w) else f"{w:.2f}"},
        ]
        for output, role_model, w in zip(one["output"], one["role_model"], one["kendall_w"])
    ]
    return {
        "maps": maps,
        "leaders": {
            "heads": ["Role model", "Context", *(f"Leads {OUTCOMES[output].title().lower()}" for output in outputs)],
            "words": tuple(range(2 + len(outputs))),
            "rows": rows,
        },
        "steady": {"heads": ["Outcome", "Role model", "Kendall's W over contexts (0-1)"], "words": (0, 1), "rows": steady},
    }


def verdicts(strata: Mapping[str, Sensitivity], output: str) -> str:
    """How many analyses of an output ended with which verdict."""
    counts = pd.Series([found.verdict_on(output) for found in strata.values() if output in found.outputs]).value_counts()
    return "verdicts: " + ", ".join(f"{count} {word}" for word, count in counts.items())


def robustness_table(results: Mapping[str, Sensitivity], parts: Mapping[str, Part]) -> Table | None:
    """Does the same lever lead under other ranges and assumptions? None where they were not played."""
    if not any(parts[name].kind in ("ranges", "assumption") for name in results):
        return None
    table = robustness(results, parts, next(iter(results.values())).outputs)
    rows = [
        [{"main": OUTCOMES[str(output)].title()}, {"main": name}, {"main": led(results[str(name)], str(output))}, {"main": same}]
        for output, name, same in zip(table["output"], table["variation"], table["same"])
    ]
    return {"heads": ["Outcome", "Under", "Leads", "The same"], "words": (0, 1, 2, 3), "rows": rows}
