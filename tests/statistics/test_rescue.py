"""Until when a case can be saved: who fails, which week still saves, and how it is told."""

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.advice.remedies import remedies
from tandem.experiments.advice.rescue import last_saving_week
from tandem.experiments.commands.main import status
from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.parameter_sets import chosen
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.story import Verdict

CASE = """
quarters = 4
[title]
en = "A sour pair"
fr = "Un duo fâché"
[dyad]
trust = 0.3
relationship_conflict = 0.3
[levers]
decision_clarity = 0.1
[failure]
need = "all"
reason = { en = "Distrust is failure here.", fr = "Ici, la défiance est un échec." }
[[failure.conditions]]
outcome = "trust_mean"
below = 0.3
reason = { en = "trust is gone", fr = "la confiance a disparu" }
[[failure.conditions]]
outcome = "conflict_rate"
above = 0.5
[intervention]
week = 26
title = { en = "Begin afresh", fr = "Repartir de zéro" }
set = { "dyad.trust" = 0.5, "switches.claims" = false }
"""


@pytest.fixture(scope="module")
def case():
    return Scenario.parse(CASE, "sour")


@pytest.fixture(scope="module")
def found(case):
    return last_saving_week(case, seed=3, replicates=40)


def verdict(need, *conditions):
    return Verdict.model_validate(
        {"need": need, "conditions": [dict(zip(("outcome", way), (name, line))) for name, way, line in conditions]}
    )


def test_failing_means_all_or_any_of_the_conditions():
    outcomes = pd.DataFrame({"trust": [0.2, 0.2, 0.4, np.nan], "conflict_rate": [5.0, 1.0, 5.0, 5.0]})
    conditions = (("trust", "below", 0.3), ("conflict_rate", "above", 3.0))
    assert verdict("all", *conditions).which(outcomes).tolist() == [True, False, False, False]
    assert verdict("any", *conditions).which(outcomes).tolist() == [True, True, True, True]
    assert verdict("all", ("trust", "below", 0.2)).which(outcomes).tolist() == [False] * 4  # on the line is not beyond it


def test_a_table_fails_row_by_row_as_each_run_does(case):
    batch = simulate_batch(case, runs=64, seed=3)
    rows = [case.story.failure.holds(row) for row in batch.outcomes.to_dict("records")]
    assert case.story.failure.which(batch.outcomes).tolist() == rows
    assert sum(rows) > 0


def test_weeks_are_tried_on_the_replicates_that_fail_untouched(case, found):
    untouched = case.story.failure.which(simulate_batch(case, runs=found.played, seed=3).outcomes)
    assert untouched.sum() == found.failing == 40
    assert found.played == np.flatnonzero(untouched)[-1] + 1 or found.played % 40 == 0
    for week in (1, found.week):
        tried = simulate_batch(case.at(week, case.story.intervention.set), runs=found.played, seed=3)
        saved = (~case.story.failure.which(tried.outcomes) & untouched).sum()
        row = found.table.set_index("week").loc[week]
        assert (row["saved"], row["replicates"]) == (saved, 40)


def test_the_last_saving_week_saves_and_later_ones_do_not(found):
    table = found.table.set_index("week")
    assert 1 <= found.week < 52
    assert table.loc[found.week, "share"] >= 0.5
    assert found.week + 1 in table.index, "the week after must have been tried"
    assert not table.loc[found.week + 1 :, "saves"].any()
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    assert 26 in table.index, "the week planned is tried"


def test_the_interval_is_wilsons(found):
    row = found.table.iloc[0]
    n, p, z = row["replicates"], row["share"], 1.959964
    middle, half = (p + z * z / 2 / n) / (1 + z * z / n), z * np.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    assert (row["low"], row["high"]) == (pytest.approx(middle - half, abs=1e-6), pytest.approx(middle + half, abs=1e-6))


