"""One page that opens offline: what a study found, for a manager and a researcher alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tandem.experiments.effects.role_models import HEADLINES, STATEMENTS, contexts
from tandem.experiments.pages.figure import Figure
from tandem.experiments.pages.numbers import Row, cell, figure_text, interval_text, scaled, with_unit, word
from tandem.experiments.pages.page import Section, Table, drawn_inline, render
from tandem.experiments.pages.telling import between, form, said, spoken_now
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import listed, spoken, title_of, titles
from tandem.experiments.study import fit_report, headline_report, second_report
from tandem.experiments.study.front import control_notes
from tandem.experiments.study.report_sentences import answers, best_sentence, equal_changes, further, in_short, with_whole_range
from tandem.experiments.study.told import assumptions_of, meaning_of, origin, pairs_of, source_head, verdict_word
from tandem.sim.intervals import look
from tandem.sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from tandem.experiments.study.study import Study


def report_page(figures: list[Figure], slots: Mapping[str, Any]) -> str:
    """The whole page as HTML text: figures inside, nothing fetched. `slots`: of `report_slots`."""
    return render("study", figures=[drawn_inline(figure) for figure in figures], **slots)


def report_slots(study: Study, command: str, sections: Mapping[str, Section]) -> dict[str, Any]:
    """What the page says beside its figures. `sections`: see `tandem.experiments.study.study.write`."""
    named, fields = titles(), contexts()
    growth = best_sentence(study, "revenue_growth", named)
    blocks = [
        role_model_block(study, context, dispositions, named) for dispositions in ("as described", "equal") for context in fields
    ]
    return dict(
        title=said("page.head"),
        size=study.size,
        pairs_taken=pairs_of(study.role_models[study.role_models["dispositions"] == "as described"]),
        **sections,
        named=named,
        command=command,
        provenance=origin(study.parameters),
        parameters=study.parameters.tell(spoken_now()),
        blocks=blocks,
        quarters=_quarters(),
        first=[fit_report.answer(study.fit, named, growth)],
        answers=[*with_whole_range(answers(study, named), sections.get("analysed")), second_report.answer(study.second)],
        headline=headline_report.section(study.parameters),
        fit=fit_report.section(study.fit, named, growth),
        second=second_report.section(study.second),
        played=study.runs + sum(part["runs"] for part in sections.values()),
        short=in_short(study, named) + further(sections),
        levers=lever_rows(study),
        levers_within=[
            ("role_model", levers_within(study, study.levers_by_role_model, named)),
            ("context", levers_within(study, study.levers_by_context, named)),
        ],
        best=best_table(study, named),
        best_under=best_under(study, named),
        spread=spread_table(study, named),
        beside=[
            {**row, "value": word(row["value"]), "first": word(row["first"])} for row in study.beside_rights.to_dict("records")
        ],
        equal=equal_changes(study, named),
        switches=switches(study),
        surviving=survival_rows(study, named),
        reference=named[study.role_models["role_model"].iloc[0]],
        glossary=[
            {"title": title_of(name), "unit": OUTCOMES[name].unit_in(spoken_now()), "meaning": meaning_of(name)}
            for name in HEADLINES
        ],
        digests=[
            {**row, "role_model": named[row["role_model"]], "context": named[row["context"]]}
            for row in study.digests.to_dict("records")
        ],
    )


# -- tables ------------------------------------------------------------------------------------


def role_model_block(study: Study, context: str, dispositions: str, named: dict[str, str]) -> dict[str, object]:
    """A context's table: one row a role model, one column a headline outcome."""
    table = study.role_models[(study.role_models["context"] == context) & (study.role_models["dispositions"] == dispositions)]
    rows = []
    for arm in dict.fromkeys(table["role_model"]):
        part = table[table["role_model"] == arm].set_index("outcome")
        cells = [cell(part.loc[name].to_dict(), scaled(name)[0], OUTCOMES[name].better) for name in HEADLINES]
        rows.append({"role_model": named[arm], "cells": cells, "control": named[arm].startswith(said("front.control"))})
    heads = [{"title": title_of(name), "unit": scaled(name)[1]} for name in HEADLINES]
    notes = control_notes(study, named, context) if dispositions == "as described" else []
    return {"context": named[context], "dispositions": dispositions, "heads": heads, "rows": rows, "notes": notes}


def lever_rows(study: Study) -> list[dict[str, str]]:
    """The lever table, one row an output and lever."""
    rows = []
    for row in study.levers.to_dict("records"):
        factor, unit = scaled(row["output"])
        rows.append(
            {
                "output": f"{title_of(row['output'])} ({unit})",
                "lever": spoken(row["input"]),
                "rank": study.rank_intervals[row["output"]][row["input"]],
                "n": form(row["n"], ","),
                "verdict": verdict_word(row["verdict"]),
                "look": look(row["verdict"], OUTCOMES[row["output"]].better),
                "effect": figure_text(row["estimate"], factor, True),
                "interval": interval_text(row, factor),
            }
        )
    return rows


