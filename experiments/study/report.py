"""One page that opens offline: what a study found, for a manager and a researcher alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from tandem.experiments.effects.role_models import HEADLINES, STATEMENTS, contexts
from tandem.experiments.effects.second import share_sentence
from tandem.experiments.pages.figure import Figure
from tandem.experiments.pages.numbers import Row, cell, figure_text, interval_text, scaled, word
from tandem.experiments.pages.page import Section, Table, drawn_inline, render
from tandem.experiments.pages.telling import between, clauses, form, said, spoken_now
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import control_name, listed, low_first, low_title, spoken, title_of, titles
from tandem.experiments.study import fit_report, headline_report, second_report
from tandem.experiments.study.figures import opposed_sentence
from tandem.experiments.study.front import control_notes
from tandem.experiments.study.told import assumptions_of, meaning_of, origin, source_head, verdict_word
from tandem.sim.intervals import look
from tandem.sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from tandem.experiments.study.study import Study


def report_page(study: Study, figures: list[Figure], command: str, sections: Mapping[str, Section]) -> str:
    """The whole page as HTML text: figures inside, nothing fetched. `sections`: see `tandem.experiments.study.study.write`."""
    named, fields = titles(), contexts()
    growth = best_sentence(study, "revenue_growth", named)
    blocks = [
        role_model_block(study, context, dispositions, named) for dispositions in ("as described", "equal") for context in fields
    ]
    drawn = [drawn_inline(figure) for figure in figures]
    return render(
        "study",
        title=said("page.head"),
        study=study,
        **sections,
        named=named,
        command=command,
        provenance=origin(study.parameters),
        parameters=study.parameters.tell(spoken_now()),
        figures=drawn,
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
                    moved=f"{figure_text(row['difference'], factor, True)} {unit}",
                ),
                "survives": said("report.of", n=row["survives"], whole=row["of"]),
                "turns": assumptions_of(row["turns"]),
                "opens": assumptions_of(row["opens"]),
            }
        )
    return rows


# -- sentences ---------------------------------------------------------------------------------


def in_short(study: Study, named: dict[str, str]) -> list[str]:
    """What the study found, a sentence each, every one made from its numbers."""
    told = []
    for output in dict.fromkeys(study.levers["output"]):
        told.append(top_levers(study, output))
    told.append(fit_report.short(study.fit, named))
    told += [best_sentence(study, outcome, named) for outcome in STATEMENTS]
    told.append(control_sentence(study, named))
    told.append(share_sentence(study.second.groups))
    rows = study.surviving[study.surviving["outcome"].isin(STATEMENTS)]
    if len(rows):
        firm, turned = int((rows["survives"] == rows["of"]).sum()), int((rows["turns"] != "").sum())
        told.append(
            said(
                "report.hold",
                rows=len(rows),
                reference=named[study.role_models["role_model"].iloc[0]],
                firm=firm,
                turned=turned,
            )
        )
    main = study.role_models[
        (study.role_models["dispositions"] == "as described") & study.role_models["outcome"].isin(STATEMENTS)
    ]
    told.append(
        said(
            "report.open",
            n=int((main["verdict"] == "undecided").sum()),
            whole=int((~main["verdict"].isin(["baseline", "not defined"])).sum()),
        )
    )
    return told


def top_levers(study: Study, output: str) -> str:
    """Which lever comes first, or which cannot be told apart at the top."""
    place, rows = study.rank_intervals[output], study.levers[study.levers["output"] == output].set_index("input")
    factor, unit = scaled(output)
    first = [lever for lever in rows.index if place[lever].split("-")[0] == "1"]
    effect = {
        lever: f"{spoken(lever)} ({figure_text(rows.loc[lever, 'estimate'], factor, True)} {unit} "
        f"{interval_text(rows.loc[lever].to_dict(), factor)})"
        for lever in rows.index
    }
    if len(first) == 1:
        order = [f"{spoken(lever)} ({place[lever]})" for lever in rows.index if lever not in first]
        return said("report.top", outcome=title_of(output), lever=effect[first[0]], order=listed(order))
    return said("report.top_open", outcome=title_of(output), levers=listed([effect[lever] for lever in first]))


def answers(study: Study, named: dict[str, str]) -> list[dict[str, str]]:
    """The first screen: for growth and for conflict the lever that moves it most, how sure that is, and where it differs."""
    found = []
    for output in dict.fromkeys(study.levers["output"]):
        place, rows = study.rank_intervals[output], study.levers[study.levers["output"] == output].set_index("input")
        factor, unit = scaled(output)
        first = [lever for lever in rows.index if place[lever].split("-")[0] == "1"]
        size = [
            said(
                "report.size",
                effect=f"{figure_text(rows.loc[lever, 'estimate'], factor, True)} {unit}",
                interval=interval_text(rows.loc[lever].to_dict(), factor),
            )
            for lever in first
        ]
        pairs = int(rows["n"].max())
        if len(first) == 1:
            lever, told = spoken(first[0]), said("report.from_poor", effects=size[0])
            sure = said("report.sure", pairs=pairs)
        else:
            lever = said("report.undecided", names=listed([spoken(each) for each in first]))
            effects = clauses([f"{spoken(each)} {moved}" for each, moved in zip(first, size)])
            told, sure = said("report.from_poor", effects=effects), said("report.not_sure", pairs=pairs)
        found.append(
            {
                "question": said("report.which_lever", outcome=low_title(output)),
                "lever": lever[:1].upper() + lever[1:],
                "size": told,
                "sure": sure,
                "where": first_by_context(study, output, named),
                "contrast": opposed_sentence(study, output, named),
            }
        )
    return found


def further(sections: Mapping[str, Section]) -> list[str]:
    """What the other analyses of a study add to its short list: where both goals fail, and which role model to choose for
    growth."""
    wrong = [event["told"] for event in sections["discovered"]["events"][-1:]] if "discovered" in sections else []
    return wrong + (sections["decided"]["told"][:1] if "decided" in sections else [])


def with_whole_range(told: list[dict[str, str]], analysed: Section | None) -> list[dict[str, str]]:
    """The same answers, each with what leads over the whole range, harm included, where a sensitivity analysis says another."""
    whole = {each["question"]: each for each in analysed["answers"]} if analysed else {}
    for each in told:
        other = whole.get(each["question"])
        if other and other["lever"] != each["lever"]:
            first = re.split(r"[\u202f ]?;[\u202f ]|\. ", other["size"], maxsplit=1)[0]
            each["contrast"] = f"{said('report.another', first=first)} {each['contrast']}".strip()
    return told


def first_by_context(study: Study, output: str, named: dict[str, str]) -> str:
    """In which contexts another lever than the pooled leader comes first, and where it is undecided."""
    place = study.rank_intervals[output]
    leaders = [lever for lever in place if place[lever].split("-")[0] == "1"]
    table = study.levers_by_context[study.levers_by_context["output"] == output]
    same: list[str] = []
    other: dict[str, list[str]] = {}
    open_: list[str] = []
    for context, rows in table.groupby("context", sort=False):
        where = low_first(named[str(context)])
        top = [row["input"] for row in rows.to_dict("records") if row["rank"].split("-")[0] == "1"]
        if len(top) > 1:
            open_.append(where)
        elif leaders == top:
            same.append(where)
        else:
            other.setdefault(spoken(top[0]), []).append(where)
    if not other and not open_:
        return said("report.same_in_each")
    told = [said("report.who_in", who=said("report.the_same"), where=listed(same))] if same else []
    told += [said("report.who_in", who=lever, where=listed(places)) for lever, places in other.items()]
    told += [said("report.who_in", who=told_word("undecided"), where=listed(open_))] if open_ else []
    return said("report.by_context", parts=clauses(told))


def best_sentence(study: Study, outcome: str, named: dict[str, str]) -> str:
    """Which of the four role models does best in which context."""
    rows = study.best[(study.best["assumption"] == "default") & (study.best["outcome"] == outcome)]
    won: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        who = named[row["best"]] if not row["rivals"] else told_word("undecided")
        won.setdefault(who, []).append(low_first(named[row["context"]]))
    key = "growth" if outcome == "revenue_growth" else OUTCOMES[outcome].better
    parts = [
        said("report.who_in", who=who, where=said("report.every_context") if len(where) == len(rows) else listed(where))
        for who, where in won.items()
    ]
    return said(f"report.best_{key}", outcome=title_of(outcome).lower(), parts=clauses(parts))


def control_sentence(study: Study, named: dict[str, str], outcome: str = "revenue_growth") -> str:
    """How the controls compare with the role model that does best in their context, pair by pair."""
    rows = study.controls[(study.controls["outcome"] == outcome) & (study.controls["verdict"] != "baseline")]
    told = []
    for arm in dict.fromkeys(rows["role_model"]):
        mine = rows.loc[rows["role_model"] == arm, "verdict"]
        parts = ", ".join(
            said("report.verdict_in", verdict=told_word(verdict), n=count) for verdict, count in mine.value_counts().items()
        )
        told.append(said("report.control", who=control_name(named[arm]), parts=parts, contexts=len(mine)))
    return said("report.controls", outcome=title_of(outcome), parts=clauses(told))


def equal_changes(study: Study, named: dict[str, str]) -> dict[str, object]:
    """Which verdicts equal dispositions change, the same number of pairs on both sides: a `lead` and `lines`."""
    keys = ["context", "role_model", "outcome"]
    few = study.alternatives[study.alternatives["assumption"] == "default"]
    both = pd.concat([few, study.role_models[study.role_models["dispositions"] == "equal"]])
    both = both.pivot(index=keys, columns="dispositions", values="verdict").reset_index()
    both = both[both["outcome"].isin(STATEMENTS) & ~both["equal"].isin(["baseline", "not defined"])]
    moved = both[both["as described"] != both["equal"]]
    lines = []
    for (arm, outcome, old, new), part in moved.groupby(["role_model", "outcome", "as described", "equal"], sort=False):
        where = [low_first(named[context]) for context in contexts() if context in set(part["context"])]
        who, verdicts = f"{named[str(arm)]}, {title_of(str(outcome)).lower()}", {"old": told_word(old), "new": told_word(new)}
        lines.append(said("report.becomes", who=who, **verdicts, where=listed(where)))
    pairs = study.size.alternative_pairs
    lead = said("report.changed", pairs=pairs, n=len(moved), whole=len(both)) if lines else said("report.unchanged", pairs=pairs)
    return {"lead": lead, "lines": lines}


def _quarters() -> int:
    from tandem.sim.parameters import Parameters

    return Parameters().quarters
