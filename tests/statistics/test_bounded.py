"""No figure that cannot be: shares stay within 0 to 1 with honest coverage, scores are numbers, and nothing is more than all."""

import numpy as np
import pandas as pd
import pytest

from tandem import Scenario, compare, simulate_batch
from tandem.experiments.discovery import Event, discover
from tandem.experiments.sensitivity import analyse
from tandem.experiments.sensitivity.second_opinion import second_opinion
from tandem.sim.intervals import (
    brought_within,
    interval_of_sums,
    mean_interval,
    mean_within,
    share_interval,
    share_of_rows,
    standard_score,
    wilson,
)
from tandem.sim.outcomes import OUTCOMES


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.99, 1.0])
def test_yes_or_no_is_a_share_whatever_the_door(share):
    values = np.repeat([1.0, 0.0], [round(100 * share), 100 - round(100 * share)])
    assert mean_within(values, 0.0, 1.0)[1:3] == pytest.approx(share_interval(round(100 * share), 100))
    mean, low, high = share_of_rows(values, np.arange(100))
    assert mean == pytest.approx(share) and 0.0 <= low <= share <= high <= 1.0 and low < high


def test_a_mean_between_bounds_covers_where_t_would_leave_them():
    draw = np.random.default_rng(0)
    law, within, outside = (0.15, 3.0), 0, 0
    truth = law[0] / sum(law)
    for _ in range(800):
        values = draw.beta(*law, 25)
        _, low, high, _, _ = mean_within(values, 0.0, 1.0)
        within += low <= truth <= high
        outside += mean_interval(values)[1] < 0.0
        assert 0.0 <= low <= values.mean() <= high <= 1.0
    assert outside > 80 and within > 0.85 * 800


def test_far_from_the_bounds_it_is_the_usual_interval():
    values = 0.5 + 0.01 * np.random.default_rng(0).standard_normal(400)
    assert mean_within(values, 0.0, 1.0)[1:3] == pytest.approx(mean_interval(values)[1:3], abs=1e-5)
    assert mean_within(values) == mean_interval(values)
    sums = len(values), values.sum(), (values**2).sum()
    assert interval_of_sums(*sums, least=0.0, most=1.0) == pytest.approx(mean_within(values, 0.0, 1.0)[:3], abs=1e-6)
    assert interval_of_sums(3, 0.3, 0.09, least=0.0, most=1.0)[1] >= 0.0
    assert mean_within(10.0 * values, 0.0, 10.0)[1:3] == pytest.approx(10.0 * np.array(mean_within(values, 0.0, 1.0)[1:3]))


def test_rows_that_were_drawn_together_count_once():
    draw = np.random.default_rng(1)
    within = np.zeros(2)
    for _ in range(400):
        rows = draw.binomial(1, 0.2, 40).astype(float)
        values, labels = np.repeat(rows, 6), np.repeat(np.arange(40), 6)
        for place, by in enumerate((labels, np.arange(240))):
            _, low, high = share_of_rows(values, by)
            within[place] += low <= 0.2 <= high
    assert within[0] >= 0.92 * 400 and within[1] < 0.7 * 400
    assert share_of_rows(np.ones(6), np.zeros(6))[1:] == (0.0, 1.0)


def test_a_score_is_a_number():
    assert standard_score(0.0, 0.0, 10) == 0.0 and standard_score(2.0, 0.5, 10) == 4.0
    for n in (2, 200, 100_000):
        assert np.isfinite(standard_score(-1.0, 0.0, n)) and standard_score(-1.0, 0.0, n) < 0.0
    assert standard_score(1.0, 0.0, 200) > standard_score(1.0, 0.0, 20) > 3.0
    assert brought_within(1.05, 0.9, 1.2, 0.0, 1.0) == (1.0, 0.9, 1.0)
    low, high = wilson(1.0, 4.0, 1.96)
    assert 0.0 < low < high == 1.0


def bounded(table, columns):
    return all(table[column].dropna().between(0.0, 1.0).all() for column in columns)


def test_no_outcome_that_is_a_share_leaves_its_bounds():
    firms = [Scenario.load(name).with_({"quarters": 2}) for name in ("silence", "success-story")]
    shares = [name for name, outcome in OUTCOMES.items() if outcome.bounds == (0.0, 1.0)]
    assert {"ruined", "trust", "lapsed_share", "role_clarity"} <= set(shares)
    for seed in range(3):
        summary = simulate_batch(firms[0], 6, seed).summary().loc[shares]
        assert bounded(summary, ("low", "mean", "high"))
        assert summary.at["ruined", "high"] > 0.0 or summary.at["ruined", "mean"] > 0.0
        table = compare(*firms, runs=6, seed=seed).table
        assert bounded(table[table["outcome"].isin(shares)], ("mean_low", "mean", "mean_high"))


def test_no_share_of_the_variance_is_less_than_nothing_or_more_than_all():
    def noisy(x, keys):
        return x[:, 0] + 0.01 * x[:, -1] + 3.0 * np.array([np.random.default_rng(int(key)).normal() for key in keys])

    found = analyse(noisy, ["a", "b", "c"], n=64, replicates=2)
    shares = found.table[~found.table["measure"].isin(["effect", "direction"])]
    assert len(shares) > 10 and bounded(shares, ("estimate", "low", "high"))
    for seed in range(3):
        told = " ".join(second_opinion(noisy, ["a", "b"], "rbd_fast", n=64, replicates=2, seed=seed).warnings)
        share = int(told.split("rbd_fast: ")[-1].split("%")[0])
        assert 50 < share <= 100


def test_a_box_in_which_the_event_always_happens_leaves_some_doubt():
    varied = pd.DataFrame(np.random.default_rng(0).random((400, 3)), columns=list("abc"))
    found = discover(Event("y", 0.0, True), varied, (varied["a"] > 0.8).astype(float))
    row = found.table.iloc[0]
    assert row["density"] == row["density_high"] == 1.0 and 0.7 < row["density_low"] < 1.0
    assert bounded(found.table, ("coverage_low", "coverage_high")) and bounded(found.tree, ("density_low", "density_high"))
