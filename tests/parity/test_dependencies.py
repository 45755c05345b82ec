"""Own agents, Mesa's tools and the same bits, with the newest and with the lowest dependencies that `pyproject.toml` allows.

Each in an environment of its own, which takes minutes and a package index; the lock is what every other test runs with.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
TESTS = ("tests/parity/test_own_luck.py", "tests/parity/test_mesa.py", "tests/statistics/test_paired_batch.py")
MINUTES = 20


def lowest(dependency):
    """`numpy>=1.26` as `numpy==1.26`: the lowest version that a dependency allows."""
    name, low = re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", dependency).groups()
    return f"{name}=={low}"


def interpreters():
    """Python interpreters that this machine has, by version: those on the path, and those installed beside the running one."""
    beside = [Path(sys.base_prefix).parent / place.name / "bin" / "python3" for place in Path(sys.base_prefix).parent.glob("3.*")]
    names = [sys.executable, *(f"python3.{minor}" for minor in (11, 12, 13)), *(str(path) for path in beside if path.exists())]
    found = {}
    for name in names:
        try:
            said = subprocess.run([name, "-c", "import sys, venv; print(*sys.version_info[:2])"], capture_output=True, text=True)
        except FileNotFoundError:
            continue
        if said.returncode == 0:
            found.setdefault(tuple(map(int, said.stdout.split())), name)
    return {key: name for key, name in found.items() if (3, 11) <= key <= (3, 13)}


def played(place, python, constraints):
    """The tests, run by pytest in an environment made at `place`; what it printed, and the version of Mesa there."""
    subprocess.run([python, "-m", "venv", place], check=True)
    own = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    (place / "constraints.txt").write_text("\n".join(constraints) + "\n")
    install = [own, "-m", "pip", "install", "-q", "-c", place / "constraints.txt", "pytest", "hypothesis"]
    subprocess.run([*install, *(re.sub(r"\s*#.*", "", each) for each in DEPENDENCIES)], check=True, timeout=60 * MINUTES)
    command = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", *TESTS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60 * MINUTES)
    version = subprocess.run(
        [own, "-c", "from importlib.metadata import version; print(version('mesa'))"], capture_output=True, text=True, check=True
    )
    return found, version.stdout.strip()


def test_every_dependency_has_a_lowest_version():
    found = [lowest(each) for each in DEPENDENCIES]
    assert "mesa==3.3" in found and len({each.split("==")[0] for each in found}) == len(DEPENDENCIES)


@pytest.mark.long
def test_with_the_newest_dependencies(tmp_path, capsys):
    known = interpreters()
    found, version = played(tmp_path / "newest", known[max(known)], [])
    with capsys.disabled():
        print(f"\nPython {max(known)}, Mesa {version}: {found.stdout.strip().splitlines()[-1]}")
    assert found.returncode == 0, found.stdout[-4000:]
    assert max(known) < (3, 12) or tuple(map(int, version.split(".")[:2])) >= (3, 5)


@pytest.mark.long
def test_with_the_lowest_dependencies(tmp_path, capsys):
    found, version = played(tmp_path / "lowest", interpreters()[3, 11], [lowest(each) for each in DEPENDENCIES])
    with capsys.disabled():
        print(f"\nPython 3.11, Mesa {version}: {found.stdout.strip().splitlines()[-1]}")
    assert found.returncode == 0, found.stdout[-4000:]
    assert version.startswith("3.3.0")
