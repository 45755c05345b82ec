"""Hostile formulas, factors and targets: one line, exit code 2, no file."""

import pytest

import tandem
from tandem.experiments.calibration.own_targets import read_targets
from tandem.experiments.commands.main import status
from tandem.sim.mistake import Mistake

FORMULAS = {
    "mean(confiance_é)": "there is no weekly column",
    "mean(trüst)": "did you mean trust?",
    "1/0": "divides by 0",
    "mean(trust) / 0": "divides by 0",
    "3 + 4": "it holds no weekly column",
    "": "not a text",
    "+".join(["trust"] * 2000): "longer than 1,000 letters",
    "(" * 200 + "trust" + ")" * 200: "nested deeper than 60 levels",
    "abs(" * 150 + "1" + ")" * 150: "nested deeper than 60 levels",
    "-" * 900 + "weeks": "nested deeper than 60 levels",
    "mean(0.1 < trust < 0.2)": "two comparisons in one",
    "mean(trsut)": "did you mean trust?",
    "mean(between(trust, 26, 13))": "goes from week 26 back to week 13",
    "mean(during(trust, 3))": "takes a weekly column",
}
BASE = '[factors]\n"dyad.trust" = {low = 0.2, high = 0.8}\n"ceo.hours" = {low = 5, high = 20}\n'
BASE += '"market.churn" = {low = 0.001, high = 0.01}\n'
LAW = '[factors]\n"dyad.trust" = '
TIE = BASE + "[correlation]\n"
OF_TWO = 'factors = ["dyad.trust", "ceo.hours"]\nmatrix = '
FACTORS = {
    LAW + '{ distribution = "nrom", loc = 0.5, low = 0, high = 1 }': "did you mean norm?",
    LAW + '{ distribution = "beta", alpha = 2, beta = 3 }': "beta has no argument 'alpha'; it has a, b",
    LAW + '{ distribution = "beta", a = 2, b = 2, arguments = { a = 3 } }': "factors.dyad.trust.a: stands there twice",
    LAW + "{ low = 0.8, high = 0.2 }": "low must be below high",
    LAW + '{ distribution = "norm", loc = 0.5, scale = -1, low = 0, high = 1 }': "is not defined for",
    TIE + OF_TWO + "[[1, 0.5], [0.4, 1]]": "not symmetric",
    TIE + OF_TWO + "[[1, nan], [nan, 1]]": "correlation.matrix.0.1 = nan: out of range",
    TIE + OF_TWO + "[[1, 0.5], [0.5]]": "not square",
    TIE + OF_TWO + "[[1, 0, 0], [0, 1, 0], [0, 0, 1]]": "not square",
    TIE
    + 'pairs = [["dyad.trust", "ceo.hours", 0.9], ["ceo.hours", "market.churn", 0.9], ["dyad.trust", "market.churn", -0.9]]': (
        "not positive definite"
    ),
    BASE + '[groups]\na = ["dyad.trust", "dyad.trust"]': "stands in two groups",
    BASE + '[groups]\n"" = ["dyad.trust"]': "not a name for a group",
    BASE + "[factors.dyad]\ntrust = [0.1, 0.2]": "factors.dyad.trust: stands there twice",
    LAW + '[0.1, 0.2]\n"dyad.trust" = [0.3, 0.4]': "not TOML",
    '[factors]\n"levers.communication" = [0, 1]\n"communication.transparency" = [0.1, 0.9]': "sets it, and is a factor too",
}
ONE = '[targets.a]\noutcome = "trust_mean"\n'
TARGETS = {
    ONE + 'statistic = "medain"\nvalue = 0.4\nerror = 0.1': "targets.a.statistic = 'medain': unknown word",
    ONE + "statistic = [1]\nvalue = 0.4\nerror = 0.1": "unknown word",
    ONE + "value = 0.4\nerror = 0": "a standard error above 0",
    ONE + "value = 0.4\nerror = -0.1": "a standard error above 0",
    ONE + "value = 0.4\nerror = inf": "a number is needed",
    ONE + "value = 3\nerror = 0.1": "targets.a.value = 3.0: out of range; allowed: from 0 to 1",
    ONE + 'statistic = "spread"\nvalue = -1\nerror = 0.1': "0 or more",
    ONE + 'value = 0.4\nerror = 0.1\n[targets.b]\noutcome = "trust_mean"\nvalue = 0.5\nerror = 0.1': "the same figure as a",
    ONE + "value = 0.4\nerror = 0.1\n[target.b]\nvalue = 1": "target: unknown key",
    "[targets.a]\noutcome = 3\nvalue = 0.4\nerror = 0.1": "no such outcome",
    '[targets.a]\ncolumn = "trust"\nvalues = [0.4]\nquarters = 3\nerror = 0.1': "wrong quarters",
    '[targets.a]\nstatistic = "correlation"\noutcomes = ["cash", "cash"]\nvalue = 0.4\nerror = 0.1': "an outcome with itself",
}


def refused(words, said, tmp_path, capsys):
    out = tmp_path / "out"
    assert status([*words, "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert said in told and told.startswith("tandem: ") and told.count("\n") == 1, told
    assert not out.exists()


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas(formula, tmp_path, capsys):
    (tmp_path / "kpi.toml").write_text(f'[outcomes.mine]\nformula = "{formula}"\n', encoding="utf-8")
    words = ["compare", "silence", "success-story", "--runs", "4", "--outcomes", str(tmp_path / "kpi.toml")]
    refused(words, FORMULAS[formula], tmp_path, capsys)
    with pytest.raises(Mistake):
        tandem.outcome("mine", formula)


@pytest.mark.parametrize("text", FACTORS)
def test_factors(text, tmp_path, capsys):
    (tmp_path / "f.toml").write_text(text + "\n")
    asked = ["--factors", str(tmp_path / "f.toml")]
    refused(["compare", "silence", "success-story", "--runs", "4", *asked], FACTORS[text], tmp_path, capsys)
    refused(["sensitivity", "silence", "--rows", "32", *asked], FACTORS[text], tmp_path, capsys)


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text, tmp_path, capsys):
    (tmp_path / "f.toml").write_text(LAW + "{ low = 0.2, high = 0.8 }\n")
    (tmp_path / "t.toml").write_text(text + "\n")
    words = ["calibrate", "--scenario", "silence", "--targets", str(tmp_path / "t.toml"), "--factors", str(tmp_path / "f.toml")]
    refused(words, TARGETS[text], tmp_path, capsys)


def test_what_is_sound_is_taken():
    one = {"outcome": "trust_mean", "value": 0.4, "error": 0.1}
    spread = {**one, "statistic": "spread", "value": 0.1}
    path = {"column": "trust", "values": [0.4, 0.5], "quarters": [2, 3], "error": 0.1}
    assert len(read_targets({"a": one, "b": spread, "c": path})) == 4
    for formula in (
        "mean(trust)",
        "weeks / 13",
        "mean(between(trust, 13, 26))",
        "(0 - at_end(cash)) ** 0.5",
        "0 ** (0 - mean(trust))",
    ):
        tandem.outcome("mine", formula)
        tandem.simulate("silence", seed=1).outcomes["mine"]
    tandem.forget_outcomes()


def test_priors_of_a_fit_are_independent():
    tied = {
        "factors": {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)},
        "correlation": {"pairs": [["dyad.trust", "ceo.hours", 0.5]]},
    }
    with pytest.raises(Mistake, match="independent priors, since what hangs together is what it finds"):
        tandem.fit({"a": {"outcome": "trust_mean", "value": 0.4, "error": 0.1}}, tied, "silence")
