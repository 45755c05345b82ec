"""Parameter sets drawn by pair: shared by arms, giving way to what was said, and the variance taken apart."""

import pickle
import subprocess
import sys
from dataclasses import replace
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects.levers import pooled_model
from tandem.experiments.firms.population import Population
from tandem.experiments.firms.uncertainty import variance_components, variance_shares
from tandem.sim import Scenario, simulate_batch
from tandem.sim.parameter_sets import Ensemble, chosen, ensemble, ensemble_in
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


def test_the_projects_own_sets_are_read_to_the_bit_that_pandas_reads():
    folder = resources.files("tandem.scenarios") / "ensemble"
    ours, kept = ensemble(), ensemble_in(str(folder))
    assert type(ours) is not type(kept) and (len(ours), ours.default, ours.digest) == (len(kept), kept.default, kept.digest)
    pd.testing.assert_frame_equal(ours.sets, kept.sets, check_exact=True)
    pd.testing.assert_frame_equal(ours.statistics, kept.statistics, check_exact=True)
    assert all(ours.set(number) == kept.set(number) for number in (0, len(kept) - 1))
    assert {path: list(values) for path, values in ours.columns.items()} == {
        path: list(values) for path, values in kept.columns.items()
    }
    again = pickle.loads(pickle.dumps(ours))
    assert again.digest == ours.digest and len(again.sets) == len(ours)


def test_a_command_that_plays_loads_no_pandas_before_it_does():
    told = (
        "import sys\n"
        "import tandem.experiments.advice.advice\n"
        "from tandem.sim.parameter_sets import chosen\n"
        "chosen('ensemble').lay(tandem.sim.table.FirmTable([tandem.sim.scenario.Scenario.load('silence')]), [0])\n"
        "print('pandas' in sys.modules, 'scipy.special' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", "import tandem\n" + told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_variance_is_split_over_firms_played_under_each_set_whole():
    """Every firm under every set as a population with that set makes it: here by scenarios, one call a set."""
    seed, firms, sets, replicates = 5, 4, 3, 2
    table = variance_shares(["co-pilot", "brand-performance"], ["revenue_growth"], seed, firms, sets, replicates)
    drawn = Population.load("population", parameters={}).firms(firms, seed)
    values = {}
    for arm in ("co-pilot", "brand-performance"):
        parts = []
        for number in ensemble().drawn(sets, seed):
            population = drawn.population.with_(ensemble().mechanisms(int(number)))
            made = replace(drawn, table=drawn.table.assign(role_model=arm), population=population)
            batch = simulate_batch(made.scenarios(12), replicates, seed, parameters="declared")
            parts.append(batch.values("revenue_growth"))
        values[arm] = np.stack(parts, axis=1)
    parts = variance_components(values["brand-performance"] - values["co-pilot"])
    told = table[(table["role_model"] == "brand-performance") & (table["what"] == "difference")].set_index("source")["share"]
    for name, part in parts.items():
        assert told[name] == pytest.approx(part / sum(parts.values()), rel=1e-12)
