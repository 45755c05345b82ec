"""Fitting a firm to figures of one's own: the truth is found, what is not identified is said, every command takes the result."""

import numpy as np
import pandas as pd
import pytest

import tandem
from tandem.experiments.calibration.own_fit import _Simulator, fit
from tandem.experiments.calibration.own_targets import of_quarter, read_targets
from tandem.experiments.commands.main import status
from tandem.experiments.store.declared_factors import declared_factors
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import chosen
from tandem.sim.played import own_of_weeks
from tandem.sim.scenario import ScenarioError

FACTORS = {"dyad.trust": (0.1, 0.9), "levers.communication": (0.0, 1.0), "market.churn": (0.001, 0.01)}
SMALL = {"first": 64, "later": 32, "waves": 2, "firms": 16}
TRUTH = {"dyad.trust": 0.45, "levers.communication": 0.6, "market.churn": 0.004}


def small_firm():
    return tandem.Scenario.load("success-story").with_({"quarters": 3})


def observed(values, draw, firms=400, seed="elsewhere", errors=(0.01, 0.12, 0.015)):
    """Figures of many firms with these values, on luck that no fit meets, with their errors."""
    batch = tandem.simulate_batch(small_firm().with_(values), runs=firms, seed=seed)
    trust, conflict = batch.values("trust_mean")[0], batch.values("conflict_rate")[0]
    shown = (trust.mean(), np.nanmean(conflict), trust.std(ddof=1))
    told = [value + error * draw.normal() for value, error in zip(shown, errors)]
    kinds = (("trust_mean", "mean"), ("conflict_rate", "mean"), ("trust_mean", "spread"))
    return {
        f"t{at}": {"outcome": name, "statistic": kind, "value": float(told[at]), "error": errors[at]}
        for at, (name, kind) in enumerate(kinds)
    }


@pytest.fixture(scope="module")
def found():
    return fit(observed(TRUTH, np.random.default_rng(1)), FACTORS, small_firm(), seed=3, **SMALL)


@pytest.mark.slow
def test_the_truth_is_found_and_what_is_not_identified_is_said(found):
    table = found.marginals.set_index("path")
    assert found.within(TRUTH)
    assert not found.within({**TRUTH, "dyad.trust": 0.85, "levers.communication": 0.05})
    assert table.loc["dyad.trust", "verdict"] == "pinned"
    assert table.loc["market.churn", "verdict"] == "wide"  # no figure tells of it
    assert any("Not identified" in line and "market.churn" in line for line in found.told)
    assert set(found.figures["verdict"]) == {"met"}


@pytest.mark.slow
def test_figures_that_cannot_be_had_are_said():
    targets = {"trust": {"outcome": "trust_mean", "value": 0.98, "error": 0.001}}
    missed = fit(targets, {"market.churn": (0.001, 0.01)}, small_firm(), seed=1, **{**SMALL, "waves": 1})
    assert missed.figures["verdict"].tolist() == ["not met"]
    assert any("Not met by any set" in line for line in missed.told)


@pytest.mark.slow
def test_every_command_takes_the_folder(found, tmp_path, capsys):
    place = found.save(tmp_path / "mine")
    fitted = chosen(str(place))
    assert fitted.known.digest == found.parameters.known.digest
    firm = tmp_path / "firm.toml"
    firm.write_text(small_firm().to_toml())
    batch = tandem.simulate_batch(str(firm), runs=60, seed=2, parameters=str(place))
    assert abs(batch.values("trust_mean").mean() - found.figures["fitted"][0]) < 0.05
    plain = tandem.simulate_batch(str(firm), runs=60, seed=2)
    assert abs(plain.values("trust_mean").mean() - batch.values("trust_mean").mean()) > 0.02  # it moves what the file says
    for command in (
        ["run", str(firm)],
        ["compare", "silence", "success-story", "--runs", "20"],
        ["advise", "success-story", "--runs", "50"],
        ["sensitivity", str(firm), "--factors", str(_factors(tmp_path)), "--rows", "32", "--outcome", "trust_mean"],
    ):
        out = tmp_path / command[0]
        assert status([*command, "--parameters", str(place), "--out", str(out)]) == 0, command
        assert "set" in capsys.readouterr().out
    assert status(["rerun", str(tmp_path / "compare")]) == 0
    plan = tmp_path / "plan.toml"
    plan.write_text(f'scenarios = ["{firm}"]\nreplicates = 4\nparameters = "{place}"\noutcomes = ["trust_mean"]\n')
    assert status(["sweep", str(plan), "--out", str(tmp_path / "sweep")]) == 0
    capsys.readouterr()


def _factors(folder):
    place = folder / "factors.toml"
    place.write_text('[factors]\n"ceo.hours" = { low = 5, high = 20 }\n"coo.hours" = { low = 5, high = 20 }\n')
    return place


