"""Tables made in Python with a user's own outcomes and factors are played again from their own record, in a fresh memory."""

import numpy as np
import pandas as pd
import pytest

import tandem
from tandem import Scenario, advise, compare, simulate, simulate_batch, simulate_frame
from tandem.experiments.commands.main import status
from tandem.experiments.store.varied import varied
from tandem.sim.outcomes import OWN

FACTORS = {
    "factors": {"dyad.trust": {"distribution": "beta", "a": 4, "b": 2}, "ceo.hours": (5, 20), "market.churn": [0.002, 0.01]},
    "groups": {"people": ["dyad.trust", "ceo.hours"]},
    "correlation": {"pairs": [["dyad.trust", "ceo.hours", 0.6]]},
}


@pytest.fixture(autouse=True)
def forgotten():
    yield
    tandem.forget_outcomes()


def saved(name, parameters="ensemble"):
    """A table of each call that holds an outcome of the user's own."""
    tandem.outcome("late_trust", "mean(last(trust, 13))", unit="0-1", better="higher", title="Trust, “late”")
    tandem.outcome("idle", "sum(profit) / weeks", unit="kEUR/week", better="higher")
    firm = Scenario.load("silence").with_({"quarters": 2})
    other = firm.with_({"levers.skills": 0.9})
    if parameters == "varied":
        parameters = varied("ensemble", FACTORS, {"a": firm, "b": other}, "a word", 64)
    if name == "outcomes":
        return simulate_batch([firm, other], runs=5, seed=3, parameters=parameters).outcomes
    if name == "summary":
        return simulate_batch(firm, runs=5, seed=3, parameters=parameters, paired=True).summary()
    if name == "compare":
        return compare(firm, other, runs=10, seed=3, outcomes=["late_trust", "trust"], parameters=parameters).table
    if name == "decided":
        return compare(firm, other, at_most=40, seed=3, outcomes="late_trust", parameters=parameters).table
    if name == "weekly":
        return simulate(firm, 3, 2, firm=1, parameters=parameters).weekly
    if name == "moves":
        return advise(firm, runs=50, seed=3, wish="late_trust", parameters=parameters).levers
    rows = pd.DataFrame({"levers.skills": [0.1, 0.9], "_label": ["low", "high"], "scenario": ["a", "b"]})
    return simulate_frame(rows, {"a": firm, "b": other}, 3, 5, False, ["late_trust", "trust"], parameters)


def again(file, capsys):
    """`tandem rerun` as a new process would: nothing is declared."""
    tandem.forget_outcomes()
    capsys.readouterr()
    code = status(["rerun", str(file)])
    assert not OWN
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told


@pytest.mark.parametrize("parameters", ["ensemble", "varied"])
@pytest.mark.parametrize("name", ["outcomes", "summary", "compare", "decided", "weekly", "frame"])
def test_the_same_to_the_last_bit_and_one_changed_digit(name, parameters, tmp_path, capsys):
    table = saved(name, parameters)
    file = tmp_path / "table.parquet"
    table.to_parquet(file)
    code, told = again(file, capsys)
    assert code == 0 and "the same to the last bit" in told.out, told
    assert ("factors dyad.trust, ceo.hours" in told.out) == (parameters == "varied")
    number = next(at for at in range(table.shape[1]) if table.dtypes.iloc[at] == np.float64 and table.iloc[:, at].notna().any())
    row = int(np.flatnonzero(table.iloc[:, number].notna())[-1])
    table.iloc[row, number] = np.nextafter(table.iloc[row, number], np.inf)
    table.to_parquet(file)
    code, told = again(file, capsys)
    assert code == 1 and "differs: " in told.out


@pytest.mark.slow
@pytest.mark.parametrize("parameters", ["ensemble", "varied"])
def test_advice_under_a_wish_of_ones_own(parameters, tmp_path, capsys):
    table = saved("moves", parameters)
    table.to_parquet(tmp_path / "table.parquet")
    assert again(tmp_path / "table.parquet", capsys)[0] == 0
    table.iloc[0, table.columns.get_loc("level")] += 0.001
    table.to_parquet(tmp_path / "table.parquet")
    assert again(tmp_path / "table.parquet", capsys)[0] == 1


def test_own_outcomes_are_those_of_the_record_whatever_is_declared_now(tmp_path, capsys):
    table = saved("outcomes")
    table.to_parquet(tmp_path / "table.parquet")
    tandem.forget_outcomes()
    mine = tandem.outcome("late_trust", "at_end(cash)")
    assert status(["rerun", str(tmp_path / "table.parquet")]) == 0
    assert {"late_trust": mine} == OWN  # and as it was afterwards
    capsys.readouterr()


@pytest.mark.parametrize("column", ["levers.skills", "_label", "late_trust", "replicate"])
def test_whichever_value_of_a_frame_was_changed_is_found(column, tmp_path, capsys):
    table = saved("frame")
    assert isinstance(table, pd.DataFrame) and len(table) == 6
    for row in (0, 4):
        changed = table.copy()
        value = changed.loc[row, column]
        changed.loc[row, column] = "other" if isinstance(value, str) else value + (1e-9 if value % 1 else 1)
        changed.to_parquet(tmp_path / "table.parquet")
        code, told = again(tmp_path / "table.parquet", capsys)
        assert code == 1 and "differs: table.parquet: " in told.out, (row, told)


def by_function(columns):
    return float(columns["trust"][-1])


def test_a_function_is_named_and_refused_where_it_is_not_declared(tmp_path, capsys):
    firm = Scenario.load("silence").with_({"quarters": 2})
    tandem.outcome("last_trust", by_function, unit="0-1")
    simulate_batch(firm, runs=3).outcomes.to_parquet(tmp_path / "table.parquet")
    assert status(["rerun", str(tmp_path / "table.parquet")]) == 0
    code, told = again(tmp_path / "table.parquet", capsys)
    assert code == 2
    assert "last_trust, which was a function of the user's own (by_function)" in told.err and told.err.count("\n") == 1
    assert not OWN


def test_sets_of_a_fit_in_memory_are_refused(tmp_path, capsys):
    from dataclasses import replace

    from tandem.sim.parameter_sets import chosen

    firm = Scenario.load("silence").with_({"quarters": 2})
    simulate_batch(firm, runs=3, parameters=replace(chosen("ensemble"), word="fitted")).summary().to_parquet(
        tmp_path / "t.parquet"
    )
    code, told = again(tmp_path / "t.parquet", capsys)
    assert code == 2 and "OwnFit.save" in told.err and told.err.count("\n") == 1


def test_an_input_changed_in_all_its_rows_is_found_by_its_digest(tmp_path, capsys):
    table = saved("frame")
    table.loc[table["row"] == 0, "_label"] = "other"
    table.to_parquet(tmp_path / "table.parquet")
    code, told = again(tmp_path / "table.parquet", capsys)
    assert code == 1 and "its inputs are not those that were played" in told.out
