"""What a seed is, and the number of a replicate: one rule and one sentence at every door (functions, files, commands)."""

import inspect
import json
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import tandem
from tandem import (
    LeadershipModel,
    Population,
    Scenario,
    advise,
    analyse,
    compare,
    decide,
    discover,
    discover_among,
    explore,
    fan,
    fit,
    heat_map,
    optimise,
    sensitivity,
    simulate,
    simulate_batch,
    simulate_frame,
    small_multiples,
    switching_map,
    worth_of_second,
)
from tandem.experiments.advice.remedies import remedies
from tandem.experiments.advice.rescue import last_saving_week
from tandem.experiments.commands.main import COMMANDS, status
from tandem.experiments.discovery import Event
from tandem.experiments.effects.designs import random_cells, random_levels
from tandem.experiments.sensitivity.second_opinion import METHODS, second_opinion
from tandem.experiments.store import FirmModel, Plan, of_rows
from tandem.sim.mistake import Mistake
from tandem.sim.panel import simulate_panel
from tandem.sim.seeds import SEED, entropy, further, narrow, seed_of, seed_of_text

SHORT = Scenario.load("silence").with_({"quarters": 1})
CASE = Scenario.load("silence")
GOOD = (0, 1, 7, 2**32, 2**53, 2**63, 2**64 - 1, np.int64(7), np.uint64(2**64 - 1), np.uint8(3), np.array(5))
GOOD += ("spring", "7", "été", " ")
BAD = (None, True, False, -1, 1.5, 2.0, 2**64, 10**40, float("nan"), float("inf"), "", b"x", [1], (1, 2), {}, np.True_)
BAD += (np.float64(1.0), np.int64(-1), np.array([1, 2]), 1j, np.array(True), object())


def points(x, keys):
    return x[:, 0] + 0.0 * keys


def pairs(x, keys):
    return np.column_stack([x[:, 0], 1.0 - x[:, 0]])


TABLE = pd.DataFrame(np.random.default_rng(1).random((60, 1)), columns=["a"])
FIGURES = {"trust": {"outcome": "trust_mean", "value": 0.5, "error": 0.1}}
DOORS = {
    "simulate": lambda seed: simulate(SHORT, seed=seed),
    "simulate_batch": lambda seed: simulate_batch(SHORT, runs=2, seed=seed),
    "simulate_panel": lambda seed: simulate_panel([SHORT], 2, seed=seed),
    "compare": lambda seed: compare(SHORT, SHORT, runs=2, seed=seed),
    "LeadershipModel": lambda seed: LeadershipModel(SHORT, seed=seed),
    "advise": lambda seed: advise(SHORT, runs=2, seed=seed),
    "worth_of_second": lambda seed: worth_of_second(9, seed=seed),
    "analyse": lambda seed: analyse(points, ["a"], n=32, seed=seed),
    "decide": lambda seed: decide(pairs, ["up", "down"], ["a"], n=32, seed=seed),
    "switching_map": lambda seed: switching_map(pairs, ["up", "down"], ["a", "b"], ("a", "b"), n=32, seed=seed),
    "discover": lambda seed: discover(Event("y", 0.5, True), TABLE, TABLE["a"].gt(0.5).astype(float), seed=seed),
    "explore": lambda seed: explore(SHORT, seed=seed),
    "fan": lambda seed: fan(SHORT, runs=2, seed=seed),
    "heat_map": lambda seed: heat_map(SHORT, {"levers.skills": [0.2]}, {"dyad.trust": [0.3]}, runs=2, seed=seed),
    "small_multiples": lambda seed: small_multiples([SHORT], runs=2, seed=seed),
    "Population": lambda seed: Population.load().draw(1, seed=seed),
    "remedies": lambda seed: remedies(CASE, seed, 2),
    "last_saving_week": lambda seed: last_saving_week(CASE, seed, 1, step=200),
    "second_opinion": lambda seed: second_opinion(points, ["a"], "morris", n=32, seed=seed),
    "of_rows": lambda seed: of_rows({"levers.skills": [0.2]}, scenarios=SHORT, seed=seed).spec(),
    "Plan": lambda seed: Plan.of({"scenarios": ["silence"], "replicates": 1, "seed": seed}),
    "Plan.design": lambda seed: Plan.of(
        {
            "scenarios": ["silence"],
            "replicates": 1,
            "factors": {"levers.skills": {"low": 0.1, "high": 0.2}},
            "design": {"kind": "sobol", "points": 2, "seed": seed},
        }
    ),
    "FirmModel": lambda seed: FirmModel({"a": SHORT}, seed, ()),
    "simulate_frame": lambda seed: simulate_frame(pd.DataFrame({"dyad.trust": [0.5]}), SHORT, seed=seed),
    "sensitivity": lambda seed: sensitivity(SHORT, {"dyad.trust": (0.2, 0.8)}, "trust_mean", n=32, replicates=2, seed=seed),
    "discover_among": lambda seed: discover_among(SHORT, {"dyad.trust": (0.2, 0.8)}, "trust_mean", 0.5, points=64, seed=seed),
    "optimise": lambda seed: optimise(SHORT, "growth", "skills", levels=2, trials=2, runs=30, seed=seed),
    "fit": lambda seed: fit(FIGURES, {"dyad.trust": (0.2, 0.8)}, SHORT, sets=20, first=48, waves=1, later=16, firms=8, seed=seed),
    "random_levels": lambda seed: random_levels(4, 2, seed),
    "random_cells": lambda seed: random_cells(4, 2, seed),
}
SLOW = {
    "discover_among",
    "optimise",
    "fit",
    "sensitivity",
    "advise",
    "worth_of_second",
    "fan",
    "small_multiples",
    "heat_map",
    "last_saving_week",
    "explore",
    "second_opinion",
}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_alike_what_is_no_seed(door):
    for wrong in BAD:
        if wrong is None and door == "LeadershipModel":
            continue  # Mesa and SPEC 7: None is a fresh seed
        with pytest.raises(Mistake, match=r"seed = .*: not a seed; allowed: ") as caught:
            DOORS[door](wrong)
        assert SEED in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_what_is_a_seed(door):
    for seed in ("spring", 2**64 - 1) if door in SLOW else GOOD:
        DOORS[door](seed)


