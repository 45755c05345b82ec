"""A name where a scenario is meant, one text where a list is meant, NumPy's numbers where numbers are meant: everywhere."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from tandem import (
    LeadershipModel,
    Population,
    Scenario,
    advise,
    analyse,
    compare,
    decide,
    explore,
    fan,
    heat_map,
    simulate,
    simulate_batch,
    small_multiples,
    switching_map,
)
from tandem.experiments.advice.remedies import remedies
from tandem.experiments.advice.rescue import last_saving_week
from tandem.experiments.commands.main import status
from tandem.experiments.sensitivity.second_opinion import second_opinion
from tandem.experiments.store import ArrayModel, FunctionModel, Plan, of_plan, of_rows, run
from tandem.experiments.store.errors import Refused
from tandem.sim.given import number, plain, whole
from tandem.sim.mistake import Mistake
from tandem.sim.panel import simulate_panel
from tandem.sim.scenario import ScenarioError


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A short firm on disk."""
    path = tmp_path_factory.mktemp("firms") / "short.toml"
    path.write_text("role_model = 'undefined'\ncontext = 'baseline'\nquarters = 1\n")
    return path


def one(x, keys):
    return x[:, 0]


def two(x, keys):
    return np.column_stack([x[:, 0], 1.0 - x[:, 0]])


def answer(values, firm, luck):
    return {"y": 1.0}


# -- a name where a scenario is meant ----------------------------------------------------------

TAKING = {
    "simulate": lambda firm: simulate(firm).outcomes["revenue_growth"],
    "simulate_batch": lambda firm: simulate_batch(firm, 2).values("revenue_growth").tolist(),
    "a list of firms": lambda firm: simulate_batch([firm, firm], 2).values("revenue_growth").tolist(),
    "compare": lambda firm: compare(firm, firm, runs=2).table["mean"].tolist(),
    "compare lists": lambda firm: compare([firm], [firm], runs=2).table["mean"].tolist(),
    "LeadershipModel": lambda firm: LeadershipModel(firm).run().outcomes["revenue_growth"],
    "simulate_panel": lambda firm: simulate_panel(firm, 2).values.tolist(),
    "a panel of firms": lambda firm: simulate_panel([firm], 2).values.tolist(),
    "advise": lambda firm: advise(firm, runs=2).levers["growth_change"].tolist(),
    "fan": lambda firm: fan(firm, runs=2).get_title("left"),
    "heat_map": lambda firm: (
        heat_map(firm, {"levers.skills": [0.2]}, {"dyad.trust": [0.3]}, runs=2).images[0].get_array().tolist()
    ),
    "small_multiples": lambda firm: len(small_multiples([firm], runs=2).axes),
    "small_multiples by title": lambda firm: small_multiples({"mine": firm}, runs=2).axes[0].get_title("left"),
    "small_multiples, one": lambda firm: len(small_multiples(firm, runs=2).axes),
    "explore": lambda firm: explore(firm).scenario.digest,
    "of_rows": lambda firm: of_rows({"levers.skills": [0.2]}, scenarios=firm).spec(),
    "of_rows, a list": lambda firm: of_rows({"levers.skills": [0.2]}, scenarios=[firm]).spec(),
    "of_rows, by name": lambda firm: of_rows({"levers.skills": [0.2]}, scenarios={"mine": firm}).spec(),
    "remedies": lambda firm: str(remedies(firm, 0, 2)),
    "last_saving_week": lambda firm: last_saving_week(firm, 0, 1, step=200).played,
}
NEEDS_A_STORY = {"remedies", "last_saving_week"}


@pytest.mark.parametrize("how", TAKING)
def test_a_name_and_a_path_are_the_scenario_itself(how, short):
    wanted = repr(TAKING[how](Scenario.load("silence" if how in NEEDS_A_STORY else short)))
    for firm in ("silence",) if how in NEEDS_A_STORY else (str(short), short):
        assert repr(TAKING[how](firm)) == wanted


@pytest.mark.parametrize("how", TAKING)
def test_what_is_no_firm_is_refused_in_one_sentence(how):
    for wrong in ("silense", "nowhere.toml", Path("nowhere.toml"), "", None, 5, True, b"silence", 2.5):
        with pytest.raises((Mistake, Refused)) as caught:
            TAKING[how](wrong)
        assert "\n" not in str(caught.value)
        if wrong == "silense":
            assert "did you mean 'silence'" in str(caught.value)


def test_two_names_are_compared():
    found = compare("silence", "success-story", runs=2)
    assert found.arms == ("silence", "success-story")
    assert found.table.equals(compare(Scenario.load("silence"), Scenario.load("success-story"), runs=2).table)
    with pytest.raises(ScenarioError, match="did you mean 'success-story'"):
        compare("silence", "sucess-story", runs=2)


# -- one text where a list is meant ------------------------------------------------------------


