"""Firms drawn from the population: the same firm whoever asks, the same bits by both roads, within what is declared."""

import numpy as np
import pytest

from tandem.experiments.firms.population import Population
from tandem.sim import simulate_batch
from tandem.sim.mistake import Mistake
from tandem.sim.parameters import describe
from tandem.sim.scenario import Scenario, ScenarioError

POPULATION = Population.load("population", parameters={"dyad.trust_loss": 0.05, "market.saturation": 3.0})


def test_a_firm_is_the_same_however_many_are_drawn():
    few, many = POPULATION.firms(20, seed=3), POPULATION.firms(700, seed=3)
    assert few.table.equals(many.table.iloc[:20])
    assert not few.table.equals(POPULATION.firms(20, seed=4).table)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"levers.smart_goals": 1.0},
        {"levers.skills": 0.0, "market.churn": 0.004},
        {"targets.specificity": 1.0},
        {"ceo.hours": 20.0},
    ],
)
def test_records_are_those_of_the_scenarios_bit_for_bit(changes):
    firms = POPULATION.firms(25, seed=1)
    for scenario, record in zip(firms.scenarios(), firms.records(changes)):
        assert scenario.with_(changes).records().tobytes() == record.tobytes()


def test_an_intervention_is_that_of_the_scenario_bit_for_bit():
    firms, changes = POPULATION.firms(25, seed=1), {"levers.adaptation": 1.0, "communication.transparency": 1.0}
    for scenario, record in zip(firms.scenarios(), firms.records(changes, week=53)):
        assert scenario.at(53, changes).records().tobytes() == record.tobytes()


def test_draw_gives_scenarios_that_play():
    firms = Population.load("population").draw(30, seed=1)
    assert all(isinstance(firm, Scenario) for firm in firms)
    outcomes = simulate_batch(firms, runs=1, seed=1).outcomes
    assert np.isfinite(outcomes["revenue_growth"]).all() and np.isfinite(outcomes["trust_mean"]).all()


def test_firms_differ_as_declared():
    table = POPULATION.firms(4000, seed=2, pairs_only=False).table
    allowed = {row["path"]: (row["low"], row["high"]) for row in describe() if row["low"] is not None}
    for law in POPULATION.laws:
        low, high = allowed[law.path]
        assert table[law.path].between(low, high).all(), law.path
        if law.law == "beta":
            assert table[law.path].mean() == pytest.approx(law.mean, abs=4 * law.spread / 4000**0.5)
            assert table[law.path].std() == pytest.approx(law.spread, rel=0.06)
    weights = table[[f"coo.priorities.{goal}" for goal in ("growth", "brand", "innovation", "efficiency", "customers")]]
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    shares = table["role_model"].value_counts(normalize=True)
    assert shares["strategist-executor"] == pytest.approx(0.4, abs=0.03)
    # Practices come together as declared: a common cause of weight .4 makes a correlation of about .16.
    assert table["levers.skills"].corr(table["levers.smart_goals"]) == pytest.approx(0.16, abs=0.06)
    assert table["levers.skills"].corr(table["dyad.trust"]) == pytest.approx(0.0, abs=0.06)


def test_who_has_a_coo_is_who_needs_one():
    table = POPULATION.firms(3000, seed=2, pairs_only=False).table
    with_, without = table[table["coo"]], table[~table["coo"]]
    assert with_["ceo.skills.operations"].mean() < without["ceo.skills.operations"].mean()
    assert with_["execution.load"].mean() > without["execution.load"].mean()
    fewer = POPULATION.with_({"population.coo.threshold": 1.2}).firms(3000, seed=2, pairs_only=False).table
    assert fewer["coo"].mean() < table["coo"].mean()
    alone = POPULATION.firms(200, seed=5, pairs_only=False)
    for scenario, has in zip(alone.scenarios(), alone.table["coo"]):
        assert scenario.parameters.coo.present == has


def test_cells_are_thirds_of_size_within_a_context():
    firms = POPULATION.firms(600, seed=6)
    table = firms.table.assign(cell=firms.cells)
    small, large = (table[table["cell"] == f"baseline, size {k}"]["size"] for k in (0, 2))
    assert small.max() <= large.min()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "dyad.trust"', 'path = "dyad.trusts"', "dyad.trusts"),
        ('law = "uniform"', 'law = "flat"', "flat"),
        ("[coo]", "[cooo]", "coo"),
        ("spread = 0.18\nshares", "spread = 0.68\nshares", "beta"),
    ],
)
def test_a_bad_population_is_refused_in_one_line(tmp_path, old, new, words):
    from importlib import resources

    text = (resources.files("tandem.scenarios") / "population.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "bad.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ScenarioError, match=words) as caught:
        Population.load(tmp_path / "bad.toml", parameters={}).draw(3)
    assert "\n" not in str(caught.value)


def test_no_population_and_no_firms_are_refused():
    with pytest.raises(ScenarioError, match="no such population"):
        Population.load("populations")
    with pytest.raises(Mistake, match="whole number"):
        POPULATION.draw(0)
