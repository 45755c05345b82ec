"""Parameter sets drawn by pair: shared by arms, giving way to what was said, and the variance taken apart."""

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects.levers import pooled_model
from tandem.experiments.firms.ensemble import Ensemble
from tandem.experiments.firms.uncertainty import (
    gives_way,
    lay_over,
    play,
    rows_by_set,
    variance_components,
    variance_shares,
)
from tandem.sim import Scenario, simulate_batch

SETS = pd.DataFrame({"dyad.trust_loss": [0.02, 0.15], "market.saturation": [1.5, 6.0], "hazards.ceo_departure": [0.002, 0.003]})
KNOWN = Ensemble(SETS, pd.DataFrame(), 1, {})
FIRM = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 3})


def test_each_pair_plays_the_set_drawn_for_it_bit_for_bit():
    batch = play(FIRM, 40, seed=2, known=KNOWN).outcomes
    drawn = KNOWN.drawn(40, 2)
    for number in (0, 1):
        alone = simulate_batch(FIRM.with_(KNOWN.mechanisms(number)), runs=40, seed=2).outcomes
        pd.testing.assert_frame_equal(batch[drawn == number], alone[drawn == number], check_exact=True)


def test_declared_and_default_sets():
    plain = simulate_batch(FIRM, runs=20, seed=2).outcomes
    pd.testing.assert_frame_equal(play(FIRM, 20, 2, "declared", KNOWN).outcomes, plain, check_exact=True)
    default = simulate_batch(FIRM.with_(KNOWN.mechanisms(1)), runs=20, seed=2).outcomes
    pd.testing.assert_frame_equal(play(FIRM, 20, 2, "default", KNOWN).outcomes, default, check_exact=True)


def test_few_pairs_are_the_first_of_many():
    many, few = play(FIRM, 30, 1, known=KNOWN).outcomes, play(FIRM, 12, 1, known=KNOWN).outcomes
    pd.testing.assert_frame_equal(many.iloc[:12], few, check_exact=True)


def test_what_was_said_wins_over_the_ensemble():
    said = FIRM.with_({"dyad.trust_loss": 0.05})
    assert gives_way(FIRM, "dyad.trust_loss") and not gives_way(said, "dyad.trust_loss")
    rows = rows_by_set(said, [KNOWN.mechanisms(k) for k in (0, 1)])
    assert set(rows["dyad_trust_loss"].ravel()) == {0.05} and set(rows["market_saturation"].ravel()) == {1.5, 6.0}
    later = FIRM.at(week=10, changes={"dyad.trust_loss": 0.09})
    rows = rows_by_set(later, [KNOWN.mechanisms(0)])
    np.testing.assert_array_equal(rows["dyad_trust_loss"][0], [0.02, 0.09])


def test_levers_are_swung_under_the_same_sets():
    scenarios = [FIRM, FIRM.with_({"market.saturation": 3.0})]
    cell, pairs = np.array([0, 1, 0]), np.array([0, 1, 2])
    timeline = np.concatenate([scenarios[c].records() for c in cell])
    lay_over(timeline, scenarios, cell, pairs, 2, known=KNOWN)
    drawn = KNOWN.drawn(3, 2)
    for row, c, number in zip(timeline, cell, drawn):
        values = {path: value for path, value in KNOWN.mechanisms(int(number)).items() if gives_way(scenarios[c], path)}
        assert row.tobytes() == scenarios[c].with_(values).records()[0].tobytes()
    model = pooled_model([("co-pilot", "agile")], np.zeros(2, dtype=int), changes={"dyad.trust_loss": 0.2})
    other = pooled_model([("co-pilot", "agile")], np.zeros(2, dtype=int))
    points, lucks = np.full((2, 5), 0.5), np.arange(2)
    assert not np.array_equal(model(points, lucks), other(points, lucks))


def test_variance_components_find_what_was_put_in():
    draw = np.random.default_rng(5)
    firm, sets = draw.normal(0, 2, (300, 1, 1)), draw.normal(0, 1, (1, 300, 1))
    values = firm + sets + draw.normal(0, 0.7, (300, 300, 1)) + draw.normal(0, 1.5, (300, 300, 2))
    found = variance_components(values)
    assert found["firm"] == pytest.approx(4.0, rel=0.2) and found["parameters"] == pytest.approx(1.0, rel=0.2)
    assert found["firm and parameters"] == pytest.approx(0.49, rel=0.1) and found["luck"] == pytest.approx(2.25, rel=0.05)


def test_shares_of_variance_are_shares():
    table = variance_shares(["strategist-executor", "co-pilot"], ["revenue_growth"], 1, firms=6, sets=2, lucks=2, known=KNOWN)
    sums = table.groupby(["arm", "what"])["share"].sum()
    np.testing.assert_allclose(sums, 1.0)
    assert set(table["source"]) == {"firm", "parameters", "firm and parameters", "luck"}
    assert ((table["low"] >= 0) & (table["high"] <= 1)).all() and set(table["what"]) == {"outcome", "difference"}
