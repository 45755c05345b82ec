"""Options weighed against each other under uncertainty: which is best where, regret, and the value of information.

Whoever picks the largest of several noisy means overrates it (the winner's curse). So an option is picked on one half of
what is known (other points, other luck) and paid for on the other half, which errs low, beside the plain maximum, which
errs high: what lies between is the answer. Options always meet the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tandem.experiments.decisions.played import Played, Utilities, play_options
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.intervals import half_width, holm, p_value
from tandem.experiments.store.code import known_code
from tandem.sim.given import names as texts
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of_function
from tandem.sim.own import Own, made_by
from tandem.sim.seeds import seed_of

BINS = 32
LEVEL = 0.95


@dataclass(frozen=True)
class Decision(Own):
    """What a choice among options looks like. Means, regret and what knowing is worth are in the unit of the utilities, shares
    0-1."""

    options: pd.DataFrame
    """One row an option: option, mean, low, high (95%), best_share (share of points at which its mean is the largest; ties
    shared), regret_low, regret_high (bracket of the expected regret), regret_se, worst (largest mean regret over the bins of
    any factor), verdict ("best", "worse" or "undecided": against the option of the highest mean, paired)."""
    information: pd.DataFrame
    """One row a factor, and "everything" for knowing the whole point: input, low and high (cross-fitted and plain estimate:
    the bracket), low_se, high_se, bound_low, bound_high (95% bounds around the bracket)."""
    best: str
    """The option of the highest mean, or "undecided between a and b ..."."""
    n: int
    replicates: int
    runs: int


def decide(
    f: Utilities,
    options: Sequence[str],
    factors: str | Sequence[str],
    n: int = 1 << 14,
    seed: int | str = 0,
    replicates: int = 2,
) -> Decision:
    """Weigh options whose utilities depend on uncertain factors and on luck.

    `f(X, keys)` gives a column of utilities an option; `n` and keys as in `tandem.experiments.sensitivity.analyse`. The value of
    information of a factor is E[max over options of E(U | factor)] - max over options of E(U) (EVPPI): Strong, Oakley &
    Brennan 2014, "Estimating multiparameter partial expected value of perfect information", here with 32 bins of the factor
    and cross-fitting over scrambles and luck. `options`, `factors`: names, two options or more; `seed` as in `tandem.sim.seeds`;
    `replicates`: runs of each point, 2 or more.

    Returns a `Decision`: the best option, and tables with one row an option or a factor, all in the unit of the utilities. Raises
    Mistake (a ValueError) for what is no such thing, NotFinite (a Mistake) for a utility that is not finite.

    >>> import numpy as np
    >>> from tandem import decide
    >>> decide(lambda x, keys: np.column_stack([x[:, 0], 0.5 * x[:, 0]]), ["full", "half"], ["x"], n=256).best
    'full'
    """
    options = different(options)
    played = play_options(f, Factors.of(factors).names, len(options), n, seed, replicates)
    asked = {"options": list(options), "inputs": list(played.names), "n": played.n, "seed": seed_of(seed)}
    origin = origin_of_function("decide", f, known_code(f), **asked, replicates=played.replicates)
    return made_by(weigh(played, options), origin)


def different(options: Sequence[str]) -> list[str]:
    """The options, if they are at least two and no name is there twice; else Mistake."""
    found = texts("options", options)
    if len(set(found)) != len(found) or len(found) < 2:
        raise Mistake("options: at least two different names are needed")
    return found


def weigh(played: Played, options: Sequence[str], levels: Mapping[str, int] | None = None) -> Decision:
    """The same from what has been played. `levels`: factors that stand for names, and how many; each is a bin of its own."""
    points, utilities, part, replicates = played.points, played.values, played.part, played.replicates
    plain = utilities.mean(axis=0)
    means = _by_part(plain, part)
    overall = plain.mean(axis=0)
    leader = int(np.argmax(overall))
    first, second = utilities[: replicates // 2].mean(axis=0), utilities[replicates // 2 :].mean(axis=0)
    # Everything known: the plain maximum at each point errs high, picking by one luck and paying by the other errs low.
    high_rows = plain.max(axis=1)
    low_rows = 0.5 * (_picked(first, second) + _picked(second, first))
    # The same twice over for the best choice without knowing: the plain leader's mean errs high, that of the leader of the
    # other half of the rows errs low.
    fair = _crossed(first, second, np.zeros(len(points), dtype=int), part, 1)
    rows = [_bracket("everything", low_rows - plain[:, leader], high_rows - fair, part)]
    worst = np.zeros(len(options))
    for column, name in enumerate(played.names):
        bins = (levels or {}).get(name, BINS)
        cells = binned(points[:, column], bins)
        by_cell = _binned(plain, cells, bins)
        low, high = _crossed(first, second, cells, part, bins), by_cell.max(axis=1)[cells]
        rows.append(_bracket(name, low - plain[:, leader], high - fair, part))
        worst = np.maximum(worst, (by_cell.max(axis=1, keepdims=True) - by_cell).max(axis=0))
    top = plain == plain.max(axis=1, keepdims=True)
    shares = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    verdicts = _against(means, leader)
    table = []
    for at, option in enumerate(options):
        middle, error = _mean(means[:, at])
        wide = float(half_width(error, len(means)))
        low, high = low_rows - plain[:, at], high_rows - plain[:, at]
        table.append(
            {
                "option": option,
                "mean": middle,
                "low": middle - wide,
                "high": middle + wide,
                "best_share": float(shares[at]),
                "regret_low": max(float(low.mean()), 0.0),
                "regret_high": float(high.mean()),
                "regret_se": _mean(_by_part(high, part))[1],
                "worst": float(worst[at]),
                "verdict": verdicts[at],
            }
        )
    open_ = [option for option, word in zip(options, verdicts) if word != "worse"]
    best = options[leader] if len(open_) == 1 else f"undecided between {' and '.join(open_)}"
    return Decision(pd.DataFrame(table), pd.DataFrame(rows), best, played.n, replicates, utilities.size // len(options))


def _by_part(values: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Mean over the rows of each replication, (replications, ...)."""
    return np.stack([values[part == number].mean(axis=0) for number in range(int(part.max()) + 1)])


