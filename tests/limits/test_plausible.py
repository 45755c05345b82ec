"""Random firms stay plausible: middle 90% within bands, no number that is none, no negative stock, nothing stuck."""

import numpy as np
import pytest

from tandem.experiments.validation.plausibility import bands, random_firms
from tandem.sim import simulate, simulate_batch
from tandem.sim.outcomes import OUTCOMES

STOCKS = (
    "trust",
    "relationship_conflict",
    "common_ground",
    "brand_awareness",
    "satisfaction",
    "refinement",
    "morale",
    "reputation",
)


@pytest.fixture(scope="module")
def outcomes():
    return simulate_batch(random_firms(2000, 1), runs=1, seed=1, parameters="declared").outcomes


def test_the_middle_of_firms_is_plausible(outcomes):
    table = bands(outcomes)
    assert table["inside"].all(), table.to_string()


def test_no_number_is_none_or_infinite(outcomes):
    # These are shares of something that a few firms never had (an experiment, a bad proposal, a chance to exchange).
    excused = {
        "launched_performance",
        "launched_brand",
        "omission_rate",
        "commission_rate",
        "team_1_wait_weeks",
        "team_1_unanswered_share",
        "information_shared",
        "setting_error",
        "lapsed_share",
        *(name for name in OUTCOMES if name.startswith("cause_")),
    }
    numbers = outcomes[[name for name in OUTCOMES if name not in excused]]
    assert np.isfinite(numbers.to_numpy()).all(), numbers.columns[~np.isfinite(numbers.to_numpy()).all(axis=0)].tolist()
    assert not np.isinf(outcomes[list(OUTCOMES)].to_numpy()).any()


def test_no_stock_is_negative_or_stuck():
    runs = [simulate(firm, seed=2, parameters="declared").weekly.iloc[1:] for firm in random_firms(100, 3)]
    for stock in STOCKS:
        values = [run[stock].to_numpy() for run in runs]
        assert all((value >= 0).all() and (value <= 1).all() for value in values), stock
        stuck = np.mean([(value <= 1e-9).all() or (value >= 1 - 1e-9).all() for value in values])
        assert stuck <= 0.05, f"{stock}: stuck at a bound in {stuck:.0%} of firms"
    for flow in ("customers", "backlog", "technique", "leads"):
        assert all((run[flow].to_numpy() >= 0).all() for run in runs), flow
