"""Intervals of bounded figures, worked out here a second time: from the quadratic that Wilson solved, from sums, from rows."""

import numpy as np
import pytest
from scipy.stats import norm, t

from tandem.sim.intervals import (
    brought_within,
    interval_of_sums,
    mean_interval,
    mean_within,
    normal_quantile,
    share_of_rows,
    standard_score,
    verdict,
    wilson,
)


def of_the_quadratic(share, n, reach):
    """The two p at which |share - p| is `reach` standard errors of p, without a formula for the interval."""
    low, high = np.sort(np.roots([1.0 + reach**2 / n, -(2.0 * share + reach**2 / n), share**2]).real)
    return low, high


@pytest.mark.parametrize(("share", "n", "reach"), [(0.3, 10.0, 1.96), (0.3, 12.5, 2.4), (0.02, 7.0, 1.0), (0.9, 400.0, 3.0)])
def test_wilsons_interval_solves_its_quadratic(share, n, reach):
    assert wilson(share, n, reach) == pytest.approx(of_the_quadratic(share, n, reach), abs=1e-12)


def test_wilsons_interval_ends_where_shares_end():
    assert wilson(0.0, 10.0, 1.96)[0] == 0.0 and wilson(1.0, 10.0, 1.96)[1] == 1.0
    assert 0.2 < wilson(0.0, 10.0, 1.96)[1] < 0.3 and 0.7 < wilson(1.0, 10.0, 1.96)[0] < 0.8


def test_the_usual_level_is_nineteen_in_twenty():
    assert normal_quantile() == normal_quantile(0.95) == pytest.approx(norm.ppf(0.975), abs=1e-15)
    assert normal_quantile(0.8) == pytest.approx(norm.ppf(0.9), abs=1e-12)


VALUES = np.array([2.5, 3.0, 3.25, 2.0, 3.75])


def by_hand(values, least, most):
    """Wilson's interval on the scale from `least` to `most`, for as many cases as leave the same error, with Student's reach."""
    n, width = len(values), most - least
    share, error = (values.mean() - least) / width, values.std(ddof=1) / np.sqrt(n) / width
    low, high = of_the_quadratic(share, share * (1.0 - share) / error**2, t.ppf(0.975, n - 1))
    return least + width * low, least + width * high


@pytest.mark.parametrize("ends", [(1.0, 4.0), (-2.0, 5.0), (0.0, 40.0)])
def test_a_mean_between_two_bounds_is_wilsons(ends):
    sums = len(VALUES), VALUES.sum(), (VALUES**2).sum()
    mean, low, high = interval_of_sums(*sums, least=ends[0], most=ends[1])
    assert (mean, low, high) == pytest.approx((2.9, *by_hand(VALUES, *ends)), abs=1e-9)
    told = mean_within(VALUES, *ends)
    assert told[:3] == pytest.approx((2.9, *by_hand(VALUES, *ends)), abs=1e-12) and told[4] == 5
    assert ends[0] < low < high < ends[1]


def test_beyond_one_bound_alone_the_usual_interval_is_cut():
    sums = len(VALUES), VALUES.sum(), (VALUES**2).sum()
    _, low, high, _, _ = mean_interval(VALUES)
    assert interval_of_sums(*sums) == pytest.approx((2.9, low, high), abs=1e-9)
    assert interval_of_sums(*sums, least=2.5)[1] == 2.5 and interval_of_sums(*sums, most=3.0)[2] == 3.0
    assert mean_within(VALUES, least=2.5)[1] == 2.5 and mean_within(VALUES, most=3.0)[2] == 3.0
    assert mean_within(VALUES)[:3] == (2.9, low, high)


def test_values_that_lie_on_a_bound_or_do_not_differ():
    assert interval_of_sums(3, 12.0, 48.0, least=1.0, most=4.0) == (4.0, 4.0, 4.0)
    assert interval_of_sums(3, 9.0, 27.0, least=1.0, most=4.0) == (3.0, 3.0, 3.0)
    assert np.isnan(interval_of_sums(0, 0.0, 0.0)).all()
    assert interval_of_sums(1, 2.0, 4.0)[0] == 2.0 and np.isnan(interval_of_sums(1, 2.0, 4.0)[1:]).all()
    assert np.isnan(mean_within(np.array([2.0]), 1.0, 4.0)[1:3]).all()
    two = mean_within(np.array([2.0, 3.0]), 1.0, 4.0)
    assert 1.0 < two[1] < two[2] < 4.0
    assert mean_within(np.array([1.0, 4.0, 4.0]), 1.0, 4.0)[1:3] == pytest.approx(  # yes or no, on another scale
        [1.0 + 3.0 * end for end in of_the_quadratic(2.0 / 3.0, 3.0, norm.ppf(0.975))], abs=1e-9
    )


def test_a_share_of_rows_counts_rows():
    values, rows = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.5]), np.array([7, 7, 7, 3, 3, 9, 9])
    share = values.mean()
    apart = np.array([(values[rows == row] - share).sum() for row in (3, 7, 9)])
    variance = (apart**2).sum() * 3 / 2 / len(values) ** 2
    wanted = of_the_quadratic(share, share * (1.0 - share) / variance, t.ppf(0.975, 2))
    assert share_of_rows(values, rows) == pytest.approx((share, *wanted), abs=1e-12)


def test_a_share_of_rows_that_are_too_few_or_all_alike():
    assert np.isnan(share_of_rows(np.zeros(0), np.zeros(0))).all()
    assert share_of_rows(np.array([1.0, 0.0]), np.array([4, 4])) == (0.5, 0.0, 1.0)
    for value in (0.0, 1.0):
        share, low, high = share_of_rows(np.full(8, value), np.arange(8) // 2)
        assert (share, low, high) == pytest.approx((value, *of_the_quadratic(value, 4.0, t.ppf(0.975, 3))), abs=1e-9)
    balanced = share_of_rows(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0, 0, 1, 1]))  # every row has the same share
    assert balanced == pytest.approx((0.5, *of_the_quadratic(0.5, 2.0, t.ppf(0.975, 1))), abs=1e-9)


def test_each_end_is_brought_within_by_itself():
    assert brought_within(1.2, -0.5, 3.0, 0.0, 1.0) == (1.0, 0.0, 1.0)
    assert brought_within(0.25, 0.125, 0.5, 0.0, 1.0) == (0.25, 0.125, 0.5)


def test_a_score_is_the_change_in_its_errors_or_that_of_a_sign_test():
    assert standard_score(3.0, 1.5, 10) == 2.0 and standard_score(-3.0, 1.5, 10) == -2.0
    assert standard_score(1.0, 0.5, 10) == 2.0 and standard_score(-1.0, 0.5, 10) == -2.0
    assert standard_score(0.0, 0.0, 10) == 0.0 and standard_score(0.0, 2.0, 10) == 0.0
    assert np.isnan(standard_score(np.nan, 1.0, 10)) and np.isnan(standard_score(np.inf, 1.0, 10))
    for n in (1, 10, 200):  # all n pairs went one way
        assert norm.logsf(standard_score(0.5, 0.0, n)) == pytest.approx(-n * np.log(2.0), rel=1e-9, abs=1e-12)
        assert standard_score(-0.5, 0.0, n) == -standard_score(0.5, 0.0, n)
    assert standard_score(0.5, 0.0, 0) == standard_score(0.5, 0.0, 1)


def test_a_verdict_needs_no_number_of_values():
    assert verdict(0.5, 1.0) == "higher" and verdict(0.5, 1.0, 1) == "undecided"
