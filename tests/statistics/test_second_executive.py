"""Role models and contexts under named sets of mechanisms, from none of the added ones to all: paired, in one tidy table."""

from itertools import pairwise

import numpy as np
import pytest

from tandem.experiments.effects.role_models import contexts, role_models
from tandem.experiments.validation.second_executive import ADDED, ALTERNATIVES, NONE, SETS, compared
from tandem.sim import Scenario, simulate_batch

ARMS, PLACES = ("strategist-executor", "co-pilot", "no-coo"), ("baseline", "rapid-growth")


@pytest.fixture(scope="module")
def table():
    return compared(8, arms=ARMS, places=PLACES, parameters="declared")


def test_one_row_for_every_set_place_role_model_and_outcome(table):
    keys = ["switches", "context", "role_model", "outcome"]
    assert len(table) == len(SETS) * len(PLACES) * len(ARMS) * 5
    assert not table.duplicated(keys).any()
    assert set(table["switches"]) == set(SETS) == {"none", "fixes", "work", "recommended", "whole"}


def test_differences_are_paired_and_start_from_the_first(table):
    first = table[table["role_model"] == ARMS[0]]
    assert set(first["difference"].dropna()) == {0.0} and set(first["verdict"]) == {"same"}
    row = table.query(
        "switches == 'whole' and context == 'baseline' and role_model == 'co-pilot' and outcome == 'revenue_growth'"
    )
    mine, theirs = (
        simulate_batch(Scenario.of(role_model=arm), runs=8, parameters="declared").values("revenue_growth")[0]
        for arm in ("co-pilot", ARMS[0])
    )
    assert row["mean"].item() == pytest.approx(mine.mean())
    assert row["difference"].item() == pytest.approx((mine - theirs).mean())
    assert row["error"].item() == pytest.approx(np.std(mine - theirs, ddof=1) / np.sqrt(8))
    assert row["n"].item() == 8


def test_the_whole_is_the_model_as_it_is_and_every_other_set_moves_it(table):
    means = {name: part["mean"].to_numpy() for name, part in table.groupby("switches", sort=False)}
    assert SETS["whole"] == {}
    assert all(np.nanmax(np.abs(means[name] - means["whole"])) > 1e-6 for name in SETS if name != "whole")


def test_each_set_has_more_of_the_added_mechanisms_than_the_one_before():
    """From none of them to all: one left out would be one that no set tells from the others."""
    firms = [Scenario.of().with_(dict(changes)).parameters.switches for changes in SETS.values()]
    played = [{name for name in ADDED if getattr(switches, name)} for switches in firms]
    assert played[0] == set() and played[-1] == set(ADDED)
    assert all(small < large for small, large in pairwise(played))
    assert [switches.dual_command for switches in firms] == [True, False, False, False, False]
    for changes in ALTERNATIVES.values():
        assert {name for name in ADDED if getattr(Scenario.of().with_(dict(changes)).parameters.switches, name)} == played[-2]


def test_none_turns_over_nothing_but_what_is_there_to_be_turned():
    """What is off in it is on in any firm, and the other way round."""
    usual = Scenario.of()
    assert all(usual.values[path] != value for path, value in NONE.items())
    assert {f"switches.{name}" for name in ADDED} <= set(NONE)


def test_all_role_models_and_contexts_unless_asked_for_fewer():
    asked = []

    def player(scenario, runs, seed, parameters):
        asked.append(scenario.name)
        return simulate_batch(Scenario.of(), runs=runs, parameters="declared")

    found = compared(2, sets={"whole": {}}, outcomes=("revenue_growth",), player=player)
    assert len(asked) == len(role_models()) * len(contexts())
    assert list(dict.fromkeys(found["role_model"])) == role_models() and list(dict.fromkeys(found["context"])) == contexts()
