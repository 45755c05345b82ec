"""Playing until decided: intervals that hold under stopping, few false decisions, a budget that changes but the end."""

import os

import numpy as np
import pandas as pd
import pytest

from tandem import Scenario, compare
from tandem.experiments.commands.main import status
from tandem.experiments.effects.role_models import (
    HEADLINES,
    STATEMENTS,
    chosen_role_models,
    compare_role_models,
    contexts,
    described,
)
from tandem.experiments.effects.until import compare_until_decided
from tandem.experiments.study.study import PROFILES
from tandem.sim.comparison import compare_batches
from tandem.sim.compile import set_threads
from tandem.sim.deciding import batches_until_decided
from tandem.sim.intervals import DECIDED
from tandem.sim.mistake import Mistake
from tandem.sim.results import continued, simulate_batch
from tandem.sim.until import ALPHA, Followed, all_looks, followed, level_at, level_of, looks, within_looks

BUDGET = 2000
ASKED = ("revenue_growth", "conflict_rate", "trust")


def played(values: np.ndarray, stop=lambda found: found.decided, budget: int = BUDGET) -> Followed:
    """What is told by somebody who looks after each look and stops when `stop` says so."""
    for look in looks(budget):
        found = followed(values[:look])
        if stop(found):
            break
    return found


def stops(n: int, effect: float, draw: np.random.Generator, skewed: bool = False) -> list[Followed]:
    """`n` studies of pairs that differ by `effect` standard deviations, each stopped when decided."""
    made = []
    for _ in range(n):
        values = draw.exponential(size=BUDGET) - 1.0 if skewed else draw.standard_normal(BUDGET)
        made.append(played(values + effect))
    return made


def covered(found: list[Followed], truth: float) -> float:
    """Share of the intervals that hold the truth."""
    return float(np.mean([each.low <= truth <= each.high for each in found]))


def test_looks_are_the_same_whatever_the_budget():
    assert looks(99) == () and looks(100) == (100,) and looks(5000) == (100, 200, 500, 1000, 2000, 5000)
    assert within_looks(300) == 200 and within_looks(30) == 30


def test_what_looks_spend_adds_to_what_is_stated():
    """Checked by another way than the recursion: many random walks, seen at the looks, leave the bounds in 5% and no more."""
    draw, taken = np.random.default_rng(5), looks(2000)
    steps = np.diff((0, *taken))
    sums = np.cumsum(draw.standard_normal((200_000, len(taken))) * np.sqrt(steps), axis=1)
    from scipy.stats import norm

    bounds = norm.ppf(0.5 + 0.5 * np.array([level_at(look) for look in taken]))
    left = np.abs(sums) / np.sqrt(taken) > bounds
    first = [float((left[:, k] & ~left[:, :k].any(axis=1)).mean()) for k in range(len(taken))]
    spent = ALPHA * 0.35 * 0.65 ** np.arange(len(taken))
    assert first == pytest.approx(spent, abs=4 * 0.13 / np.sqrt(200_000))
    assert level_at(50) == 0.95 and all(level_at(look) > 0.95 for look in all_looks())
    assert level_of((10, 20, 50)) == pytest.approx(level_of((100, 200, 500)))  # by ratios alone
    with pytest.raises(ValueError, match="150: one looks after 100"):
        level_at(150)


@pytest.mark.parametrize("effect", [0.0, 0.1, 0.5])
def test_intervals_cover_whenever_one_stops(effect):
    found = stops(300, effect, np.random.default_rng(3))
    assert 0.93 <= covered(found, effect) <= 0.997  # .9535 to .9825, four standard errors of 300 repeats around
    wrong = np.mean([each.verdict == "lower" or (effect == 0.0 and each.decided) for each in found])
    assert wrong <= ALPHA + 3 * 0.0126


def test_looking_often_with_plain_intervals_would_be_seen_to_fail():
    draw, missed = np.random.default_rng(4), 0
    for _ in range(300):
        values = draw.standard_normal(BUDGET)
        means = np.cumsum(values)[np.array(looks(BUDGET)) - 1] / np.array(looks(BUDGET))
        missed += bool((np.abs(means) * np.sqrt(looks(BUDGET)) > 1.96).any())
    assert missed / 300 > ALPHA + 3 * 0.0126


@pytest.mark.long
@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("effect", [0.0, 0.05, 0.1, 0.2, 0.5])
def test_a_thousand_repeats_cover(effect, skewed):
    found = stops(1000, effect, np.random.default_rng([11, int(1000 * effect), skewed]), skewed)
    assert 0.94 <= covered(found, effect) <= 0.99
    wrong = np.mean([each.verdict == "lower" or (effect == 0.0 and each.decided) for each in found])
    assert wrong <= ALPHA + 2 * 0.007


def test_a_larger_budget_goes_on_and_never_contradicts():
    draw = np.random.default_rng(8)
    for effect in (0.0, 0.03, 0.1):
        for _ in range(60):
            values, before = draw.standard_normal(5000) + effect, None
            for budget in (100, 300, 500, 900, 2000, 5000):
                found = played(values, budget=budget)
                if before is not None:
                    assert before.low <= found.low <= found.estimate <= found.high <= before.high
                    assert before.verdict not in DECIDED or found == before
                before = found


def test_hopeless_is_given_up_and_says_undecided():
    flat = np.tile([1.0, -1.0], 1000)
    assert followed(flat[:100]).open_within(2000) and not followed(flat[:1000]).open_within(2000)
    assert followed(flat[:1000]).open_within(20_000) and followed(flat[:1000]).verdict == "undecided"
    assert not followed(flat + 1.0).open_within(5000)  # decided
    assert followed(flat[:100] + 0.1).open_within(1000)


