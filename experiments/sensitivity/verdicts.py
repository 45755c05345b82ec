"""What may be said: intervals, which inputs come before which, and whether the analysis has converged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, t

WIDEST = {"paper": 0.05, "quick": 0.10}
INERT = 0.02  # an input whose total of the mean stays below this is called inert
LARGEST_NOISE = 0.98  # beyond this the mean effect is not identifiable
MEAN_MEASURES = ("first_mean", "total_mean", "shapley_mean", "interaction_mean", "dispersion_first", "dispersion_total")
SHARES = ("first", *MEAN_MEASURES, "total_stream", "noise_share")


@dataclass(frozen=True)
class Spread:
    """How sure the values of one output are: standard errors (p,), the covariance of the values, degrees of freedom."""

    se: np.ndarray
    covariance: np.ndarray
    freedom: float
    by_influence: np.ndarray
    """Standard errors as independent rows would give them: what scrambles are checked against."""

    @property
    def reach(self) -> float:
        """Half-width of a 95% interval in standard errors."""
        return float(norm.ppf(0.975) if np.isinf(self.freedom) else t.ppf(0.975, self.freedom))


def spread(weights: np.ndarray, covariance_of_rows: np.ndarray, n: int, by_scramble: np.ndarray | None) -> Spread:
    """From the influence of rows (delta method), or where there are scrambles from the values each of them gives alone.

    A scrambled sequence is more even than independent rows, so only repeating it tells how even: Owen (1995).
    """
    covariance = weights @ covariance_of_rows @ weights.T / n
    influence = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    if by_scramble is None:
        return Spread(influence, covariance, np.inf, influence)
    scrambles = len(by_scramble)
    between = np.cov(by_scramble, rowvar=False) / scrambles
    between = np.atleast_2d(between)
    return Spread(np.sqrt(np.clip(np.diag(between), 0.0, None)), between, scrambles - 1.0, influence)


def row_verdict(measure: str, low: float, high: float, n: int, noise: float) -> str:
    """converged, undecided, or not identifiable: by the width of the interval of a share, by its sign for a direction."""
    if not np.isfinite(low) or not np.isfinite(high) or (measure in MEAN_MEASURES and noise >= LARGEST_NOISE):
        return "not identifiable"
    if measure in ("swing", "direction"):
        return "converged" if low > 0.0 or high < 0.0 or low == high else "undecided"
    widest = WIDEST["paper"] if n >= 2**14 else WIDEST["quick"]
    return "converged" if high - low <= widest else "undecided"


def ranks(labels, values: np.ndarray, sure: Spread, measure: str = "total_mean") -> pd.DataFrame:
    """Which inputs are decided to come before which by `measure`: every pair, the larger estimate first.

    Columns before, after, difference, low, high (95%), p (two-sided, after Holm's correction over all pairs), decided
    (p <= 0.05). What is not decided shares a rank.
    """
    at = [i for i, (_, name) in enumerate(labels) if name == measure and np.isfinite(values[i])]
    at.sort(key=lambda i: -values[i])
    rows = []
    for first, i in enumerate(at):
        for j in at[first + 1 :]:
            difference = float(values[i] - values[j])
            variance = sure.covariance[i, i] + sure.covariance[j, j] - 2.0 * sure.covariance[i, j]
            error = float(np.sqrt(max(variance, 0.0)))
            size = abs(difference) / error if error > 0.0 else (np.inf if difference else 0.0)
            p = 2.0 * float(norm.sf(size) if np.isinf(sure.freedom) else t.sf(size, sure.freedom))
            half = sure.reach * error
            rows.append((labels[i][0], labels[j][0], difference, difference - half, difference + half, p))
    table = pd.DataFrame(rows, columns=["before", "after", "difference", "low", "high", "p"])
    table["p"] = holm(table["p"].to_numpy())
    table["decided"] = table["p"] <= 0.05
    return table


def holm(p: np.ndarray) -> np.ndarray:
    """p-values corrected for their number: Holm (1979), "A simple sequentially rejective multiple test procedure"."""
    corrected = np.empty_like(p)
    largest = 0.0
    for place, i in enumerate(np.argsort(p, kind="stable")):
        largest = max(largest, min(1.0, (len(p) - place) * p[i]))
        corrected[i] = largest
    return corrected


def places(table: pd.DataFrame, inputs: list[str]) -> dict[str, tuple[int, int]]:
    """First and last rank that each input may have: it ranks after those decided to come before it."""
    decided = table[table["decided"]]
    before = {name: int((decided["after"] == name).sum()) for name in inputs}
    after = {name: int((decided["before"] == name).sum()) for name in inputs}
    return {name: (1 + before[name], len(inputs) - after[name]) for name in inputs}


def checks(labels, values: np.ndarray, sure: Spread, n: int, halves: list[np.ndarray]) -> pd.DataFrame:
    """Every check of convergence with its figure: check, figure, criterion, passed. `halves`: values at fewer rows."""
    find = {measure: [i for i, (_, name) in enumerate(labels) if name == measure] for measure in {name for _, name in labels}}
    width = 2.0 * sure.reach * sure.se
    noise = float(values[find["noise_share"][0]])
    rows: list[tuple[str, float, str, bool]] = []
    widest = WIDEST["paper"] if n >= 2**14 else WIDEST["quick"]
    totals = find["total_mean"]
    known = bool(np.isfinite(values[totals]).all())
    if not known:
        return pd.DataFrame([("variance", noise, "the output must vary, and not by luck alone", False)],
                            columns=["check", "figure", "criterion", "passed"])  # fmt: skip
    figure = float(width[totals].max())
    rows.append(("index", figure, f"widest interval of total_mean at most {widest:g}", figure <= widest))
    reach = sure.reach * sure.se[totals]
    straddling = int(((values[totals] - reach < INERT) & (values[totals] + reach > INERT)).sum())
    rows.append(("screening", float(straddling), f"no interval of total_mean straddles {INERT:g}", straddling == 0))
    table = ranks(labels, values, sure)
    # Inputs that hardly matter need no order among themselves.
    matters = {labels[i][0] for i, upper in zip(totals, values[totals] + reach) if upper >= INERT}
    open_pairs = int((~table["decided"] & table["before"].isin(matters)).sum())
    rows.append(("ranking", float(open_pairs), "no pair is undecided, but for inputs called inert", open_pairs == 0))
    rows.append(("noise", noise, f"noise share below {LARGEST_NOISE:g}", noise < LARGEST_NOISE))
    firsts = find["first_mean"]
    total_first = float(values[firsts].sum())
    slack = sure.reach * float(np.sqrt(max(sure.covariance[np.ix_(firsts, firsts)].sum(), 0.0)))
    rows.append(("sum of first_mean", total_first, "at most 1, within its interval", total_first - slack <= 1.0 + 1e-9))
    if find.get("shapley_mean"):
        total = float(values[find["shapley_mean"]].sum())
        rows.append(("sum of shapley_mean", total, "1 within 1e-9", abs(total - 1.0) <= 1e-9))
    least = float(np.nanmin(values[totals] + reach))
    rows.append(("sign", least, "no total_mean is decidedly negative", least >= 0.0))
    if halves:
        moved = float(np.abs(values[totals] - halves[-1][totals]).max())
        allowed = float(2.0 * reach.max() * np.sqrt(2.0)) + 1e-12
        rows.append(("doubling", moved, "the last doubling moves total_mean less than its interval then", moved <= allowed))
    if np.isfinite(sure.freedom):
        ratio = float(np.max(sure.se[totals] / np.maximum(sure.by_influence[totals], 1e-15)))
        even = ratio <= 1.5 or bool(np.all(width[totals] <= widest))
        rows.append(("scrambles", ratio, "no wider than 1.5 times independent rows, unless narrow enough", even))
    return pd.DataFrame(rows, columns=["check", "figure", "criterion", "passed"])
