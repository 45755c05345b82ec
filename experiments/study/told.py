"""What a study's pages say of tables' words: meanings, verdicts, assumptions, where the numbers come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.experiments.files.provenance import provenance_lines
from tandem.experiments.files.record import record_lines
from tandem.experiments.pages.telling import form, page_texts, said, spoken_now, word
from tandem.experiments.pages.words import titles
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import Chosen
from tandem.sim.parameters import describe

if TYPE_CHECKING:
    import pandas as pd

    from tandem.experiments.study.strata import Part
    from tandem.experiments.study.study import Study


def meaning_of(name: str) -> str:
    """What an outcome, or the parameter at a path, means, from the catalogue of the page where it stands there."""
    if (known := page_texts(spoken_now()).get(f"meanings.{name}")) is not None:
        return str(known)
    if name in OUTCOMES:
        return OUTCOMES[name].meaning
    return next(str(row["meaning"]) for row in describe() if row["path"] == name)


def pairs_of(table: pd.DataFrame) -> str:
    """How many pairs the comparisons of a table took: one number, or from least to most where each was played until decided."""
    taken = table.loc[~table["verdict"].isin(["baseline", "not defined"]), "pairs"]
    least, most = (int(taken.min()), int(taken.max())) if len(taken) else (0, 0)
    return form(most, ",") if least == most else said("figures.from_to", least=least, most=most)


def luck_share(study: Study, outcome: str, what: str = "outcome") -> str:
    """How much of the variance over firms is luck, as a part of a sentence; nothing where it was not played."""
    if not len(study.variance):
        return ""
    rows = study.variance
    rows = rows[(rows["outcome"] == outcome) & (rows["what"] == what) & (rows["source"] == "luck")]
    low, high = rows["share"].min(), rows["share"].max()
    return said("figures.luck_of_differences" if what == "difference" else "figures.luck", low=low, high=high)


def verdict_word(verdict: str) -> str:
    """A verdict on what a lever does."""
    return word({"higher": "raises", "lower": "lowers"}.get(verdict, verdict))


def assumptions_of(names: str) -> str:
    """Assumptions as a table has them ("; " between), or that there is none."""
    return "; ".join(map(word, names.split("; "))) if names else word("none")


def source_head(source: str) -> str:
    """A source of the spread at the head of its column."""
    told = word(source)
    return told[:1].upper() + told[1:].lower()


def origin(parameters: Chosen) -> dict[str, str]:
    """Where the numbers of a page come from: word -> text."""
    lines = {**provenance_lines(), **record_lines(), "parameters": parameters.tell(spoken_now())}
    if "commit" in lines:
        lines["commit"] = lines["commit"].replace(" with changes", said("report.with_changes"))
    return {word(name): text for name, text in lines.items()}


def part_name(part: Part) -> str:
    """What was analysed, as a reader says it."""
    if part.kind == "stratum":
        return cell_name(part)
    return titles().get(part.name, word(part.name)) if spoken_now() == "fr" else part.name


def cell_name(part: Part) -> str:
    """A role model in a context; in English by their ids, as the tables have them."""
    if spoken_now() == "en":
        return part.name
    role_model, context = next(iter(part.cells))
    return said("report.who_in", who=titles().get(role_model, role_model), where=titles().get(context, context))