def test_values_without_spread_decide_nothing_before_the_end():
    found = followed(np.r_[np.zeros(150), np.ones(850)])
    assert found.verdict == "higher" and found.decided_after == 200 and found.pairs == 1000
    assert followed(np.zeros(1000)).verdict == "same" and not followed(np.zeros(100)).open_within(1000)
    assert followed(np.full(500, 2.0)).decided_after == 500 and followed(np.full(500, 2.0)).verdict == "higher"
    assert followed(np.full(300, np.nan)).verdict == "not defined"


def test_units_that_are_few_or_undefined():
    few = followed(np.array([1.0, 2.0, 3.0, 5.0]))
    assert few.pairs == 4 and few.verdict == "higher" and few.decided_after == 4
    holes = followed(np.where(np.arange(400) % 2, np.nan, 1.0 + 0.1 * np.arange(400)))
    assert holes.n == 100 and holes.pairs == 200 and holes.verdict == "higher"


# -- on the model ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arms():
    short = {"quarters": 2}
    return [Scenario.load(name).with_(short) for name in ("silence", "success-story")]


def test_what_is_given_up_hangs_on_the_chance_that_is_asked_for():
    """Half of the pairs known, and the mean 1.7 standard errors away: a chance of about a third to be decided in the end."""
    found = Followed(1.7, -0.5, 3.9, 1.0, 1000, 1000, "undecided", None, 1.7)
    assert found.open_within(BUDGET) and found.open_within(BUDGET, 0.2) and not found.open_within(BUDGET, 0.6)
    assert PROFILES["quick"].hopeless > PROFILES["paper"].hopeless


def test_a_comparison_stops_and_says_what_it_took(arms):
    found = compare(*arms, seed=3, outcomes=ASKED)
    other = found.table[found.table["scenario"] != found.baseline]
    assert found.until_decided and set(other["verdict"]) <= {"higher", "lower", "undecided"}
    assert (other["pairs_taken"] <= other["pairs"]).all() and other["pairs"].max() <= 1000
    exact = compare(*arms, seed=3, runs=int(other["pairs"].max()), outcomes=ASKED).table
    assert exact["pairs_taken"].isna().all() and exact["mean"].iloc[0] == found.table["mean"].iloc[0]
    with pytest.raises(Mistake, match="say one of the two"):
        compare(*arms, runs=10, at_most=20)
    with pytest.raises(Mistake, match="sequences of firms say runs"):
        compare(arms, arms, at_most=20)


def test_the_order_of_play_is_the_seeds_alone(arms):
    """One thread or two, in one go or continued, a small budget or a large one: the same bits."""
    named = dict(zip("ab", arms))
    before = set_threads(1)
    try:
        one = batches_until_decided(named, 500, 7, ASKED)
        set_threads(2)
        two = batches_until_decided(named, 500, 7, ASKED, known={"a": simulate_batch(arms[0], 130, 7)})
    finally:
        set_threads(before)
    assert one["b"].outcomes.equals(two["b"].outcomes)
    assert one["a"].outcomes.equals(two["a"].outcomes.iloc[: one["a"].runs])
    whole = simulate_batch(arms[0], 230, 7)
    assert continued(simulate_batch(arms[0], 99, 7), 230).outcomes.equals(whole.outcomes)
    small, large = (compare(*arms, seed=7, outcomes=ASKED, at_most=most).table for most in (100, 500))
    assert (large["low"].dropna() >= small["low"].dropna()).all() and (large["high"].dropna() <= small["high"].dropna()).all()
    again = compare_batches({"a": one["a"], "b": one["b"]}, ASKED, until_decided=True).table
    assert again["verdict"].tolist()[1::2] == large["verdict"].tolist()[1::2]


def test_the_command_says_what_python_says_and_how_many_pairs_it_took(tmp_path, capsys):
    names, asked = ["silence", "success-story"], ["--seed", "5", "--at-most", "200"]
    assert status(["compare", *names, *asked, "--lang", "fr", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "au plus" in told and "(100)" in told and "paires)" in told
    table = pd.read_csv(tmp_path / "out" / "comparison.csv").set_index(["scenario", "outcome"])
    ours = compare(*names, seed=5, at_most=200, outcomes=HEADLINES).table.set_index(["scenario", "outcome"])
    for column in ("difference", "low", "high", "pairs_taken"):
        assert np.allclose(table.loc[ours.index, column], ours[column], equal_nan=True)
    assert status(["compare", *names, "--runs", "100", *asked]) == 2 and "say one of the two" in capsys.readouterr().err


@pytest.mark.long
def test_the_quick_study_says_what_all_its_pairs_say(capsys):
    """Every headline statement of every context, played until decided, against the same pairs played whole. TANDEM_SEEDS=20 for
    the whole check; each seed takes half a minute."""
    same, count, quick = 0, 0, PROFILES["quick"]
    for seed in range(int(os.environ.get("TANDEM_SEEDS", "2"))):
        for context in contexts():
            arms = described(context)
            controls = set(arms) - set(chosen_role_models())
            until = compare_until_decided(
                arms, BUDGET, seed, at_least=quick.known_pairs, asked=STATEMENTS, controls=controls, hopeless=quick.hopeless
            )
            whole = compare_role_models(arms, BUDGET, seed).table
            both = zip(until.table["verdict"], whole["verdict"], strict=True)
            told = [(one, other) for one, other in both if other not in ("baseline", "not defined")]
            assert not [pair for pair in told if set(pair) == set(DECIDED)]
            same += sum(one == other for one, other in told)
            count += len(told)
            assert sum(batch.runs for batch in until.batches.values()) < BUDGET * len(arms)
        with capsys.disabled():
            print(f"\nseeds 0 to {seed}: {same} of {count} statements as with {BUDGET:,} pairs")
    assert same >= 0.95 * count
