"""Outcomes of a user's own: the built-in of the same formula bit for bit, known at every door, and hostile formulas refused."""

import math

import numpy as np
import pandas as pd
import pytest

import tandem
from tandem.experiments.commands.main import status
from tandem.experiments.store import Plan, Refused, of_plan, open_sweep, run, verify
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES, OWN

# Built-in -> the same formula over weekly columns.
SAME = {
    "cash": "at_end(cash)",
    "profit_per_week": "sum(profit) / weeks",
    "conversion_rate": "sum(new_customers) / sum(leads)",
    "cost_per_acquisition": "sum(spend) / sum(new_customers)",
    "marketing_spend_share": "sum(spend) / sum(revenue)",
    "satisfaction": "mean(last(satisfaction, 13))",
    "brand_awareness": "sum(last(brand_awareness, 13)) / 13",
    "revenue_growth": "exp(log(sum(last(revenue, 13)) / 13 / at_start(revenue)) / ((weeks - 0.5 * 12) / 52)) - 1",
    "trust": "at_end(trust)",
    "trust_mean": "mean(trust)",
    "role_clarity": "mean(role_clarity)",
    "decisions_taken": "sum(decided)",
    "ceo_hours": "sum(ceo_hours_used) / weeks",
    "meeting_hours": "mean(meeting_hours)",
    "conflict_rate": "(sum(task_episodes) + sum(process_episodes) + sum(relationship_episodes)) / (weeks / 13)",
}
PLAN = {"quarters": 2, "replicates": 3, "scenarios": ["success-story"], "factors": {"dyad.trust": [0.3, 0.8]}}
FILE = """
[outcomes.late_trust]
title = "Trust in the last quarter"
title_fr = "Confiance au dernier trimestre"
unit = "0-1"
better = "higher"
formula = "mean(last(trust, 13))"

[outcomes.own_profit]
unit = "kEUR/week"
better = "higher"
formula = "sum(profit) / weeks"
"""


@pytest.fixture(autouse=True)
def forgotten():
    yield
    tandem.forget_outcomes()


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "kpi.toml"
    place.write_text(FILE)
    return place


def same(a, b):
    return np.array_equal(np.asarray(a, dtype=float), np.asarray(b, dtype=float), equal_nan=True)


@pytest.mark.parametrize("firm", ["silence", "success-story"])
def test_the_same_formula_gives_the_same_bits(firm):
    for name, text in SAME.items():
        tandem.outcome(f"own_{name}", text, unit=OUTCOMES[name].unit)
    batch = tandem.simulate_batch(firm, runs=12, seed=5)
    for name in SAME:
        assert same(batch.values(f"own_{name}"), batch.values(name)), name
    outcomes = tandem.simulate(firm, seed=5, replicate=3).outcomes
    assert all(same(outcomes[f"own_{name}"], batch.values(name)[0, 3]) for name in SAME)


def test_a_wrong_formula_is_not_the_same():
    tandem.outcome("own_profit", "sum(profit) / (weeks + 1)")
    batch = tandem.simulate_batch("silence", runs=3, seed=5)
    assert not same(batch.values("own_profit"), batch.values("profit_per_week"))


def test_functions_of_the_weeks_say_what_they_are_named():
    run_ = tandem.simulate("silence", seed=1)
    weekly = run_.weekly
    trust = weekly["trust"].to_numpy()
    for text, value in {
        "lowest(trust)": np.nanmin(trust[1:]),
        "highest(trust)": np.nanmax(trust[1:]),
        "sd(trust)": np.nanstd(trust[1:], ddof=1),
        "count(trust < 0.4)": (trust[1:] < 0.4).sum(),
        "share((trust > 0.2) & (trust < 0.4))": ((trust[1:] > 0.2) & (trust[1:] < 0.4)).mean(),
        "mean(between(revenue, 10, 20))": weekly["revenue"][10:21].mean(),
        "mean(first(revenue, 5))": weekly["revenue"][1:6].mean(),
        "sum(revenue - before(revenue))": weekly["revenue"].diff()[1:].sum(),
        "at_end(running(profit))": weekly["profit"][1:].sum(),
        "mean(where(trust < 0.4, 1, 0))": (trust[1:] < 0.4).mean(),
        "maximum(abs(0 - 3), 2) + minimum(1, 2) + sqrt(4) + 0 * weeks": 6.0,
        "highest(week)": 156,
    }.items():
        tandem.outcome("one", text)
        assert tandem.simulate("silence", seed=1).outcomes["one"] == pytest.approx(value, rel=1e-12), text


