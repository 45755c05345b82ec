"""What an analysis found, as tables, verdicts, figures and files."""

from __future__ import annotations

import html
import io
import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.files.tables import read_csv, write_csv
from tandem.experiments.sensitivity.checks import verdict_of
from tandem.experiments.sensitivity.factors import Factors
from tandem.sim.marks import digests, kept, refuse_strangers
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.own import Own, made_by
from tandem.sim.writing import filled

TABLES = ("indices", "ranks", "checks", "curves", "convergence")
ASIDE = ("bounds", "practice", "within", "ranks_within", "depends", "leading")
"""Tables that are written where they hold anything."""


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Own):
    """Indices of a function, with intervals and verdicts. Everything holds under the ranges of the factors given."""

    table: pd.DataFrame
    """Tidy, one row an output, measure and input: output, input ("" where a measure is of the output alone), measure, estimate,
    low, high (95% interval), se, n (base rows), verdict. Indices are shares of a variance (0-1), a direction lies between -1 and
    1, an effect is in the unit of the output."""
    ranks: pd.DataFrame
    """One row a pair of inputs: output, first, second, difference (of total_mean, shares of the variance of the mean), low, high
    (95%), se, p (adjusted for all pairs of the output), verdict (decided, undecided)."""
    rank_intervals: dict[str, dict[str, str]]
    """Output -> input -> rank, such as "1", or "1-2" where the order against another input is undecided."""
    checks: pd.DataFrame
    """Every check, one row each: output, check (its name), figure, limit, passed, meaning (with the unit of the figure)."""
    verdict: str
    """"converged", "undecided" or "not identifiable", the worst of all outputs; `verdict_on` tells it of one."""
    curves: pd.DataFrame
    """Main effects: output, input, level (middle of a 40th of the range), effect, low, high (units of the output)."""
    convergence: pd.DataFrame
    """total_mean (a share, 0-1) at a quarter, a half and all of the rows: output, input, n (rows), estimate, low, high (95%)."""
    factors: Factors
    n: int
    replicates: int
    seed: int | str
    runs: int
    """Evaluations of the function, the pilot's included."""
    design: str
    """"subsets" (every subset of groups), "walks" or "pairs"."""
    sampling: str
    failed_rows: int = 0
    looks: tuple[int, ...] = ()
    """Numbers of rows at which one looked, `n` the last, where it was played until an order was decided; empty: one look."""
    bounds: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Where failed rows were left out: output, input, measure, estimate, if_lowest, if_highest (failed runs set to the lowest
    or highest finite output)."""
    practice: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What each factor does in practice: output, input, effect, low, high (units of the output), shape, highest, lowest (levels,
    0-1, each with _low and _high), lowered (share of rows, with _low and _high), rows; see `practice_rows`."""
    within: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The table of indices within each level of what is held, from the rows that lie in it: held, level, then as in `table`."""
    ranks_within: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The table of ranks within each level of what is held: held, level, then as in `ranks`."""
    depends: pd.DataFrame = field(default_factory=pd.DataFrame)
    """How far a factor's own effect depends on what is held: output, input, held, own, interaction (shares of the variance of
    the mean, each with _low and _high), depends, decided; see `dependence`."""
    leading: pd.DataFrame = field(default_factory=pd.DataFrame)
    """How likely each input leads over the levels of a factor: output, input, probability, low, high, levels; see
    `probabilities`."""
    moments: dict[str, np.ndarray] = field(default_factory=dict)
    """Sums by replication, from which everything can be computed again."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs, tails included."""
        return tuple(dict.fromkeys(vars(self)["table"]["output"]))

    def get(self, measure: str, input: str = "", output: str | None = None) -> pd.Series:
        """One row of the table. KeyError where there is none."""
        output = output or self.outputs[0]
        if (place := self._places.get((measure, input, output))) is None:
            raise KeyError(f"no {measure} of {input!r} for {output!r}")
        row: pd.Series = vars(self)["table"].iloc[place]
        return row

    @cached_property
    def _places(self) -> dict[tuple[str, str, str], int]:
        """Where each row of the table stands."""
        table = vars(self)["table"]
        keys = list(zip(table["measure"], table["input"], table["output"]))
        return dict(zip(reversed(keys), reversed(range(len(keys)))))  # the first of its kind

    def verdict_on(self, output: str) -> str:
        """The verdict on one output: "converged", "undecided" or "not identifiable". KeyError where it was not analysed."""
        if output not in self.outputs:
            raise KeyError(f"no output {output!r}; there are {', '.join(self.outputs)}")
        return verdict_of(self.checks[self.checks["output"].isin([output, "all"])])

    def plot(self, axes: Any = None, output: str | None = None) -> Any:
        """Shares and totals of each input with their intervals; returns the axes."""
        from tandem.experiments.sensitivity.figures import plot_shares

        return plot_shares(self, output or self.outputs[0], axes)

    def save(self, folder: str | os.PathLike[str], figures: bool = True) -> Path:
        """Write tables (CSV), verdict.json, moments.npz and figures (SVG with their data as CSV); returns the folder.

        Each file is made whole beside and moved in; `tandem-files.json` seals them. OSError where the folder cannot be written,
        Mistake where a file of one of these names is not ours: it stays.
        """
        from tandem.experiments.sensitivity.figures import write_figures

        out = Path(folder)
        refuse_strangers(out, [*(f"{name}.csv" for name in self.tables()), "verdict.json", "moments.npz"])
        with filled(out) as part:
            for name, table in self.tables().items():
                write_csv(table, part / f"{name}.csv")
            (part / "verdict.json").write_text(json.dumps(self.summary(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
            np.savez(part / "moments.npz", **self.moments)  # type: ignore[arg-type]
        if figures:  # after the tables: what is computed is kept, whatever becomes of the drawing
            with filled(out) as part:
                write_figures(self, part)
        return out

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Sensitivity:
        """What `save` wrote, every byte of it. FileNotFoundError where a file is missing, Mistake in one sentence where one
        is damaged, was changed, or was not written by `save`."""
        try:
            found = cls._read(Path(folder))
        except (KeyError, TypeError, AttributeError) as error:
            raise Mistake(f"{folder} holds no analysis that this version can read ({type(error).__name__}: {error})") from None
        asked: dict[str, Any] = {"folder": str(Path(folder).absolute()), "n": found.n, "seed": found.seed}
        asked["inputs"] = list(found.factors.names)
        return made_by(found, origin_of("Sensitivity.load", [], None, None, **asked))

    @classmethod
    def _read(cls, place: Path) -> Sensitivity:
        told = json.loads(kept(place, "verdict.json"))
        written = digests(place)
        names = [*TABLES, *(name for name in ASIDE if f"{name}.csv" in written)]
        tables = {name: read_csv(io.BytesIO(kept(place, f"{name}.csv"))) for name in names}
        table = tables["indices"]
        for told_of in (table, tables.get("within", table)):
            told_of["input"] = told_of["input"].replace("none", "")
        with np.load(io.BytesIO(kept(place, "moments.npz")), allow_pickle=False) as sums:
            moments = {name: sums[name] for name in sums.files}
        return cls(
            table=table,
            ranks=tables["ranks"],
            rank_intervals=told["rank_intervals"],
            checks=tables["checks"],
            verdict=told["verdict"],
            curves=tables["curves"],
            convergence=tables["convergence"],
            factors=Factors.of(told["factors"]).holding(told["held"]),
            n=told["n"],
            replicates=told["replicates"],
            seed=told["seed"],
            runs=told["runs"],
            design=told["design"],
            sampling=told["sampling"],
            failed_rows=told["failed_rows"],
            looks=tuple(told.get("looks", ())),
            moments=moments,
            **{name: tables[name] for name in ASIDE if name in tables},
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that are written, by file name."""
        found = {
            "indices": self.table,
            "ranks": self.ranks,
            "checks": self.checks,
            "curves": self.curves,
            "convergence": self.convergence,
        }
        aside = {name: getattr(self, name) for name in ASIDE}
        return found | {name: table for name, table in aside.items() if not table.empty}

    def summary(self) -> dict[str, Any]:
        """What was played and what was decided, as plain JSON."""
        checks = [{key: _plain(value) for key, value in row.items()} for row in self.checks.to_dict("records")]
        return {
            "verdict": self.verdict,
            "n": self.n,
            "replicates": self.replicates,
            "seed": self.seed,
            "runs": self.runs,
            "design": self.design,
            "sampling": self.sampling,
            "failed_rows": self.failed_rows,
            **({"looks": list(self.looks)} if self.looks else {}),
            "factors": dict(zip(self.factors.names, (self.factors.groups[g] for g in self.factors.group_of))),
            "held": {name: list(levels) for name, levels in self.factors.held},
            "rank_intervals": self.rank_intervals,
            "checks": checks,
        }

    def _repr_html_(self) -> str:
        from tandem.sim.plots import still

        wanted = self.table[self.table["measure"].isin(["total_mean", "effect"])]
        table = wanted[["output", "input", "measure", "estimate", "low", "high", "verdict"]].to_html(
            index=False, float_format="{:.3g}".format
        )
        head = html.escape(repr(self).split("\n")[0])
        return f"<div>{head}{table}{still(self.plot(), f'Shares of {self.outputs[0]} by input')}</div>"

    def __repr__(self) -> str:
        lines = [f"Sensitivity: {self.verdict}; n = {self.n:,} x {self.replicates} replicates, {self.runs:,} runs"]
        for output in self.outputs:
            noise = self.get("noise_share", "", output)["estimate"]
            share = "never changes" if np.isnan(noise) else f"noise share {noise:.2f}"
            ranked = sorted(self.rank_intervals[output].items(), key=lambda item: int(item[1].split("-")[0]))
            lines.append(
                f"├─ {output} ({share}, {self.verdict_on(output)}): "
                + ", ".join(f"{place}. {name}" for name, place in ranked[:8])
            )
        return "\n".join([*lines, "└─ .table .ranks .checks .curves .plot() .save(folder)"])


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
