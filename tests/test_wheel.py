"""What is installed is what is here: the wheel holds every file that the packages read, and works from another folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sim", "scenarios", "experiments")
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}

pytestmark = pytest.mark.slow

LISTING = """
import tandem, sim
print(tandem.__file__)
print(sim.__file__)
for entry in tandem.catalogue():
    print(entry.kind, entry.name)
from sim import Scenario
print(len(Scenario.load("retail-restructuring").records()))
"""


def wanted() -> set[str]:
    """Every file of the packages, by its path in the house."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file()]
    return {file.relative_to(ROOT).as_posix() for file in files if not LEFT_OUT & set(file.parts)} | {"tandem.py"}


def missing(wheel: Path) -> list[str]:
    """Files of the packages that are not in a wheel."""
    with zipfile.ZipFile(wheel) as held:
        return sorted(wanted() - set(held.namelist()))


def listed_from(folder: Path, elsewhere: Path) -> list[str]:
    """What a fresh interpreter prints that finds tandem in `folder` only, and stands `elsewhere`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    done = subprocess.run(
        [sys.executable, "-c", LISTING],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        env={**inherited, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel as `pip` builds it, without asking any package index."""
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            str(built),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    (found,) = built.glob("tandem_sim-*.whl")
    return found


def test_the_wheel_holds_every_file(wheel):
    files = wanted()
    assert {Path(file).suffix for file in files} >= {".py", ".toml", ".jinja"}
    assert missing(wheel) == []


def test_the_wheel_holds_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as held:
        others = {name for name in held.namelist() if ".dist-info/" not in name} - wanted()
    assert others == set()


def test_the_unpacked_wheel_lists_the_catalogue_from_another_folder(wheel, tmp_path):
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as held:
        held.extractall(installed)
    face, package, *listed, weeks = listed_from(installed, elsewhere)
    assert Path(face).parent == installed
    assert Path(package).is_relative_to(installed)
    kinds = {"role_model": "role_models", "context": "contexts", "case": "cases"}
    here = {f"{kind} {file.stem}" for kind, folder in kinds.items() for file in (ROOT / "scenarios" / folder).glob("*.toml")}
    assert here <= set(listed)
    assert int(weeks) >= 1


def test_a_wheel_without_a_scenario_is_found_out(wheel, tmp_path):
    """The sabotage: one scenario and the report's page are left out."""
    poorer = tmp_path / wheel.name
    lost = ["experiments/report.html.jinja", "scenarios/contexts/agile.toml"]
    with zipfile.ZipFile(wheel) as held, zipfile.ZipFile(poorer, "w") as kept:
        for name in held.namelist():
            if name not in lost:
                kept.writestr(name, held.read(name))
    assert missing(poorer) == lost
