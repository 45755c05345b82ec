"""Where the choice switches: which option is best in each cell of two factors, coloured only where that is decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tandem.experiments.decisions.choice import LEVEL, binned, different
from tandem.experiments.decisions.played import Played, Utilities, play_options
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.intervals import half_width, holm, p_value
from tandem.experiments.store.code import known_code
from tandem.sim.given import listed, whole
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of_function
from tandem.sim.own import marked
from tandem.sim.seeds import seed_of

MOST_CELLS = 1000


def switching_map(
    f: Utilities,
    options: Sequence[str],
    factors: str | Sequence[str],
    axes: tuple[str, str],
    n: int = 1 << 14,
    seed: int | str = 0,
    cells: int = 8,
    replicates: int = 2,
) -> pd.DataFrame:
    """Which option is best in each cell of two factors, the others random: one row a cell.

    Columns: the two axes (middles of the cells), option (highest mean), lead (its paired lead over the second), low, high
    (95%), p (two-sided, adjusted for all cells and rivals by Holm 1979), verdict ("decided" where p is at most .05, else
    "undecided"), n (points in the cell).

    `f`, `options`, `factors`, `n`, `seed` and `replicates` as in `tandem.decide`; `axes`: two of the factors; `cells`: how many
    along each (1 to 1,000). Returned is a table; lead, low and high are in the unit of the utilities. Raises Mistake (a
    ValueError) in one sentence, NotFinite (a Mistake) for a utility that is not finite.

    >>> import numpy as np
    >>> from tandem import switching_map
    >>> cells = switching_map(lambda x, keys: np.column_stack([x[:, 0], 1.0 - x[:, 0]]), ["up", "down"], ["x", "y"], ("x", "y"),
    ...                       n=512, cells=2)
    >>> list(cells["option"])
    ['down', 'down', 'up', 'up']
    """
    names, options, both = Factors.of(factors).names, different(options), listed("axes", axes)
    for axis in both:
        if axis not in names:
            raise Mistake(f"axes: {axis!r} is no factor; there are {', '.join(names)}")
    if len(both) != 2 or both[0] == both[1]:
        raise Mistake("axes: two different factors are needed")
    cells = whole("cells", cells, 1, MOST_CELLS)
    played = play_options(f, names, len(options), n, seed, replicates)
    asked = {"options": list(options), "inputs": list(names), "axes": list(both), "n": played.n, "seed": seed_of(seed)}
    origin = origin_of_function("switching_map", f, known_code(f), **asked, cells=cells, replicates=played.replicates)
    table: pd.DataFrame = marked(mapped(played, options, (both[0], both[1]), cells), "switching_map", origin)
    return table


def mapped(played: Played, options: Sequence[str], axes: tuple[str, str], cells: int = 8) -> pd.DataFrame:
    """The same from what has been played."""
    plain, names = played.values.mean(axis=0), list(played.names)
    place = np.stack([binned(played.points[:, names.index(axis)], cells) for axis in axes], axis=1)
    rows, p = [], []
    for i in range(cells):
        for j in range(cells):
            mine = plain[(place[:, 0] == i) & (place[:, 1] == j)]
            row = {
                axes[0]: (i + 0.5) / cells,
                axes[1]: (j + 0.5) / cells,
                "option": "none",
                "lead": np.nan,
                "low": np.nan,
                "high": np.nan,
                "n": len(mine),
            }
            worst = 1.0
            if len(mine) > 2:
                order = np.argsort(-mine.mean(axis=0), kind="stable")
                worst = 0.0
                for rival in order[1:]:
                    moves = mine[:, order[0]] - mine[:, rival]
                    gap, error = float(moves.mean()), float(moves.std(ddof=1) / len(moves) ** 0.5)
                    worst = max(worst, min(1.0, (len(options) - 1) * p_value(gap, error, len(moves))))
                    if rival == order[1]:
                        wide = float(half_width(error, len(moves)))
                        row |= {"option": options[order[0]], "lead": gap, "low": gap - wide, "high": gap + wide}
            rows.append(row)
            p.append(worst)
    table = pd.DataFrame(rows)
    table["p"] = holm(np.array(p))
    table["verdict"] = np.where(table["p"] <= 1.0 - LEVEL, "decided", "undecided")
    return table
