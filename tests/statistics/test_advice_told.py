"""An advice in words: a firm that shrinks is not said to grow, a stated cause is reached or explained, French is French."""

import dataclasses
import re

import pytest

from tandem.experiments.advice.advice import advise
from tandem.experiments.advice.cause import cause_sentences, cause_worth, levers_of_cause
from tandem.experiments.advice.playing import Played
from tandem.experiments.advice.said import move_said, unit_said, wish_said
from tandem.experiments.advice.told import of_role_models
from tandem.experiments.advice.wishes import wish_of
from tandem.experiments.pages.words import titles
from tandem.sim import Scenario
from tandem.sim.intervals import paired_difference
from tandem.sim.parameter_sets import chosen
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import catalogue

CASES = sorted(entry.name for entry in catalogue() if entry.kind == "case")


@pytest.fixture(scope="module")
def found():
    return advise(Scenario.load("silence").with_({"quarters": 4}), runs=100, seed=3)


def shifted(advice, by):
    """The same advice for a firm that grows by so much less or more."""
    return dataclasses.replace(advice, role_models=advice.role_models.assign(growth=advice.role_models["growth"] + by))


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("decided", [True, False])
def test_a_firm_that_shrinks_under_every_role_model_is_not_said_to_grow(found, lang, decided):
    table = found.role_models.assign(decided=[decided, *[False] * (len(found.role_models) - 1)], low=0.001 if decided else -0.1)
    advice = dataclasses.replace(found, role_models=table)
    sinking, growing = (of_role_models(shifted(advice, by), titles(lang), lang) for by in (-1.0, 1.0))
    grows, shrinks = {"en": ("grow most", "shrink"), "fr": ("croître le plus", "recule")}[lang]
    assert shrinks in sinking and grows not in sinking and not re.search("[-\u2212]\\d[\\d.,]*\u202f?% (a year|par an)", sinking)
    assert shrinks not in growing and (grows in growing) == decided


@pytest.mark.parametrize("case", CASES)
def test_every_stated_cause_has_a_lever_or_a_reason(case):
    firm = Scenario.load(case)
    levers, by = levers_of_cause(firm)
    assert bool(levers) == (by != "none")
    assert firm.story.cause is None or by in ("cause", "plan", "none")


def test_a_cause_carried_by_a_lever_and_one_by_the_plan_alone():
    assert levers_of_cause(Scenario.load("silence")) == (["communication"], "cause")
    levers, by = levers_of_cause(Scenario.load("founder-will-not-let-go"))
    assert by == "plan" and "decision_clarity" in levers


def test_the_worth_of_the_cause_is_a_paired_difference_on_the_same_luck():
    firm = Scenario.load("silence").with_({"quarters": 4})
    row = cause_worth(firm, Played(3, chosen("declared")), 60).iloc[0]
    own, off = (simulate_batch(one, 60, 3, parameters="declared").units("revenue_growth") for one in (firm, firm.branch("cause")))
    change, low, high, *_ = paired_difference(own, off)
    assert (row["growth_change"], row["growth_low"], row["growth_high"]) == pytest.approx((change, low, high))
    assert cause_worth(Scenario.of(), Played(3, chosen("declared")), 10).empty


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_cause_is_reached_by_what_is_advised_or_the_reason_is_told(found, lang):
    why = {"en": "Why {} is not advised first", "fr": "Pourquoi {} n’est pas conseillé d’abord"}[lang]
    reached = {"en": "advised above, reaches the cause", "fr": "conseillé plus haut, atteint la cause"}[lang]
    name = {"en": "communication", "fr": "«\u202fRéunions et résultats ouverts\u202f»"}[lang]

    def told(levers, best, **row):
        table = found.levers.assign(raised=True)
        at = table["lever"] == "communication"
        for column, value in row.items():
            table.loc[at, column] = value
        order = [*levers, *[lever for lever in table["lever"] if lever not in levers]]
        table = table.set_index("lever").loc[order].reset_index()
        moves = dataclasses.replace(found.moves, best=best)
        (said,) = cause_sentences(dataclasses.replace(found, levers=table, moves=moves), lang)
        return said

    help_ = {"growth_change": 0.01, "growth_low": 0.005, "growth_high": 0.02, "n": 100, "conflict_high": -0.1}
    assert reached in told(["skills"], (("communication", 1.0),))
    said = told(["skills", "communication"], (("skills", 1.0),), **help_, behind_low=0.001)
    if found.first_lever != "communication":
        assert why.format(name) in said and reached not in said
    close = told(["skills"], (("skills", 1.0),), **help_, behind_low=-0.001)
    assert {"en": "whether more than what is advised is undecided", "fr": "on ne peut trancher si c’est plus"}[lang] in close
    for row in (
        {**help_, "growth_low": -0.01, "behind_low": 0.1},
        {**help_, "growth_low": -0.03, "growth_high": -0.01, "behind_low": 0.1},
        {**help_, "raised": False},
    ):
        assert why.format(name) in told(["skills"], (("skills", 1.0),), **row)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_paragraph_is_whole(found, lang):
    for line in found.paragraphs(lang):
        assert not re.search(r"[{}]|\bnan\b|  | \.|,,|_", line.replace("communication.meetings_per_week", "")), line
    if lang == "fr":
        english = r"\b(growth|lever|raise|undecided|helps|interval|points a year|of the|replicates|decision clarity)\b"
        assert not re.search(english, " ".join(found.paragraphs("fr")))


@pytest.mark.parametrize("wish", ["growth", "conflict", "profit", "context", "satisfaction", "decision_delay_weeks"])
def test_a_wish_is_said_in_both_languages(wish):
    known = wish_of(wish, Scenario.load("co-pilot-weakness"))
    for lang in ("en", "fr"):
        assert wish_said(known, lang) and unit_said(known, lang)
    assert wish_said(known, "fr") != wish_said(known, "en")


def test_moves_are_said_from_0_to_100():
    assert move_said("decision clarity to 0.8 and skills to 1.0", "en") == "decision clarity to 80 and skills to 100"
    assert (
        move_said("decision clarity to 0.8 and skills to 1.0", "fr")
        == "«\u202fClarté des décisions\u202f» à 80 et «\u202fFormation\u202f» à 100"
    )
    assert move_said("leave all as it is", "fr") == "tout laisser tel quel"
