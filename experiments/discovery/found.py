"""Boxes and a tree fitted on one half of the points and reported on the other, which they have not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tandem.experiments.discovery.boxes import Box, Limit, chance, chosen, narrowed, peel, pruned, quality
from tandem.experiments.discovery.event import Looked
from tandem.experiments.discovery.tables import looked_at
from tandem.sim.own import Own
from tandem.sim.seeds import entropy, seed_of

if TYPE_CHECKING:
    from sklearn.tree._tree import Tree

MOST_BOXES = 3
RESAMPLES, REDRAWS = 1000, 40
STEADY = 0.75
"""A limit is called steady if it comes back in at least this share of peelings of redrawn points."""
DEPTH, LEAST_LEAF = 3, 0.05


TABLE = (
    "box",
    "told",
    "points",
    "coverage",
    "coverage_low",
    "coverage_high",
    "density",
    "density_low",
    "density_high",
    "lift",
    "fitted_density",
    "verdict",
)


@dataclass(frozen=True)
class Discovery(Own):
    """Where an event gathers. Every figure is of the half that was not fitted on."""

    event: Looked
    base: float
    """Share of runs with the event (0-1)."""
    boxes: tuple[Box, ...]
    table: pd.DataFrame
    """One row a box: box, told, points, coverage, coverage_low, coverage_high, density, density_low, density_high, lift,
    fitted_density, verdict ("decided" where the interval of density lies above the base share, else "undecided")."""
    limits: pd.DataFrame
    """One row a limit: box, input, told, p (quasi p-value on the other half), steady (share of redrawn peelings with it),
    kept."""
    tree: pd.DataFrame
    """One row a leaf of a tree of depth three: told, points, density, density_low, density_high, share (of the event)."""
    halves: tuple[pd.DataFrame, pd.DataFrame]
    """The points fitted on and those reported on, with their `event` (share of replicates)."""
    seed: int | str

    @property
    def told(self) -> list[str]:
        """What was found, a sentence each."""
        fitted, held = (len(half) for half in self.halves)
        said = [f"{self.event.told}: in {self.base:.1%} of runs. Fitted on {fitted:,} points, reported on {held:,} others."]
        found = [row for row in self.table.to_dict("records") if row["verdict"] == "decided"]
        if not found:
            return [*said, "No region was found in which it decidedly gathers."]
        for row in found:
            said.append(
                f"Box {row['box']}: {row['told']}. It happens there in {row['density']:.0%} of runs "
                f"[{row['density_low']:.0%}, {row['density_high']:.0%}], {row['lift']:.1f} times the usual, and "
                f"{row['coverage']:.0%} [{row['coverage_low']:.0%}, {row['coverage_high']:.0%}] of all its cases lie there."
            )
            loose = self.limits[(self.limits["box"] == row["box"]) & ~self.limits["kept"]]
            if len(loose):
                said.append(f"Not sure of: {', '.join(loose['told'])} (by chance or not steady under redrawing).")
        return said


def discover(
    event: Looked,
    varied: pd.DataFrame,
    share: pd.Series,
    seed: int | str = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> Discovery:
    """Look for boxes and a tree.

    `varied`: what was varied, one row a point (numbers or words); `share`: share of each point's replicates with the event (0-1),
    brought to the order of `varied` by their labels, where both have some; `progress` hears how many of MOST_BOXES x REDRAWS
    peelings are done. Raises Mistake in one sentence: labels or lengths that differ, a column that stands there twice, values
    that are missing, too few points.

    >>> import numpy as np, pandas as pd
    >>> from tandem.experiments.discovery import Event
    >>> from tandem import discover
    >>> points = pd.DataFrame(np.random.default_rng(1).random((400, 2)), columns=["a", "b"])
    >>> found = discover(Event("y", 0.0, True), points, (points["a"] > 0.7).astype(float))
    >>> round(found.boxes[0].limits["a"].low, 1)
    0.7
    """
    seed, (varied, share) = seed_of(seed), looked_at(varied, share)
    draw = np.random.default_rng(entropy(seed, 29))
    order = draw.permutation(len(varied))
    first, second = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    x, y = varied.iloc[first].reset_index(drop=True), share.to_numpy(dtype=float)[first]
    held_x, held_y = varied.iloc[second].reset_index(drop=True), share.to_numpy(dtype=float)[second]
    boxes: list[Box] = []
    left = np.ones(len(x), dtype=bool)
    rows: list[dict[str, object]] = []
    limits: list[dict[str, object]] = []
    held_left = np.ones(len(held_x), dtype=bool)
    for number in range(1, MOST_BOXES + 1):
        part, event_here = x[left], y[left]
        if event_here.sum() < 5.0 or len(part) < 20:
            break
        box = pruned(chosen(peel(part, event_here), part, event_here), part, event_here)
        if not box.limits:
            break
        row = reported(box, held_x[held_left], held_y[held_left], held_y, draw)
        row |= {"box": number, "told": box.told, "fitted_density": quality(box.holds(part), event_here)[1]}
        if row["verdict"] != "decided" and boxes:
            break
        boxes.append(box)
        rows.append(row)
        limits += judged(number, box, part, event_here, held_x[held_left], held_y[held_left], draw, progress)
        left[left] = ~box.holds(part)
        held_left[held_left] = ~box.holds(held_x[held_left])
    halves = (x.assign(event=y), held_x.assign(event=held_y))
    return Discovery(
        event,
        float(share.mean()),
        tuple(boxes),
        pd.DataFrame(rows, columns=list(TABLE)),
        pd.DataFrame(limits, columns=["box", "input", "told", "p", "steady", "kept"]),
        leaves(x, y, held_x, held_y, draw),
        halves,
        seed,
    )


def reported(
    box: Box, varied: pd.DataFrame, event: np.ndarray, everywhere: np.ndarray, draw: np.random.Generator
) -> dict[str, object]:
    """Coverage, density and their 95% intervals (points redrawn) on points that were not fitted on."""
    inside = box.holds(varied)
    base, total = float(everywhere.mean()), float(everywhere.sum())
    drawn = draw.integers(0, len(event), (RESAMPLES, len(event)))
    hits, counts = (event * inside)[drawn].sum(axis=1), inside[drawn].sum(axis=1)
    covers = hits / np.maximum(event[drawn].sum(axis=1) + total - event.sum(), 1e-12)
    with np.errstate(invalid="ignore", divide="ignore"):
        dense = hits / counts
    density = float(event[inside].mean()) if inside.any() else np.nan
    low, high = np.nanquantile(dense, [0.025, 0.975]) if np.isfinite(dense).any() else (np.nan, np.nan)
    return {
        "points": int(inside.sum()),
        "coverage": float(event[inside].sum() / total) if total else np.nan,
        "coverage_low": float(np.quantile(covers, 0.025)),
        "coverage_high": float(np.quantile(covers, 0.975)),
        "density": density,
        "density_low": float(low),
        "density_high": float(high),
        "lift": density / base if base else np.nan,
        "verdict": "decided" if low > base else "undecided",
    }


def judged(
    number: int,
    box: Box,
    fitted: pd.DataFrame,
    event: np.ndarray,
    held: pd.DataFrame,
    held_event: np.ndarray,
    draw: np.random.Generator,
    progress: Callable[[int], None],
) -> list[dict[str, object]]:
    """How sure each limit is: chance on the other half, and how often peelings of redrawn points limit the same input."""
    again = dict.fromkeys(box.limits, 0)
    for _ in range(REDRAWS):
        rows = draw.integers(0, len(event), len(event))
        part = fitted.iloc[rows].reset_index(drop=True)
        other = pruned(chosen(peel(part, event[rows]), part, event[rows]), part, event[rows])
        for name in again:
            again[name] += name in other.limits
        progress(1)
    found = []
    for name, limit in box.limits.items():
        p, steady = chance(box, name, held, held_event), again[name] / REDRAWS
        found.append(
            {
                "box": number,
                "input": name,
                "told": limit.told,
                "p": p,
                "steady": steady,
                "kept": bool(p <= 0.05 and steady >= STEADY),
            }
        )
    return found


def leaves(x: pd.DataFrame, y: np.ndarray, held_x: pd.DataFrame, held_y: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """A second view: a regression tree of depth three (CART), each leaf reported on the other half, the densest first."""
    from sklearn.tree import DecisionTreeRegressor

    both = pd.concat([x, held_x], ignore_index=True)
    texts = [name for name in both if not pd.api.types.is_numeric_dtype(both[name])]
    words = {f"{name}={word}": (str(name), str(word)) for name in texts for word in sorted(both[name].astype(str).unique())}
    encoded = (
        both.drop(columns=texts)
        .astype(float)
        .assign(**{column: (both[name].astype(str) == word).astype(float) for column, (name, word) in words.items()})
    )
    mine, other = encoded.iloc[: len(x)], encoded.iloc[len(x) :]
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=max(1, int(LEAST_LEAF * len(x))), random_state=0).fit(
        mine.to_numpy(), y
    )
    where = tree.apply(other.to_numpy())
    rows = []
    for leaf, box in paths(tree.tree_, list(encoded.columns), words).items():
        values = held_y[where == leaf]
        if not len(values):
            continue
        means = values[draw.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
        rows.append(
            {
                "told": box.told,
                "points": len(values),
                "density": float(values.mean()),
                "density_low": float(np.quantile(means, 0.025)),
                "density_high": float(np.quantile(means, 0.975)),
                "share": float(values.sum() / held_y.sum()) if held_y.sum() else np.nan,
            }
        )
    return pd.DataFrame(rows).sort_values("density", ascending=False, ignore_index=True)


def paths(tree: Tree, names: list[str], words: dict[str, tuple[str, str]]) -> dict[int, Box]:
    """What leads to each leaf, as a box. `words`: column of zeros and ones -> (input, the word it stands for)."""
    found: dict[int, Box] = {}

    def walk(node: int, box: Box, barred: tuple[str, ...]) -> None:
        if tree.children_left[node] == tree.children_right[node]:
            found[node] = box
            return
        name, line = names[tree.feature[node]], float(tree.threshold[node])
        if name in words:
            inputs, word = words[name]
            others = tuple(other for key, (owner, other) in words.items() if owner == inputs and other not in (word, *barred))
            walk(tree.children_left[node], narrowed(box, Limit(inputs, words=others)), (*barred, word))
            walk(tree.children_right[node], narrowed(box, Limit(inputs, words=(word,))), barred)
            return
        walk(tree.children_left[node], narrowed(box, Limit(name, high=line)), barred)
        walk(tree.children_right[node], narrowed(box, Limit(name, low=line)), barred)

    walk(0, Box(), ())
    return found
