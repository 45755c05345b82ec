"""The story of a run for a page: turning points with their causes, a sentence for each week, the end. Both languages.

While a run is played, only `points` and `weeks` are told, which know nothing of what comes. `hindsight` and `end` are for after.
"""

from __future__ import annotations

from typing import Any

from tandem.sim.dashboard.specification import SEED, Specification
from tandem.sim.dashboard.staging import stage
from tandem.sim.dashboard.verdict import firm_verdict, pair_verdict, reasons, rules, verdict
from tandem.sim.explain import TurningPoint, event_sentence
from tandem.sim.explain.events import rows
from tandem.sim.parameter_sets import Chosen
from tandem.sim.results import Run
from tandem.sim.texts import LANGUAGES, listed, money, sentence, text, typeset

MOST_STOPS = 7  # beside those for what has a date of its own
EARLIEST_STOP = 4
NEAR = 4  # weeks: two dated happenings so close make one stop
APART = 8  # weeks between a stop and the next one for something less than a dated happening

# At what playing pauses: always for what has a date of its own, and else as they come, not too often.
DATED = (
    "change.applied",
    "shock.restructuring",
    "leader.left",
    "leader.arrived",
    "shock.crisis",
    "shock.competitor",
    "shock.technology",
    "shock.trust",
)
SEEN = (
    "clarity_halved",
    "trust_low",
    "conflict_high",
    "backlog_high",
    "slip.satisfaction",
    "slip.trust",
    "slip.revenue",
    "revenue_below",
    "trust_restored",
    "climb.trust",
    "slip.brand_awareness",
    "quarrels_personal",
    "quarrels_many",
    "revenue_above",
    "conflict_calmed",
)

# How much a kind of turning point says when one looks back, the most telling first.
RANKS = (
    *DATED,
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
    """Weeks at which playing pauses by itself, each chosen by what was known then: no later week adds or removes one."""
    chosen: list[int] = []
    seen = 0
    for week in sorted({point.week for point in points if EARLIEST_STOP <= point.week < last}):
        kinds = {kind_of(point) for point in points if point.week == week}
        since = week - chosen[-1] if chosen else week
        if kinds & set(DATED) and since >= NEAR:
            chosen.append(week)
        elif kinds & set(SEEN) and since >= APART and seen < MOST_STOPS:
            chosen.append(week)
            seen += 1
    return set(chosen)


def told(points: list[TurningPoint], stopping: set[int], changes: dict[int, dict[str, str]]) -> list[dict[str, Any]]:
    """Turning points, each with whether playing stops there, its sentence, its main causes and what stands behind the first, and
    the rule that found it."""
    return [
        {
            "week": point.week,
            "kind": kind_of(point),
            "stop": point.week in stopping,
            "rank": RANKS.index(kind_of(point)) if kind_of(point) in RANKS else len(RANKS),
            "sentence": (changes.get(point.week) if kind_of(point) == "change.applied" else None) or both(point.happened),
            "causes": causes(point),
            "behind": both(point.behind),
            "rule": both(point.rule),
        }
        for point in points
    ]


def causes(point: TurningPoint) -> list[dict[str, Any]]:
    """The main causes of a point, in both languages, as lines of a list."""
    named = {lang: point.named_causes(lang) for lang in LANGUAGES}
    return [
        {"name": {lang: sentence(named[lang][place][0]) for lang in LANGUAGES}, "share": round(share, 3)}
        for place, (_, share) in enumerate(point.causes)
    ]


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
        "pair": pair_verdict(run.outcomes),
        "firm": firm_verdict(run.outcomes),
        "reasons": both(lambda lang: listed([typeset(reason[lang], lang) for reason in why], lang) if why else ""),
        "revenue": revenue,
    }


def story(specification: Specification, run: Run) -> dict[str, Any]:
    """Everything that is told about a run."""
    named, known = changes(specification), run.known_points
    return {
        "points": told(known, stops(known, run.weeks), named),
        "hindsight": told(run.turning_points, set(), named),
        "weeks": weeks(run, named),
        "stage": stage(run),
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
