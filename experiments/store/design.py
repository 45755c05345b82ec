"""Design points of a plan, block by block, so that a design of any size is written without ever being in memory whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.store.factors import column
from tandem.experiments.store.plan import MOST_RUNS, Plan
from tandem.experiments.store.random_designs import RANDOM_DESIGNS
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.paths import FIELDS, pattern, unknown

if TYPE_CHECKING:
    import pyarrow as pa  # a dry run does without

ROWS_IN_A_BLOCK = 65_536
MOST_IN_MEMORY = 10**8  # numbers of a design that has to be made whole (Latin hypercube, own table)
LARGEST_TABLE = 2 << 30  # bytes
OWN_COLUMNS = ("scenario", "firm_id", "first_replicate")


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
        yield from made(list(self.plan.factors), design.points, design.seed, design.second_order, self.rows, step)


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
    path = plan.folder / design.file

    def refuse(problem: str, **more: Any) -> ScenarioError:
        return ScenarioError(problem, file=str(path), **more)

    import pandas as pd

    try:
        if not path.is_file() or path.stat().st_size > LARGEST_TABLE:
            raise refuse("no such file" if not path.exists() else "not a file of at most 2 GB", key="design.file")
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            table = pq.ParquetFile(path)
            if table.metadata.num_rows * max(1, table.metadata.num_columns) > MOST_IN_MEMORY:
                raise refuse("the table is too large", allowed=f"at most {MOST_IN_MEMORY:,} values")
            frame = table.read().to_pandas()
        elif path.suffix == ".csv":
            frame = pd.read_csv(path, keep_default_na=True)
        else:
            raise refuse("neither .csv nor .parquet", key="design.file", value=design.file)
    except ScenarioError:
        raise
    except Exception as error:
        raise refuse(f"cannot be read as a table ({type(error).__name__})") from None
    if frame.empty:
        raise refuse("the table has no rows")
    return own_columns(frame, plan.scenarios, refuse)


def own_columns(frame: Any, scenarios: dict[str, Any], refuse: Any) -> dict[str, np.ndarray]:
    """Columns of a caller's table of points, as arrays, checked: paths of parameters, and scenario, firm, luck."""
    made: dict[str, np.ndarray] = {}
    names = list(scenarios)
    for name in map(str, frame.columns):
        values = frame[name]
        if values.isna().any():
            raise refuse("a value is missing", key=name)
        if name == "scenario":
            wrong = sorted(set(map(str, values)) - set(names))
            if wrong:
                raise refuse("no such scenario in the plan", key=name, value=wrong[0], allowed=", ".join(names[:20]))
            made[name] = values.astype(str).map({title: place for place, title in enumerate(names)}).to_numpy(np.int32)
        elif name in ("firm_id", "first_replicate"):
            if values.dtype.kind not in "iu" or (values.dtype.kind == "i" and (values < 0).any()):
                raise refuse("not whole numbers of 0 or more", key=name)
            made[name] = values.to_numpy().astype(np.uint64).view(np.int64)
        elif pattern(name) not in FIELDS:
            problem = unknown(name)
            raise refuse(
                "unknown column",
                key=name,
                allowed="paths of parameters, scenario, firm, luck",
                suggestion=problem.suggestion,
            )
        else:
            array = values.to_numpy()
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise refuse("a value is not finite", key=name)
            array = array.astype(np.int64) if array.dtype.kind in "iu" else array
            made[name] = array if array.dtype.kind in "ifb" else np.array(list(map(str, array)), dtype=object)
            extremes = (
                [array.min(), array.max()]
                if array.dtype.kind in "if"
                else sorted(set(map(str, made[name])))
                if made[name].dtype == object
                else [True, False]
            )
            for value in extremes:
                for scenario in list(scenarios.values())[:20]:
                    try:
                        scenario.with_({name: value.item() if hasattr(value, "item") else value})
                    except ScenarioError as error:
                        raise refuse(
                            error.problem, key=name, value=error.value, allowed=error.allowed, suggestion=error.suggestion
                        ) from None
    return made


def _factor_columns(table: dict[str, np.ndarray]) -> list[str]:
    return [name for name in table if name not in OWN_COLUMNS]


def _sha256_of(columns: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(f"{name}\0{values.dtype.kind}\0{len(values)}\0".encode())
        digest.update("\0".join(map(str, values)).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