def test_a_function_is_taken_as_well_as_a_formula():
    tandem.outcome("by_function", lambda weeks: float(np.nanmean(weeks["trust"][-13:])), unit="0-1", better="higher")
    tandem.outcome("by_formula", "mean(last(trust, 13))", unit="0-1", better="higher")
    batch = tandem.simulate_batch("silence", runs=4, seed=2)
    np.testing.assert_allclose(batch.values("by_function"), batch.values("by_formula"), rtol=1e-12)


@pytest.mark.slow
def test_known_wherever_an_outcome_is(file):
    tandem.outcomes_from(file)
    compared = tandem.compare("silence", "success-story", runs=20, outcomes=["late_trust", "own_profit", "profit_per_week"])
    table = compared.table.set_index(["scenario", "outcome"])
    numbers = table.select_dtypes("number")
    for arm in ("silence", "success-story"):
        assert same(numbers.loc[arm, "own_profit"], numbers.loc[arm, "profit_per_week"])
    found = tandem.sensitivity("silence", {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)}, ["late_trust"], n=64, seed=1)
    assert found.outputs == ("late_trust",)
    advice = tandem.advise("silence", runs=60, wish="own_profit", parameters="declared")
    plain = tandem.advise("silence", runs=60, wish="profit", parameters="declared")
    assert advice.moves.best == plain.moves.best
    assert advice.moves.gain == plain.moves.gain
    frame = tandem.simulate_frame(pd.DataFrame({"dyad.trust": [0.3]}), "silence", runs=2, outcomes=["own_profit", "cash"])
    assert list(frame.columns[-2:]) == ["own_profit", "cash"]
    assert tandem.simulate_batch("silence", runs=3).plot("late_trust", lang="fr") is not None
    assert "late_trust" in tandem.simulate_batch("silence", runs=3).summary().index


def test_a_sweep_knows_its_formula(tmp_path, file):
    tables = {**PLAN, "own_outcomes": str(file), "outcomes": ["own_profit", "profit_per_week", "late_trust"]}
    plan = of_plan(Plan.of(tables))
    done = run(plan, tmp_path / "sweep", workers=1)
    both = run(plan, tmp_path / "both", workers=2)
    assert done.digest == both.digest
    table = open_sweep(tmp_path / "sweep").to_pandas()
    assert same(table["own_profit"], table["profit_per_week"])
    tandem.forget_outcomes()
    assert not verify(tmp_path / "sweep", recompute=100.0).damage  # the folder tells all that is needed
    open_sweep(tmp_path / "sweep")
    assert OWN["late_trust"].title("fr") == "Confiance au dernier trimestre"
    assert status(["report", str(tmp_path / "sweep")]) == 0
    assert "Trust in the last quarter" in (tmp_path / "sweep" / "report.html").read_text("utf-8")
    file.write_text(FILE.replace("13))", "26))"))
    with pytest.raises(Refused, match="own_outcomes"):
        run(of_plan(Plan.of(tables)), tmp_path / "sweep", workers=1)


def test_sweeps_without_own_outcomes_are_as_they_were():
    plain = of_plan(Plan.of({**PLAN, "outcomes": ["cash"]})).spec()
    tandem.outcome("own_profit", "sum(profit) / weeks")
    assert of_plan(Plan.of({**PLAN, "outcomes": ["cash"]})).spec() == plain


def test_a_function_goes_with_a_sweep_from_python(tmp_path):
    tandem.outcome("by_function", _late_trust, unit="0-1")
    plan = of_plan(Plan.of({**PLAN, "outcomes": ["by_function"]}))
    run(plan, tmp_path / "sweep", workers=1)
    assert open_sweep(tmp_path / "sweep").to_pandas()["by_function"].between(0, 1).all()
    assert "code" in plan.spec()["model"]["own_outcomes"][0]
    tandem.forget_outcomes()
    open_sweep(tmp_path / "sweep")  # its title is known again, its function is not
    with pytest.raises(Refused, match="declare it with"):
        verify(tmp_path / "sweep", recompute=100.0)


def _late_trust(weeks):
    return float(np.nanmean(weeks["trust"][-13:]))


