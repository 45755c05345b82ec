"""What a study found, in sentences made from its tables: the answers of the first screen, and the short list under it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from tandem.experiments.effects.role_models import STATEMENTS, contexts
from tandem.experiments.effects.second import share_sentence
from tandem.experiments.pages.numbers import figure_text, interval_text, scaled, with_unit
from tandem.experiments.pages.page import Section
from tandem.experiments.pages.telling import clauses, said
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import control_name, listed, low_first, low_title, spoken, title_of
from tandem.experiments.study import fit_report
from tandem.experiments.study.figures import opposed_sentence
from tandem.sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from tandem.experiments.study.study import Study


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
        lever: f"{spoken(lever)} ({with_unit(figure_text(rows.loc[lever, 'estimate'], factor, True), unit)} "
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
                effect=with_unit(figure_text(rows.loc[lever, "estimate"], factor, True), unit),
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
    pairs = study.size.known_pairs
    lead = said("report.changed", pairs=pairs, n=len(moved), whole=len(both)) if lines else said("report.unchanged", pairs=pairs)
    return {"lead": lead, "lines": lines}
