"""Is it enough? Every check of convergence with its figure and its limit, and the verdict that follows from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.estimates import CONVERGED, NOT_IDENTIFIABLE, UNDECIDED, Output
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.points import Plan
from tandem.experiments.sensitivity.sums import Sums
from tandem.sim.intervals import t_quantile

INERT = 0.02
NOISE_LIMIT = 0.98
FAR = 0.999  # checks of what must hold are two-sided at this level, so that a sound analysis rarely fails one by chance
COLUMNS = ["output", "check", "figure", "limit", "passed", "meaning"]


def target_width(n: int) -> float:
    """The widest interval of a total index that counts as converged: .05 from 2^14 rows on, .10 below."""
    return 0.05 if n >= 1 << 14 else 0.10


def checks_of(
    output: Output,
    ranks: pd.DataFrame,
    sums: Sums,
    plan: Plan,
    second: dict[str, tuple[float, float]],
    halfway: np.ndarray | None,
) -> list[dict[str, Any]]:
    """The checks of one output: output, check, figure, limit, passed, meaning.

    `second`: input -> (first index of Y by another estimator, its standard error). `halfway`: total_mean at half the rows.
    """
    rows = [_check(output, "varies", not output.constant, 1.0, not output.constant, "1: the output changed; 0: it never did")]
    if output.constant:
        return rows
    noise = float(output.measures["noise_share"].value[0])
    rows.append(_check(output, "noise", noise, NOISE_LIMIT, noise < NOISE_LIMIT, "share of the variance that is luck"))
    meaning = "1: the variance of the mean is decidedly above zero"
    rows.append(_check(output, "mean effect", output.mean_known, 1.0, output.mean_known, meaning))
    if not output.mean_known:
        return rows
    far = t_quantile(plan.replications, FAR)
    rows += _precise(output, ranks, plan, far, halfway)
    rows += _sums(output, far)
    null = output.measures["null"]
    error = float(null.error[0])
    figure = abs(float(null.value[0])) / error if error > 0 else 0.0
    rows.append(
        _check(output, "noise floor", figure, far, figure <= far, "index of luck alone, which is zero, in standard errors")
    )
    ratio = _against_rows(output, sums, plan)
    if ratio is not None:
        meaning = "error over scrambles against that of as many random rows"
        rows.append(_check(output, "sobol points", ratio, 1.5, ratio <= 1.5, meaning))
    return rows + _agreeing(output, second, far)


def _check(output: Output, check: str, figure: Any, limit: Any, passed: Any, meaning: str) -> dict[str, Any]:
    """One row of the table of checks."""
    return {
        "output": output.name,
        "check": check,
        "figure": float(figure),
        "limit": float(limit),
        "passed": bool(passed),
        "meaning": meaning,
    }


def _precise(output: Output, ranks: pd.DataFrame, plan: Plan, far: float, halfway: np.ndarray | None) -> list[dict[str, Any]]:
    """Whether intervals are narrow, ranks decided, and indices at rest."""
    totals, low, high = output.interval("total_mean")
    width, wanted = float((high - low).max()), float(target_width(plan.n))
    rows = [_check(output, "width", width, wanted, width <= wanted, "widest 95% interval of a total index")]
    straddling = int(((low < INERT) & (high >= INERT)).sum())
    meaning = f"inputs whose total index cannot be told from {INERT}"
    rows.append(_check(output, "screening", straddling, 0, straddling == 0, meaning))
    inert = set(np.array(output.measures["total_mean"].inputs)[high < INERT])
    open_ = ranks[(ranks["verdict"] == "undecided") & ~(ranks["first"].isin(inert) & ranks["second"].isin(inert))]
    rows.append(_check(output, "ranking", len(open_), 0, not len(open_), "pairs, not both inert, whose order is undecided"))
    if halfway is not None:
        errors = output.measures["total_mean"].error
        change = np.abs(totals - halfway)
        worst = float(np.max(np.divide(change, errors, out=np.zeros_like(change), where=errors > 0)))
        meaning = "largest change of a total index over the last doubling, in standard errors"
        rows.append(_check(output, "doubling", worst, far, worst <= far, meaning))
    return rows


def _agreeing(output: Output, second: dict[str, tuple[float, float]], far: float) -> list[dict[str, Any]]:
    """Whether another estimator of first indices says the same; nothing where there is none."""
    if not second:
        return []
    first = output.measures["first"]
    apart = [
        abs(first.value[at] - second[name][0]) / max(1e-12, np.hypot(first.error[at], second[name][1]))
        for at, name in enumerate(first.inputs)
        if name in second
    ]
    meaning = "first indices by ranks (Gamboa et al. 2022), apart in standard errors"
    return [_check(output, "second opinion", max(apart), far, max(apart) <= far, meaning)]


def _sums(output: Output, far: float) -> list[dict[str, Any]]:
    """What indices owe each other; each figure in standard errors beyond the bound."""
    first, total = output.measures["first_mean"], output.measures["total_mean"]

    def beyond(value: np.ndarray, without: np.ndarray) -> float:
        r = len(without)
        error = np.sqrt((r - 1) / r * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
        excess = np.maximum(np.atleast_1d(value), 0.0)
        tiny = excess <= 1e-9  # rounding
        return float(np.max(np.where(tiny, 0.0, excess / np.maximum(np.atleast_1d(error), 1e-300))))

    claims = {
        "first indices sum to 1 or less": beyond(first.value.sum() - 1.0, first.without.sum(axis=1) - 1.0),
        "first index at most total index": beyond(first.value - total.value, first.without - total.without),
        "no index below zero": max(beyond(-each.value, -each.without) for each in (first, total)),
    }
    rows = [
        _check(output, name, figure, far, figure <= far, "standard errors beyond the bound") for name, figure in claims.items()
    ]
    if "shapley_mean" in output.measures:
        off = abs(float(output.measures["shapley_mean"].value.sum()) - 1.0)
        rows.append(_check(output, "Shapley shares sum to 1", off, 1e-9, off <= 1e-9, "distance from 1"))
    return rows


def _against_rows(output: Output, sums: Sums, plan: Plan) -> float | None:
    """Worst ratio of the error over scrambles to that which independent rows would have; None for random points."""
    if not plan.sobol:
        return None
    n = sums.counts.sum()
    total, variance = output.means["total"], float(output.means["variance"][0])
    squares = sums.squares.sum(axis=0) / n
    g = len(total)
    share = total / variance
    of_rows = np.sqrt(np.maximum(squares[:g] - 2 * share * squares[g : 2 * g] + share**2 * squares[-1], 0.0) / n) / abs(variance)
    error = output.measures["total_mean"].error
    ratio = np.divide(error, of_rows, out=np.zeros(g), where=of_rows > 1e-12)
    return float(ratio.max())


def verdict_of(checks: pd.DataFrame) -> str:
    """ "not identifiable" where luck hides the mean effect or nothing varies, "converged" where every check holds, else
    "undecided"."""
    words = []
    for _, mine in checks.groupby("output", sort=False):
        passed = dict(zip(mine["check"], mine["passed"]))
        hidden = not passed.get("varies", True) or not passed.get("mean effect", True)
        # Much luck is no harm in itself where there were runs enough to see through it.
        hidden = hidden or (not passed.get("noise", True) and not passed.get("width", False))
        apart = {name: held for name, held in passed.items() if name != "noise"}
        words.append(NOT_IDENTIFIABLE if hidden else CONVERGED if all(apart.values()) else UNDECIDED)
    return next((word for word in (NOT_IDENTIFIABLE, UNDECIDED) if word in words), CONVERGED)


def first_by_ranks(factors: Factors, points: np.ndarray, values: np.ndarray) -> dict[str, tuple[float, float]]:
    """First index of each group of one factor by ranks: input -> (estimate, standard error); {} with fewer than 256 rows.

    Rows are sorted by the factor, and each is multiplied with its neighbour (Gamboa, Gremaud, Klein & Lagnoux 2022, "Global
    sensitivity analysis: a novel generation of mighty estimators based on rank statistics"). The error is that of as many
    independent products, more than Sobol points have.
    """
    n = len(values)
    if n < 256 or np.ptp(values) == 0.0:
        return {}
    found = {}
    y = values - values.mean()
    for group, columns in enumerate(factors.members):
        if len(columns) != 1:
            continue
        ranked = y[np.argsort(points[:, columns[0]], kind="stable")]
        products = ranked[:-1] * ranked[1:]
        found[factors.groups[group]] = (float(products.mean() / y.var()), float(products.std() / y.var() / n**0.5))
    return found
