"""A plan given as `--factors`: what it says stands for what the command does not name, and what is not used is said."""

import numpy as np
import pandas as pd
import pytest

import tandem
from tandem.experiments.commands.main import status
from tandem.experiments.store.declared_factors import OF_PLANS, TABLES
from tandem.experiments.store.plan import PlanTables
from tandem.experiments.store.varied import varied
from tandem.sim.mistake import Mistake

PLAN = """
scenarios = ["silence", "success-story"]
quarters = 3
replicates = 2
outcomes = ["late_trust", "trust_mean"]

[own_outcomes.late_trust]
formula = "mean(last(trust, 13))"
unit = "0-1"
better = "higher"

[factors]
"dyad.trust" = { low = 0.2, high = 0.9 }
"ceo.hours" = { low = 5, high = 20 }

[design]
kind = "latin-hypercube"
points = 8
"""
NOTE = "not used here: replicates (a sweep's own), design (a sweep's own)"


@pytest.fixture(autouse=True)
def forgotten():
    yield
    tandem.forget_outcomes()


@pytest.fixture
def plan(tmp_path):
    place = tmp_path / "plan.toml"
    place.write_text(PLAN)
    return place


def firms():
    return {name: tandem.Scenario.load(name).with_({"quarters": 3}) for name in ("silence", "success-story")}


def test_the_keys_of_plans_are_known():
    assert {*TABLES, *OF_PLANS} == set(PlanTables.model_fields)


