"""The moves of one or two levers that help a firm most: what they bring, corrected for the pick, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tandem.experiments.advice.arms import Arms, Option, options_of
from tandem.experiments.advice.search import LOOKED, Race, raced
from tandem.experiments.advice.wishes import NAMES, SHORT, Judged, Wish, wish_of
from tandem.sim.intervals import controlled_mean, mean_interval
from tandem.sim.own import Own
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario
from tandem.sim.until import ALPHA, level_at, looks

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 20_000
LEVEL = 0.99
"""Of the bracket: somebody who plays the best of all moves on luck of his own compares two noisy figures, and is to agree."""
COLUMNS = (
    "move",
    "levers",
    "gain",
    "low",
    "high",
    "behind",
    "behind_low",
    "behind_high",
    "verdict",
    "hours",
    "hours_low",
    "hours_high",
)


@dataclass(frozen=True)
class Moves(Own):
    """Which move of one or two levers helps most, of all levels and in both directions."""

    wish: Wish
    hours: float | None
    """Most hours a week that the two leaders may work more; None: any."""
    best: Option
    """The move advised: (lever, level to set it to) of each lever that moves; () where nothing decidedly helps."""
    gain: float
    """What it brings against the firm as it is, in the wish's own unit, on luck that it was not picked by."""
    low: float
    high: float
    """Bracket of what the best move of all brings (99%): the lower end of the pick paid by luck it was not picked by, the
    highest upper end of any finalist."""
    helped_sets: float
    """Probability over the parameter sets that it helps: that a set drawn from the ensemble has it bring more than nothing. The
    spread between sets is cleared of luck. Not-a-number where all runs share one set."""
    right_sets: float
    """Probability over the parameter sets that it is right: that in a set drawn from the ensemble none of the other finalists
    with other levers, nor leaving all as it is, is better."""
    table: pd.DataFrame
    """One row a move that was raced, the best first: move (in words), levers, gain, low, high (95%, paired with the firm as it
    is, the wish's own unit; of what was dropped early, as under all the luck that the best has met), behind, behind_low,
    behind_high (the best move less this one), verdict ("best", "as good" where that is undecided, "behind", "too many hours"),
    hours (change of both leaders' hours a week, with hours_low and hours_high), then change and 95% interval of growth
    (growth_change, growth_low, growth_high; share a year), conflict (conflict_change, ...; episodes a quarter) and profit
    (profit_change, ...; kEUR a week), n (replicates)."""
    looked_at: int
    """Moves looked at."""
    runs: int
    """Runs that it rests on."""

    @property
    def summary(self) -> pd.DataFrame:
        """The advice as one row: wish, unit (of gain, low and high), hours (allowed; not-a-number for any), move, gain, low,
        high, helped_sets, right_sets, looked_at, runs."""
        import pandas as pd

        hours = np.nan if self.hours is None else self.hours
        ends = {name: self.wish.scale * value for name, value in (("gain", self.gain), ("low", self.low), ("high", self.high))}
        row = {"wish": self.wish.word, "unit": self.wish.unit, "hours": hours, "move": worded(self.best), **ends}
        row |= {"helped_sets": self.helped_sets, "right_sets": self.right_sets}
        return pd.DataFrame([{**row, "looked_at": self.looked_at, "runs": self.runs}])


def moves_of(
    scenario: Scenario,
    runs: int,
    seed: int | str,
    parameters: Chosen,
    wish: str = "growth",
    hours: float | None = None,
    progress: Callable[[int], None] = lambda share: None,
    as_it_is: Callable[[Scenario, int], np.ndarray] | None = None,
) -> Moves:
    """Look for the move of one or two levers that brings most of what is wished for. `runs`: replicates of fresh luck on which
    the finalists are paid; `hours`: most hours a week that the leaders may work more; `progress` hears percents, 100 in all;
    `as_it_is`: see `tandem.experiments.advice.arms.Arms`."""
    wished = wish_of(wish, scenario)
    judged = Judged(Arms(scenario, seed, parameters, wished.own, as_it_is), wished)
    race, finalists, fresh = raced(judged, runs, hours, progress)
    best, gain, low, high = paid(race, finalists, fresh)
    helped, right = _over_sets(race, best, finalists, judged.arms)
    table = _table(race, best, finalists)
    return Moves(judged.wish, hours, best, gain, low, high, helped, right, table, len(options_of(scenario)), judged.played)


def paid(race: Race, finalists: list[Option], fresh: int) -> tuple[Option, float, float, float]:
    """The best of the finalists, what it brings, and the bracket. Each half of the fresh luck is paid to the finalist that the
    other half and all earlier luck pick, of those that were played to the end."""
    if not finalists:
        return (), 0.0, 0.0, 0.0
    gains = {move: race.over(move) for move in finalists}
    size = len(race.values[()])
    last = [move for move in finalists if len(gains[move]) == size]
    half = np.arange(size) % 2 == 0
    paying = np.full(size, np.nan)
    for mine in (half, ~half):
        by = ~mine | (np.arange(size) < fresh)
        picked = max(last, key=lambda move: mean_interval(gains[move][by])[0])
        paying[mine] = gains[picked][mine]
    payment, low, *_ = _sure(paying[fresh:], LEVEL)
    level = 1.0 - (1.0 - LEVEL) / len(finalists)
    high = max(_sure(gains[move][fresh:], level)[2] for move in finalists)
    best = finalists[0]
    if not low > 0.0 and not _sure(gains[best][fresh:], 0.95)[1] > 0.0:
        return (), 0.0, min(low, 0.0), max(high, 0.0)
    return best, payment, low, high


