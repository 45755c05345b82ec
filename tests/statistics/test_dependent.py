"""Inputs that hang together: Shapley effects of two functions whose effects are known, with luck too; laws and copulas."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from tandem.experiments.sensitivity.dependent import analyse_dependent
from tandem.experiments.store.declared_factors import declared_factors
from tandem.experiments.store.dependence import read_correlation
from tandem.sim.mistake import Mistake
from tandem.sim.scenario import Scenario, ScenarioError


def tied(pairs, names):
    return read_correlation({"pairs": pairs}, names, None)


def linear_shapley(slopes, covariance):
    """Shapley effects of slopes . X, X normal: from the explained variance of every subset (Owen & Prieur 2017)."""
    k = len(slopes)

    def worth(subset):
        if not subset:
            return 0.0
        known = list(subset)
        across = covariance[known] @ slopes
        return across @ np.linalg.solve(covariance[np.ix_(known, known)], across)

    found = np.zeros(k)
    for i in range(k):
        others = [j for j in range(k) if j != i]
        for size in range(k):
            for subset in combinations(others, size):
                found[i] += (worth(sorted((*subset, i))) - worth(subset)) / (k * comb(k - 1, size))
    return found / (slopes @ covariance @ slopes)


def lucky(keys, size):
    return size * np.array([np.random.default_rng(int(key)).normal() for key in keys])


def shares(found, measure="shapley_mean", output="y"):
    rows = found.table[(found.table["measure"] == measure) & (found.table["output"] == output)]
    return rows.set_index("input")


SLOPES = np.array([1.0, 1.0, 0.5])
LINEAR = tied([["a", "b", 0.6], ["b", "c", -0.4]], ["a", "b", "c"])


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_linear_function_of_normal_inputs(noise):
    found = analyse_dependent(
        lambda x, keys: ndtri(x) @ SLOPES + (lucky(keys, noise) if noise else 0.0), ["a", "b", "c"], LINEAR, n=2048, seed=3
    )
    truth, rows = linear_shapley(SLOPES, LINEAR.scores), shares(found)
    for name, known in zip(rows.index, truth):
        assert abs(rows.loc[name, "estimate"] - known) < 4 * rows.loc[name, "se"] + 1e-3
        assert rows.loc[name, "high"] - rows.loc[name, "low"] < 0.12
    assert rows["estimate"].sum() == pytest.approx(1.0, abs=0.02)
    apart = linear_shapley(SLOPES, np.eye(3))  # what whoever forgets the correlation would say
    assert not rows.loc["a", "low"] < apart[0] < rows.loc["a", "high"]
    total = noise**2 + SLOPES @ LINEAR.scores @ SLOPES
    luck = shares(found, "noise_share").iloc[0]
    assert abs(luck["estimate"] - noise**2 / total) < 4 * luck["se"] + 1e-9


def test_a_product_of_normal_inputs():
    """Y = X1 X2 + b X1 with correlation r: the worth of 1 is 2 r^2 + b^2, of 2 it is 2 r^2 + b^2 r^2, of both 1 + r^2 + b^2."""
    pair = tied([["one", "two", 0.5]], ["one", "two"])
    r, b = pair.scores[0, 1], 1.5

    def product(x, keys):
        z = ndtri(x)
        return z[:, 0] * z[:, 1] + b * z[:, 0] + lucky(keys, 0.5)

    found = analyse_dependent(product, ["one", "two"], pair, n=8192, seed=1)
    whole = 1 + r**2 + b**2
    first = np.array([2 * r**2 + b**2, 2 * r**2 + b**2 * r**2])
    for measure, truth in (
        ("shapley_mean", 0.5 * (first + whole - first[::-1]) / whole),
        ("first_mean", first / whole),
        ("total_mean", 1 - first[::-1] / whole),
    ):
        rows = shares(found, measure)
        assert np.all(np.abs(rows["estimate"] - truth) < 4 * rows["se"] + 1e-3), measure
    # The sentence that goes with it is true of this function: a first index above the total one.
    assert shares(found, "first_mean").loc["two", "estimate"] > shares(found, "total_mean").loc["two", "estimate"]
    assert "first index may lie above the total one" in found.told[0]


def test_many_groups_go_by_random_orders_to_the_same_effects():
    names = [f"x{i}" for i in range(8)]
    slopes = np.array([1, 0.8, 0.6, 0.4, 0.2, 0.1, 0, 0.5])
    law = tied([["x0", "x1", 0.5], ["x2", "x3", 0.6], ["x0", "x6", 0.7]], names)
    found = analyse_dependent(lambda x, keys: ndtri(x) @ slopes, names, law, n=1024, seed=1)
    rows, truth = shares(found), linear_shapley(slopes, law.scores)
    assert found.design == "orders"
    assert np.all(np.abs(rows["estimate"].to_numpy() - truth) < 4 * rows["se"].to_numpy() + 5e-3)
    assert rows.loc["x6", "low"] > 0.0  # does nothing itself, and is worth something for what it carries


def test_intervals_cover_as_often_as_they_say():
    truth, inside, many = linear_shapley(SLOPES, LINEAR.scores), 0, 40
    for seed in range(many):
        noisy = lambda x, keys: ndtri(x) @ SLOPES + lucky(keys, 1.0)  # noqa: E731
        rows = shares(analyse_dependent(noisy, ["a", "b", "c"], LINEAR, n=256, seed=seed, sampling="random"))
        inside += int(((rows["low"] <= truth) & (truth <= rows["high"])).sum())
    assert 0.88 <= inside / (3 * many) <= 1.0


def test_ranks_are_given_only_where_decided():
    same = tied([["a", "b", 0.5]], ["a", "b"])
    found = analyse_dependent(lambda x, keys: ndtri(x).sum(axis=1) + lucky(keys, 1.0), ["a", "b"], same, n=256, seed=2)
    assert set(found.rank_intervals["y"].values()) == {"1-2"}


def test_grouped_inputs_are_one():
    found = analyse_dependent(lambda x, keys: ndtri(x) @ SLOPES, {"a": "pair", "b": "pair", "c": "c"}, LINEAR, n=512, seed=1)
    assert set(shares(found).index) == {"pair", "c"}


# -- laws and copulas --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "law"),
    [
        ({"distribution": "beta", "a": 2, "b": 5}, stats.beta(2, 5)),
        ({"distribution": "norm", "loc": 0.5, "scale": 0.01, "low": 0, "high": 1}, stats.norm(0.5, 0.01)),
        (
            {"distribution": "weibull_min", "arguments": {"c": 3}, "scale": 0.2, "low": 0, "high": 1},
            stats.weibull_min(3, scale=0.2),
        ),
        (stats.truncnorm(-1, 1, loc=0.5, scale=0.2), stats.truncnorm(-1, 1, loc=0.5, scale=0.2)),
    ],
)
def test_a_law_of_scipy_is_drawn_by_its_quantiles(table, law):
    places = np.linspace(0.01, 0.99, 9)
    values = declared_factors({"dyad.trust": table}).values(places[:, None])["dyad.trust"]
    np.testing.assert_allclose(values, law.ppf(places), rtol=1e-6)


def test_a_law_is_cut_and_not_heaped_up():
    law = {"distribution": "norm", "loc": 0.5, "scale": 0.5, "low": 0.2, "high": 0.6}
    values = declared_factors({"dyad.trust": law}).values(np.random.default_rng(0).random((4000, 1)))["dyad.trust"]
    assert values.min() >= 0.2
    assert values.max() <= 0.6
    assert np.unique(values).size == 4000


def test_ranks_correlate_as_asked_whatever_the_laws():
    found = declared_factors(
        {
            "factors": {
                "dyad.trust": {"distribution": "beta", "a": 0.5, "b": 3},
                "market.churn": {"distribution": "lognorm", "s": 1.0, "scale": 0.004, "low": 0.001, "high": 0.02},
                "ceo.hours": (5, 20),
            },
            "correlation": {"factors": ["dyad.trust", "market.churn"], "matrix": [[1, -0.7], [-0.7, 1]]},
        }
    )
    values = found.values(np.random.default_rng(1).random((20_000, 3)))
    assert stats.spearmanr(values["dyad.trust"], values["market.churn"])[0] == pytest.approx(-0.7, abs=0.02)
    assert abs(stats.spearmanr(values["dyad.trust"], values["ceo.hours"])[0]) < 0.03


def test_what_is_drawn_given_others_has_the_joint_law():
    law, draw = LINEAR, np.random.default_rng(4)
    known = law.places(draw.random((20_000, 3)))
    made = law.given(known, [1], draw.random((20_000, 3)))
    assert np.array_equal(made[:, 1], known[:, 1])
    np.testing.assert_allclose(np.corrcoef(ndtri(made).T), law.scores, atol=0.03)
    apart = np.corrcoef(ndtri(made[:, 0]), ndtri(known[:, 0]))[0, 1]
    assert apart == pytest.approx(law.scores[0, 1] ** 2, abs=0.03)  # only through what they share


TWO = {"dyad.trust": (0, 1), "ceo.hours": (5, 20), "coo.hours": (5, 20)}
BAD = {
    "unknown law": ({"dyad.trust": {"distribution": "norme"}}, "did you mean norm"),
    "argument missing": ({"dyad.trust": {"distribution": "gamma", "low": 0, "high": 1}}, "gamma needs a"),
    "unknown argument": ({"dyad.trust": {"distribution": "beta", "a": 1, "b": 1, "alpha": 3}}, "no argument 'alpha'"),
    "beyond all bounds": ({"dyad.trust": {"distribution": "norm"}}, "reaches to infinity"),
    "beyond the range": ({"dyad.trust": (0, 2)}, "too large"),
    "unknown path": ({"dyad.trsut": (0, 1)}, "dyad.trust"),
    "nothing left": ({"dyad.trust": {"distribution": "norm", "low": 40, "high": 41}}, "leave nothing"),
    "no factors": ({"factors": {}}, "there are no factors"),
    "two groups": ({"factors": TWO, "groups": {"x": ["ceo.hours"], "y": ["ceo.hours"]}}, "two groups"),
    "unknown in a group": ({"factors": TWO, "groups": {"x": ["ceo.hour"]}}, "ceo.hours"),
    "not positive definite": (
        {
            "factors": TWO,
            "correlation": {
                "factors": list(TWO),
                "matrix": [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]],
            },
        },
        "not positive definite",
    ),
    "not symmetric": (
        {"factors": TWO, "correlation": {"factors": list(TWO)[:2], "matrix": [[1, 0.5], [0.4, 1]]}},
        "not symmetric",
    ),
    "not square": ({"factors": TWO, "correlation": {"factors": list(TWO)[:2], "matrix": [[1, 0.5]]}}, "not square"),
    "a correlation of 1": ({"factors": TWO, "correlation": {"pairs": [["dyad.trust", "ceo.hours", 1]]}}, "out of range"),
    "unknown in a pair": ({"factors": TWO, "correlation": {"pairs": [["dyad.trust", "ceo.hour", 0.1]]}}, "ceo.hours"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_factors_are_one_clear_sentence(name):
    given, said = BAD[name]
    with pytest.raises((ScenarioError, Mistake), match=said.replace(".", r"\.")) as told:
        declared_factors(given).check({"silence": Scenario.load("silence")})
    assert "\n" not in str(told.value)
