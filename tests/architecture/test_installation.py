"""What `make demo` installs: what the main job needs, at the versions of the full lock, with a line that tells how far it is."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_OTHER_TARGETS = {
    "jupyterlab",
    "dask",
    "distributed",
    "playwright",
    "duckdb",
    "polars",
    "sphinx",
    "mypy",
    "pytest",
    "ruff",
    "numba",
}


def pinned(text: str) -> dict[str, set[str]]:
    """Versions of each package in a lock (several, where Pythons differ)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", text, re.M):
        found.setdefault(name.lower(), set()).add(version)
    return found


def wanted(entries: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", entry)[0].lower() for entry in entries}


def complaints(project: dict, demo: str, everything: str) -> list[str]:
    """What is wrong with the two locks."""
    small, large = pinned(demo), pinned(everything)
    asked = wanted(project["dependencies"]) | wanted(project["optional-dependencies"]["checkout"])
    wrong = [f"{name} is not in the lock of the main job" for name in asked - set(small)]
    wrong += [f"{name} is in the lock of the main job" for name in OF_OTHER_TARGETS & set(small)]
    wrong += [f"{name} has other versions in the two locks" for name in small if small[name] != large.get(name)]
    extras = wanted([entry for extra in project["optional-dependencies"].values() for entry in extra])
    return wrong + [f"{name} is in no lock" for name in extras - set(large)]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def project() -> dict:
    return tomllib.loads(read("pyproject.toml"))["project"]


def test_the_two_locks_go_together():
    assert complaints(project(), read("requirements-demo.lock"), read("requirements.lock")) == []
    assert len(pinned(read("requirements-demo.lock"))) < len(pinned(read("requirements.lock"))) / 2


def test_locks_that_do_not_go_together_are_found():
    demo, everything = read("requirements-demo.lock"), read("requirements.lock")
    for broken, told in (
        (demo + "\npolars==1.0\n", "polars is in the lock of the main job"),
        (re.sub(r"^rich==\S+", "rich==1.0", demo, flags=re.M), "rich has other versions in the two locks"),
        (re.sub(r"^pandas==", "pandans==", demo, flags=re.M), "pandas is not in the lock of the main job"),
    ):
        assert told in complaints(project(), broken, everything)


def test_each_target_asks_for_what_it_needs():
    lines = dict(re.findall(r"^([\w-]+): (\$\(\w+\).*)$", read("Makefile"), re.M))
    assert lines["demo"] == "$(READY)"
    for target in ("test", "notebooks", "docs", "lint", "benchmark", "test-long"):
        assert lines[target].startswith("$(EVERYTHING)"), target


# -- the line that tells how far it is


@pytest.fixture
def install(tmp_path, monkeypatch):
    """The file that installs, with a pip of ours in place of the real one."""
    told = importlib.util.spec_from_file_location("install", ROOT / ".ci" / "install.py")
    module = importlib.util.module_from_spec(told)
    told.loader.exec_module(module)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(module, "EVERY", 0.0)
    (tmp_path / "a.lock").write_text("anyio==4.1 \\\n  --hash=sha256:1\nnumpy==2.1 ; x\nscipy==1.1\n")
    return module, tmp_path / "a.lock"


SAYS = "import sys; print({said!r}); sys.exit({code})"
FETCHED = (
    "WARNING: odd index\nCollecting anyio==4.1\nProcessing /w/numpy-2.1-cp311.whl\nWARNING: odd\nInstalling collected packages: a"
)


def test_one_line_after_the_other_and_no_warnings(install, capsys, monkeypatch):
    module, lock = install
    monkeypatch.setattr(module, "PIP", (sys.executable, "-c", SAYS.format(said=FETCHED, code=0)))
    assert module.main(str(lock)) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "fetching packages: 1 (of 3 at most), anyio",
        "fetching packages: 2 (of 3 at most), numpy",
        "unpacking 2 packages",
    ]
    assert told.err == ""
    assert "WARNING: odd index" in (lock.parent / "install.log").read_text()


def test_where_it_fails_the_errors_are_shown(install, capsys, monkeypatch):
    module, lock = install
    said = FETCHED + "\nERROR: No matching distribution found for scipy==1.1"
    monkeypatch.setattr(module, "PIP", (sys.executable, "-c", SAYS.format(said=said, code=1)))
    assert module.main(str(lock)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "ERROR: No matching distribution found for scipy==1.1" and lines[1].endswith("install.log")
    assert len(lines) == 2
