"""Which move of one or two levers helps a firm most: all are looked at, what cannot win is dropped, the rest meets fresh luck.

A race (Maron & Moore 1994, "Hoeffding races"; Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection"):
after every stage moves decidedly behind the leader are dropped, so that most runs are played for the few that are close. Whoever
picks the best of many noisy figures overrates it; so the finalists meet luck that no choice was made on, one half of it picks
and the other pays, which errs low, beside the highest upper limit of any finalist, which errs high: what lies between is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tandem.experiments.advice.arms import LEVELS, Option, options_of
from tandem.experiments.advice.surface import Surface
from tandem.experiments.advice.wishes import NAMES, Judged
from tandem.sim.intervals import mean_interval
from tandem.sim.parameters import LEVERS
from tandem.sim.until import followed, followed_difference, looks

LOOKS, LOOKED = 4, 120
"""Runs of each move in the first look, and over how many replicates they are spread."""
SINGLES = 6
"""Moves of one lever alone that enter the race, besides the best of all."""
STAGES = ((18, 40), (8, 80), (5, 160))
"""How many moves are raced at most, and on how many further replicates."""
FINALISTS = 3
BEHIND = 0.98
"""Level of the interval by which a move is decidedly behind."""
FINER = 0.1
HOURS = (NAMES.index("ceo_hours"), NAMES.index("coo_hours"))


@dataclass
class Race:
    """Moves on the same luck. `values`: the wish, by move, (replicates,), not-a-number where it was not played; `outcomes`: all
    outcomes, (replicates, len(OUTCOMES)); both begin with replicate `LOOKED`. The firm as it is is the move ()."""

    judged: Judged
    hours: float | None
    values: dict[Option, np.ndarray]
    outcomes: dict[Option, np.ndarray]
    until: int = LOOKED

    def run(self, moves: list[Option], replicates: int) -> None:
        """Play further replicates of these moves and of the firm as it is."""
        fresh = np.arange(self.until, self.until + replicates)
        both: list[Option] = [(), *(move for move in moves if move)]
        values, outcomes = self.judged.play(both, fresh)
        done = self.until - LOOKED
        for move, mine, all_of_it in zip(both, values, outcomes):
            before = self.values.get(move, np.zeros(0))
            gap = np.full(done - len(before), np.nan)
            self.values[move] = np.concatenate([before, gap, mine])
            known = self.outcomes.get(move, np.zeros((0, outcomes.shape[2])))
            self.outcomes[move] = np.concatenate([known, np.full((len(gap), outcomes.shape[2]), np.nan), all_of_it])
        self.until += replicates

    def over(self, move: Option, other: Option = ()) -> np.ndarray:
        """How much more a move brings than another, replicate by replicate, as far as both were played."""
        mine, theirs = self.values[move], self.values[other]
        size = min(len(mine), len(theirs))
        return np.asarray(mine[:size] - theirs[:size])

    def gain(self, move: Option) -> float:
        """Mean of what a move brings against the firm as it is."""
        return 0.0 if not move else mean_interval(self.over(move))[0]

    def more_hours(self, move: Option) -> np.ndarray:
        """Hours a week of both leaders that a move takes more, replicate by replicate."""
        mine, theirs = (self.outcomes[which][:, HOURS].sum(axis=1) for which in (move, ()))
        return np.asarray(mine[: len(theirs)] - theirs[: len(mine)])

    def fits(self, move: Option, surely: bool = True) -> bool:
        """Whether a move keeps within the hours: its mean, or (not `surely`) the lower end of its interval."""
        if self.hours is None or not move:
            return True
        mean, low, *_ = mean_interval(self.more_hours(move))
        return bool((mean if surely else low) <= self.hours)

    def best_first(self, moves: list[Option], surely: bool = True) -> list[Option]:
        """Moves within the hours, by their gains."""
        within = [move for move in moves if self.fits(move, surely)]
        gains = {move: self.gain(move) for move in within}
        return sorted((move for move in within if np.isfinite(gains[move])), key=lambda move: -gains[move])

    def survivors(self, moves: list[Option], most: int, singles: int = 1) -> list[Option]:
        """The moves that are not decidedly behind the best, at most so many; with them the best that move a single lever."""
        order = self.best_first(moves, surely=False)
        close = [move for move in order if move == order[0] or not mean_interval(self.over(move, order[0]), BEHIND)[2] < 0.0]
        alone = [move for move in order if len(move) == 1][:singles]
        return list(dict.fromkeys([*close[:most], *alone]))


def raced(
    judged: Judged, runs: int, hours: float | None, progress: Callable[[int], None] = lambda share: None
) -> tuple[Race, list[Option], int]:
    """The race, its finalists (best first, `runs` replicates of fresh luck each), and the replicate from which luck was fresh,
    counted in the race. `progress` hears percents."""
    firm = judged.arms.scenario
    options, now = options_of(firm), np.array([getattr(firm.parameters.levers, lever) for lever in LEVERS])
    first = _first_look(judged, options, now, hours)
    progress(30)
    race = Race(judged, hours, {}, {})
    moves, finer = first.chosen(options), False
    for most, replicates in STAGES:
        replicates = min(replicates, max(8, runs // 2))
        race.run(moves, replicates)
        progress(15)
        moves = race.survivors(moves, most // 2, 2)
        if not finer:
            moves, finer = list(dict.fromkeys([*moves, *first.near(moves[:3], most // 2)])), True
    finalists, fresh = race.survivors(moves, FINALISTS), race.until - LOOKED
    last = _final(race, finalists, runs, fresh)
    progress(25)
    return race, [*race.best_first(last), *race.best_first([move for move in finalists if move not in last])], fresh


def _final(race: Race, finalists: list[Option], runs: int, fresh: int) -> list[Option]:
    """Play the finalists on fresh luck until it is decided whether the best of them helps, and whether it is better than each
    other, `runs` replicates at most; those that were played to the end."""
    last, before = list(finalists), 0
    for look in looks(runs) or (runs,):
        race.run(last, look - before)
        before = look
        if not last:
            break
        gains = {move: race.over(move)[fresh:] for move in last}
        lead = max(last, key=lambda move: mean_interval(gains[move])[0])
        open_ = [move for move in last if move != lead and followed_difference(gains[move], gains[lead]).open_within(runs)]
        if not open_ and not followed(gains[lead]).open_within(runs):
            break
        last = [move for move in last if move == lead or move in open_]
    return last


@dataclass(frozen=True)
class FirstLook:
    """Surfaces of the wish and of hours over all moves."""

    wish: Surface
    more_hours: Surface
    hours: float | None
    now: np.ndarray
    finest: tuple[float, ...]

    def within(self, options: list[Option]) -> list[Option]:
        """Moves that may be within the hours, by what the surface has them bring, best first."""
        if not options:
            return []
        gains = self.wish(options)
        room = np.ones(len(options), dtype=bool)
        if self.hours is not None:
            taken = self.more_hours(options)
            room = taken <= self.hours + 0.25 * float(np.std(taken))
        order = np.argsort(-gains, kind="stable")
        return [options[place] for place in order if room[place]]

    def chosen(self, options: list[Option]) -> list[Option]:
        """Those that enter the race: the best of all, and the best that move one lever alone."""
        within = self.within(options)
        alone = [option for option in within if len(option) == 1]
        return list(dict.fromkeys([*within[: STAGES[0][0] - SINGLES], *alone[:SINGLES]])) or options[:SINGLES]

    def near(self, moves: list[Option], most: int) -> list[Option]:
        """Moves between the levels looked at so far, next to these, the best of them by the surface."""
        found: list[Option] = []
        for move in moves:
            ways = [[level for level in self.finest if abs(level - at) < 1.5 * FINER] for _, at in move]
            if len(move) == 1:
                found += [((move[0][0], level),) for level in ways[0]]
            elif move:
                found += [((move[0][0], one), (move[1][0], other)) for one in ways[0] for other in ways[1]]
        return self.within([move for move in dict.fromkeys(found) if move not in moves])[:most]


def _first_look(judged: Judged, options: list[Option], now: np.ndarray, hours: float | None) -> FirstLook:
    """Every move on a few replicates of its own, against the firm as it is on the same."""
    untouched, before = judged.measure(np.arange(LOOKED))
    luck = (LOOKS * np.arange(len(options))[:, None] + np.arange(LOOKS)) % LOOKED
    values, outcomes = judged.play(options, luck)
    taken = outcomes[..., HOURS].sum(axis=-1) - before[0][:, HOURS].sum(axis=-1)[luck]
    finest = tuple(round(float(level), 10) for level in np.arange(0.0, 1.0 + 0.5 * FINER, FINER))
    wish = Surface(now, options, values - untouched[0][luck])
    return FirstLook(wish, Surface(now, options, taken), hours, now, tuple(sorted({*finest, *LEVELS})))
