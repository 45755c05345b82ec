"""Which move of one or two levers helps a firm most: all are looked at, what cannot win is dropped, the rest meets fresh luck.

A race (Maron & Moore 1994, "Hoeffding races"; Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection"):
after every stage moves decidedly behind the leader are dropped, so that most runs are played for the few that are close; and a
stage goes on where dropping the rest would be likely to cost more than a hundredth of what the leader brings (expected
opportunity cost: Chick & Inoue 2001, "New two-stage and sequential procedures for selecting the best simulated system"). Whoever
picks the best of many noisy figures overrates it; so the finalists meet luck that no choice was made on, one half of it picks
and the other pays, which errs low, beside the highest upper limit of any finalist, which errs high: what lies between is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tandem.experiments.advice.arms import LEVELS, Option, options_of
from tandem.experiments.advice.surface import Surface
from tandem.experiments.advice.wishes import NAMES, Judged
from tandem.sim.intervals import mean_interval
from tandem.sim.parameters import LEVERS
from tandem.sim.until import followed, followed_difference, looks

LOOKS, LOOKED = 3, 120
"""Runs of each move in the first look, and over how many replicates they are spread."""
CLOSER, MORE_LOOKS = 5, 6
"""Pairs of levers that are looked at more closely, and further runs of each of their moves."""
FIRST, SINGLES, OF_A_PAIR = 6, 4, 2
"""Moves that enter the race: the best of all, of one lever alone, and of each pair that was looked at more closely; beside them
the best of each other pair, as one surface over all levers bends less than what levers do."""
STAGES = ((16, 30), (6, 60), (4, 120))
"""How many moves are raced at most, and on how many further replicates at a time."""
ROUNDS = 4
"""Times that a stage is played at most."""
CLIMBERS, STEPS, STEP_REPLICATES = 3, 4, 40
"""Sets of levers whose best move is moved on by a tenth; how often at most, and on how many replicates."""
COST = 0.01
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
    from scipy.special import ndtr  # loaded while the first firms play

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

    def change(self, move: Option, column: int) -> np.ndarray:
        """What a move changes of an outcome, replicate by replicate, as far as both were played."""
        size = min(len(self.outcomes[move]), len(self.outcomes[()]))
        return np.asarray(self.outcomes[move][:size, column] - self.outcomes[()][:size, column])

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
        """Moves within the hours, the leader first: the one that none is ahead of under the same luck. The others by how far they
        are behind it; moves were played on different numbers of replicates, and some of these are kinder than others."""
        within = [move for move in moves if self.fits(move, surely)]
        gains = {move: self.gain(move) for move in within}
        known = [move for move in within if np.isfinite(gains[move])]
        leader = max(known, key=lambda move: gains[move], default=())
        for _ in known:
            ahead = {move: mean_interval(self.over(move, leader))[0] for move in known if move != leader}
            ahead = {move: lead for move, lead in ahead.items() if np.isfinite(lead)}
            best = max(ahead, key=lambda move: ahead[move], default=())
            if not best or not ahead[best] > 0.0:
                break
            leader = best
        behind = {move: -ahead.get(move, gains[move] - gains[leader]) for move in known if move != leader}
        return [*([leader] if known else []), *sorted(behind, key=lambda move: behind[move])]

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
    moves = first.chosen(options)
    for number, (most, replicates) in enumerate(STAGES):
        replicates = min(replicates, max(8, runs // 2))
        moves = _stage(race, moves, most // 2, replicates)
        progress(15)
        if number == 0:
            moves = list(dict.fromkeys([*moves, *first.near(moves[:3], most // 2)]))
        elif number == 1:
            moves = _climbed(race, first, moves, min(STEP_REPLICATES, replicates))
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
        leader = next(iter(race.best_first(kept, surely=False)), ())
        costly = [move for move in moves if move not in kept and race.cost(leader, [move]) > COST]
        if not costly:
            break
        running = [*kept, *costly]
    return kept


def _climbed(race: Race, first: FirstLook, moves: list[Option], replicates: int) -> list[Option]:
    """The moves, with those around the best of the best pairs of levers, until none of these is better that was not looked at."""
    for _ in range(STEPS):
        tops: dict[frozenset[str], Option] = {}
        for move in race.best_first(moves, surely=False):
            tops.setdefault(levers_of(move), move)
        around = dict.fromkeys(other for move in list(tops.values())[:CLIMBERS] for other in first.around(move))
        unseen = [move for move in around if move not in race.values]
        if not unseen:
            break
        race.run([*moves, *unseen], replicates)
        moves = race.survivors([*moves, *unseen], max(len(moves), 2 * CLIMBERS), 2)
    return moves


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
class Surfaces:
    """What moves bring: of the pairs of levers that were looked at more closely by a surface of their own."""

    whole: Surface
    of_pair: dict[frozenset[str], Surface]

    def __call__(self, options: Sequence[Option]) -> np.ndarray:
        """As the surfaces have it, float64 (options,)."""
        found = self.whole(options)
        for names, surface in self.of_pair.items():
            mine = [place for place, option in enumerate(options) if levers_of(option) == names]
            if mine:
                found[mine] = surface([options[place] for place in mine])
        return found


@dataclass(frozen=True)
class FirstLook:
    """Surfaces of the wish and of hours over all moves."""

    wish: Surfaces
    more_hours: Surfaces
    hours: float | None
    finest: tuple[float, ...]

    def within(self, options: list[Option]) -> list[Option]:
        """Moves that may be within the hours, by what the surfaces have them bring, best first."""
        if not options:
            return []
        gains = self.wish(options)
        room = np.ones(len(options), dtype=bool)
        if self.hours is not None:
            taken = self.more_hours(options)
            room = taken <= self.hours + 0.25 * float(np.std(taken))
        order = np.argsort(-gains, kind="stable")
        return [options[place] for place in order if room[place]]

    def pairs(self, options: list[Option]) -> dict[frozenset[str], list[Option]]:
        """Moves of two levers by these, the best pair first and the best move of each first."""
        found: dict[frozenset[str], list[Option]] = {}
        for option in self.within(options):
            if len(option) > 1:
                found.setdefault(levers_of(option), []).append(option)
        return found

    def chosen(self, options: list[Option]) -> list[Option]:
        """Those that enter the race (see FIRST)."""
        within = self.within(options)
        alone = [option for option in within if len(option) == 1]
        each = [
            option
            for names, mine in self.pairs(options).items()
            for option in mine[: OF_A_PAIR if names in self.wish.of_pair else 1]
        ]
        return list(dict.fromkeys([*within[:FIRST], *each, *alone[:SINGLES]])) or options[:SINGLES]

    def around(self, move: Option) -> list[Option]:
        """Moves of the same levers a tenth to either side, between the levels that are looked at first, too."""
        ways = [[(lever, level) for level in self.finest if abs(level - at) < 1.5 * FINER] for lever, at in move]
        return [other for other in product(*ways) if other != move]

    def near(self, moves: list[Option], most: int) -> list[Option]:
        """Moves around these, the best of them by the surfaces."""
        found = dict.fromkeys(other for move in moves for other in self.around(move))
        return self.within([move for move in found if move not in moves])[:most]


def levers_of(option: Option) -> frozenset[str]:
    """The levers that a move moves."""
    return frozenset(lever for lever, _ in option)


def _first_look(judged: Judged, options: list[Option], now: np.ndarray, hours: float | None) -> FirstLook:
    """Every move on a few replicates of its own, against the firm as it is on the same; then those of the most promising pairs of
    levers on a few more."""
    untouched, before = judged.measure(np.arange(LOOKED))

    def looked(mine: list[Option], luck: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, outcomes = judged.play(mine, luck)
        taken = outcomes[..., HOURS].sum(axis=-1) - before[0][:, HOURS].sum(axis=-1)[luck]
        return values - untouched[0][luck], taken

    luck = (LOOKS * np.arange(len(options))[:, None] + np.arange(LOOKS)) % LOOKED
    seen = looked(options, luck)
    finest = tuple(sorted({*(round(float(level), 10) for level in np.arange(0.0, 1.0 + 0.5 * FINER, FINER)), *LEVELS}))
    wish, more_hours = (Surfaces(Surface(now, options, part), {}) for part in seen)
    look = FirstLook(wish, more_hours, hours, finest)
    promising = list(look.pairs(options).items())[:CLOSER]
    place = {option: at for at, option in enumerate(options)}
    at = np.array([place[option] for _, mine in promising for option in mine], dtype=np.int64)
    if promising:
        again = looked([options[number] for number in at], (luck[at, -1:] + 1 + np.arange(MORE_LOOKS)) % LOOKED)
    ends = np.cumsum([0, *(len(mine) for _, mine in promising)])
    for (names, mine), low, high in zip(promising, ends, ends[1:]):
        for surfaces, first, more in zip((wish, more_hours), seen, again):
            surfaces.of_pair[names] = Surface(now, mine, np.concatenate([first[at[low:high]], more[low:high]], axis=1))
    return look
