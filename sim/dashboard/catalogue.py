"""What a page needs to know before it asks for a run: cases, splits, contexts, controls, charts, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from tandem.sim.dashboard.controls import CONTROLS, FIRST_LEVERS, actions, fixed_parts, standing
from tandem.sim.dashboard.headline import for_page
from tandem.sim.dashboard.specification import SEED, known, loaded
from tandem.sim.dashboard.verdict import ends_better, means, rules, verdict
from tandem.sim.dashboard.words import action_title, page_texts
from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.own_outcomes import OwnOutcome, own_among
from tandem.sim.parameter_sets import Chosen, chosen
from tandem.sim.parameters import describe
from tandem.sim.results import simulate, simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.catalogue import find
from tandem.sim.series import HUNDRED, THEMES
from tandem.sim.texts import LANGUAGES, typeset

KEYED = 10  # cases with an `order` up to this stand on the keys 1 to 9 and 0
LUCKS_TRIED = 40
HALF = 0.5
ORDER = ("breaks", "drifts", "holds")
CALM = 0.05  # of the start: less is the luck of a quarter
THEME_OF_OUTCOME = {
    "revenue_growth": "revenue",
    "conflict_rate": "quarrels",
    "task_conflict_rate": "quarrels",
    "process_conflict_rate": "quarrels",
    "decision_delay_weeks": "delay",
    "lapsed_share": "decisions",
    "omission_rate": "decisions",
    "backlog_weeks": "work",
    "technique": "technique",
    "standing_error": "settings",
    "goal_gap": "tension",
}
"""The chart that shows what an outcome is about."""


def both(told: Any) -> dict[str, str]:
    """A text of a scenario file, typeset in each language; empty where there is none."""
    return {lang: typeset(told[lang], lang) if told is not None else "" for lang in LANGUAGES}


def catalogue(parameters: Chosen) -> dict[str, Any]:
    """The whole answer, made once for each way to choose parameter sets."""
    found, own = _catalogue(parameters.word), own_among(OWN)
    if not own:
        return found
    themes = [{"name": each.name, "series": [each.name], "hundred": each.bounds == (0.0, 1.0)} for each in own]
    texts = {lang: {**found["texts"][lang], **_words(own, lang)} for lang in LANGUAGES}
    return {**found, "themes": [*found["themes"], *themes], "texts": texts}


def _words(own: tuple[OwnOutcome, ...], lang: str) -> dict[str, str]:
    """What a page says of a user's own outcomes, by key."""
    words: dict[str, str] = {}
    for each in own:
        title = typeset(each.title(lang), lang)
        words |= {f"theme.{each.name}": title, f"series.{each.name}": title, f"short.{each.name}": title[:12]}
        hundred = "points out of 100" if lang == "en" else "points sur 100"
        words[f"unit.{each.name}"] = hundred if each.bounds == (0.0, 1.0) else each.unit_in(lang)
    return words


@lru_cache(maxsize=8)
def _catalogue(word: str | int) -> dict[str, Any]:
    parameters = chosen(word)
    names = sorted(known()["case"], key=lambda name: (loaded(name).story.order, name))
    return {
        "version": program_version(),
        "seed": SEED,
        "cases": [case(name, parameters) for name in names],
        "splits": [layer("role_model", name) for name in known()["role_model"]],
        "contexts": [layer("context", name) for name in known()["context"]],
        "controls": [
            {
                "path": control.path,
                "kind": control.kind,
                "low": control.low,
                "high": control.high,
                "step": control.step,
                "options": list(control.options),
                "first": control.path.removeprefix("levers.") in FIRST_LEVERS,
            }
            for control in CONTROLS.values()
        ],
        "themes": [{"name": name, "series": list(series), "hundred": name in HUNDRED} for name, series in THEMES.items()],
        "outcomes": {
            name: {
                "title": {lang: typeset(OUTCOMES[name].title(lang), lang) for lang in LANGUAGES},
                "unit": OUTCOMES[name].unit,
                "better": OUTCOMES[name].better,
            }
            for name in sorted(judged())
        },
        "sources": sources(),
        "headline": for_page(),
        "texts": {lang: dict(page_texts(lang)) for lang in LANGUAGES},
    }


def program_version() -> str:
    """The version of the program, as installed."""
    try:
        return version("tandem-sim")
    except PackageNotFoundError:
        return "0"


def case(name: str, parameters: Chosen) -> dict[str, Any]:
    """One case as its page shows it."""
    firm = loaded(name)
    story = firm.story
    planned = story.intervention
    return {
        "name": name,
        "key": str(story.order % KEYED) if story.order <= KEYED else "",
        "failure": story.failure is not None,
        "title": both(story.title),
        "story": both(story.story),
        "teaches": both(story.teaches),
        "weeks": firm.parameters.weeks,
        "luck": telling_luck(name, parameters),
        "split": firm.role_model,
        "context": firm.context,
        "standing": standing(firm.values),
        "fixed": fixed_parts(firm),
        "right": main_theme(name),
        "means": means(name),
        "fails_when": both(story.failure.reason) if story.failure else dict.fromkeys(LANGUAGES, ""),
        "planned": None if planned is None else planned.week,
        "actions": {action: {lang: action_title(firm, action, lang) for lang in LANGUAGES} for action in actions(firm)},
    }


