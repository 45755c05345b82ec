"""Firms at the corners of all declared ranges: nothing runs to infinity, no stock falls below zero, no warning is printed.

A random corner takes each value that is drawn at its lowest (4 in 10), its highest (4 in 10) or anywhere. Mechanisms that were
added after the first corners were played are all on in one of three, else each in three of ten. Both drivers play it.
"""

import warnings

import numpy as np
import pytest

from tandem.sim.model import LeadershipModel
from tandem.sim.parameters import DOMAINS, EVENTS, EVERYBODY, GOALS, KINDS, Parameters, describe
from tandem.sim.results import simulate
from tandem.sim.scenario import Scenario, ScenarioError

# What may be below zero: money, errors and worths in standard deviations.
SIGNED = {
    *("standing_error", "seen_error", "cash", "profit", "sum_profit", "sum_launched_performance", "sum_launched_brand"),
    *("sum_novelty_accepted", "meeting_credit", "vacancy", "path", "rivalry", "line_luck"),
}
ROUNDING = 1e-6  # of hours and credits that are used up to the last minute
LARGEST = 2e16  # kEUR: all people on earth, at the highest price, for forty years
TOGETHER = ("hazards.vacancy_shortest", "hazards.vacancy_longest")
ADDED = (
    *("shared_claims", "calendar", "team_hours", "service_backlog", "lone_load", "supervision", "credit", "experience"),
    *("lone_claims", "owner_certainty", "reliance", "sinister_attribution", "voice", "mediated_quarrel", "common_information"),
    *("outside_role", "debriefs", "commitment", "coherence", "growth_path", "product_lines", "vacant_ground", "records_protect"),
)
# Drawn after everything else, so that the corners that once went wrong are still the same firms.
LATER = (
    *("judgment.customer_insight", "execution.project_slope"),
    *(f"switches.{name}" for name in ("customer_insight", "project_lead", "outside_skill", "hearings", "sponsorship")),
)


def corner(number: int) -> dict:
    """The values of one random corner, by path; the checks between values are kept to, as a user would have to."""
    draw = np.random.default_rng([19, number])
    share, added = draw.choice([0.05, 0.3, 1.0]), draw.random() < 1 / 3
    values: dict = {}
    rows = {row["path"]: row for row in describe()}
    for path, row in rows.items():
        if path.startswith(("teams", "events", "charter")) or path in ("quarters", "marketing_lead.present", "context", *LATER):
            continue
        if path.removeprefix("switches.") in ADDED:
            values[path] = added or bool(draw.random() < 0.3)
        elif draw.random() < share:
            value = one(draw, row)
            values |= {} if value is None else {path: value}
    if not (values.get("ceo.present", True) or values.get("coo.present", True)):
        values["coo.present"] = True
    shortest, longest = (values.get(path, getattr(Parameters().hazards, path.split(".")[1])) for path in TOGETHER)
    values[TOGETHER[1]] = max(shortest, longest)
    # In one order: that of a set differs from process to process, and so would the firm.
    for group in sorted({path.rpartition(".")[0] for path in values if path.rsplit(".")[-1] in GOALS and path.count(".") >= 1}):
        if group.endswith(("priorities", "goals")) and draw.random() < 0.5:  # one goal alone
            values |= {f"{group}.{goal}": 0.0 for goal in GOALS} | {f"{group}.{draw.choice(GOALS)}": 1.0}
        elif group.endswith(("priorities", "goals")) and not any(values.get(f"{group}.{goal}", 0.2) for goal in GOALS):
            values[f"{group}.brand"] = 1.0
    quarters = int(draw.choice([1, 4, 16, 160], p=[0.3, 0.4, 0.28, 0.02]))
    values["quarters"] = quarters
    values["teams"] = [
        {
            "kind": str(draw.choice(KINDS)),
            "headcount": float(draw.choice([0.5, 50, 2])),
            "skill": float(draw.choice([0.0, 1.0])),
            "reporting_per_week": float(draw.choice([0.0, 5.0])),
        }
        for _ in range(draw.integers(1, 11))
    ]
    values["events"] = [
        {"week": int(draw.integers(1, 13 * quarters + 1)), "kind": str(draw.choice(EVENTS)), "size": float(draw.choice([0, 2]))}
        for _ in range(draw.integers(0, 6))
    ]
    values |= {path: one(draw, rows[path]) for path in LATER if draw.random() < share}
    return values


