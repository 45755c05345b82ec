"""Which move of one or two levers helps a firm most: all are looked at, what cannot win is dropped, the rest meets fresh luck.

A race (Maron & Moore 1994, "Hoeffding races"; Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection"):
after every stage moves decidedly behind the leader are dropped, so that most runs are played for the few that are close; and a
stage goes on where dropping the rest would be likely to cost more than a quarter of a percent of what the leader brings (expected
opportunity cost: Chick & Inoue 2001, "New two-stage and sequential procedures for selecting the best simulated system"). Whoever
picks the best of many noisy figures overrates it; so the finalists meet luck that no choice was made on, one half of it picks
and the other pays, which errs low, beside the highest upper limit of any finalist, which errs high: what lies between is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from tandem.experiments.advice.arms import LEVELS, Option, options_of
from tandem.experiments.advice.surface import Surface
from tandem.experiments.advice.wishes import NAMES, Judged
from tandem.sim.intervals import mean_interval
from tandem.sim.parameters import LEVERS
from tandem.sim.until import followed, followed_difference, looks

LOOKS, LOOKED = 4, 120
"""Runs of each move in the first look, and over how many replicates they are spread."""
FIRST, SINGLES = 6, 4
"""Moves that enter the race: the best of all, and of one lever alone; beside them the best of each pair of levers, as a smooth
surface bends less than what levers do."""
STAGES = ((18, 40), (8, 80), (5, 160))
"""How many moves are raced at most, and on how many further replicates at a time."""
ROUNDS = 4
"""Times that a stage is played at most."""
COST = 0.0025
"""Share of the leader's gain that dropping a move may be expected to cost."""
FINALISTS = 3
BEHIND = 0.98
"""Level of the interval by which a move is decidedly behind."""
FINER = 0.1
HOURS = (NAMES.index("ceo_hours"), NAMES.index("coo_hours"))


def _expected_loss(ahead: float, error: float) -> float:
    """By how much a rival is better on average, and nothing where it is not: the true lead is normal about the one seen."""
    if not error > 0.0:
        return max(-ahead, 0.0) if np.isfinite(ahead) else 0.0
    z = ahead / error
    return float(error * (np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) - z * ndtr(-z)))


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

    def cost(self, leader: Option, rivals: list[Option], first: int = 0) -> float:
        """What it is expected to cost at most to prefer the leader to one of its rivals, as a share of what the leader brings;
        told from replicate `first` of the race on."""
        gain = mean_interval(self.over(leader)[first:])[0] if leader else 0.0
        if not gain > 0.0 or not rivals:
            return 0.0
        ahead = [mean_interval(self.over(leader, move)[first:]) for move in rivals]
        return max(_expected_loss(mean, error) for mean, _, _, error, _ in ahead) / gain

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
        moves = _stage(race, moves, most // 2, replicates)
        progress(15)
        if not finer:
            moves, finer = list(dict.fromkeys([*moves, *first.near(moves[:3], most // 2)])), True
    finalists, fresh = race.survivors(moves, FINALISTS), race.until - LOOKED
    last = _final(race, finalists, runs, fresh)
    progress(25)
    return race, [*race.best_first(last), *race.best_first([move for move in finalists if move not in last])], fresh


def _stage(race: Race, moves: list[Option], most: int, replicates: int) -> list[Option]:
    """The moves that survive a stage, which is played again, without those that are out of question, while dropping the rest is
    expected to cost too much."""
    running = moves
    for _ in range(ROUNDS):
        race.run(running, replicates)
        kept = race.survivors(moves, most, 2)
        leader = race.best_first(kept, surely=False)[0]
        costly = [move for move in moves if move not in kept and race.cost(leader, [move]) > COST]
        if not costly:
            break
        running = [*kept, *costly]
    return kept


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
        open_ = [
            move
            for move in last
            if move != lead
            and (followed_difference(gains[move], gains[lead]).open_within(runs) or race.cost(lead, [move], fresh) > COST)
        ]
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
        """Those that enter the race (see FIRST)."""
        within = self.within(options)
        alone = [option for option in within if len(option) == 1]
        pairs: dict[frozenset[str], Option] = {}
        for option in within:
            pairs.setdefault(frozenset(lever for lever, _ in option), option)
        each = [option for option in pairs.values() if len(option) > 1]
        return list(dict.fromkeys([*within[:FIRST], *each, *alone[:SINGLES]])) or options[:SINGLES]

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
