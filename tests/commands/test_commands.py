"""The commands that play firms, as typed: what they print, what they write, and how they refuse."""

import json

import pandas as pd
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.effects.role_models import (
    DISPOSITIONS,
    described,
    first_replicates,
    robustness,
    role_models,
    set_beside_rights,
    surviving,
)
from tandem.experiments.study.study import controls
from tandem.sim.results import simulate_batch


def test_run_takes_settings_and_says_units(capsys):
    assert status(["run", "silence", "--quarters", "3", "--set", "levers.skills=0.9", "--replicate", "2"]) == 0
    told = capsys.readouterr().out
    assert "luck 2" in told
    assert "kEUR" in told
    assert "%/year" in told


def test_run_writes_the_same_bytes_twice(tmp_path):
    for folder in ("one", "two"):
        assert status(["run", "silence", "--quarters", "2", "--out", str(tmp_path / folder)]) == 0
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    outcomes = json.loads((tmp_path / "one" / "outcomes.json").read_text("utf-8"))
    assert "revenue_growth" in outcomes


def test_outcomes_json_is_json_even_where_something_is_not_defined(tmp_path):
    assert status(["run", "no-coo", "--quarters", "1", "--out", str(tmp_path)]) == 0

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    assert json.loads((tmp_path / "outcomes.json").read_text("utf-8"), parse_constant=refuse)["conflict_rate"] is None


def test_compare_takes_the_first_name_as_reference(capsys, tmp_path):
    arguments = ["compare", "co-pilot", "no-coo", "--context", "agile", "--runs", "20", "--out", str(tmp_path)]
    assert status(arguments) == 0
    assert "not defined" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "comparison.csv")
    assert list(dict.fromkeys(table["role_model"])) == ["co-pilot", "no-coo"]
    assert set(table.loc[table["role_model"] == "co-pilot", "verdict"]) == {"baseline"}
    pd.testing.assert_frame_equal(table, pd.read_parquet(tmp_path / "comparison.parquet"), check_dtype=False)


def test_compare_tells_the_robustness_of_each_statement(capsys, tmp_path):
    assert (
        status(
            [
                "compare",
                "strategist-executor",
                "undefined",
                "--context",
                "agile",
                "--runs",
                "30",
                "--alternatives",
                "--out",
                str(tmp_path),
            ]
        )
        == 0
    )
    assert "11 of 11" in capsys.readouterr().out
    kept = pd.read_csv(tmp_path / "surviving.csv", keep_default_na=False)
    assert set(kept["of"]) == {11}


def test_cases_are_compared_as_they_are_written(capsys):
    assert status(["compare", "silence", "founder-will-not-let-go", "--runs", "10"]) == 0
    assert "As written" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "co-pilot"],
        ["compare", "co-pilot", "co-pilot"],
        ["compare", "co-pilot", "nobody"],
        ["compare", "--runs", "1"],
        ["compare", "--context", "nowhere"],
        ["study", "--profile", "huge", "--out", "x"],
        ["study", "--out", "pyproject.toml"],
        ["run", "silence", "--out", "pyproject.toml"],
        ["run", "silence", "--set", "levers.skills"],
        ["run", "silence", "--set", "levers.skills=2"],
        ["run", "silence", "--seed", "-1"],
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, capsys):
    assert status(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().split("\n")) == 1


def test_equal_dispositions_undo_whatever_a_role_model_sets_about_its_leaders():
    for context in ("baseline", "agile"):
        scenarios = {arm: plain.with_(dict(DISPOSITIONS)) for arm, plain in described(context).items()}
        left = set_beside_rights(scenarios)
        assert set(left["role_model"]) <= controls()
        assert set(left["path"]) <= {"coo.present", "clarity.charter", "clarity.owner_doubt"}


def test_the_reference_is_a_role_model_and_controls_come_last():
    assert role_models()[0] == "strategist-executor"
    assert set(role_models()[-2:]) == controls() == {"no-coo", "undefined"}


def test_robustness_hold_turn_or_open():
    keys = {"context": "c", "outcome": "y"}
    default = pd.DataFrame(
        [
            {**keys, "role_model": "a", "verdict": "higher", "difference": 1.0},
            {**keys, "role_model": "b", "verdict": "undecided", "difference": 0.1},
        ]
    )
    words = {"first": "higher", "second": "lower", "third": "undecided", "fourth": "same"}
    there = pd.DataFrame(
        [
            {**keys, "role_model": arm, "assumption": name, "verdict": word, "difference": 0.0}
            for arm in ("a", "b")
            for name, word in words.items()
        ]
    )
    told = robustness(default, there)
    assert list(told["assumption"]) == list(words)
    assert list(told["robustness"]) == ["holds", "turns", "opens", "opens"]
    row = surviving(default, there).iloc[0]
    assert (row["survives"], row["of"], row["turns"], row["opens"]) == (1, 4, "second", "third; fourth")


def test_the_default_with_few_pairs_is_shown_but_not_counted_as_an_alternative():
    row = {"context": "c", "outcome": "y", "role_model": "a", "verdict": "higher", "difference": 1.0}
    there = pd.DataFrame([{**row, "assumption": "default"}, {**row, "assumption": "other"}])
    assert list(robustness(pd.DataFrame([row]), there)["assumption"]) == ["default", "other"]
    assert surviving(pd.DataFrame([row]), there).iloc[0]["of"] == 1


def test_the_first_replicates_of_a_batch_are_those_of_a_smaller_one():
    scenario = described("agile", ["co-pilot"])["co-pilot"]
    many, few = simulate_batch(scenario, runs=40, seed=3), simulate_batch(scenario, runs=15, seed=3)
    pd.testing.assert_frame_equal(first_replicates(many, 15).outcomes, few.outcomes, check_exact=True)
    assert first_replicates(many, 15).runs == 15
