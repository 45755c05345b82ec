"""What an index does not say: which way a factor moves the output, how far that goes, and in how many rows it is otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from tandem.experiments.sensitivity.estimates import Output
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.indices import coarse, curves
from tandem.experiments.sensitivity.intervals import half_width, left_out, standard_error
from tandem.experiments.sensitivity.sums import Sums
from tandem.sim.intervals import share_interval, verdict

STEPS = 10
HUMP, DIP, WAVE = "hump", "dip", "hump and dip"


def practice_rows(output: Output, sums: Sums, factors: Factors, scale: float) -> list[dict[str, Any]]:
    """One row a factor: `effect`, `low`, `high` (mean of the top fifth of its range less the bottom fifth, units of the output,
    95% interval); `shape` ("rises", "falls", "hump", "dip", "hump and dip", "flat", "undecided"); `highest` and `lowest` (levels,
    0-1, at which the mean output is highest and lowest, each with the interval of levels that may be it); `lowered` (share of
    rows in which going from the bottom to the top fifth under the same luck lowers the output, ties counted half, with its
    interval and `rows`).

    A level stays in the interval of the highest as long as no other is decidedly above it, so that the highest is left out with a
    chance of 5% at most (Hsu 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the best"); a
    shape that is not one way is named only where steps up and down are decided at that level, too.
    """
    if output.constant:
        return []
    effects = output.measures["effect"]
    curve, without = (coarse(scale * curves(part), STEPS) for part in left_out(sums.sums["bins"], sums.counts))
    crossed = left_out(np.concatenate([sums.sums["lowered"], sums.sums["crossings"]], axis=1), sums.counts)
    many = len(factors.names)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, shares = (part[..., :many] / part[..., many:] for part in crossed)
    rows = []
    for at, name in enumerate(factors.labels):
        effect, half = float(effects.value[at]), float(effects.half[at])
        above = decidedly_above(curve[at], without[:, at], output.level)
        many_rows = int(sums.sums["crossings"][:, at].sum())
        low, high = _of_share(float(share[at]), float(standard_error(shares[:, at])), many_rows)
        rows.append(
            {
                "output": output.name,
                "input": name,
                "effect": effect,
                "low": effect - half,
                "high": effect + half,
                "shape": shape_of(above, effect, half),
                **_levels("highest", curve[at], above),
                **_levels("lowest", -curve[at], above.T),
                "lowered": float(share[at]),
                "lowered_low": low,
                "lowered_high": high,
                "rows": many_rows,
            }
        )
    return rows


def _of_share(share: float, error: float, rows: int) -> tuple[float, float]:
    """The interval of a share told from so many rows: Wilson's, for as many independent rows as have its error."""
    if rows == 0 or not np.isfinite(share):
        return np.nan, np.nan
    alike = min(float(rows), share * (1.0 - share) / error**2) if error > 0.0 else float(rows)
    n = max(round(alike), 1)
    low, high = share_interval(round(share * n), n)
    return min(low, share), max(high, share)


def decidedly_above(curve: np.ndarray, without: np.ndarray, level: float) -> np.ndarray:
    """Whether a curve is decidedly higher at one step than at another, bool (steps, steps): one-sided, each at a level such that
    all comparisons of one step with the others hold together."""
    steps = len(curve)
    gap = curve[:, None] - curve[None, :]
    error = standard_error(without[:, :, None] - without[:, None, :])
    level = 1.0 - 2.0 * (1.0 - level) / (steps - 1)
    found: np.ndarray = gap > half_width(error, len(without), level) + 1e-12 * np.abs(curve).max()
    return found


def shape_of(above: np.ndarray, effect: float, half: float) -> str:
    """The word for a curve from which steps are decidedly above which, and the effect with its half-width."""
    hump = bool((above[:, 0] & above[:, -1]).any())
    dip = bool((above[0] & above[-1]).any())
    if hump or dip:
        return WAVE if hump and dip else HUMP if hump else DIP
    word = verdict(effect - half, effect + half)
    return {"higher": "rises", "lower": "falls", "same": "flat"}.get(word, "undecided")


def _levels(word: str, curve: np.ndarray, above: np.ndarray) -> dict[str, float]:
    best = int(np.argmax(curve))
    candidates = np.flatnonzero(~above.any(axis=0))
    low, high = (min(candidates.min(), best), max(candidates.max(), best)) if len(candidates) else (best, best)
    return {word: (best + 0.5) / STEPS, f"{word}_low": float(low / STEPS), f"{word}_high": float((high + 1) / STEPS)}
