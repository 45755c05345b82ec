"""Sensitivity from a finished sweep: what each design allows, with the right figures; what it does not allow is said."""

import itertools

import numpy as np
import pandas as pd
import pytest
from SALib.sample import sobol as saltelli

from tandem.experiments.commands.main import status
from tandem.experiments.sensitivity import given_data, swept
from tandem.experiments.sensitivity.given_data import Sample
from tandem.experiments.store import Plan, of_plan, open_sweep, run

PI = np.pi
TRUE = {"first": (0.314, 0.442, 0.0), "total": (0.558, 0.442, 0.244), "x1 & x3": 0.244}


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def noisy(y, replicates, seed, common=3.0):
    """Runs with luck of their own, and with luck that moves all points of a replicate alike."""
    draw = np.random.default_rng(seed)
    return y[:, None] + 2 * draw.normal(size=(len(y), replicates)) + common * draw.normal(size=(1, replicates))


def blocks(seed, n=512, replicates=4):
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-PI, PI]] * 3}
    values = noisy(ishigami(saltelli.sample(problem, n, calc_second_order=True, seed=seed)), replicates, seed)
    return swept._of_blocks(values.reshape(n, 8, replicates), problem["names"], True, seed, [], "y")


def test_a_saltelli_design_gives_first_total_and_interactions_free_of_luck():
    table = pd.DataFrame(blocks(1, 2048)).set_index(["measure", "input"])
    for measure in ("first", "total"):
        for name, truth in zip(("x1", "x2", "x3"), TRUE[measure]):
            found = table.loc[(f"{measure}_mean", name)]
            assert abs(found["estimate"] - truth) < 4 * found["se"] + 0.01
    pair = table.loc[("interaction_mean", "x1 & x3")]
    assert pair["low"] <= TRUE["x1 & x3"] <= pair["high"]
    assert table.loc[("interaction_mean", "x1 & x2"), "low"] <= 0.0 <= table.loc[("interaction_mean", "x1 & x2"), "high"]


def test_their_intervals_cover():
    inside = []
    for seed in range(24):
        table = pd.DataFrame(blocks(seed, 256, 2)).set_index(["measure", "input"])
        for measure, name, truth in (("total_mean", "x1", 0.558), ("total_mean", "x3", 0.244), ("first_mean", "x2", 0.442)):
            inside.append(table.loc[(measure, name), "low"] <= truth <= table.loc[(measure, name), "high"])
    assert np.mean(inside) > 0.88


def test_a_grid_is_shared_out_exactly():
    levels = np.linspace(-1, 1, 4)
    points = pd.DataFrame(itertools.product(levels, levels, ["x", "y"]), columns=["a", "b", "word"])
    y = points["a"] + points["a"] * points["b"] + np.where(points["word"] == "x", 0.5, -0.5)
    parts = np.var(points["a"]), np.var(points["a"] * points["b"]), 0.25
    table = pd.DataFrame(swept._of_grid(Sample(points, noisy(y.to_numpy(), 3, 1) * 0 + y.to_numpy()[:, None]), [], "y"))
    found = table.set_index(["measure", "input"])["estimate"]
    whole = sum(parts)
    assert found["first_mean", "a"] == pytest.approx(parts[0] / whole)
    assert found["total_mean", "b"] == pytest.approx(parts[1] / whole)
    assert found["interaction_mean", "a & b"] == pytest.approx(parts[1] / whole)
    assert found["first_mean", "word"] == pytest.approx(0.25 / whole)


def test_points_that_stand_for_themselves_give_first_indices_that_cover():
    inside = []
    for seed in range(24):
        x = np.random.default_rng(seed).uniform(-PI, PI, (400, 3))
        sample = Sample(pd.DataFrame(x, columns=["x1", "x2", "x3"]), noisy(ishigami(x), 4, seed))
        found = pd.DataFrame(given_data.first_indices(sample, seed)).set_index("input")
        inside += [found.loc[n, "low"] <= t <= found.loc[n, "high"] for n, t in zip(found.index, TRUE["first"])]
    assert np.mean(inside) > 0.85  # bins are somewhat coarse for the waves of x2


def test_what_does_nothing_is_not_told_from_the_inert_one():
    x = np.random.default_rng(5).random((400, 3))
    sample = Sample(pd.DataFrame(x, columns=["much", "little", "nothing"]), noisy(4 * x[:, 0] + x[:, 1], 4, 5))
    for method, measure in (("pawn", "pawn_median"), ("delta", "delta")):
        found = pd.DataFrame(given_data.moment_free(sample, method, 1)).set_index("input")
        assert set(found["measure"]) == {measure}
        assert found.loc["much", "low"] > found.loc[given_data.INERT, "high"]
        assert found.loc["nothing", "low"] <= found.loc[given_data.INERT, "high"]


PLAN = {
    "scenarios": ["success-story"],
    "replicates": 2,
    "quarters": 2,
    "outcomes": ["trust_mean"],
    "factors": {"dyad.trust": {"low": 0.2, "high": 0.9}, "ceo.hours": {"low": 5, "high": 20}},
}


@pytest.fixture(scope="module", params=["saltelli", "sobol", "tied", "factorial"])
def sweep(request, tmp_path_factory):
    kind = {"tied": "latin-hypercube"}.get(request.param, request.param)
    tables = {**PLAN, "design": {"kind": kind, "points": 64}}
    if request.param == "tied":
        tables["correlation"] = {"pairs": [["dyad.trust", "ceo.hours", 0.5]]}
    if request.param == "saltelli":
        tables["design"]["second_order"] = True
    if request.param == "factorial":
        tables["factors"] = {"dyad.trust": [0.2, 0.5, 0.9], "ceo.hours": [5, 20]}
        tables["design"], tables["replicates"] = {"kind": "factorial"}, 8
    place = tmp_path_factory.mktemp("swept") / request.param
    run(of_plan(Plan.of(tables)), place, workers=1)
    return place


@pytest.mark.slow
def test_each_design_says_what_it_allows(sweep, tmp_path, capsys):
    found = swept.of_finished(open_sweep(sweep))
    used = dict(zip(found.estimators["estimator"], found.estimators["used"]))
    whole = sweep.name in ("saltelli", "factorial")
    assert used["first indices"]
    assert used["total indices"] == used["interactions of two"] == whole
    assert used["PAWN"] == used["delta"] == (sweep.name != "factorial")
    assert all(found.estimators.loc[~found.estimators["used"], "why"].str.len() > 10)
    assert found.table[["low", "high"]].notna().all(axis=None)
    leading = found.table[found.table["measure"] == "first_mean"].set_index("input")["estimate"]
    assert leading["dyad.trust"] > 0.8
    assert ("hang together" in " ".join(found.told)) == (sweep.name == "tied")
    assert status(["sensitivity", str(sweep), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert whole or "total indices: not used, it" in told
    assert "parameters: ensemble" in told
    assert (tmp_path / "out" / "indices.csv").is_file()
    again = pd.read_csv(tmp_path / "out" / "indices.csv")
    np.testing.assert_allclose(again["estimate"], found.table["estimate"])


def test_what_does_not_go_together_is_one_line(sweep, tmp_path, capsys):
    for more in (["--strata"], ["--factors", "x.toml"], ["--outcome", "joy"]):
        assert status(["sensitivity", str(sweep), *more, "--out", str(tmp_path / "out")]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