def test_sensitivity_plays_the_plans_firms_and_outcomes(plan, tmp_path, capsys):
    out = tmp_path / "out"
    assert status(["sensitivity", "--factors", str(plan), "--rows", "32", "--seed", "3", "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert told.err.count("note: ") == 1 and NOTE in told.err
    table = pd.read_csv(out / "indices.csv")
    assert set(table["output"]) == {"late_trust", "trust_mean"}
    same = tandem.sensitivity(firms(), plan, ["late_trust", "trust_mean"], n=32, seed=3)
    also = tandem.sensitivity(None, plan, n=32, seed=3)
    pd.testing.assert_frame_equal(same.table, also.table)
    mine = same.table.reset_index(drop=True)
    np.testing.assert_allclose(table["estimate"], mine["estimate"], rtol=1e-9)
    assert status(["rerun", str(out)]) == 0
    capsys.readouterr()
    named = ["sensitivity", "silence", "--factors", str(plan), "--outcome", "trust_mean", "--rows", "32"]
    assert status([*named, "--out", str(tmp_path / "one")]) == 0
    said = capsys.readouterr().err
    assert "scenarios (the command names its own), outcomes (the command asks for its own)" in said


def test_discover_plays_them_too(plan, tmp_path, capsys):
    asked = [
        "discover",
        "--factors",
        str(plan),
        "--below",
        "0.5",
        "--points",
        "60",
        "--seed",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    assert status(asked) == 0
    told = capsys.readouterr()
    assert "looked at is its first outcome, late_trust" in told.err and NOTE in told.err
    same = tandem.discover_among(None, plan, below=0.5, points=60, seed=1)
    assert same.told[0] in told.out
    assert status(["rerun", str(tmp_path / "out")]) == 0
    assert status(["discover", "--out", str(tmp_path / "other")]) == 2
    assert "name a finished sweep" in capsys.readouterr().err


def test_compare_sets_the_plans_firms_side_by_side(plan, tmp_path, capsys):
    asked = ["compare", "--factors", str(plan), "--runs", "20", "--seed", "3", "--out", str(tmp_path / "out")]
    assert status(asked) == 0
    told = capsys.readouterr()
    assert NOTE in told.err and "Late trust" in told.out
    table = pd.read_csv(tmp_path / "out" / "comparison.csv").set_index(["scenario", "outcome"])
    tandem.outcome("late_trust", "mean(last(trust, 13))", unit="0-1", better="higher")  # a command forgets its own at its end
    arms = firms()
    sets = varied("ensemble", plan, arms, 3)
    mine = tandem.compare(*arms.values(), runs=20, seed=3, parameters=sets).table.set_index(["scenario", "outcome"])
    for name in ("late_trust", "revenue_growth"):
        key = ("success-story", name)
        assert table.loc[key, "difference"] == pytest.approx(mine.loc[key, "difference"], rel=1e-9)
    assert status(["rerun", str(tmp_path / "out")]) == 0
    capsys.readouterr()


def test_own_outcomes_are_waited_for_and_told_without_a_number_of_pairs(plan, tmp_path, capsys):
    kpi = tmp_path / "kpi.toml"
    kpi.write_text('[outcomes.late_trust]\nformula = "mean(last(trust, 13))"\nbetter = "higher"\n')
    asked = ["compare", "silence", "success-story", "--outcomes", str(kpi), "--at-most", "64", "--out", str(tmp_path / "out")]
    assert status(asked) == 0
    assert "Late trust" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "comparison.csv").set_index(["scenario", "outcome"])
    assert table.loc[("success-story", "late_trust"), "pairs_taken"] >= 1
    tandem.outcome("late_trust", "mean(last(trust, 13))", better="higher")
    same = tandem.compare("silence", "success-story", at_most=64)
    mine = same.table.set_index(["scenario", "outcome"]).loc[("success-story", "late_trust"), "difference"]
    assert table.loc[("success-story", "late_trust"), "difference"] == pytest.approx(mine, rel=1e-9)


@pytest.mark.slow
def test_advise_and_optimise_take_the_one_firm_of_a_plan(plan, tmp_path, capsys):
    for command in ("advise", "optimise"):
        assert status([command, "--factors", str(plan)]) == 2
        assert "names silence, success-story; name one" in capsys.readouterr().err
    plan.write_text(PLAN.replace('"silence", ', "").replace('"late_trust", "trust_mean"', '"late_trust"'))
    assert status(["advise", "--factors", str(plan), "--runs", "50", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert NOTE in told.err and "ate trust" in told.out
    assert status(["rerun", str(tmp_path / "out")]) == 0
    small = ["--lever", "skills", "--levels", "2", "--trials", "2", "--runs", "30"]
    assert status(["optimise", "--factors", str(plan), *small]) == 0
    assert "Late trust, more" in capsys.readouterr().out


def test_without_firms_one_line(tmp_path, capsys):
    place = tmp_path / "f.toml"
    place.write_text('[factors]\n"dyad.trust" = { low = 0.2, high = 0.9 }\n')
    for command in ("sensitivity", "discover", "advise", "optimise"):
        assert status([command, "--factors", str(place), "--out", str(tmp_path / "out")]) == 2
        told = capsys.readouterr().err
        assert "scenario" in told or "firm" in told
        assert len([line for line in told.splitlines() if line.startswith("tandem:")]) == 1
    with pytest.raises(Mistake, match="name the scenario whose factors"):
        tandem.sensitivity(None, place)
    assert not (tmp_path / "out").exists()


def test_a_table_of_another_name_is_refused_with_a_suggestion(tmp_path, capsys):
    place = tmp_path / "f.toml"
    place.write_text('[factors]\n"dyad.trust" = { low = 0.2, high = 0.9 }\n[corelation]\npairs = []\n')
    for command in ("sensitivity", "discover", "compare", "advise", "optimise"):
        assert status([command, "silence", "--factors", str(place), "--out", str(tmp_path / "out")]) == 2
        assert "corelation: unknown key" in (told := capsys.readouterr().err) and "did you mean 'correlation'" in told


def test_words_and_switches_are_drawn_with_each_pair():
    firm = tandem.Scenario.load("silence").with_({"quarters": 3})
    words = {"resolution.first": ["none", "mediation"], "switches.spill": [True, False], "dyad.trust": (0.2, 0.9)}
    sets = varied("declared", words, {"a": firm}, 3, 64)
    batch = tandem.simulate_batch(firm, runs=30, seed=3, parameters=sets)
    met = set()
    for luck in range(30):
        pair = sets.drawn(3, [0], [luck])[0]
        said = {path: np.asarray(values)[pair] for path, values in sets.drawn_factors.items()}
        said = {path: value if isinstance(value, str) else value.item() for path, value in said.items()}
        met.add((said["resolution.first"], said["switches.spill"]))
        alone = tandem.simulate(firm.with_(said), 3, luck, parameters="declared").outcomes
        assert alone["trust_mean"] == batch.values("trust_mean")[0, luck]
        assert alone["conflict_rate"] == batch.values("conflict_rate")[0, luck]
    assert len(met) == 4


@pytest.mark.parametrize(
    ("path", "values", "said"),
    [
        ("quarters", [4, 8], "is the horizon, which all runs of a comparison share"),
        ("role_model", ["growth-hacker", "architect"], "a role model or a context is no factor"),
        ("context", ["agile"], "a role model or a context is no factor"),
        ("charter.budget.rule", ["sole", "and"], "a sweep can vary it"),
        ("ceo.priorities.growth", [0.1, 0.5], "a sweep can vary it"),
    ],
)
def test_what_pairs_cannot_draw_is_one_line(path, values, said, tmp_path, capsys):
    place = tmp_path / "f.toml"
    place.write_text(f'[factors]\n"{path}" = {values!r}\n')
    for command in ("compare", "advise", "optimise"):
        firms = ["silence", "success-story"] if command == "compare" else ["silence"]
        assert status([command, *firms, "--factors", str(place), "--out", str(tmp_path / "out")]) == 2
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1, told
    assert not (tmp_path / "out").exists()


def test_advice_and_the_search_refuse_what_they_set_themselves():
    firm = {"silence": tandem.Scenario.load("silence")}
    for path in ("levers.skills", "communication.transparency"):
        sets = varied("ensemble", {path: (0.0, 1.0)}, firm)
        lever = "skills" if path == "levers.skills" else "communication"
        with pytest.raises(Mistake, match="would undo what it sets; take"):
            tandem.advise("silence", runs=50, parameters=sets)
        with pytest.raises(Mistake, match="the search sets the levers itself"):
            tandem.optimise("silence", levers=[lever], levels=2, trials=2, runs=30, parameters=sets)
        other = "adaptation"
        assert tandem.optimise("silence", levers=[other], levels=2, trials=2, runs=30, parameters=sets).runs


def test_what_arms_differ_in_and_a_factor_levels_is_said(tmp_path, capsys):
    for name, trust in (("low", 0.2), ("high", 0.8)):
        (tmp_path / f"{name}.toml").write_text(f"[dyad]\ntrust = {trust}\n")
    place = tmp_path / "f.toml"
    place.write_text('[factors]\n"dyad.trust" = { low = 0.2, high = 0.9 }\n"market.churn" = { low = 0.001, high = 0.01 }\n')
    named = [str(tmp_path / "low.toml"), str(tmp_path / "high.toml")]
    assert status(["compare", *named, "--runs", "4", "--factors", str(place)]) == 0
    told = capsys.readouterr().err
    assert "dyad.trust: what is compared differs in this, but each pair draws it, the same for all" in told
    assert status(["compare", named[0], "silence", "--runs", "4"]) == 0
    assert "note:" not in capsys.readouterr().err