def test_an_intervention_that_does_nothing_never_saves(case):
    idle = Scenario.parse(CASE.replace('"dyad.trust" = 0.5, "switches.claims" = false', '"levers.skills" = 0.5'), "idle")
    tried = last_saving_week(idle, seed=3, replicates=20, step=13)
    assert tried.week is None
    assert tried.turning_point is None
    assert (tried.table["saved"] == 0).all()
    assert "At none of them" in tried.paragraphs("en")[-1]


def test_where_nothing_fails_there_is_nothing_to_save():
    calm = Scenario.parse(CASE.replace("below = 0.3", "below = 0.0"), "calm")
    tried = last_saving_week(calm, seed=3, replicates=10)
    assert (tried.week, tried.failing, len(tried.table)) == (None, 0, 0)
    assert tried.paragraphs("fr") == ["Aucun des 100 tirages n’échoue sans l’intervention\u202f: il n’y a rien à sauver."]


def test_progress_rises_to_one(case):
    told = []
    last_saving_week(case, seed=3, replicates=10, step=13, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("part", ["failure", "intervention"])
def test_a_scenario_that_tells_of_none_is_refused(part):
    text = CASE.split("[failure]")[0] if part == "failure" else CASE.split("[intervention]")[0]
    with pytest.raises(ScenarioError, match=part):
        last_saving_week(Scenario.parse(text, "bare"))


def test_gaps_are_told_as_stretches(found):
    weeks = list(found.table["week"])
    table = found.table.assign(saves=[week == weeks[5] or week == weeks[2] for week in weeks])
    gaps = type(found)(weeks[5], table, found.failing, found.played, found.scenario)
    assert gaps.gaps == (weeks[0], weeks[1], weeks[3], weeks[4])
    assert f"tried at weeks {weeks[0]} to {weeks[1]} and {weeks[3]} to {weeks[4]}" in gaps.paragraphs("en")[-1]


def test_the_command_tells_what_the_run_tells(tmp_path, capsys, case, found):
    file = tmp_path / "sour.toml"
    file.write_text(CASE, "utf-8")
    assert status(["explain", str(file), "--seed", "3", "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    plain = [part.strip() for part in simulate(Scenario.load(file), seed=3).explain("fr").split("\n\n")]
    parts = [part.strip() for part in said.split("\n\n")]
    added = [part for part in parts if part not in plain]
    assert [part for part in parts if part in plain] == plain
    assert [paragraph.strip() for paragraph in added[2:-1]] == remedies(case, seed=3, lang="fr").paragraphs("fr")
    assert added[0] == chosen().tell("fr")
    assert "\x1b" not in said
    assert status(["explain", str(file), "--seed", "3", "--intervention", "--replicates", "40"]) == 0
    said = capsys.readouterr().out
    assert said.split("\n\n")[-2].strip() == simulate(case, seed=3).explain().split("\n\n")[-1].strip()  # then: where more stands
    assert all(paragraph in said for paragraph in found.paragraphs("en"))


def test_the_command_names_the_failure(tmp_path, capsys):
    file = tmp_path / "sour.toml"
    file.write_text(CASE, "utf-8")
    case = Scenario.load(file)
    seed = next(seed for seed in range(20) if case.story.failure.holds(simulate(case, seed).outcomes))
    assert status(["explain", str(file), "--seed", str(seed)]) == 0
    said = capsys.readouterr().out
    assert "By the rule of this case, this is a failure: trust is gone and Conflict rate is at" in said
    assert "Distrust is failure here." in said


def test_the_command_refuses_in_one_line(tmp_path, capsys):
    file = tmp_path / "bare.toml"
    file.write_text(CASE.split("[intervention]")[0], "utf-8")
    assert status(["explain", str(file), "--intervention"]) == 2
    error = capsys.readouterr().err.strip()
    assert "intervention" in error
    assert "\n" not in error
    assert status(["explain", "no-such-case"]) == 2
