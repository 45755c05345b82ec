"""What is published about the pair itself, computed on made-up firms with a known answer, and once on firms that are played."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.firms.population import Population
from tandem.experiments.validation import executives
from tandem.experiments.validation.trials import Size, Trial
from tandem.sim.panel import Panel

DRAW = np.random.default_rng(11)


def panel_of(weeks, **columns):
    """A panel with these columns, (firms, times) each."""
    values = np.stack([np.asarray(column, dtype=float) for column in columns.values()], axis=-1)
    return Panel(values[:, None], np.asarray(weeks), tuple(columns))


def test_slopes_are_those_put_in_with_their_errors():
    x, other = DRAW.normal(5, 3, 4000), DRAW.normal(0, 1, 4000)
    found, errors = executives.slopes(2.0 * (x - 5) / 3 - 0.5 * other + DRAW.normal(0, 1, 4000), x, other)
    assert found == pytest.approx([2.0, -0.5], abs=4 * 0.016)
    assert errors == pytest.approx([0.0158, 0.0158], rel=0.05)


def test_a_factor_that_does_not_vary_has_no_slope():
    found, errors = executives.slopes(DRAW.normal(0, 1, 50), np.ones(50), DRAW.normal(0, 1, 50))
    assert abs(found[0]) < 1e-9 and np.isfinite(errors).all()


@pytest.mark.parametrize("interaction", [-0.4, 0.0, 0.4])
def test_an_interaction_has_its_sign(interaction):
    task, trust = DRAW.normal(0, 1, (2, 6000))
    sour = 0.5 * task - 0.3 * trust + interaction * task * trust + DRAW.normal(0, 0.5, 6000)
    trial = SimpleNamespace(table=pd.DataFrame({"task_conflict": task, "trust": 10 + 2 * trust, "relationship_conflict": sour}))
    assert executives.trust_loosens(trial) == pytest.approx(interaction / sour.std(), abs=0.05)


def test_half_way_is_where_half_is_gone():
    assert executives.half_way(np.array([0.9, 0.8, 0.7, 0.6, 0.5])) == pytest.approx(2.0)
    assert executives.half_way(np.array([0.9, 0.6, 0.5, 0.5])) == pytest.approx(2 / 3)
    assert executives.half_way(np.full(5, 0.4)) == 4.0  # it never moves


def paths(low, high, monkeypatch):
    found = {"low": np.array([low, low]), "high": np.array([high, high])}
    monkeypatch.setattr(executives, "return_of_trust", lambda trial: found)


def test_return_is_slower_by_the_ratio_of_the_half_ways(monkeypatch):
    paths([0.1, 0.2, 0.3, 0.4, 0.5], [0.9, 0.5, 0.5, 0.5, 0.5], monkeypatch)
    assert executives.slower_return(None) == pytest.approx(2.0 / 0.5)
    assert executives.regimes(None) == 0.0
    paths([0.1, 0.1, 0.1, 0.1, 0.1], [0.9, 0.7, 0.5, 0.5, 0.5], monkeypatch)  # never back in the time followed
    assert executives.slower_return(None) == pytest.approx(4.0 / 1.0)
    assert executives.regimes(None) == 1.0


@pytest.mark.parametrize("exponent", [0.0, 0.2])
@pytest.mark.parametrize(("larger", "wilder"), [(0.0, 1.0), (4.0, 1.0), (4.0, 5.0)])
def test_the_exponent_of_size_is_the_one_put_in(exponent, larger, wilder):
    """Also where the firms of one line of business are all larger, and grow and fluctuate more, than those of the other."""
    firms, years = 4000, 4
    odd = np.arange(firms) % 2
    size = DRAW.normal(5, 1.5, firms)
    moved = DRAW.normal(0, 1, (firms, years)) * 0.1 * np.exp(-exponent * (size - 5))[:, None]
    moved = np.where(odd, 0.3 + wilder * moved.T, moved.T).T
    size = size + larger * odd
    yearly = np.exp(np.column_stack([size, size[:, None] + np.cumsum(moved, axis=1)]))[:, :years]
    sums = np.column_stack([np.zeros(firms), np.cumsum(yearly, axis=1)])
    panel = panel_of(52 * np.arange(years + 1), revenue_sum=sums)
    lines = pd.DataFrame({"context": np.where(odd, "agile", "baseline")})
    trial = SimpleNamespace(window=(52, 208), panel=panel, firms=SimpleNamespace(table=lines))
    assert executives.size_exponent(trial) == pytest.approx(exponent, abs=0.03)


def test_the_furthest_firm_is_the_one_that_multiplies_most():
    yearly = np.array([[10.0, 20.0, 1000.0, 5.0], [10.0, 10.0, 10.0, 10.0]])
    sums = np.column_stack([np.zeros(2), np.cumsum(yearly, axis=1)])
    trial = SimpleNamespace(long=panel_of(52 * np.arange(5), revenue_sum=sums))
    assert executives.furthest(trial) == pytest.approx(2.0)


# -- played ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trial():
    population = Population.load("population", parameters="default")
    return Trial(population, 3, Size(firms=600, twins=60, long=24))


def test_a_second_executive_is_worth_something_to_some_and_most_to_those_who_have_one(trial):
    assert 0.4 < executives.worth_share(trial) < 0.9
    assert executives.chosen_well(trial) > 0.5
    assert executives.worth_slope(trial, "turbulence") > 0.0
    table = executives.worth_table(trial)
    assert table["worth"].notna().all() and len(table) == 600
    assert executives.worth_slope(trial, "load", errors=True) > 2.0


def test_he_saves_the_chief_executive_hours(trial):
    assert 2.0 < executives.meeting_hours_saved(trial) < 9.0


def test_trust_returns_slowly_and_ends_in_two_regimes(trial):
    assert executives.slower_return(trial) > 2.0
    assert executives.regimes(trial) > 0.3


def test_skills_are_worth_something(trial):
    assert executives.worth_of_skill(trial, "market") > 0.05
    assert executives.worth_of_skill(trial, "operations") > 0.05


def test_forty_years_are_told_by_context_and_decade(trial):
    found = executives.decades(trial)
    assert set(found) <= {"agile", "baseline", "established-brand", "innovative", "rapid-growth"}
    assert all(len(rows) == 4 for rows in found.values())
    assert executives.furthest(trial) < 3.0