def _sure(values: np.ndarray, level: float) -> tuple[float, float, float]:
    """Mean and interval of values of which one looked after some, and stopped when one had seen enough: each look spends as much
    of what `level` leaves as it spends of a twentieth (`tandem.sim.until`)."""
    if len(values) not in looks(len(values)):
        return mean_interval(values, level)[:3]
    return mean_interval(values, 1.0 - (1.0 - level_at(len(values))) * (1.0 - level) / ALPHA)[:3]


def _over_sets(race: Race, best: Option, finalists: list[Option], arms: Arms) -> tuple[float, float]:
    """`Moves.helped_sets` and `right_sets`, from the joint law of what moves bring over sets, cleared of luck."""
    size = len(race.values[()])
    drawn = arms.parameters.drawn(arms.seed, np.zeros(size, dtype=np.int64), LOOKED + np.arange(size))
    if drawn is None or not arms.parameters.several:
        return np.nan, np.nan
    names = {lever for lever, _ in best}
    rivals: list[Option] = [move for move in finalists if {lever for lever, _ in move} != names]
    options = [best, *rivals] if best else rivals[:1] or finalists[:1]
    if not options:
        return np.nan, np.nan
    shortest = min(len(race.over(move)) for move in options)
    gains, drawn = np.array([race.over(move)[:shortest] for move in options]), drawn[:shortest]
    known = np.isfinite(gains).all(axis=0)
    law = between(gains[:, known], drawn[known])
    draws = np.random.default_rng(0).multivariate_normal(*law, DRAWS, method="eigh")
    if not best:
        return np.nan, float((draws[:, 0] <= 0.0).mean())
    return float((draws[:, 0] > 0.0).mean()), float((draws[:, 0] >= np.maximum(draws.max(axis=1), 0.0)).mean())


def between(values: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over groups, (options,), and the covariance between groups, (options, options), of values (options, runs): that of the
    groups' means less what luck within groups adds to it, by moments, without negative variances."""
    names, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(place, weights=row) for row in values])
    means = sums / counts
    if len(names) < 2:
        return means[:, 0], np.zeros((len(values), len(values)))
    rest = values - means[:, place]
    free = max(values.shape[1] - len(names), 1)
    luck = rest @ rest.T / free
    found = np.cov(means).reshape(len(values), -1) - luck * float((1.0 / counts).mean())
    sizes, ways = np.linalg.eigh(found)
    return means.mean(axis=1), np.asarray(ways * np.maximum(sizes, 0.0) @ ways.T)


def _table(race: Race, best: Option, finalists: list[Option]) -> pd.DataFrame:
    """`Moves.table`."""
    import pandas as pd

    rows = []
    leader = best or (finalists[0] if finalists else ())
    within = race.best_first([move for move in race.values if move])
    for move in [*within, *(move for move in race.values if move and move not in within)]:
        gain, low, high, _, n = beside(race.over(move), race.over(leader))
        behind, behind_low, behind_high, *_ = mean_interval(race.over(leader, move)) if move != leader else (0.0, 0.0, 0.0)
        room = race.fits(move)
        word = "as good" if room and behind_low <= 0.0 else "behind" if room else "too many hours"
        hours = beside(race.more_hours(move), race.more_hours(leader))
        row = [worded(move), len(move), gain, low, high, behind, behind_low, behind_high]
        made = dict(zip(COLUMNS, [*row, "best" if move == best else word, *hours[:3]]))
        for name, outcome in SHORT.items():
            column = NAMES.index(outcome)
            values = beside(race.change(move, column), race.change(leader, column))
            made |= {f"{name}_{end}": value for end, value in zip(("change", "low", "high"), values)}
        rows.append({**made, "n": n})
    return pd.DataFrame(rows)


def beside(values: np.ndarray, leading: np.ndarray) -> tuple[float, float, float, float, int]:
    """Mean, low and high of its interval, standard error and number of what a move changes, replicate by replicate (not-a-number
    where it was not played). Moves that were dropped met less luck than the leader, kinder or harder than the rest of it: their
    means are moved along the regression on what the leader changes (`controlled_mean`), so that all rows are of the same luck."""
    mine = np.flatnonzero(np.isfinite(values))
    known = np.flatnonzero(np.isfinite(leading))
    more = np.setdiff1d(known, mine)
    if not len(more) or not np.isin(mine, known).all():
        return mean_interval(values)
    return controlled_mean(values[mine], leading[np.concatenate([mine, more])])


def worded(move: Option) -> str:
    """A move as a reader says it."""
    return " and ".join(f"{lever.replace('_', ' ')} to {level:.1f}" for lever, level in move) or "leave all as it is"
