"""Boxes and a tree fitted on one half of the points and reported on the other, which they have not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tandem.experiments.discovery.boxes import Box, Limit, chance, least_by_chance, narrowed, peeling, pruned, quality
from tandem.experiments.discovery.coded import Coded
from tandem.experiments.discovery.event import Looked
from tandem.experiments.discovery.rows import design_rows
from tandem.experiments.discovery.tables import looked_at
from tandem.sim.frames import digest_of
from tandem.sim.given import refused
from tandem.sim.intervals import share_of_rows
from tandem.sim.origin import origin_of_function
from tandem.sim.own import Own, made_by
from tandem.sim.seeds import entropy, seed_of

if TYPE_CHECKING:
    from sklearn.tree._tree import Tree

MOST_BOXES = 3
RESAMPLES, REDRAWS = 1000, 40
LEAST_ROWS = 5
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
    """Where an event gathers. Every figure is of the half that was not fitted on: density (share of runs with the event) and
    coverage (share of the event's runs) from 0 to 1, with 95% intervals, lift in times the usual."""

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
    rows: int
    """Design rows, which were split and redrawn; as many as points where each point was drawn by itself."""

    @property
    def told(self) -> list[str]:
        """What was found, a sentence each."""
        fitted, held = (len(half) for half in self.halves)
        said = [f"{self.event.told}: in {self.base:.1%} of runs. Fitted on {fitted:,} points, reported on {held:,} others."]
        if self.rows < fitted + held:
            said.append(f"They come from {self.rows:,} design rows; points of one row were split, redrawn and counted together.")
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
    rows: pd.Series | np.ndarray | None = None,
) -> Discovery:
    """Look for boxes and a tree.

    `event`: an Event of `tandem.experiments.discovery`: an output, a line, and whether above it; `seed` of halves and redraws.
    `varied`: what was varied, one row a point (numbers or words); `share`: share of each point's replicates with the event
    (0-1), brought to the order of `varied` by their labels, where both have some; `progress` hears how many of MOST_BOXES x
    REDRAWS peelings are done. `rows`: which points were drawn together (a label a point: the design row that a plan crossed with
    scenarios, the block of a Saltelli design); they are split, redrawn and counted together. None: told from the numbers, see
    `tandem.experiments.discovery.rows.design_rows`. Raises Mistake in one sentence: no event, labels or lengths that differ, a
    share beyond 0 to 1, too few points or design rows; ScenarioError (a Mistake) for a column: twice there, no name, values that
    are missing.

    Returns a `Discovery`: `boxes`, `table`, `limits` and `tree`, one row a box, limit or leaf, and sentences in `told`.

    >>> import numpy as np, pandas as pd
    >>> from tandem.experiments.discovery import Event
    >>> from tandem import discover
    >>> points = pd.DataFrame(np.random.default_rng(1).random((400, 2)), columns=["a", "b"])
    >>> found = discover(Event("y", 0.0, True), points, (points["a"] > 0.7).astype(float))
    >>> round(found.boxes[0].limits["a"].low, 1)
    0.7
    """
    seed, labels = seed_of(seed), varied
    if not isinstance(getattr(event, "told", None), str):
        raise refused("event", event, "no event", "an Event of tandem.experiments.discovery")
    varied, share = looked_at(varied, share)
    points = Coded.of(varied, design_rows(varied, rows, labels))
    found = _found(event, varied, share, points, seed, progress)
    content = digest_of(varied.assign(**{"share of replicates": share.to_numpy(), "design row": points.rows}))
    asked = {"event": event.told, "inputs": [*map(str, varied)], "points": len(varied), "seed": seed}
    return made_by(found, origin_of_function("discover", None, content, **asked))


def _found(
    event: Looked, varied: pd.DataFrame, share: pd.Series, points: Coded, seed: int | str, progress: Callable[[int], None]
) -> Discovery:
    """Boxes and tree of points that have been looked at."""
    draw = np.random.default_rng(entropy(seed, 29))
    first, second = halved(points, draw)
    values = share.to_numpy(dtype=float)
    x, y, held_x, held_y = points.take(first), values[first], points.take(second), values[second]
    boxes, table, limits = _boxes(x, y, held_x, held_y, draw, progress)
    parts = [varied.iloc[half].reset_index(drop=True) for half in (first, second)]
    return Discovery(
        event,
        float(share.mean()),
        tuple(boxes),
        pd.DataFrame(table, columns=list(TABLE)),
        pd.DataFrame(limits, columns=["box", "input", "told", "p", "steady", "kept"]),
        leaves(parts[0], y, parts[1], held_y, held_x.rows),
        (parts[0].assign(event=y), parts[1].assign(event=held_y)),
        seed,
        points.row_count,
    )


