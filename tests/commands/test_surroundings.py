"""Where commands and scripts are run from: folders with modules of a user's own of our names, other users, places that cannot be
written to, other languages and encodings. The whole matrix is a long test; a few of its cells are fast."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
NAMES = ("sim", "experiments", "scenarios")
SCRIPT = """
from tandem import Scenario, compare, simulate
import {name}
assert {name}.MINE == 1, "a user's own module stays his own"
run = simulate(Scenario.load("silence").with_({{"quarters": 1}}), seed=7)
from tandem.experiments.commands.main import status
assert status(["check", "silence"]) == 0
print(len(run.weekly))
"""


def ran(words: list[str], where: Path, environment: dict[str, str] | None = None, user: int | None = None):
    return subprocess.run(
        words,
        capture_output=True,
        timeout=600,
        cwd=where,
        env={**os.environ, **(environment or {})},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def own_modules(folder: Path) -> None:
    """A user's own `sim.py`, `experiments/__init__.py` and `scenarios.py`, which know nothing of ours."""
    (folder / "sim.py").write_text("MINE = 1\n", "utf-8")
    (folder / "scenarios.py").write_text("MINE = 1\n", "utf-8")
    (folder / "experiments").mkdir(exist_ok=True)
    (folder / "experiments" / "__init__.py").write_text("MINE = 1\n", "utf-8")


def test_a_users_own_modules_of_our_names_break_nothing(tmp_path):
    own_modules(tmp_path)
    for name in NAMES:
        (tmp_path / f"own_{name}.py").write_text(SCRIPT.format(name=name), "utf-8")
        done = ran([sys.executable, f"own_{name}.py"], tmp_path)
        assert (done.returncode, done.stdout.split(b"\n")[-2:]) == (0, [b"14", b""]), done.stderr
    first = "import {0}\nfrom tandem import simulate\nassert {0}.MINE == 1\n"
    for name in NAMES:
        (tmp_path / "first.py").write_text(first.format(name), "utf-8")
        done = ran([sys.executable, "first.py"], tmp_path)
        assert done.returncode == 0, done.stderr
    done = ran([sys.executable, "-m", "tandem", "run", "silence", "--quarters", "1"], tmp_path)
    assert done.returncode == 0 and b"Outcomes" in done.stdout, done.stderr


def test_workers_are_not_misled_by_a_users_own_modules(tmp_path):
    own_modules(tmp_path)
    plan = 'replicates = 4\nquarters = 1\nkeep = "named"\nscenarios = ["silence", "success-story"]\n'
    (tmp_path / "plan.toml").write_text(plan, "utf-8")
    done = ran(
        [sys.executable, "-m", "tandem", "sweep", "plan.toml", "--out", "s", "--workers", "2", "--chunk-runs", "2"], tmp_path
    )
    assert done.returncode == 0 and b"digest" in done.stdout, done.stderr


PLACES = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "fr_FR": {"LANG": "fr_FR.UTF-8", "LC_ALL": "fr_FR.UTF-8"},
    "40 columns": {"COLUMNS": "40"},
    "no columns": {"COLUMNS": "0", "LINES": "-1"},
    "no home": {"HOME": "", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""},
    "no place to keep code": {"TANDEM_CACHE": "/proc/nowhere", "HOME": "/proc"},
    "matplotlibrc": {"MATPLOTLIBRC": "", "MPLBACKEND": "nonsense"},
    "another user": {},
}
COMMANDS = (
    ["list", "--lang", "fr"],
    ["show", "silence"],
    ["run", "silence", "--quarters", "1", "--out", "run"],
    ["explain", "silence", "--lang", "fr"],
    ["compare", "silence", "success-story", "--runs", "4", "--out", "compared"],
    ["sweep", "plan.toml", "--out", "swept", "--workers", "1"],
    ["report", "swept"],
    ["check", "no-such-é-scénario.toml"],
)


NOBODY = 65534
PLAN = """
title = "É − $x$"
replicates = 2
quarters = 1
scenarios = ["silence"]
[factors]
"levers.skills" = [0.2, 0.8]
"""


def surrounded(place: str, where: Path) -> tuple[dict[str, str], int | None]:
    """The environment of a place, and who acts there (None: who runs the tests). Skips aloud where there is no such user."""
    (where / "matplotlibrc").write_text("text.usetex: True\nbackend: TkAgg\nsavefig.dpi: 7\n", "utf-8")
    environment = {"PYTHONPATH": str(HOUSE), **PLACES[place]}
    if "MATPLOTLIBRC" in environment:
        environment["MATPLOTLIBRC"] = str(where / "matplotlibrc")
    if place != "another user":
        return environment, None
    if os.getuid() != 0:
        pytest.skip("who runs this is no root: every other place is tried as that user")
    folders = (*HOUSE.parents, HOUSE, *Path(sys.executable).resolve().parents)
    if not all(os.stat(folder).st_mode & 0o005 == 0o005 for folder in folders):
        pytest.skip("another user cannot read this checkout or this Python")
    for folder in (*list(where.parents)[:3], where):
        folder.chmod(0o777)
    return environment | {"HOME": str(where), "TANDEM_CACHE": str(where / "cache")}, NOBODY


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
def test_every_command_works_in_every_place(place, tmp_path):
    where = tmp_path / "é −"
    where.mkdir()
    (where / "plan.toml").write_text(PLAN, "utf-8")
    environment, user = surrounded(place, where)
    for words in COMMANDS:
        done = ran([sys.executable, "-m", "tandem", *words], where, environment, user)
        assert done.returncode == (2 if words[0] == "check" else 0), (words, done.stderr)
        assert b"Traceback" not in done.stderr and b"Warning" not in done.stderr, (words, done.stderr)
    assert (where / "run" / "run.json").is_file() and (where / "swept" / "report.html").is_file()
    assert "É − $x$" in (where / "swept" / "report.html").read_text("utf-8")


# Tests of what a place could change: lines, texts, names, numbers, figures, cases.
OF_PLACES = (
    *("tests/commands/test_commands.py", "tests/commands/test_lines.py", "tests/results/test_texts.py"),
    *("tests/results/test_plots.py", "tests/inputs/test_names_and_numbers.py", "tests/scenarios/test_cases.py"),
)


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
def test_our_tests_pass_in_every_place(place, tmp_path):
    environment, user = surrounded(place, tmp_path)
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "kept")]
    done = ran([*words, "-m", "not long", *OF_PLACES], HOUSE, environment, user)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-3000:]
