"""What is held, told by levels, and done in practice: on functions whose answers are known."""

import numpy as np
import pytest
from scipy.special import ndtri

from tandem.experiments.sensitivity import analyse, planned_runs
from tandem.experiments.sensitivity.leading import probabilities
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.sensitivity.runner import Runner, spread_points
from tandem.sim.mistake import Mistake

PLACES = {"place": ["small", "large"]}
SETS = 40


def normal(keys):
    return ndtri(((keys >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53)


def level(column, levels):
    return np.minimum((column * levels).astype(int), levels - 1)


def two_places(x, keys):
    """In the small place a does twice what b does; in the large one b does twice what a does, and all is 100 times larger."""
    large = level(x[:, 2], 2) == 1
    noise = 0.2 * normal(keys)
    return np.where(large, 1000.0 + 100.0 * (x[:, 0] + 2.0 * x[:, 1] + noise), 2.0 * x[:, 0] + x[:, 1] + noise)


def of_pooled(seed=0):
    return analyse(two_places, ["a", "b"], n=1024, seed=seed, replicates=4, held=PLACES)


def close(row, truth):
    return abs(row["estimate"] - truth) <= 4.5 * row["se"] + 0.02


def test_each_cell_counts_alike_whatever_its_spread():
    found = of_pooled()
    assert all(close(found.get("total_mean", name), 0.5) for name in "ab")


def test_without_its_own_spread_a_large_place_would_speak_for_all(monkeypatch):
    monkeypatch.setattr(Runner, "settle_spreads", lambda run, factors, seed, points: setattr(run, "spreads", np.ones((2, 1))))
    assert close(of_pooled().get("total_mean", "a"), 0.2)


def test_each_level_is_told_by_itself():
    found = of_pooled()
    rows = found.within[found.within["measure"] == "total_mean"].set_index(["held", "level", "input"])
    for place, lever, truth in (("small", "a", 0.8), ("small", "b", 0.2), ("large", "a", 0.2), ("large", "b", 0.8)):
        assert close(rows.loc[("place", place, lever)], truth), (place, lever)
    assert rows.groupby(level="level")["n"].first().sum() == 1024
    decided = found.ranks_within.set_index("level")["first"]
    assert decided["small"] == "a" and decided["large"] == "b"


def bent(strength):
    """What a does is turned by the place, b anchors the spread; the truth of interaction over own index is strength squared."""

    def f(x, keys):
        turn = np.where(level(x[:, 2], 2) == 1, 1.0 + strength, 1.0 - strength)
        return turn * x[:, 0] + 4.0 * x[:, 1] + 0.1 * normal(keys)

    return f


@pytest.mark.parametrize(("strength", "word"), [(0.3, "no"), (0.95, "yes")])
def test_a_lever_that_differs_by_more_than_half_of_its_own_depends_on_the_place(strength, word):
    found = analyse(bent(strength), ["a", "b"], n=2**13, seed=1, replicates=2, held=PLACES)
    row = found.depends.set_index("input").loc["a"]
    assert row["depends"] == word and row["decided"]
    assert row["interaction"] / row["own"] == pytest.approx(strength**2, abs=0.15)
    assert found.depends.set_index("input").loc["b", "depends"] == "no"


def by_sets(share):
    """In a share of the sets a leads, in the others b."""

    def f(x, keys):
        leads = level(x[:, 2], SETS) < round(share * SETS)
        return np.where(leads, 2.0 * x[:, 0] + x[:, 1], x[:, 0] + 2.0 * x[:, 1]) + 0.5 * normal(keys)

    return f


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_the_probability_over_sets_that_an_input_leads(share):
    hits = 0
    for seed in range(6):
        found = analyse(by_sets(share), ["a", "b", "set"], n=1024, seed=seed, replicates=2, told_by=("set", SETS))
        table = found.leading.set_index("input")
        assert list(table.index) == ["a", "b"] and table["probability"].sum() == pytest.approx(1.0)
        assert table.loc["a", "probability"] == pytest.approx(share, abs=0.12)
        hits += table.loc["a", "low"] <= share <= table.loc["a", "high"] + 0.01
    assert hits >= 5


def test_few_rows_a_set_do_not_make_the_largest_figure_the_first():
    """All sets alike, much luck: the plain share of sets whose own figure is largest is near a half, the probability near one."""

    def alike(x, keys):
        return 1.3 * x[:, 0] + x[:, 1] + 0.8 * normal(keys ^ (x[:, 2] * 2**40).astype(np.uint64))

    found = analyse(alike, ["a", "b", "set"], n=1024, seed=3, replicates=2, told_by=("set", 200))
    totals, counts = found.moments["0:levels:totals"], found.moments["0:levels:counts"]
    plain = float(np.mean((totals / counts[:, None])[:, :2].argmax(axis=1) == 0))
    assert found.leading.set_index("input").loc["a", "probability"] > plain + 0.05


def test_of_equals_the_first_leads():
    """Whatever was told without any luck leaves nothing to draw."""
    alike = probabilities("y", ["a", "b", "c"], np.full(12, 4), np.full((12, 3), 2.0), np.full((12, 3, 3), 1.0), 1, 0.95)
    assert alike["probability"].tolist() == [1.0, 0.0, 0.0]


def humped(x, keys):
    return -4.0 * (x[:, 0] - 0.35) ** 2 + x[:, 1] + 0.2 * normal(keys)


def test_in_practice_a_hump_is_a_hump_and_a_rise_a_rise():
    found = analyse(humped, ["a", "b", "c"], n=2048, seed=0, replicates=2)
    rows = found.practice.set_index("input")
    assert rows.loc["a", "shape"] == "hump" and rows.loc["b", "shape"] == "rises" and rows.loc["c", "shape"] == "flat"
    assert rows.loc["a", "highest_low"] <= 0.35 <= rows.loc["a", "highest_high"] < 0.7
    assert rows.loc["b", "highest_high"] == 1.0 and rows.loc["b", "highest_low"] >= 0.7
    assert rows.loc["a", "lowered"] == 1.0 and rows.loc["a", "lowered_low"] < 1.0
    assert rows.loc["b", "lowered"] == 0.0 and rows.loc["c", "lowered"] == 0.5
    assert rows.loc["b", "effect"] == pytest.approx(0.8, abs=0.02)


def test_the_interval_of_the_best_level_holds_it():
    holds = 0
    for seed in range(40):
        row = analyse(humped, ["a", "b"], n=256, seed=seed, replicates=2).practice.set_index("input").loc["a"]
        holds += row["highest_low"] <= 0.35 <= row["highest_high"]
    assert holds >= 36


@pytest.mark.parametrize("design", ["pairs", "walks", "subsets"])
def test_all_designs_tell_the_same_of_what_is_held(design):
    found = analyse(two_places, ["a", "b"], n=512, seed=2, replicates=2, held=PLACES, design=design)
    assert close(found.get("total_mean", "a"), 0.5)
    assert len(found.within) and len(found.depends) == 2


def test_what_was_found_can_be_kept_and_read_again(tmp_path):
    found = analyse(by_sets(0.5), ["a", "b", "set"], n=256, seed=0, replicates=2, told_by=("set", SETS), held=PLACES)
    again = Sensitivity.load(found.save(tmp_path / "kept", figures=False))
    assert again.factors == found.factors and set(again.tables()) == set(found.tables())
    for name, table in found.tables().items():
        numbers = table.select_dtypes("number").columns
        np.testing.assert_allclose(again.tables()[name][numbers], table[numbers], rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"held": {"a": ["x", "y"]}}, "name of a factor already"),
        ({"held": {"place": ["only"]}}, "two levels or more"),
        ({"held": {"place": ["x", "x"]}}, "two levels or more"),
        ({"told_by": ("c", 3)}, "not a factor alone"),
        ({"told_by": ("a", 1)}, "number of levels"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    with pytest.raises(Mistake, match=message) as raised:
        analyse(lambda x, keys: x[:, 0], ["a", "b"], n=64, **change)
    assert "\n" not in str(raised.value)


def test_an_output_that_is_not_finite_is_named():
    def broken(x, keys):
        return np.stack([x[:, 0], np.where(x[:, 1] > 0.5, np.nan, 1.0)], axis=1)

    with pytest.raises(ValueError, match="profit"):
        analyse(broken, ["a", "b"], n=64, outputs=["sales", "profit"])


def test_columns_follow_the_order_of_the_mapping():
    found = analyse(lambda x, keys: x[:, 0] + 10.0 * x[:, 2], {"p": "g", "q": "h", "r": "g"}, n=256)
    assert found.get("total_mean", "g")["estimate"] == pytest.approx(1.0) and found.get("effect", "r")["estimate"] > 5.0


def test_few_rows_take_few_points_for_spreads_and_these_are_the_first_of_many():
    assert [spread_points(n) for n in (32, 512, 1024, 2048, 1 << 14)] == [64, 64, 128, 256, 256]
    assert spread_points(1024, looked=True) == 256  # a larger budget goes on with the same spreads
    seen = {}
    for n in (1024, 2048):
        calls = []

        def heard(x, keys, calls=calls):
            calls.append((x.copy(), keys.copy()))
            return two_places(x, keys)

        found = analyse(heard, ["a", "b"], n=n, replicates=2, held=PLACES)
        assert found.runs == sum(len(x) for x, _ in calls) == planned_runs(2, n, 2, cells=2)
        seen[n] = calls[2]  # after the pilot, and a part of it again
    (few, few_keys), (many, many_keys) = seen[1024], seen[2048]
    for cell in (0, 1):
        mine, all_of_it = slice(128 * cell, 128 * (cell + 1)), slice(256 * cell, 256 * cell + 128)
        np.testing.assert_array_equal(few[mine], many[all_of_it])
        np.testing.assert_array_equal(few_keys[mine], many_keys[all_of_it])
        assert set(few[mine, 2]) == {(cell + 0.5) / 2}


def test_luck_of_its_own_is_found_by_playing_a_part_of_the_pilot_again():
    draw = np.random.default_rng(0)

    def lawless(x, keys):
        return x[:, 0] + draw.random(len(x))

    checks = analyse(lawless, ["a", "b"], n=64, replicates=2).checks.set_index("check")
    assert not checks.loc["repeatable", "passed"].any()
    assert (
        analyse(two_places, ["a", "b"], n=64, replicates=2, held=PLACES)
        .checks.set_index("check")
        .loc["repeatable", "passed"]
        .all()
    )
