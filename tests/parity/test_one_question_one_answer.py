"""One question, one answer: the same figures in Python and on the command line, each of them naming its parameter sets."""

import ast
import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tandem import LeadershipModel, Population, Scenario, advise, compare, explore, simulate, simulate_batch
from tandem.experiments.advice.remedies import remedies
from tandem.experiments.commands import settings
from tandem.experiments.commands.main import status
from tandem.experiments.effects.cells import Firms
from tandem.experiments.effects.role_models import STATEMENTS, described
from tandem.experiments.sensitivity import analyse
from tandem.experiments.store import Plan, of_plan, of_rows, open_sweep
from tandem.experiments.store import run as run_sweep
from tandem.experiments.store.chunk import firms as sweep_firms
from tandem.experiments.study.study import play as play_study
from tandem.sim.dashboard.answers import answer
from tandem.sim.dashboard.specification import SEED
from tandem.sim.mistake import Mistake
from tandem.sim.panel import simulate_panel
from tandem.sim.parameter_sets import Ensemble, chosen, ensemble
from tandem.sim.series import FACES, SERIES, of_run, written

ROOT = Path(__file__).resolve().parents[2]
CASE = "silence"
SETS = len(ensemble())  # type: ignore[arg-type]
WORDS = ("ensemble", "default", "declared", 12)


def asked(*words, parameters="ensemble"):
    """A command as typed; without a word on parameters where the default is meant."""
    given = [] if parameters == "ensemble" else ["--parameters", str(parameters)]
    assert status([*map(str, words), *given]) == 0


def equal(first, second):
    """Outcomes by name, to the bit; what is not defined in one is not in the other."""
    assert all(first[name] == second[name] or (np.isnan(first[name]) and np.isnan(second[name])) for name in second)


# -- questions asked both ways -----------------------------------------------------------------


@pytest.mark.parametrize("parameters", WORDS)
def test_1_a_run(tmp_path, capsys, parameters):
    asked("run", CASE, "--seed", 5, "--replicate", 3, "--out", tmp_path / "r", parameters=parameters)
    run = simulate(Scenario.load(CASE), seed=5, replicate=3, parameters=parameters)
    said = json.loads((tmp_path / "r" / "outcomes.json").read_text())
    equal({name: np.nan if value is None else value for name, value in said.items()}, run.outcomes)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "r" / "weekly.csv"), run.weekly, check_dtype=False)
    assert json.loads((tmp_path / "r" / "run.json").read_text())["parameters"] == parameters
    assert run.parameters.told in capsys.readouterr().out and run.parameters.told in repr(run)


@pytest.mark.parametrize("parameters", WORDS)
def test_2_two_scenarios_compared(tmp_path, capsys, parameters):
    asked("compare", CASE, "success-story", "--runs", 30, "--seed", 2, "--out", tmp_path, parameters=parameters)
    table = pd.read_csv(tmp_path / "comparison.csv", keep_default_na=False, na_values=[""])
    found = compare(*map(Scenario.load, (CASE, "success-story")), runs=30, seed=2, parameters=parameters)
    same_figures(table, found.table)
    assert set(table["parameters"]) == {str(parameters)} or set(table["parameters"]) == {parameters}
    assert found.parameters.told in capsys.readouterr().out and found.parameters.told in repr(found)


def same_figures(table, wanted):
    """Every figure of the command's table stands in the other."""
    both = table.merge(wanted, on=["scenario", "outcome"], suffixes=("", "_wanted"))
    assert len(both) == len(table) > 0
    for name in ("mean", "low", "high", "difference"):
        np.testing.assert_allclose(both[name].astype(float), both[f"{name}_wanted"], rtol=1e-12)


def test_3_role_models_compared_in_a_context(tmp_path):
    asked("compare", "co-pilot", "strategist-executor", "--context", "agile", "--runs", 30, "--out", tmp_path)
    table = pd.read_csv(tmp_path / "comparison.csv", keep_default_na=False, na_values=[""])
    firms = described("agile", ["co-pilot", "strategist-executor"])
    wanted = compare(*firms.values(), runs=30).table
    same_figures(table.assign(scenario=table["role_model"] + "-in-agile"), wanted)


