"""Alternatives told beside the same arms as described: on the model itself."""

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects.role_models import (
    ALTERNATIVES,
    STATEMENTS,
    best_role_models,
    chosen_role_models,
    described,
    first_replicates,
)
from tandem.experiments.firms.kept_batches import play_together
from tandem.experiments.study.study import PROFILES
from tandem.sim.comparison import compare_batches
from tandem.sim.intervals import FEWEST_CONTROLLED
from tandem.sim.results import simulate_batch


@pytest.fixture(scope="module")
def agile():
    """Arms as described, and under an alternative that changes what they do."""
    firms = described("agile")
    changes = dict(ALTERNATIVES["trust frozen"])
    known = {arm: simulate_batch(firm, 200, 11) for arm, firm in firms.items()}
    there = {arm: simulate_batch(firm.with_(changes), 200, 11) for arm, firm in firms.items()}
    return firms, changes, known, there


def few(batches, runs=40):
    return {arm: first_replicates(batch, runs) for arm, batch in batches.items()}


def test_arms_played_together_are_those_played_alone(agile):
    firms, changes, _, there = agile
    together = play_together([firm.with_(changes) for firm in firms.values()], 40, 11)
    for one, (arm, other) in zip(together, few(there).items(), strict=True):
        pd.testing.assert_frame_equal(one.outcomes, other.outcomes, check_exact=True)
        assert one.scenarios[0].digest == firms[arm].with_(changes).digest and (one.runs, one.seed, one.paired) == (40, 11, False)


def test_as_described_the_help_of_more_pairs_is_those_pairs(agile):
    _, _, known, _ = agile
    by_help = compare_batches(few(known), STATEMENTS, described=known).table
    whole = compare_batches(known, STATEMENTS).table
    for column in ("difference", "se", "mean"):
        np.testing.assert_allclose(by_help[column], whole[column], rtol=1e-9)
    assert set(by_help["n"]) <= {40, 0} and (by_help["n"] == 40).sum() >= 16  # a firm without COO has no conflict of a pair


def test_forty_pairs_with_help_say_what_hundreds_do(agile):
    """Against five times as many pairs of the alternative itself: differences within both intervals, intervals much narrower than
    of forty pairs alone."""
    _, _, known, there = agile
    keys = ["scenario", "outcome"]
    helped = compare_batches(few(there), STATEMENTS, described=known).table.set_index(keys)
    alone = compare_batches(few(there), STATEMENTS).table.set_index(keys)
    whole = compare_batches(there, STATEMENTS).table.set_index(keys)
    there_ = whole["se"] > 0.0
    apart = (helped["difference"] - whole["difference"])[there_] / whole["se"][there_]
    assert np.abs(apart).max() < 3.0
    assert ((alone["se"] / helped["se"])[there_] ** 2).median() > 1.5
    wrong = {("higher", "lower"), ("lower", "higher")} & set(zip(helped["verdict"], whole["verdict"], strict=True))
    assert not wrong


def test_who_leads_is_told_with_the_same_help(agile):
    _, _, known, there = agile
    names = chosen_role_models()
    mine, whole = ({arm: batches[arm] for arm in names} for batches in (few(there), there))
    table = best_role_models(mine, "agile", "trust frozen", described=known)
    plain = best_role_models(whole, "agile", "trust frozen")
    assert list(table["outcome"]) == list(plain["outcome"]) and set(table["n"]) == {40}
    for one, other in zip(table.to_dict("records"), plain.to_dict("records"), strict=True):
        assert one["best"] == other["best"] or one["best"] in other["rivals"].split("; ")
    assert set(table["best"]) <= set(names)


def test_a_profile_sets_its_known_pairs_beforehand():
    for profile in PROFILES.values():
        assert profile.alternative_pairs <= profile.known_pairs <= profile.pairs
        assert profile.alternative_pairs >= FEWEST_CONTROLLED
        assert profile.known_pairs == (profile.least if profile.until_decided else profile.pairs)
