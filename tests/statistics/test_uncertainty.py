"""Parameter sets drawn by pair: shared by arms, giving way to what was said, and the variance taken apart."""

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects.levers import pooled_model
from tandem.experiments.firms.uncertainty import variance_components, variance_shares
from tandem.sim import Scenario, simulate_batch
from tandem.sim.parameter_sets import Ensemble, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.table import FirmTable

SETS = pd.DataFrame({"dyad.trust_loss": [0.02, 0.15], "market.saturation": [1.5, 6.0], "hazards.ceo_departure": [0.002, 0.003]})
KNOWN = Ensemble(SETS, pd.DataFrame(), 1, {})
FIRM = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 3})


def play(runs, seed, parameters="ensemble"):
    return simulate_batch(FIRM, runs, seed, parameters=chosen(parameters, KNOWN)).outcomes


def declared(scenario, runs, seed):
    return simulate_batch(scenario, runs, seed, parameters="declared").outcomes


def test_each_pair_plays_the_set_drawn_for_it_bit_for_bit():
    batch, drawn = play(40, 2), KNOWN.drawn(40, 2)
    for number in (0, 1):
        alone = declared(FIRM.with_(KNOWN.mechanisms(number)), 40, 2)
        pd.testing.assert_frame_equal(batch[drawn == number], alone[drawn == number], check_exact=True)


def test_declared_default_and_numbered_sets():
    pd.testing.assert_frame_equal(play(20, 2, "declared"), declared(FIRM, 20, 2), check_exact=True)
    default = declared(FIRM.with_(KNOWN.mechanisms(1)), 20, 2)
    pd.testing.assert_frame_equal(play(20, 2, "default"), default, check_exact=True)
    pd.testing.assert_frame_equal(play(20, 2, 1), default, check_exact=True)
    assert not play(20, 2, 0).equals(default)


def test_few_pairs_are_the_first_of_many():
    pd.testing.assert_frame_equal(play(30, 1).iloc[:12], play(12, 1), check_exact=True)


def test_what_was_said_wins_over_the_ensemble():
    said = FIRM.with_({"dyad.trust_loss": 0.05})
    rows = FirmTable([said]).take([0, 0]).under(KNOWN.columns, np.array([0, 1])).rows
    assert set(rows["dyad_trust_loss"]) == {0.05} and set(rows["market_saturation"]) == {1.5, 6.0}
    later = FIRM.at(week=10, changes={"dyad.trust_loss": 0.09})
    rows = FirmTable([later]).under(KNOWN.columns, 0).rows
    np.testing.assert_array_equal(rows["dyad_trust_loss"], [0.02, 0.09])


def test_levers_are_swung_under_the_same_sets():
    cells, points, replicates = [("co-pilot", "agile")], np.full((4, 5), 0.3), np.arange(4)
    asked = chosen("ensemble", KNOWN)
    model = pooled_model(cells, np.zeros(4, dtype=int), 2, ["revenue_growth"], {"quarters": 3}, asked)
    levered = FIRM.with_({f"levers.{lever}": 0.3 for lever in LEVERS})
    played = simulate_batch(levered, 4, 2, parameters=asked).outcomes["revenue_growth"].to_numpy()
    assert model(points, replicates)[:, 0].tolist() == played.tolist()
    said = pooled_model(cells, np.zeros(4, dtype=int), 2, ["revenue_growth"], {"quarters": 3, "dyad.trust_loss": 0.2}, asked)
    assert not np.array_equal(model(points, replicates), said(points, replicates))


def test_variance_components_find_what_was_put_in():
    draw = np.random.default_rng(5)
    firm, sets = draw.normal(0, 2, (300, 1, 1)), draw.normal(0, 1, (1, 300, 1))
    values = firm + sets + draw.normal(0, 0.7, (300, 300, 1)) + draw.normal(0, 1.5, (300, 300, 2))
    found = variance_components(values)
    assert found["firm"] == pytest.approx(4.0, rel=0.2) and found["parameters"] == pytest.approx(1.0, rel=0.2)
    assert found["firm and parameters"] == pytest.approx(0.49, rel=0.1) and found["luck"] == pytest.approx(2.25, rel=0.05)


def test_shares_of_variance_are_shares():
    table = variance_shares(
        ["strategist-executor", "co-pilot"], ["revenue_growth"], 1, firms=6, sets=2, replicates=2, known=KNOWN
    )
    sums = table.groupby(["role_model", "what"])["share"].sum()
    np.testing.assert_allclose(sums, 1.0)
    assert set(table["source"]) == {"firm", "parameters", "firm and parameters", "luck"}
    assert ((table["low"] >= 0) & (table["high"] <= 1)).all() and set(table["what"]) == {"outcome", "difference"}