def test_4_why_it_went_so(capsys):
    asked("explain", CASE, "--seed", 5, "--replicates", 20)
    said = capsys.readouterr().out
    for paragraph in simulate(Scenario.load(CASE), seed=5).explain().strip().split("\n\n"):
        assert paragraph in said
    assert chosen().told in said


def test_5_what_would_have_helped(capsys):
    for parameters in ("ensemble", "declared"):
        asked("explain", CASE, "--seed", 5, "--replicates", 40, parameters=parameters)
        said = capsys.readouterr().out
        assert all(line in said for line in remedies(Scenario.load(CASE), 5, 40, parameters=parameters).paragraphs())


def test_6_advice(tmp_path, capsys):
    short = tmp_path / "short.toml"
    Scenario.load(CASE).with_({"quarters": 3}).save(short, layered=True)
    asked("advise", short, "--runs", 60, "--seed", 4, "--out", tmp_path / "a")
    found = advise(Scenario.load(CASE).with_({"quarters": 3}), runs=60, seed=4)
    table = pd.read_csv(tmp_path / "a" / "levers.csv")
    np.testing.assert_allclose(table["growth_change"], found.levers["growth_change"], rtol=1e-12)
    assert set(table["parameters"]) == {"ensemble"} and found.parameters.told in capsys.readouterr().out


PLAN = """
seed = 3
quarters = 2
replicates = 4
scenarios = ["{case}"]
[factors]
"levers.communication" = [0.2, 0.8]
"""


@pytest.mark.parametrize("line", ["", 'parameters = "declared"\n', "parameters = 12\n"])
def test_7_a_sweep(tmp_path, capsys, line):
    plan = tmp_path / "plan.toml"
    plan.write_text(line + PLAN.format(case=CASE))
    asked("sweep", plan, "--out", tmp_path / "s", "--workers", 1)
    sweep = open_sweep(tmp_path / "s")
    word = tomllib.loads(plan.read_text()).get("parameters", "ensemble")
    assert sweep.parameters == word and sweep.to_pandas().attrs["parameters"] == word
    assert chosen(word).told in capsys.readouterr().out
    for row in sweep.to_pandas().to_dict("records"):
        firm = Scenario.load(CASE).with_({"quarters": 2, "levers.communication": row["levers.communication"]})
        equal(row, {"revenue_growth": simulate(firm, 3, row["replicate"], parameters=word).outcomes["revenue_growth"]})
    said = sweep.manifest.spec["model"]
    assert said["parameters"] == word and said.get("ensemble") == (None if word == "declared" else ensemble().digest)


def test_8_what_moves_most(tmp_path, capsys):
    asked("sensitivity", CASE, "--profile", "smoke", "--seed", 1, "--out", tmp_path / "levers")
    table = pd.read_csv(tmp_path / "levers" / "indices.csv").fillna({"input": ""}).replace({"input": {"none": ""}})
    firms = Firms({(CASE, "its own"): Scenario.load(CASE)})
    found = analyse(firms, firms.factors, 64, 1, firms.outputs, replicates=2, design="pairs")
    both = table.merge(found.table, on=["output", "input", "measure"], suffixes=("", "_wanted"))
    assert len(both) == len(found.table)
    np.testing.assert_allclose(both["estimate"].astype(float), both["estimate_wanted"].astype(float), rtol=1e-9)
    assert tomllib.loads((tmp_path / "levers" / "study.toml").read_text())["parameters"] == "ensemble"
    assert chosen().told in capsys.readouterr().out


def test_9_the_study_is_made_of_comparisons():
    found = play_study("smoke", seed=6)
    table = found.role_models[(found.role_models["context"] == "agile") & (found.role_models["dispositions"] == "as described")]
    firms = described("agile")
    wanted = compare(*firms.values(), runs=20, seed=6, outcomes=STATEMENTS).table
    same_figures(table[table["outcome"].isin(STATEMENTS)].assign(scenario=lambda rows: rows["role_model"] + "-in-agile"), wanted)
    assert found.parameters.word == "ensemble"


