"""The reports of a study and of a sensitivity analysis in French: whole, in French print, nothing cut on a phone, and the same
figures as in English."""

import html
import json
import re
from functools import lru_cache
from string import Formatter

import pytest

from bench.browser import browser_path
from tandem.experiments.commands.main import status
from tandem.experiments.effects.role_models import ALTERNATIVES, FURTHER, HEADLINES
from tandem.experiments.effects.second import FACTORS, THIRDS
from tandem.experiments.pages.numbers import interval_text, with_unit
from tandem.experiments.pages.telling import between, form, marked, page_texts, said, spoken_now, told_in, word
from tandem.experiments.pages.words import listed, low_title, spoken
from tandem.experiments.sensitivity.checks import INERT
from tandem.experiments.study.choice import PRICES
from tandem.experiments.study.failures_report import leaf_words
from tandem.experiments.study.headline_words import words as headline_words
from tandem.experiments.study.strata import RANGES
from tandem.experiments.study.told import meaning_of
from tandem.sim.dashboard.headline import headline
from tandem.sim.mistake import Mistake
from tandem.sim.texts import NARROW, catalogue
from tests.pages.test_report_pages import CUT

# Common English words that no French word is written like.
ENGLISH = """a about above all an and any are as at best better between both by cannot chance conflict context costs decided delay
differ does each effect every everywhere falls firm firms first for from fit growth harms has helps high higher highest how if in
interval into is it its lead leads least lever levers low lower lowest mean means moves no none not of one only or other outcome
over pairs played practice rank ranks range raises replicates rises role row rows same sets share sure than that the them there
these this those to together under undecided unit up value verdicts was week weeks what when where whether which who with without
worst worth year years yes"""
FRENCH_TOO = {"a", "as", "an", "if", "on", "or", "role", "verdicts", "sure", "lever", "range", "rank", "unit", "low"}
LEFT = set(ENGLISH.split()) - FRENCH_TOO
UNPRINTED = re.compile(r"(?<=[\w»)\]]) [;:!?%»]|« |\d\.\d|\d,\d{3}\b(?!\d)(?=\s(?:entreprises|paires|points|lignes))|'")


VERSION = re.compile(r"\d+\.\d+\.\d+\w*|Linux-\S+|written by tandem.*")


def shown(page: str) -> list[str]:
    """The lines that a reader of a page sees, those drawn in figures as well; code and numbers of versions left out."""
    body = page[page.index("<body>") :]
    drawn = [html.unescape(text) for text in re.findall(r"<!-- (.*?) -->", body, flags=re.DOTALL)]
    plain = re.sub(r"<svg.*?</svg>|<code>.*?</code>", "\n", body, flags=re.DOTALL)
    lines = [*html.unescape(re.sub(r"<[^>]+>", "\n", plain)).split("\n"), *drawn, *re.findall(r'data-head="([^"]*)"', body)]
    return [line.strip() for line in lines if line.strip() and not VERSION.fullmatch(line.strip())]


def english(lines: list[str]) -> dict[str, list[str]]:
    """Lines in which a common English word stands, with these words."""
    found = {line: [each for each in re.findall(r"[^\W\d_]+", line) if each.lower() in LEFT] for line in lines}
    return {line: words for line, words in found.items() if words}


def unprinted(lines: list[str]) -> list[str]:
    """Lines against the rules of French print: a wide space before a mark, a decimal point, a straight apostrophe."""
    return [line for line in lines if UNPRINTED.search(line)]


def slots(template) -> set[str]:
    forms = template.values() if isinstance(template, dict) else [template]
    return {name for text in forms for _, name, _, _ in Formatter().parse(text) if name}


def test_the_searches_find_what_is_wrong():
    assert english(["Quel levier", "The best lever", "verdict: undecided"]).keys() == {"The best lever", "verdict: undecided"}
    wrong = ["5 %", "un : deux", "3.5 points", "l'effet", "« a »"]
    assert unprinted([*wrong, f"5{NARROW}%", "3,5 points", "l’effet"]) == wrong


def test_both_catalogues_have_the_same_keys_and_slots():
    ours, theirs = page_texts("en"), page_texts("fr")
    assert set(ours) == set(theirs) and len(ours) > 400
    assert [key for key in ours if slots(ours[key]) != slots(theirs[key])] == []
    assert [key for key in ours if isinstance(ours[key], dict) != isinstance(theirs[key], dict)] == []
    texts = [text for each in theirs.values() for text in (each.values() if isinstance(each, dict) else [each])]
    plain = [re.sub(r"\{[^}]*\}|<[^>]*>", "", text) for text in texts]
    assert english(plain) == {} and unprinted(plain) == []


