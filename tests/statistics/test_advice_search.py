"""The parts of the search for a move, on figures that are known: who enters, who leads, and how far it climbs."""

import numpy as np
import pytest

from tandem import Scenario
from tandem.experiments.advice.arms import options_of
from tandem.experiments.advice.search import COST, FirstLook, Race, Surfaces, _climbed, levers_of
from tandem.experiments.advice.surface import Surface
from tandem.sim.parameters import LEVERS

TENTHS = tuple(round(step / 10, 1) for step in range(11))
LUCK = np.random.default_rng(3).normal(0.0, 1.0, 400)


class Told(Race):
    """A race in which a move brings `worth(move)` and luck that all moves share, so that pairs tell them apart."""

    def __init__(self, worth, values=None):
        super().__init__(None, None, values if values is not None else {(): LUCK[:0]}, {})
        self.worth = worth

    def run(self, moves, replicates):
        done = max(map(len, self.values.values()))
        for move in [(), *(move for move in moves if move)]:
            before = self.values.get(move, np.zeros(0))
            gap = np.full(done - len(before), np.nan)
            self.values[move] = np.concatenate([before, gap, LUCK[done : done + replicates] + self.worth(move)])


def look(options, worth):
    """A first look at what moves bring, without noise."""
    firm = Scenario.load("silence")
    now = np.array([getattr(firm.parameters.levers, lever) for lever in LEVERS])
    surface = Surface(now, options, np.array([[worth(option)] for option in options]))
    return FirstLook(Surfaces(surface, {}), Surfaces(surface, {}), None, TENTHS)


def test_the_leader_is_who_none_is_ahead_of_under_the_same_luck():
    """`kind` was played on kinder luck as well: its mean is higher, and pair by pair `better` is ahead."""
    kind, better = (("skills", 1.0),), (("adaptation", 1.0),)
    luck = np.concatenate([np.full(50, 3.0), np.zeros(50)])
    values = {(): np.zeros(100), kind: luck + 0.1, better: np.concatenate([np.full(50, np.nan), np.full(50, 0.2)])}
    race = Told(None, values)
    assert race.gain(kind) > race.gain(better)
    assert race.best_first([kind, better]) == [better, kind]


def test_what_it_may_cost_to_drop_a_rival_is_a_share_of_the_gain():
    one, other, far = (("skills", 1.0),), (("skills", 0.9),), (("skills", 0.1),)
    turn = np.resize([2.0, -2.0], 100)  # a rival that is as good, by differences of two
    race = Told(None, {(): np.zeros(100), one: np.full(100, 5.0), other: 5.0 + turn, far: 1.0 + turn})
    error = turn.std(ddof=1) / 10.0
    assert race.cost(one, [far, other]) == pytest.approx(error / np.sqrt(2.0 * np.pi) / 5.0)
    assert race.cost(one, [other]) > COST > race.cost(one, [far]) >= 0.0
    assert race.cost(one, []) == 0.0 and race.cost((), [other]) == 0.0


def test_the_best_of_each_pair_of_levers_enters():
    """Even where one pair is far ahead of all others on the surface."""
    options = options_of(Scenario.load("silence"))
    entered = look(options, lambda option: 10.0 * (levers_of(option) == {"skills", "adaptation"})).chosen(options)
    pairs = {levers_of(option) for option in options if len(option) == 2}
    assert pairs <= {levers_of(option) for option in entered} and len(entered) <= 24
    assert sum(len(option) == 1 for option in entered) >= 4


@pytest.mark.parametrize("start", [(0.4, 0.6), (0.5, 0.9)])
def test_it_climbs_to_the_top_by_tenths(start):
    top = {"skills": 0.7, "adaptation": 0.8}

    def worth(option):
        return 1.0 - sum((top.get(lever, 0.0) - level) ** 2 for lever, level in option)

    race = Told(worth)
    begin = tuple(zip(("skills", "adaptation"), start))
    race.run([begin], 40)
    found = _climbed(race, look(options_of(Scenario.load("silence")), worth), [begin], 60)
    assert race.best_first(found)[0] == (("skills", 0.7), ("adaptation", 0.8))