@pytest.mark.parametrize("parameters", WORDS)
def test_10_the_flight_simulator_the_widget_and_the_stepped_model(parameters):
    firm = Scenario.load(CASE)
    run = simulate(firm, SEED, 3, parameters=parameters)
    told = answer("run", {"spec": {"case": CASE, "luck": 3}, "parameters": parameters})
    assert told["series"] == written(of_run(run, (*SERIES, *FACES))) and told["parameters"]["en"] == run.parameters.told
    panel = explore(firm, SEED, parameters=parameters)
    panel.set(luck=3)
    equal(panel.run.outcomes, run.outcomes)
    assert panel.told["words"]["parameters"] == run.parameters.told
    equal(LeadershipModel(firm, SEED, 3, parameters=parameters).run().outcomes, run.outcomes)


def test_a_command_with_another_default_is_found(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(settings, "parameter_sets", lambda text: chosen("declared"))
    with pytest.raises(AssertionError):
        test_1_a_run(tmp_path, capsys, "ensemble")
    with pytest.raises(AssertionError):
        test_2_two_scenarios_compared(tmp_path, capsys, "ensemble")


# -- the same set by every door ----------------------------------------------------------------


@pytest.mark.parametrize("seed", [7, "seven", "neves", 2**64 - 1])
def test_a_replicate_has_its_set_whatever_the_door(seed):
    firm = Scenario.load(CASE).with_({"quarters": 2}).at(10, {"dyad.trust_loss": 0.09})
    batch = simulate_batch(firm, 5, seed).outcomes
    for replicate in (0, 4):
        run = simulate(firm, seed, replicate)
        equal(batch.iloc[replicate], run.outcomes)
        drawn = ensemble().drawn(5, seed)[replicate]
        equal(simulate(firm, seed, replicate, parameters=int(drawn)).outcomes, run.outcomes)
        assert run.rows["dyad_trust_loss"].tolist() == [ensemble().mechanisms(drawn)["dyad.trust_loss"], 0.09]
    panel = simulate_panel([firm, firm], 2, seed, every=1)
    for number in (0, 1):
        weekly = simulate(firm, seed, 1, firm=number).weekly
        np.testing.assert_array_equal(panel["satisfaction"][number, 1], weekly["satisfaction"])
    pair = simulate_batch([firm, firm], 2, seed).outcomes
    equal(pair.iloc[3], simulate(firm, seed, 1, firm=1).outcomes)


def test_seeds_that_are_texts_matter_and_anagrams_differ():
    orders = {seed: tuple(ensemble().drawn(SETS, seed)) for seed in ("seven", "neves", "eight", 7, 8, 2**64 - 7, "7")}
    assert len(set(orders.values())) == len(orders)
    assert all(sorted(order) == list(range(SETS)) for order in orders.values())


def test_firms_of_a_population_have_sets_of_their_own():
    firms = Population.load().firms(600, seed=2)
    assert firms.table["set"].nunique() > 0.9 * SETS and firms.table["set"].value_counts().max() < 10
    assert len(firms.table) == 600 and firms.first(20).table.equals(Population.load().firms(20, seed=2).table)
    for scenario, rows, number in zip(firms.first(5).scenarios(), firms.first(5).records(), firms.table["set"]):
        assert scenario.records().tobytes() == rows.tobytes()
        assert all(scenario.values[path] == value for path, value in ensemble().set(number).items() if "population." not in path)
    one = Population.load(parameters=3).firms(5, seed=2)
    assert set(one.table["set"]) == {0} and one.records()[0]["dyad_spill"][0] == ensemble().set(3)["dyad.spill"]
    spread = Population.load(parameters="declared").firms(600, seed=2).table["dyad.trust"].std()
    assert firms.table["dyad.trust"].std() != spread


def test_keys_that_are_shared_share_their_set():
    keys = np.arange(20_000, dtype=np.uint64)
    drawn = chosen().of_keys(keys)
    assert np.array_equal(drawn, chosen().of_keys(keys)) and abs(np.bincount(drawn, minlength=SETS) - len(keys) / SETS).max() < 45
    assert set(chosen(4).of_keys(keys)) == {4} and chosen("declared").of_keys(keys) is None


# -- refused at the door, and without an ensemble ----------------------------------------------

BAD = ["ensembel", "", True, 1.5, None, -1, SETS, "12", 10**30]


@pytest.mark.parametrize("parameters", BAD)
def test_bad_values_are_refused_in_one_sentence(parameters):
    firm = Scenario.load(CASE)
    for door in (
        lambda: simulate(firm, parameters=parameters),
        lambda: simulate_batch(firm, 2, parameters=parameters),
        lambda: compare(firm, firm, parameters=parameters),
        lambda: LeadershipModel(firm, parameters=parameters),
        lambda: explore(firm, parameters=parameters),
        lambda: Population.load(parameters=parameters),
        lambda: advise(firm, parameters=parameters),
        lambda: Firms({(CASE, ""): firm}, parameters=parameters),
        lambda: of_rows({"dyad.trust": [0.5]}, scenarios=firm, parameters=parameters),
        lambda: answer("run", {"spec": {"case": CASE}, "parameters": parameters}),
        lambda: Plan.of({"replicates": 1, "scenarios": [CASE], "parameters": parameters}),
    ):
        with pytest.raises(Mistake, match=rf"parameters = .*(ensemble, default, declared|numbered 0 to {SETS - 1})") as caught:
            door()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["ensembel", "-1", str(SETS), "1.5", "True", ""])
