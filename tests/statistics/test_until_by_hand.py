"""Playing until decided, worked by hand: how far intervals reach, the chance to be decided, and what looks agree on."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy import stats

from tandem.sim.until import Followed, all_looks, chance, followed, followed_by, level_at, level_of, reaches, spent_at

NORMAL = stats.norm


def left_by(bounds: tuple[float, ...], taken: tuple[int, ...]) -> float:
    """Chance to leave any of the bounds, by the normal law of all looks together."""
    size = np.array(taken, dtype=float)
    alike = np.sqrt(np.minimum.outer(size, size) / np.maximum.outer(size, size))
    law = stats.multivariate_normal(np.zeros(len(taken)), alike, abseps=1e-9, releps=1e-9, maxpts=2_000_000)
    return 1.0 - float(law.cdf(np.array(bounds), lower_limit=-np.array(bounds)))


def test_each_look_spends_thirteen_twentieths_of_the_one_before():
    assert [spent_at(place) for place in range(3)] == pytest.approx([0.0175, 0.011375, 0.00739375])


@pytest.mark.parametrize("taken", [(100,), (100, 200), (100, 200, 500), (8, 12, 16), (30, 31, 32)])
def test_bounds_are_those_of_the_normal_law_of_all_looks(taken):
    bounds = reaches(taken)
    assert bounds[0] == pytest.approx(NORMAL.ppf(1.0 - 0.5 * 0.0175), abs=1e-9)
    spent = sum(0.0175 * 0.65**place for place in range(len(taken)))
    assert left_by(bounds, taken) == pytest.approx(spent, abs=8e-7)
    assert level_of(taken) == pytest.approx(2.0 * NORMAL.cdf(bounds[-1]) - 1.0, abs=1e-12)


def test_the_last_look_is_at_five_thousand_million_pairs():
    assert list(all_looks())[-1] == 5 * 10**9 and level_at(5 * 10**9) > level_at(2 * 10**9) > 0.999


def test_the_chance_to_be_decided_is_that_of_a_path_from_here():
    """A fifth of all is known and the mean stands one error away: in the end sqrt(5) of the final errors, give or take two."""
    up, down = NORMAL.cdf((5.0**0.5 - 2.5) / 2.0), NORMAL.cdf((-(5.0**0.5) - 2.5) / 2.0)
    assert chance(1.0, 0.2, 2.5) == pytest.approx(up + down, abs=1e-12) == chance(-1.0, 0.2, 2.5)
    paths = np.random.default_rng(1).standard_normal(200_000)
    ends = 0.2**0.5 + 0.8 / 0.2**0.5 + 0.8**0.5 * paths  # the rest has the mean that was seen, and an error of its own
    unsure = ends + 0.8 / 0.2**0.5 * np.random.default_rng(2).standard_normal(200_000)  # and that mean is known to an error only
    assert chance(1.0, 0.2, 2.5) == pytest.approx(float((np.abs(unsure) > 2.5).mean()), abs=0.005)


def scripted(answers):
    """An estimate whose intervals are given, look by look."""
    return lambda pairs, level: answers[pairs]


def test_looks_are_told_as_far_as_they_agree():
    told = {100: (1.0, 0.4, 1.6, 0.3, 100), 200: (1.2, 0.8, 2.0, 0.2, 200), 500: (1.1, 0.6, 1.5, 0.1, 500)}
    found = followed_by(scripted(told), 500)
    assert found == Followed(1.1, 0.8, 1.5, 0.1, 500, 500, "higher", 100, pytest.approx(11.0))
    assert followed_by(scripted(told), 200) == Followed(1.2, 0.8, 1.6, 0.2, 200, 200, "higher", 100, pytest.approx(6.0))
    above = followed_by(scripted(told), 500, line=0.7)
    assert (above.verdict, above.decided_after, above.score) == ("higher", 200, pytest.approx(4.0))
    assert followed_by(scripted(told), 500, line=0.9).verdict == "undecided"
    below = followed_by(scripted(told), 500, line=1.55)
    assert (below.verdict, below.decided_after, below.score) == ("lower", 500, pytest.approx(-4.5))


def test_a_look_that_contradicts_the_earlier_ones_moves_nothing():
    told = {100: (1.0, 0.5, 1.5, 0.2, 100), 200: (3.0, 2.5, 3.5, 0.2, 200), 500: (1.6, 1.2, 2.0, 0.1, 500)}
    apart = followed_by(scripted(told), 200)
    assert (apart.estimate, apart.low, apart.high) == (1.5, 0.5, 1.5) and (apart.error, apart.n) == (0.2, 200)
    again = followed_by(scripted(told), 500)
    assert (again.estimate, again.low, again.high) == (1.5, 1.2, 1.5)
    under = {100: (3.0, 2.5, 3.5, 0.2, 100), 200: (1.0, 0.5, 1.5, 0.2, 200)}
    below = followed_by(scripted(under), 200)
    assert (below.estimate, below.low, below.high) == (2.5, 2.5, 3.5)


def test_looks_that_touch_agree_on_a_point():
    told = {100: (1.0, 0.5, 1.5, 0.2, 100), 200: (1.8, 1.5, 2.0, 0.1, 200)}
    found = followed_by(scripted(told), 200)
    assert (found.estimate, found.low, found.high) == (1.5, 1.5, 1.5)


def test_a_look_without_spread_narrows_nothing_later():
    told = {100: (2.0, 2.0, 2.0, 0.0, 100), 200: (1.0, 0.5, 1.5, 0.5, 2), 500: (9.0, 9.0, 9.0, 0.1, 1)}
    found = followed_by(scripted(told), 200)
    assert (found.low, found.high, found.decided_after, found.score) == (0.5, 1.5, 200, pytest.approx(2.0))
    lone = followed_by(scripted(told), 500)  # one value has no spread, whatever it says
    assert (lone.estimate, lone.low, lone.high) == (1.5, 0.5, 1.5)


@pytest.mark.parametrize(
    ("answer", "line", "word", "after"),
    [
        ((2.0, 2.0, 2.0, 0.0, 3), 0.0, "higher", 100),
        ((2.0, 2.0, 2.0, 0.0, 3), 2.0, "same", None),
        ((5.0, 1.0, 9.0, 0.0, 3), 4.0, "undecided", None),
        ((5.0, 1.0, 9.0, 0.0, 3), 9.5, "lower", 100),
        ((5.0, 1.0, 9.0, 0.0, 3), 0.5, "higher", 100),
    ],
)
def test_without_spread_the_last_look_counts(answer, line, word, after):
    found = followed_by(scripted({100: answer}), 100, line)
    assert found == Followed(*answer, 100, word, after, 0.0)
    twice = followed_by(scripted({100: answer, 200: answer}), 200, line)
    assert twice == Followed(*answer, 200, word, after and 200, 0.0)


def test_the_line_is_nought_unless_said():
    told = {100: (0.5, 0.2, 0.8, 0.5, 100)}
    assert followed_by(scripted(told), 100) == Followed(0.5, 0.2, 0.8, 0.5, 100, 100, "higher", 100, pytest.approx(1.0))
    values = np.tile([0.4, 0.6], 50)
    assert followed(values).verdict == "higher" and followed(-values).verdict == "lower"
    assert followed(values, line=0.5).verdict == "undecided"


def test_what_was_seen_is_not_changed_afterwards():
    found = followed(np.tile([0.4, 0.6], 50))
    with pytest.raises(FrozenInstanceError):
        found.low = 0.0
