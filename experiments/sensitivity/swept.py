"""A finished sweep's points, read by the estimators that its design allows; what it does not allow is said, with the reason.

Scenarios are told apart (each its own rows of the table). Within a scenario a design row is one point, or one block of a Saltelli
design; replicates are averaged, and luck is taken off by products of different replicates only, which have no luck in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.pages.telling import said, word
from tandem.experiments.pages.words import output_name
from tandem.experiments.sensitivity import given_data
from tandem.experiments.sensitivity.given_data import PARTS, Sample, row
from tandem.experiments.sensitivity.luck import generator
from tandem.experiments.store.errors import Refused
from tandem.experiments.store.sweep import Sweep
from tandem.sim.origin import origin_of
from tandem.sim.own import Own, made_by
from tandem.sim.parameter_sets import chosen
from tandem.sim.seeds import seed_of

ESTIMATORS = {
    "first indices": ("factorial", "saltelli", "sample"),
    "total indices": ("factorial", "saltelli"),
    "interactions of two": ("factorial", "saltelli, second order"),
    "regression": ("sample", "saltelli"),
    "PAWN": ("sample", "saltelli"),
    "delta": ("sample", "saltelli"),
}
"""Estimator -> kinds of designs that allow it."""
WHY_NOT = {
    "total indices": "it needs points that share all inputs but one: a design of kind saltelli or factorial",
    "interactions of two": "it needs points that share inputs in pairs: kind saltelli with second_order = true, or factorial",
    "regression": "a grid's indices are exact without it",
    "PAWN": "it needs inputs that vary continuously: latin-hypercube, sobol or saltelli",
    "delta": "it needs inputs that vary continuously: latin-hypercube, sobol or saltelli",
}
TIED = "its inputs hang together, and points that share all inputs but one are none of that law"
LEAST_BLOCKS = 32


@dataclass(frozen=True, eq=False, repr=False)
class SweptSensitivity(Own):
    """What a finished sweep says of its inputs. `table`: scenario, output, input, measure, estimate, low, high (95%), se, n
    (independent points, blocks or replicates); `estimators`: estimator, used, why (in words); `told`: how to read it."""

    table: pd.DataFrame
    estimators: pd.DataFrame
    told: tuple[str, ...]

    def __repr__(self) -> str:
        used = ", ".join(self.estimators.loc[self.estimators["used"], "estimator"])
        return f"Sensitivity from a finished sweep: {used}\n└─ .table .estimators .told"


def of_finished(sweep: Sweep, outcomes: str | Sequence[str] | None = None, seed: int | str = 0) -> SweptSensitivity:
    """Sensitivity from the points of a complete sweep (`open_sweep`). `outcomes`: names; None: the digested ones. `seed`: of how
    points are put into handfuls. Raises Refused where nothing was varied, or where there are too few points."""
    names = list(sweep.manifest.outcomes) if outcomes is None else [outcomes] if isinstance(outcomes, str) else list(outcomes)
    asked, seed = sweep.manifest.spec["design"], seed_of(seed)
    kind = _kind(asked)
    runs = sweep.to_pandas(names)
    factors = list(sweep.manifest.document["design"]["factors"])  # in the order of the design; the spec's are sorted
    if kind == "sample":
        factors = [name for name in factors if sweep.design[name].nunique() > 1]
    if not factors:
        raise Refused(f"{sweep.path.name} varies nothing; sensitivity needs factors")
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    design = sweep.design if "scenario" in sweep.design else sweep.design.assign(scenario="")
    for scenario, points in design.groupby("scenario", sort=False):
        for name in names:
            values = _values(runs, points["point_id"].to_numpy(), name, notes)
            sample = Sample(points[factors].reset_index(drop=True), values, not sweep.manifest.spec["independent_luck"])
            found = _analysed(kind, asked, sample, seed, notes, _what(name, str(scenario) or sweep.path.name))
            rows += [{"scenario": scenario, "output": name, **each} for each in found]
    if not rows:
        raise Refused(f"{sweep.path.name}: no outcome is defined at enough points")
    table = pd.DataFrame(rows)
    tied = asked.get("correlation")
    told = [*dict.fromkeys(notes), *_reading(kind, table, tied, points[factors])]
    answer = SweptSensitivity(table, _estimators(kind, tied, table), tuple(told))
    return made_by(answer, _origin(sweep, names, seed))


def _origin(sweep: Sweep, outcomes: list[str], seed: int | str) -> dict[str, Any]:
    """The record that the tables carry: where the sweep lies, and its digest, by which it is known again."""
    asked = None if sweep.parameters is None else chosen(sweep.parameters)
    named: dict[str, Any] = {
        "folder": str(Path(sweep.path).absolute()),
        "sweep": sweep.digest,
        "outcomes": outcomes,
        "seed": seed,
    }
    return origin_of("of_finished", [], asked, None, **named)


def _what(output: str, scenario: str) -> str:
    return said("drives.what", output=output_name(output), scenario=scenario)


def _kind(asked: dict[str, Any]) -> str:
    """factorial, saltelli, "saltelli, second order", or sample (points that stand each for itself)."""
    if asked["kind"] == "saltelli":
        return "saltelli, second order" if asked.get("second_order") else "saltelli"
    return "factorial" if asked["kind"] == "factorial" else "sample"


def _values(runs: pd.DataFrame, points: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    """One outcome, float64 (points, replicates), not-a-number where there is none."""
    mine = runs[runs["point_id"].isin(points)]
    place = pd.Series(np.arange(len(points)), index=points)[mine["point_id"]].to_numpy()
    replicates = pd.factorize(mine["replicate"], sort=True)[0]
    values = np.full((len(points), int(replicates.max()) + 1 if len(mine) else 1), np.nan)
    values[place, replicates] = mine[name].to_numpy(dtype=float)
    if (missing := int(np.isnan(values).sum())) and missing < values.size:
        notes.append(said("drives.missing", output=output_name(name), missing=missing, runs=values.size))
    return values


def _analysed(
    kind: str, asked: dict[str, Any], sample: Sample, seed: int | str, notes: list[str], what: str
) -> list[dict[str, Any]]:
    if not np.isfinite(sample.values).any():
        return []
    if kind == "factorial":
        return _of_grid(sample, notes, what)
    if not kind.startswith("saltelli"):
        return _of_sample(sample, seed, notes, what)
    size = len(sample.points) // int(asked["points"])
    k, second = (size - 2) // (2 if kind != "saltelli" else 1), kind != "saltelli"
    names = list(map(str, sample.points))
    found = _of_blocks(sample.values.reshape(-1, size, sample.values.shape[1]), names[:k], second, seed, notes, what)
    alone = np.flatnonzero(np.isin(np.arange(len(sample.points)) % size, (0, size - 1)))
    some = Sample(sample.points.iloc[alone].reset_index(drop=True), sample.values[alone], sample.common)
    return [*found, *(each for each in _of_sample(some, seed, notes, what) if not each["measure"].startswith("first"))]


def _of_sample(sample: Sample, seed: int | str, notes: list[str], what: str) -> list[dict[str, Any]]:
    """Points that stand each for itself."""
    there = sample.defined()
    if len(there.points) < given_data.LEAST_POINTS or np.ptp(there.means) == 0.0:
        still = len(there.points) and np.ptp(there.means) == 0.0
        key = "drives.still_points" if still else "drives.few_points"
        notes.append(said(key, what=what, points=len(there.points), least=given_data.LEAST_POINTS))
        return []
    return [
        *given_data.first_indices(there, seed),
        *given_data.regression(there, seed),
        *given_data.moment_free(there, "pawn", seed),
        *given_data.moment_free(there, "delta", seed),
        *given_data.luck_share(there, seed),
    ]


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean product over pairs of different replicates, (...), of values (..., replicates): free of luck. With one replicate the
    product itself, luck and all."""
    many = a.shape[-1]
    whole = a.sum(axis=-1) * b.sum(axis=-1)
    return np.asarray(whole) if many == 1 else (whole - (a * b).sum(axis=-1)) / (many * (many - 1))


