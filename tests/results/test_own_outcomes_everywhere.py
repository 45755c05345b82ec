"""Own outcomes under every kind of week: changes, events, empty posts; through Mesa's model, and what a study makes of them."""

import numpy as np
import pytest

import tandem
from tandem import LeadershipModel, Scenario, simulate, simulate_batch
from tandem.experiments.commands.main import status
from tandem.sim.outcomes import OUTCOMES, OWN

EVENTFUL = {
    "changed": lambda: Scenario.load("silence").at(week=60, changes={"dyad.trust": 0.2, "levers.skills": 0.9}),
    "events": lambda: Scenario.load("crisis-overload"),
    "leaver": lambda: Scenario.load("coo-leaves"),
    "history": lambda: Scenario.load("department-store-history"),
    "vacancies": lambda: Scenario.load("silence").with_({"hazards.ceo_departure": 0.02, "hazards.coo_departure": 0.03}),
    "alone": lambda: Scenario.of(role_model="no-coo", context="agile"),
}


@pytest.fixture(autouse=True)
def declared():
    tandem.outcome("late_trust", "mean(last(trust, 13))", unit="0-1", better="higher")
    tandem.outcome("own_cash", "at_end(cash)", unit="kEUR", better="higher")
    tandem.outcome("own_trust", "mean(during(trust, (ceo_present > 0) & (coo_present > 0)))", unit="0-1", better="higher")
    tandem.outcome("own_profit", "sum(profit) / weeks", unit="kEUR/week", better="higher")
    tandem.outcome("low_weeks", "count(trust < 0.4)", unit="weeks", better="lower")
    tandem.outcome("by_function", lambda weeks: float(np.nanmean(weeks["role_clarity"])), better="higher")
    yield
    tandem.forget_outcomes()


def same(a, b):
    return np.array_equal(np.asarray(a, dtype=float), np.asarray(b, dtype=float), equal_nan=True)


@pytest.mark.parametrize("name", EVENTFUL)
def test_built_in_run_batch_frame_and_model_agree_to_the_last_bit(name):
    firm = EVENTFUL[name]()
    batch = simulate_batch(firm, runs=4, seed=5)
    for luck in range(4):
        run = simulate(firm, 5, luck).outcomes
        assert same([batch.values(each)[0, luck] for each in OWN], [run[each] for each in OWN])
        assert same(
            [run["own_cash"], run["own_profit"], run["own_trust"]], [run[n] for n in ("cash", "profit_per_week", "trust_mean")]
        )
    model = LeadershipModel(firm, seed=5, replicate=1)
    model.run()
    assert list(model.outcomes) == list(simulate(firm, 5, 1).outcomes)
    assert same(list(model.outcomes.values()), list(simulate(firm, 5, 1).outcomes.values()))


def test_an_empty_post_leaves_weeks_without_a_number_and_no_pair_no_outcome():
    firm = EVENTFUL["vacancies"]()
    tandem.outcome("whole", "mean(trust)")  # not the same where a post is empty for some weeks
    assert simulate(firm, 5, 1).outcomes["whole"] != simulate(firm, 5, 1).outcomes["trust_mean"]
    trusts = [simulate(firm, 5, luck).weekly["trust"] for luck in range(6)]
    for luck, trust in enumerate(trusts):
        run = simulate(firm, 5, luck).outcomes
        weeks = trust.to_numpy()[1:]
        assert run["low_weeks"] == np.sum(weeks[~np.isnan(weeks)] < 0.4)
        assert run["late_trust"] == pytest.approx(np.nanmean(weeks[-13:]), rel=1e-12) if not np.isnan(weeks[-13:]).all() else True
    alone = simulate(EVENTFUL["alone"](), 5).outcomes
    assert np.isnan(alone["late_trust"]) and np.isnan(alone["trust_mean"])
    summary = simulate_batch(EVENTFUL["alone"](), runs=4).summary()
    assert summary.loc["late_trust", "n"] == 0 and np.isnan(summary.loc["late_trust", "mean"])


def test_a_model_in_the_middle_of_its_run_tells_of_the_weeks_so_far():
    import pickle

    firm = EVENTFUL["changed"]()
    model = LeadershipModel(firm, seed=5)
    for _ in range(70):
        model.step()
    weekly = simulate(firm, 5).weekly.iloc[:71]
    assert model.outcomes["own_cash"] == weekly["cash"].iloc[-1]
    assert model.outcomes["late_trust"] == pytest.approx(weekly["trust"].iloc[-13:].mean(), rel=1e-12)
    again = pickle.loads(pickle.dumps(model)).run()
    assert same(list(again.outcomes.values()), list(simulate(firm, 5).outcomes.values()))
    tandem.forget_outcomes()
    assert list(model.outcomes) == list(OUTCOMES)


def test_a_study_is_about_the_models_own_outcomes(tmp_path, capsys):
    kpi = tmp_path / "kpi.toml"
    kpi.write_text('[outcomes.late]\nformula = "mean(trust)"\n')
    assert status(["study", "--profile", "smoke", "--outcomes", str(kpi), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "about the model's own outcomes" in told and "Traceback" not in told
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_what_is_declared_moves_no_bit_of_a_study(tmp_path):
    from tandem.experiments.study.run import run

    one = run("smoke", tmp_path / "one")
    assert "late_trust" in OWN
    tandem.forget_outcomes()
    other = run("smoke", tmp_path / "other")
    assert one.role_models.equals(other.role_models) and one.levers.equals(other.levers)
