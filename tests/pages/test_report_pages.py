"""The pages of a study and of a sensitivity analysis: what stands under each figure, and nothing cut on a laptop or a phone."""

import re

import pandas as pd
import pytest

from bench.browser import browser_path
from tandem.experiments.commands.main import COMMANDS, status
from tandem.sim import Scenario, simulate_batch
from tandem.sim.dashboard.headline import headline
from tandem.sim.texts import catalogue

pytestmark = pytest.mark.slow
WIDTHS = ((1366, 768), (390, 844))
CUT = """() => [...document.querySelectorAll("table, td, th, svg, figure, section, p, li, h1, h2, h3")].filter((part) => {
  const box = part.getBoundingClientRect();
  return box.width > 0 && getComputedStyle(part).position !== "absolute" && !part.closest("thead, details:not([open])")
    && (box.right > innerWidth + 1 || box.left < -1);
}).map((part) => part.tagName + ": " + part.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("reports")
    assert status(["study", "--profile", "smoke", "--out", str(out / "study")]) == 0
    assert status(["sensitivity", "--profile", "smoke", "--context", "agile", "--strata", "--out", str(out / "sensitivity")]) == 0
    return {name: out / name / "report.html" for name in ("study", "sensitivity")}


@pytest.mark.parametrize("name", ["study", "sensitivity"])
def test_every_figure_says_what_it_shows_and_what_it_stands_on(pages, name):
    page = pages[name].read_text("utf-8")
    figures = re.findall(r'<figure id="([^"]+)">.*?<figcaption>(.*?)</figcaption>', page, flags=re.DOTALL)
    assert len(figures) >= 8 and len({figure for figure, _ in figures}) == len(figures)
    for figure, caption in figures:
        sentence, _, footing = caption.partition('<p class="footing">')
        assert len(sentence.split()) >= 6 and sentence.rstrip().endswith("."), figure
        assert "N = " in footing and "verdict" in footing, figure
        assert "noise share" in footing or figure.startswith("strata"), figure
        (drawn,) = [file for file in pages[name].parent.rglob(f"{figure}.svg") if "store" not in file.parts]
        assert len(pd.read_csv(drawn.with_suffix(".csv"))) > 0, figure
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL).lower().split()
    assert not any(word in page for word in ('src="http', "<script", "@import", 'link rel="stylesheet"'))


def test_a_study_holds_its_analysis_and_where_the_spread_comes_from(pages):
    page = pages["study"].read_text("utf-8")
    assert 'id="sensitivity"' in page and "has a hand in" in page and 'id="spread"' in page
    published = headline()
    top = page[: page.index('id="short"')]
    assert 'id="headline"' in top and published["command"] in top
    assert all(line in top for lines in published["told"]["en"].values() for line in lines)
    alone = pages["sensitivity"].read_text("utf-8")
    first = alone[: alone.index("<h2>Shares")]
    assert "moves revenue growth most?" in first and "noise share" in first and "role models and controls by contexts" in first
    assert "Kendall" in alone and "not defined" in alone


def test_a_study_says_where_it_goes_wrong_and_which_role_model_to_choose(pages):
    """The whole: boxes reported on points not fitted on, and what is given away and worth knowing told as brackets."""
    page, folder = pages["study"].read_text("utf-8"), pages["study"].parent
    short = page[page.index('id="short"') : page.index('id="levers"')]
    assert "lowest half of its context" in short and "against always choosing right" in short
    wrong = page[page.index('id="discovery"') : page.index('id="role_models"')]
    assert "64 others, which they have not seen" in wrong and "under 2 replicates" in wrong
    assert all(word in wrong for word in ("Revenue growth in the lowest 10%", "Conflict rate in the highest 10%", "lowest half"))
    chosen = page[page.index('id="decisions"') : page.index('id="assumptions"')]
    assert "as a bracket, never as a point" in chosen and "the prices are an assumption" in chosen
    for figure in ("regret_growth", "map_growth", "information_growth", "levers_first_growth"):
        assert f'id="{figure}"' in chosen and (folder / "decisions" / f"{figure}.csv").stat().st_size > 0
    information = pd.read_csv(folder / "decisions" / "information.csv")
    assert (information["bound_low"] <= information["low"]).all() and (information["low"] <= information["high"] + 1e-12).all()
    assert {"everything", "context", "parameters", "skills"} <= set(information["input"])
    cells = pd.read_csv(folder / "decisions" / "switching_map.csv")
    assert len(cells) == 4 * 36 and set(cells["verdict"]) <= {"decided", "undecided"}
    drawn = {file.name for file in (folder / "discovery").glob("*.svg")}
    assert drawn >= {f"regional_{name}.svg" for name in ("growth", "conflict", "both")}


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("name", ["study", "sensitivity"])
def test_nothing_is_cut(pages, name, size, playwright_driver):
    browser = playwright_driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
    try:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(pages[name].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(CUT) == []
        if size[0] < 600:  # tables are lists there, each value with its head
            assert page.evaluate("getComputedStyle(document.querySelector('.wide td[data-head]'), '::before').content").strip('"')
    finally:
        browser.close()


# -- words of the field ------------------------------------------------------------------------

# What tables, files and pages call otherwise (docs/reference/glossary.md says how).
NO_COLUMN = {"luck", "lucks", "arm", "arms", "split", "splits", "place", "places", "swing", "swings", "fate", "alive", "firm"}
NO_WORD = re.compile(r"\b(splits|lucks|swings?|fates?|arms)\b|\bsplit\b(?! (?:a firm|marketing|into|in two|the))", re.IGNORECASE)


def wrong_columns(tables: dict[str, list[str]]) -> list[str]:
    """Columns, and files, that are named by another word than the field's."""
    found = [f"{name}: {column}" for name, columns in tables.items() for column in columns if column in NO_COLUMN]
    return found + [name for name in tables if NO_COLUMN & set(re.split(r"[_./]", name))]