def _of_blocks(
    values: np.ndarray, names: list[str], second: bool, seed: int | str, notes: list[str], what: str
) -> list[dict[str, Any]]:
    """Blocks A, A with each input of B, (B with each of A,) B; values (blocks, size, replicates). Saltelli et al. (2010) for
    first, Jansen (1999) for total indices, Saltelli (2002) for interactions."""
    whole = np.isfinite(values).all(axis=(1, 2))
    if (~whole).any():
        notes.append(said("drives.blocks_out", what=what, blocks=int((~whole).sum()), whole=len(whole)))
    values = values[whole]
    n, k, one = len(values), len(names), values.shape[2] == 1
    if n < LEAST_BLOCKS or np.ptp(values) == 0.0:
        still = n and np.ptp(values) == 0.0
        few = {"what": what, "blocks": n, "least": LEAST_BLOCKS}
        notes.append(said("drives.still", what=what) if still else said("drives.few_blocks", **few))
        return []
    of_part = generator(seed, 5).permutation(n) % PARTS
    found = [_moments(values[there], k, second) for there in [np.ones(n, bool), *(of_part != part for part in range(PARTS))]]
    end = "" if one else "_mean"
    rows = []
    for measure in ("first", "total"):
        rows += [
            row(name, f"{measure}{end}", found[0][measure][at], np.array([part[measure][at] for part in found[1:]]), n, 0.0, 1.0)
            for at, name in enumerate(names)
        ]
    for at, (i, j) in enumerate(combinations(range(k), 2)) if second else ():
        parts = np.array([part["interaction"][at] for part in found[1:]])
        rows.append(row(f"{names[i]} & {names[j]}", f"interaction{end}", found[0]["interaction"][at], parts, n, -1.0, 1.0))
    return rows


