"""Lines that led astray: numbers as people type them, keys as the file has them, languages there are not, Python in a command's
advice."""

import pytest
import tomli_w

from tandem import Scenario, compare, simulate, simulate_batch
from tandem.experiments.commands.main import status
from tandem.experiments.commands.settings import settings
from tandem.experiments.store.plan import Plan
from tandem.experiments.validation.finding_figures import forest_plot
from tandem.experiments.validation.history_figures import write_histories
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import chosen
from tandem.sim.scenario import ScenarioError
from tandem.sim.texts import listed, money, number, text


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (".5", 0.5),
        ("5.", 5.0),
        ("+.5", 0.5),
        ("-.5e1", -5.0),
        ("1e-1", 0.1),
        ("0.5", 0.5),
        ("3", 3),
        ("sole", "sole"),
        (".", "."),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, value):
    read = settings([f"levers.skills={typed}"])["levers.skills"]
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize("typed", ["0,5", ",5", "-1,25", "12,5"])
def test_a_decimal_comma_is_named_as_the_cause(typed, capsys):
    assert status(["run", "silence", "--set", f"levers.skills={typed}"]) == 2
    line = capsys.readouterr().err
    assert "a decimal comma" in line and f"a decimal point: {typed.replace(',', '.')}" in line


WITHOUT_MEAN = {"low": 0.2, "high": 0.8, "distribution": "normal"}


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"seed": 1.5}, "seed = 1.5"),
        (
            {"factors": {"levers": {"communication": WITHOUT_MEAN}}},
            "factors.levers.communication: ",
        ),
        ({"factors": {"levers.skills": {"low": 0.9, "high": 0.1}}}, "factors.levers.skills: low must be below high"),
        ({"factors": {"levers.skills": {"values": [0.1], "weights": ["x"]}}}, "factors.levers.skills.weights.0 = 'x'"),
        ({"replicates": None}, "plan.toml: a plan needs replicates"),
        ({"design": {"kind": "sobol"}}, "design: a sobol design needs points"),
        ({"precision": {"outcome": "x"}}, "precision.half_width: this key is missing"),
    ],
)
def test_a_key_is_what_stands_in_the_file(tables, key, tmp_path):
    plan = {"replicates": 2, "scenarios": ["silence"], **tables}
    file = tmp_path / "plan.toml"
    file.write_text(tomli_w.dumps({name: value for name, value in plan.items() if value is not None}), "utf-8")
    with pytest.raises(ScenarioError) as refused:
        Plan.load(file)
    line = str(refused.value)
    assert key in line and ".:" not in line and "seed.int" not in line


@pytest.fixture(scope="module")
def played():
    firm = Scenario.load("silence").with_({"quarters": 1})
    other = Scenario.load("co-pilot-weakness").with_({"quarters": 1})
    return simulate(firm, seed=1), simulate_batch(firm, runs=3), compare(firm, other, runs=3)


@pytest.mark.parametrize("lang", ["de", "", "EN", None, 3, ["en"], "english"])
def test_a_language_that_there_is_not_is_one_sentence_everywhere(lang, played, tmp_path):
    run, batch, pair = played
    doors = [
        lambda: run.plot(lang=lang),
        lambda: run.explain(lang=lang),
        lambda: batch.plot(lang=lang),
        lambda: pair.plot(lang=lang),
        lambda: pair.titles(lang),
        lambda: run.scenario.title(lang),
        lambda: OUTCOMES["conflict_rate"].title(lang),
        lambda: OUTCOMES["conflict_rate"].unit_in(lang),
        lambda: chosen("declared").tell(lang),
        lambda: text("list.and", lang, first="a", last="b"),
        lambda: number(1.0, ".1f", lang),
        lambda: money(1.0, lang),
        lambda: listed(["a", "b"], lang),
        lambda: write_histories(None, tmp_path, lang),
        lambda: forest_plot(None, lang),
    ]
    for door in doors:
        with pytest.raises(Mistake, match="allowed: en, fr"):
            door()


def test_no_command_advises_python(tmp_path, capsys):
    plan = tmp_path / "plan.toml"
    plan.write_text('replicates = 2\nquarters = 1\nkeep = "named"\nscenarios = ["silence"]\n', "utf-8")
    told = []
    for words in (
        ["discover", str(tmp_path)],
        ["report", str(tmp_path)],
        ["verify", str(tmp_path)],
        ["run", "silence", "--parameters", "nonsense"],
        ["run", "silence", "--seed", "1.5"],
        ["run", "silence", "--seed", "-1"],
        ["compare", "silence", "--runs", "1"],
        ["sensitivity", "silence", "--out", str(tmp_path / "s"), "--method", "nonsense"],
        ["advise", "silence", "--runs", "3"],
        ["sweep", str(plan), "--out", str(plan)],
    ):
        assert status(words) == 2, words
        told.append(capsys.readouterr().err)
    for line in told:
        assert line.count("\n") == 1 or line.startswith("starting"), line
        assert "=True" not in line and "parameters = " not in line and "(..." not in line and "seed = " not in line, line


@pytest.mark.parametrize(
    "words", [["sensitivity", "--profile", "paperr"], ["explain", "silence", "--lang", "de"], ["calibrate", "--profile", "fulll"]]
)
def test_a_choice_that_there_is_not_is_refused_in_the_users_words(words, capsys):
    assert status(words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and words[-1] in said and "Value error" not in said