def test_no_public_function_with_a_seed_was_forgotten():
    takes = {name for name in tandem.__all__ if "seed" in inspect.signature(getattr(tandem, name)).parameters}
    assert takes - {"Batch", "Run"} <= DOORS.keys()  # those two are what comes back


def test_all_of_a_text_counts():
    texts = ["spring", "Spring", "spring ", "gnirps", "s" * 1000, "s" * 1000 + "t", "t" + "s" * 1000]
    found = {simulate(SHORT, seed=text).outcomes["revenue_growth"] for text in texts}
    assert len(found) == len(texts)
    analysed = [analyse(lambda x, keys: x[:, 0], ["a"], n=32, seed=text).moments for text in texts]
    assert len({moments["0:total"].sum() for moments in analysed}) == len(texts)
    assert len({tuple(random_levels(4, 2, text).ravel()) for text in texts}) == len(texts)


@pytest.mark.parametrize("seed", [2**64 - 1, 2**63, "spring"])
@pytest.mark.parametrize("replicate", [0, 2**63 - 1, 2**63, 2**64 - 1, np.uint64(2**64 - 1)])
def test_both_drivers_play_the_same_at_the_ends(seed, replicate):
    assert simulate(SHORT, seed=seed, replicate=replicate).outcomes == pytest.approx(
        LeadershipModel(SHORT, seed=seed, replicate=replicate).run().outcomes, abs=0, nan_ok=True
    )