def telling_luck(name: str, parameters: Chosen) -> int:
    """The luck that a case is shown under, by a rule that the page states: the most ordinary of the first 40 that tell it.

    A luck tells a case where it fails (one that states no failure: where it ends as most of the 40 do), its plan ends better for
    pair or firm, worse for neither, and better by the case's own rule, the plan moves what the case is judged by at least half
    as far as it ordinarily does, and nothing has fallen before the first thing that happens to the firm (see `calm_before`).
    Where no luck does all of that, the later wishes are given up first. Ordinary: nearest to the medians of what the case is
    judged by, of revenue and of trust, each on its own scale.
    """
    firm = loaded(name)
    failure = rules(name)[0]
    outcomes = simulate_batch(firm, LUCKS_TRIED, SEED, threads=False, parameters=parameters).outcomes
    judged_by = list(dict.fromkeys(condition.outcome for condition in failure.conditions))
    named = [*dict.fromkeys([*judged_by, "revenue_growth", "trust"])]
    distance = _unusual(outcomes[named])
    fails = failure.which(outcomes)
    found = np.flatnonzero(fails == (firm.story.failure is not None or fails.mean() > 0.5))
    if firm.story.intervention is not None:
        planned = simulate_batch(firm.branch("intervention"), LUCKS_TRIED, SEED, threads=False, parameters=parameters).outcomes
        before, after = outcomes.to_dict("records"), planned.to_dict("records")
        found = _narrowed(found, lambda luck: turns(name, before[luck], after[luck]))
        gains = planned[judged_by] - outcomes[judged_by]
        usual = (gains * np.sign(gains.median()) >= HALF * gains.median().abs()).all(axis=1)
        found = _narrowed(found, lambda luck: bool(usual[luck]))
    found = _narrowed(found, lambda luck: calm_before(firm, luck, parameters))
    return int(min(found, key=lambda luck: distance[luck], default=0))


def turns(case: str, before: Mapping[Any, float], after: Mapping[Any, float]) -> bool:
    """Whether a plan turns a case: better for pair or firm, worse for neither, and better by the case's own rule."""
    return ends_better(before, after) and ORDER.index(verdict(case, after)) > ORDER.index(verdict(case, before))


def _unusual(outcomes: pd.DataFrame) -> pd.Series:
    """How far each run is from the medians, in spreads of each outcome, summed."""
    spread = outcomes.std().replace(0.0, 1.0)
    return ((outcomes - outcomes.median()).abs() / spread).sum(axis=1)


def _narrowed(lucks: np.ndarray, tells: Callable[[int], bool]) -> np.ndarray:
    """Those of the lucks that tell; all of them where none does."""
    kept = lucks[[tells(int(luck)) for luck in lucks]] if len(lucks) else lucks
    return kept if len(kept) else lucks


def calm_before(firm: Scenario, luck: int, parameters: Chosen) -> bool:
    """Whether neither revenue nor trust has fallen by more than 5 hundredths of its start before the first event of the file."""
    weeks = [event.week for event in firm.parameters.events]
    if not weeks:
        return True
    weekly = simulate(firm, SEED, luck, parameters=parameters).weekly
    stocks = weekly.loc[weekly["week"] < min(weeks), ["revenue", "trust"]].bfill().ffill()
    return bool((stocks.iloc[-1] >= (1.0 - CALM) * stocks.iloc[0]).all())


def main_theme(name: str) -> str:
    """What the right-hand chart shows at first: revenue where the case is judged by it, else what it is judged by."""
    outcomes = [condition.outcome for condition in rules(name)[0].conditions]
    if "revenue_growth" in outcomes:
        return "revenue"
    return next((THEME_OF_OUTCOME[outcome] for outcome in outcomes if outcome in THEME_OF_OUTCOME), "revenue")


def judged() -> set[str]:
    """Outcomes that any case is judged by, and those every firm looks at."""
    named = {condition.outcome for name in known()["case"] for rule in rules(name) for condition in rule.conditions}
    return named | {"revenue_growth", "trust", "satisfaction"}


def layer(kind: str, name: str) -> dict[str, Any]:
    """A split or a context: its name and title."""
    title = find(name, kind=kind).tables().get("title", name)
    return {"name": name, "title": both(dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title)}


def sources() -> dict[str, int]:
    """How many parameters rest on a published figure, on the article that the concepts come from, on assumption."""
    rows = [str(row.get("source", "")) for row in describe()]
    published = sum(source not in ("", "assumption", "article") for source in rows)
    return {"published": published, "article": rows.count("article"), "assumed": len(rows) - published - rows.count("article")}


def scenario_title(firm: Scenario, lang: str) -> str:
    """The title of a case."""
    return typeset(firm.title(lang), lang)
