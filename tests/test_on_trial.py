"""Mechanisms that are off by default, played by hand: one matter, one firm, one week."""

import numpy as np
import pytest

from tandem.sim import Scenario
from tandem.sim.kernel import start_world
from tandem.sim.phases.arrivals import settle_claims
from tandem.sim.state import (
    AND,
    AS_CHARTERED,
    AVERAGE,
    BUDGET,
    CEO,
    COO,
    DOUBLE,
    NEW,
    ORPHAN,
    QUEUED,
    SOLE,
    UNCLAIMED,
    UNILATERAL,
    VOTE,
)


def firm(role_model: str = "co-pilot", **on: object) -> Scenario:
    """A split in the baseline with switches and values set (dots written as double underscores)."""
    return Scenario.of(role_model=role_model).with_({path.replace("__", "."): value for path, value in on.items()})


def with_matter(scenario: Scenario, domain: int = BUDGET, **fields: object) -> np.ndarray:
    """The firm at its start, with one new matter in the domain; returns its world."""
    world = start_world(scenario.records(), 1)
    world["firm"]["week"] = 1
    world["firm"]["decision_count"] = 1
    matter = world["decisions"][0, 0:1]
    matter["uid"], matter["domain"], matter["status"], matter["author"] = 128 + 16 * domain, domain, NEW, -1
    for name, value in fields.items():
        matter[name] = value
    return world


# -- shared claims -----------------------------------------------------------------------------

OURS, MINE, OTHERS = 1, 2, 0


@pytest.mark.parametrize("rule", ["and", "average", "vote"])
@pytest.mark.parametrize(
    ("claims", "status", "path", "sole"),
    [
        ((OURS, OURS), QUEUED, AS_CHARTERED, False),
        ((MINE, OURS), QUEUED, DOUBLE, True),
        ((OURS, MINE), QUEUED, DOUBLE, True),
        ((MINE, MINE), QUEUED, DOUBLE, True),
        ((MINE, OTHERS), QUEUED, UNILATERAL, True),
        ((OTHERS, MINE), QUEUED, UNILATERAL, True),
        ((OURS, OTHERS), ORPHAN, UNCLAIMED, False),
        ((OTHERS, OURS), ORPHAN, UNCLAIMED, False),
        ((OTHERS, OTHERS), ORPHAN, UNCLAIMED, False),
    ],
)
def test_two_claims_on_a_joint_matter(rule, claims, status, path, sole):
    world = with_matter(firm(switches__shared_claims=True, charter__budget__rule=rule), claim=claims)
    settle_claims(world)
    matter = world["decisions"][0, 0]
    assert (matter["status"], matter["path"]) == (status, path)
    assert matter["rule"] == (SOLE if sole else {"and": AND, "average": AVERAGE, "vote": VOTE}[rule])
    if path == UNILATERAL:
        assert matter["decider"] == (CEO if claims[0] == MINE else COO)
    if path == DOUBLE:  # both spend the hours
        assert min(matter["effort_left"][:2]) > 0
