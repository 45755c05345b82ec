"""The page says which role model fits and what a second executive is worth: figures of `advise`, intervals, undecided said."""

import numpy as np
import pytest

from tandem.experiments.advice.advice import RUNS, advise, pair_choice
from tandem.experiments.advice.here import FACTORS, FEWER, SEED, pair_here, shifted
from tandem.experiments.advice.playing import Played
from tandem.sim import Scenario, simulate_batch
from tandem.sim.dashboard.answers import Store
from tandem.sim.dashboard.words import page_texts
from tandem.sim.parameter_sets import chosen
from tandem.sim.scenario import ScenarioError

CASE = "silence"


@pytest.fixture(scope="module")
def answer():
    return pair_here({"spec": {"case": CASE}})


def test_page_and_command_give_the_same_figures(answer):
    table, second = pair_choice(Scenario.load(CASE), RUNS, Played(SEED, chosen("ensemble")))
    assert [row["name"] for row in answer["role_models"]] == table["role_model"].tolist()
    for shown, row in zip(answer["role_models"], table.to_dict("records")):
        assert shown["growth"] == pytest.approx(100 * row["growth"], abs=0.006) and shown["n"] == row["n"]
    assert answer["second"]["worth"] == pytest.approx(100 * second.iloc[0]["growth_change"], abs=0.006)
    assert answer["second"]["n"] == second.iloc[0]["n"] <= RUNS


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_sentences_are_those_of_advise(answer, lang):
    assert answer["told"][lang] == advise(CASE).paragraphs(lang)[:2]


def test_every_worth_has_an_interval_and_says_its_replicates(answer):
    assert [row["factor"] for row in answer["depends"]] == list(FACTORS)
    for row in answer["depends"]:
        for cell in (*row["levels"], row["change"]):
            assert cell["low"] <= cell["worth"] <= cell["high"] and cell["n"] in (FEWER, answer["second"]["n"])
            decided = cell["low"] > 0.0 or cell["high"] < 0.0
            assert (cell["verdict"] in ("higher", "lower")) == decided or cell["low"] == 0.0 or cell["high"] == 0.0
        assert {name: row["levels"][1][name] for name in answer["second"]} == answer["second"]
    assert any(word in answer["parameters"]["en"] for word in ("ensemble", "sets"))


def test_a_cell_is_the_paired_difference_of_two_firms_played_by_the_usual_door(answer):
    firm = shifted(Scenario.load(CASE), "load", 1)
    bare = firm.with_({"role_model": "no-coo"})
    own, other = (simulate_batch(one, FEWER, SEED, threads=False).outcomes["revenue_growth"] for one in (firm, bare))
    cell = next(row for row in answer["depends"] if row["factor"] == "load")["levels"][2]
    assert cell["worth"] == pytest.approx(100.0 * np.mean(own - other), abs=0.006)


def test_firms_are_shifted_as_they_say():
    firm = Scenario.load(CASE).parameters
    larger, calmer = (shifted(Scenario.load(CASE), *how).parameters for how in (("size", 1), ("turbulence", -1)))
    assert larger.market.customers == 2 * firm.market.customers and larger.execution.load > firm.execution.load
    assert larger.teams[0].headcount > firm.teams[0].headcount
    assert calmer.market.drift == 0.5 * firm.market.drift and calmer.market.jumps == 0.5 * firm.market.jumps
    skilled = shifted(Scenario.load(CASE), "skills", 1).parameters
    assert skilled.ceo.skills.market > firm.ceo.skills.market and skilled.coo.skills.operations <= 1.0


def test_levers_that_were_moved_are_part_of_the_firm(answer):
    moved = pair_here({"spec": {"case": CASE, "set": {"levers.communication": 0.9}}})
    assert moved["second"] != answer["second"] and moved["spec"]["set"]


def test_luck_and_what_was_tried_are_no_part_of_the_question_and_the_server_knows_it():
    made = []
    store = Store(more={"pair": lambda asked: made.append(asked) or {"told": 1}})
    for spec in ({"case": CASE}, {"case": CASE, "luck": 5}, {"case": CASE, "acts": [{"week": 3, "action": "meet"}]}):
        assert store.answer("pair", {"spec": spec}) == b'{"told":1}'
    assert len(made) == 1
    with pytest.raises(ScenarioError):
        Store().answer("pair", {"spec": {"case": CASE}})
    with pytest.raises(ScenarioError):
        pair_here({"spec": {"case": "nowhere"}})


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_window_opens_at_once_says_what_happens_and_then_answers(flight_server, visit, lang):
    visit.open(f"{flight_server.address}#case={CASE}&set=levers.skills={'0.6' if lang == 'en' else '0.7'}&lang={lang}", "told")
    visit.page.keyboard.press("d")
    visit.page.locator("dialog[open] #fit").wait_for(timeout=1000)
    assert visit.page.locator("#fit-waiting").inner_text() == page_texts(lang)["fit.waiting"]
    visit.page.locator("#fit-role-models").wait_for(timeout=120_000)
    told = visit.page.locator("#fit").inner_text()
    assert page_texts(lang)["model"] in told and visit.page.locator("#fit-parameters").inner_text()
    assert visit.page.locator("#fit-depends tbody tr").count() == len(FACTORS)
    assert visit.page.locator(".fit-told").count() == 2
    visit.page.keyboard.press("Escape")
    visit.page.locator("#fit-button").click()
    visit.page.locator("#fit-role-models").wait_for(timeout=2000)  # it is remembered
