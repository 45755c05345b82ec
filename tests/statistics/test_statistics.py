"""Statistics on data whose answer is known."""

import warnings

import numpy as np
import pytest
from scipy import stats

from tandem.experiments.validation.statistics import (
    completed_spells,
    correlation,
    decision_quality,
    episodes,
    filled,
    firm_table,
    group_work,
    growth,
    long_run_elasticity,
    monthly,
    months_to_share,
    short_run_elasticity,
    size_variance_slope,
    standardised_difference,
    surveyed,
    tent_shape,
    within,
    yearly_growth,
)
from tandem.sim.panel import COLUMNS, Panel
from tandem.sim.panel import SUMS as PANEL_SUMS

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


def test_the_long_run_is_the_last_thirteen_months():
    base, air = np.full((2, 36), 100.0), np.full((2, 36), 8.0)
    more = np.repeat([[100.0] * 22 + [400.0, 130.0] + [112.0] * 12], 2, axis=0)
    more_air = np.repeat([[8.0] * 22 + [20.0, 10.0] + [9.0] * 12], 2, axis=0)
    wanted = np.log((130.0 + 12 * 112.0) / 1300.0) / np.log((10.0 + 12 * 9.0) / 104.0)
    assert long_run_elasticity(base, more, air, more_air) == pytest.approx(wanted)


# -- windows of a panel ------------------------------------------------------------------------


def panel_of(weeks, **columns):
    """A panel with these columns, (firms, times) each."""
    values = np.stack([np.atleast_2d(np.array(column, dtype=float)) for column in columns.values()], axis=-1)
    return Panel(values[:, None], np.array(weeks), tuple(columns))


def test_correlation_needs_three_firms_and_both_to_vary_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(correlation(np.arange(5.0), np.ones(5))) and np.isnan(correlation(np.ones(5), np.arange(5.0)))
        assert np.isnan(correlation(np.arange(2.0), np.arange(2.0)))
        assert correlation(np.arange(3.0), np.array([0.0, 1.0, 1.0])) == pytest.approx(0.75**0.5)


def test_a_survey_adds_noise_and_nothing_else():
    latent = np.array([1.0, 3.0, 5.0])
    noise = np.random.default_rng(1).standard_normal(3)
    assert surveyed(latent, 0.5, np.random.default_rng(1)) == pytest.approx(latent + latent.std() * noise)


def test_d_of_two_firms_divides_by_the_one_degree_of_freedom_there_is():
    one, other = np.array([1.0, 3.0]), np.array([0.0, 2.0])
    assert standardised_difference(one, other, np.array(["a", "a"])) == pytest.approx(1.0 / 2.0**0.5)


def test_growth_is_that_of_the_years_at_both_ends_by_the_years_between():
    grows, dies = np.cumsum([0.0, 100.0, 110.0, 121.0]), np.cumsum([0.0, 100.0, 50.0, 0.0])
    found = growth(panel_of([0, 52, 104, 156], revenue_sum=[grows, dies]), 52, 156)
    assert found == pytest.approx([np.log(1.1), 0.5 * np.log(1e-9 / 100.0)])
    born = growth(panel_of([0, 52, 104], revenue_sum=[[0.0, 0.0, 5.0]]), 52, 104)
    assert born == pytest.approx(np.log(5.0 / 1e-9))


SUMS = {
    "setting_error": 6.0,
    "settings": 3.0,
    "good_refused": 1.0,
    "good_proposals": 4.0,
    "bad_accepted": 2.0,
    "bad_proposals": 4.0,
}


def test_decisions_are_the_better_the_less_they_err_refuse_and_accept():
    panel = panel_of([0, 52, 104], **{name: [[7.0, 7.0, 7.0 + gain]] for name, gain in SUMS.items()})
    assert decision_quality(panel, 52, 104).tolist() == [[-2.0, -0.75]]


