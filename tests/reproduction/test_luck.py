"""Luck is an input: interventions, replicates, horizons, threads and chunks change nothing they should not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import random_timeline

from tandem.sim import Scenario, compare, simulate, simulate_batch
from tandem.sim.compile import as_records
from tandem.sim.kernel import run_batch, start_world, step_week
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.panel import simulate_panel
from tandem.sim.parameter_sets import chosen, one_timeline
from tandem.sim.parameters import LEVERS
from tandem.sim.streams import seed_key
from tandem.sim.widget import lines

BASE = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 3})


def worlds(scenario, seed=5, replicate=0, weeks=None):
    """Bytes of everything that lives (not the parameters) in each week."""
    rows = as_records(scenario.records())
    world, row, kept = start_world(rows, seed, 0, replicate), 0, []
    for _ in range(weeks or int(rows["weeks"][0])):
        row = step_week(world, rows, row, len(rows))
        kept.append(b"".join(world[name].tobytes() for name in ("firm", "leaders", "teams", "decisions", "projects")))
    return kept


@settings(max_examples=40)
@given(st.sampled_from(LEVERS), st.integers(1, 39), st.floats(0, 1))
def test_an_intervention_changes_nothing_before_its_week(lever, week, level):
    touched = worlds(BASE.at(week=week, changes={f"levers.{lever}": level}))
    assert touched[: week - 1] == worlds(BASE)[: week - 1]


def test_an_intervention_acts_first_in_its_week():
    touched, plain = worlds(BASE.at(week=20, changes={"levers.communication": 1.0})), worlds(BASE)
    assert touched[18] == plain[18]
    assert touched[19] != plain[19]


def test_a_longer_horizon_changes_no_earlier_week():
    short, long = worlds(BASE), worlds(BASE.with_({"quarters": 6}))
    assert long[: len(short)] == short


def test_more_replicates_change_no_earlier_row():
    few, many = (simulate_batch(BASE, runs=runs, seed=3).outcomes for runs in (5, 50))
    assert few.equals(many.iloc[:5])


def test_threads_and_chunks_change_no_byte():
    rows = np.concatenate([random_timeline(case, quarters=1)[:1] for case in range(100)])
    n = len(rows)
    keys = np.tile(np.array([seed_key(1)], dtype=np.uint64), (n, 1))
    zeros = np.zeros(n, dtype=np.int64)

    def play(part, threads):
        k = len(part)
        return run_batch(rows[part], np.arange(k + 1), np.arange(k), zeros[part], part, keys[part], threads)

    everything = np.arange(n)
    whole = play(everything, False)
    assert play(everything, True).tobytes() == whole.tobytes()
    pieces = np.concatenate([play(everything[low : low + 7], False) for low in range(0, n, 7)])
    assert pieces.tobytes() == whole.tobytes()
    assert play(everything[::-1], True)[::-1].tobytes() == whole.tobytes()


def test_arms_share_luck():
    still = {f"switches.{name}": False for name in ("proposals", "encouragement", "problem_driven", "attrition", "morale")}
    first, second = (
        arrivals(Scenario.of(role_model=arm, context="baseline").with_({**still, "quarters": 2}))
        for arm in ("strategist-executor", "co-pilot")
    )
    assert first == second
    other = arrivals(Scenario.of(role_model="co-pilot", context="baseline").with_({**still, "quarters": 2}), seed=6)
    assert other != first


def arrivals(scenario, seed=5):
    """Decisions that have arisen, week by week."""
    rows = scenario.records()
    world, row, counted = start_world(rows, seed), 0, []
    for _ in range(int(rows["weeks"][0])):
        row = step_week(world, rows, row, len(rows))
        counted.append(float(world["firm"]["sum_arrived"][0]))
    return counted


def growth_by_door(seed):
    """Revenue growth of the first luck of a seed, as each way to play says it."""
    row = np.array([seed_key(seed)], dtype=np.uint64)
    records, one = one_timeline(BASE, chosen(), seed), np.zeros(1, dtype=np.int64)
    by_hand = run_batch(records, np.array([0, len(records)]), one, one, one, row)
    return {
        "simulate": simulate(BASE, seed=seed).outcomes["revenue_growth"],
        "simulate_batch": simulate_batch(BASE, 2, seed).outcomes["revenue_growth"][0],
        "compare": compare(BASE, BASE, runs=2, seed=seed).batches[BASE.name].outcomes["revenue_growth"][0],
        "run_batch": dict(zip(OUTCOMES, by_hand[0]))["revenue_growth"],
    }


SEEDS = (0, 1, 2**63, 2**64 - 1, "0", "1", "-1", "ab", "ba", "abc", "cab", "Sommer", "sommer", "été")


def test_every_seed_is_heard_at_every_door():
    """Zero, a text, an anagram: each is its own luck, and the same luck however it is played."""
    found = {seed: growth_by_door(seed) for seed in SEEDS}
    assert all(len(set(doors.values())) == 1 for doors in found.values())
    for door in found[0]:
        assert len({doors[door] for doors in found.values()}) == len(SEEDS), door


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_is_heard_on_the_way(seed):
    """The panel and the widget are other drivers: they play the seed's luck, not another's."""
    wanted = simulate(BASE, seed=seed, replicate=1).trajectory["firm"]["revenue"]
    np.testing.assert_array_equal(simulate_panel([BASE], 2, seed, every=1)["revenue"][0, 1], wanted)
    drawn = lines.one(BASE, seed, 1)["revenue"]
    np.testing.assert_allclose(drawn, 100.0 * wanted / wanted[0], atol=0.006)
