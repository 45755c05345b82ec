"""The story of a run for a page: turning points with their causes, a sentence for each week, the end. Both languages."""

from __future__ import annotations

from functools import partial
from typing import Any

from tandem.sim.dashboard.specification import SEED, Specification
from tandem.sim.dashboard.verdict import reasons, rules, verdict
from tandem.sim.explain import TurningPoint, event_sentence
from tandem.sim.explain.events import rows
from tandem.sim.parameter_sets import Chosen
from tandem.sim.results import Run
from tandem.sim.texts import LANGUAGES, listed, money, sentence, text, typeset

MOST_STOPS = 7
EARLIEST_STOP = 4
NEAR = 4  # weeks: two turning points so close make one stop

# How much a kind of turning point says, the most telling first. What is not here is told, but nothing stops for it.
WEIGHTS = (
    "change.applied",
    "shock.restructuring",
    "leader.left",
    "leader.arrived",
    "shock.crisis",
    "shock.competitor",
    "shock.technology",
    "shock.trust",
    "clarity_halved",
    "trust_low",
    "conflict_high",
    "backlog_high",
    "decline.satisfaction",
    "decline.trust",
    "decline.revenue",
    "revenue_below",
    "trust_restored",
    "rise.trust",
    "decline.brand_awareness",
    "quarrels_personal",
    "quarrels_peak",
    "revenue_above",
    "conflict_calmed",
)

# What a week is worth telling by, the most telling first.
NOW = (
    "leader.left",
    "leader.arrived",
    "shock.restructuring",
    "shock.crisis",
    "shock.competitor",
    "shock.technology",
    "shock.trust",
    "change.applied",
    "conflict.relationship",
    "resolution.arbitration",
    "decision.double_directive",
    "decision.usurped",
    "decision.unilateral",
    "conflict.process",
    "conflict.task.opened",
    "decision.orphaned",
    "decision.reopened",
    "decision.lapsed",
    "campaign.off_brand",
    "resolution.mediation",
    "resolution.expert",
    "resolution.decider",
    "compliance.neglected",
    "experiment.stopped",
    "experiment.failed",
    "experiment.succeeded",
    "conflict.task.settled",
    "shock.market_jump",
    "decision.dropped",
    "experiment.started",
)


def both(tell: Any) -> dict[str, str]:
    """What `tell(lang)` says in each language."""
    return {lang: tell(lang) for lang in LANGUAGES}


def kind_of(point: TurningPoint) -> str:
    """The rule's name, or what happened."""
    return str(point.fields["kind"]) if point.key == "happening" else point.key


def stops(points: list[TurningPoint], last: int) -> set[int]:
    """Weeks at which playing pauses by itself: those of the most telling turning points, not too close together."""
    chosen: list[int] = []
    ranked = [point for point in points if kind_of(point) in WEIGHTS and EARLIEST_STOP <= point.week < last]
    for point in sorted(ranked, key=lambda point: (WEIGHTS.index(kind_of(point)), point.week)):
        if len(chosen) == MOST_STOPS:
            break
        if point.week not in chosen and all(abs(point.week - week) >= NEAR for week in chosen):
            chosen.append(point.week)
    return set(chosen)


def turning(run: Run, changes: dict[int, dict[str, str]]) -> list[dict[str, Any]]:
    """The turning points, each with whether playing stops there, its sentence, its causes and the rule that found it."""
    points = run.turning_points
    stopping = stops(points, run.weeks)
    told = []
    for point in points:
        kind = kind_of(point)
        sign = 1 if str(point.causes_key).endswith("up") else -1
        causes = [{"name": both(partial(cause_name, cause, sign)), "share": round(share, 3)} for cause, share in point.causes]
        bare = TurningPoint(point.week, point.key, point.stock, point.fields)
        words = changes.get(point.week) if kind == "change.applied" else None
        told.append(
            {
                "week": point.week,
                "kind": kind,
                "stop": point.week in stopping,
                "sentence": words or both(bare.sentence),
                "causes": causes,
                "rule": both(point.rule),
            }
        )
    return told


def weeks(run: Run, changes: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    """Week -> the most telling thing that happened in it; weeks without one are left out."""
    best: dict[int, tuple[int, dict[str, Any]]] = {}
    rank = {kind: place for place, kind in enumerate(NOW)}
    events = run.events
    for event in rows(events[events["kind"].isin(NOW)]):
        place = rank[event["kind"]]
        if event["week"] not in best or place < best[event["week"]][0]:
            best[int(event["week"])] = (place, event)
    return {
        week: changes[week]
        if event["kind"] == "change.applied" and week in changes
        else both(lambda lang, event=event: event_sentence(event, lang))
        for week, (_, event) in sorted(best.items())
    }


def cause_name(cause: str, sign: int, lang: str) -> str:
    """A cause that pushed up (sign 1) or down (-1), as a line of a list."""
    return sentence(text(f"cause.{cause}", lang, amount=sign))


def changes(specification: Specification) -> dict[int, dict[str, str]]:
    """Week -> what the interventions of that week are called."""
    from tandem.sim.dashboard.words import action_title, page_text

    told: dict[int, dict[str, str]] = {}
    for act in specification.acts:
        title = both(lambda lang, act=act: action_title(specification.firm, act.action, lang))
        before = told.get(act.week)
        whole = {lang: page_text("act.effect", lang, action=title[lang]) for lang in LANGUAGES}
        told[act.week] = whole if before is None else {lang: f"{before[lang]} {whole[lang]}" for lang in LANGUAGES}
    return told


def end(run: Run, case: str) -> dict[str, Any]:
    """How it ended: the verdict, its reasons, and the sentence on revenue."""
    weekly = run.weekly
    start, last = float(weekly["revenue"].iloc[0]), float(weekly["revenue"].iloc[-1])
    why = reasons(case, run.outcomes)
    revenue = both(
        lambda lang: text(
            "end.revenue", lang, start=money(start, lang), end=money(last, lang), change=last / start - 1.0 if start else 0.0
        )
    )
    return {
        "verdict": verdict(case, run.outcomes),
        "reasons": both(lambda lang: listed([typeset(reason[lang], lang) for reason in why], lang) if why else ""),
        "revenue": revenue,
    }


def story(specification: Specification, run: Run) -> dict[str, Any]:
    """Everything that is told about a run."""
    named = changes(specification)
    return {
        "points": turning(run, named),
        "weeks": weeks(run, named),
        "end": end(run, specification.case),
        "measures": measures(run, specification.case),
    }


def measures(run: Run, case: str) -> dict[str, float | None]:
    """The outcomes by which the case is judged, and three that every firm looks at."""
    names = dict.fromkeys(
        [*(condition.outcome for rule in rules(case) for condition in rule.conditions), "revenue_growth", "trust", "satisfaction"]
    )
    return {name: None if run.outcomes[name] != run.outcomes[name] else round(run.outcomes[name], 4) for name in names}


def played(specification: Specification, parameters: Chosen) -> Run:
    """The run asked for."""
    from tandem.sim.results import simulate

    return simulate(specification.scenario, SEED, specification.luck, parameters=parameters)