def _mean(parts: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error, from replications of equal size."""
    return float(parts.mean()), float(parts.std(ddof=1) / len(parts) ** 0.5)


def _picked(by: np.ndarray, paid: np.ndarray) -> np.ndarray:
    return np.take_along_axis(paid, by.argmax(axis=1)[:, None], axis=1)[:, 0]


def binned(x: np.ndarray, bins: int) -> np.ndarray:
    """The bin of each coordinate in (0, 1), int64 from 0."""
    bin_of: np.ndarray = np.minimum((x * bins).astype(int), bins - 1)
    return bin_of


def _binned(values: np.ndarray, cells: np.ndarray, bins: int) -> np.ndarray:
    """Mean of each option in each bin, (bins, options); an empty bin takes the overall mean."""
    counts = np.bincount(cells, minlength=bins)
    sums = np.stack([np.bincount(cells, weights=values[:, at], minlength=bins) for at in range(values.shape[1])], axis=1)
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], values.mean(axis=0))


def _crossed(first: np.ndarray, second: np.ndarray, cells: np.ndarray, part: np.ndarray, bins: int) -> np.ndarray:
    """Each row paid, by the luck that was not looked at, for the option that the other half of the rows picks in its bin."""
    paid = np.empty(len(cells))
    even = part % 2 == 0
    for mine in (even, ~even):
        picks = _binned(first[~mine], cells[~mine], bins).argmax(axis=1)[cells[mine]]
        others = _binned(second[~mine], cells[~mine], bins).argmax(axis=1)[cells[mine]]
        rows = np.arange(int(mine.sum()))
        paid[mine] = 0.5 * (second[mine][rows, picks] + first[mine][rows, others])
    return paid


def _bracket(name: str, low_rows: np.ndarray, high_rows: np.ndarray, part: np.ndarray) -> dict[str, str | float]:
    low, low_se = _mean(_by_part(low_rows, part))
    high, high_se = _mean(_by_part(high_rows, part))
    replications = int(part.max()) + 1
    bottom = low - float(half_width(low_se, replications))
    top = high + float(half_width(high_se, replications))
    # Information is never worth less than nothing: what lies below zero is noise, and is kept in the bounds only.
    return {
        "input": name,
        "low": max(low, 0.0),
        "high": max(high, 0.0),
        "low_se": low_se,
        "high_se": high_se,
        "bound_low": bottom,
        "bound_high": top,
    }


def _against(means: np.ndarray, leader: int) -> list[str]:
    """Each option against the one of the highest mean: paired over replications, adjusted for their number (Holm 1979)."""
    others = [at for at in range(means.shape[1]) if at != leader]
    p = []
    for at in others:
        gap, error = _mean(means[:, leader] - means[:, at])
        p.append(p_value(gap, error, len(means)))
    adjusted = dict(zip(others, holm(np.array(p))))
    decided = {at: value <= 1.0 - LEVEL for at, value in adjusted.items()}
    return [
        "best" if at == leader and all(decided.values()) else "undecided" if at == leader or not decided[at] else "worse"
        for at in range(means.shape[1])
    ]
