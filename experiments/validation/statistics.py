"""Statistics of a population as published ones are: correlations across firms, twins, responses to advertising, spells
in office, the shape of growth.

Every function takes arrays of firms (firms,) or panels and gives a number; none knows a published value. Performance is the
mean of three yearly log growth rates of revenue, in standard deviations within context and size, fixed before any fit; what
studies of groups call performance is rated on work and results, and here the mean of both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from tandem.experiments.firms.growth import YEAR, growth
from tandem.sim.panel import Panel

# -- tools of the trade ------------------------------------------------------------------------


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's r over the firms in which both are defined; not-a-number where one does not vary."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 3 or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return np.nan
    return float(np.corrcoef(x[both], y[both])[0, 1])


def within(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """`values` in standard deviations from the mean of their cell (context and size); a cell of fewer than five firms is
    left out (not-a-number)."""
    groups = pd.Series(values).groupby(pd.Series(cells))
    mean, spread, n = groups.transform("mean"), groups.transform("std"), groups.transform("count")
    return ((values - mean) / spread.where((n >= 5) & (spread > 0))).to_numpy()


def surveyed(latent: np.ndarray, reliability: float, draw: np.random.Generator) -> np.ndarray:
    """What a questionnaire of this reliability would show of a latent variable: with noise added."""
    spread = np.nanstd(latent) * np.sqrt(1.0 / reliability - 1.0)
    return latent + spread * draw.standard_normal(latent.shape)


def standardised_difference(on: np.ndarray, off: np.ndarray, cells: np.ndarray) -> float:
    """Cohen's d of twins: difference of the means over the pooled spread across firms, both within context and size."""
    both = np.isfinite(on) & np.isfinite(off)
    on, off, cells = on[both], off[both], cells[both]
    if len(on) <= len(np.unique(cells)):
        return np.nan
    spread = []
    for values in (on, off):
        centred = values - pd.Series(values).groupby(pd.Series(cells)).transform("mean").to_numpy()
        spread.append((centred**2).sum() / max(1, len(values) - len(np.unique(cells))))
    return float((on.mean() - off.mean()) / np.sqrt(np.mean(spread)))


# -- what is measured on a firm over the window (weeks after `after` up to `until`) ---------------


def ratio(panel: Panel, above: str, below: str, after: int, until: int) -> np.ndarray:
    """Gain of one sum over the gain of another, (firms,); not-a-number where nothing was counted."""
    over, under = (panel.between(name, after, until)[:, 0] for name in (above, below))
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)


def episodes(panel: Panel, kind: str, after: int, until: int) -> np.ndarray:
    """Latent level of a kind of conflict, (firms,): log of one plus its episodes a quarter (felt frequency grows with the
    logarithm of how often; assumption)."""
    return np.log1p(13.0 * ratio(panel, f"{kind}_episodes", "paired_weeks", after, until))


def decision_quality(panel: Panel, after: int, until: int) -> np.ndarray:
    """How right decisions are, (firms, 2): less error of settings (standard deviations), fewer good proposals refused and
    bad ones accepted (shares)."""
    settings = ratio(panel, "setting_error", "settings", after, until)
    refused = ratio(panel, "good_refused", "good_proposals", after, until)
    accepted = ratio(panel, "bad_accepted", "bad_proposals", after, until)
    return -np.column_stack([settings, refused + accepted])


def decision_delay(panel: Panel, after: int, until: int) -> np.ndarray:
    """Weeks from a decision's arising to its end, mean, (firms,)."""
    delay = panel.between("delay_weeks", after, until)[:, 0]
    n = (panel.between("decided", after, until) + panel.between("lapsed", after, until))[:, 0]
    return np.divide(delay, n, out=np.full(delay.shape, np.nan), where=n > 0)


def group_work(panel: Panel, after: int, until: int) -> list[np.ndarray]:
    """What a leading group and its teams do with their own hands, each (firms,), the more the better: decisions right
    (settings, proposals), in time, settings kept right, work without rework."""
    quality = decision_quality(panel, after, until)
    delay = -np.log1p(decision_delay(panel, after, until))
    hidden = panel.between("hidden_work", after, until)[:, 0] / np.maximum(panel.between("work", after, until)[:, 0], 1e-9)
    return [quality[:, 0], quality[:, 1], delay, -ratio_of_weeks(panel, "standing_error_weeks", after, until), -hidden]


