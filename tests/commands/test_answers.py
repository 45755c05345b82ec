"""What a manager reads last: the answer of a comparison, in both languages, decided or said to be open."""

import re

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.effects.leaders import ASKED, answer, leads
from tandem.experiments.effects.role_models import best_role_models, chosen_role_models, described
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario


class Known:
    """Outcomes that are known, as a batch gives them."""

    def __init__(self, **columns):
        self.columns = columns

    def units(self, outcome):
        return np.asarray(self.columns[outcome], dtype=float)


def known(growth, conflict, spread=1e-5, n=200, seed=0):
    luck = np.random.default_rng(seed)
    return Known(revenue_growth=growth + luck.normal(0, spread, n), conflict_rate=conflict + luck.normal(0, spread, n))


TITLES = {"a": "Alpha", "b": "Beta", "c": "Gamma", "control": "Control", "here": "Here", "there": "There"}


def test_what_is_decided_is_told_with_its_lead_and_what_is_open_is_said_to_be():
    arms = {"a": known(0.10, 3.0, seed=1), "b": known(0.05, 3.0, seed=2), "c": known(0.02, 5.0, seed=3)}
    growth, conflict = answer(leads(arms, "here"), TITLES)
    assert (
        growth.startswith("Answer, growth: most with “Alpha”, 10.00 %/year: 4.9999 points") and "“Beta” (95% interval" in growth
    )
    assert conflict.startswith("Answer, conflict: undecided between") and "“Gamma”" not in conflict and "200 pairs" in conflict


def test_a_control_that_beats_all_is_named_and_explained_but_never_the_answer():
    arms = {"a": known(0.10, 3.0, seed=1), "b": known(0.05, 4.0, seed=2), "control": known(0.20, 5.0, seed=3)}
    told = answer(leads(arms, "here", {"control"}), TITLES)
    assert told[0].startswith("Answer, growth: most with “Alpha”")
    assert "a control grows more than every role model: “Control” by " in told[1] and "it is no advice" in told[1]
    assert len(told) == 3 and "control" not in told[2].lower()
    worse = {**arms, "control": known(0.01, 9.0, seed=3)}
    assert len(answer(leads(worse, "here", {"control"}), TITLES)) == 2


def test_contexts_with_the_same_open_question_are_named_together():
    arms = {"a": known(0.1, 3.0, seed=1), "b": known(0.1, 3.0, seed=2)}
    swapped = {"a": known(0.1, 3.0, seed=5), "b": known(0.1, 3.0, seed=4)}
    growth, _ = answer([*leads(arms, "here"), *leads(swapped, "there")], TITLES)
    assert growth.count("undecided") == 1 and "in Here, There, undecided" in growth


def test_what_is_not_defined_cannot_lead_and_one_alone_has_no_answer():
    nothing = np.full(200, np.nan)
    arms = {"a": known(0.1, 3.0), "b": Known(revenue_growth=nothing, conflict_rate=nothing)}
    assert leads(arms, "here") == []


def test_the_answer_is_that_of_the_study():
    batches = {name: simulate_batch(firm, runs=40, seed=2) for name, firm in described("agile", chosen_role_models()).items()}
    table = best_role_models(batches, "agile").set_index("outcome")
    for lead in leads(batches, "agile"):
        row = table.loc[lead.outcome]
        assert (lead.best, "; ".join(lead.rivals), lead.n) == (row["best"], row["rivals"], row["n"])
        assert lead.mean == pytest.approx(row["mean"])


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_compare_ends_with_its_answer_and_keeps_the_variance_for_those_who_ask(lang, capsys, tmp_path):
    assert status(["compare", "--context", "agile", "--runs", "20", "--lang", lang, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out.rstrip().splitlines()
    words = {"en": ("Answer, growth:", "Answer, conflict:"), "fr": ("Réponse, croissance\u202f:", "Réponse, conflits\u202f:")}[
        lang
    ]
    assert [line.startswith(words[0]) for line in said[-2:]] == [True, False] and said[-1].startswith(words[1])
    assert len(said) < 60 and not (tmp_path / "variance.csv").exists()
    assert set(pd.read_csv(tmp_path / "comparison.csv")["context"]) == {"agile"}
    if lang == "fr":
        english = ("undecided", "not defined", "role model", "Revenue growth", "episodes", "interval ", "tables:", "parameters:")
        assert not [word for word in english if word in "\n".join(said)]


def test_variance_without_an_ensemble_of_role_models_is_refused(capsys):
    assert status(["compare", "silence", "success-story", "--variance"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert len(ASKED) == 2


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("default", "lever ", "set by hand (--set)", "role model: ", "context: ", "file: ")),
        (
            "fr",
            (
                "défaut",
                "levier ",
                "réglé à la main (--set)",
                "répartition des rôles\u202f: ",
                "contexte\u202f: ",
                "fichier\u202f: ",
            ),
        ),
    ],
)
def test_show_says_of_each_value_who_set_it(lang, words, capsys):
    seen = set()
    for name in ("retail-restructuring", "visionary-catalyst-weakness", "strategy-execution-drift", "co-pilot"):
        assert status(["show", name, "--lang", lang, "--set", "levers.skills=0.9"]) == 0
        values = [line for line in capsys.readouterr().out.splitlines() if " = " in line and not line.startswith("# role_model")]
        for line in values:
            remark = line.removeprefix("# ").partition("  # ")[2]
            if not line.startswith(("week", '"')):
                assert remark.startswith(words), line
                seen |= {word for word in words if remark.startswith(word)}
        assert f"skills = 0.9  # {words[2]}" in values
    assert seen == set(words)


def test_what_show_prints_loads_to_the_same_firm(capsys):
    for name in ("retail-restructuring", "silence"):
        assert status(["show", name, "--lang", "fr"]) == 0
        told = Scenario.parse(capsys.readouterr().out)
        assert told.parameters == Scenario.load(name).parameters


ENGLISH = (
    *("undecided", "not defined", "role model", "Revenue growth", "outcome", "quarter", "tables:", "parameters:", "This is"),
    *("points of 100", "unit", "value", "survives", "higher", "lower", "firm", "of 100", "lever", "best", "behind", "hours"),
)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "coo-leaves", "--out", "OUT"],
        ["run", "no-coo", "--quarters", "4", "--set", "levers.skills=0.9"],
        ["compare", "silence", "success-story", "--runs", "10", "--out", "OUT"],
        ["compare", "--context", "agile", "--runs", "10", "--variance"],
        ["compare", "co-pilot", "no-coo", "--context", "agile", "--runs", "10", "--alternatives"],
        ["advise", "no-coo", "--runs", "50", "--wish", "profit", "--hours", "2"],
        ["advise", "silence", "--runs", "50", "--wish", "conflict"],
    ],
)
def test_french_is_french_to_the_last_word(words, capsys, tmp_path):
    words = [str(tmp_path / "out") if word == "OUT" else word for word in words]
    assert status([*words, "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert [word for word in ENGLISH if re.search(rf"\b{word}\b", re.sub(r"[\w.]+\.[\w.]+|--\w+", "", said))] == []
    assert not re.search(r"\d\.\d", said), "a decimal point in French"
    assert status(words) == 0
    english = capsys.readouterr().out
    assert any(re.search(rf"\b{word}\b", english) for word in ENGLISH), "the words are those of the English"
