"""Design points of a plan, block by block, so that a design of any size is written without ever being in memory whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.store.factors import column
from tandem.experiments.store.own_table import OWN_COLUMNS, own_columns
from tandem.experiments.store.plan import MOST_RUNS, Plan
from tandem.experiments.store.random_designs import RANDOM_DESIGNS
from tandem.experiments.store.table_file import MOST_IN_MEMORY, read_table
from tandem.sim.scenario import ScenarioError

if TYPE_CHECKING:
    import pyarrow as pa  # a dry run does without

ROWS_IN_A_BLOCK = 65_536


class PointSource:
    """Points of a plan: `count`, `columns` (names beside point_id), and their `blocks()`."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.names = list(plan.scenarios)
        self._table = _own_table(plan) if plan.tables.design and plan.tables.design.kind == "table" else None
        self.factors = _factor_columns(self._table) if self._table is not None else list(plan.factors)
        self._crossed = self._table is None or "scenario" not in self._table
        self.rows = self._rows()
        self.count = self.rows * (len(self.names) if self._crossed else 1)
        if self.count > MOST_RUNS:
            raise ScenarioError(
                "too many points",
                file=plan.file,
                key="design",
                value=self.count,
                allowed=f"at most {MOST_RUNS:,}",
            )
        self.kind = plan.tables.design.kind if plan.tables.design else "factorial"
        random = RANDOM_DESIGNS.get(self.kind)
        if random and random.whole and self.rows * len(self.factors) > MOST_IN_MEMORY:
            raise ScenarioError(
                f"a {self.kind} design has to be in memory whole, and this one is too large",
                file=plan.file,
                key="design.points",
                value=self.rows,
                allowed='fewer points, or kind = "sobol"',
            )

    def _rows(self) -> int:
        design, factors = self.plan.tables.design, self.plan.factors
        if self._table is not None:
            return len(next(iter(self._table.values())))
        if design is None or design.kind == "factorial":
            return prod(len(factor.grid) for factor in factors.values())
        assert design.points is not None
        return RANDOM_DESIGNS[design.kind].rows(design.points, len(factors), design.second_order)

    def identity(self) -> dict[str, Any]:
        """What decides the points, as JSON: part of the sweep's name."""
        design = self.plan.tables.design
        said: dict[str, Any] = {
            "kind": self.kind,
            "factors": {
                path: factor.model_dump(exclude_none=True, exclude_defaults=True) for path, factor in self.plan.factors.items()
            },
        }
        if self.plan.correlation is not None:
            said["correlation"] = self.plan.correlation.identity()
        if design is not None:
            said |= design.model_dump(exclude_none=True, exclude={"kind", "file"})
        if self._table is not None:
            said["table_sha256"] = _sha256_of(self._table)
        return said

    def blocks(self) -> Iterator[pa.Table]:
        """Tables of point_id (int64), scenario (int32, a place among the plan's scenarios), the factors by path, and firm and
        luck (int64) where an own table has them."""
        from tandem.experiments.store.tables import arrow_table

        base = 0
        for rows in self._unit_blocks():
            here = len(next(iter(rows.values()))) if rows else self.rows
            copies = len(self.names) if self._crossed else 1
            made: dict[str, Any] = {"point_id": base + np.arange(here * copies, dtype=np.int64)}
            if self._crossed:
                made["scenario"] = np.tile(np.arange(copies, dtype=np.int32), here)
            for name, values in rows.items():
                made[name] = np.repeat(values, copies) if copies > 1 else values
            yield arrow_table(made)
            base += here * copies

    def _unit_blocks(self) -> Iterator[dict[str, np.ndarray]]:
        step = max(1, ROWS_IN_A_BLOCK // (len(self.names) if self._crossed else 1))
        factors = self.plan.factors
        if self._table is not None:
            for low in range(0, self.rows, step):
                yield {name: values[low : low + step] for name, values in self._table.items()}
        elif self.kind == "factorial":
            yield from _factorial({path: factor.grid for path, factor in factors.items()}, step)
        else:
            for places in self._places(step):
                yield {path: factor.at(places[:, place]) for place, (path, factor) in enumerate(factors.items())}

    def _places(self, step: int) -> Iterator[np.ndarray]:
        design = self.plan.tables.design
        assert design is not None
        assert design.points is not None
        made = RANDOM_DESIGNS[self.kind].blocks
        for places in made(list(self.plan.factors), design.points, design.seed, design.second_order, self.rows, step):
            yield places if self.plan.correlation is None else self.plan.correlation.places(places)


def _factorial(grids: dict[str, list[Any]], step: int) -> Iterator[dict[str, np.ndarray]]:
    """All combinations; the last factor changes fastest."""
    if not grids:
        yield {}
        return
    total = prod(map(len, grids.values()))
    arrays = {path: column(values) for path, values in grids.items()}
    for low in range(0, total, step):
        index = np.arange(low, min(low + step, total))
        rows: dict[str, np.ndarray] = {}
        for path, values in reversed(arrays.items()):
            index, place = np.divmod(index, len(values))
            rows[path] = values[place]
        yield {path: rows[path] for path in arrays}


def _own_table(plan: Plan) -> dict[str, np.ndarray]:
    """The columns of the file that a table design names, checked."""
    design = plan.tables.design
    assert design is not None and design.file is not None
    path = plan.folder / Path(design.file).expanduser()

    def refuse(problem: str, **more: Any) -> ScenarioError:
        return ScenarioError(problem, file=str(path), **more)

    frame = read_table(path, refuse)
    if frame.empty:
        raise refuse("the table has no rows")
    return own_columns(frame, plan.scenarios, refuse)


def _factor_columns(table: dict[str, np.ndarray]) -> list[str]:
    return [name for name in table if name not in OWN_COLUMNS]


def _sha256_of(columns: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(f"{name}\0{values.dtype.kind}\0{len(values)}\0".encode())
        digest.update("\0".join(map(str, values)).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
