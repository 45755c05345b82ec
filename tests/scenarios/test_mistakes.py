"""Mistaken inputs of every file that a user can write: one clear line that names the file, in time, and nothing is written.

The inputs come from `tests/mistakes.py`: every kind of file, a fixed seed.
"""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from mistakes import good, mistakes

from tandem.experiments.calibration.declared import read_calibration
from tandem.experiments.calibration.space import profile, space
from tandem.experiments.commands.main import status
from tandem.experiments.firms.population import Population
from tandem.experiments.store.plan import Plan
from tandem.experiments.validation.declared import read_histories
from tandem.experiments.validation.findings import findings, of_file
from tandem.experiments.validation.histories import histories
from tandem.sim.mistake import Mistake
from tandem.sim.scenario import Scenario, ScenarioError

SECONDS = 4.0  # two are promised; a machine that does other work beside may take twice as long
POPULATION = good()["population"]
DOORS = {
    "case": Scenario.load,
    "role_model": lambda file: Scenario.of(role_model=str(file)),
    "context": lambda file: Scenario.of(context=str(file)),
    "plan": Plan.load,
    "population": lambda file: Population.load(file, parameters={}).draw(3),
    "calibration": lambda file: read_calibration(file, str(file), POPULATION),
    "findings": lambda file: of_file(file, str(file)),
    "histories": lambda file: read_histories(file, str(file)),
}
COMMANDS = {
    "case": ["check", "show", "run", "explain", "advise", "compare"],
    "role_model": ["check"],
    "context": ["check"],
    "plan": ["sweep"],
}


def answer(door: Any, file: Path) -> str:
    """What a door says to a file: the line of its refusal, or nothing. Other errors come through."""
    try:
        door(file)
    except Mistake as refused:
        return str(refused)
    return ""


def wrong_with(mistake: Any, folder: Path) -> str:
    """What is wrong with the answer to one mistaken file; empty where it is right."""
    file = folder / f"wrong-{mistake.kind}.toml"
    file.write_bytes(mistake.content)
    started = time.monotonic()
    try:
        line = answer(DOORS[mistake.kind], file)
    except Exception as error:  # whatever it is: a traceback for the user
        return f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    if seconds > SECONDS:
        return f"{seconds:.1f} s"
    if not line:
        return "accepted" if mistake.sure else ""
    if len(line.splitlines()) != 1 or not line.isprintable() or file.name not in line:
        return f"not one line with the file's name: {line}"
    same = re.search(r"did you mean '([^']*)'", line)
    return f"advises what stands there: {line}" if same and f": {same[1]} =" in line else ""


def all_answered(chosen: list, folder: Path) -> None:
    Scenario.load("silence")  # what is read once in a process is no part of the time of an answer
    wrong = [f"{mistake.kind}, {mistake.what}: {found}" for mistake in chosen if (found := wrong_with(mistake, folder))]
    assert wrong == []
    assert sorted(path.name for path in folder.iterdir()) == sorted({f"wrong-{mistake.kind}.toml" for mistake in chosen})


