"""Plays a design block by block and keeps only sums: memory does not grow with n."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.sensitivity.crossings import lowered
from tandem.experiments.sensitivity.designs import BINS, Block, Design, Moments
from tandem.experiments.sensitivity.factors import level_of
from tandem.experiments.sensitivity.points import Plan
from tandem.experiments.sensitivity.runner import NotFinite, Runner

VALUES_AT_ONCE = 1 << 17  # half a minute of firms: so much is lost at most when a run is killed
ROWS_AT_ONCE = 1024
FIRST_ROWS = 4096  # rows of A kept for the second opinion

Progress = Callable[[int], None]


@dataclass
class Sums:
    """Sums of the moments of one output. `sums[name]`: (replications, how many); `counts`: rows in each replication.

    `squares`: row by row second moments of total and variance, (replications, 2 g + 1), for the interval that would hold
    if rows were independent.
    """

    sums: dict[str, np.ndarray]
    counts: np.ndarray
    squares: np.ndarray


@dataclass
class Kept:
    """The sums of one output, cell by cell of what is held: arrays as in `Sums` with one more axis, (cells, ...), in front.

    `by_level`: of a factor told level by level, "counts" (levels,), "totals" (levels, g) and "products" (levels, g, g): sums over
    rows of the total variance of each group, and of their products.
    """

    cells: dict[str, np.ndarray]
    counts: np.ndarray
    squares: np.ndarray
    by_level: dict[str, np.ndarray]

    def first(self, replications: int) -> Kept:
        """The sums of the first replications; `by_level` is of all rows that were played."""
        cells = {name: total[:, :replications] for name, total in self.cells.items()}
        return Kept(cells, self.counts[:, :replications], self.squares[:, :replications], self.by_level)

    def within(self, chosen: np.ndarray) -> Sums:
        """The sums over some cells, bool (cells,)."""
        return Sums(
            {name: total[chosen].sum(axis=0) for name, total in self.cells.items()},
            self.counts[chosen].sum(axis=0),
            self.squares[chosen].sum(axis=0),
        )

    @property
    def whole(self) -> Sums:
        """The sums over all cells."""
        return self.within(np.ones(len(self.counts), dtype=bool))


@dataclass
class Played:
    """What a design left behind: sums by output, failed rows, and the first rows of A with their first run. `bounds`: the same
    sums with failed runs at the lowest and at the highest finite output, where runs failed and that was allowed."""

    by_output: list[Kept]
    bounds: list[tuple[Kept, Kept]] | None
    failed_rows: int
    failed_runs: int
    first_points: np.ndarray
    first_values: np.ndarray
    plan: Plan
    """The rows that were played, which are fewer than planned where a look was enough."""

    def first(self, plan: Plan) -> Played:
        """What a smaller plan left behind, of which these rows are a continuation."""
        few = plan.replications
        bounds = None if self.bounds is None else [(low.first(few), high.first(few)) for low, high in self.bounds]
        return replace(self, by_output=[each.first(few) for each in self.by_output], bounds=bounds, plan=plan)


Enough = Callable[[Played], bool]
"""Whether what has been played at a look is enough."""


def rows_at_once(design: Design, outputs: int) -> int:
    """Rows a block, a power of two: enough to be quick, few enough to be small."""
    fit = VALUES_AT_ONCE // max(1, design.arms * design.replicates * outputs)
    return int(min(ROWS_AT_ONCE, max(32, 1 << max(0, fit.bit_length() - 1))))


def play(
    design: Design,
    plan: Plan,
    run: Runner,
    allow_failed: float,
    progress: Progress,
    kept_in: Checkpoint | None = None,
    told_by: tuple[str, int] | None = None,
    enough: Enough = lambda played: False,
) -> Played:
    """Play all base rows. NotFinite where more than the share `allow_failed` of rows holds an output that is not finite.

    `told_by`: a factor alone in its group, and the number of its levels, which are told one by one (see `Kept`).

    `kept_in`: where sums are kept on the way, and taken up again; sums are added in the order of rows, so that an analysis
    which was stopped gives the same bits. Rows that failed are not kept: an analysis that allows them starts anew.

    `enough` is asked at each look of the plan but the last (see `Plan.looks`), and ends it.
    """
    so_far = _SoFar(design, plan, run, allow_failed, told_by)
    done = 0
    if kept_in is not None and (state := kept_in.load()):
        done = so_far.take_up(state)
        progress(int(state["runs"]))
    most = min(rows_at_once(design, len(run.outputs)), min(plan.looks, default=ROWS_AT_ONCE))
    for number, (part, block) in enumerate(_blocks(plan, most)):
        if number >= done:
            before = run.runs
            values = design.play(run, block)
            progress(run.runs - before)
            so_far.add(part, block, values)
            if kept_in is not None and not so_far.failed and kept_in.due:
                kept_in.save(so_far.state(number + 1))
        rows = int(block.numbers[-1]) + 1
        # One that was stopped between a block and its look has that look still before it.
        if number >= done - 1 and rows in plan.looks[:-1]:
            here = plan.at_look(rows)
            if enough(so_far.played().first(here)):
                return so_far.played().first(here)
    return so_far.played()


class _SoFar:
    """What has been played so far: sums of every output, their range, the first rows, and the rows that failed."""

    def __init__(self, design: Design, plan: Plan, run: Runner, allow_failed: float, told_by: tuple[str, int] | None):
        self.plan, self.run, self.allow_failed = plan, run, allow_failed
        outputs = len(run.outputs)
        self.kept = [_Keeper(design, plan, run.spreads[:, output], told_by) for output in range(outputs)]
        self.failed: list[tuple[int, Block, np.ndarray]] = []
        self.failed_runs = 0
        self.low, self.high = np.full(outputs, np.inf), np.full(outputs, -np.inf)
        self.first_points: list[np.ndarray] = []
        self.first_values: list[np.ndarray] = []
        self.started = run.runs

    def take_up(self, state: Mapping[str, np.ndarray]) -> int:
        """Go on from what was kept; the number of blocks that are done."""
        for output, keeper in enumerate(self.kept):
            keeper.take_up(state, f"{output}:")
        self.low, self.high = state["low"], state["high"]
        self.first_points, self.first_values = [state["first_points"]], [state["first_values"]]
        self.run.runs += int(state["runs"])
        return int(state["blocks"])

    def state(self, blocks: int) -> dict[str, np.ndarray]:
        """What to keep after so many blocks."""
        return {
            "blocks": np.array(blocks),
            "runs": np.array(self.run.runs - self.started),
            "low": self.low,
            "high": self.high,
            "first_points": np.concatenate(self.first_points),
            "first_values": np.concatenate(self.first_values, axis=1),
            **{name: array for output, keeper in enumerate(self.kept) for name, array in keeper.state(f"{output}:").items()},
        }

    def add(self, part: int, block: Block, values: np.ndarray) -> None:
        """Add a block's values, float64 (outputs, arms, replicates, rows)."""
        finite = np.isfinite(values)
        fine = finite.all(axis=(0, 1, 2))
        if not fine.all():
            self._set_aside(part, block, values, finite, fine)
        self.low = np.minimum(self.low, np.where(finite, values, np.inf).min(axis=(1, 2, 3)))
        self.high = np.maximum(self.high, np.where(finite, values, -np.inf).max(axis=(1, 2, 3)))
        if sum(map(len, self.first_points)) < FIRST_ROWS:
            self.first_points.append(block.a[fine])
            self.first_values.append(values[:, 0, 0, fine])
        clean = np.where(fine, values, 0.0)
        for output, keeper in enumerate(self.kept):
            keeper.add(part, block, clean[output], fine)

    def _set_aside(self, part: int, block: Block, values: np.ndarray, finite: np.ndarray, fine: np.ndarray) -> None:
        self.failed_runs += int((~finite).any(axis=0).sum())
        rows = np.flatnonzero(~fine)
        lost = sum(len(there.numbers) for _, there, _ in self.failed) + len(rows)
        if lost > self.allow_failed * self.plan.n:
            raise NotFinite(_told(lost, self.plan.n, self.allow_failed, block, values, rows[0], self.run))
        for row in rows:
            at = part + (0 if self.plan.sobol else row // self.plan.rows)
            self.failed.append((int(at), _some(block, [int(row)]), values[..., [row]]))

    def _bounds(self) -> list[tuple[Kept, Kept]] | None:
        """Sums of each output with all that failed at the low and at the high end of what was seen; None where nothing did."""
        if not self.failed:
            return None
        bounds = []
        for output, keeper in enumerate(self.kept):
            both = []
            for end in (self.low[output], self.high[output]):
                other = keeper.copy()
                for at, block, values in self.failed:
                    filled = np.where(np.isfinite(values[output]), values[output], end)
                    other.add(at, block, filled, np.ones(1, dtype=bool))
                both.append(other.result())
            bounds.append((both[0], both[1]))
        return bounds

    def played(self) -> Played:
        """The whole."""
        return Played(
            [keeper.result() for keeper in self.kept],
            self._bounds(),
            len(self.failed),
            self.failed_runs,
            np.concatenate(self.first_points)[:FIRST_ROWS],
            np.concatenate(self.first_values, axis=1)[:, :FIRST_ROWS],
            self.plan,
        )


def _blocks(plan: Plan, most: int) -> Iterator[tuple[int, Block]]:
    for part, numbers, a, b in plan.blocks(most):
        yield part, Block(numbers, a, b)


def _some(block: Block, rows: list[int]) -> Block:
    return Block(block.numbers[rows], block.a[rows], block.b[rows])


def _told(lost: int, n: int, allowed: float, block: Block, values: np.ndarray, row: int, run: Runner) -> str:
    output = int(np.flatnonzero(~np.isfinite(values[..., row]).all(axis=(1, 2)))[0])
    told = ", ".join(f"{x:.6g}" for x in block.a[row][:8]) + (", ..." if block.a.shape[1] > 8 else "")
    limit = f"more than the share {allowed:g} allowed" if allowed else "none is allowed (see allow_failed)"
    return (
        f"{run.outputs[output]!r} is not finite at or near the point ({told}), base row {block.numbers[row]}: {lost} of {n} rows "
        f"failed so far, {limit}"
    )


class _Keeper:
    """Adds up one output's moments, cell by cell. `spreads` (cells,): what each cell's values are divided by, beside what the
    runner took off; moves are kept in units of the output."""

    def __init__(self, design: Design, plan: Plan, spreads: np.ndarray, told_by: tuple[str, int] | None):
        self.design, self.plan, self.spreads, self.told_by = design, plan, spreads, told_by
        self.totals: dict[str, np.ndarray] = {}
        self.counts = np.zeros((len(spreads), plan.replications))
        groups = len(design.factors.groups)
        self.squares = np.zeros((len(spreads), plan.replications, 2 * groups + 1))
        levels = told_by[1] if told_by is not None else 0
        sizes = {"counts": (levels,), "totals": (levels, groups), "products": (levels, groups, groups)}
        self.by_level = {name: np.zeros(size) for name, size in sizes.items()}

    def add(self, part: int, block: Block, values: np.ndarray, fine: np.ndarray) -> None:
        """Values (arms, replicates, rows) of a block whose first row belongs to replication `part`."""
        cells = self.design.factors.cell(block.a)
        values = values / self.spreads[cells]
        moments = self.design.moments(values, block.numbers)
        moments["moves"] = moments["moves"] * self.spreads[cells]
        moments |= self._crossings(block, values)
        for cell in np.unique(cells):
            self._add(int(cell), part, block, moments, fine & (cells == cell))
        if self.told_by is not None:
            self._add_levels(block, values, fine)

    def _add(self, cell: int, part: int, block: Block, moments: Moments, mine: np.ndarray) -> None:
        rows = len(block.numbers)
        many = 1 if self.plan.sobol or rows < self.plan.rows else rows // self.plan.rows
        where, everyone = slice(part, part + many), bool(mine.all())
        self.counts[cell, where] += mine.reshape(many, -1).sum(axis=1)

        def summed(each: np.ndarray) -> np.ndarray:
            kept = each if everyone else np.where(mine, each, 0.0)
            total: np.ndarray = kept.reshape(len(each), many, rows // many).sum(axis=2).T
            return total

        for name, each in moments.items():
            if name != "moves":
                self._total(name, len(each))[cell, where] += summed(each)
        total, variance = moments["total"], moments["variance"]
        self.squares[cell, where] += summed(np.concatenate([total**2, total * variance, variance**2]))
        at = np.repeat(np.arange(many), rows // many)
        bins = self._total("bins", len(self.design.factors.names) * BINS)
        for factor, group in enumerate(self.design.factors.group_of):
            move = np.where(mine, moments["moves"][group], 0.0)
            into = np.bincount(at * BINS + _bin(block.b[:, factor]), weights=move, minlength=many * BINS)
            out = np.bincount(at * BINS + _bin(block.a[:, factor]), weights=move, minlength=many * BINS)
            bins[cell, where, factor * BINS : (factor + 1) * BINS] += (into - out).reshape(many, BINS)

    def _crossings(self, block: Block, values: np.ndarray) -> Moments:
        """`lowered` and `crossings`, (k, rows) each: see `tandem.experiments.sensitivity.crossings`. A factor that moves with
        others has none."""
        found = np.zeros((2, len(self.design.factors.names), len(block.numbers)))
        for factor, group in enumerate(self.design.factors.group_of):
            if self.design.factors.group_of.count(group) == 1:
                found[:, factor] = lowered(self.design.moved(values, group), block.a[:, factor], block.b[:, factor])
        return {"lowered": found[0], "crossings": found[1]}

    def _add_levels(self, block: Block, values: np.ndarray, fine: np.ndarray) -> None:
        """Total variances where the factor told by its levels stands as in A, and as in B, to the level it has there."""
        name, levels = self.told_by  # type: ignore[misc]
        column = self.design.factors.names.index(name)
        ends = self.design.totals_at(values, self.design.factors.group_of[column])
        for points, totals in zip((block.a, block.b), ends):
            level, kept = level_of(points[fine, column], levels), totals[:, fine].T
            np.add.at(self.by_level["counts"], level, 1.0)
            np.add.at(self.by_level["totals"], level, kept)
            np.add.at(self.by_level["products"], level, kept[:, :, None] * kept[:, None, :])

    def _total(self, name: str, size: int) -> np.ndarray:
        if name not in self.totals:
            self.totals[name] = np.zeros((*self.counts.shape, size))
        return self.totals[name]

    def copy(self) -> _Keeper:
        """One that can be added to without changing this one."""
        other = _Keeper(self.design, self.plan, self.spreads, self.told_by)
        other.totals = {name: sums.copy() for name, sums in self.totals.items()}
        other.counts, other.squares = self.counts.copy(), self.squares.copy()
        other.by_level = {name: sums.copy() for name, sums in self.by_level.items()}
        return other

    def state(self, before: str) -> dict[str, np.ndarray]:
        """Everything added so far, each name with `before` in front."""
        every = {"counts": self.counts, "squares": self.squares} | {f"sum {name}": total for name, total in self.totals.items()}
        every |= {f"level {name}": sums for name, sums in self.by_level.items()}
        return {before + name: array for name, array in every.items()}

    def take_up(self, state: Mapping[str, np.ndarray], before: str) -> None:
        """Go on from what `state` gave."""
        mine = {name.removeprefix(before): array for name, array in state.items() if name.startswith(before)}
        self.counts, self.squares = mine["counts"], mine["squares"]
        self.totals = {name.removeprefix("sum "): array for name, array in mine.items() if name.startswith("sum ")}
        self.by_level = {name.removeprefix("level "): array for name, array in mine.items() if name.startswith("level ")}

    def result(self) -> Kept:
        """What was added up."""
        return Kept(self.totals, self.counts, self.squares, self.by_level)


def _bin(x: np.ndarray) -> np.ndarray:
    return np.minimum((x * BINS).astype(np.int64), BINS - 1)