def test_replicates_beyond_the_sign_are_replicates_of_their_own():
    numbers = [0, 1, 2**62, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
    found = [simulate(SHORT, replicate=number) for number in numbers]
    assert len({run.outcomes["revenue_growth"] for run in found}) == len(numbers)
    assert [run.replicate for run in found] == numbers


@pytest.mark.parametrize("wrong", [wrong for wrong in BAD if not isinstance(wrong, str)] + ["1", ""])
def test_replicates_are_whole_numbers_everywhere(wrong):
    for name, play in (
        ("replicate", lambda: simulate(SHORT, replicate=wrong)),
        ("replicate", lambda: LeadershipModel(SHORT, replicate=wrong)),
        ("firm", lambda: simulate(SHORT, firm=wrong)),
        ("number", lambda: LeadershipModel(SHORT, number=wrong)),
    ):
        with pytest.raises(Mistake, match=rf"{name} = .*: not such a number; allowed: a whole number from 0 to 2\^64 - 1"):
            play()


def test_numpys_generators_are_told_apart_as_seeds_are():
    assert entropy(5, 1) == [5, 1] and entropy("a") != entropy("b") and len(entropy("a", 3)) == 3
    assert narrow(2**32 - 1) == 2**32 - 1 and 0 <= narrow("a") < 2**32 and narrow(2**32) != narrow(2**32 + 1)
    assert further(3, 1000, 4) == 3004 and seed_of(further(2**64 - 1, 1000, 4)) != further(2**64 - 1, 1000, 5)
    assert further("a", 1000, 1) != further("a", 1000, 2)
    for method in METHODS:
        second_opinion(points, ["a", "b"], method, n=64, seed=2**64 - 1)


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol", "saltelli"])
def test_designs_of_plans_take_every_seed(design):
    from tandem.experiments.store import of_plan

    def drawn(seed):
        tables = {"kind": design, "points": 4, "seed": seed}
        factors = {"levers.skills": {"low": 0.1, "high": 0.9}}
        plan = Plan.of({"scenarios": ["silence"], "replicates": 1, "factors": factors, "design": tables})
        return of_plan(plan).points.blocks().__next__()["levers.skills"].to_pylist()

    assert len({tuple(drawn(seed)) for seed in (0, 1, 2**63, 2**64 - 1, "a", "b")}) == 6


# -- on the command line -----------------------------------------------------------------------

TAKING = [
    name for name, (module, _, _) in COMMANDS.items() if name in {"run", "explain", "compare", "advise", "discover", "optimise"}
]
TAKING += ["sensitivity", "study", "validate", "calibrate", "room"]
ARGUMENTS = {
    "run": ["silence"],
    "explain": ["silence"],
    "advise": ["silence"],
    "optimise": ["silence"],
    "discover": ["nowhere"],
    "sensitivity": ["--out", "nowhere/x"],
    "study": ["--out", "nowhere/x"],
    "calibrate": ["--out", "nowhere/x"],
    "room": ["silence", "--local", "--port", "0"],
}
WRONG_WORDS = ("-1", "1.5", "18446744073709551616", "9" * 50, "9" * 5000, "", " ", "None", "True", "nan", "1e3", "-inf", "1_000")


@pytest.mark.parametrize("command", TAKING)
def test_every_command_refuses_alike_what_is_no_seed(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for word in WRONG_WORDS:
        assert status([command, *ARGUMENTS.get(command, []), "--seed", word]) == 2
        told = capsys.readouterr().err
        assert "not a seed; allowed: " + SEED in told and told.count("\n") == 1, told
    assert list(tmp_path.iterdir()) == []


def test_every_command_with_a_seed_was_asked():
    from importlib import import_module

    for name, (module, function, _) in COMMANDS.items():
        found = getattr(import_module(f"tandem.experiments.commands.{module}"), function)
        assert ("seed" in inspect.signature(found).parameters) == (name in TAKING), name


@pytest.mark.parametrize("seed", ["0", "18446744073709551615", "spring", "007", "-spring", "été"])
def test_a_command_plays_the_seed_that_python_plays(seed, tmp_path, capsys):
    name = str(tmp_path / "short.toml")
    SHORT.save(name)
    assert status(["run", name, f"--seed={seed}", "--replicate", "18446744073709551615", "--out", str(tmp_path / "out")]) == 0
    known = seed_of_text(seed)
    kept = json.loads((tmp_path / "out" / "outcomes.json").read_text())
    wanted = simulate(SHORT, seed=known, replicate=2**64 - 1).outcomes
    assert kept["revenue_growth"] == wanted["revenue_growth"]
    assert json.loads((tmp_path / "out" / "run.json").read_text())["seed"] == known
    assert status(["explain", name, f"--seed={seed}", "--replicates", "10"]) == 0


@pytest.mark.parametrize("word", ["-1", "1.5", "18446744073709551616", "spring", "", "None", "9" * 5000])
@pytest.mark.parametrize("command", ["run", "explain"])
def test_commands_refuse_alike_what_is_no_replicate(command, word, capsys):
    assert status([command, "silence", "--replicate", word]) == 2
    told = capsys.readouterr().err
    assert "not such a number; allowed: a whole number from 0 to 2^64 - 1" in told and told.count("\n") == 1


@pytest.mark.parametrize("seed", ["-1", "1.5", "true", "18446744073709551616", '""', "[1]", "nan", "1979-05-27", "{ a = 1 }"])
@pytest.mark.parametrize("table", ["", "[design]\nkind = 'sobol'\npoints = 2\n"])
def test_a_plan_refuses_what_is_no_seed_and_names_itself(seed, table, tmp_path, capsys):
    text = "replicates = 1\nscenarios = ['silence']\n" + ("" if table else f"seed = {seed}\n")
    text += "[factors]\n'levers.skills' = " + ("{ low = 0.1, high = 0.2 }\n" if table else "[0.1]\n")
    (tmp_path / "plan.toml").write_text(text + table + (f"seed = {seed}\n" if table else ""))
    assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "plan.toml: " in told and "not a seed; allowed: " + SEED in told and told.count("\n") == 1, told
    assert not (tmp_path / "out").exists()


def test_a_plan_takes_the_largest_seed(tmp_path, capsys):
    (tmp_path / "plan.toml").write_text("replicates = 2\nscenarios = ['silence']\nquarters = 1\nseed = 18446744073709551615\n")
    assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    assert status(["verify", str(tmp_path / "out"), "--recompute", "100", "--workers", "1"]) == 0
    from tandem.experiments.store import open_sweep

    wanted = simulate_batch(SHORT, 2, 2**64 - 1).outcomes["revenue_growth"]
    np.testing.assert_array_equal(open_sweep(tmp_path / "out").values(["revenue_growth"])[:, 0], wanted)


def test_a_wrong_seed_is_one_line_for_a_user_in_a_terminal():
    call = [sys.executable, "-m", "tandem", "run", "silence", "--seed", "-1"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr and done.stderr.count("\n") == 1
