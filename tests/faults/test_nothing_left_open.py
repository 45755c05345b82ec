"""No command leaves a file, a pipe or a socket open. Python tells it of an object where that is swept up, which may be anywhere:
so it is asked of processes of their own, and a warning that falls into another test is no error there (`pyproject.toml`)."""

import subprocess
import sys

import pytest

WATCHED = (sys.executable, "-W", "always::ResourceWarning")
TANDEM = ("-m", "tandem.experiments.commands.main")
PLAN = """
seed = 3
quarters = 1
replicates = 6
outcomes = ["cash"]
keep = "named"
scenarios = ["co-pilot"]
factors = { "levers.skills" = [0.2, 0.8] }
"""


def told(*words) -> str:
    """What a process says on its second stream."""
    return subprocess.run([*WATCHED, *map(str, words)], capture_output=True, text=True, timeout=300).stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("open")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "command",
    ["run silence --out {0}/run", "compare silence --runs 20 --out {0}/compare", "sweep {0}/plan.toml --out {0}/sweep", "list"],
)
def test_a_command_leaves_nothing_open(command, place):
    said = told(*TANDEM, *command.format(place).split())
    assert "ResourceWarning" not in said and "Traceback" not in said


def test_what_is_left_open_would_be_told(place):
    assert "ResourceWarning: unclosed file" in told("-c", f"open({str(place / 'plan.toml')!r})")