def test_one_text_is_a_list_of_one(short):
    assert set(compare(short, short, runs=2, outcomes="conflict_rate").table["outcome"]) == {"conflict_rate"}
    assert compare(short, short, runs=2).plot("conflict_rate") is not None
    assert analyse(one, "a", n=32).factors.names == ("a",)
    assert analyse(one, "alpha", n=32, outputs="growth").outputs == ("growth",)
    assert list(second_opinion(one, "a", "morris", n=32, outputs="growth").table["output"].unique()) == ["growth"]
    assert decide(two, ["up", "down"], "a", n=32).best
    assert len(switching_map(two, ["up", "down"], ["a", "b"], ("a", "b"), n=32, cells=2)) == 4
    assert simulate_panel(short, columns="revenue").columns == ("revenue",)
    assert of_rows({"x": [1.0]}, model=FunctionModel(answer, "y"), outcomes="y", stored="y").stored == ("y",)
    assert FunctionModel(answer, "y", nullable="y").nullable == {"y"}
    assert ArrayModel(one, "x", "y").inputs == ("x",)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: decide(two, "up", "a", n=32),
        lambda: switching_map(two, ["up", "down"], ["a", "b"], "a", n=32),
        lambda: compare("silence", "silence", runs=2, outcomes="conflict"),
        lambda: compare("silence", "silence", runs=2, outcomes=5),
        lambda: compare("silence", "silence", runs=2, outcomes=b"conflict_rate"),
        lambda: compare("silence", "silence", runs=2, outcomes=[]),
        lambda: compare("silence", "silence", runs=2, outcomes=[["conflict_rate"]]),
        lambda: analyse(one, 5, n=32),
        lambda: analyse(one, "", n=32),
        lambda: analyse(one, [5], n=32),
        lambda: analyse(one, ["a"], n=32, outputs=5),
        lambda: simulate_panel("silence", columns="revenu"),
        lambda: heat_map("silence", {"levers.skills": []}, {"dyad.trust": [0.3]}, runs=2),
        lambda: heat_map("silence", "levers.skills", {"dyad.trust": [0.3]}, runs=2),
    ],
)
def test_what_is_neither_is_refused_in_one_sentence(wrong):
    with pytest.raises(Mistake) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_one_text_in_a_file_is_a_list_of_one(tmp_path, capsys):
    text = """
replicates = 1
quarters = 1
scenarios = "silence"
outcomes = "conflict_rate"
[factors]
"charter.budget.decides" = "coo"
"charter.agency.decides" = { values = "coo" }
"""
    (tmp_path / "plan.toml").write_text(text)
    plan = Plan.load(tmp_path / "plan.toml")
    assert (list(plan.scenarios), plan.outcomes, of_plan(plan).points.count) == (["silence"], ("conflict_rate",), 1)
    assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    assert Plan.of({"replicates": 1, "scenarios": {"role_model": "co-pilot", "context": "agile"}}).scenarios


def test_one_source_is_a_list_of_one():
    from tandem.sim.scenario.catalogue import source_keys

    key = min(source_keys())
    assert Scenario.parse(f"sources = '{key}'\n").story.sources == (key,)


# -- NumPy's and pandas' numbers ---------------------------------------------------------------

WHOLE = (2, np.int8(2), np.uint64(2), np.int64(2), np.array(2), pd.Series([2]).iloc[0])
REAL = (0.25, np.float64(0.25), np.float32(0.25), np.float16(0.25), np.array(0.25), pd.Series([0.25]).iloc[0])


@pytest.mark.parametrize("value", WHOLE)
def test_whole_numbers_of_any_kind_are_whole_numbers(value, short):
    wanted = simulate_batch(short, 2)
    assert simulate_batch(short, runs=value).outcomes.equals(wanted.outcomes)
    assert simulate(short, replicate=value).replicate == 2
    assert compare(short, short, runs=value).batches
    assert Population.load().firms(value).table.shape[0] == 2
    assert analyse(one, ["a"], n=np.int64(32), replicates=value, keep=None).replicates == 2
    assert decide(two, ["up", "down"], "a", n=np.int32(32), replicates=value).replicates == 2
    assert second_opinion(one, "a", "morris", n=np.int64(32), replicates=value).runs
    assert fan(short, runs=value) is not None and small_multiples([short], runs=value, across=value) is not None
    assert simulate_panel(short, runs=value, every=value).values.shape[1] == 2
    assert of_rows({"x": [1.0]}, model=FunctionModel(answer, "y"), replicates=value).replicates == 2
    assert Plan.of({"replicates": value, "scenarios": ["silence"], "quarters": value}).replicates == 2
    assert Scenario.load(short).with_({"quarters": value}).parameters.quarters == 2
    assert len(Scenario.load(short).at(week=value, changes={"levers.skills": 0.1}).timeline) == 2
    panel = explore(short)
    panel.set(luck=value, week=value)
    assert panel.state["luck"] == 2


