"""Factors of a user's own at every door: the same law from a file and from a dict, arms that stay paired, and clear refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tandem
from tandem.experiments.commands.main import status
from tandem.experiments.store import Plan, of_plan
from tandem.experiments.store.declared_factors import declared_factors
from tandem.experiments.store.varied import varied
from tandem.sim.mistake import Mistake
from tandem.sim.panel import simulate_panel

FACTORS = """
[factors]
"dyad.trust" = { distribution = "beta", a = 4, b = 2 }
"ceo.hours" = { low = 5, high = 20 }
"market.churn" = { distribution = "lognorm", s = 0.3, scale = 0.004, low = 0.001, high = 0.02 }

[groups]
people = ["dyad.trust", "ceo.hours"]
"""
TIED = FACTORS.split("[groups]")[0] + '[correlation]\npairs = [["dyad.trust", "ceo.hours", 0.6]]\n'
DICT = {
    "factors": {
        "dyad.trust": stats.beta(4, 2),
        "ceo.hours": (5, 20),
        "market.churn": {"distribution": "lognorm", "arguments": {"s": 0.3}, "scale": 0.004, "low": 0.001, "high": 0.02},
    },
    "groups": {"people": ["dyad.trust", "ceo.hours"]},
}


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "factors.toml"
    place.write_text(FACTORS)
    return place


@pytest.fixture
def tied(tmp_path):
    place = tmp_path / "tied.toml"
    place.write_text(TIED)
    return place


def test_a_file_and_a_dict_say_the_same(file):
    places = np.random.default_rng(0).random((50, 3))
    one, other = (declared_factors(given) for given in (file, DICT))
    assert one.groups == other.groups
    for path, values in one.values(places).items():
        np.testing.assert_array_equal(values, other.values(places)[path])


def test_a_plan_draws_what_the_dict_draws(tmp_path):
    tables = {"scenarios": ["silence"], "replicates": 1, "design": {"kind": "sobol", "points": 64}}
    law = {"dyad.trust": {"distribution": "beta", "a": 4, "b": 2}, "ceo.hours": {"low": 5, "high": 20}}
    more = {"correlation": {"pairs": [["dyad.trust", "ceo.hours", 0.8]]}}
    both = [
        pd.concat([block.to_pandas() for block in of_plan(Plan.of({**tables, "factors": law, **tie})).points.blocks()])
        for tie in ({}, more)
    ]
    apart, together = both
    np.testing.assert_allclose(np.sort(apart["ceo.hours"]), np.sort(np.linspace(5, 20, 65)[:-1]), atol=0.5)
    assert stats.spearmanr(together["dyad.trust"], together["ceo.hours"])[0] == pytest.approx(0.8, abs=0.1)
    assert abs(stats.spearmanr(apart["dyad.trust"], apart["ceo.hours"])[0]) < 0.2
    assert of_plan(Plan.of({**tables, "factors": law, **more})).spec() != of_plan(Plan.of({**tables, "factors": law})).spec()


def test_a_saltelli_or_factorial_plan_refuses_correlation():
    tables = {"scenarios": ["silence"], "replicates": 1, "correlation": {"pairs": [["dyad.trust", "ceo.hours", 0.8]]}}
    law = {"dyad.trust": {"low": 0.2, "high": 0.8}, "ceo.hours": {"low": 5, "high": 20}}
    with pytest.raises(ValueError, match="random design"):
        Plan.of({**tables, "factors": law, "design": {"kind": "saltelli", "points": 8}})


def test_sensitivity_ranks_groups_with_interactions_and_intervals(file, tmp_path, capsys):
    found = tandem.sensitivity("success-story", file, "trust_mean", n=64, seed=2, interactions=True)
    table = found.table.set_index(["measure", "input"])
    pair = table.loc[("interaction_mean", "people & market.churn")]
    assert pair["low"] <= pair["estimate"] <= pair["high"]
    assert found.rank_intervals["trust_mean"]["people"] == "1"
    asked = ["sensitivity", "success-story", "--factors", str(file), "--outcome", "trust_mean", "--rows", "64", "--seed", "2"]
    assert status([*asked, "--interactions", "--out", str(tmp_path / "out")]) == 0
    kept = pd.read_csv(tmp_path / "out" / "indices.csv")
    np.testing.assert_allclose(kept["estimate"].astype(float), found.table["estimate"], rtol=1e-9)
    told = capsys.readouterr().out
    assert "parameters: ensemble" in told
    assert "people & market.churn" in told


@pytest.mark.slow
def test_sensitivity_takes_shapley_effects_where_factors_hang_together(tied, tmp_path, capsys):
    found = tandem.sensitivity("success-story", tied, ["trust_mean"], n=64, seed=2)
    assert set(found.table["measure"]) == {"shapley_mean", "first_mean", "total_mean", "noise_share"}
    assert {"pawn_median", "delta"} == set(found.second["measure"])
    asked = ["sensitivity", "success-story", "--factors", str(tied), "--outcome", "trust_mean", "--rows", "64", "--seed", "2"]
    assert status([*asked, "--out", str(tmp_path / "out")]) == 0
    kept = pd.read_csv(tmp_path / "out" / "indices.csv")
    np.testing.assert_allclose(kept["estimate"], found.table["estimate"], rtol=1e-9)
    told = capsys.readouterr().out
    assert "neither adds up to 1" in told
    assert status(["rerun", str(tmp_path / "out")]) == 0


def test_arms_stay_paired_and_each_pair_has_its_own_draw(file):
    firms = {name: tandem.Scenario.load(name) for name in ("silence", "success-story")}
    asked = varied("ensemble", file, firms, seed=3)
    batches = {name: tandem.simulate_batch(firm, runs=30, seed=3, parameters=asked) for name, firm in firms.items()}
    values = asked.drawn_factors
    assert np.unique(values["dyad.trust"]).size == len(values["dyad.trust"])
    pair = asked.drawn(3, [0], [5])[0]
    by_hand = firms["silence"].with_({path: float(column[pair]) for path, column in values.items()})
    base = int(np.flatnonzero((asked.base.known.sets == asked.known.sets.iloc[pair]).all(axis=1))[0])
    alone = tandem.simulate(by_hand, seed=3, replicate=5, parameters=base).outcomes
    assert alone["trust_mean"] == batches["silence"].values("trust_mean")[0, 5]
    plain = tandem.simulate_batch(firms["silence"], runs=30, seed=3)
    assert not np.array_equal(plain.values("trust_mean"), batches["silence"].values("trust_mean"))


@pytest.mark.slow
def test_compare_and_advise_take_factors(file, tmp_path, capsys):
    out = tmp_path / "out"
    asked = ["--factors", str(file), "--seed", "3"]
    assert status(["compare", "silence", "success-story", "--runs", "30", *asked, "--out", str(out)]) == 0
    assert "its own draw of 3 factors" in capsys.readouterr().out
    firms = {name: tandem.Scenario.load(name) for name in ("silence", "success-story")}
    same = tandem.compare("silence", "success-story", runs=30, seed=3, parameters=varied("ensemble", file, firms, 3))
    table = pd.read_csv(out / "comparison.csv").set_index(["scenario", "outcome"])
    mine = same.table.set_index(["scenario", "outcome"])
    key = ("success-story", "revenue_growth")
    assert table.loc[key, "difference"] == pytest.approx(mine.loc[key, "difference"], rel=1e-9)
    assert status(["rerun", str(out)]) == 0
    assert status(["advise", "silence", "--runs", "50", *asked]) == 0
    assert "its own draw of 3 factors" in capsys.readouterr().out
    file.write_text('[factors]\n"levers.skills" = { low = 0, high = 1 }\n')
    assert status(["advise", "silence", "--runs", "50", *asked]) == 2
    assert "advice sets the levers itself" in capsys.readouterr().err


def test_discover_plays_its_points(tmp_path, capsys):
    place = tmp_path / "f.toml"
    place.write_text('[factors]\n"dyad.trust" = { low = 0.1, high = 0.9 }\n"ceo.hours" = { low = 5, high = 20 }\n')
    found = tandem.discover_among("success-story", place, "trust_mean", below=0.5, points=200, seed=1)
    assert "dyad.trust" in " ".join(found.told)
    asked = ["discover", "success-story", "--factors", str(place), "--outcome", "trust_mean", "--below", "0.5", "--points", "200"]
    assert status([*asked, "--seed", "1", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "told.txt").read_text("utf-8").splitlines()[0] == found.told[0]
    capsys.readouterr()


@pytest.mark.parametrize("command", ["sensitivity", "compare", "advise", "discover"])
def test_bad_factors_are_one_line_and_exit_2(command, tmp_path, capsys):
    place = tmp_path / "bad.toml"
    for text in (
        "x = 1\n",
        '[factors]\n"dyad.trsut" = { low = 0, high = 1 }\n',
        '[factors]\n"dyad.trust" = { distribution = "norm" }\n',
        "[factors\n",
    ):
        place.write_text(text)
        assert status([command, "silence", "--factors", str(place), "--out", str(tmp_path / "out")]) == 2
        error = capsys.readouterr().err
        assert [line for line in error.splitlines() if line.startswith("tandem:")] == error.splitlines()[-1:]
        assert "bad.toml" in error
    assert not (tmp_path / "out").exists()


# -- adapters ----------------------------------------------------------------------------------


def test_a_table_keeps_inputs_beside_outcomes():
    design = pd.DataFrame({"dyad.trust": [0.2, 0.8], "levers.communication": [0.1, 0.9], "_label": ["a", "b"]}, index=[7, 3])
    firm = tandem.Scenario.load("success-story")
    paired = tandem.simulate_frame(design, firm, runs=2, seed=4)
    own = tandem.simulate_frame(design, firm, runs=2, seed=4, paired=False, outcomes=["cash"])
    assert paired["_label"].tolist() == ["a", "a", "b", "b"]
    for row in paired.to_dict("records"):
        moved = firm.with_({path: row[path] for path in ("dyad.trust", "levers.communication")})
        alone = tandem.simulate(moved, seed=4, replicate=row["replicate"]).outcomes
        assert all(alone[name] == row[name] or alone[name] != alone[name] for name in alone)
        if row["row"] == 1:
            other = tandem.simulate(moved, seed=4, replicate=row["replicate"], firm=1).outcomes["cash"]
            assert other == own["cash"][2 + row["replicate"]]
    assert paired.attrs["provenance"]["paired"] is True


@pytest.mark.parametrize(
    ("table", "scenario", "said"),
    [
        (pd.DataFrame({"dyad.trsut": [0.2]}), "silence", "dyad.trust"),
        (pd.DataFrame({"dyad.trust": [0.2, 3.0]}), "silence", "row 1"),
        (pd.DataFrame({"dyad.trust": [0.2, None]}), "silence", "row 1"),
        (pd.DataFrame({"dyad.trust": []}), "silence", "no rows"),
        (pd.DataFrame({"dyad.trust": [0.2]}), None, "name the scenario"),
        (pd.DataFrame({"dyad.trust": [0.2]}), ["silence", "success-story"], "column `scenario`"),
        ([1, 2], "silence", "DataFrame"),
    ],
)
def test_bad_tables_are_one_sentence(table, scenario, said):
    with pytest.raises(Mistake, match=said):
        tandem.simulate_frame(table, scenario)


def test_salib_sees_inputs_and_not_luck():
    firms = tandem.FactorFirms("silence", {"dyad.trust": (0.2, 0.8), "ceo.hours": stats.triang(0.5, 5, 10)}, "trust_mean")
    problem, evaluate = firms.as_salib(replicates=2, seed=3)
    assert problem["bounds"] == [[0.2, 0.8], [0.0, 1.0]]
    points = problem.sample_sobol(64, calc_second_order=False, seed=1).samples  # without a seed, other points at every run
    once, again = evaluate(points), evaluate(points)
    assert np.array_equal(once, again)
    still = points.copy()
    still[:, 1] = still[0, 1]
    still[:, 0] = still[0, 0]
    assert np.ptp(evaluate(still)) == 0.0  # equal rows, equal luck
    found = problem.evaluate(evaluate).analyze_sobol(calc_second_order=False)
    assert found.analysis["ST"][0] > 0.8


def test_salib_and_the_workbench_know_no_correlation(tied):
    firms = tandem.FactorFirms("silence", tied, "trust_mean")
    with pytest.raises(Mistake, match="no correlation"):
        firms.as_salib()


def test_the_workbench_plays_the_same_firms():
    workbench = pytest.importorskip("ema_workbench")
    firms = tandem.FactorFirms("silence", {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)}, ["trust_mean", "cash"])
    _, evaluate = firms.as_salib(replicates=2, seed=3)
    experiments, outcomes = workbench.perform_experiments(firms.as_ema_model(replicates=2, seed=3), scenarios=4)
    same = evaluate(experiments[["dyad_trust", "ceo_hours"]].to_numpy(dtype=float))
    np.testing.assert_allclose(outcomes["trust_mean"], same[:, 0], rtol=1e-12)
    np.testing.assert_allclose(outcomes["cash"], same[:, 1], rtol=1e-12)


def test_a_panel_as_a_table_and_as_a_cube():
    xarray = pytest.importorskip("xarray")
    panel = simulate_panel(["silence", "success-story"], runs=2, seed=1, columns=["ceo_trust", "customers"])
    table, cube = panel.to_frame(), panel.to_xarray()
    assert isinstance(cube, xarray.Dataset)
    back = cube.to_dataframe().reset_index()[list(table)]
    pd.testing.assert_frame_equal(back.sort_values(["firm_id", "replicate", "week"], ignore_index=True), table)
    assert np.array_equal(cube["customers"].to_numpy(), panel["customers"])
