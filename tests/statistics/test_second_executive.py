"""Role models and contexts under named sets of the mechanisms on trial: paired, in one tidy table."""

from itertools import pairwise

import numpy as np
import pytest

from tandem.experiments.effects.role_models import contexts, role_models
from tandem.experiments.validation.second_executive import ALTERNATIVES, SETS, compared
from tandem.sim import Scenario, simulate_batch
from tandem.sim.parameters import Switches

ARMS, PLACES = ("strategist-executor", "co-pilot", "no-coo"), ("baseline", "rapid-growth")
ON_TRIAL = {name for name, field in Switches.model_fields.items() if not field.default}


@pytest.fixture(scope="module")
def table():
    return compared(8, arms=ARMS, places=PLACES, parameters="declared")


def test_one_row_for_every_set_place_role_model_and_outcome(table):
    keys = ["switches", "context", "role_model", "outcome"]
    assert len(table) == len(SETS) * len(PLACES) * len(ARMS) * 5
    assert not table.duplicated(keys).any()
    assert set(table["switches"]) == set(SETS) == {"off", "fixes", "work", "recommended", "whole"}


def test_differences_are_paired_and_start_from_the_first(table):
    first = table[table["role_model"] == ARMS[0]]
    assert set(first["difference"].dropna()) == {0.0} and set(first["verdict"]) == {"same"}
    row = table.query("switches == 'off' and context == 'baseline' and role_model == 'co-pilot' and outcome == 'revenue_growth'")
    mine, theirs = (
        simulate_batch(Scenario.of(role_model=arm), runs=8, parameters="declared").values("revenue_growth")[0]
        for arm in ("co-pilot", ARMS[0])
    )
    assert row["mean"].item() == pytest.approx(mine.mean())
    assert row["difference"].item() == pytest.approx((mine - theirs).mean())
    assert row["error"].item() == pytest.approx(np.std(mine - theirs, ddof=1) / np.sqrt(8))
    assert row["n"].item() == 8


def test_off_is_the_model_as_it_is_and_every_set_moves_it(table):
    means = {name: part["mean"].to_numpy() for name, part in table.groupby("switches", sort=False)}
    assert all(np.nanmax(np.abs(means[name] - means["off"])) > 1e-6 for name in SETS if name != "off")


def test_the_whole_set_has_every_mechanism_on_trial():
    """A mechanism left out of it would be one that nobody plays; each set holds the ones before."""
    chosen = [{path for path, value in changes.items() if value is True} for changes in SETS.values()]
    assert all(small < large for small, large in pairwise(chosen))
    assert {path.removeprefix("switches.") for path in chosen[-1] if path.startswith("switches.")} == ON_TRIAL
    assert all(chosen[-2] <= set(changes) for changes in ALTERNATIVES.values())


def test_all_role_models_and_contexts_unless_asked_for_fewer():
    asked = []

    def player(scenario, runs, seed, parameters):
        asked.append(scenario.name)
        return simulate_batch(Scenario.of(), runs=runs, parameters="declared")

    found = compared(2, sets={"off": {}}, outcomes=("revenue_growth",), player=player)
    assert len(asked) == len(role_models()) * len(contexts())
    assert list(dict.fromkeys(found["role_model"])) == role_models() and list(dict.fromkeys(found["context"])) == contexts()
