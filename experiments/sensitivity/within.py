"""What holds within each level of what is held, and how far a factor's own effect depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.designs import Design
from tandem.experiments.sensitivity.estimates import estimated, rows_of
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.indices import coarse, curves
from tandem.experiments.sensitivity.intervals import half_width, standard_error
from tandem.experiments.sensitivity.points import Plan
from tandem.experiments.sensitivity.ranking import ranks_of
from tandem.experiments.sensitivity.sums import Kept
from tandem.sim.intervals import verdict

COARSE = 10
DEPENDS = 0.5  # an interaction of more than this share of a factor's own index: what it does depends on what is held
WHERE = ["held", "level"]


def levels_of(factors: Factors) -> Iterator[tuple[str, str, np.ndarray]]:
    """Name of what is held, name of a level, and which cells lie in it, bool (cells,); at last every cell by itself, where more
    than one factor is held, as "role_model & context" and "a & b"."""
    cells = factors.cells
    for place, (name, levels) in enumerate(factors.held):
        for level in levels:
            yield name, level, np.array([cell[place] == level for cell in cells])
    if len(factors.held) > 1:
        for number, cell in enumerate(cells):
            yield " & ".join(name for name, _ in factors.held), " & ".join(cell), np.arange(len(cells)) == number


def within_tables(
    name: str, kept: Kept, design: Design, plan: Plan, shift: float, scale: float, target: float
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """The indices of an output within each level (rows as in the table of indices, with `held` and `level`), and the pairs of
    inputs compared there (as in the table of ranks), from the rows of the pooled analysis that lie in it."""
    rows: list[dict[str, Any]] = []
    ranks = []
    for held, level, cells in levels_of(design.factors):
        sums = kept.within(cells)
        if np.count_nonzero(sums.counts) < 2:
            continue
        output = estimated(name, sums, design, plan, shift, scale)
        rows += [{"held": held, "level": level, **row} for row in rows_of(output, int(sums.counts.sum()), target)]
        found = ranks_of(output)
        ranks.append(found.assign(held=held, level=level)[[*WHERE, *found.columns]])
    return rows, pd.concat(ranks, ignore_index=True) if ranks else pd.DataFrame()


def dependence(name: str, kept: Kept, design: Design, spreads: np.ndarray, level: float) -> list[dict[str, Any]]:
    """How far each factor alone in its group acts otherwise at one level of what is held than at another: one row a factor and
    what is held.

    `own`: the factor's own index, the variance of its main effect over all cells; `interaction`: that of what its main effects
    within the levels differ from it by; both are shares of the variance of the mean within cells, with 95% intervals. `depends`:
    "yes" where the interaction is above half of the own index, "no" where it is not; `decided` says whether its interval leaves
    that open. `spreads` (cells,): what values were divided by.

    Curves in ten bins; products are taken between replications only, so that luck adds nothing (U-statistics, Hoeffding 1948).
    """
    factors = design.factors
    if not factors.held:
        return []
    raw = kept.cells["bins"] / spreads[:, None, None]
    bins = coarse(curves(raw), COARSE)  # (cells, replications, k, bins)
    counts = kept.counts
    variance = kept.whole.sums["variance"][:, 0]
    left = np.arange(len(variance))[:, None] != np.arange(len(variance))[None, :]
    parts = np.concatenate([np.ones((1, len(variance)), dtype=bool), left])
    scale = np.array([variance[part].sum() / counts[:, part].sum() for part in parts])
    rows: list[dict[str, Any]] = []
    for place, (held, levels) in enumerate(factors.held):
        masks = np.array([[cell[place] == level for cell in factors.cells] for level in levels], dtype=float)
        sums, n = np.einsum("lc,crkb->lrkb", masks, bins), masks @ counts
        gram = _grams(sums, n) / scale[:, None, None, None]
        own = gram.mean(axis=(1, 2))
        both = np.einsum("pllk->pk", gram) / len(levels) - own
        for factor, group in enumerate(factors.group_of):
            if factors.group_of.count(group) == 1:
                rows.append(_row(name, factors.groups[group], held, own[:, factor], both[:, factor], level))
    return rows


def _grams(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean products of main effects of every two levels, (1 + replications, levels, levels, k), of all replications and then
    without each in turn, from sums (levels, replications, k, bins) and rows (levels, replications)."""

    def in_turn(each: np.ndarray) -> np.ndarray:
        whole = each.sum(axis=0)
        return np.concatenate([whole[None], whole - each])

    apart, rows = np.moveaxis(sums, 1, 0), counts.T
    whole, n = in_turn(apart), in_turn(rows)
    products = np.einsum("pikb,pjkb->pijk", whole, whole) - in_turn(np.einsum("rikb,rjkb->rijk", apart, apart))
    pairs = n[:, :, None] * n[:, None, :] - in_turn(rows[:, :, None] * rows[:, None, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = products / COARSE / pairs[:, :, :, None]
    return found


def _row(output: str, factor: str, held: str, own: np.ndarray, both: np.ndarray, level: float) -> dict[str, Any]:
    """A row from estimates made of all replications (first) and without each."""
    found: dict[str, Any] = {"output": output, "input": factor, "held": held}
    for word, values in (("own", own), ("interaction", both), ("excess", both - DEPENDS * own)):
        half = float(half_width(standard_error(values[1:]), len(values) - 1, level))
        found |= {word: float(values[0]), f"{word}_low": float(values[0] - half), f"{word}_high": float(values[0] + half)}
    open_ = verdict(found.pop("excess_low"), found.pop("excess_high")) in ("undecided", "same")
    return {**found, "depends": "yes" if found.pop("excess") > 0.0 else "no", "decided": not open_}
