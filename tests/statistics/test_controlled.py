"""Means told with the help of a companion of which more is known: by hand, at the edges, and over a thousand repeats."""

import numpy as np
import pytest
from scipy import stats

from tandem.sim.intervals import FEWEST_CONTROLLED, controlled_mean, mean_interval, mean_within


def drawn(draw, n, more, like, skewed=True):
    """Values and companions, correlated as `like`, of skewed laws with mean one (or normal ones with mean nought)."""
    law = draw.exponential if skewed else draw.standard_normal
    common, own = (law(size=more), law(size=more)) if skewed else (law(more), law(more))
    return (like * common + (1.0 - like**2) ** 0.5 * own)[:n], common


def test_it_is_the_regression_at_the_mean_of_all_companions():
    values, companions = drawn(np.random.default_rng(3), 30, 90, 0.8)
    mean, low, high, error, n = controlled_mean(values, companions)
    line = stats.linregress(companions[:30], values)
    at, x = companions.mean(), companions[:30]
    assert mean == pytest.approx(line.intercept + line.slope * at, rel=1e-12)
    left = values - line.intercept - line.slope * x
    of_line = (left @ left / 28) * (1 / 30 + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert error == pytest.approx((of_line + line.slope**2 * companions.var(ddof=1) / 90) ** 0.5, rel=1e-12)
    reach = stats.t.ppf(0.975, 28) * error
    assert (low, high, n) == (pytest.approx(mean - reach, rel=1e-9), pytest.approx(mean + reach, rel=1e-9), 30)


def test_where_values_are_companions_all_of_them_count():
    companions = np.random.default_rng(4).exponential(size=200)
    mean, low, high, error, n = controlled_mean(2.0 * companions[:40] + 3.0, companions)
    of_all = mean_interval(2.0 * companions + 3.0)
    assert (mean, error) == (pytest.approx(of_all[0], rel=1e-12), pytest.approx(of_all[3], rel=1e-12)) and n == 40
    assert high - low == pytest.approx(of_all[2] - of_all[1], rel=0.03)  # of 38 degrees of freedom, not of 199


@pytest.mark.parametrize(
    ("values", "companions"),
    [
        (np.arange(FEWEST_CONTROLLED - 1.0), np.arange(100.0)),
        (np.append(np.arange(39.0), np.nan), np.arange(100.0)),
        (np.arange(40.0), np.append(np.arange(99.0), np.nan)),
        (np.arange(40.0), np.full(100, 7.0)),
        (np.zeros(40), np.arange(100.0)),
        (np.arange(40.0), np.arange(30.0)),
    ],
)
def test_what_no_companion_can_help_stands_alone(values, companions):
    np.testing.assert_array_equal(controlled_mean(values, companions), mean_interval(values))
    np.testing.assert_array_equal(controlled_mean(values, companions, -1.0, 50.0), mean_within(values, -1.0, 50.0))


def test_from_ten_values_on_a_slope_is_trusted():
    values, companions = drawn(np.random.default_rng(6), 10, 60, 0.9)
    assert controlled_mean(values, companions)[0] != mean_interval(values)[0]
    np.testing.assert_array_equal(controlled_mean(values[:9], companions), mean_interval(values[:9]))


def test_where_nothing_more_is_known_the_line_only_parts_the_error():
    values, companions = drawn(np.random.default_rng(7), 25, 25, 0.8)
    mean, low, high, error, n = controlled_mean(values, companions)
    assert (mean, n) == (pytest.approx(values.mean(), rel=1e-12), 25)
    line = stats.linregress(companions, values)
    left = values - line.intercept - line.slope * companions
    assert error == pytest.approx((left @ left / 23 / 25 + line.slope**2 * companions.var(ddof=1) / 25) ** 0.5, rel=1e-12)
    assert high - low == pytest.approx(2.0 * stats.t.ppf(0.975, 23) * error, rel=1e-9)


def test_no_estimate_leaves_its_bounds():
    values, companions = drawn(np.random.default_rng(5), 20, 60, 0.9, skewed=False)
    found = controlled_mean(0.98 + 0.01 * np.tanh(values), companions, 0.0, 0.9805)
    assert 0.0 <= found[1] <= found[0] <= found[2] <= 0.9805


@pytest.mark.parametrize("like", [0.0, 0.5, 0.95])
@pytest.mark.parametrize("skewed", [True, False])
def test_a_thousand_repeats_hold_the_truth(like, skewed):
    draw, held, narrower = np.random.default_rng([8, int(100 * like), skewed]), 0, []
    truth = (like + (1.0 - like**2) ** 0.5) if skewed else 0.0
    for _ in range(1000):
        values, companions = drawn(draw, 40, 200, like, skewed)
        _, low, high, *_ = controlled_mean(values, companions)
        held += low <= truth <= high
        plain = mean_interval(values)
        narrower.append((plain[2] - plain[1]) / (high - low))
    assert 915 <= held <= 985
    assert np.mean(narrower) ** 2 > {0.0: 0.9, 0.5: 1.1, 0.95: 2.5}[like]
