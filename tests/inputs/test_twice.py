"""What is said twice is refused: one of the two would not be played. So is what could be played and then not be read back."""

import numpy as np
import pytest

from tandem import LeadershipModel, Scenario, analyse, compare, decide, heat_map, small_multiples
from tandem.experiments.commands.main import status
from tandem.experiments.store import ArrayModel, FunctionModel, Plan, of_rows, open_sweep, run
from tandem.experiments.store.errors import Refused
from tandem.sim.mistake import Mistake

SHORT = Scenario.load("silence").with_({"quarters": 1})
PLAN = "replicates = 1\nquarters = 1\nscenarios = ['silence']\n"


def twofold(values, firm, luck):
    return {"y": values["x"], "z": 2.0 * values["x"]}


@pytest.mark.parametrize(
    ("factors", "path"),
    [
        ('[factors]\n"levers.skills" = [0.2, 0.8]\n[factors.levers]\nskills = [0.3]\n', "factors.levers.skills"),
        ('[factors]\nlevers = { skills = [0.3] }\n"levers.skills" = [0.2]\n', "factors.levers.skills"),
        ('[factors]\n"dyad.trust" = [0.2]\n[factors.dyad]\ntrust = { low = 0.1, high = 0.2 }\n', "factors.dyad.trust"),
        ('[factors]\n"ceo.skills.market" = [0.2]\n[factors.ceo.skills]\nmarket = [0.3]\n', "factors.ceo.skills.market"),
        ('[factors]\n"ceo.skills" = { market = [0.3] }\n[factors.ceo.skills]\nmarket = [0.4]\n', "factors.ceo.skills.market"),
    ],
)
def test_a_factor_that_stands_there_twice(factors, path, tmp_path, capsys):
    (tmp_path / "plan.toml").write_text(PLAN + factors)
    with pytest.raises(Mistake, match=rf"plan\.toml: {path}: stands there twice"):
        Plan.load(tmp_path / "plan.toml")
    assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "stands there twice" in told and told.count("\n") == 1 and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "plan",
    [
        PLAN.replace("'silence'", "{ load = 'silence', set = { quarters = 2 } }"),
        PLAN + "[factors]\nquarters = [1, 2]\n",
        PLAN.replace("'silence'", "{ load = 'silence', set = { 'levers.skills' = 0.1, levers = { skills = 0.2 } } }"),
        PLAN.replace("'silence'", "'silence', 'silence'"),
        PLAN + "outcomes = ['conflict_rate', 'conflict_rate']\n",
    ],
)
def test_a_plan_says_each_thing_once(plan, tmp_path):
    (tmp_path / "plan.toml").write_text(plan)
    with pytest.raises(Mistake, match="twice"):
        Plan.load(tmp_path / "plan.toml")


@pytest.mark.parametrize(
    "changes",
    [
        {"levers.skills": 0.2, "levers": {"skills": 0.3}},
        {"levers": {"skills": 0.3}, "levers.skills": 0.3},
        {"ceo": {"skills": {"market": 0.1}}, "ceo.skills": {"market": 0.2}},
        {"teams.0.headcount": 5.0, "teams": [{"headcount": 3.0}]},
    ],
)
def test_changes_of_a_firm_say_each_path_once(changes):
    for change in (SHORT.with_, lambda values: SHORT.at(week=3, changes=values)):
        with pytest.raises(Mistake, match=r"twice|cannot change in the middle"):
            change(changes)
    with pytest.raises(Mistake, match="twice"):
        SHORT.with_(changes)


def test_keywords_of_the_driver_say_each_path_once():
    with pytest.raises(Mistake, match=r"levers.skills: stands there twice"):
        LeadershipModel(SHORT, **{"levers__skills": 0.2, "levers.skills": 0.3})


@pytest.mark.parametrize("second", ["0.3", "0.2"])
def test_a_file_changes_a_value_once_a_week(second, tmp_path):
    text = f"[[change]]\nweek = 3\nset.levers.skills = 0.2\n[[change]]\nweek = 3\nset.levers.skills = {second}\n"
    with pytest.raises(Mistake, match=r"change\.1\.set\.levers\.skills: stands there twice for week 3"):
        Scenario.parse(text)
    other = Scenario.parse(text.replace("week = 3", "week = 4", 1))
    assert [week for week, _ in other.timeline[1:]] == ([3, 4] if second == "0.3" else [3])
    with pytest.raises(Mistake, match="role_model: stands there twice"):
        Scenario.parse("[[change]]\nweek = 3\nrole_model = 'co-pilot'\n" * 2)


@pytest.mark.parametrize("command", ["run", "show", "explain"])
def test_settings_of_a_command_say_each_path_once(command, capsys):
    assert status([command, "silence", "--set", "levers.skills=0.2", "--set", "levers.skills=0.3"]) == 2
    assert "levers.skills: stands there twice" in capsys.readouterr().err


