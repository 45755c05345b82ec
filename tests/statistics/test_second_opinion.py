"""SALib beside us: the same digits where both define the same estimator, and its methods with luck, scale and warnings."""

import numpy as np
import pytest
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from tandem.experiments.sensitivity.second_opinion import INERT, METHODS, second_opinion
from tests.statistics.classical import first_saltelli, second_saltelli, total_jansen


def ishigami(x):
    z = -np.pi + 2.0 * np.pi * x
    return np.sin(z[:, 0]) + 7.0 * np.sin(z[:, 1]) ** 2 + 0.1 * z[:, 2] ** 4 * np.sin(z[:, 0])


def arrays(problem, n, seed):
    """SALib's outputs, and the same values as A, B, AB and BA."""
    k = problem["num_vars"]
    y = ishigami(sobol_sample.sample(problem, n, calc_second_order=True, seed=seed))
    table = y.reshape(n, 2 * k + 2).T
    return y, table[0], table[-1], table[1 : k + 1], table[k + 1 : 2 * k + 1]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_digits_as_salib_on_the_same_arrays(seed):
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0.0, 1.0]] * 3}
    y, a, b, ab, ba = arrays(problem, 512, seed)
    theirs = sobol_analysis.analyze(problem, y, calc_second_order=True, num_resamples=2, seed=1)
    np.testing.assert_allclose(first_saltelli(a, b, ab, ba), theirs["S1"], atol=1e-10, rtol=0)
    np.testing.assert_allclose(total_jansen(a, b, ab), theirs["ST"], atol=1e-10, rtol=0)
    np.testing.assert_allclose(second_saltelli(a, b, ab, ba), theirs["S2"], atol=1e-10, rtol=0)
    few = np.concatenate([a[None], ab, b[None]]).T.ravel()
    fewer = sobol_analysis.analyze(problem, few, calc_second_order=False, num_resamples=2, seed=1)
    np.testing.assert_allclose(first_saltelli(a, b, ab), fewer["S1"], atol=1e-10, rtol=0)
    np.testing.assert_allclose(total_jansen(a, b, ab), fewer["ST"], atol=1e-10, rtol=0)
    assert not np.allclose(first_saltelli(a, b, ba), theirs["S1"], atol=1e-3)  # arms exchanged: seen


def test_salib_answers_silently_where_we_refuse():
    a = np.array([1.0, np.nan, 2.0, 3.0])
    with pytest.raises(ValueError, match="not finite"):
        total_jansen(a, a, a[None])
    with pytest.raises(ValueError, match="never changes"):
        first_saltelli(np.ones(4), np.ones(4), np.ones((2, 4)))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_sees_what_leads_beside_what_is_inert(method):
    def noisy(x, keys):
        luck = (keys >> np.uint64(11)).astype(float) * 2.0**-53
        return 5.0 * x[:, 0] + x[:, 1] + luck

    found = second_opinion(noisy, ["strong", "weak"], method, n=512, seed=0)
    assert INERT in set(found.table["input"])
    assert found.warnings and all(line.startswith(method) for line in found.warnings)
    for _, rows in found.table[~found.table["measure"].isin(["sigma"])].groupby("measure"):
        values = rows.set_index("input")["estimate"]
        assert values["strong"] > values["weak"] and values["strong"] > values[INERT]
    again = second_opinion(noisy, ["strong", "weak"], method, n=512, seed=0)
    assert again.table.equals(found.table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "guess"}, "one of"),
        ({"method": "pawn", "factors": {"a": "g", "b": "g"}}, "no groups"),
        ({"replicates": 1}, "2 or more"),
        ({"f": lambda x, keys: np.full(len(x), np.nan)}, "not finite"),
        ({"f": lambda x, keys: np.ones(len(x))}, "never changes"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    arguments = {"f": lambda x, keys: x[:, 0], "factors": ["a", "b"], "method": "sobol", "n": 64, **change}
    with pytest.raises(ValueError, match=message):
        second_opinion(**arguments)
