"""Means told with the help of a companion of which more is known: by hand, coverage, and on the model's own alternatives."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tandem.experiments.effects.role_models import (
    ALTERNATIVES,
    STATEMENTS,
    best_role_models,
    chosen_role_models,
    described,
    first_replicates,
)
from tandem.experiments.firms.kept_batches import play_together
from tandem.experiments.study.study import PROFILES
from tandem.sim.comparison import compare_batches
from tandem.sim.intervals import FEWEST_CONTROLLED, controlled_mean, mean_interval, mean_within
from tandem.sim.results import simulate_batch


def drawn(draw, n, more, like, skewed=True):
    """Values and companions, correlated as `like`, of skewed laws with mean one (or normal ones with mean nought)."""
    law = draw.exponential if skewed else draw.standard_normal
    common, own = (law(size=more), law(size=more)) if skewed else (law(more), law(more))
    return (like * common + (1.0 - like**2) ** 0.5 * own)[:n], common


# -- by hand -----------------------------------------------------------------------------------


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


# -- on the model ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def agile():
    """Arms as described, and under an alternative that changes what they do."""
    firms = described("agile")
    changes = dict(ALTERNATIVES["trust frozen"])
    known = {arm: simulate_batch(firm, 200, 11) for arm, firm in firms.items()}
    there = {arm: simulate_batch(firm.with_(changes), 200, 11) for arm, firm in firms.items()}
    return firms, changes, known, there


def few(batches, runs=40):
    return {arm: first_replicates(batch, runs) for arm, batch in batches.items()}


def test_arms_played_together_are_those_played_alone(agile):
    firms, changes, _, there = agile
    together = play_together([firm.with_(changes) for firm in firms.values()], 40, 11)
    for one, (arm, other) in zip(together, few(there).items(), strict=True):
        pd.testing.assert_frame_equal(one.outcomes, other.outcomes, check_exact=True)
        assert one.scenarios[0].digest == firms[arm].with_(changes).digest and (one.runs, one.seed, one.paired) == (40, 11, False)


def test_as_described_the_help_of_more_pairs_is_those_pairs(agile):
    _, _, known, _ = agile
    by_help = compare_batches(few(known), STATEMENTS, described=known).table
    whole = compare_batches(known, STATEMENTS).table
    for column in ("difference", "se", "mean"):
        np.testing.assert_allclose(by_help[column], whole[column], rtol=1e-9)
    assert set(by_help["n"]) <= {40, 0} and (by_help["n"] == 40).sum() >= 16  # a firm without COO has no conflict of a pair


def test_forty_pairs_with_help_say_what_hundreds_do(agile):
    """Against five times as many pairs of the alternative itself: differences within both intervals, intervals much narrower than
    of forty pairs alone."""
    _, _, known, there = agile
    keys = ["scenario", "outcome"]
    helped = compare_batches(few(there), STATEMENTS, described=known).table.set_index(keys)
    alone = compare_batches(few(there), STATEMENTS).table.set_index(keys)
    whole = compare_batches(there, STATEMENTS).table.set_index(keys)
    there_ = whole["se"] > 0.0
    apart = (helped["difference"] - whole["difference"])[there_] / whole["se"][there_]
    assert np.abs(apart).max() < 3.0
    assert ((alone["se"] / helped["se"])[there_] ** 2).median() > 1.5
    wrong = {("higher", "lower"), ("lower", "higher")} & set(zip(helped["verdict"], whole["verdict"], strict=True))
    assert not wrong


def test_who_leads_is_told_with_the_same_help(agile):
    _, _, known, there = agile
    names = chosen_role_models()
    mine, whole = ({arm: batches[arm] for arm in names} for batches in (few(there), there))
    table = best_role_models(mine, "agile", "trust frozen", described=known)
    plain = best_role_models(whole, "agile", "trust frozen")
    assert list(table["outcome"]) == list(plain["outcome"]) and set(table["n"]) == {40}
    for one, other in zip(table.to_dict("records"), plain.to_dict("records"), strict=True):
        assert one["best"] == other["best"] or one["best"] in other["rivals"].split("; ")
    assert set(table["best"]) <= set(names)


def test_a_profile_sets_its_known_pairs_beforehand():
    for profile in PROFILES.values():
        assert profile.alternative_pairs <= profile.known_pairs <= profile.pairs
        assert profile.alternative_pairs >= FEWEST_CONTROLLED
        assert profile.known_pairs == (profile.least if profile.until_decided else profile.pairs)