def test_the_work_of_a_group_is_the_better_the_less_it_errs_waits_and_wastes():
    """In the window: 2 a setting, .25 + .5 of proposals, 30 weeks for 12 decisions and 3 that lapsed, errors of .5, 4 of 16 done
    twice. What was before the window counts for nothing."""
    gains = {**SUMS, "delay_weeks": 30.0, "decided": 12.0, "lapsed": 3.0, "standing_error_weeks": 26.0}
    gains |= {"hidden_work": 4.0, "work": 16.0}
    panel = panel_of([0, 52, 104], **{name: [[7.0, 7.0, 7.0 + gain]] for name, gain in gains.items()})
    found = [column.tolist() for column in group_work(panel, 52, 104)]
    assert found == [[-2.0], [-0.75], pytest.approx([-np.log(3.0)]), [-0.5], [-0.25]]
    idle = panel_of([0, 52, 104], **{name: [[7.0, 7.0, 7.0]] for name in gains})
    settings, proposals, late, wrong, wasted = (float(column[0]) for column in group_work(idle, 52, 104))
    assert np.isnan([settings, proposals, late]).all() and (wrong, wasted) == (0.0, 0.0)


def test_what_a_firm_has_not_is_taken_to_be_as_with_others():
    first, second = filled([np.array([1.0, np.nan, 3.0]), np.array([4.0, 5.0, 6.0])])
    assert first.tolist() == [1.0, 2.0, 3.0]
    assert second.tolist() == [4.0, 5.0, 6.0]


def test_felt_conflict_is_the_logarithm_of_one_plus_the_episodes_of_a_quarter():
    panel = panel_of([0, 52, 104], task_episodes=[[0.0, 3.0, 11.0]], paired_weeks=[[0.0, 52.0, 104.0]])
    assert episodes(panel, "task", 52, 104) == pytest.approx(np.log1p(13.0 * 8.0 / 52.0))


def test_the_firm_table_puts_its_composites_together_as_it_says():
    draw = np.random.default_rng(5)
    names = [*dict.fromkeys((*SUMS, *(column for column in COLUMNS if column in PANEL_SUMS)))]
    values = {name: np.cumsum(draw.uniform(1.0, 5.0, (12, 4)), axis=1) for name in names}
    panel = panel_of([0, 52, 104, 156], **values)
    cells = np.repeat(["a", "b"], 6)
    table = firm_table(panel, cells, 52, 156)

    def gain(name):
        return values[name][:, 3] - values[name][:, 1]

    settings = -gain("setting_error") / gain("settings")
    proposals = -(gain("good_refused") / gain("good_proposals") + gain("bad_accepted") / gain("bad_proposals"))
    late = -np.log1p(gain("delay_weeks") / (gain("decided") + gain("lapsed")))
    parts = [within(part, cells) for part in (settings, proposals, late)]
    assert table["own_task_performance"].to_numpy() == pytest.approx(np.mean(parts, axis=0))
    assert table["decision_quality"].to_numpy() == pytest.approx(np.mean(parts[:2], axis=0))
    assert table["satisfaction"].to_numpy() == pytest.approx(gain("satisfaction_weeks") / 104)
    assert table["role_ambiguity"].to_numpy() == pytest.approx(1.0 - gain("role_clarity_weeks") / gain("paired_weeks"))
    assert table["performance"].to_numpy() == pytest.approx(within(growth(panel, 52, 156), cells))
    # Work: the mean of five criteria, each within cells and so again their mean; half of it and half of performance.
    wrong, waste = gain("standing_error_weeks") / 104, gain("hidden_work") / gain("work")
    work = np.mean([*parts, within(-wrong, cells), within(-waste, cells)], axis=0)
    grown = within(growth(panel, 52, 156), cells)
    assert table["group_performance"].to_numpy() == pytest.approx(0.5 * within(work, cells) + 0.5 * grown)


def test_months_are_four_weeks_each_of_sales_and_of_what_is_on_air():
    weeks = np.arange(15)
    panel = panel_of(weeks, customers_won=[weeks**2], campaigns_running=[weeks * 1.0])
    sales, air = monthly(panel, 2)
    assert sales.tolist() == [[6.0**2 - 2.0**2, 10.0**2 - 6.0**2, 14.0**2 - 10.0**2]]
    assert air.tolist() == [[4.5, 8.5, 12.5]]


def test_the_short_run_slope_leaves_out_silent_months_and_firms_that_hardly_advertise():
    draw = np.random.default_rng(6)
    advertising = np.exp(draw.normal(0, 0.4, (20, 60)))
    advertising[0] = 0.0  # the first firm never does, and must not end the search
    advertising[:, 30] = 0.0
    stock = np.zeros_like(advertising)
    for month in range(1, 60):
        stock[:, month] = 0.72 * stock[:, month - 1] + advertising[:, month - 1]
    with np.errstate(divide="ignore"):
        sales = np.exp(2.0 + 0.11 * np.log(np.maximum(advertising, 1e-30)) + 0.05 * np.log(np.maximum(stock, 1e-30)))
    sales[3, 40] = 0.0
    assert short_run_elasticity(sales, advertising) == pytest.approx(0.11, abs=1e-6)


