"""The first screen of a study's page: a chart, the title's question answered before the levers, on a laptop and on a phone; a
control that beats every role model is explained where it is shown."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from bench.browser import browser_path
from tandem.experiments.commands.main import status
from tandem.experiments.study.front import control_notes, leaders_sentence

NAMED = {"a": "Alpha", "b": "Beta", "none": "Control: nobody", "calm": "Calm", "wild": "Wild"}
ROW = {"outcome": "revenue_growth", "role_model": "none", "difference": 0.02, "low": 0.01, "high": 0.03}


def study(**tables):
    return SimpleNamespace(**{name: pd.DataFrame(rows) for name, rows in tables.items()})


def test_a_control_that_beats_every_role_model_is_explained_in_its_context_alone():
    rows = [{**ROW, "context": "calm", "verdict": "higher"}, {**ROW, "context": "wild", "verdict": "undecided"}]
    found = study(controls=rows)
    (told,) = control_notes(found, NAMED)
    assert told.startswith("In calm the control “nobody” grows more than the best role model (+2.00 %/year")
    assert "[+1.00, +3.00]" in told and "not advice" in told
    assert control_notes(found, NAMED, "calm") == [told] and control_notes(found, NAMED, "wild") == []


def test_who_leads_where_is_said_with_what_is_undecided():
    base = {"assumption": "default", "outcome": "revenue_growth"}
    rows = [
        {**base, "context": "calm", "best": "a", "rivals": ""},
        {**base, "context": "wild", "best": "b", "rivals": "a"},
    ]
    told = leaders_sentence(study(best=rows), NAMED)
    assert told == "Most revenue growth: “Alpha” in calm; undecided between “Alpha” and “Beta” in wild."


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("front")
    assert status(["study", "--profile", "smoke", "--out", str(out)]) == 0
    return out / "report.html"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_first_screen_has_the_chart_and_the_answer(page, width, height, playwright_driver):
    browser = playwright_driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
    try:
        shown = browser.new_page(viewport={"width": width, "height": height})
        shown.goto(page.as_uri())
        boxes = "[...document.querySelectorAll('.front figure svg')].map(s => s.getBoundingClientRect()).filter(b => b.width > 0)"
        (box,) = shown.evaluate(f"{boxes}.map(b => [b.left, b.top, b.right, b.bottom])")
        assert box[0] >= 0 and box[2] <= width and box[3] <= height, "the chart lies on the first screen"
        sizes = f"{boxes}; [...document.querySelectorAll('.front figure svg')].filter(s => s.getBoundingClientRect().width > 0)"
        letters = shown.evaluate(
            f"(() => {{ const svg = ({sizes.partition('; ')[2]})[0]; "
            "return 10 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width })()"
        )
        assert letters >= 10, "ten points of the figure are at least ten pixels"
        seen = shown.evaluate(
            "document.elementsFromPoint(60, 60).length && [...document.querySelectorAll('.lead, .front .lever')]"
            f".filter(e => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().bottom < {height})"
            ".map(e => e.textContent)"
        )
        assert seen, "the answer stands on the first screen"
    finally:
        browser.close()


@pytest.mark.slow
def test_the_role_models_are_answered_before_the_levers(page):
    text = page.read_text("utf-8")
    body = text[text.index("<h1>") :]
    assert body.index("Which role model fits which firm?") < body.index('<figure id="front_growth">') < body.index("Which lever,")
    assert len(re.findall('<figure id="front_growth">', body)) == 1
    assert (page.parent / "front_growth.csv").exists() and (page.parent / "front_growth.svg").exists()
