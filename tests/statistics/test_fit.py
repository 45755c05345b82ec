"""Which role model fits which firm: known answers on hand-made outcomes."""

from types import SimpleNamespace

import numpy as np
import pytest

from tandem.experiments.effects.fit import NAMED, fits, indices, wished, wishes_of
from tandem.experiments.effects.role_models import DISPOSITIONS, chosen_role_models, contexts
from tandem.sim.mistake import Mistake

ARMS = ("strategist-executor", "co-pilot")


class Player:
    """Tells of each scenario what `told(role model, outcome, whether the market jumps)` says, and notes what was asked for."""

    def __init__(self, told):
        self.told, self.asked = told, []

    def __call__(self, scenario, pairs, seed, parameters):
        self.asked.append((scenario, pairs, seed, parameters))
        under = any(event.kind == "market_jump" for event in scenario.parameters.events)
        return SimpleNamespace(units=lambda outcome: np.array(self.told(scenario.role_model, outcome, under), dtype=float))


# -- what a context wants ----------------------------------------------------------------------


def test_a_context_without_wishes_wants_growth(tmp_path, monkeypatch):
    (tmp_path / "contexts").mkdir()
    (tmp_path / "contexts" / "silent.toml").write_text('title = "Silent"\n', "utf-8")
    monkeypatch.setenv("TANDEM_SCENARIOS", str(tmp_path))
    wishes = wishes_of("silent")
    assert [(wish.outcome, wish.less, wish.beyond) for wish in wishes.wants] == [("revenue_growth", False, False)]
    assert dict(wishes.under) == {}


def test_the_article_names_one_role_model_for_each_of_four_contexts():
    assert set(NAMED) <= set(contexts()) and sorted(NAMED.values()) == sorted(chosen_role_models())


# -- one wish ----------------------------------------------------------------------------------


def test_less_is_better_and_beyond_is_beyond_the_same_firm_without_the_jump():
    """Errors of (3, 5) with the jump and (1, 1) without: -(2, 4). Growth counts as it is, with the jump."""

    def told(arm, outcome, under):
        return ([3.0, 5.0] if under else [1.0, 1.0]) if outcome == "standing_error" else ([0.2, 0.4] if under else [9.0, 9.0])

    player = Player(told)
    found = wished("agile", ARMS, 2, 7, "declared", player=player)
    assert list(found) == list(ARMS)
    assert found["co-pilot"].tolist() == [[-2.0, -4.0], [0.2, 0.4]]
    assert {asked[1:] for asked in player.asked} == {(2, 7, "declared")}  # all on the same replicates
    assert [scenario.parameters.quarters for scenario, *_ in player.asked] == [8, 8, 8, 8]  # both over the same time
    assert [len(scenario.parameters.events) for scenario, *_ in player.asked] == [1, 0, 1, 0]


def test_a_firm_is_played_once_where_nothing_is_counted_beyond_it():
    player = Player(lambda arm, outcome, under: [1.0, 2.0])
    wished("innovative", ARMS, 2, player=player)
    assert [scenario.role_model for scenario, *_ in player.asked] == list(ARMS)
    assert {scenario.context for scenario, *_ in player.asked} == {"innovative"}


# -- several -----------------------------------------------------------------------------------


def test_each_wish_counts_alike_in_its_own_spread():
    """Spreads within role models of 1 and 10: (0 + 0) / 2 and (2 + 2) / 2, and for the other (2 + 0) / 2 and (4 + 2) / 2."""
    found = indices({"a": np.array([[0.0, 2.0], [0.0, 20.0]]), "b": np.array([[2.0, 4.0], [0.0, 20.0]])})
    assert found["a"].tolist() == pytest.approx([0.0, 2.0]) and found["b"].tolist() == pytest.approx([1.0, 3.0])


def test_what_never_moves_has_no_spread_to_be_counted_in():
    found = indices({"a": np.array([[0.5, 0.5]]), "b": np.array([[1.5, 1.5]])})
    assert found["a"].tolist() == [0.5, 0.5] and found["b"].tolist() == [1.5, 1.5]


def test_what_is_not_defined_leaves_its_replicate_out_and_no_spread_wrong():
    values = {"a": np.array([[0.0, 4.0, np.nan], [0.0, 20.0, 10.0]]), "b": np.array([[4.0, 8.0, np.nan], [0.0, 20.0, 10.0]])}
    found = indices(values)
    assert np.isnan(found["a"][2]) and np.isnan(found["b"][2])
    assert (found["b"] - found["a"])[:2].tolist() == pytest.approx([1.0, 1.0])  # half of 4 in a spread of 2


def by_arm(**means):
    """Every outcome of a role model lies this far above 0, 1, 2 and 3."""
    named = {name.replace("_", "-"): value for name, value in means.items()}
    return lambda arm, outcome, under: np.arange(4.0) + named[arm]


def test_the_table_tells_the_best_against_the_second_and_the_others_against_the_best():
    """Spreads of the root of 1.25; the middle one is half of that below, the last twice."""
    root = 1.25**0.5
    told = by_arm(strategist_executor=-0.5 * root, visionary_catalyst=0.0, co_pilot=-2.0 * root)
    player = Player(lambda arm, outcome, under: told(arm, outcome, under) + [0.0, 1e-3, -1e-3, 0.0] * np.array(arm == "co-pilot"))
    table = fits(["innovative"], 4, ("co-pilot", "strategist-executor", "visionary-catalyst"), player=player)
    assert table["role_model"].tolist() == ["visionary-catalyst", "strategist-executor", "co-pilot"]
    assert table["place"].tolist() == [1, 2, 3] and set(table["n"]) == {4}
    assert table["rival"].tolist() == ["strategist-executor", "visionary-catalyst", "visionary-catalyst"]
    assert table["difference"].tolist() == pytest.approx([0.5, -0.5, -2.0], abs=1e-3)
    assert table["named"].tolist() == [True, False, False]
    assert table["verdict"].iloc[2] == "lower" and table["low"].iloc[2] < -2.0 < table["high"].iloc[2]


def test_equals_differ_in_nothing():
    table = fits(["innovative"], 4, ARMS, player=Player(by_arm(strategist_executor=1.0, co_pilot=1.0)))
    assert table["difference"].tolist() == [0.0, 0.0] and set(table["verdict"]) == {"same"}
    assert table["place"].tolist() == [1, 2]


def test_equal_dispositions_are_put_over_every_role_model_and_only_where_asked_for():
    found = {}
    for equal in (False, True):
        player = Player(lambda arm, outcome, under: [1.0, 2.0])
        fits(["innovative"], 2, equal=equal, player=player)
        found[equal] = {tuple(firm.values[path] for path in DISPOSITIONS) for firm, *_ in player.asked}
    assert found[True] == {tuple(DISPOSITIONS.values())} and len(found[False]) > 1


def test_one_role_model_alone_is_compared_with_nobody():
    with pytest.raises(Mistake, match="two role models or more"):
        fits(["innovative"], 2, ("co-pilot",), player=Player(by_arm(co_pilot=1.0)))
