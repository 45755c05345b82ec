"""Runs with outcomes by name, a user's own among them: those are made from the weeks, which are then kept run by run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tandem.sim.compile import COMPILED, as_records
from tandem.sim.kernel import KEPT, by_name, play_weeks, run_batch, start_firm, step_week
from tandem.sim.outcomes import MEASURED
from tandem.sim.own_outcomes import OwnOutcome, own_among
from tandem.sim.phases.measures import measure
from tandem.sim.state import new_world
from tandem.sim.weekly import WEEKLY, Kept


class Weeks(Mapping[str, np.ndarray]):
    """The weekly columns of one run, each made when it is asked for: name -> float64 (weeks + 1,), row 0 the start."""

    def __init__(self, kept: Kept):
        self._kept = kept
        self._made: dict[str, np.ndarray] = {}
        self._whole: Weeks | None = None
        self._last = 0

    def __getitem__(self, name: str) -> np.ndarray:
        if self._whole is not None:
            return self._whole[name][: self._last + 1]
        if name not in self._made:
            column = WEEKLY[name]
            made = np.array(column.source(self._kept), dtype=np.float64)
            if not column.at_start:
                made[0] = np.nan
            if column.pair:
                made[self._kept.firm["ever_paired"] == 0] = np.nan
            self._made[name] = made
        return self._made[name]

    def until(self, week: int) -> Weeks:
        """The same columns of the weeks up to one."""
        made = Weeks(self._kept)
        made._whole, made._last = self, week
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(WEEKLY)

    def __len__(self) -> int:
        return len(WEEKLY)


def outcomes_of(
    timeline: np.ndarray,
    starts: np.ndarray,
    arms: np.ndarray,
    numbers: np.ndarray,
    replicates: np.ndarray,
    keys: np.ndarray,
    outcomes: Sequence[str],
    threads: bool = True,
    own: Sequence[OwnOutcome] | None = None,
) -> np.ndarray:
    """Outcomes by name, float64 (runs, outcomes), of runs as `tandem.sim.kernel.run_batch` takes them. `own`: the declarations of
    those that are a user's own, where the process may not know them; else as they are known."""
    out = np.empty((len(arms), len(outcomes)))
    mine = own_among(outcomes) if own is None else tuple(own)
    built = [place for place, name in enumerate(outcomes) if name in MEASURED.names]  # type: ignore[operator]
    if built:
        names = list(MEASURED.names or ())
        found = run_batch(timeline, starts, arms, numbers, replicates, keys, threads)
        out[:, built] = found[:, [names.index(outcomes[place]) for place in built]]
    if mine:
        out[:, [list(outcomes).index(each.name) for each in mine]] = own_of(
            timeline, starts, arms, numbers, replicates, keys, mine
        )
    return out


def with_own(
    found: np.ndarray,
    timeline: np.ndarray,
    starts: np.ndarray,
    arms: np.ndarray,
    numbers: np.ndarray,
    replicates: np.ndarray,
    keys: np.ndarray,
    own: Sequence[OwnOutcome],
) -> np.ndarray:
    """What `run_batch` gave, and beside it a column for each of the user's own outcomes."""
    if not own:
        return found
    return np.concatenate([found, own_of(timeline, starts, arms, numbers, replicates, keys, own)], axis=1)


def own_of(timeline, starts, arms, numbers, replicates, keys, own: Sequence[OwnOutcome]) -> np.ndarray:
    """A user's own outcomes, float64 (runs, own), each run played week by week: the same weeks, bit for bit."""
    out = np.empty((len(arms), len(own)))
    for run, arm in enumerate(arms):
        rows = timeline[starts[arm] : starts[arm + 1]]
        weeks = Weeks(kept_weeks(rows, keys[run], int(numbers[run]), int(replicates[run])))
        out[run] = [each.of(weeks) for each in own]
    return out


def own_of_weeks(kept: Kept, own: Sequence[OwnOutcome]) -> dict[str, float]:
    """A user's own outcomes of one run by name, from what it has kept."""
    weeks = Weeks(kept)
    return {each.name: each.of(weeks) for each in own}


def kept_weeks(rows: np.ndarray, key: np.ndarray, number: int, replicate: int) -> Kept:
    """The weeks of one run as columns are made of them. `rows`: its timeline; `key`: two words, uint64 (2,)."""
    timeline = as_records(np.ascontiguousarray(rows))
    world = new_world(timeline[0])
    firm = world["firm"]
    firm["key0"], firm["key1"], firm["number"], firm["replicate"] = key[0], key[1], number, replicate
    world["journal"]["active"] = 0
    start_firm(world)
    weeks = int(timeline["weeks"][0])
    kept = {name: np.zeros((weeks + 1, *world.dtype[name].shape), world.dtype[name].base) for name in KEPT}
    out = np.full(len(MEASURED.names or ()), np.nan)
    if COMPILED:
        play_weeks(world, timeline, kept["firm"], kept["leaders"], kept["teams"], kept["journal"], by_name(out))
    else:
        row = 0
        for week in range(weeks + 1):
            row = step_week(world, timeline, row, len(timeline)) if week > 0 else row
            for name in KEPT:
                kept[name][week] = world[name][0]
        measure(world, by_name(out))
    in_force = np.searchsorted(rows["starts_week"][1:], np.arange(weeks + 1), side="right")
    return Kept(**{name: kept[name] for name in ("firm", "leaders", "teams")}, in_force=rows[in_force])
