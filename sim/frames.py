"""Firms as rows of a table: what a row sets stands beside what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tandem.sim.given import truth, whole
from tandem.sim.mistake import Mistake
from tandem.sim.origin import ATTRIBUTE, Record, origin_of
from tandem.sim.outcomes import OUTCOMES, OWN, known_all
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.played import outcomes_of
from tandem.sim.points import table_of_points
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.meant import named_scenarios
from tandem.sim.scenario.paths import FIELDS, pattern, unknown
from tandem.sim.seeds import seed_of
from tandem.sim.streams import seed_key

MOST_RUNS = 10**7
SCENARIO, ROW, REPLICATE = "scenario", "row", "replicate"
RUNS_IN_ONE_CALL = 2048  # between two calls Ctrl-C is heard


def simulate_frame(
    table: Any,
    scenario: Any = None,
    runs: int = 1,
    seed: int | str = 0,
    paired: bool = True,
    outcomes: str | Iterable[str] | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> pd.DataFrame:
    """Play each row of a table under `runs` lucks. Returned: row (its place, from 0), the table's columns as they were, replicate
    (from 0), then the outcomes (None: all; units: `tandem.sim.outcomes.OUTCOMES`); row by row, replicates within.

    `table`: a DataFrame; its columns are paths of parameters (`tandem schema`), and `scenario` (a name) where `scenario` gives
    several (a list, or by name). Columns whose names begin with "_" are labels: carried along, not set. `paired`: all rows meet
    the same lucks and parameter sets, so that differences between rows are due to the rows; the row of replicate r then equals
    `simulate(scenario.with_(row), seed, replicate=r).outcomes`. Else row k is firm k, with luck of its own. Raises Mistake
    (ScenarioError where a value is wrong, with row and column), in one sentence.

    >>> import pandas as pd
    >>> import tandem
    >>> design = pd.DataFrame({"dyad.trust": [0.2, 0.8]})
    >>> tandem.simulate_frame(design, "silence", runs=2, outcomes="trust_mean").shape
    (4, 4)
    """
    firms = {} if scenario is None else named_scenarios(scenario)
    frame = _checked(table, firms)
    names = known_all([*OUTCOMES, *OWN] if outcomes is None else outcomes)
    paired, seed, runs = truth("paired", paired), seed_of(seed), whole("runs", runs, 1, max(1, MOST_RUNS // len(frame)))
    if both := next((name for name in (*names, ROW, REPLICATE) if name in frame), None):
        raise Mistake(f"{both!r} is a column of the table and of what comes back; rename it")
    asked = chosen(parameters)
    values = _played(frame, firms, names, asked, runs, seed, paired)
    answer = frame.loc[frame.index.repeat(runs)].reset_index(drop=True)
    answer.insert(0, ROW, np.repeat(np.arange(len(frame)), runs))
    answer[REPLICATE] = np.tile(np.arange(runs), len(frame))
    answer = pd.concat([answer, pd.DataFrame(values.reshape(-1, len(names)), columns=list(names))], axis=1)
    named: dict[str, Any] = {
        "labels": list(firms),
        "outcomes": list(names),
        "inputs": digest_of(frame),
        "table": "simulate_frame",
    }
    own = [each.identity for each in own_among(names)]
    origin = origin_of("simulate_frame", [[*firms.values()]], asked, runs, own=own, seed=seed, paired=paired, **named)
    answer.attrs = {ATTRIBUTE: Record(origin)}
    return answer


def _played(
    frame: pd.DataFrame, firms: dict[str, Any], names: tuple[str, ...], asked: Chosen, runs: int, seed: int | str, paired: bool
) -> np.ndarray:
    """Outcomes: rows x replicates x names, in each outcome's unit."""
    key = np.array(seed_key(seed), dtype=np.uint64)
    values = np.empty((len(frame), runs, len(names)))
    which = frame[SCENARIO].to_numpy() if SCENARIO in frame else np.full(len(frame), next(iter(firms)))
    for name, firm in firms.items():
        mine = np.flatnonzero(which == name)
        columns = {
            path: frame[path].to_numpy()[mine] for path in map(str, frame) if path != SCENARIO and not path.startswith("_")
        }
        rows, complaints = table_of_points(firm, columns, len(mine))
        for at, said in enumerate(complaints):
            if said:
                raise ScenarioError(f"row {mine[at]}: {said}", file="table")
        step = max(1, RUNS_IN_ONE_CALL // runs)
        for low in range(0, len(mine), step):
            here = np.arange(low, min(low + step, len(mine)))
            arms, lucks = np.repeat(np.arange(len(here)), runs), np.tile(np.arange(runs), len(here))
            numbers = np.zeros(len(arms), dtype=np.int64) if paired else mine[here][arms]
            made, place = asked.arms(rows.take(here), arms, asked.drawn(seed, numbers, lucks))
            keys = np.tile(key, (len(arms), 1))
            found = outcomes_of(made.rows, made.starts, place, numbers, lucks, keys, names)
            values[mine[here]] = found.reshape(len(here), runs, len(names))
    return values


def _checked(table: Any, firms: dict[str, Any]) -> pd.DataFrame:
    """The caller's table, looked at, with rows numbered from 0."""
    if not isinstance(table, pd.DataFrame):
        raise Mistake("a pandas DataFrame is needed, one row a firm, its columns paths such as levers.communication")
    if table.empty and not len(table):
        raise Mistake("the table has no rows")
    if not firms:
        raise Mistake("scenario = None: name the scenario that the rows change, such as scenario='silence'")
    frame = table.reset_index(drop=True)
    frame.attrs = {}
    if not all(isinstance(name, str) for name in frame) or frame.columns.duplicated().any():
        raise Mistake("the columns of the table need names, each of its own")
    for name in map(str, frame):
        if name != SCENARIO and not name.startswith("_") and pattern(name) not in FIELDS:
            complaint = unknown(name)
            complaint.file = "table"
            raise complaint
    if frame.isna().to_numpy().any():
        place = np.argwhere(frame.isna().to_numpy())[0]
        raise Mistake(f"the table has no value in row {place[0]}, column {frame.columns[place[1]]!r}")
    if SCENARIO in frame and (strange := [name for name in frame[SCENARIO].unique() if name not in firms]):
        raise Mistake(f"the column scenario names {strange[0]!r}; there are {', '.join(firms)}")
    if SCENARIO not in frame and len(firms) > 1:
        raise Mistake("several scenarios need a column `scenario` that says which row is of which")
    return frame


def inputs_of(table: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """The rows that were given to `simulate_frame`, from what it gave back with these outcomes."""
    first = table[table[REPLICATE] == 0]
    return first.drop(columns=[ROW, REPLICATE, *outcomes]).reset_index(drop=True)


def digest_of(frame: pd.DataFrame) -> str:
    """SHA-256 of the names and values of a table's columns."""
    content = {str(name): frame[name].tolist() for name in frame}
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()
