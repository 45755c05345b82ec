"""What is installed is what is here: the wheel holds every file that the packages read, and works from another folder."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tandem.sim.compile import COMPILED
from tandem.sim.compiler import keeping, machine
from tests.jobs import NEEDS, jobs

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tandem", "sim", "scenarios", "experiments")
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}

pytestmark = pytest.mark.slow

LISTING = """
import tandem, tandem.sim
print(tandem.__file__)
print(tandem.sim.__file__)
for entry in tandem.catalogue():
    print(entry.kind, entry.name)
from tandem.sim import Scenario
print(len(Scenario.load("retail-restructuring").records()))
"""


def wanted() -> set[str]:
    """Every file of the packages, by its path in the wheel: the rooms at the top lie inside `tandem` there."""
    files = [file.relative_to(ROOT) for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file()]
    kept = [file for file in files if not LEFT_OUT & set(file.parts)]
    return {(file if file.parts[0] == "tandem" else Path("tandem") / file).as_posix() for file in kept}


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
    assert {Path(name).parent.as_posix() for name in others} == {"tandem/sim/built"}
    assert {Path(name).name for name in others} == {keeping.shipped("model", level).name for level in machine.usual()}


FIRST_FIRM = """
import sys
from tandem.sim.compiler import units
made = []
translate = units.Unit.translated
units.Unit.translated = lambda self, processor: (made.append(self.name), translate(self, processor))[1]
from tandem import Scenario, simulate, simulate_batch
from tandem.sim import kernel
firm = Scenario.load("silence").with_({"quarters": 1})
many, one = simulate_batch(firm, runs=1, seed=3).outcomes["trust"][0], simulate(firm, seed=3).outcomes["trust"]
print(many == one, made, kernel.__file__)
"""


@pytest.mark.skipif(not COMPILED, reason="the compiler is off")
def test_a_first_start_from_the_wheel_compiles_nothing(wheel, tmp_path):
    """A firm plays with empty caches, in a batch and by itself, and nothing is translated; with its code taken away, it is."""
    with zipfile.ZipFile(wheel) as held:
        held.extractall(tmp_path / "site")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "NUMBA_"))}
    told = []
    for cache in ("first", "second"):
        environment = {**inherited, "PYTHONPATH": str(tmp_path / "site"), "TANDEM_CACHE": str(tmp_path / cache)}
        done = subprocess.run([sys.executable, "-c", FIRST_FIRM], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.split(maxsplit=2)[:2])
        assert str(tmp_path / "site") in done.stdout
        shutil.rmtree(tmp_path / "site" / "tandem" / "sim" / "built", ignore_errors=True)
    assert told == [["True", "[]"], ["True", "['model']"]]


def test_the_unpacked_wheel_lists_the_catalogue_from_another_folder(wheel, tmp_path):
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as held:
        held.extractall(installed)
    face, package, *listed, weeks = listed_from(installed, elsewhere)
    assert Path(face).parent == installed / "tandem"
    assert Path(package).is_relative_to(installed)
    kinds = {"role_model": "role_models", "context": "contexts", "case": "cases"}
    here = {f"{kind} {file.stem}" for kind, folder in kinds.items() for file in (ROOT / "scenarios" / folder).glob("*.toml")}
    assert here <= set(listed)
    assert int(weeks) >= 1


def own_folder(place: Path) -> Path:
    """A user's folder with a `sim.py`, `experiments/` and `scenarios/` of his own, none of which may be touched or taken in."""
    (place / "experiments").mkdir(parents=True)
    (place / "scenarios").mkdir()
    (place / "sim.py").write_text("WHOSE = 'mine'\nraise_if_imported_by_tandem = True\n")
    (place / "experiments" / "__init__.py").write_text("WHOSE = 'mine'\n")
    (place / "scenarios" / "__init__.py").write_text("WHOSE = 'mine'\n")
    return place


OWN = """
import sim, experiments, scenarios
import tandem
from tandem import Scenario, simulate_batch
assert (sim.WHOSE, experiments.WHOSE, scenarios.WHOSE) == ("mine", "mine", "mine")
print(tandem.__version__, len(tandem.catalogue()), len(simulate_batch(Scenario.load("silence").with_({"quarters": 1}), runs=2)))
from tandem.experiments.files.provenance import provenance_lines
assert "commit" not in provenance_lines() and "files (digest)" in provenance_lines()
"""


def works_among_own_files(python: list[str], place: Path, environment: dict[str, str]) -> None:
    """Command and import, from a user's folder and repository, by this interpreter."""
    folder = own_folder(place)
    for words in (["init", "--quiet"], ["add", "."], ["-c", "user.name=u", "-c", "user.email=u@u", "commit", "-qm", "mine"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    for words in (["-c", OWN], ["-m", "tandem.experiments.commands.main", "list"], ["-m", "tandem", "show", "silence"]):
        done = subprocess.run([*python, *words], cwd=folder, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in folder.iterdir() if file.name != "__pycache__") == [
        ".git",
        "experiments",
        "scenarios",
        "sim.py",
    ]


def test_the_wheel_works_among_a_users_own_files(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as held:
        held.extractall(tmp_path / "site")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    environment = {**inherited, "PYTHONPATH": str(tmp_path / "site"), "NUMBA_DISABLE_JIT": "1"}
    works_among_own_files([sys.executable], tmp_path / "mine", environment)


def interpreter(version: str) -> str | None:
    """A Python of this version that can make environments: on the path, or among those that pyenv keeps."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    for found in filter(None, [shutil.which(f"python{version}"), *map(str, kept)]):
        if subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0:
            return found
    return None


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_wheel_installs_and_works_on(version, wheel, tmp_path):
    """With what it asks for, from the index, into an environment of its own."""
    found = interpreter(version)
    if found is None:
        pytest.skip(f"python{version} is not on this machine, so the wheel was not tried on it")
    subprocess.run([found, "-m", "venv", str(tmp_path / "own")], check=True)
    python = str(tmp_path / "own" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "PYTHON"))}
    works_among_own_files([python], tmp_path / "mine", environment)
    told = subprocess.run(
        [str(tmp_path / "own" / "bin" / "tandem"), "list"], cwd=tmp_path / "mine", capture_output=True, text=True
    )
    assert told.returncode == 0 and "co-pilot" in told.stdout
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *NEEDS], check=True)
    for letter, script in jobs().items():
        (tmp_path / letter).mkdir()
        (tmp_path / letter / "job.py").write_text(script, encoding="utf-8")
        done = subprocess.run([python, "job.py"], cwd=tmp_path / letter, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{version}, job {letter}: {done.stderr}"


def test_a_wheel_without_a_scenario_is_found_out(wheel, tmp_path):
    """The sabotage: one scenario and the report's page are left out."""
    poorer = tmp_path / wheel.name
    lost = ["tandem/experiments/pages/templates/study.html.jinja", "tandem/scenarios/contexts/agile.toml"]
    with zipfile.ZipFile(wheel) as held, zipfile.ZipFile(poorer, "w") as kept:
        for name in held.namelist():
            if name not in lost:
                kept.writestr(name, held.read(name))
    assert missing(poorer) == lost
