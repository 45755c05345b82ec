"""A firm at its start with one matter in its hands, for mechanisms played by hand: one matter, one firm, one week.

Every mechanism is on, as in any firm; a hand calculation switches off the others that would stand in its way.
"""

import numpy as np

from tandem.sim import Scenario
from tandem.sim.kernel import start_world
from tandem.sim.state import BUDGET, NEW


def firm(role_model: str = "co-pilot", **on: object) -> Scenario:
    """A role model in the baseline with switches and values set (dots written as double underscores)."""
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
