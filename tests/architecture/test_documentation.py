"""The documentation builds as a site, offline, with no link that leads nowhere, and says of every declared thing what it is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tandem
from docs import gallery, submodels
from tandem.experiments.commands.main import COMMANDS
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import describe
from tandem.sim.rules import judgment
from tandem.sim.weekly import WEEKLY

ROOT = Path(__file__).resolve().parents[2]
OURS = {"www.w3.org"}  # names of formats, which nothing fetches
CREDITS = {"www.sphinx-doc.org", "pradyunsg.me", "github.com"}  # links at the foot of the theme, which a reader may follow

pytestmark = pytest.mark.slow


def build(source: Path, out: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", str(source), str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    done = build(ROOT / "docs", out)
    assert done.returncode == 0, done.stderr
    return out


def test_the_reference_holds_everything_that_is_declared(site):
    pages = {name: (site / "reference" / f"{name}.html").read_text("utf-8") for name in ("parameters", "outcomes", "weekly")}
    assert [row["path"] for row in describe() if f">{row['path']}<" not in pages["parameters"]] == []
    assert [name for name in OUTCOMES if f">{name}<" not in pages["outcomes"]] == []
    assert [name for name in WEEKLY if f">{name}<" not in pages["weekly"]] == []
    commands = (site / "reference" / "commands.html").read_text("utf-8")
    assert [name for name in COMMANDS if f"tandem {name}" not in commands] == []
    rules = (site / "reference" / "submodels.html").read_text("utf-8")
    assert [rule.name for inside in submodels.rules().values() for rule in inside if f">{rule.name}<" not in rules] == []
    python = (site / "reference" / "python.html").read_text("utf-8")
    assert [name for name in tandem.__all__ if f'id="tandem.{name}"' not in python] == []


def test_every_parameter_of_a_mechanism_stands_beside_a_submodel():
    declared = {row["path"]: row for row in describe()}
    assert submodels.unread(declared) == set()
    assert submodels.unread({**declared, "trust.invented": {}}) == {"trust.invented"}


def test_a_formula_is_the_code():
    """What the page shows of a rule computes what the rule computes."""
    (bar,) = [rule for rule in submodels.rules()["judgment"] if rule.name == "gatekeeper_bar"]
    shown = submodels.formula(bar).removeprefix("return ")
    assert eval(shown, {"own": 0.2, "owners": 0.1, "trust": 0.25}) == judgment.gatekeeper_bar(0.2, 0.1, 0.25)


def test_the_gallery_shows_every_figure_with_its_code(site):
    text = (site / "gallery" / "index.html").read_text("utf-8")
    for name in gallery.FIGURES:
        assert f"{name}.svg" in text and (site / "_images" / f"{name}.svg").stat().st_size > 5_000


def test_the_four_rooms_are_there_and_nothing_is_fetched(site):
    for room in ("tutorials", "how-to", "reference", "explanation"):
        assert (site / room / "index.html").is_file()
    fetched = set()
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert len(text) > 1000, page
        fetched |= set(re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="https?://([^/"]+)', text))
    assert fetched - OURS == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    """The sabotage: one page with a dead link, under the same configuration."""
    docs = tmp_path / "docs"
    shutil.copytree(
        ROOT / "docs", docs, ignore=shutil.ignore_patterns("tutorials", "reference", "explanation", "how-to", "_build")
    )
    (docs / "conf.py").write_text(
        (docs / "conf.py")
        .read_text("utf-8")
        .replace("generated.write(HERE)", "")
        .replace("from docs import generated  # noqa: E402", "")
    )
    (docs / "index.md").write_text("# Here\n\n[nowhere](nowhere.md)\n")
    done = build(docs, tmp_path / "out")
    assert done.returncode != 0 and "nowhere" in done.stderr
