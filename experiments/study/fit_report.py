"""Which role model fits which firm, as a part of a study's page: a sentence a context, and the tables behind it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tandem.experiments.effects.fit import agreement, firsts, fit_sentence, quoted
from tandem.experiments.pages.numbers import figure_text, interval_text
from tandem.experiments.pages.page import Section, Table
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
    return (
        f"The role model that the article names for a context is first there, or cannot be told from the first, in "
        f"{agreement(found[AS_DESCRIBED])} as described, and in {agreement(found[EQUAL])} with equal dispositions."
    )


def everywhere(table: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Whether one role model is first, or undecided for first, in every context; `table`: of `firsts`."""
    sets = [set(first.split("; ")) for first in table["first"]]
    common = [arm for arm in named if all(arm in each for each in sets)]
    if not common:
        return "No role model is first, or undecided for first, everywhere."
    who = listed([quoted(named[arm]) for arm in common])
    if table["decided"].all():
        return f"{who} fits best in every context (decided)."
    still, verb = int((~table["decided"]).sum()), "is" if len(common) == 1 else "are"
    return f"In every context {who} {verb} first or cannot be told from the first (undecided in {still})."


def short(table: pd.DataFrame, named: dict[str, str]) -> str:
    """Who fits which firm, in one sentence: by what a firm of each context wants."""
    who: dict[str, list[str]] = {}
    for row in firsts(table[table["dispositions"] == AS_DESCRIBED]).to_dict("records"):
        first = [quoted(named[arm]) for arm in row["first"].split("; ")]
        name = first[0] if len(first) == 1 else f"undecided between {listed(first)}"
        who.setdefault(name, []).append(low_first(named[row["context"]]))
    return f"Best fit to what such a firm wants: {'; '.join(f'{name} in {listed(where)}' for name, where in who.items())}."


def answer(table: pd.DataFrame, named: dict[str, str], growth: str) -> dict[str, str]:
    """The first screen's answer: who fits which firm, by its wishes; growth alone told beside."""
    found = {str(word): firsts(part) for word, part in table.groupby("dispositions", sort=False)}
    described = found[AS_DESCRIBED]
    decided = int(described["decided"].sum())
    return {
        "question": "Which role model fits which firm?",
        "lever": _headline(described, named),
        "size": short(table, named),
        "sure": f"Decided in {decided} of {len(described)} contexts ({described['n'].min():,} pairs of firms or more).",
        "where": counted(found),
        "contrast": growth,
    }


def _headline(table: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Never more than the first places decide."""
    first = set(table.loc[table["decided"], "first"])
    if not first:
        return "Undecided everywhere"
    if len(first) > 1 or everywhere(table, named).startswith("No role model"):
        return "It depends on the firm"
    if table["decided"].all():
        return named[first.pop()]
    return f"Undecided in {int((~table['decided']).sum())} of {len(table)} contexts"


def _table(table: pd.DataFrame, first: pd.DataFrame, named: dict[str, str]) -> Table:
    """A row a context and role model, the best first."""
    rows, agreed = [], first.set_index("context")["agreed"].to_dict()
    for row in table.to_dict("records"):
        lead = {
            "main": figure_text(row["difference"], 1.0, True, row["high"] - row["low"]),
            "aside": interval_text(row, 1.0),
            "look": look(row["verdict"], "high"),
        }
        words = f"named by the article: {agreed[row['context']]}" if row["named"] else ""
        rows.append(
            [
                {"main": named[row["context"]]},
                {"main": named[row["role_model"]], "aside": words},
                {"main": f"{row['place']}"},
                {**lead, "aside": f"{lead['aside']} against {named[row['rival']]}"},
                {"main": f"{row['n']:,}"},
                {"main": row["verdict"]},
            ]
        )
    heads = ["Context", "Role model", "Rank", "Fit against the best other (standard deviations)", "Pairs", "Verdict"]
    return {"heads": heads, "words": (0, 1, 5), "rows": rows}