def test_every_word_that_tables_hold_has_a_french_one():
    names = [*ALTERNATIVES, *FURTHER, *RANGES, *PRICES, *FACTORS.values(), *THIRDS, "equal dispositions", "default"]
    names += [f"inputs whose total index cannot be told from {INERT}"]
    known = page_texts("fr")
    assert [name for name in names if f"words.{name}" not in known] == []
    paths = [path for changes in (*ALTERNATIVES.values(), *FURTHER.values()) for path in changes]
    ours = {name: meaning_of(name) for name in (*HEADLINES, *paths)}
    assert all(page_texts("en")[f"meanings.{name}"] for name in ours)
    with told_in("fr"):
        assert [name for name, text in ours.items() if meaning_of(name) == text] == []
        assert word("undecided") == "indécis" and word("somebody’s own") == "somebody’s own"


def test_numbers_lists_and_tags_are_those_of_the_language():
    row = {"low": -0.0123, "high": 0.0456}
    assert (form(1234.5, ",.1f"), between(0.1, 0.25, ".0%"), interval_text(row, 100.0)) == (
        "1,234.5",
        "[10%, 25%]",
        "[−1.23, +4.56]",
    )
    with told_in("fr"):
        assert form(1234.5, ",.1f") == f"1{NARROW}234,5" and with_unit("3", "%/an") == f"3{NARROW}%/an"
        assert between(0.1, 0.25, ".0%") == f"[10{NARROW}%{NARROW}; 25{NARROW}%]"
        assert interval_text(row, 100.0) == f"[−1,23{NARROW}; +4,56]"
        assert listed(["a", "b", "c"]) == "a, b et c" and spoken("skills") == "compétences"
        assert low_title("conflict_rate") == "le taux de conflit" and spoken_now() == "fr"
        assert marked("fit.quoted", title="<b>") == f"«{NARROW}&lt;b&gt;{NARROW}»"
        told = leaf_words("levers.skills from 0.25 to 0.5 and role_model is co-pilot or no-coo", ["levers.skills", "role_model"])
        assert told.startswith("niveau du levier compétences de 0,25 à 0,5 et répartition des rôles") and english([told]) == {}
    assert spoken_now() == "en" and said("fit.quoted", title="x") == "“x”"
    with pytest.raises(Mistake, match="lang = 'de'"), told_in("de"):
        pass


def test_a_role_model_has_one_name_in_french():
    told = [str(text) for text in catalogue("fr").values()] + [str(text) for text in page_texts("fr").values()]
    told += [*headline_words()["fr"].values(), *(line for lines in headline()["told"]["fr"].values() for line in lines)]
    assert [text for text in told if re.search("partages? des rôles", text, re.IGNORECASE)] == []
    assert sum("répartition" in text for text in told) > 40


# -- played ------------------------------------------------------------------------------------


COMMANDS = {"study": ["study", "--profile", "smoke"]}
COMMANDS["sensitivity"] = ["sensitivity", "--profile", "smoke", "--context", "agile", "--strata"]
NAMES = [pytest.param("study", marks=pytest.mark.long), "sensitivity"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Name -> the page, played when it is first asked for."""
    out = tmp_path_factory.mktemp("french")

    @lru_cache
    def page(name):
        assert status([*COMMANDS[name], "--lang", "fr", "--out", str(out / name)]) == 0
        return out / name / "report.html"

    return page


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_english_is_left_and_the_print_is_french(pages, name):
    page = pages(name).read_text("utf-8")
    lines = shown(page)
    assert '<html lang="fr">' in page and len(lines) > 300
    assert english(lines) == {} and unprinted(lines) == []
    assert "Qu’est-ce qui agit le plus sur la croissance" in html.unescape(page)
    assert page.count("--lang fr") >= 1 and "nan" not in " ".join(lines).lower().split()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_nothing_overflows(pages, name, size, playwright_driver):
    browser = playwright_driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
    try:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(pages(name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(CUT) == []
    finally:
        browser.close()


@pytest.mark.long
def test_a_french_study_is_played_again_in_french_with_the_tables_of_the_english_one(pages, tmp_path, capsys):
    folder = pages("study").parent
    record = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert "--lang=fr" in json.dumps(record)
    assert status(["rerun", str(folder)]) == 0 and "the same to the last bit" in capsys.readouterr().out
    assert status(["study", "--profile", "smoke", "--out", str(tmp_path)]) == 0
    tables = {file.relative_to(folder): file for file in folder.rglob("*.csv") if "store" not in file.parts}
    assert len(tables) > 20
    assert [str(name) for name, file in tables.items() if (tmp_path / name).read_bytes() != file.read_bytes()] == []
