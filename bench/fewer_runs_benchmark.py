"""Which ways to need fewer runs for the same interval pay on this model? `python -m bench.fewer_runs_benchmark [PAIRS]`.

Each way is measured on paired differences of the real model, as the ratio of variances for the same processor time: 1.0 is plain
pairs, 2.0 needs half of the time for the same interval. Fits are judged on pairs that they were not fitted on, and the share of
processor time is measured, not thought.

* shorter horizon: the difference over a third of the horizon as a control variate, whose mean comes from more, shorter runs
  (two-level Monte Carlo, Giles 2008, with the best split between both).
* parameter set: the difference regressed on the parameters of the pair's set, whose means over the ensemble are known.
* strata of the sets: the spread within sets alone. Both of these narrow an interval by leaving out what is open on parameters,
  which ours are to carry (DECISIONS): they are told, not used.
* characteristics of firms: what a second executive is worth to firms of the population, regressed on how they differ, whose means
  come from firms that are drawn and not played.
* surrogate of levers: the effect of a lever regressed on all levers of the firm (quadratic), as an index would use it.
* alternatives beside as described: the difference under an alternative regressed on that of the same arms as described, whose
  mean is known from five times as many pairs, which a study plays in any case (in use).
* reuse: firms that a study would play twice if arms of other tables were not taken over, against those that it plays.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from bench.benchmark import Figure, show
from tandem import Scenario
from tandem.experiments.effects.designs import random_cells, random_levels
from tandem.experiments.effects.levers import effects, pooled_model
from tandem.experiments.effects.role_models import ALTERNATIVES, contexts, role_models
from tandem.experiments.effects.second import FACTORS, worth_of_second
from tandem.experiments.study.fitting import plays
from tandem.experiments.study.study import PROFILES, controls, planned_runs
from tandem.sim.intervals import controlled_mean, mean_interval
from tandem.sim.parameter_sets import ensemble
from tandem.sim.parameters import LEVERS
from tandem.sim.results import simulate_batch

GOAL = 1.5
CASES = (("co-pilot", "baseline"), ("visionary-catalyst", "rapid-growth"), ("brand-performance", "agile"))
OUTCOMES = ("revenue_growth", "conflict_rate")
REFERENCE = "strategist-executor"


def gap(role_model: str, context: str, pairs: int, quarters: int | None = None) -> tuple[dict[str, np.ndarray], float]:
    """Differences from the reference by outcome, and processor seconds a pair."""
    changes = {} if quarters is None else {"quarters": quarters}
    arms = [Scenario.of(role_model=arm, context=context).with_(changes) for arm in (REFERENCE, role_model)]
    began = time.process_time()
    one, other = (simulate_batch(arm, pairs) for arm in arms)
    spent = (time.process_time() - began) / pairs
    return {name: other.units(name) - one.units(name) for name in OUTCOMES}, spent


def shorter(pairs: int) -> Iterator[Figure]:
    """A third of the horizon as a control variate."""
    for role_model, context in CASES:
        whole, cost = gap(role_model, context, pairs)
        short, cheap = gap(role_model, context, pairs, 4)
        for name in OUTCOMES:
            like = float(np.corrcoef(whole[name], short[name])[0, 1])
            share = cheap / cost
            # with both costs, at the best numbers of long and short runs; never worse than not to use it
            gain = 1.0 / (np.sqrt(1.0 - like**2) + abs(like) * np.sqrt(share)) ** 2 if like**2 > share else 1.0
            yield told(f"shorter horizon, {role_model} in {context}, {name} (correlation {like:.2f})", gain)


def by_set(pairs: int) -> Iterator[Figure]:
    """The parameter set of the pair: regression on its parameters, strata, and what luck leaves."""
    known = ensemble()
    values = np.column_stack(list(known.columns.values()))
    values = (values - values.mean(axis=0)) / np.where(values.std(axis=0) > 0.0, values.std(axis=0), 1.0)
    drawn = known.drawn(pairs, 0)
    for role_model, context in CASES:
        whole, _ = gap(role_model, context, pairs)
        for name in OUTCOMES:
            y, half = whole[name], np.arange(pairs) % 2 == 0
            left = np.concatenate(
                [y[~mine] - ridge(values[drawn[mine]], y[mine], values[drawn[~mine]]) for mine in (half, ~half)]
            )
            yield told(f"parameters of the set, {role_model} in {context}, {name}", max(1.0, float(y.var() / left.var())))
            within = np.mean([y[drawn == number].var(ddof=1) for number in np.unique(drawn) if (drawn == number).sum() > 1])
            yield told(f"strata of the sets, {role_model} in {context}, {name}", float(y.var(ddof=1) / within))


def characteristics(pairs: int) -> Iterator[Figure]:
    """The worth of a second executive regressed on how firms differ."""
    found = worth_of_second(pairs, 0).firms
    x, y = found[list(FACTORS)].to_numpy(dtype=float), found["worth"].to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    x, half = np.concatenate([x, x**2 - 1.0], axis=1), np.arange(pairs) % 2 == 0
    left = np.concatenate([y[~mine] - ridge(x[mine], y[mine], x[~mine]) for mine in (half, ~half)])
    yield told("characteristics of firms, worth of a second executive", max(1.0, float(y.var() / left.var())))


def ridge(x: np.ndarray, y: np.ndarray, there: np.ndarray, pull: float = 30.0) -> np.ndarray:
    """What a regression with a pull to zero foretells `there`."""
    slopes = np.linalg.solve(x.T @ x + pull * np.eye(x.shape[1]), x.T @ (y - y.mean()))
    return np.asarray(y.mean() + there @ slopes)


def surrogate(pairs: int) -> Iterator[Figure]:
    """The effect of each lever foretold from all levers, on points that the fit did not see."""
    cells = [(arm, context) for context in contexts() for arm in role_models() if arm not in controls()]
    size = 1 << (pairs.bit_length() - 1)
    met = random_cells(size, len(cells), 0)
    base = random_levels(size, len(LEVERS), 0) - 0.5
    columns = [base, base**2 - 1.0 / 12.0, *(base[:, [a]] * base[:, [b]] for a in range(5) for b in range(a))]
    x = np.concatenate(columns, axis=1)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    moved = effects(pooled_model(cells, met, 0), size, 0)
    half = np.arange(size) % 2 == 0
    for lever, found in moved.items():
        for place, name in enumerate(OUTCOMES):
            y = found[:, place]
            fine = np.isfinite(y)
            left = []
            for mine in (half, ~half):
                fitted, seen = mine & fine, ~mine & fine
                left.append(y[seen] - ridge(x[fitted], y[fitted], x[seen]))
            yield told(f"surrogate of levers, {lever}, {name}", max(1.0, float(np.nanvar(y) / np.concatenate(left).var())))


def beside(pairs: int) -> Iterator[Figure]:
    """Differences under alternatives, with the help of those as described."""
    many = max(pairs, 200)
    for role_model, context in CASES:
        arms = [Scenario.of(role_model=arm, context=context) for arm in (REFERENCE, role_model)]
        known = [simulate_batch(arm, many) for arm in arms]
        for name in ("trust frozen", "gate on feasibility"):
            there = [simulate_batch(arm.with_(dict(ALTERNATIVES[name])), many // 5) for arm in arms]
            for outcome in OUTCOMES:
                values, companions = (other.units(outcome) - one.units(outcome) for one, other in (there, known))
                gain = (mean_interval(values)[3] / controlled_mean(values, companions)[3]) ** 2
                yield told(f"alternative beside as described, {name}, {role_model} in {context}, {outcome} (in use)", gain)


def reuse(pairs: int) -> Iterator[Figure]:
    """What the quick study would play if no table took over arms of another, against what it plays."""
    size, options = PROFILES["quick"], len(role_models()) - len(controls())
    over = sum(options * (0 if plays(context) else size.pairs) for context in contexts())  # of the fit
    same = len(contexts()) * len(role_models()) * size.known_pairs  # equal dispositions and the default with few pairs
    planned = planned_runs("quick")
    yield told("reuse of arms in the quick study (in use)", (planned + over + same) / planned)


def told(what: str, gain: float) -> Figure:
    """One line."""
    return Figure(what, f"{gain:.2f}", f"{GOAL:g}", gain >= GOAL)


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    given = sys.argv[1:] if words is None else words
    pairs = int(given[0]) if given and given[0].isdecimal() else 960
    show([figure for each in (shorter, by_set, characteristics, surrogate, beside, reuse) for figure in each(pairs)], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
