"""Every path in a file is from the folder of that file, wherever the command is given; messages name the file that was read."""

import shutil

import pytest

from tandem import Population, Scenario
from tandem.experiments.commands.main import status
from tandem.experiments.store import Plan, of_plan
from tandem.sim.scenario import ScenarioError

LEVEL = {"a": 0.1, "b": 0.9}
PLANS = {
    "a text": "scenarios = ['firm.toml']",
    "one text": "scenarios = 'firm.toml'",
    "a folder": "scenarios = ['./firm.toml']",
    "up and down": "scenarios = ['../a/firm.toml']",
    "load": "scenarios = [{ load = 'firm.toml', name = 'firm' }]",
    "role model": "scenarios = [{ role_model = 'split.toml', name = 'firm' }]",
    "role models": "scenarios = [{ role_model = ['split.toml'], context = ['agile'], name = 'firm' }]",
    "context": "scenarios = [{ context = 'market.toml', role_model = 'co-pilot', name = 'firm' }]",
    "switched": "scenarios = [{ load = 'silence', set = { role_model = 'split.toml' }, name = 'firm' }]",
}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders with files of the same names that say different things; we stand in b, the files asked for lie in a."""
    for name, level in LEVEL.items():
        here = tmp_path / name
        here.mkdir()
        (here / "firm.toml").write_text(f"quarters = 1\n[levers]\nskills = {level}\n")
        (here / "base.toml").write_text(f"quarters = 1\n[levers]\nskills = {level}\n")
        (here / "split.toml").write_text(f"title = '{name}'\n[levers]\nskills = {level}\n")
        (here / "market.toml").write_text(f"title = '{name}'\n[levers]\nskills = {level}\n")
        (here / "points.csv").write_text(f"levers.skills\n{level}\n")
    monkeypatch.chdir(tmp_path / "b")
    return tmp_path


def skills(scenario):
    return scenario.parameters.levers.skills


@pytest.mark.parametrize("how", PLANS)
def test_scenarios_of_a_plan_lie_beside_the_plan(how, folders):
    (folders / "a" / "plan.toml").write_text(f"replicates = 1\nquarters = 1\n{PLANS[how]}\n")
    for path in (folders / "a" / "plan.toml", "../a/plan.toml"):
        (scenario,) = Plan.load(path).scenarios.values()
        assert skills(scenario) == LEVEL["a"]
    (scenario,) = Plan.parse(f"replicates = 1\n{PLANS[how]}\n", "../a").scenarios.values()
    assert skills(scenario) == LEVEL["a"]


def test_points_of_a_plan_lie_beside_the_plan(folders, monkeypatch):
    home = folders / "b"
    monkeypatch.setenv("HOME", str(home))
    for file, wanted in (("points.csv", "a"), ("./points.csv", "a"), ("../b/points.csv", "b"), ("~/points.csv", "b")):
        text = f"replicates = 1\nscenarios = ['silence']\n[design]\nkind = 'table'\nfile = '{file}'\n"
        (folders / "a" / "plan.toml").write_text(text)
        (block,) = of_plan(Plan.load("../a/plan.toml")).points.blocks()
        assert block["levers.skills"].to_pylist() == [LEVEL[wanted]]


@pytest.mark.parametrize("key", ["extends", "role_model", "context"])
def test_what_a_scenario_stands_on_lies_beside_it(key, folders):
    file = {"extends": "base.toml", "role_model": "split.toml", "context": "market.toml"}[key]
    (folders / "a" / "mine.toml").write_text(f"{key} = '{file}'\nquarters = 1\n")
    assert skills(Scenario.load("../a/mine.toml")) == LEVEL["a"]


@pytest.mark.parametrize(
    ("part", "table"),
    [
        ("intervention", "[intervention]\nweek = 5\n[intervention.set]\nrole_model = 'split.toml'\n"),
        ("remedy", "[remedy.set]\nrole_model = 'split.toml'\n"),
        ("cause", "[cause.off]\ncontext = 'market.toml'\n"),
        ("cause", "[cause.set]\nrole_model = 'split.toml'\n"),
    ],
)
def test_a_told_step_finds_its_files_beside_the_file_that_tells_it(part, table, folders):
    (folders / "a" / "mine.toml").write_text(f"quarters = 1\n{table}")
    (folders / "b" / "heir.toml").write_text("extends = '../a/mine.toml'\n")
    for name in ("../a/mine.toml", "heir.toml"):
        branch = Scenario.load(name).branch(part)
        assert branch.timeline[-1][1].levers.skills == LEVEL["a"]
    Scenario.load("../a/mine.toml").save(folders / "b" / "saved.toml")
    (folders / "c").mkdir()
    shutil.move(folders / "b" / "saved.toml", folders / "c" / "saved.toml")
    assert Scenario.load(folders / "c" / "saved.toml").branch(part).timeline[-1][1].levers.skills == LEVEL["a"]


def test_a_change_finds_its_role_model_beside_its_file(folders):
    (folders / "a" / "mine.toml").write_text("quarters = 1\n[[change]]\nweek = 3\nrole_model = 'split.toml'\n")
    assert Scenario.load("../a/mine.toml").timeline[-1][1].levers.skills == LEVEL["a"]


def test_a_population_finds_its_files_beside_itself(folders):
    from importlib import resources

    text = (resources.files("tandem.scenarios") / "population.toml").read_text("utf-8")
    head, _, rest = text.partition("[role_models]")
    after = rest[rest.index("\n[") :]
    (folders / "a" / "people.toml").write_text(f"{head}[role_models]\n'split.toml' = 1.0\n{after}")
    drawn = Population.load("../a/people.toml", parameters="declared").draw(1, pairs_only=False)
    assert any("a/split.toml" in (layer.file or "") for layer in drawn[0].layers)
    assert drawn[0].layers and skills(drawn[0].with_({"levers.skills": 0.5})) == 0.5


def test_the_message_names_the_file_that_was_read(folders, capsys):
    (folders / "a" / "firm.toml").write_text("quarters = 'many'\n")
    (folders / "a" / "plan.toml").write_text("replicates = 1\nscenarios = ['firm.toml', 'gone.toml']\n")
    with pytest.raises(ScenarioError, match=r"plan\.toml"):
        Plan.load("../a/plan.toml")
    assert status(["sweep", "../a/plan.toml", "--out", "out"]) == 2
    told = capsys.readouterr().err
    assert "../a/plan.toml: " in told and told.count("\n") == 1
    (folders / "a" / "plan.toml").write_text("replicates = 1\nscenarios = ['gone.toml']\n")
    assert status(["sweep", "../a/plan.toml", "--out", "out"]) == 2
    told = capsys.readouterr().err
    assert "../a/gone.toml" in told and "no such file" in told and told.count("\n") == 1


def test_a_command_plays_the_file_of_the_plan(folders, capsys):
    (folders / "a" / "plan.toml").write_text("replicates = 2\nscenarios = ['firm.toml']\n")
    assert status(["sweep", "../a/plan.toml", "--out", "out", "--workers", "1"]) == 0
    from tandem import simulate_batch
    from tandem.experiments.store import open_sweep

    wanted = simulate_batch(Scenario.load("../a/firm.toml"), 2).outcomes["revenue_growth"]
    assert open_sweep("out").values("revenue_growth")[:, 0].tolist() == wanted.tolist()
