"""Luck is an input: interventions, replicates, horizons, threads and chunks change nothing they should not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import random_timeline

from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.kernel import run_batch, start_world, step_week
from tandem.sim.parameters import LEVERS
from tandem.sim.streams import seed_key

BASE = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 3})


def worlds(scenario, seed=5, replicate=0, weeks=None):
    """Bytes of everything that lives (not the parameters) in each week."""
    rows = scenario.records()
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


@pytest.mark.parametrize(("a", "b"), [(0, 1), (0, None)])
def test_seed_zero_is_a_seed(a, b):
    zero = simulate(BASE, seed=a).outcomes["revenue_growth"]
    other = simulate(BASE, seed=b if b is not None else 2).outcomes["revenue_growth"]
    assert zero == simulate(BASE, seed=0).outcomes["revenue_growth"]
    assert zero != other