def test_commands_take_a_file(tmp_path, file, capsys):
    out = tmp_path / "out"
    asked = ["--outcomes", str(file), "--parameters", "declared"]
    assert status(["compare", "silence", "success-story", "--runs", "20", *asked, "--out", str(out)]) == 0
    assert "Trust in the last quarter" in capsys.readouterr().out
    table = pd.read_csv(out / "comparison.csv")
    mine, built = (table[table["outcome"] == name]["mean"].tolist() for name in ("own_profit", "profit_per_week"))
    assert mine == built
    assert not OWN  # a command's outcomes are its own
    assert status(["rerun", str(out)]) == 0
    assert "the same to the last bit" in capsys.readouterr().out
    assert status(["run", "silence", *asked]) == 0
    assert "Own profit" in capsys.readouterr().out


def test_the_dashboard_draws_them_as_they_stand_week_by_week(file):
    from tandem.sim.dashboard.answers import answer

    tandem.outcomes_from(file)
    there = answer("catalogue", {"parameters": "declared"})
    assert there["themes"][-2:][0] == {"name": "late_trust", "series": ["late_trust"], "hundred": True}
    assert there["texts"]["fr"]["theme.late_trust"] == "Confiance au dernier trimestre"
    case = there["cases"][0]
    series = answer("run", {"parameters": "declared", "spec": {"case": case["name"], "luck": case["luck"]}})["series"]
    firm = tandem.Scenario.load(case["name"])
    ends = tandem.simulate(firm, seed=there["seed"], replicate=case["luck"], parameters="declared").outcomes
    assert series["late_trust"][-1] == pytest.approx(100 * ends["late_trust"], abs=0.006)
    assert series["own_profit"][-1] == pytest.approx(ends["own_profit"], abs=0.006)
    tandem.forget_outcomes()
    assert "late_trust" not in str(answer("catalogue", {"parameters": "declared"})["themes"])


HOSTILE = [
    "__import__('os').system('touch /tmp/owned')",
    "trust.__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "open('/etc/passwd')",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "trust[0]",
    "mean.__globals__",
    "exec('1')",
    "eval",
    "f'{trust}'",
    "'a' * 10**10",
    "9**9**9**9",
    "2 ** 100000000",
    "mean(trust) if 1 else 2",
    "mean(trust) and 1",
    "trust := 1",
    "mean(*trust)",
    "mean(x=trust)",
    "1e400",
    "99999999999999999999",
    "True",
    "mean(last(trust, 1e9))",
    "mean(trust) < 1 < 2",
    "mean(trust); 1",
    "import os",
    "mean(trust) + yield 1",
    "await trust",
    "getattr(trust, 'x')",
    "mean(trust\n)\nimport os",
    "trust",
    "mean(3)",
    "",
    "(" * 3000 + "1" + ")" * 3000,
    "-" * 900 + "1",
    "mean(" * 100 + "trust" + ")" * 100,
    "a" * 5000,
    "mean(tr\x00ust)",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_and_broken_formulas_are_refused_in_one_line(text, tmp_path, capsys):
    with pytest.raises(Mistake) as told:
        tandem.outcome("bad", text)
    assert "\n" not in str(told.value)
    assert not OWN
    file = tmp_path / "bad.toml"
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\x00", "\\u0000")
    file.write_text(f'[outcomes.bad]\nformula = "{quoted}"\n')
    assert status(["run", "silence", "--outcomes", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "outcomes.bad" in error
    assert len(error) < 600


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Cash"}, "not a name"),
        ({"name": "cash"}, "taken by the model"),
        ({"name": "x", "better": "up"}, "higher, lower, neither"),
        ({"name": "x", "unit": 3}, "unit"),
        ({"name": "x", "formula": "mean(trst)"}, "did you mean trust"),
        ({"name": "x", "formula": 3}, "not a text"),
    ],
)
def test_bad_declarations_are_one_sentence(given, said):
    with pytest.raises(Mistake, match=said):
        tandem.outcome(**{"formula": "mean(trust)", **given})


def test_a_value_beyond_its_unit_is_said():
    tandem.outcome("big", "sum(trust)", unit="share")
    with pytest.raises(Mistake, match="its unit 'share' says"):
        tandem.simulate_batch("silence", runs=2)


def test_nothing_to_measure_is_not_a_number():
    tandem.outcome("none", "mean(trust) / sum(trust - trust)")
    assert math.isnan(tandem.simulate("silence").outcomes["none"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[outcomes.x]\nunit = '1'\n", "formula is needed"),
        ("[outcomes.x]\nformula = 'mean(trust)'\ncolour = 'red'\n", "colour: unknown key"),
        ("x = 3\n", "no outcomes"),
        ("[outcomes]\nx = 3\n", "wrong type"),
    ],
)
def test_bad_files_are_one_line(text, said, tmp_path, capsys):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    assert status(["compare", "silence", "success-story", "--outcomes", str(file)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
