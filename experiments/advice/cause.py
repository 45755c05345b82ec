"""The cause that a case states, switched off on the same luck: what it is worth, and whether what is advised first reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.advice.playing import Played
from tandem.experiments.advice.said import interval, lever_said, listed_levers, signed
from tandem.experiments.advice.wishes import NAMES, SHORT
from tandem.sim.intervals import DECIDED, verdict
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.paths import flattened, lever_of
from tandem.sim.scenario.story import Step
from tandem.sim.texts import semicolon, text, typeset
from tandem.sim.until import difference_until_decided

if TYPE_CHECKING:
    import pandas as pd

    from tandem.experiments.advice.advice import Advice

COLUMNS = ("levers", "by", *(f"{name}_{end}" for name in SHORT for end in ("change", "low", "high")), "n")


def levers_of_cause(scenario: Scenario) -> tuple[list[str], str]:
    """The levers that carry the stated cause of a case, in the order of LEVERS, and how that is known: "cause" (switching it off
    sets them or parts of them), "plan" (no lever does; the case's own intervention or remedy sets these), "none"."""
    for name, parts in (("cause", ("cause",)), ("plan", ("intervention", "remedy"))):
        steps = [step for step in (getattr(scenario.story, part) for part in parts) if step is not None]
        paths = [path for step in steps for path in flattened({**getattr(step, "off", {}), **step.set})]
        found = {path.removeprefix("levers.") if path.startswith("levers.") else lever_of(path) for path in paths}
        if levers := [lever for lever in LEVERS if lever in found]:
            return levers, name
    return [], "none"


def cause_worth(scenario: Scenario, played: Played, runs: int) -> pd.DataFrame:
    """What switching off the stated cause changes, one row: levers (that carry it, joined by "; "), by (see `levers_of_cause`),
    change and paired 95% interval of growth (growth_change, growth_low, growth_high; share a year), conflict (conflict_change,
    ...; episodes a quarter) and profit (profit_change, ...; kEUR a week), n (replicates). No row where the firm states no
    cause."""
    import pandas as pd

    if scenario.story.cause is None:
        return pd.DataFrame(columns=list(COLUMNS))
    levers, by = levers_of_cause(scenario)
    before, after = played.until_decided(scenario, scenario.branch("cause"), runs, tuple(SHORT.values())[:2])
    row: dict[str, object] = {"levers": "; ".join(levers), "by": by}
    for name, outcome in SHORT.items():
        column = NAMES.index(outcome)
        values = difference_until_decided(before[:, column], after[:, column])
        row |= dict(zip((f"{name}_change", f"{name}_low", f"{name}_high"), values[:3]))
    return pd.DataFrame([{**row, "n": len(before)}], columns=list(COLUMNS))


def cause_sentences(advice: Advice, lang: str = "en") -> list[str]:
    """What the stated cause is worth, and whether what is raised first reaches it; if not, why not. None where none is stated."""
    step = advice.scenario.story.cause
    if step is None or not len(advice.cause):
        return []
    row: Any = advice.cause.iloc[0]
    title = typeset(step.title[lang], lang) if step.title is not None else ", ".join(flattened(step.set))
    conflict = ""
    if np.isfinite(row["conflict_change"]):
        conflict = ", " + text(
            "advice.cause.conflict",
            lang,
            change=signed(row["conflict_change"], "+.2f", lang),
            interval=interval(row["conflict_low"], row["conflict_high"], "+.2f", lang),
        )
    told = text(
        "advice.cause.worth",
        lang,
        title=title,
        growth=signed(100 * row["growth_change"], "+.2f", lang),
        interval=interval(100 * row["growth_low"], 100 * row["growth_high"], "+.2f", lang),
        conflict=conflict,
    )
    return [
        f"{told} {_reached(advice, step, [lever for lever in str(row['levers']).split('; ') if lever], str(row['by']), lang)}"
    ]


def _reached(advice: Advice, step: Step, levers: list[str], by: str, lang: str) -> str:
    """Whether a lever that carries the cause is among what is raised first; if none is, why each is not."""
    if not levers:
        return text("advice.cause.no_lever", lang, paths=", ".join(flattened(step.set)))
    first = {lever for lever, _ in advice.moves.best} | {advice.first_lever}
    reached = [lever for lever in levers if lever in first]
    key = "by_cause" if by == "cause" else "by_plan"
    carried = text(f"advice.cause.{key}", lang, n=len(levers), levers=listed_levers(levers, lang))
    if reached:
        return f"{carried} {text('advice.cause.reached', lang, n=len(reached), levers=listed_levers(reached, lang))}"
    return " ".join([carried, *(_why_not(advice, lever, lang) for lever in levers)])


def _why_not(advice: Advice, lever: str, lang: str) -> str:
    """Why a lever that carries the cause is not raised first: at its top, no help decided, harm, or others that help more, or
    as well as far as can be told."""
    row: Any = advice.levers.set_index("lever").loc[lever]
    if not row["raised"]:
        return text("advice.cause.at_top", lang, lever=lever_said(lever, lang))
    found = verdict(row["growth_low"], row["growth_high"], row["n"])
    key = "less" if found == DECIDED[0] else "harms" if found == DECIDED[1] else "undecided"
    if key == "less" and row["behind_low"] <= 0.0:
        key = "close"
    return text(
        f"advice.cause.{key}",
        lang,
        lever=lever_said(lever, lang),
        growth=signed(100 * row["growth_change"], "+.2f", lang),
        interval=interval(100 * row["growth_low"], 100 * row["growth_high"], "+.2f", lang),
        conflict=semicolon(lang) + text("advice.cause.calms", lang, change=signed(row["conflict_change"], "+.2f", lang))
        if row["conflict_high"] < 0.0
        else "",
    )
