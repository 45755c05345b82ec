"""What a role model and a second executive are worth to the firm on the simulator's page, and how that hangs on what the firm is.

Role models and the second executive are those of `advise`, by the same functions, seed and replicates, so that page and command
give the same figures. What a second executive is worth is then asked again of the same firm made smaller and larger, with fewer
and more decisions, in a calmer and a rougher market, and with less and more skilled leaders, on the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.advice.advice import RUNS, pair_choice
from tandem.experiments.advice.playing import Played
from tandem.experiments.advice.raising import GROWTH
from tandem.experiments.advice.second import second_sentence, without_coo
from tandem.experiments.advice.told import role_models_sentence
from tandem.experiments.firms.laws import range_of
from tandem.experiments.firms.population import Population
from tandem.experiments.pages.words import titles
from tandem.sim.dashboard.specification import Specification
from tandem.sim.dashboard.telling import both
from tandem.sim.intervals import mean_interval, verdict
from tandem.sim.parameter_sets import Chosen, chosen
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.paths import flattened

SEED = 0
"""That of `tandem advise`."""
FEWER = 300
"""Replicates of each firm that is not the one on the page."""
TIMES = 2.0
"""How many times smaller and larger: size, load of decisions, turbulence of the market."""
SKILL = 0.2
"""How much less and more skilled both leaders are, on the scale from 0 to 1."""
FACTORS = ("size", "load", "turbulence", "skills")
ENDS = ("growth_low", "growth_high", "verdict", "n")
LEVELS = (-1, 0, 1)
"""Lower, as it is, higher."""


def pair_here(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to the page's question which role model fits this firm and what a second executive is worth to it.

    `asked`: `spec` and `parameters` as in `tandem.sim.dashboard.answers`; what was tried in the middle is left out. Comes back as
    plain tables: told (language -> sentences, those of `advise`); role_models (title, growth in points a year, difference from
    the best with its 95% interval, probability of being the best, decided, n); second (the worth in points of growth a year, its
    interval, verdict, n; None where the file gives a COO or takes it by hand); depends (a row a factor: the worth at each of
    LEVELS, and the change from lower to higher with its paired interval and verdict). Raises ScenarioError for what is not
    understood.
    """
    specification, sets = Specification.read(asked.get("spec")), chosen(asked.get("parameters", "ensemble"))
    firm, played = specification.firm, Played(SEED, sets)
    table, second = pair_choice(firm, RUNS, played)
    worth = _worth(second.iloc[0]["growth_change"], *second.iloc[0][list(ENDS)]) if len(second) else None
    named = {lang: titles(lang) for lang in ("en", "fr")}
    return {
        "spec": specification.plain(),
        "parameters": both(sets.tell),
        "runs": RUNS,
        "told": both(lambda lang: _sentences(table, second, named[lang], lang)),
        "role_models": [_role_model(row, named) for row in table.to_dict("records")],
        "second": worth,
        "depends": depends_here(firm, str(table.iloc[0]["role_model"]), worth, sets) if worth else [],
    }


def _sentences(table: pd.DataFrame, second: pd.DataFrame, named: dict[str, str], lang: str) -> list[str]:
    return [role_models_sentence(table, named, lang), *filter(None, [second_sentence(second, named, lang)])]


def _role_model(row: dict[Any, Any], named: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    figures = {name: round(100.0 * float(row[name]), 2) for name in ("growth", "difference", "low", "high")}
    title = both(lambda lang: named[lang][row["role_model"]])
    sure = {"probability": round(float(row["probability"]), 3), "decided": bool(row["decided"]), "n": int(row["n"])}
    return {"name": row["role_model"], "title": title, **figures, **sure}


def _worth(change: Any, low: Any, high: Any, kind: Any, n: Any) -> dict[str, Any]:
    """A worth in points of growth a year."""
    points = {"worth": change, "low": low, "high": high}
    return {**{name: round(100.0 * float(value), 2) for name, value in points.items()}, "verdict": str(kind), "n": int(n)}


def depends_here(firm: Scenario, best: str, usual: dict[str, Any], sets: Chosen) -> list[dict[str, Any]]:
    """What a second executive is worth to the firm at three levels of each factor, a row a factor; `best`: the role model that a
    firm without a COO would take on, as in `advise`; `usual`: the worth to the firm as it is."""
    played, rows = Played(SEED, sets), []
    for factor in FACTORS:
        worths = {level: _growths(shifted(firm, factor, level), best, played) for level in LEVELS if level}
        levels = [{"level": level, **(_of(worths[level]) if level else usual)} for level in LEVELS]
        change = _of(worths[1] - worths[-1])
        rows.append({"factor": factor, "levels": levels, "change": change})
    return rows


def _growths(firm: Scenario, best: str, played: Played) -> np.ndarray:
    """What a COO brings in each replicate, (replicates,), share a year."""
    has = bool(firm.parameters.coo.present)
    beside = without_coo(firm) if has else firm.with_({"role_model": best})
    own, others = (played.first(one, FEWER)[:, GROWTH] for one in (firm, beside))
    gained: np.ndarray = own - others if has else others - own
    return gained


def _of(values: np.ndarray) -> dict[str, Any]:
    mean, low, high, _, n = mean_interval(values)
    return _worth(mean, low, high, verdict(low, high, n), n)


def shifted(firm: Scenario, factor: str, level: int) -> Scenario:
    """The firm with a factor lower (level -1) or higher (1): size as the population scales it, load of decisions and turbulence
    (drift and jumps) by TIMES, all skills of both leaders by SKILL."""
    values = flattened(firm.values)
    if factor == "skills":
        paths = {path: 1.0 for path in values if path.startswith(("ceo.skills.", "coo.skills."))}
        return firm.with_({path: _within(path, float(values[path]) + level * SKILL) for path in paths})
    times = TIMES**level
    if factor == "size":
        scales = {item["path"]: item["exponent"] for item in Population.load("population").declared["size"]["scales"]}
    else:
        scales = dict.fromkeys({"load": ["execution.load"], "turbulence": ["market.drift", "market.jumps"]}[factor], 1.0)
    changes: dict[str, Any] = {}
    for path, exponent in scales.items():
        if path == "teams.headcount":
            changes |= {
                f"teams.{number}.headcount": team.headcount * times**exponent for number, team in enumerate(firm.parameters.teams)
            }
        else:
            changes[path] = _within(path, float(values[path]) * times**exponent)
    return firm.with_(changes)


def _within(path: str, value: float) -> float:
    low, high = range_of(path)
    return float(np.clip(value, low, high))