def halved(points: Coded, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Places of the points to fit on and of those to report on: half of the design rows each, with all of their points."""
    order = draw.permutation(points.row_count)
    fitted = np.zeros(points.row_count, dtype=bool)
    fitted[order[: len(order) // 2]] = True
    return np.flatnonzero(fitted[points.rows]), np.flatnonzero(~fitted[points.rows])


def _boxes(
    x: Coded, y: np.ndarray, held_x: Coded, held_y: np.ndarray, draw: np.random.Generator, progress: Callable[[int], None]
) -> tuple[list[Box], list[dict[str, object]], list[dict[str, object]]]:
    """Boxes one after the other, each on what those before leave; their table, and the table of their limits."""
    boxes: list[Box] = []
    table: list[dict[str, object]] = []
    limits: list[dict[str, object]] = []
    everywhere = held_y
    for number in range(1, MOST_BOXES + 1):
        if y.sum() < 5.0 or len(x) < 20:
            break
        box = fitted(x, y)
        if not box.limits:
            break
        inside, held_inside = box.holds(x), box.holds(held_x)
        row = reported(held_inside, held_x, held_y, everywhere, draw)
        row |= {"box": number, "told": box.told, "fitted_density": quality(inside, y)[1]}
        if row["verdict"] != "decided" and boxes:
            break
        boxes.append(box)
        table.append(row)
        limits += judged(number, box, x, y, held_x, held_y, draw, progress)
        x, y = x.take(~inside), y[~inside]
        held_x, held_y = held_x.take(~held_inside), held_y[~held_inside]
    return boxes, table, limits


def fitted(points: Coded, event: np.ndarray) -> Box:
    """The box of a peeling that chance explains least, without the limits that it explains."""
    return pruned(least_by_chance(peeling(points, event), event), points, event)


def reported(
    inside: np.ndarray, points: Coded, event: np.ndarray, everywhere: np.ndarray, draw: np.random.Generator
) -> dict[str, object]:
    """Coverage, density and their 95% intervals on points that were not fitted on: of coverage by redrawing design rows, each
    with its points, of density as of a share in rows that were drawn together.

    Decided only where the interval lies above the usual share and points of at least LEAST_ROWS design rows lie inside: redrawing
    fewer says nothing of chance.
    """
    base, total = float(everywhere.mean()), float(everywhere.sum())
    hit, count, events = (points.by_row(values) for values in (event * inside, inside.astype(float), event))
    drawn = draw.integers(0, points.row_count, (RESAMPLES, points.row_count))
    hits = hit[drawn].sum(axis=1)
    covers = hits / np.maximum(events[drawn].sum(axis=1) + total - event.sum(), 1e-12)
    density, low, high = share_of_rows(event[inside], points.rows[inside])
    sure = low > base and int((count > 0).sum()) >= LEAST_ROWS
    return {
        "points": int(inside.sum()),
        "coverage": float(event[inside].sum() / total) if total else np.nan,
        "coverage_low": min(1.0, float(np.quantile(covers, 0.025))),
        "coverage_high": min(1.0, float(np.quantile(covers, 0.975))),
        "density": density,
        "density_low": float(low),
        "density_high": float(high),
        "lift": density / base if base else np.nan,
        "verdict": "decided" if sure else "undecided",
    }


def judged(
    number: int,
    box: Box,
    points: Coded,
    event: np.ndarray,
    held: Coded,
    held_event: np.ndarray,
    draw: np.random.Generator,
    progress: Callable[[int], None],
) -> list[dict[str, object]]:
    """How sure each limit is: chance on the other half, and how often peelings of redrawn design rows limit the same input."""
    again = dict.fromkeys(box.limits, 0)
    for _ in range(REDRAWS):
        part, which = points.redrawn(draw)
        other = fitted(part, event[which])
        for name in again:
            again[name] += name in other.limits
        progress(1)
    found = []
    for name, limit in box.limits.items():
        p, steady = chance(box, name, held, held_event), again[name] / REDRAWS
        sure = bool(p <= 0.05 and steady >= STEADY)
        found.append({"box": number, "input": name, "told": limit.told, "p": p, "steady": steady, "kept": sure})
    return found


def leaves(x: pd.DataFrame, y: np.ndarray, held_x: pd.DataFrame, held_y: np.ndarray, held_rows: np.ndarray) -> pd.DataFrame:
    """A second view: a regression tree of depth three (CART), each leaf reported on the other half, the densest first.
    `held_rows`: the design row of each point of that half, by which intervals count."""
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
        density, low, high = share_of_rows(values, held_rows[where == leaf])
        rows.append(
            {
                "told": box.told,
                "points": len(values),
                "density": density,
                "density_low": low,
                "density_high": high,
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