def _moments(values: np.ndarray, k: int, second: bool) -> dict[str, np.ndarray]:
    centred = values - values[:, [0, -1]].mean(axis=(0, 1))  # by replicate: what it does to all points alike is no input's
    a, b, from_b = centred[:, 0], centred[:, -1], centred[:, 1 : 1 + k]
    variance = 0.5 * (product(a, a).mean() + product(b, b).mean())
    first = np.array([product(b, from_b[:, i] - a).mean() for i in range(k)]) / variance
    total = np.array([0.5 * product(a - from_b[:, i], a - from_b[:, i]).mean() for i in range(k)]) / variance
    made = {"first": first, "total": total}
    if second:
        from_a, across = centred[:, 1 + k : 1 + 2 * k], product(a, b).mean()
        closed = [product(from_a[:, i], from_b[:, j]).mean() - across for i, j in combinations(range(k), 2)]
        made["interaction"] = np.array(closed) / variance - np.array([first[i] + first[j] for i, j in combinations(range(k), 2)])
    return made


def _of_grid(sample: Sample, notes: list[str], what: str) -> list[dict[str, Any]]:
    """A full grid, its levels equally likely: the analysis of variance is exact, and only replicates are drawn."""
    names = list(map(str, sample.points))
    codes = [pd.factorize(sample.points[name], sort=sample.points[name].dtype != object)[0] for name in names]
    shape = [int(code.max()) + 1 for code in codes]
    if len(sample.points) != int(np.prod(shape)) or not np.isfinite(sample.values).all():
        notes.append(said("drives.not_whole", what=what))
        return []
    many = sample.values.shape[1]
    grid = np.empty((*shape, many))
    grid[tuple(codes)] = sample.values
    if many == 1:
        notes.append(said("drives.grid_once", what=what))
    keep = [np.arange(many), *(np.delete(np.arange(many), out) for out in range(many))] if many > 2 else [np.arange(many)]
    found = [_shares(grid[..., chosen], len(names)) for chosen in keep]
    end = "" if many == 1 else "_mean"
    rows = []
    for measure, labels in (
        ("first", names),
        ("total", names),
        ("interaction", [f"{a} & {b}" for a, b in combinations(names, 2)]),
    ):
        for at, label in enumerate(labels):
            without = np.array([part[measure][at] for part in found[1:]]) if many > 2 else np.array([np.nan, np.nan])
            least = -1.0 if measure == "interaction" else 0.0
            rows.append(row(label, f"{measure}{end}", found[0][measure][at], without, many, least, 1.0))
    return rows