@pytest.mark.slow
def test_the_command_fits_what_python_fits(tmp_path, capsys):
    targets = tmp_path / "targets.toml"
    targets.write_text('[targets.trust]\noutcome = "trust_mean"\nvalue = 0.5\nerror = 0.02\n')
    factors = tmp_path / "f.toml"
    factors.write_text('[factors]\n"dyad.trust" = { low = 0.1, high = 0.9 }\n')
    firm = tmp_path / "firm.toml"
    firm.write_text(small_firm().to_toml())
    asked = ["calibrate", "--targets", str(targets), "--factors", str(factors), "--scenario", str(firm), "--seed", "2"]
    assert status([*asked, "--firms", "8", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "dyad.trust: " in told
    again = fit(targets, factors, str(firm), seed=2, firms=8)
    np.testing.assert_allclose(pd.read_csv(tmp_path / "out" / "sets.csv")["dyad.trust"], again.sets["dyad.trust"], rtol=1e-12)
    assert status([*asked[:3], "--out", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_quarters_of_a_path_are_those_of_the_run():
    run = tandem.simulate(small_firm(), seed=4)
    for column in ("revenue", "trust", "conversion_rate", "conversion_chance", "decided"):
        for quarter in (1, 3):
            made = own_of_weeks(run._kept, (of_quarter(column, quarter),))
            assert next(iter(made.values())) == pytest.approx(run.quarterly[column].iloc[quarter - 1], rel=1e-12), (
                column,
                quarter,
            )


def test_statistics_are_those_of_the_firms_played():
    targets = {
        "path": {"column": "revenue", "values": [1.0, 2.0], "quarters": [2, 3], "error": [0.1, 0.2], "firms": 5},
        "tie": {"outcomes": ["trust_mean", "cash"], "statistic": "correlation", "value": 0.1, "error": 0.1},
    }
    figures = read_targets(targets)
    assert [figure.name for figure in figures] == ["path q2", "path q3", "tie"]
    factors = declared_factors({"dyad.trust": (0.1, 0.9)})
    play = _Simulator(small_firm(), factors, figures, chosen("declared"), 7, 6)
    play.play(np.array([[0.5], [0.25]]))
    batch = [
        tandem.simulate(small_firm().with_({"dyad.trust": 0.3}), 7, luck, firm=1, parameters="declared") for luck in range(6)
    ]
    revenue = np.array([run.quarterly["revenue"].to_numpy() for run in batch])
    trust, cash = (np.array([run.outcomes[name] for run in batch]) for name in ("trust_mean", "cash"))
    expected = [revenue[:, 1].mean(), revenue[:, 2].mean(), np.corrcoef(trust, cash)[0, 1]]
    np.testing.assert_allclose(play.statistics[1], expected, rtol=1e-9)
    assert play.luck[1, 0] == pytest.approx(revenue[:, 1].var(ddof=1) / 5)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({}, "no targets"),
        ({"x": {"outcome": "joy", "value": 1, "error": 1}}, "no such outcome"),
        ({"x": {"outcome": "cash", "value": 1}}, "x.error"),
        ({"x": {"outcome": "cash", "value": 1, "error": 0}}, "above 0"),
        ({"x": {"outcome": "cash", "value": 1, "error": 1, "colour": 2}}, "unknown key"),
        ({"x": {"outcome": "cash", "statistic": "median", "value": 1, "error": 1}}, "unknown word"),
        ({"x": {"outcome": "cash", "statistic": "correlation", "value": 1, "error": 1}}, "two names"),
        ({"x": {"column": "revenu", "values": [1], "error": 1}}, "revenue"),
        ({"x": {"column": "revenue", "values": [1, 2], "quarters": [1, 3], "error": 1}}, "wrong quarters"),
        ({"x": {"outcome": "cash", "statistic": "spread", "value": 1, "error": 1, "firms": 1}}, "2 or more"),
    ],
)
def test_bad_targets_are_one_sentence(targets, said):
    with pytest.raises(ScenarioError, match=said) as told:
        read_targets(targets)
    assert "\n" not in str(told.value)


def test_no_ensemble_in_a_folder_is_one_sentence(tmp_path, capsys):
    with pytest.raises(Mistake, match="no ensemble there"):
        chosen(tmp_path)
    assert status(["run", "silence", "--parameters", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    (tmp_path / "sets.csv").write_text("a\n1\n")
    (tmp_path / "provenance.json").write_text("{")
    with pytest.raises(Mistake, match="cannot be read"):
        chosen(tmp_path)


@pytest.mark.long
def test_the_truth_lies_in_the_region_of_nine_tenths_in_nine_trials_of_ten():
    draw = np.random.default_rng(11)
    factors = {"dyad.trust": (0.1, 0.9), "levers.communication": (0.0, 1.0)}
    law, inside, marginal = declared_factors(factors), 0, []
    for trial in range(50):
        truth = {path: float(values[0]) for path, values in law.values(draw.random((1, 2))).items()}
        found = fit(observed(truth, draw, seed=f"trial {trial}"), factors, small_firm(), seed=trial, **SMALL)
        inside += found.within(truth)
        table = found.marginals.set_index("path")
        marginal += [table.loc[path, "q05"] <= value <= table.loc[path, "q95"] for path, value in truth.items()]
    print(inside, np.mean(marginal))
    assert 39 <= inside <= 50  # 45 expected; the binomial's central 99% is 39 to 50
    assert 0.8 <= np.mean(marginal) <= 0.98