def wrong_words(text: str) -> list[str]:
    """Words in a text for readers that the field has another word for."""
    return [found.group() for found in NO_WORD.finditer(text)]


def test_tables_and_files_use_the_words_of_the_field(pages, tmp_path):
    assert status(["compare", "--context", "agile", "--runs", "4", "--out", str(tmp_path / "compare")]) == 0
    assert status(["compare", "silence", "coo-leaves", "--runs", "4", "--out", str(tmp_path / "cases")]) == 0
    folders = [*(page.parent for page in pages.values()), tmp_path]
    files = [file for folder in folders for file in folder.rglob("*.csv")]
    tables = {f"{file.parent.name}/{file.name}": list(pd.read_csv(file, nrows=0)) for file in files}
    assert len(tables) > 30
    tables["batch"] = list(simulate_batch(Scenario.load("silence"), runs=1).outcomes)
    assert wrong_columns(tables) == []
    assert {"role_model", "verdict"} <= set(tables["compare/comparison.csv"])
    assert "scenario" in tables["cases/comparison.csv"] and "role_model" not in tables["cases/comparison.csv"]
    assert wrong_columns({"study/fate.csv": ["arm"], "a.csv": ["role_model"]}) == ["study/fate.csv: arm", "study/fate.csv"]


def test_pages_and_help_use_the_words_of_the_field(pages, capsys):
    for page in pages.values():
        text = re.sub(r"<style.*?</style>|<[^>]*>", " ", page.read_text("utf-8"), flags=re.DOTALL)
        assert wrong_words(text) == []
    for command in COMMANDS:
        assert status([command, "--help"]) == 0
    assert wrong_words(capsys.readouterr().out) == []
    for lang in ("en",):
        assert [key for key, words in catalogue(lang).items() if re.search(r"\b(split|swing)s?\b", str(words))] == []
    assert wrong_words("The splits swing") == ["splits", "swing"] and wrong_words("how to split a firm's strategy") == []
