"""A run kept week by week in one compiled call is the run that is stepped week by week, byte for byte."""

import numpy as np
import pytest
from strategies import random_timeline

from tandem.sim.compile import as_records
from tandem.sim.kernel import KEPT, start_world, step_week, trajectory


def first_difference(rows, kept, seed):
    """First week and part in which kept records differ from a stepped world's; None where none does."""
    world, row = start_world(rows, seed, journal=True), 0
    for week in range(len(kept["firm"])):
        if week:
            row = step_week(world, as_records(rows), row, len(rows))
        for name in KEPT:
            if np.asarray(kept[name][week]).tobytes() != world[name][0].tobytes():
                return week, name
    return None


@pytest.mark.parametrize("case", range(12))
def test_kept_weeks_are_the_stepped_ones(case):
    rows = random_timeline(case)
    kept = trajectory(rows, 2026)
    assert first_difference(rows, kept, 2026) is None
    kept["leaders"][len(kept["leaders"]) // 2]["trust"] += 1e-9
    assert first_difference(rows, kept, 2026) == (len(kept["leaders"]) // 2, "leaders")