def _shares(grid: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """Shares of the variance of the mean over a grid, (levels of each..., replicates), by products of different replicates."""
    centred = grid - grid.mean(axis=tuple(range(k)), keepdims=True)

    def closed(kept: tuple[int, ...]) -> float:
        out = tuple(axis for axis in range(k) if axis not in kept)
        return float(product(*(2 * [centred.mean(axis=out) if out else centred])).mean())

    whole = closed(tuple(range(k)))
    first = np.array([closed((i,)) for i in range(k)])
    total = np.array([whole - closed(tuple(axis for axis in range(k) if axis != i)) for i in range(k)])
    pairs = [closed((i, j)) - first[i] - first[j] for i, j in combinations(range(k), 2)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"first": first / whole, "total": total / whole, "interaction": np.array(pairs) / whole}


def _estimators(kind: str, tied: Any, table: pd.DataFrame) -> pd.DataFrame:
    """Which estimators were used, and why the others were not."""
    base = kind.split(",")[0]
    there = set(table["measure"])
    shown: dict[str, Callable[[str], bool]] = {
        "first indices": lambda m: m.startswith("first"),
        "total indices": lambda m: m.startswith("total"),
        "interactions of two": lambda m: m.startswith("interaction"),
        "regression": lambda m: m == "src",
        "PAWN": lambda m: m == "pawn_median",
        "delta": lambda m: m == "delta",
    }
    rows = []
    for name, kinds in ESTIMATORS.items():
        used = any(map(shown[name], there))
        able = kind in kinds or base in kinds
        why = "" if used else TIED if tied and name in ("total indices", "interactions of two") else WHY_NOT.get(name, "")
        rows.append((name, used, "its design allows it" if used else "no input varies so" if able else why))
    return pd.DataFrame(rows, columns=["estimator", "used", "why"])


def _reading(kind: str, table: pd.DataFrame, tied: Any, points: pd.DataFrame) -> list[str]:
    """How to read the table."""
    lines = []
    if tied:
        lines.append(said("drives.swept_tied"))
    elif kind == "sample" and (pair := _near_pair(points)):
        lines.append(said("drives.near", first=pair[0], second=pair[1], ranks=pair[2]))
    if {"pawn_median", "delta"} & set(table["measure"]):
        lines.append(said("drives.never_zero", inert=word(given_data.INERT)))
    if not any(measure.endswith("_mean") for measure in table["measure"]):
        lines.append(said("drives.once"))
    return lines


def _near_pair(points: pd.DataFrame) -> tuple[str, str, float] | None:
    """The two inputs that hang together most, where that is more than chance (three standard errors) would do."""
    table = given_data.numeric(points)
    if table.shape[1] < 2 or len(table) < given_data.LEAST_POINTS:
        return None
    ranks = np.corrcoef(table.rank().to_numpy().T)
    np.fill_diagonal(ranks, 0.0)
    a, b = map(int, np.unravel_index(int(np.abs(ranks).argmax()), ranks.shape))
    found = float(ranks[a, b])
    return (str(table.columns[a]), str(table.columns[b]), found) if abs(found) > 3.0 / np.sqrt(len(table)) else None
