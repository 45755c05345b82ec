"""How wide intervals are for how many firms played, design by design: `python -m tandem.experiments.study.yields [FIRMS]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.strata import Part, parts_of, play, runs_of
from tandem.sim.given import whole
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import ENSEMBLE, Chosen

FIRMS = 132_672
DESIGNS = ("pairs", "walks", "subsets")
REPLICATES = (2, 4, 8)
LEAST_ROWS = 256
COLUMNS = ["design", "rows", "replicates", "firms", "output", "input", "estimate", "low", "high", "width"]


def within_budget(part: Part, design: str, replicates: int, firms: int) -> Part | None:
    """The part with as many rows, a power of two, as `firms` allow; None where that would be fewer than 256."""
    rows = LEAST_ROWS
    while runs_of(replace(part, design=design, replicates=replicates, n=2 * rows)) <= firms:
        rows *= 2
    found = replace(part, design=design, replicates=replicates, n=rows)
    return found if runs_of(found) <= firms else None


def table(
    firms: int = FIRMS,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    told: Callable[[str], None] = lambda what: None,
) -> pd.DataFrame:
    """The widest 95% interval of a total index of the scaled, pooled question under each design: one row a design, number of
    replicates and output; `firms` are those played, pilots included, `estimate`, `low`, `high` the index that is widest.

    Raises Mistake where `firms` allows no design.
    """
    main = parts_of("paper", seed, parameters=parameters)[0]
    rows = []
    for design in DESIGNS:
        for replicates in REPLICATES:
            part = within_budget(main, design, replicates, whole("firms", firms, 1))
            if part is None:
                continue
            told(f"{design}, {part.n:,} rows x {replicates}: {runs_of(part):,} firms")
            rows += [{"design": design, **row} for row in _widest(play(part))]
    if not rows:
        raise Mistake(f"firms = {firms}: too few for any design; {runs_of(replace(main, n=LEAST_ROWS)):,} are the least")
    return pd.DataFrame(rows, columns=COLUMNS)


def _widest(found: Sensitivity) -> list[dict[Any, Any]]:
    totals = found.table[found.table["measure"] == "total_mean"]
    totals = totals.assign(width=totals["high"] - totals["low"], rows=found.n, replicates=found.replicates, firms=found.runs)
    return [part.sort_values("width").iloc[-1].to_dict() for _, part in totals.groupby("output", sort=False)]


def main(arguments: list[str]) -> int:
    """Print the table; 2 with one line for bad input."""
    try:
        if len(arguments) > 1 or not all(word.isdecimal() for word in arguments):
            raise Mistake(f"yields {' '.join(arguments)}: the number of firms to play under each design, such as {FIRMS}")
        found = table(int(arguments[0]) if arguments else FIRMS, told=lambda what: print(what, file=sys.stderr, flush=True))
    except Mistake as mistake:
        print(f"yields: {mistake}", file=sys.stderr)
        return 2
    print(found.round(3).to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
