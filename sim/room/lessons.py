"""What the model says to the questions of the quiz, of the case that was played: on many lucks, paired, with intervals.

An option is the answer where it beats every other one by an interval that leaves out nothing, wide enough for all these
comparisons together (95 in a hundred, Bonferroni); else the answer is undecided, and the sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tandem.sim.dashboard.controls import written
from tandem.sim.dashboard.specification import loaded
from tandem.sim.intervals import DECIDED, paired_difference, verdict
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import Chosen
from tandem.sim.parameters import DOMAINS, LEVERS
from tandem.sim.results import simulate_batch
from tandem.sim.room.words import both, told
from tandem.sim.scenario import Scenario
from tandem.sim.texts import typeset

LUCKS = 100
STEP = 0.2
"""By which a lever is raised, of its range from 0 to 1; less where it stands near its top."""
OWNERS = {"ceo": "sole_ceo", "coo": "sole_coo", "both": "average"}
LEVEL = 0.95


def lessons_of(case: str, seed: Any, parameters: Chosen) -> dict[str, dict[str, Any]]:
    """Question of the quiz -> `answer` (None: undecided), `sentence` in each language, and `effects`: by option its mean
    difference from the case as it stands, with the ends of its 95% interval."""
    firm = loaded(case)
    raised = {lever: firm.with_(_raised(firm, lever)) for lever in LEVERS}
    played = _played(firm, raised, seed, parameters)
    conflict, growth = "conflict_rate", "revenue_growth"
    found = {"conflict": _lesson("conflict", played, conflict, -1), "first": _lesson("first", played, growth, 1)}
    deciding = _deciding(firm)
    if deciding:
        found["decide"] = _lesson("decide", _played(firm, deciding, seed, parameters), growth, 1)
    else:
        found["decide"] = _nothing()
    return found


def _raised(firm: Scenario, lever: str) -> dict[str, Any]:
    at = float(firm.values[f"levers.{lever}"])
    return written(f"levers.{lever}", min(1.0, at + STEP), firm)


def _deciding(firm: Scenario) -> dict[str, Scenario]:
    """The case with all domains decided by the CEO, by the COO, by both together, and, where its charter divides them, each by
    whom it names; none where there is no pair."""
    values = firm.values
    if not (values["ceo.present"] and values["coo.present"]):
        return {}
    arms = {key: firm.with_(_all_domains(firm, dict.fromkeys(DOMAINS, right))) for key, right in OWNERS.items()}
    by_domain = divided(firm)
    return arms | ({"by_domain": firm.with_(_all_domains(firm, by_domain))} if by_domain else {})


def _all_domains(firm: Scenario, rights: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for domain, right in rights.items():
        changes |= written(f"charter.{domain}", right, firm)
    return changes


def divided(firm: Scenario) -> dict[str, str]:
    """Each domain to whom the case's charter names; nothing where it names one and the same everywhere."""
    own = {domain: str(firm.values[f"charter.{domain}.decides"]) for domain in DOMAINS}
    return {domain: f"sole_{owner}" for domain, owner in own.items()} if len(set(own.values())) > 1 else {}


def _played(firm: Scenario, arms: Mapping[str, Scenario], seed: Any, parameters: Chosen) -> dict[str, Any]:
    """Outcomes of the case as it stands ("") and of each arm, on the same lucks."""
    names = ["", *arms]
    batch = simulate_batch([firm, *arms.values()], LUCKS, seed, threads=False, parameters=parameters, paired=True)
    table = batch.outcomes
    return {name: table.iloc[place * LUCKS : (place + 1) * LUCKS] for place, name in enumerate(names)}


def _lesson(question: str, played: Mapping[str, Any], outcome: str, better: int) -> dict[str, Any]:
    values = {name: np.asarray(table[outcome], dtype=float) for name, table in played.items()}
    options = [name for name in values if name]
    effects = {name: paired_difference(values[""], values[name])[:3] for name in options}
    if not all(np.isfinite(effects[name]).all() for name in options):
        return _nothing()
    best = max(options, key=lambda name: better * effects[name][0])
    level = 1.0 - (1.0 - LEVEL) / len(options)
    others = options if question == "decide" else ("", *options)  # to raise a lever must help at all
    rivals = [values[name] for name in others if name != best]
    decided = all(_beats(better * values[best], better * rival, level) for rival in rivals)
    shown = {name: {"mean": mean, "low": low, "high": high} for name, (mean, low, high) in effects.items()}

    def sentence(lang: str) -> str:
        key = f"debrief.quiz.{question}.{'decided' if decided else 'undecided'}"
        mean, low, high = (_figure(outcome, value) for value in effects[best])
        unit = OUTCOMES[outcome].unit_in(lang) if outcome != "revenue_growth" else told("debrief.unit.growth", lang)
        slots = {
            "option": told(f"debrief.option.{best}", lang),
            "mean": mean,
            "low": low,
            "high": high,
            "unit": unit,
            "lucks": LUCKS,
        }
        return typeset(told(key, lang, **slots), lang)

    return {"answer": best if decided else None, "effects": shown, "sentence": both(sentence)}


def _beats(mine: np.ndarray, other: np.ndarray, level: float) -> bool:
    """Whether what is higher is so for sure, pair by pair."""
    _, low, high, _, n = paired_difference(other, mine, level)
    return verdict(low, high, n) == DECIDED[0]


def _nothing() -> dict[str, Any]:
    """What is said where there is no pair to be asked about."""
    return {"answer": None, "effects": {}, "sentence": both(lambda lang: typeset(told("debrief.quiz.alone", lang), lang))}


def _figure(outcome: str, value: float) -> float:
    return 100.0 * value if outcome == "revenue_growth" else value
