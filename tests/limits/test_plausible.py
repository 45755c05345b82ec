"""Random firms stay plausible: middle 90% within bands, no number that is none, no negative stock, nothing stuck."""

import numpy as np
import pytest

from tandem.experiments.firms.population import Population
from tandem.experiments.validation import plausibility
from tandem.experiments.validation.executives import furthest
from tandem.experiments.validation.plausibility import LONG_BANDS, bands, random_firms, sector_growth
from tandem.experiments.validation.trials import Size, Trial
from tandem.sim import simulate, simulate_batch
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import DECLARED
from tandem.sim.scenario import Scenario, catalogue

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


@pytest.fixture(scope="module", params=[DECLARED, "default"])
def forty_years(request):
    """600 firms over forty years, with their pairs as they come."""
    return Trial(Population.load("population", parameters=request.param), 5, Size(100, 100, 20, 600))


def test_every_decade_of_every_sector_stays_within_what_its_file_declares(forty_years):
    found = sector_growth(forty_years)
    declared = [entry.name for entry in catalogue() if entry.kind == "context" and Scenario.load(entry.name).story.sector]
    assert sorted(found["context"].unique()) == sorted(declared) and len(found) == 4 * len(declared) >= 20
    assert found["inside"].all(), found[~found["inside"]].to_string()
    assert furthest(forty_years) <= LONG_BANDS["forty years, furthest"][1]


def test_a_sector_that_shrinks_would_be_noticed(forty_years, monkeypatch):
    shrinking = {name: medians - 0.4 for name, medians in plausibility.decades(forty_years).items()}
    monkeypatch.setattr(plausibility, "decades", lambda trial: shrinking)
    assert not sector_growth(forty_years)["inside"].any()