def test_a_pulse_is_followed_for_two_years_and_to_nine_tenths():
    base = np.full((1, 36), 10.0)
    assert months_to_share(base, base + 1.0) == pytest.approx(0.9 * 24 * 48 / 52)  # an effect that never ends
    assert months_to_share(base, base + 1.0, share=0.5, horizon=10) == pytest.approx(5.0 * 48 / 52)


def test_yearly_growth_skips_the_first_years_and_years_without_revenue():
    years = np.array([[8.0, 9.0, 10.0, 11.0, 12.1], [8.0, 9.0, 10.0, 0.0, 5.0]])
    sums = np.concatenate([np.zeros((2, 1)), np.cumsum(years, axis=1)], axis=1)
    panel = panel_of(52 * np.arange(6), revenue_sum=sums)
    moved, size = yearly_growth(panel)
    assert moved == pytest.approx([np.log(1.1), np.log(1.1)]) and size == pytest.approx(np.log([10.0, 11.0]))
    small, _ = yearly_growth(panel_of(52 * np.arange(6), revenue_sum=0.01 * sums))
    assert small == pytest.approx(moved)  # a small firm is a firm
    half = np.repeat(sums, 2, axis=1)[:, 1:]  # twice a year: only the years' ends count
    again, _ = yearly_growth(panel_of(26 * np.arange(11), revenue_sum=half), skip=1)
    assert len(again) == 4 and again[:2] == pytest.approx([np.log(10 / 9), np.log(1.1)])


def test_growth_is_judged_in_five_and_its_spread_in_eight_bins_of_size():
    draw = np.random.default_rng(9)
    size = draw.uniform(0, 10, 4000)
    moved = draw.standard_normal(4000) * np.exp(-0.2 * size)
    assert size_variance_slope(moved, size) == pytest.approx(-0.2, abs=0.02)
    assert size_variance_slope(moved, size) == size_variance_slope(moved, size, 8) != size_variance_slope(moved, size, 9)
    assert tent_shape(moved, size) == tent_shape(moved, size, 5) != tent_shape(moved, size, 6)
    assert np.isnan(tent_shape(moved[:99], size[:99])) and np.isfinite(tent_shape(moved[:100], size[:100]))


def months(count, slope=0.2, scale=1e-3):
    """Sales and advertising of a firm, (1, months) each, with no adstock effect; sales lie far below one."""
    advertising = np.exp(np.random.default_rng(count).normal(0.0, 0.5, (1, count)))
    return scale * advertising**slope, advertising


def test_the_short_run_slope_takes_a_firm_with_twelve_months_after_the_first_six():
    assert short_run_elasticity(*months(18)) == pytest.approx(0.2, abs=1e-6)
    assert np.isnan(short_run_elasticity(*months(17)))
    sales, advertising = months(19)
    sales[0, 12] = 0.0  # one month without sales: twelve are left
    assert short_run_elasticity(sales, advertising) == pytest.approx(0.2, abs=1e-6)
    sales[0, 13] = 0.0
    assert np.isnan(short_run_elasticity(sales, advertising))


def test_the_shape_of_a_tent_is_told_where_the_median_is_one_of_the_values():
    draw = np.random.default_rng(1)
    assert tent_shape(draw.laplace(size=4001), draw.uniform(size=4001)) == pytest.approx(1.0, abs=0.12)
    assert tent_shape(draw.normal(size=4001), draw.uniform(size=4001)) == pytest.approx(2.0, abs=0.2)


def test_a_tent_that_leans_is_measured_from_its_median():
    leaning = np.random.default_rng(9).exponential(size=4000)
    scores = (leaning - leaning.mean()) / leaning.std()
    middle = np.median(scores)
    assert middle < -0.2  # where away from the median and away from its mirror are far apart
    known, _, _ = stats.gennorm.fit(scores, floc=middle)
    found = tent_shape(leaning, np.arange(4000.0), bins=1)
    assert found == pytest.approx(known, abs=0.01)
    mirrored, _, _ = stats.gennorm.fit(scores, floc=-middle)
    assert abs(found - mirrored) > 0.1
