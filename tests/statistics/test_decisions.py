"""Choices among options where the answer is known: who is best where, regret, and the bracket around what knowing is worth."""

import numpy as np
import pytest
from scipy.special import ndtri

from tandem.experiments.decisions import decide, switching_map


def normal(keys, salt):
    mixed = (keys ^ np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    return ndtri(((mixed >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53)


def two_options(x, keys):
    """P9: a payoff c, uniform in [0, 1], against one half for sure."""
    return np.column_stack([x[:, 0], np.full(len(x), 0.5)])


@pytest.mark.parametrize("seed", [0, 1])
def test_p9(seed):
    found = decide(two_options, ["risky", "safe"], ["c"], n=2**14, seed=seed)
    for name in ("c", "everything"):
        row = found.information.set_index("input").loc[name]
        assert row["low"] == pytest.approx(0.125, abs=0.005)
        assert row["high"] == pytest.approx(0.125, abs=0.005)
        assert row["bound_low"] <= 0.125 + 1e-3
        assert row["bound_high"] >= 0.125 - 1e-3
    options = found.options.set_index("option")
    for name in ("risky", "safe"):
        assert options.loc[name, "best_share"] == pytest.approx(0.5, abs=0.005)
        assert options.loc[name, "regret_low"] == pytest.approx(0.125, abs=0.005)
        assert options.loc[name, "regret_high"] == pytest.approx(0.125, abs=0.005)
    assert found.best == "undecided between risky and safe"


def test_noise_makes_a_bracket_that_holds_the_truth():
    """With luck as large as the stakes the plain maximum errs high and the cross-fitted one low; the truth is between."""

    def noisy(x, keys):
        return two_options(x, keys) + 0.3 * np.column_stack([normal(keys, 1), normal(keys, 2)])

    rows = [
        decide(noisy, ["risky", "safe"], ["c", "idle"], n=2**12, seed=seed).information.set_index("input") for seed in range(8)
    ]
    held = [found.loc["c", "bound_low"] <= 0.125 <= found.loc["c", "bound_high"] for found in rows]
    assert sum(held) >= 6  # bounds of 95% at either end
    row = rows[1]
    assert row.loc["everything", "low"] < 0.125 - 0.01
    assert row.loc["everything", "high"] > 0.125 + 0.01
    assert row.loc["c", "high"] - row.loc["c", "low"] < 0.02
    assert row.loc["idle", "low"] < 0.01
    assert row.loc["idle", "bound_low"] <= 0.0 <= row.loc["idle", "bound_high"]


def test_what_is_better_everywhere_is_best_and_knowing_is_worth_nothing():
    found = decide(
        lambda x, keys: np.column_stack([x[:, 0] + 1.0, x[:, 0], x[:, 0] - 1.0]), ["a", "b", "c"], ["x"], n=256, seed=0
    )
    assert found.best == "a"
    assert list(found.options["verdict"]) == ["best", "worse", "worse"]
    assert list(found.information["high"]) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert list(found.options["regret_high"]) == pytest.approx([0.0, 1.0, 2.0])
    assert list(found.options["worst"]) == pytest.approx([0.0, 1.0, 2.0])


def test_a_switching_map_is_coloured_only_where_it_is_decided():
    def utilities(x, keys):
        return np.column_stack([x[:, 0] - x[:, 1], np.zeros(len(x))]) + 0.2 * np.column_stack([normal(keys, 1), normal(keys, 2)])

    table = switching_map(utilities, ["a", "b"], ["x", "y", "z"], ("x", "y"), n=2**13, seed=0, cells=4)
    assert len(table) == 16
    off = table[table["x"] != table["y"]]
    assert (off["verdict"] == "decided").mean() > 0.9
    assert (off["option"] == np.where(off["x"] > off["y"], "a", "b"))[off["verdict"] == "decided"].all()
    assert (table[table["x"] == table["y"]]["verdict"] == "undecided").mean() >= 0.75
    with pytest.raises(ValueError, match="no factor"):
        switching_map(utilities, ["a", "b"], ["x", "y"], ("x", "w"), n=64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": ["a"]}, "at least two"),
        ({"options": ["a", "a"]}, "at least two"),
        ({"options": ["a", "b", "c"]}, "shape"),
        ({"n": 100}, "power of two"),
        ({"replicates": 1}, "from 2"),
        ({"f": lambda x, keys: np.full((len(x), 2), np.nan)}, "not finite"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    arguments = {"f": two_options, "options": ["risky", "safe"], "factors": ["c"], "n": 64, **change}
    with pytest.raises(ValueError, match=message):
        decide(**arguments)


def test_the_same_seed_gives_the_same_bytes():
    one, two = (decide(two_options, ["risky", "safe"], ["c"], n=256, seed=0) for _ in range(2))
    assert one.information.to_csv() == two.information.to_csv()
    assert one.options.to_csv() == two.options.to_csv()