def levers_within(study: Study, table: pd.DataFrame, named: dict[str, str]) -> list[dict[str, object]]:
    """A table an output: a row a role model or context, a column a lever in the order of the pooled ranking."""
    column = table.columns[0]
    blocks: list[dict[str, object]] = []
    for output in dict.fromkeys(study.levers["output"]):
        levers = list(study.levers.loc[study.levers["output"] == output, "input"])
        factor, unit = scaled(output)
        rows = []
        for name, part in table[table["output"] == output].groupby(column, sort=False):
            part = part.set_index("input")
            cells = [
                {
                    "main": f"{figure_text(part.loc[lever, 'estimate'], factor, True)}",
                    "aside": said(
                        "report.with_rank",
                        interval=interval_text(part.loc[lever].to_dict(), factor),
                        rank=part.loc[lever, "rank"],
                    ),
                    "look": look(part.loc[lever, "verdict"], OUTCOMES[output].better),
                }
                for lever in levers
            ]
            rows.append({"name": named[name], "cells": cells, "n": form(int(part["n"].max()), ",")})
        heads = [spoken(lever) for lever in levers]
        blocks.append({"output": f"{title_of(output)} ({unit})", "levers": heads, "rows": rows})
    return blocks


def best_table(study: Study, named: dict[str, str]) -> dict[str, object]:
    """The best role model by context and outcome, and its rivals."""
    rows = []
    for context in contexts():
        part = study.best[(study.best["context"] == context) & (study.best["assumption"] == "default")].set_index("outcome")
        rows.append({"context": named[context], "cells": [_best_cell(part.loc[name].to_dict(), named) for name in STATEMENTS]})
    return {"heads": [f"{title_of(name)} ({said('report.' + OUTCOMES[name].better)})" for name in STATEMENTS], "rows": rows}


def best_under(study: Study, named: dict[str, str], outcome: str = "revenue_growth") -> dict[str, object]:
    """The best role model by one outcome: a row an assumption, a column a context."""
    table = study.best[study.best["outcome"] == outcome]
    rows = []
    for assumption in dict.fromkeys(table["assumption"]):
        part = table[table["assumption"] == assumption].set_index("context")
        cells = [_best_cell(part.loc[context].to_dict(), named) for context in contexts()]
        rows.append({"assumption": told_word(assumption), "cells": cells})
    return {"contexts": [named[context] for context in contexts()], "rows": rows}


def _best_cell(row: Row, named: dict[str, str]) -> dict[str, str]:
    if not row["rivals"]:
        return {"main": named[row["best"]], "aside": told_word("decided"), "look": "decided"}
    rivals = [named[arm] for arm in row["rivals"].split("; ")]
    return {
        "main": told_word("undecided"),
        "aside": said("report.between", names=listed([named[row["best"]], *rivals])),
        "look": "open",
    }


def spread_table(study: Study, named: dict[str, str]) -> Table | None:
    """Where the spread over firms comes from: a row an outcome and role model; None where it was not played."""
    if not len(study.variance):
        return None
    rows = []
    for (outcome, arm, what), part in study.variance.groupby(["outcome", "role_model", "what"], sort=False):
        name = named[str(arm)] + ("" if what == "outcome" else said("report.from_first"))
        shares = [
            {"main": form(row["share"], ".0%"), "aside": between(row["low"], row["high"], ".0%")}
            for row in part.to_dict("records")
        ]
        rows.append([{"main": title_of(str(outcome))}, {"main": name}, *shares])
    return {
        "heads": [
            said("head.outcome"),
            said("head.role_model"),
            *(source_head(source) for source in dict.fromkeys(study.variance["source"])),
        ],
        "words": (0, 1),
        "rows": rows,
    }


def switches(study: Study) -> list[dict[str, str]]:
    """The structural alternatives played: name, path, default, alternative, meaning."""
    from tandem.sim.parameters import describe

    known = {row["path"]: row for row in describe()}
    return [
        {
            "name": told_word(name),
            "path": path,
            "default": word(known[path]["default"]),
            "value": word(value),
            "meaning": meaning_of(path),
        }
        for name, changes in study.size.alternatives.items()
        for path, value in changes.items()
    ]


def survival_rows(study: Study, named: dict[str, str]) -> list[dict[str, str]]:
    """Statements about growth, conflict and delay, and under how many alternatives each survives."""
    rows = []
    for row in study.surviving[study.surviving["outcome"].isin(STATEMENTS)].to_dict("records"):
        factor, unit = scaled(row["outcome"])
        rows.append(
            {
                "context": named[row["context"]],
                "statement": said(
                    "report.statement",
                    role_model=named[row["role_model"]],
                    outcome=title_of(row["outcome"]),
                    verdict=told_word(row["verdict"]),
                    moved=with_unit(figure_text(row["difference"], factor, True), unit),
                ),
                "survives": said("report.of", n=row["survives"], whole=row["of"]),
                "turns": assumptions_of(row["turns"]),
                "opens": assumptions_of(row["opens"]),
            }
        )
    return rows


def _quarters() -> int:
    from tandem.sim.parameters import Parameters

    return Parameters().quarters
