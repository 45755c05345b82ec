"""The two drivers agree bit for bit in every field, every week; and a driver that swaps two phases is caught."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from strategies import random_timeline

from tandem.sim.compile import COMPILED, as_records
from tandem.sim.kernel import start_world, step_week
from tandem.sim.model import LeadershipModel
from tandem.sim.parameters import Switches, describe
from tandem.sim.phases.hours import meet
from tandem.sim.phases.opening import drift_environment
from tandem.sim.results import simulate
from tandem.sim.scenario import Scenario

SEED = 2026


def model_of(rows, cls=LeadershipModel, replicate=0):
    """A Mesa model of bare rows."""

    class Bare(Scenario):
        def __init__(self):
            pass

        def records(self):
            return rows

    return cls(Bare(), seed=SEED, replicate=replicate)


def disagreement(rows, cls=LeadershipModel):
    """First week in which the two drivers' worlds differ in any byte, or None."""
    rows = as_records(rows)  # what the phases read by name where the compiler is off
    model, world, row = model_of(rows, cls), start_world(rows, SEED), 0
    for week in range(1, int(rows["weeks"][0]) + 1):
        model.step()
        row = step_week(world, rows, row, len(rows))
        if model.world.tobytes() != world.tobytes():
            return week
    return None


def fingerprint(rows) -> str:
    """Digest of every byte of every week of a run by the kernel's step."""
    rows = as_records(rows)
    world, row, seen = start_world(rows, SEED), 0, hashlib.sha256()
    for _ in range(int(rows["weeks"][0])):
        row = step_week(world, rows, row, len(rows))
        seen.update(world.tobytes())
    return seen.hexdigest()


@pytest.mark.parametrize("block", range(20))
def test_drivers_agree_on_random_firms(block):
    for case in range(block * 10, block * 10 + 10):
        week = disagreement(random_timeline(case))
        assert week is None, f"random firm {case}: worlds differ from week {week} on"


@pytest.mark.parametrize("name", Switches.model_fields)
def test_drivers_agree_with_one_mechanism_turned_over(name):
    """The rest plays on without it (with it, where it is off by default), in a pair and with one executive; no outcome runs
    to infinity."""
    for role_model in ("co-pilot", "no-coo"):
        usual = Scenario.of(role_model=role_model, context="rapid-growth").with_({"quarters": 1})
        turned = usual.with_({f"switches.{name}": not getattr(usual.parameters.switches, name)})
        assert turned.digest != usual.digest and disagreement(turned.records()) is None, f"{role_model} without {name}"
        assert not [key for key, value in simulate(turned, seed=SEED).outcomes.items() if np.isinf(value)]


class Swapped(LeadershipModel):
    """Holds the meeting before the leaders have planned their week."""

    def play_week(self):
        world = self.world
        drift_environment(world)
        meet(world)
        super().play_week()


def test_a_swapped_phase_is_caught():
    assert disagreement(random_timeline(3), Swapped) == 1


@pytest.mark.skipif(not COMPILED, reason="this process has no compiler to compare with")
def test_the_compiler_changes_no_bit():
    cases = list(range(20))
    program = (
        "import sys; sys.path[:0] = ['tests/parity', 'tests', '.']\n"
        "from test_parity import Swapped, disagreement, fingerprint\n"
        "from strategies import random_timeline\n"
        "from tandem.sim.compile import as_records\n"
        f"for case in {cases}:\n"
        "    rows = as_records(random_timeline(case, quarters=1))\n"
        "    print(disagreement(rows), fingerprint(rows))\n"
        "print(disagreement(random_timeline(3), Swapped))\n"
    )
    plain = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    assert plain.returncode == 0, plain.stderr[-2000:]
    wanted = [f"None {fingerprint(random_timeline(case, quarters=1))}" for case in cases]
    assert plain.stdout.split("\n")[:-1] == [*wanted, "1"]  # and a swapped phase is caught there too


def test_random_firms_are_not_all_alike():
    seen = {fingerprint(random_timeline(case, quarters=1)) for case in range(10)}
    assert len(seen) == 10
    assert np.ptp([len(random_timeline(case)) for case in range(30)]) == 2


def test_random_firms_try_every_mechanism():
    """Each is on in some of the firms on which the drivers must agree, and off in others."""
    switches = [row["path"].replace(".", "_") for row in describe() if row["role"] == "switch"]
    choices = ["assumptions_posts_paid", "assumptions_media_budget_spent"]
    firms = [random_timeline(case)[0] for case in range(120)]
    for name in switches + choices:
        assert {int(firm[name]) for firm in firms} == {0, 1}, name