def filled(columns: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Columns with the mean where a firm's own is not defined."""
    return [np.where(np.isfinite(values), values, np.nanmean(values)) for values in columns]


def composite(columns: Sequence[np.ndarray], cells: np.ndarray) -> np.ndarray:
    """Mean of several criteria, each in standard deviations within context and size, (firms,)."""
    return np.mean([within(column, cells) for column in columns], axis=0)


def firm_table(panel: Panel, cells: np.ndarray, after: int, until: int) -> pd.DataFrame:
    """One row a firm: latent states as means over the window, criteria, performance. What correlations are made of."""
    quality = decision_quality(panel, after, until)
    delay = decision_delay(panel, after, until)
    table = pd.DataFrame(
        {
            "cell": cells,
            "growth": growth(panel, after, until),
            "trust": ratio(panel, "trust_weeks", "paired_weeks", after, until),
            "relationship_conflict": ratio(panel, "relationship_conflict_weeks", "paired_weeks", after, until),
            "task_conflict": episodes(panel, "task", after, until),
            "process_conflict": episodes(panel, "process", after, until),
            "conflict_rate": 13.0
            * sum(ratio(panel, f"{kind}_episodes", "paired_weeks", after, until) for kind in ("task", "process", "relationship")),
            "role_ambiguity": 1.0 - ratio(panel, "role_clarity_weeks", "paired_weeks", after, until),
            "goal_gap": ratio(panel, "goal_gap_weeks", "paired_weeks", after, until),
            "information_shared": ratio(panel, "views_exchanged", "views_possible", after, until),
            "decision_delay_weeks": delay,
            "satisfaction": ratio_of_weeks(panel, "satisfaction_weeks", after, until),
            "morale": ratio_of_weeks(panel, "morale_weeks", after, until),
            "marketing_spend_share": ratio(panel, "spend_sum", "revenue_sum", after, until),
        }
    )
    table["performance"] = within(table["growth"].to_numpy(), cells)
    table["decision_quality"] = composite([quality[:, 0], quality[:, 1]], cells)
    # What studies of groups rate: work and results, half each.
    work = composite(filled(group_work(panel, after, until)), cells)
    table["group_performance"] = 0.5 * (within(work, cells) + table["performance"].to_numpy())
    # An executive's own task is deciding: rightly, and in time.
    table["own_task_performance"] = composite([quality[:, 0], quality[:, 1], -np.log1p(delay)], cells)
    return table


def ratio_of_weeks(panel: Panel, name: str, after: int, until: int) -> np.ndarray:
    """Mean over the weeks of the window, (firms,)."""
    return panel.between(name, after, until)[:, 0] / (until - after)


# -- advertising -------------------------------------------------------------------------------

MONTH = 4
CARRY_OVER = 0.72  # a month's own adstock left after a month: middle of .68 to .77 [leone1995]


def monthly(panel: Panel, after: int) -> tuple[np.ndarray, np.ndarray]:
    """Customers won (sales) and campaigns on air (advertising) by month of four weeks after `after`, (firms, months).

    `panel` is weekly. Sales are customers won: what advertising studies count is purchases of a period, and revenue here
    is a stock of customers.
    """
    weeks = panel["customers_won"].shape[-1] - 1
    months = (weeks - after) // MONTH
    edges = after + MONTH * np.arange(months + 1)
    sales = np.diff(panel["customers_won"][:, 0, edges], axis=1)
    air = panel["campaigns_running"][:, 0, after + 1 : after + 1 + MONTH * months]
    return sales, air.reshape(len(air), months, MONTH).mean(axis=2)


def short_run_elasticity(sales: np.ndarray, advertising: np.ndarray) -> float:
    """Slope of log sales on log advertising of the month, with firm fixed effects and the firm's own adstock of the months
    before, (firms, months) each; months without sales or advertising are left out."""
    ok = (sales > 0) & (advertising > 0)
    stock = np.zeros_like(advertising)
    for month in range(1, advertising.shape[1]):
        stock[:, month] = CARRY_OVER * stock[:, month - 1] + advertising[:, month - 1]
    ok &= stock > 0
    ok[:, :6] = False  # adstock needs months to fill
    rows = []
    for f in range(len(sales)):
        use = ok[f]
        if use.sum() < 12:
            continue
        columns = np.column_stack([np.log(sales[f, use]), np.log(advertising[f, use]), np.log(stock[f, use])])
        rows.append(columns - columns.mean(axis=0))
    if not rows:
        return np.nan
    block = np.concatenate(rows)
    return float(np.linalg.lstsq(block[:, 1:], block[:, 0], rcond=None)[0][0])


def long_run_elasticity(base: np.ndarray, more: np.ndarray, base_air: np.ndarray, more_air: np.ndarray) -> float:
    """Log response of sales over log change of advertising in the last twelve months of a permanent rise, twins paired,
    (firms, months) each."""
    last = slice(-13, None)
    sold = np.log(more[:, last].sum() / base[:, last].sum())
    return float(sold / np.log(more_air[:, last].sum() / base_air[:, last].sum()))


def months_to_share(base: np.ndarray, pulse: np.ndarray, share: float = 0.9, horizon: int = 24) -> float:
    """Months from the start of a one-month pulse until `share` of its whole effect on sales within `horizon` months has
    come, (firms, months from the pulse on) each; interpolated, calendar months."""
    effect = (pulse - base)[:, :horizon].sum(axis=0)
    total = np.cumsum(effect)
    if total[-1] <= 0:
        return np.nan
    reached = np.concatenate([[0.0], total / total[-1]])
    place = int(np.argmax(reached >= share))
    step = reached[place] - reached[place - 1]
    return float((place - 1 + (share - reached[place - 1]) / step) * MONTH * 12 / YEAR)


# -- forty years -------------------------------------------------------------------------------


def completed_spells(present: np.ndarray, number: np.ndarray, weeks_a_step: int) -> np.ndarray:
    """Years of every spell in office that ended within the panel. `present` (0 or 1) and `number` (of the successor),
    (firms, times)."""
    spells = []
    for here, who in zip(present > 0.5, number):
        label = np.where(here, who, -1.0)
        edges = np.flatnonzero(np.diff(label)) + 1
        starts = np.concatenate([[0], edges])
        ends = np.concatenate([edges, [len(label)]])
        spells += [
            (end - start) * weeks_a_step / YEAR for start, end in zip(starts, ends) if label[start] >= 0 and end < len(label)
        ]
    return np.array(spells)


def yearly_growth(panel: Panel, skip: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Log growth of each firm-year after the first `skip` years, and the year's log revenue before it, (firm-years,)."""
    step = int(panel.weeks[1])
    places = np.arange(0, int(panel.weeks[-1]) + 1, YEAR) // step
    revenue = np.log(np.maximum(np.diff(panel["revenue_sum"][:, 0, places], axis=1), 1e-9))
    moved = np.diff(revenue, axis=1)[:, skip:]
    size = revenue[:, skip:-1]
    kept = (size > np.log(1e-6)) & (revenue[:, skip + 1 :] > np.log(1e-6))
    return moved[kept], size[kept]


def tent_shape(moved: np.ndarray, size: np.ndarray, bins: int = 5) -> float:
    """Shape b of the exponential power law (1: Laplace, 2: normal) of growth, in standard deviations within bins of size;
    by maximum likelihood [bottazzi2006]."""
    if len(moved) < 100:
        return np.nan
    bin_ = pd.qcut(pd.Series(size).rank(method="first"), bins, labels=False).to_numpy()
    values = within(moved, bin_)
    values = values[np.isfinite(values)]
    away = np.abs(values - np.median(values)) + 1e-12

    def loss(b: float) -> float:
        scale = (b * np.mean(away**b)) ** (1.0 / b)
        return np.log(2.0 * scale) + gammaln(1.0 + 1.0 / b) + 1.0 / b

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)


def size_variance_slope(moved: np.ndarray, size: np.ndarray, bins: int = 8) -> float:
    """Slope of the log spread of growth on log size over bins of size."""
    bin_ = pd.qcut(pd.Series(size).rank(method="first"), bins, labels=False).to_numpy()
    middle = [size[bin_ == k].mean() for k in range(bins)]
    return float(np.polyfit(middle, [np.log(moved[bin_ == k].std()) for k in range(bins)], 1)[0])
