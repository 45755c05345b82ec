"""What a release needs: one version everywhere, files that say how to take part and to cite, a whole source archive, a workflow
that runs what `.ci/run` runs on every Python that is promised."""

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
from datetime import date
from pathlib import Path

import pytest

import tandem

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PLACEHOLDERS = {"Homepage", "Documentation", "Source", "Issues", "Changelog", "Conduct", "Security"}
"""Links that wait for the project's home: whoever gives it one replaces them there and in CITATION.cff, and empties this."""
LEFT_OUT = {"tandem-files.json"}


def tracked() -> set[str]:
    """Files that git knows, or, without git, none."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return set(done.stdout.split("\n")) - {""} if done.returncode == 0 else set()


def test_one_version_stands_everywhere():
    version = PROJECT["version"]
    cited = (ROOT / "CITATION.cff").read_text("utf-8")
    assert tandem.__version__ == version
    assert f"\nversion: {version}\n" in cited
    (released,) = re.findall(r"^date-released: (\d{4}-\d\d-\d\d)$", cited, re.MULTILINE)
    headings = re.findall(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == (version, released) and date.fromisoformat(released)


def test_links_that_wait_for_a_home_are_named():
    waiting = {name for name, link in PROJECT["urls"].items() if "example.org" in link}
    assert waiting == PLACEHOLDERS
    assert len(re.findall(r"example\.org", (ROOT / "CITATION.cff").read_text("utf-8"))) == (2 if PLACEHOLDERS else 0)


@pytest.mark.parametrize(
    "name", ["CODE_OF_CONDUCT.md", "SECURITY.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "CHANGELOG.md"]
)
def test_who_comes_finds_what_to_expect(name):
    assert len((ROOT / name).read_text("utf-8")) > 300
    for asked in {"CODE_OF_CONDUCT.md": ["Conduct"], "SECURITY.md": ["Security"]}.get(name, []):
        assert f"`{asked}`" in (ROOT / name).read_text("utf-8") and asked in PROJECT["urls"]


def test_the_workflow_runs_the_whole_check_on_every_promised_python():
    text = (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8")
    (listed,) = re.findall(r"python: \[(.*)\]", text)
    promised = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert re.findall(r"\d\.\d+", listed) == promised
    assert re.search(r"run: .*\.ci/run$", text, re.MULTILINE) and "make test-long" in text and "twine check" in text
    assert PROJECT["requires-python"] == f">={promised[0]}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The source archive, made where links stand that a walk over everything would follow."""
    links = ROOT / "build" / "typed" / "tandem"
    links.mkdir(parents=True, exist_ok=True)
    for room in ("sim", "experiments", "scenarios"):
        if not (links / room).exists():
            (links / room).symlink_to(f"../../../{room}")
    out = tmp_path_factory.mktemp("archive")
    words = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(out)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    (found,) = out.glob("*.tar.gz")
    return found


def held(archive: Path) -> set[str]:
    """Files in an archive, from the folder of the release downwards."""
    with tarfile.open(archive) as opened:
        return {member.name.partition("/")[2] for member in opened.getmembers() if member.isfile()}


def test_the_source_archive_is_whole(archive):
    known = {name for name in tracked() if (ROOT / name).is_file()}
    if not known:
        pytest.skip("not a git checkout, so nothing says which files belong to the project")
    assert known - held(archive) == LEFT_OUT
    assert any(name.startswith("sim/") for name in held(archive))


@pytest.mark.long
def test_the_archives_pass_the_checks_of_an_index(tmp_path):
    """`twine check --strict` and `check-wheel-contents` on what `python -m build` makes, the wheel from the source archive."""
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env" / "bin" / "python")
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "build", "twine", "check-wheel-contents"], check=True, capture_output=True
    )
    subprocess.run([python, "-m", "build", "-o", str(tmp_path / "dist"), str(ROOT)], check=True, capture_output=True)
    made = [str(file) for file in sorted((tmp_path / "dist").iterdir())]
    assert [Path(file).suffix for file in made] == [".whl", ".gz"]
    subprocess.run([python, "-m", "twine", "check", "--strict", *made], check=True, capture_output=True)
    subprocess.run([str(tmp_path / "env" / "bin" / "check-wheel-contents"), made[0]], check=True, capture_output=True)
    assert Path(made[0]).stat().st_size > 500_000
