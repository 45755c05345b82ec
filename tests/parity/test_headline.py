"""The published headline says the same everywhere: one file, the README, the model's page, the how-to, reports, the simulator."""

import json
import re
import shutil
from pathlib import Path
from string import Formatter

import pytest

from docs.headline import main
from tandem.experiments.commands.main import status
from tandem.experiments.study import headline_report
from tandem.experiments.study.headline_words import HELD, Teller, words
from tandem.experiments.study.published import BEGIN, PAGES, publish, told, with_block
from tandem.sim.dashboard.answers import ANSWERS
from tandem.sim.dashboard.headline import headline
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import chosen

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = json.loads((ROOT / "scenarios" / "headline.json").read_text("utf-8"))


def test_its_sentences_are_made_from_its_figures():
    assert PUBLISHED["told"] == told(PUBLISHED["outputs"])
    assert set(PUBLISHED["outputs"]) == {"revenue_growth", "conflict_rate"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_say_what_the_file_says(page):
    text = (ROOT / page).read_text("utf-8")
    assert with_block(text, PUBLISHED, PAGES[page]) == text, "run `make headline`"
    assert PUBLISHED["command"] in text
    teller = Teller("en")
    for facts in PUBLISHED["outputs"].values():
        assert all(line in text for line in teller.beside_tables(facts))
        for row in [each for held in HELD[: 2 if PAGES[page] else 1] for each in facts["within"][held]]:
            assert teller.cell(row) in text and teller.titles.get(row["level"], row["level"]) in text


def test_another_figure_in_the_file_is_noticed():
    changed = json.loads(json.dumps(PUBLISHED))
    changed["outputs"]["conflict_rate"]["levers"][0]["total"] += 0.1
    assert told(changed["outputs"]) != PUBLISHED["told"]
    text = (ROOT / "MODEL.md").read_text("utf-8")
    assert with_block(text, {**changed, "told": told(changed["outputs"])}, True) != text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_simulator_says_what_the_file_says(lang):
    shown = ANSWERS["catalogue"]({})["headline"]
    assert shown["command"] == PUBLISHED["command"]
    assert shown["told"][lang] == [line for lines in PUBLISHED["told"][lang].values() for line in lines]


def test_a_report_says_what_the_file_says_and_whether_its_sets_are_others():
    shown = headline_report.section(chosen(PUBLISHED["identity"]["parameters"]))
    assert [each["first"] for each in shown["told"]] == [lines[0] for lines in PUBLISHED["told"]["en"].values()]
    assert shown["command"] == PUBLISHED["command"] and headline_report.section(chosen("declared"))["stale"]


def test_it_tells_each_context_and_how_sure_that_is_over_parameter_sets():
    for facts in PUBLISHED["outputs"].values():
        assert len(facts["within"]["context"]) == 5 and len(facts["within"]["role_model"]) == 4
        assert sum(row["probability"] for row in facts["leading"]) == pytest.approx(1.0, abs=0.01)
        assert facts["open"]["total"] > 0.0
        assert facts["leader"] is None or not facts["depends"]


def test_both_languages_have_the_same_texts_with_the_same_slots():
    def slots(text):
        return sorted({name for _, name, _, _ in Formatter().parse(text) if name})

    english, french = words()["en"], words()["fr"]
    assert set(english) == set(french)
    assert [key for key in english if not set(slots(french[key])) <= set(slots(english[key]))] == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("levers") / "out"
    assert status(["sensitivity", "--profile", "smoke", "--out", str(place)]) == 0
    return place


def project(tmp_path):
    """Copies of the pages, in a project of their own."""
    for page in PAGES:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / page, tmp_path / page)
    for place in ("scenarios", "docs/figures"):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
    return tmp_path


def test_one_command_writes_all_of_it_and_the_same_again(folder, tmp_path):
    root = project(tmp_path)
    written = publish(folder, root)
    before = {place: place.read_bytes() for place in written}
    assert len(written) == 1 + len(PAGES) + 2
    made = json.loads((root / "scenarios" / "headline.json").read_text("utf-8"))
    assert made["command"] == "tandem sensitivity --profile smoke --only pooled --seed 0 --parameters ensemble --out DIR"
    assert all(
        with_block((root / page).read_text("utf-8"), made, PAGES[page]) == (root / page).read_text("utf-8") for page in PAGES
    )
    publish(folder, root)
    assert {place: place.read_bytes() for place in written} == before


def test_a_page_without_its_marks_is_refused_before_anything_is_written(folder, tmp_path):
    root = project(tmp_path)
    (root / "MODEL.md").write_text((root / "MODEL.md").read_text("utf-8").replace(BEGIN, ""))
    readme = (root / "README.md").read_bytes()
    with pytest.raises(Mistake, match=r"MODEL\.md"):
        publish(folder, root)
    assert (root / "README.md").read_bytes() == readme and not (root / "scenarios" / "headline.json").exists()


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["a", "b"]])
def test_bad_input_is_one_line_and_exit_2(arguments, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip()
    assert said and "\n" not in said and not re.search("Traceback", said)


def test_without_the_file_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(headline_report, "headline", lambda: {"command": ""})
    assert headline_report.section(chosen()) is None
    assert headline()["command"]
