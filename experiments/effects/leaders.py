"""The answer of a comparison: under which scenario the firm grows most and has least conflict, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tandem.experiments.effects.role_models import best_of
from tandem.experiments.pages.numbers import figure_text, scaled
from tandem.sim.intervals import DECIDED, paired_difference, verdict
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.results import Batch
from tandem.sim.texts import listed, semicolon, text
from tandem.sim.until import difference_until_decided

ASKED = ("revenue_growth", "conflict_rate")


@dataclass(frozen=True)
class Lead:
    """Which of several scenarios does best by an outcome, in one context, on shared replicates."""

    context: str
    outcome: str
    best: str
    mean: float
    """Of the best, in the outcome's own unit."""
    next: str | None
    """The one that comes closest; None where there is none to compare."""
    difference: float
    """The best's lead over the next, as a gain (more growth, less conflict), with its paired 95% interval."""
    low: float
    high: float
    rivals: tuple[str, ...]
    """Those that cannot be told from the best: their paired 95% interval includes zero."""
    n: int
    """Pairs."""
    beaten_by: tuple[tuple[str, float, float, float], ...] = ()
    """Controls that do decidedly better than the best: name, gain over it and its 95% interval."""


def leads(batches: Mapping[str, Batch], context: str, controls: Collection[str] = (), until_decided: bool = False) -> list[Lead]:
    """One lead for each of ASKED that is defined in two of the scenarios; `controls` may beat the best, but cannot be it, while
    two others are there. `until_decided`: they were played so, and intervals allow for it."""
    found, apart = [], difference_until_decided if until_decided else paired_difference
    for outcome in ASKED:
        sign = 1.0 if OUTCOMES[outcome].better == "high" else -1.0
        values = {name: sign * np.asarray(batch.units(outcome), dtype=float) for name, batch in batches.items()}
        values = {name: row for name, row in values.items() if not np.isnan(row).all()}
        eligible = {name: row for name, row in values.items() if name not in controls}
        if len(eligible) < 2:
            eligible = values
        if len(eligible) < 2:
            continue
        first = sign * np.asarray(next(iter(batches.values())).units(outcome), dtype=float)
        best = best_of(eligible, first) if until_decided else max(eligible, key=lambda name: float(np.nanmean(eligible[name])))
        behind = {name: apart(row, values[best]) for name, row in values.items() if name != best}
        mine = {name: behind[name] for name in eligible if name != best}
        rivals = tuple(name for name, (_, low, high, _, n) in mine.items() if verdict(low, high, n) not in DECIDED)
        closest = min(mine, key=lambda name: mine[name][0])
        better = tuple(
            (name, -difference, -high, -low)
            for name, (difference, low, high, _, n) in behind.items()
            if name not in eligible and high < 0.0 and verdict(low, high, n) in DECIDED
        )
        difference, low, high, _, n = mine[closest]
        mean = sign * float(np.nanmean(values[best]))
        found.append(Lead(context, outcome, best, mean, closest, difference, low, high, rivals, n, better))
    return found


def answer(found: Sequence[Lead], titles: Mapping[str, str], lang: str = "en") -> list[str]:
    """The leads in a sentence an outcome: growth, then conflict, and one for each control that beats all. Contexts in which the
    same scenarios cannot be told apart are named together. `titles`: of scenarios and contexts, in the language."""
    told = []
    several = len({lead.context for lead in found}) > 1
    for outcome in ASKED:
        here = [lead for lead in found if lead.outcome == outcome]
        if not here:
            continue
        clauses = [_decided(lead, titles, lang, several) for lead in here if not lead.rivals]
        clauses += _open([lead for lead in here if lead.rivals], titles, lang, several)
        told.append(text(f"answer.{outcome}", lang, clauses=semicolon(lang).join(clauses)))
        told += [_control(lead, titles, lang) for lead in here if lead.beaten_by]
    return told


def _where(contexts: Sequence[str], titles: Mapping[str, str], lang: str) -> str:
    return text("answer.where", lang, contexts=", ".join(titles.get(context, context) for context in contexts)) + ", "


def _open(found: Sequence[Lead], titles: Mapping[str, str], lang: str, several: bool) -> list[str]:
    """A clause for each group of scenarios that cannot be told apart, with the contexts in which that is so."""
    groups: dict[frozenset[str], list[Lead]] = {}
    for lead in found:
        groups.setdefault(frozenset((lead.best, *lead.rivals)), []).append(lead)
    clauses = []
    for leads_ in groups.values():
        first = leads_[0]
        names = [text("answer.name", lang, name=titles.get(name, name)) for name in (first.best, *first.rivals)]
        where = _where([lead.context for lead in leads_], titles, lang) if several else ""
        clauses.append(f"{where}{text('answer.open', lang, names=listed(names, lang), n=first.n)}")
    return clauses


def _decided(lead: Lead, titles: Mapping[str, str], lang: str, several: bool) -> str:
    factor, unit = scaled(lead.outcome, lang)
    width = lead.high - lead.low
    gain = {
        name: figure_text(value, factor, False, width, lang)
        for name, value in (("difference", lead.difference), ("low", lead.low), ("high", lead.high))
    }
    names = {"best": titles.get(lead.best, lead.best), "other": titles.get(str(lead.next), str(lead.next))}
    mean = f"{figure_text(lead.mean, factor, lang=lang)} {unit}"
    where = _where([lead.context], titles, lang) if several else ""
    return f"{where}{text(f'answer.decided.{lead.outcome}', lang, mean=mean, n=lead.n, **names, **gain)}"


def _control(lead: Lead, titles: Mapping[str, str], lang: str) -> str:
    """What a control does better than every role model, and what to think of that."""
    factor, _ = scaled(lead.outcome, lang)
    told = []
    for name, difference, low, high in lead.beaten_by:
        figures = {
            key: figure_text(value, factor, False, high - low, lang)
            for key, value in (("difference", difference), ("low", low), ("high", high))
        }
        points = text(f"answer.unit.{lead.outcome}", lang)
        told.append(text("answer.control", lang, name=titles.get(name, name), points=points, **figures))
    where = titles.get(lead.context, lead.context)
    return text(f"answer.beaten.{lead.outcome}", lang, context=where, controls=listed(told, lang))
