"""Statistics on data whose answer is known."""

import numpy as np
import pytest

from tandem.experiments.validation.statistics import (
    completed_spells,
    correlation,
    long_run_elasticity,
    months_to_share,
    short_run_elasticity,
    standardised_difference,
    surveyed,
    tent_shape,
    within,
)

DRAW = np.random.default_rng(8)


def test_correlation_skips_what_is_not_defined_and_does_not_invent():
    x = np.array([1.0, 2.0, 3.0, np.nan])
    assert correlation(x, np.array([2.0, 4.0, 6.0, 1.0])) == pytest.approx(1.0)
    assert np.isnan(correlation(x, np.ones(4)))


def test_within_takes_the_cell_out():
    cells = np.repeat(["a", "b", "c"], [50, 50, 2])
    values = np.concatenate([DRAW.normal(10, 1, 50), DRAW.normal(-5, 3, 50), [1.0, 2.0]])
    found = within(values, cells)
    assert abs(found[:50].mean()) < 1e-12 and found[50:100].std(ddof=1) == pytest.approx(1.0)
    assert np.isnan(found[100:]).all()


def test_d_of_twins_is_the_shift_in_spreads_within_cells():
    cells = np.repeat(["a", "b"], 5000)
    off = DRAW.normal(0, 2, 10_000) + np.where(cells == "a", 100.0, 0.0)
    assert standardised_difference(off + 1.0, off, cells) == pytest.approx(0.5, abs=0.02)


def test_a_survey_shrinks_a_correlation_by_the_root_of_its_reliability():
    latent = DRAW.standard_normal(40_000)
    other = 0.6 * latent + 0.8 * DRAW.standard_normal(40_000)
    assert correlation(surveyed(latent, 0.8, DRAW), other) == pytest.approx(0.6 * 0.8**0.5, abs=0.02)


@pytest.mark.parametrize("shape", [0.8, 1.0, 2.0])
def test_the_tent_is_told_from_the_bell(shape):
    from scipy.stats import gennorm

    size = DRAW.uniform(0, 10, 12_000)
    moved = gennorm(shape).rvs(12_000, random_state=DRAW) * np.exp(-0.2 * size) + 0.1 * size
    assert tent_shape(moved, size, bins=40) == pytest.approx(shape, rel=0.12)


def test_spells_are_counted_when_they_end_and_only_then():
    present = np.array([[1, 1, 1, 0, 1, 1, 1, 1, 1, 1]], dtype=float)
    number = np.array([[0, 0, 0, 0, 1, 1, 1, 1, 2, 2]], dtype=float)
    np.testing.assert_allclose(completed_spells(present, number, 26), [1.5, 2.0])


def test_the_short_run_slope_is_found_beside_adstock_and_firm_effects():
    firms, months, slope, carried = 60, 60, 0.11, 0.05
    advertising = np.exp(DRAW.normal(0, 0.4, (firms, months)))
    stock = np.zeros_like(advertising)
    for month in range(1, months):
        stock[:, month] = 0.72 * stock[:, month - 1] + advertising[:, month - 1]
    level = DRAW.normal(5, 2, (firms, 1))
    sales = np.exp(level + slope * np.log(advertising) + carried * np.log(np.maximum(stock, 1e-9)))
    assert short_run_elasticity(sales, advertising) == pytest.approx(slope, abs=1e-6)


def test_long_run_and_duration_have_their_closed_forms():
    base = np.full((4, 36), 100.0)
    air = np.full((4, 36), 8.0)
    assert long_run_elasticity(base, base * 1.125**0.24, air, air * 1.125) == pytest.approx(0.24)
    left = 0.75
    pulse = base + left ** np.arange(36)
    months = np.log(0.1) / np.log(left) * 4 * 12 / 52  # four-week months in calendar months
    assert months_to_share(base, pulse) == pytest.approx(months, abs=0.3)
    assert np.isnan(months_to_share(base, base))
