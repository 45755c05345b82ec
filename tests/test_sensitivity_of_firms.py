"""Sensitivity on the model of firms: luck by key, strata, what is not defined, the command and its files."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.commands.main import status
from experiments.sensitivity.firms import Firms, pooled
from experiments.sensitivity.salib import METHODS, second_opinion
from experiments.sensitivity.strata import PROFILES, analysed, strata, together
from sim import Scenario, simulate_batch
from sim.parameters import LEVERS


@pytest.fixture(scope="module")
def firms():
    return Firms([Scenario.of(role_model="co-pilot").with_({"quarters": 2})])


def test_equal_keys_are_equal_luck_and_others_are_not(firms):
    points = np.full((3, len(LEVERS)), 0.5)
    first, again, other = firms(points, np.array([7, 7, 8], np.uint64))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_levels_are_those_of_the_scenario_file():
    level = {"levers.communication": 0.8, "levers.skills": 0.3}
    scenario = Scenario.of(role_model="brand-performance", context="agile").with_({"quarters": 2})
    points = np.full((1, len(LEVERS)), 0.5)
    for path, value in level.items():
        points[0, LEVERS.index(path.split(".")[1])] = value
    whole = scenario.with_({**{f"levers.{lever}": 0.5 for lever in LEVERS}, **level})
    by_point = [Firms([scenario])(points, np.array([key], np.uint64))[0] for key in range(200)]
    by_file = simulate_batch(whole, 200).outcomes[["revenue_growth", "conflict_rate"]]
    # Other lucks, the same firm: means agree within five standard errors.
    error = by_file.std().to_numpy() * np.sqrt(2 / 200)
    assert (np.abs(np.mean(by_point, axis=0) - by_file.mean().to_numpy()) < 5 * error).all()


def test_split_and_context_pick_the_cell_and_its_level_is_taken_out():
    firms = pooled(["co-pilot", "undefined"], ["baseline", "agile"])
    points = np.full((4, len(LEVERS) + 2), 0.5)
    points[:, -2:] = [(0.1, 0.1), (0.1, 0.9), (0.9, 0.1), (0.9, 0.9)]
    assert firms.cells(points).tolist() == [0, 1, 2, 3]
    draw = np.random.default_rng(3)
    many = draw.random((800, len(LEVERS) + 2))
    y = firms(many, draw.integers(0, 2**64, 800, dtype=np.uint64))
    assert np.abs(y.mean(axis=0)).max() < 0.2 * y.std(axis=0).max()


def test_conflict_is_not_defined_without_a_coo():
    [alone] = strata("no-coo")
    assert alone.not_defined == ("conflict_rate",)
    found = analysed(alone, PROFILES["smoke"], seed=1)
    table = together({"no-coo": found}, [alone])["indices"]
    assert table[table["output"] == "conflict_rate"]["verdict"].tolist() == ["not defined"]


def test_the_command_writes_what_it_says(tmp_path, capsys):
    assert status(["sensitivity", "co-pilot", "--profile", "smoke", "--out", str(tmp_path / "s")]) == 0
    assert "not a forecast" in capsys.readouterr().out
    indices = pd.read_csv(tmp_path / "s" / "indices.csv")
    assert set(indices["output"]) == {"revenue_growth", "conflict_rate"}
    assert json.loads((tmp_path / "s" / "design.json").read_text())["profile"] == "smoke"
    assert (tmp_path / "s" / "conflict_rate_co-pilot.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize("words", [
    ["sensitivity", "co-pilott", "--out", "{}"], ["sensitivity", "--context", "agil", "--out", "{}"],
    ["sensitivity", "co-pilot", "--profile", "smoke", "--method", "sobel", "--out", "{}"],
])  # fmt: skip
def test_bad_words_are_one_line(words, tmp_path, capsys):
    assert status([word.format(tmp_path / "x") for word in words]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("method", METHODS)
def test_salib_gives_a_second_opinion_with_a_warning(method):
    table, warning = second_opinion(lambda X, keys: (X[:, 0] + 0.1 * X[:, 1])[:, None], ["a", "b", "c"], ["y"], method, n=128)
    first = table[table["measure"] == table["measure"].iloc[0]].set_index("input")["estimate"]
    assert first["a"] > first["b"] > first["c"] - 1e-9 or method in ("pawn", "delta", "fast")
    assert first["a"] == first.max()
    assert "takes the model for exact" in warning