def one(draw: np.random.Generator, row: dict):
    """A value at an end of its range, or anywhere in it."""
    if isinstance(row["default"], bool):
        return bool(draw.random() < 0.5)
    if row["low"] is None:
        return None
    low, high, place = row["low"], row["high"], draw.random()
    value = low if place < 0.4 else high if place < 0.8 else low + (high - low) * draw.random()
    return int(value) if isinstance(row["default"], int) else float(value)


def complaints(number: int) -> list[str]:
    """What is wrong with a run of one corner."""
    try:
        firm = Scenario.of().with_(corner(number))
    except ScenarioError as refused:  # a check between values that the draw does not know: said in one line
        return [] if len(str(refused).splitlines()) == 1 else [str(refused)]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        played = simulate(firm, seed=number, parameters="declared")
        tables = (played.weekly, played.quarterly, played.contributions)
    found = [f"{key} infinite" for key, value in played.outcomes.items() if np.isinf(value)]
    found += [f"{column} infinite" for table in tables for column in numbers(table) if np.isinf(table[column]).any()]
    for kind in ("firm", "leaders", "teams"):
        records = played.trajectory[kind]
        for name in records.dtype.names:
            values = records[name]
            if values.dtype.kind != "f":
                continue
            if not np.isfinite(values).all():
                found.append(f"{kind}.{name} not finite")
            elif np.abs(values).max() > LARGEST:
                found.append(f"{kind}.{name} {np.abs(values).max():.3g}")
            elif values.min() < -ROUNDING and name not in SIGNED:
                found.append(f"{kind}.{name} {values.min():.3g}")
    if played.trajectory["firm"]["customers"].max() > EVERYBODY:
        found.append("more customers than people")
    return found


def numbers(table) -> list[str]:
    return [name for name in table if table[name].dtype.kind == "f"]


# The corners below once ran to infinity, to not-a-number or below zero.
KNOWN = (0, 28, 42, 46, 53, 130, 217, 357, 383, 483, 1758, 2305, 2309, 2367, 2379, 2407, 2426)


def test_nothing_runs_away_at_the_corners():
    wrong = {number: found for number in (*range(100), *KNOWN) if (found := complaints(number))}
    assert wrong == {}


@pytest.mark.long
def test_nothing_runs_away_at_thousands_of_corners():
    wrong = {number: found for number in range(3000) if (found := complaints(number))}
    assert wrong == {}


@pytest.mark.parametrize(
    "path", ["market.target_growth", "market.misfit", "market.jump_size", "market.drift", "market.conversion"]
)
def test_a_single_value_at_its_end_is_borne(path):
    row = next(row for row in describe() if row["path"] == path)
    for value in (row["low"], row["high"]):
        played = simulate(Scenario.of().with_({path: value, "quarters": 16}), parameters="declared")
        assert np.isfinite(played.trajectory["firm"]["customers"]).all()


def test_word_of_mouth_and_growth_without_loss_end_at_everybody():
    firm = Scenario.of().with_(
        {"market.customers": 1e7, "market.target_growth": 2.0, "market.churn": 0.0, "market.word_of_mouth": 0.9, "quarters": 160}
    )
    customers = simulate(firm, parameters="declared").trajectory["firm"]["customers"]
    assert customers.max() <= EVERYBODY and customers[-1] > 1e9


@pytest.mark.parametrize("goal", GOALS)
def test_one_goal_alone_may_pay_and_be_wished_for(goal):
    alone = {name: float(name == goal) for name in GOALS}
    values = {
        f"{group}.{name}": value
        for group in ("market.right_goals", "ceo.priorities", "coo.priorities")
        for name, value in alone.items()
    }
    values |= {f"decisions.{domain}.goals.{name}": value for domain in DOMAINS for name, value in alone.items()}
    played = simulate(Scenario.of().with_({**values, "quarters": 8}), parameters="declared")
    assert np.isfinite(played.trajectory["firm"]["shares"]).all()
    assert np.isfinite(played.trajectory["leaders"]["priorities"]).all()


@pytest.mark.parametrize("number", [*range(6), *KNOWN[:6]])
def test_both_drivers_agree_at_the_corners(number):
    firm = Scenario.of().with_({**corner(number), "quarters": 1, "events": []})
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model = LeadershipModel(firm, seed=number, parameters="declared")
        model.run_model()
        played = simulate(firm, seed=number, parameters="declared")
    assert model.outcomes.keys() == played.outcomes.keys()
    for name, value in played.outcomes.items():
        assert np.array_equal(model.outcomes[name], value, equal_nan=True), name
