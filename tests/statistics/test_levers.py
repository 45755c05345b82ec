"""The ranking of levers where the answer is known: exact effects, undecided ties, and a design that confounds nothing."""

import numpy as np
import pytest

from tandem.experiments.effects.designs import random_cells, random_levels
from tandem.experiments.effects.levers import (
    HIGH,
    LOW,
    effect_table,
    effects,
    effects_within,
    opposed,
    pooled_model,
    rank_intervals,
    ranks,
)
from tandem.sim.parameters import LEVERS
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario

THREE = ("a", "b", "c")


def weighted(*weights):
    """A model of one output: the weighted sum of its levers, and the row's luck."""
    return lambda points, replicates: (points @ np.array(weights) + 0.1 * replicates)[:, None]


def test_effect_is_weight_times_step_whatever_the_luck():
    found = effects(weighted(3.0, -2.0, 0.0), 32, levers=THREE)
    table = effect_table(found, ("y",)).set_index("input")
    assert table["estimate"].to_dict() == pytest.approx({"a": 3 * (HIGH - LOW), "b": -2 * (HIGH - LOW), "c": 0.0}, abs=1e-9)
    assert list(table.index) == ["a", "b", "c"]  # by size, whatever the sign
    assert table["verdict"].to_dict() == {"a": "higher", "b": "lower", "c": "same"}
    assert set(table["n"]) == {32}


def test_rank_compares_sizes_not_signs():
    found = effects(weighted(1.0, -2.0, 0.5), 32, levers=THREE)
    assert rank_intervals(found, ("y",)) == {"y": {"b": "1", "a": "2", "c": "3"}}


def test_ties_are_undecided():
    found = {"a": np.full((50, 1), 0.5), "b": np.full((50, 1), 0.5), "c": np.full((50, 1), 0.1)}
    table = ranks(found, ("y",)).set_index(["first", "second"])["larger"]
    assert table[("a", "b")] == "undecided"
    assert rank_intervals(found, ("y",))["y"] == {"a": "1-2", "b": "1-2", "c": "3"}


def test_noise_larger_than_the_difference_is_undecided():
    noise = np.random.default_rng(1).normal(size=(200, 2))
    found = {"a": 1.0 + noise[:, :1], "b": 1.02 + noise[:, 1:]}
    assert rank_intervals(found, ("y",))["y"] == {"a": "1-2", "b": "1-2"}


def test_undefined_pairs_are_left_out():
    moves = np.array([[1.0], [1.0], [np.nan], [1.0]])
    row = effect_table({"a": moves}, ("y",)).iloc[0]
    assert (row["estimate"], row["n"]) == (1.0, 3)


def test_both_ends_of_a_pair_share_luck_and_other_levers():
    seen = []

    def listening(points, replicates):
        seen.append((points.copy(), replicates.copy()))
        return np.zeros((len(points), 1))

    effects(listening, 16, seed=5, levers=THREE)
    for place, ((low, first), (high, second)) in enumerate(zip(seen[::2], seen[1::2])):
        assert np.array_equal(first, second)
        assert np.all(low[:, place] == LOW)
        assert np.all(high[:, place] == HIGH)
        others = [other for other in range(3) if other != place]
        assert np.array_equal(low[:, others], high[:, others])


def test_levels_are_new_with_another_seed_and_the_same_with_the_same():
    assert np.array_equal(random_levels(64, 5, 3), random_levels(64, 5, 3))
    assert not np.array_equal(random_levels(64, 5, 3), random_levels(64, 5, 4))


def test_every_cell_meets_the_whole_range_of_every_lever():
    """Cells taken in turn along a Sobol sequence would each meet only a part of the first levers' range."""
    levels, cells = random_levels(1024, 5), random_cells(1024, 20)
    assert set(np.bincount(cells)) <= {51, 52}
    for role_model in range(4):
        mine = levels[cells % 4 == role_model]
        assert np.all(mine.min(axis=0) < 0.05)
        assert np.all(mine.max(axis=0) > 0.95)
        assert np.all(np.abs(mine.mean(axis=0) - 0.5) < 0.08)
    in_turn = np.arange(1024) % 4
    assert levels[in_turn == 0][:, 0].max() - levels[in_turn == 0][:, 0].min() < 0.55  # what the design avoids


def test_each_role_model_has_its_own_table():
    found = {"a": np.array([[1.0], [1.0], [5.0], [5.0]]), "b": np.array([[2.0], [2.0], [3.0], [3.0]])}
    tidy = effects_within(found, np.array(["x", "x", "z", "z"]), ["z", "x"], outputs=("y",))
    assert list(dict.fromkeys(tidy["role_model"])) == ["z", "x"]
    table = tidy.set_index(["role_model", "input"])
    assert table["estimate"].to_dict() == {("x", "b"): 2.0, ("x", "a"): 1.0, ("z", "a"): 5.0, ("z", "b"): 3.0}
    assert table["rank"].to_dict() == {("x", "b"): "1", ("x", "a"): "2", ("z", "a"): "1", ("z", "b"): "2"}


def test_each_context_has_its_own_table():
    found = {"a": np.array([[1.0], [5.0]]), "b": np.array([[2.0], [3.0]])}
    tidy = effects_within(found, np.array(["calm", "wild"]), ["wild", "calm"], "context", ("y",))
    assert tidy.columns[0] == "context"
    assert list(dict.fromkeys(tidy["context"])) == ["wild", "calm"]


def test_a_lever_that_helps_one_role_model_and_harms_another_is_named():
    found = {"a": np.array([[1.0], [1.0], [-1.0], [-1.0]]), "b": np.array([[2.0], [2.0], [3.0], [3.0]])}
    table = effects_within(found, np.array(["x", "x", "z", "z"]), ["x", "z"], outputs=("y",))
    assert opposed(table, "y") == {"a": (["x"], ["z"])}


def test_the_pooled_model_plays_what_the_scenarios_say():
    """A row of the pooled model is the run of its role model and context with its lever levels, bit for bit."""
    cells = [("co-pilot", "agile"), ("strategist-executor", "baseline"), ("brand-performance", "rapid-growth")]
    met, points = np.array([0, 1, 2, 0]), random_levels(4, 5, seed=2)
    got = pooled_model(cells, met, seed=9)(points, np.arange(4))
    for row in range(4):
        arm, context = cells[met[row]]
        levers = {f"levers.{name}": float(level) for name, level in zip(LEVERS, points[row])}
        alone = simulate_batch(Scenario.of(role_model=arm, context=context).with_(levers), runs=row + 1, seed=9).outcomes
        assert list(got[row]) == list(alone[["revenue_growth", "conflict_rate"]].iloc[row])


def test_poor_and_good_practice_stand_where_every_page_says():
    assert (LOW, HIGH) == (0.2, 0.8)


def test_the_table_of_effects_has_the_columns_it_says():
    table = effect_table({"a": np.array([[1.0], [2.0]])}, ("y",))
    assert list(table) == ["output", "input", "measure", "estimate", "low", "high", "se", "n", "verdict"]
