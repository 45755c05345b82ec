"""SALib's methods on the same kind of function, with replicates handled and with a warning where an answer misleads.

SALib (Herman & Usher 2017; Iwanaga, Usher & Herman 2022) takes a model as deterministic. Three things are added here. Every
point is played several times and averaged. The problem gets one input more that does nothing, "inert (for scale)": what
it is given is what noise is worth. And what a method is known to get wrong on a model with luck is said beside its answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
import pandas as pd

from tandem.experiments.pages.telling import said, word
from tandem.experiments.pages.words import output_name
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.luck import NEAR_A, generator, keys_of
from tandem.experiments.sensitivity.runner import Function, NotFinite, Runner
from tandem.sim.given import whole
from tandem.sim.mistake import Mistake
from tandem.sim.own import Own
from tandem.sim.seeds import seed_of


class Problem(TypedDict):
    """What SALib calls a problem: the inputs, each between its bounds."""

    num_vars: int
    names: list[str]
    bounds: list[list[float]]
    groups: NotRequired[list[str]]


INERT = "inert (for scale)"
METHODS = ("sobol", "morris", "pawn", "delta", "rbd_fast", "fast", "dgsm")
WARNINGS: Mapping[str, tuple[str, ...]] = {
    "sobol": (
        "total: luck is added to every input's total index, an inert one's too; total_mean is corrected for it",
        "intervals: a bootstrap that takes Sobol points as independent is several times too wide where luck is small",
    ),
    "morris": (
        "mu_star also counts what only re-shuffles luck; both ends of a step share their luck here, which keeps that small",
        "elementary effects screen; they are no shares of variance, and sigma mixes curvature with interaction",
    ),
    "pawn": (
        "never zero for an inert input: compare with the row of the inert one",
        "depends on the number of slices, and separates interaction from inertness badly",
    ),
    "delta": (
        "never zero for an inert input: compare with the row of the inert one",
        "slow, so that at most 512 points are taken; its first index is biased low",
    ),
    "rbd_fast": ("first indices only; biased above zero for inert inputs where points are few",),
    "fast": (
        "intervals of first indices cover far less often than they say",
        "total: luck is added to every input's total index",
    ),
    "dgsm": ("slopes over tiny steps: both ends share their luck here, but a model that counts whole events has none",),
}
GROUPED = ("sobol", "morris")
# SALib's name -> ours, and the name of its half-width.
MEASURES: Mapping[str, tuple[tuple[str, str, str | None], ...]] = {
    "sobol": (("S1", "first", "S1_conf"), ("ST", "total", "ST_conf")),
    "morris": (("mu", "mu", None), ("mu_star", "mu_star", "mu_star_conf"), ("sigma", "sigma", None)),
    "pawn": (("median", "pawn_median", None), ("maximum", "pawn_maximum", None)),
    "delta": (("delta_raw", "delta", "delta_raw_conf"), ("S1", "first", "S1_conf")),
    "rbd_fast": (("S1", "first", "S1_conf"),),
    "fast": (("S1", "first", "S1_conf"), ("ST", "total", "ST_conf")),
    "dgsm": (("dgsm", "dgsm", "dgsm_conf"),),
}
MOST_FOR_DELTA = 512
TRAJECTORY_LEVELS = 4


@dataclass(frozen=True)
class SecondOpinion(Own):
    """What SALib says: `table` (output, input, measure, estimate, low, high, n, method, warning), `warnings`, and `runs`."""

    table: pd.DataFrame
    warnings: tuple[str, ...]
    method: str
    runs: int


def second_opinion(
    f: Function,
    factors: str | Iterable[str] | Mapping[str, str],
    method: str,
    n: int = 1024,
    seed: int | str = 0,
    outputs: str | Sequence[str] | None = None,
    replicates: int = 2,
    progress: Callable[[int], None] | None = None,
) -> SecondOpinion:
    """One of SALib's methods on `f`, as `tandem.experiments.sensitivity.analyse` takes it.

    `n`: points of a sample, base rows (sobol), trajectories x (k + 1) (morris) or points in all (dgsm), rounded to what the
    method takes. `replicates`: runs of each point, averaged. ValueError for an unknown method, groups where a method has
    none, and outputs that are not finite or never change.
    """
    if method not in METHODS:
        raise Mistake(f"method = {method!r}: one of {', '.join(METHODS)}")
    given = Factors.of(factors)
    grouped = len(given.groups) < len(given.names)
    if grouped and method not in GROUPED:
        raise Mistake(f"method = {method!r} has no groups: take {' or '.join(GROUPED)}, or give each factor its own group")
    replicates, n, seed = whole("replicates", replicates, 2), whole("n", n, 2), seed_of(seed)  # one run tells no luck
    run = Runner(f, len(given.names), outputs, None, seed)
    run.settle(0.0)
    problem: Problem = {
        "num_vars": len(given.names) + 1,
        "names": [*given.names, INERT],
        "bounds": [[0.0, 1.0]] * (len(given.names) + 1),
    }
    if grouped:
        problem["groups"] = [*(given.groups[group] for group in given.group_of), INERT]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        points, together = _sample(method, problem, n, _word(seed))
    values, noise = _averaged(run, points[:, :-1], together, seed, replicates, progress or (lambda runs: None))
    rows: list[dict[str, Any]] = []
    told = [said("drives.of_method", method=method, line=word(line)) for line in WARNINGS[method]]
    for at, output in enumerate(run.outputs):
        y = values[:, at]
        if np.ptp(y) == 0.0:
            raise Mistake(f"{output!r} never changes: {method} has nothing to say about it")
        told_how = warnings.formatwarning  # SALib's delta puts its own in its place
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _analysed(method, problem, points, y, _word(seed))
        warnings.formatwarning = told_how
        names = list(dict.fromkeys(problem.get("groups", problem["names"])))
        rows += _rows(method, output, names, found, len(y), float(run.scale[at]))
        if method == "sobol":
            rows += _corrected(output, names, found, y, float(noise[at]) / replicates, len(y))
        # Averages spread by chance less than their luck alone would have them: then all of it is luck, not more than all.
        known = max(float(y.var() - noise[at] / replicates), 0.0)
        share = float(noise[at]) / max(float(noise[at]) + known, 1e-300)
        if share > 0.05:
            told.append(said("drives.luck", method=method, share=share, output=output_name(output)))
    return SecondOpinion(pd.DataFrame(rows), tuple(told), method, run.runs)


def _word(seed: int | str) -> int:
    """A seed that SALib does not take for none: it reads 0 as "no seed given"."""
    return int(generator(seed, 4).integers(1, 2**31 - 1))


def _sample(method: str, problem: Problem, n: int, seed: int) -> tuple[np.ndarray, int]:
    """Points, (rows, k + 1), and how many neighbours in turn share their luck."""
    k = problem["num_vars"]
    if method == "sobol":
        from SALib.sample import sobol

        return sobol.sample(problem, n, calc_second_order=False, seed=seed), 1
    if method == "morris":
        from SALib.sample import morris

        steps = len(set(problem.get("groups", problem["names"]))) + 1
        return morris.sample(problem, max(4, n // steps), num_levels=TRAJECTORY_LEVELS, seed=seed), steps
    if method == "dgsm":
        from SALib.sample import finite_diff

        return finite_diff.sample(problem, max(16, n // (k + 1)), seed=seed), k + 1
    if method == "fast":
        from SALib.sample import fast_sampler

        return fast_sampler.sample(problem, max(n, 65), seed=seed), 1
    from SALib.sample import latin

    return latin.sample(problem, min(n, MOST_FOR_DELTA) if method == "delta" else n, seed=seed), 1


def _averaged(
    run: Runner, points: np.ndarray, together: int, seed: int | str, replicates: int, progress: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Means over replicates, (rows, outputs), and the variance of single runs around them, (outputs,).

    Sobol's rows have luck of their own each (as in common use, so that the correction for it is known), the rows of one
    trajectory share theirs.
    """
    rows, at_once = len(points), 4096
    values, within = np.empty((rows, len(run.outputs))), np.zeros(len(run.outputs))
    for low in range(0, rows, at_once):
        part = points[low : low + at_once]
        numbers = np.arange(low, low + len(part))
        found = run(np.clip(part, 2.0**-54, 1.0 - 2.0**-53), keys_of(seed, NEAR_A, numbers // together, replicates))
        if not np.isfinite(found).all():
            raise NotFinite("an output is not finite at a point of the sample")
        values[low : low + len(part)] = found.mean(axis=1).T
        within += found.var(axis=1, ddof=1).sum(axis=1)
        progress(found.shape[1] * found.shape[2])
    return values, within / rows


def _analysed(method: str, problem: Problem, points: np.ndarray, y: np.ndarray, seed: int) -> Any:
    from importlib import import_module

    analyse = import_module(f"SALib.analyze.{method}").analyze
    if method == "sobol":
        return analyse(problem, y, calc_second_order=False, num_resamples=100, seed=seed)
    if method == "fast":
        return analyse(problem, y, seed=seed)
    if method == "morris":
        return analyse(problem, points, y, num_levels=TRAJECTORY_LEVELS, seed=seed)
    if method == "delta":
        return analyse(problem, points, y, num_resamples=10, seed=seed)
    return analyse(problem, points, y, seed=seed)


def _rows(method: str, output: str, names: list[str], found: Any, n: int, scale: float) -> list[dict[str, Any]]:
    in_units = method in ("morris",)
    rows = []
    for theirs, measure, half in MEASURES[method]:
        if theirs not in found:  # SALib 1.5 knows one delta only
            theirs, half = theirs.removesuffix("_raw"), (half or "").replace("_raw", "")
        for at, name in enumerate(names):
            factor = scale if in_units else 1.0
            value = factor * float(np.ma.filled(np.ma.asarray(found[theirs], dtype=float), np.nan)[at])
            wide = factor * float(np.asarray(found[half], dtype=float)[at]) if half else np.nan
            rows.append(
                {
                    "output": output,
                    "input": name,
                    "measure": measure,
                    "estimate": value,
                    "low": value - wide,
                    "high": value + wide,
                    "n": n,
                    "method": method,
                }
            )
    return rows


def _corrected(output: str, names: list[str], found: Any, y: np.ndarray, noise: float, n: int) -> list[dict[str, Any]]:
    """First and total indices of the mean function: what the noise left in the averages (variance `noise`) adds is taken
    off. The correction holds for luck that is independent from row to row."""
    whole = float(y.var())
    rest = whole - noise
    if rest <= 0.0:
        return []
    rows = []
    for at, name in enumerate(names):
        first, wide = float(found["S1"][at]) * whole / rest, float(found["S1_conf"][at]) * whole / rest
        total, broad = (float(found["ST"][at]) * whole - noise) / rest, float(found["ST_conf"][at]) * whole / rest
        for measure, value, half in (("first_mean", first, wide), ("total_mean", total, broad)):
            rows.append(
                {
                    "output": output,
                    "input": name,
                    "measure": measure,
                    "estimate": value,
                    "low": value - half,
                    "high": value + half,
                    "n": n,
                    "method": "sobol",
                }
            )
    return rows
