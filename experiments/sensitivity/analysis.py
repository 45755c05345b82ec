"""`analyse`: what drives the outputs of any function, deterministic or stochastic, how sure that is, and in which direction."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.sensitivity.checks import COLUMNS, checks_of, first_by_ranks, target_width, verdict_of
from tandem.experiments.sensitivity.designs import BINS, MOST_GROUPS_FOR_CORNERS, Corners, Design, Pairs
from tandem.experiments.sensitivity.estimates import Output, estimated, rows_of
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.intervals import half_width, standard_error
from tandem.experiments.sensitivity.leading import probabilities
from tandem.experiments.sensitivity.looking import Order, asked_order, order_open
from tandem.experiments.sensitivity.origin import origin_of_analysis
from tandem.experiments.sensitivity.points import Plan, plan_of
from tandem.experiments.sensitivity.practice import practice_rows
from tandem.experiments.sensitivity.ranking import places_of, ranks_of
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.sensitivity.runner import (
    MOST_REPLICATES,
    PILOT_REPLICATES,
    PILOT_ROWS,
    Function,
    Runner,
    spread_points,
)
from tandem.experiments.sensitivity.sums import Enough, Kept, Played, Progress, Sums, play, rows_at_once
from tandem.experiments.sensitivity.within import dependence, within_tables
from tandem.experiments.store.code import known_code
from tandem.sim.copies import side_by_side
from tandem.sim.given import number_or_none, whole, whole_or_none
from tandem.sim.mistake import Mistake
from tandem.sim.own import made_by
from tandem.sim.seeds import seed_of

DESIGNS = ("auto", "subsets", "walks", "pairs")
MOST_LEVELS = 100_000

Row = dict[str, Any]


def analyse(
    f: Function,
    factors: str | Iterable[str] | Mapping[str, str],
    n: int = 1 << 14,
    seed: int | str = 0,
    outputs: str | Sequence[str] | None = None,
    *,
    replicates: int | None = None,
    design: str = "auto",
    sampling: str = "auto",
    tails: Mapping[str, float] | None = None,
    allow_failed: float = 0.0,
    progress: Progress | None = None,
    keep: str | os.PathLike[str] | None = None,
    held: Mapping[str, Sequence[str]] | None = None,
    told_by: tuple[str, int] | None = None,
    until_decided: bool | str | Iterable[str] = False,
) -> Sensitivity:
    """What drives the outputs of `f`, by twin-seed pick-freeze.

    `f(X, keys)` takes points, float64 (rows, k) strictly inside the unit cube, and keys, uint64 (rows,), the luck of each row; it
    gives float64 (rows,) or (rows, outputs): the same for the same point and key, independent luck for different keys (which a
    deterministic function may ignore).

    `factors`: k names, or factor -> group for factors that are varied together; column i of the points is the i-th name, or the
    i-th key of the mapping in its own order, whatever the groups. `n`: base rows, a power of two of at least 32; from 4096 on
    they are 16 scrambles of a Sobol sequence, below that random points (`sampling`: "auto", or "sobol", "random"). `seed`: as in
    `tandem.sim.seeds`; the same seed gives the same bytes. `outputs`: names, "y" (or "y1", "y2", ...) by default. `replicates`:
    runs of each point, 2 to 16 and even; None asks a pilot of 200 points (about nu / (1 - nu), at least 4 where there is noise
    and 8 where there is much: dispersion totals need them). `design`: "subsets" plays all 2^g subsets of g groups (first, total,
    interactions of every order, exact Shapley shares), "walks" 4 g + 1 arms (the same with interactions of two), "pairs" 2 g + 2
    arms (without Shapley shares, and the narrowest intervals for as many runs); "auto" takes pairs. `tails`: output -> threshold
    c, which adds the output "NAME > c", its rate. `allow_failed`: share of base rows (at most .001) that may hold outputs that
    are not finite; these rows are left out whole and the answer is bounded in `bounds`. `progress` is told runs. `keep`: a file
    for the sums on the way, from which the same call goes on after a crash, to the same bits.

    `held`: name -> names of its equally likely levels, for what differs between rows and is never moved; its columns follow those
    of the factors. Each cell (a level of each) is divided by its own spread, over 64 to 256 points and lucks, before cells are
    pooled; what holds within a level stands in `within`, how far an effect hangs on it in `depends`. Effects and curves stay in
    units of the output. `told_by`: a factor and the number of levels that its coordinate stands for; `leading` says with which
    probability over them each other input leads. `until_decided`: stop at a look (after 128, 256, ... random rows, n of 8192 at
    most) at which the order of the inputs named (True: of all) is decided for every output; intervals allow for it.

    Measures: first (of Y), first_mean, total_mean, shapley_mean, interaction_mean (of E[Y|x]), total_stream (total of Y with
    its luck as one more input; it depends on how `f` consumes its luck), dispersion_first, dispersion_total (of Var(Y|x)),
    noise_share, direction, effect (top fifth of a factor less bottom fifth, units of the output); not-a-number where a share
    cannot be told (constant output, no noise to attribute, a mean effect hidden by luck), and its verdict says so.

    Returns a `Sensitivity` (`table`: one row an output, measure and input). Raises Mistake (a ValueError): no seed, n no power
    of two, names wrong, an output of the wrong shape or kind; NotFinite (a Mistake): not finite beyond `allow_failed`.

    >>> from tandem import analyse
    >>> found = analyse(lambda points, keys: points[:, 0] + 0.2 * points[:, 1], ["steep", "flat"], n=256)
    >>> found.rank_intervals["y"]
    {'steep': '1', 'flat': '2'}
    """
    given = Factors.of(factors).holding(held)
    last = allow_failed, _told_by(told_by, given), asked_order(until_decided, given)
    asked = _Asked(given, seed_of(seed), replicates, design, sampling, *last)
    return _analysed(f, asked, n, outputs, tails, progress or (lambda runs: None), keep)


@dataclass(frozen=True)
class _Asked:
    """What `analyse` was asked, its factors, seed, `told_by` and order as they are meant."""

    factors: Factors
    seed: int | str
    replicates: int | None
    design: str
    sampling: str
    allow_failed: float
    told_by: tuple[str, int] | None
    order: Order


def _analysed(
    f: Function,
    asked: _Asked,
    n: int,
    outputs: str | Sequence[str] | None,
    tails: Mapping[str, float] | None,
    told: Progress,
    keep: str | os.PathLike[str] | None,
) -> Sensitivity:
    given, number = asked.factors, asked.seed
    plan = plan_of(n, len(given.columns), number, asked.sampling, len(given.held), bool(asked.order))
    allow_failed, replicates = _allowed(asked.allow_failed, asked.replicates)
    kind = _design(asked.design, len(given.groups))
    run = Runner(f, len(given.columns), outputs, tails, number)
    run.settle(allow_failed)
    run.settle_spreads(given, number, spread_points(plan.n, bool(asked.order)))
    told(run.runs)
    chosen = _designed(kind, given, replicates or run.replicates(), number)
    kept = Checkpoint(Path(keep), _mark(given, kind, chosen, plan, run, number, asked.told_by)) if keep is not None else None
    played = play(chosen, plan, run, allow_failed, told, kept, asked.told_by, _enough(chosen, run, asked.order, plan))
    found = _result(kind, chosen, run, played, asked.told_by)
    return made_by(found, origin_of_analysis(f, asked, plan.n, outputs, tails))


def _enough(design: Design, run: Runner, order: Order, last: Plan) -> Enough:
    """Whether the order asked for is decided, or would hardly be, for every output."""

    def enough(played: Played) -> bool:
        ends = zip(run.outputs, played.by_output, run.shift, run.scale)
        found = (
            estimated(name, kept.whole, design, played.plan, float(shift), float(scale)) for name, kept, shift, scale in ends
        )
        return not any(order_open(output, order, played.plan, last) for output in found)

    return enough


def planned_runs(groups: int, n: int, replicates: int, design: str = "auto", cells: int = 0, looked: bool = False) -> int:
    """Evaluations that `analyse` makes of g groups, its pilots included; `cells`: combinations of levels that are held; `looked`:
    whether it may stop at a look, and makes so many at most."""
    names = Factors.of([f"x{i}" for i in range(groups)])
    pilots = PILOT_ROWS * (PILOT_REPLICATES + 1) + cells * spread_points(n, looked)
    return pilots + n * replicates * _designed(_design(design, groups), names, replicates, 0).arms


def _told_by(told_by: tuple[str, int] | None, factors: Factors) -> tuple[str, int] | None:
    if told_by is None:
        return None
    name, levels = told_by
    number = whole("told_by: the number of levels", levels, 2, MOST_LEVELS)
    if name not in factors.names or factors.group_of.count(factors.group_of[factors.names.index(name)]) > 1:
        raise Mistake(f"told_by = {name!r}: not a factor alone in its group; there are {', '.join(factors.names)}")
    return name, number


def _allowed(allow_failed: float, replicates: int | None) -> tuple[float, int | None]:
    share, asked = number_or_none(allow_failed), whole_or_none(replicates)
    if share is None or not 0.0 <= share <= 1e-3:
        raise Mistake(f"allow_failed = {allow_failed!r}: a share of at most 0.001 may fail; mend the function beyond that")
    if replicates is not None and asked not in range(2, MOST_REPLICATES + 1, 2):
        raise Mistake(f"replicates = {replicates!r}: an even number from 2 to {MOST_REPLICATES}, or None for what a pilot asks")
    return share, asked


def _design(design: str, groups: int) -> str:
    if design not in DESIGNS:
        raise Mistake(f"design = {design!r}: one of {', '.join(DESIGNS)}")
    if design == "subsets" and groups > MOST_GROUPS_FOR_CORNERS + 2:
        raise Mistake(f"design = 'subsets' with {groups} groups would play {1 << groups:,} arms a row: take 'walks'")
    return "pairs" if design == "auto" else design


def _designed(kind: str, factors: Factors, replicates: int, seed: int | str) -> Design:
    if kind == "subsets":
        return Corners(factors, replicates, seed)
    return Pairs(factors, replicates, seed, walk=kind == "walks")


def _mark(
    factors: Factors, kind: str, design: Design, plan: Plan, run: Runner, seed: int | str, told_by: tuple[str, int] | None
) -> str:
    """Names an analysis by what was asked for, by what the function answered in the pilot, and by what it does, where that can be
    told."""
    asked = [
        known_code(run.f),
        factors.names,
        factors.groups,
        [int(group) for group in factors.group_of],
        factors.held,
        told_by,
        kind,
        plan.n,
        plan.sobol,
        seed,
        design.replicates,
        run.outputs,
        rows_at_once(design, len(run.outputs)),
        plan.looks,
    ]
    return hashlib.sha256(json.dumps(asked).encode() + run.pilot.tobytes() + run.spreads.tobytes()).hexdigest()


@dataclass
class _Told:
    """What is told of outputs, gathered."""

    rows: list[Row] = field(default_factory=list)
    ranks: list[pd.DataFrame] = field(default_factory=list)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    checks: list[Row] = field(default_factory=list)
    curves: list[Row] = field(default_factory=list)
    path: list[Row] = field(default_factory=list)
    bounds: list[Row] = field(default_factory=list)
    practice: list[Row] = field(default_factory=list)
    within: list[Row] = field(default_factory=list)
    ranks_within: list[pd.DataFrame] = field(default_factory=list)
    depends: list[Row] = field(default_factory=list)
    leading: list[pd.DataFrame] = field(default_factory=list)
    moments: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, other: _Told) -> None:
        """Put what is told of another output behind it."""
        for name, mine in vars(self).items():
            more = getattr(other, name)
            if isinstance(mine, dict):
                mine.update(more)
            else:
                mine.extend(more)


def _told_of(at: int, design: Design, run: Runner, played: Played, told_by: tuple[str, int] | None) -> _Told:
    """What is told of output number `at`."""
    name, kept, factors, plan = run.outputs[at], played.by_output[at], design.factors, played.plan
    shift, scale, sums, target = float(run.shift[at]), float(run.scale[at]), kept.whole, target_width(plan.n)
    output = estimated(name, sums, design, plan, shift, scale)
    order, stages = ranks_of(output), _stages(sums, output, plan)
    half = [row["estimate"] for row in stages if row["n"] == plan.n // 2]
    second = {} if factors.held else first_by_ranks(factors, played.first_points, played.first_values[at])
    found = _Told(
        rows=rows_of(output, plan.n - played.failed_rows, target),
        ranks=[order],
        places={name: places_of(order, factors.groups)},
        checks=checks_of(output, order, sums, plan, second, np.array(half) if half else None),
        curves=_curves(output, factors),
        path=[{"output": name, **row} for row in stages],
        practice=practice_rows(output, sums, factors, scale),
        moments={f"{at}:{moment}": total for moment, total in sums.sums.items()} | {f"{at}:counts": sums.counts},
    )
    if played.bounds is not None:
        ends = [estimated(name, end.whole, design, plan, shift, scale) for end in played.bounds[at]]
        found.bounds += _bounds(output, *ends)
    rows, ranks = within_tables(name, kept, design, plan, shift, scale, target)
    found.within += rows
    found.ranks_within.append(ranks)
    if output.mean_known:
        found.depends += dependence(name, kept, design, run.spreads[:, at], plan.level)
        if told_by is not None:
            found.leading.append(_led(name, kept, design, told_by[0], plan.level))
            found.moments |= {f"{at}:levels:{word}": array for word, array in kept.by_level.items()}
    return found


def _led(name: str, kept: Kept, design: Design, told_by: str, level: float) -> pd.DataFrame:
    """Who leads over the levels of the factor that is told by them, it aside."""
    groups = design.factors.groups
    others = [at for at, group in enumerate(groups) if group != told_by]
    counts, totals, products = (kept.by_level[word] for word in ("counts", "totals", "products"))
    apart = products[:, others][:, :, others]
    return probabilities(name, [groups[at] for at in others], counts, totals[:, others], apart, design.seed, level)


def _result(kind: str, design: Design, run: Runner, played: Played, told_by: tuple[str, int] | None) -> Sensitivity:
    plan, found = played.plan, _Told()
    for one in side_by_side([partial(_told_of, at, design, run, played, told_by) for at in range(len(run.outputs))]):
        found.add(one)
    found.checks += [
        _check("health", played.failed_rows / plan.n, 1e-3, played.failed_rows == 0, "share of base rows left out as failed"),
        _check("repeatable", float(run.repeats), 1.0, run.repeats, "1: the same points and keys gave the same bits again"),
    ]
    table = pd.DataFrame(found.checks, columns=COLUMNS)

    def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    return Sensitivity(
        table=pd.DataFrame(found.rows),
        ranks=joined(found.ranks),
        rank_intervals=found.places,
        checks=table,
        verdict=verdict_of(table),
        curves=pd.DataFrame(found.curves),
        convergence=pd.DataFrame(found.path),
        factors=design.factors,
        n=plan.n,
        replicates=design.replicates,
        seed=design.seed,
        runs=run.runs,
        design=kind,
        sampling="sobol" if plan.sobol else "random",
        failed_rows=played.failed_rows,
        looks=plan.looks,
        bounds=pd.DataFrame(found.bounds),
        practice=pd.DataFrame(found.practice),
        within=pd.DataFrame(found.within),
        ranks_within=joined([part for part in found.ranks_within if len(part)]),
        depends=pd.DataFrame(found.depends),
        leading=joined(found.leading),
        moments=found.moments,
    )


def _check(check: str, figure: float, limit: float, passed: bool, meaning: str) -> dict[str, str | float]:
    return {"output": "all", "check": check, "figure": figure, "limit": limit, "passed": bool(passed), "meaning": meaning}


def _stages(sums: Sums, output: Output, plan: Plan) -> list[dict[str, str | float]]:
    """total_mean from the first quarter, the first half and all of the replications."""
    rows: list[dict[str, str | float]] = []
    for share in (4, 2, 1):
        few = plan.replications // share
        part = {name: sums.sums[name][:few] for name in ("variance", "total")}
        counts = sums.counts[:few]
        whole = part["total"].sum(axis=0) / part["variance"].sum() if output.mean_known else output.measures["total_mean"].value
        left = np.full((few, len(whole)), np.nan)
        if output.mean_known and few > 1:
            left = (part["total"].sum(axis=0) - part["total"]) / (part["variance"].sum() - part["variance"])
        wide = half_width(standard_error(left), few, plan.level)
        rows += [
            {
                "input": name,
                "n": int(plan.rows * len(counts)),
                "estimate": float(value),
                "low": float(value - half),
                "high": float(value + half),
            }
            for name, value, half in zip(output.measures["total_mean"].inputs, whole, wide)
        ]
    return rows


def _curves(output: Output, factors: Factors) -> list[dict[str, str | float]]:
    levels = (np.arange(BINS) + 0.5) / BINS
    return [
        {
            "output": output.name,
            "input": label,
            "level": float(level),
            "effect": float(effect),
            "low": float(effect - half),
            "high": float(effect + half),
        }
        for label, line, wide in zip(factors.labels, output.curve, output.curve_half)
        for level, effect, half in zip(levels, line, wide)
    ]


def _bounds(output: Output, lowest: Output, highest: Output) -> list[dict[str, str | float]]:
    rows: list[dict[str, str | float]] = []
    for measure in ("first", "total_mean", "effect"):
        mine, low, high = (each.measures[measure] for each in (output, lowest, highest))
        rows += [
            {
                "output": output.name,
                "input": name,
                "measure": measure,
                "estimate": float(mine.value[at]),
                "if_lowest": float(low.value[at]),
                "if_highest": float(high.value[at]),
            }
            for at, name in enumerate(mine.inputs)
        ]
    return rows