def test_a_drawn_share_of_mistaken_files_is_answered(tmp_path):
    chosen = mistakes()[:160]
    assert {mistake.kind for mistake in chosen} == set(DOORS)
    all_answered(chosen, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", [19, 20, 21])
def test_every_mistaken_file_is_answered(seed, tmp_path):
    chosen = mistakes(seed, of_each=120)
    assert len(chosen) > 900
    all_answered(chosen, tmp_path)


@pytest.mark.long
def test_every_mistaken_file_is_answered_at_the_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chosen = [mistake for mistake in mistakes(22, of_each=200) if mistake.sure and mistake.kind in COMMANDS]
    assert len(chosen) > 250
    for number, mistake in enumerate(chosen):
        file = asked = tmp_path / f"wrong-{mistake.kind}.toml"
        file.write_bytes(mistake.content)
        if mistake.kind in ("role_model", "context"):
            asked = tmp_path / "firm.toml"
            asked.write_text(f'{mistake.kind} = "{file}"\n', "utf-8")
        command = COMMANDS[mistake.kind][number % len(COMMANDS[mistake.kind])]
        words = [command, str(asked), *(["silence"] if command == "compare" else [])]
        words += ["--out", str(tmp_path / "out")] if command in ("run", "advise", "sweep", "compare") else []
        started = time.monotonic()
        code = status(words)
        told = capsys.readouterr()
        assert (code, told.out) == (2, ""), (mistake.kind, mistake.what)
        assert told.err.count("\n") == 1 and file.name in told.err, (mistake.kind, mistake.what, told.err)
        assert time.monotonic() - started < SECONDS and not (tmp_path / "out").exists()


def test_the_good_files_behind_the_mistaken_ones_are_accepted(tmp_path):
    for kind, tables in good().items():
        file = tmp_path / f"{kind}.toml"
        file.write_text(tomli_w.dumps(tables), "utf-8")
        assert answer(DOORS[kind], file) == ""


def test_the_files_of_the_project_pass_their_own_doors():
    assert len(findings()) == 25 and len(histories()) == 2 and len(space()) > 40 and profile("smoke").firms == 60
    assert len(Population.load(parameters={}).laws) > 30


LAW = {"path": "ceo.hours", "law": "normal", "source": "assumption"}
RANGE = {"path": "dyad.trust", "low": 0.2, "high": 0.1, "scale": "log", "why": ""}


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("population", {"horizon": 3}, "horizon = 3: wrong type; allowed: a table of source, reason, burn_in_weeks, quarters"),
        ("population", {"role_models": []}, "role_models"),
        ("population", {"role_models": {"no-such-model": 1.0}}, "role_models.no-such-model"),
        ("population", {"role_models": {"co-pilot": -1.0}}, "role_models.co-pilot = -1.0: not a weight"),
        ("population", {"contexts": {"source": "assumption"}}, "no weight is above 0"),
        ("population", {"differs": [1, 2]}, "differs.0 = 1: wrong type"),
        ("population", {"differs": [{**LAW, "path": "ceo.hourss"}]}, "did you mean 'ceo.hours'"),
        ("population", {"differs": [LAW, LAW]}, "twice"),
        ("population", {"differs": [{**LAW, "path": "quarters"}]}, "differs.0.path"),
        ("population", {"common": [{"path": "ceo.hours", "value": "many"}]}, "common.0.value: ceo.hours = 'many'"),
        ("population", {"coo": {"threshold": "high", "taste": 1.0, "without": "no-coo"}}, "coo.threshold = 'high'"),
        ("population", {"horizon": {"burn_in_weeks": 52, "quarters": 4}}, "burn_in_weeks leaves no week"),
        ("calibration", {"parameters": [RANGE]}, "low must be below high"),
        ("calibration", {"parameters": 3}, "parameters = 3"),
        ("calibration", {"profiles": {"smoke": {"firms": "many"}}}, "profiles.smoke.firms = 'many'"),
        ("calibration", {"priors": 1}, "priors = 1"),
        ("findings", {"finding": [{"id": "C1"}]}, "finding.0.en: this key is missing"),
        ("findings", {"finding": {}}, "finding = an empty table"),
        ("histories", {"history": [1]}, "history.0 = 1"),
        ("plan", {"scenarios": [{"role_model": ["co-pilot"] * 10_000}]}, "scenarios.0: role_model"),
        ("plan", {"scenarios": ["silence"] * 10_000}, "twice"),
        ("plan", {"factors": {"teams": [1, 2]}}, "factors.teams: this is a whole table"),
        ("plan", {"factors": {"levers.skills": [k / 1e4 for k in range(10_000)] + [2.0]}}, "levers.skills = 2.0"),
        ("case", {"change": [{"week": 1, "set": {"ceo.hours": 20.0}}] * 10_000}, "change = a list of 10000: too many"),
        ("case", {"extends": ["silence"] * 10_000}, "extends = a list of 10000: too many"),
        ("case", {"failure": {"conditions": [{"outcome": "x", "above": 1.0}] * 10_000}}, "failure.conditions"),
    ],
)
def test_a_file_is_refused_at_its_door(kind, change, words, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(tomli_w.dumps({**good()[kind], **change}), "utf-8")
    started = time.monotonic()
    line = answer(DOORS[kind], file)
    assert words in line and "mine.toml: " in line and time.monotonic() - started < SECONDS


@pytest.mark.parametrize("path", ["teams", "events", "levers", "ceo.priorities", "charter.budget", "teams.0"])
def test_no_advice_is_what_stands_there(path):
    with pytest.raises(ScenarioError) as refused:
        Plan.of({"replicates": 1, "scenarios": ["silence"], "factors": {path: [1, 2]}})
    assert "did you mean" not in str(refused.value) and "whole table" in str(refused.value)
    assert "did you mean" not in str(ScenarioError("unknown key", key="teams", suggestion="teams"))
    assert "did you mean" not in str(ScenarioError("unknown word", value="or", suggestion="or"))
