"""Every parameter that a scenario may set moves some outcome of some firm, to the last bit: what is declared is played."""

from typing import Any

import numpy as np
import pytest

from tandem.experiments.validation.plausibility import random_firms
from tandem.sim import Scenario, simulate_batch
from tandem.sim.parameters import DOMAINS, describe
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.paths import FIELDS

# The marketing lead votes and decides for teams, but is no half of the pair: nothing draws his goals, and he debates nothing.
IDLE = {f"marketing_lead.{name}" for name in ("anchor", "style", "openness")}
# Without these, trust, mediation and common ground move by what their parameters alone say.
PLAIN = {f"switches.{name}": False for name in ("reliance", "mediated_quarrel", "vacant_ground")}
OFF_BY_DEFAULT = [row["path"] for row in describe() if row["role"] == "switch" and not row["default"]]
SHOCKS = ("restructuring", "technology", "competitor", "crisis", "market_jump", "trust_shock", "coo_departure")
SOUR = {"dyad.trust": 0.2, "culture.trust": 0.2, "dyad.ceo_power": 0.65, "clarity.timer_weeks": 0.5, "judgment.tolerance": 0.1}
GONE = {"hazards.ceo_departure": 0.1, "hazards.coo_departure": 0.1, "hazards.vacancy_longest": 30.0}
TRYING = {"quarters": 8, "decisions.experiment.arrivals_per_week": 1.5, "execution.load": 1.5}


def firms() -> list[Scenario]:
    """Random firms with and without shocks, and some in which rare rules and steps of the ladder are in force."""
    drawn = list(random_firms(16, 5))
    events = [{"week": 4 * place + 5, "kind": kind, "size": 1.0} for place, kind in enumerate(SHOCKS)]
    drawn = [firm.with_({"quarters": 8, "events": events[: 4 * (number % 3)]}) for number, firm in enumerate(drawn)]
    pair = Scenario.of(role_model="co-pilot").with_({"quarters": 8, **SOUR})
    return [
        *drawn,
        pair.with_({f"charter.{domain}.rule": "vote" for domain in DOMAINS}),
        *(pair.with_({"resolution.first": first, "resolution.second": "arbitration"}) for first in ("expert", "decider")),
        Scenario.of(role_model="no-coo").with_({"quarters": 8}),
        *rare(),
    ]


def rare() -> list[Scenario]:
    """Firms in which something happens that others hardly ever see: a charter rewritten in mid-run, experiments without a pair,
    without any leader or at a gate that looks at feasibility, teams that do not report, ruin, leaders who leave for sourness, and
    mechanisms that take the place of others switched off."""
    pair = Scenario.of(role_model="co-pilot").with_({"quarters": 8, **SOUR})
    gate, alone = Scenario.of(role_model="visionary-catalyst").with_(TRYING), Scenario.of(role_model="no-coo").with_(TRYING)
    trying = dict.fromkeys((*OFF_BY_DEFAULT, "assumptions.media_budget_spent"), True)
    return [
        *(
            firm.with_(trying)
            for firm in (pair, gate, alone, Scenario.of(role_model="strategist-executor").with_({"quarters": 8}))
        ),
        gate.with_({**trying, "events": [{"week": 20, "kind": "restructuring", "size": 1.0}], "market.customers": 300000.0}),
        gate.with_({**trying, **{f"teams.{team}.headcount": 8.0 for team in range(6)}}),
        pair.at(20, {"charter.budget.rule": "sole", "charter.campaign.rule": "sole"}),
        alone,
        *(firm.with_(PLAIN) for firm in (pair, alone)),
        pair.with_({**TRYING, "charter.experiment.rule": "team", **GONE}),
        *(firm.with_({"assumptions.gate": "feasibility"}) for firm in (gate, alone)),
        pair.with_({"switches.reporting": False}),
        pair.with_({"market.programme_cost": 400.0}),
        pair.with_({"hazards.ceo_departure": 0.01, "hazards.coo_departure": 0.01}),
    ]


def values(field: Any) -> list[float]:
    """A high, a low and a middling value of a number with bounds, as far as they are finite; none for anything else."""
    low, high = (next((getattr(bound, end) for bound in field.metadata if hasattr(bound, end)), None) for end in ("ge", "le"))
    if low is None or high is None:
        return []
    found = [float(high), float(low), low + 0.37 * (high - low)]
    return [round(value) for value in found] if field.annotation is int else found


def changed(firm: Scenario, path: str, value: float) -> Scenario:
    """The firm with one value set, or as it is where that makes no firm."""
    try:
        return firm.with_({path: value})
    except ScenarioError:
        return firm


def outcomes(chosen: list[Scenario]) -> np.ndarray:
    return simulate_batch(chosen, runs=2, seed=3, parameters="declared").outcomes.iloc[:, 2:].to_numpy()


@pytest.mark.slow
def test_every_parameter_moves_something():
    plain = firms()
    before = outcomes(plain)
    numbers = {path: values(field) for path, field in FIELDS.items() if ".N." not in path and values(field)}
    assert len(numbers) > 200
    idle = {
        path
        for path, tried in numbers.items()
        if all(
            np.array_equal(outcomes([changed(firm, path, value) for firm in plain]), before, equal_nan=True) for value in tried
        )
    }
    assert idle == IDLE
