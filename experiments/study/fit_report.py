"""Which role model fits which firm, as a part of a study's page: a sentence a context, and the tables behind it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tandem.experiments.effects.fit import agreement, firsts, fit_sentence, quoted
from tandem.experiments.pages.numbers import figure_text, interval_text
from tandem.experiments.pages.page import Section, Table
from tandem.experiments.pages.telling import clauses, form, said
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import listed, low_first
from tandem.experiments.study.fitting import AS_DESCRIBED, EQUAL
from tandem.sim.intervals import look


def section(table: pd.DataFrame, named: dict[str, str], growth: str) -> Section:
    """Sentences and tables as the template takes them. `table`: of `tandem.experiments.study.fitting.fit_tables`; `growth`: the
    sentence on growth alone, told beside."""
    found = {str(word): firsts(part) for word, part in table.groupby("dispositions", sort=False)}
    return {
        "told": [fit_sentence(row, named) for row in found[AS_DESCRIBED].to_dict("records")],
        "agreed": counted(found),
        "everywhere": everywhere(found[AS_DESCRIBED], named),
        "growth": growth,
        "described": _table(table[table["dispositions"] == AS_DESCRIBED], found[AS_DESCRIBED], named),
        "equal": _table(table[table["dispositions"] == EQUAL], found[EQUAL], named),
    }


def counted(found: Mapping[str, pd.DataFrame]) -> str:
    """How often the article's role model is first or undecided for first; `found`: tables of `firsts` by dispositions."""
    return said("fit.counted", described=agreement(found[AS_DESCRIBED]), equal=agreement(found[EQUAL]))


def everywhere(table: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Whether one role model is first, or undecided for first, in every context; `table`: of `firsts`."""
    sets = [set(first.split("; ")) for first in table["first"]]
    common = [arm for arm in named if all(arm in each for each in sets)]
    if not common:
        return said("fit.nobody")
    who = listed([quoted(named[arm]) for arm in common])
    if table["decided"].all():
        return said("fit.everywhere", who=who)
    return said("fit.first_or_not_told", n=len(common), who=who, still=int((~table["decided"]).sum()))


def short(table: pd.DataFrame, named: dict[str, str]) -> str:
    """Who fits which firm, in one sentence: by what a firm of each context wants."""
    who: dict[str, list[str]] = {}
    for row in firsts(table[table["dispositions"] == AS_DESCRIBED]).to_dict("records"):
        first = [quoted(named[arm]) for arm in row["first"].split("; ")]
        name = first[0] if len(first) == 1 else said("report.undecided", names=listed(first))
        who.setdefault(name, []).append(low_first(named[row["context"]]))
    parts = [said("report.who_in", who=name, where=listed(where)) for name, where in who.items()]
    return said("fit.short", parts=clauses(parts))


def answer(table: pd.DataFrame, named: dict[str, str], growth: str) -> dict[str, str]:
    """The first screen's answer: who fits which firm, by its wishes; growth alone told beside."""
    found = {str(word): firsts(part) for word, part in table.groupby("dispositions", sort=False)}
    described = found[AS_DESCRIBED]
    decided = int(described["decided"].sum())
    return {
        "question": said("fit.question"),
        "lever": _headline(described, named),
        "size": short(table, named),
        "sure": said("fit.sure", decided=decided, contexts=len(described), n=int(described["n"].min())),
        "where": counted(found),
        "contrast": growth,
    }


def _headline(table: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Never more than the first places decide."""
    first = set(table.loc[table["decided"], "first"])
    if not first:
        return said("fit.open_everywhere")
    if len(first) > 1 or everywhere(table, named) == said("fit.nobody"):
        return said("fit.depends")
    if table["decided"].all():
        return named[first.pop()]
    return said("fit.open_in", n=int((~table["decided"]).sum()), contexts=len(table))


def _table(table: pd.DataFrame, first: pd.DataFrame, named: dict[str, str]) -> Table:
    """A row a context and role model, the best first."""
    rows, agreed = [], first.set_index("context")["agreed"].to_dict()
    for row in table.to_dict("records"):
        lead = {
            "main": figure_text(row["difference"], 1.0, True, row["high"] - row["low"]),
            "aside": interval_text(row, 1.0),
            "look": look(row["verdict"], "high"),
        }
        words = said("fit.named", word=told_word(agreed[row["context"]])) if row["named"] else ""
        rows.append(
            [
                {"main": named[row["context"]]},
                {"main": named[row["role_model"]], "aside": words},
                {"main": f"{row['place']}"},
                {**lead, "aside": said("fit.against", interval=lead["aside"], rival=named[row["rival"]])},
                {"main": form(row["n"], ",")},
                {"main": told_word(row["verdict"])},
            ]
        )
    heads = [said(f"head.{name}") for name in ("context", "role_model", "rank", "fit", "pairs", "verdict")]
    return {"heads": heads, "words": (0, 1, 5), "rows": rows}