@pytest.mark.parametrize("command", [["run", CASE], ["explain", CASE], ["compare", CASE, "success-story"], ["advise", CASE]])
def test_bad_values_end_a_command_with_one_line_and_code_2(word, command, capsys):
    assert status([*command, "--parameters", word]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "--parameters" in said
    assert word != "ensembel" or "did you mean ensemble?" in said


def test_without_an_ensemble_everything_is_as_declared_and_says_so(monkeypatch):
    monkeypatch.setattr("tandem.sim.parameter_sets.ensemble", lambda: None)
    firm = Scenario.load(CASE).with_({"quarters": 2})
    for word in ("ensemble", "default"):
        run = simulate(firm, 3, parameters=word)
        equal(run.outcomes, simulate(firm, 3, parameters="declared").outcomes)
        assert "as the model declares (there is no ensemble" in run.parameters.told
        assert chosen(word).identity == {"parameters": "declared"}
    with pytest.raises(Mistake, match="no ensemble to number"):
        simulate(firm, parameters=3)


def test_runs_and_batches_under_different_parameters_are_not_paired():
    firm = Scenario.load(CASE).with_({"quarters": 1})
    runs = [simulate(firm, 1, parameters=word) for word in ("declared", "ensemble")]
    with pytest.raises(Mistake, match="under parameters 'declared' and 'ensemble'"):
        compare(*runs, runs=5)
    assert compare(runs[0], runs[0], runs=5).parameters.word == "declared"


def test_a_sweep_of_another_ensemble_is_refused(tmp_path, monkeypatch, capsys):
    run_sweep(of_plan(Plan.parse(PLAN.format(case=CASE))), tmp_path / "s", workers=1)
    other = Ensemble(ensemble().sets.iloc[::-1], pd.DataFrame(), 0, {})
    monkeypatch.setattr("tandem.sim.parameter_sets.ensemble", lambda: other)
    sweep_firms.cache_clear()
    assert status(["verify", str(tmp_path / "s"), "--recompute", "100"]) == 2
    assert "another ensemble" in capsys.readouterr().err


# -- one default -------------------------------------------------------------------------------


def other_defaults(path, text):
    """Functions and fields named `parameters` whose default is another than the one."""
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.FunctionDef):
            named = [*node.args.posonlyargs, *node.args.args]
            pairs = list(zip(named[len(named) - len(node.args.defaults) :], node.args.defaults))
            pairs += [(name, value) for name, value in zip(node.args.kwonlyargs, node.args.kw_defaults) if value is not None]
            for name, value in pairs:
                if name.arg == "parameters" and ast.unparse(value) not in ("ENSEMBLE", "USUAL_SETS", "'ensemble'"):
                    yield f"{path}:{node.lineno} {node.name}: {ast.unparse(value)}"


def test_every_door_has_the_same_default():
    doors = 0
    for file in sorted((*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py"))):
        text = file.read_text("utf-8")
        assert list(other_defaults(file.name, text)) == []
        doors += text.count("= ENSEMBLE") + text.count("= USUAL_SETS")
    assert doors > 30 and settings.USUAL_SETS == "ensemble"
    assert list(other_defaults("x.py", "def play(parameters='declared'): ...")) == ["x.py:1 play: 'declared'"]
