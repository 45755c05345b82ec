"""Every script of the how-to guides runs, page by page, as a reader would copy it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs import MOST_LINES, jobs

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("contribute", "facilitate", "animer", "room", "salle")
ELSEWHERE = ("own-factors", "own-outcomes", "optimise", "own-figures", "other-tools")  # tests/architecture/test_how_to_pages.py
PAGES = sorted(page for page in (ROOT / "docs" / "how-to").glob("*.md") if page.stem not in (*COPIED, *ELSEWHERE))

pytestmark = pytest.mark.slow


def scripts(page: Path) -> list[str]:
    """What stands between fences that say python."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def played(text: str, place: Path) -> subprocess.CompletedProcess:
    (place / "script.py").write_text(text, encoding="utf-8")
    known = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    return subprocess.run([sys.executable, "script.py"], cwd=place, env=known, capture_output=True, text=True, timeout=300)


def prepare(page: Path, place: Path) -> None:
    """What a page's commands have left by the time its scripts run: its files, and a small sweep to read."""
    for name, text in re.findall(r"^```toml\n# file: (\S+)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        (place / name).write_text(text, encoding="utf-8")
    if page.stem == "sweeps":
        (plan,) = re.findall(r"^```toml\n(title = .*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)[:1]
        smaller = plan.replace("replicates = 100", "replicates = 2").replace("points = 500", "points = 8")
        assert smaller.count("= 2\n") == 1 and smaller.count("points = 8\n") == 1
        (place / "hours.toml").write_text(smaller, encoding="utf-8")
        words = [sys.executable, "-m", "tandem", "sweep", "hours.toml", "--out", "out/more"]
        subprocess.run(words, cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


@pytest.mark.parametrize("page", [page for page in PAGES if scripts(page) and page.stem != "jobs"], ids=lambda page: page.stem)
def test_the_scripts_of_a_page_run_one_after_the_other(page, tmp_path):
    prepare(page, tmp_path)
    done = played("\n".join(scripts(page)), tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_script_that_is_wrong_would_be_seen(tmp_path):
    assert played("from tandem import no_such_thing\n", tmp_path).returncode != 0


def test_there_are_fourteen_jobs_of_few_lines():
    assert "".join(jobs()) == "abcdefghijklmn"
    longest = {letter: len([line for line in script.splitlines() if line.strip()]) for letter, script in jobs().items()}
    assert max(longest.values()) <= MOST_LINES, longest


@pytest.mark.parametrize("letter", "abcdefghijklmn")
def test_a_job_runs(letter, tmp_path):
    done = played(jobs()[letter], tmp_path)
    assert done.returncode == 0, done.stderr