@pytest.mark.parametrize("value", REAL)
def test_numbers_of_any_kind_are_numbers(value, short):
    firm = Scenario.load(short)
    assert firm.with_({"levers.skills": value}).digest == firm.with_({"levers.skills": 0.25}).digest
    assert firm.with_({"levers": {"skills": value}}).digest == firm.with_({"levers.skills": 0.25}).digest
    assert LeadershipModel(firm, levers__skills=value).run().week == 13
    assert advise(short, runs=2, step=value).step == 0.25
    assert heat_map(short, {"levers.skills": np.array([value, 0.5])}, {"dyad.trust": (value,)}, runs=2).get_xlabel()
    assert analyse(one, ["a"], n=32, tails={"y": value}).outputs == ("y", "y > 0.25")
    panel = explore(short)
    panel.set(levers={"skills": value})
    assert panel.scenario.parameters.levers.skills == 0.25
    factors = {"levers.skills": {"low": value, "high": np.float64(0.5)}, "dyad.trust": np.array([0.25, 0.5])}
    tables = {"replicates": 1, "scenarios": ["silence"], "factors": factors}
    Plan.of({**tables, "design": {"kind": "sobol", "points": np.int64(2)}})
    assert of_rows({"levers.skills": [value]}, scenarios=firm).points.columns["levers.skills"].tolist() == [0.25]


@pytest.mark.parametrize("truth", [True, False, np.True_, np.False_, np.array(True)])
def test_true_and_false_are_no_numbers(truth, short):
    firm = Scenario.load(short)
    for wrong in (
        lambda: simulate_batch(short, runs=truth),
        lambda: simulate(short, replicate=truth),
        lambda: compare(short, short, runs=truth),
        lambda: Population.load().draw(truth),
        lambda: analyse(one, ["a"], n=32, replicates=truth),
        lambda: analyse(one, ["a"], n=truth),
        lambda: analyse(one, ["a"], n=32, allow_failed=truth),
        lambda: analyse(one, ["a"], n=32, tails={"y": truth}),
        lambda: decide(two, ["up", "down"], "a", n=32, replicates=truth),
        lambda: switching_map(two, ["up", "down"], ["a", "b"], ("a", "b"), n=32, cells=truth),
        lambda: second_opinion(one, "a", "morris", n=32, replicates=truth),
        lambda: advise(short, runs=truth),
        lambda: advise(short, runs=2, step=truth),
        lambda: fan(short, runs=truth),
        lambda: small_multiples([short], runs=2, across=truth),
        lambda: heat_map(short, {"levers.skills": [truth]}, {"dyad.trust": [0.3]}, runs=2),
        lambda: simulate_panel(short, every=truth),
        lambda: firm.with_({"levers.skills": truth}),
        lambda: firm.with_({"quarters": truth}),
        lambda: firm.at(week=truth, changes={"levers.skills": 0.1}),
        lambda: simulate(short, parameters=truth),
        lambda: of_rows({"levers.skills": [truth]}, scenarios=firm),
        lambda: of_rows({"x": [1.0]}, model=FunctionModel(answer, "y"), replicates=truth),
        lambda: Plan.of({"replicates": truth, "scenarios": ["silence"]}),
        lambda: explore(short).set(luck=truth),
        lambda: explore(short).set(levers={"skills": truth}),
    ):
        with pytest.raises(Mistake) as caught:
            wrong()
        assert "\n" not in str(caught.value), caught.value


@pytest.mark.parametrize("wrong", [0, -1, 1.5, 2.0, "2", None, float("nan"), 10**30, [2], np.float64(2.0)])
def test_numbers_of_runs_are_refused_alike(wrong, short):
    for play in (
        lambda: simulate_batch(short, runs=wrong),
        lambda: compare(short, short, **({"runs": wrong} if wrong is not None else {"runs": "2"})),  # None: until decided
        lambda: compare(short, short, at_most=wrong) if wrong is not None else simulate_batch(short, runs=wrong),
        lambda: advise(short, runs=wrong),
        lambda: Population.load().draw(wrong),
    ):
        with pytest.raises(Mistake, match=r"(runs|n|at_most) = .*; allowed: a whole number"):
            play()


def test_the_door_itself():
    assert whole("n", np.uint8(3), 1, 4) == 3 and number("x", np.float32(0.5)) == 0.5
    assert plain({"a": [np.int64(1), (np.float64(2.0), np.array([3]))]}) == {"a": [1, (2.0, [3])]}
    for value, said in ((5, "out of range; allowed: a whole number from 1 to 4"), ("3", "not a whole number")):
        with pytest.raises(Mistake, match=said):
            whole("n", value, 1, 4)
    for value in (float("nan"), float("inf"), "1", None, 10**400, -(10**5000), 1j):
        with pytest.raises(Mistake, match=r"x = .*: not a finite number"):
            number("x", value)


def test_sizes_of_a_sweep_are_whole_numbers_too(tmp_path):
    experiment = of_rows({"x": [1.0, 2.0]}, model=FunctionModel(answer, "y"))
    run(experiment, tmp_path / "d", workers=np.int64(1), chunk_runs=np.int64(1))
    for wrong in ({"workers": 1.5}, {"workers": True}, {"workers": 0}, {"chunk_runs": 2.5}, {"chunk_runs": np.True_}):
        with pytest.raises(Exception, match="whole number") as caught:
            run(experiment, tmp_path / "e", **wrong)
        assert type(caught.value).__name__ in ("Refused", "Mistake") and not (tmp_path / "e").exists()