def test_the_horizon_of_a_command_is_said_once(capsys):
    assert status(["run", "silence", "--set", "quarters=2", "--quarters", "3"]) == 2
    assert "quarters: stands there twice" in capsys.readouterr().err


def test_names_stand_once_wherever_a_list_is_taken(tmp_path):
    def flat(x, keys):
        return np.column_stack([x[:, 0], x[:, 0]])

    for ask in (
        lambda: compare(SHORT, SHORT, runs=2, outcomes=["conflict_rate", "conflict_rate"]),
        lambda: analyse(flat, ["a", "a"], n=32),
        lambda: analyse(flat, ["a"], n=32, outputs=["u", "u"]),
        lambda: decide(flat, ["u", "u"], ["a"], n=32),
        lambda: small_multiples([SHORT, SHORT], runs=2),
        lambda: heat_map(SHORT, {"levers.skills": [0.1]}, {"levers.skills": [0.2]}, runs=2),
        lambda: FunctionModel(twofold, ["y", "y"]),
        lambda: ArrayModel(flat, ["x", "x"], ["y", "z"]),
        lambda: of_rows({"scenario": ["silence"]}, scenarios=["silence", "silence"]),
    ):
        with pytest.raises(Mistake, match=r"twice|at least two different|two different paths"):
            ask()


# -- played, stored, not readable --------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcomes": ["conflict_rate", "conflict_rate"]}, "stands there twice"),
        ({"outcomes": ["conflict_rate"], "stored": ["cash", "cash"]}, "stands there twice"),
        ({"outcomes": []}, "at least one"),
        ({"outcomes": ["nothing"]}, "not an outcome"),
        ({"outcomes": [None]}, "not an outcome"),
        ({"outcomes": 7}, "neither a name nor a list"),
        ({"trajectories": "daily"}, "none, quarterly, weekly"),
        ({"replicates": 0}, "out of range"),
        ({"replicates": 1.5}, "whole number"),
        ({"replicates": True}, "whole number"),
    ],
)
def test_what_could_not_be_read_back_is_refused_before_it_is_played(more, said, tmp_path):
    with pytest.raises((Refused, Mistake), match=said) as caught:
        run(of_rows({"levers.skills": [0.2]}, scenarios=SHORT, **more), tmp_path / "d")
    assert not (tmp_path / "d").exists() and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("points", "outcomes", "said"),
    [
        ({"x": [1.0]}, ["run_id", "z"], "a column of every sweep"),
        ({"x": [1.0]}, ["status"], "a column of every sweep"),
        ({"x": [1.0], "y": [1.0]}, ["y", "z"], "a column of the points and an outcome"),
        ({"x": [1.0], "replicate": [1.0]}, ["y"], "every sweep has of its own"),
        ({"x": [1.0]}, [], "at least one"),
        ({"x": [1.0]}, [""], "not empty"),
        ({"x": [1.0]}, [1], "not a name"),
        ({"x": [1.0]}, None, "neither a name nor a list"),
    ],
)
def test_names_of_outcomes_and_columns_do_not_meet(points, outcomes, said):
    with pytest.raises((Refused, Mistake), match=said):
        of_rows(points, model=FunctionModel(twofold, outcomes))


@pytest.mark.parametrize("outcomes", [None, "z", ["z"], ["z", "y"], ("y",)])
def test_what_is_taken_comes_back_by_every_reader(outcomes, tmp_path):
    run(of_rows({"x": [1.0, 2.0]}, model=FunctionModel(twofold, ["y", "z"]), outcomes=outcomes), tmp_path / "d", workers=1)
    sweep = open_sweep(tmp_path / "d")
    asked = ["y", "z"] if outcomes is None else [outcomes] if isinstance(outcomes, str) else list(outcomes)
    wanted = np.column_stack([[1.0, 2.0] if name == "y" else [2.0, 4.0] for name in asked])
    np.testing.assert_array_equal(sweep.values(), wanted)
    np.testing.assert_array_equal(sweep.values(asked[0]), wanted[:, :1])
    assert sweep.to_pandas(asked[0])[asked[0]].tolist() == wanted[:, 0].tolist()
    assert sweep.to_arrow(asked[0]).num_columns == 5 and sweep.to_polars(asked[0]).height == 2
    assert list(sweep.to_xarray(asked[0])) == [asked[0]]
    with pytest.raises(Refused, match="twice"):
        sweep.values([asked[0], asked[0]])


def test_a_told_step_that_switches_comes_back_from_a_sweep(tmp_path):
    """A firm is stored with every value; what its story would switch is stored by value too, or it could not be read."""
    firm = Scenario.parse("quarters = 1\n[remedy.set]\nrole_model = 'co-pilot'\n")
    run(of_rows({"levers.skills": [0.2]}, scenarios=firm, outcomes="revenue_growth"), tmp_path / "d", workers=1)
    (back,) = open_sweep(tmp_path / "d").store.scenarios().values()
    assert back == firm and back.branch("remedy").parameters == firm.branch("remedy").parameters
