"""Many runs at once: the compiled driver, one row a run, parallel over runs."""

from __future__ import annotations

import sys

import numpy as np

from tandem.sim.compile import (
    COMPILED,
    as_records,
    cache_folder,
    cache_is_cold,
    copy_record,
    in_threads,
    kernel,
    phase,
    program,
    records,
    sequence,
)
from tandem.sim.outcomes import MEASURED, OUTCOMES
from tandem.sim.parameters import RECORD
from tandem.sim.phases.measures import measure
from tandem.sim.phases.start import apply_change, start_firm
from tandem.sim.state import FIRM, JOURNAL, LEADER, TEAM, WORLD, new_world
from tandem.sim.streams import seed_key
from tandem.sim.week import advance_week


@phase
def clear_journal(world):
    """Empty the journal for the next week."""
    j = world[0].journal
    if j.active:
        j.event_count = 0
        j.contributions[:] = 0.0


@sequence
def step_week(world, timeline, row, last):
    """Play the next week; puts later rows of `timeline` in force when their week has come. Returns the row in force."""
    clear_journal(world)
    while row + 1 < last and timeline[row + 1].starts_week <= world[0].firm.week + 1:
        row += 1
        apply_change(world, timeline[row : row + 1])
    advance_week(world)
    return row


@sequence
def play_row(world, timeline, first, last, key0, key1, number, replicate, measured):
    """Play one whole run through rows first..last-1 of `timeline` and measure it; `world` is zeroed scratch."""
    copy_record(world[0].parameters, timeline[first])
    s = world[0].firm
    s.key0, s.key1, s.number, s.replicate = key0, key1, number, replicate
    start_firm(world)
    row = first
    for _ in range(timeline[first].weeks):
        row = step_week(world, timeline, row, last)
    measure(world, measured)


@kernel
def play_batch(timeline, starts, arms, numbers, replicates, keys, measured):
    """Outcomes of many runs, one after the other. See `run_batch`."""
    world = np.zeros(1, WORLD)
    blank = np.zeros(1, WORLD)
    for r in range(arms.size):
        a = arms[r]
        copy_record(world[0], blank[0])
        own = measured[r : r + 1]
        play_row(world, timeline, starts[a], starts[a + 1], keys[r, 0], keys[r, 1], numbers[r], replicates[r], own)


ROWS_IN_A_CHUNK = 32  # of one thread: some hundredths of a second


def run_batch(
    timeline: np.ndarray,
    starts: np.ndarray,
    arms: np.ndarray,
    numbers: np.ndarray,
    replicates: np.ndarray,
    keys: np.ndarray,
    threads: bool = True,
) -> np.ndarray:
    """Outcomes, float64 array (runs, len(OUTCOMES)), of runs given row by row.

    `timeline`: rows of dtype RECORD; arm a uses rows starts[a] to starts[a+1]-1 (starts: int64, arms+1). `arms`,
    `numbers` (firm numbers), `replicates`: int64 (runs,). `keys`: uint64 (runs, 2). The arm never enters the luck, so
    two rows that differ only in their arm share it. Bytes do not depend on `threads` or chunking.
    """
    timeline, starts, arms, numbers, replicates, keys = side_by_side(timeline, starts, arms, numbers, replicates, keys)
    out = np.full((arms.size, len(OUTCOMES)), np.nan)
    measured = by_name(out)
    announce()
    if not COMPILED:
        for r, a in enumerate(arms):
            play_row(
                records(1, WORLD),
                as_records(timeline),
                starts[a],
                starts[a + 1],
                keys[r, 0],
                keys[r, 1],
                numbers[r],
                replicates[r],
                measured[r : r + 1],
            )
        return out

    def play(low: int, high: int) -> None:
        own = slice(low, high)
        play_batch(timeline, starts, arms[own], numbers[own], replicates[own], keys[own], measured[own])

    play(0, 0)  # compiled or loaded here, once, and not by the first thread
    in_threads(play, arms.size, ROWS_IN_A_CHUNK if threads else max(1, arms.size))
    return out


def side_by_side(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same arrays, copied where their items lie apart: compiled code counts on it."""
    return tuple(map(np.ascontiguousarray, arrays))


def by_name(out: np.ndarray) -> np.ndarray:
    """The same memory, float64 (runs, len(OUTCOMES)), as records of MEASURED: what `measure` writes by name."""
    return as_records(out.view(MEASURED).reshape(-1))


_announced: list[bool] = []


def announce() -> None:
    """Say once, on the error stream, that the first call compiles the model."""
    if not _announced:
        _announced.append(True)
        if cache_is_cold():
            later = "later starts take under a second" if cache_folder() else "it cannot be kept, as no folder can be written"
            print(f"compiling the model once, some seconds; {later}", file=sys.stderr, flush=True)


def start_world(timeline: np.ndarray, seed: int | str, number: int = 0, replicate: int = 0, journal: bool = False) -> np.ndarray:
    """A firm at week 0 (array of one record, dtype WORLD), under the first row of `timeline`; journal on if asked."""
    world = new_world(timeline[0])
    key0, key1 = seed_key(seed)
    firm = world["firm"]
    firm["key0"], firm["key1"], firm["number"], firm["replicate"] = key0, key1, number, replicate
    world["journal"]["active"] = int(journal)
    start_firm(world)
    return world


KEPT = ("firm", "leaders", "teams", "journal")


@kernel
def play_weeks(world, timeline, firm, leaders, teams, journal, measured):
    """Play a started firm to its end, keeping every week's records: one call, because a call a week costs more than it."""
    row = 0
    for week in range(firm.size):
        if week > 0:
            row = step_week(world, timeline, row, timeline.size)
        copy_record(firm[week], world[0].firm)
        copy_record(journal[week], world[0].journal)
        for leader in range(leaders.shape[1]):
            copy_record(leaders[week, leader], world[0].leaders[leader])
        for team in range(teams.shape[1]):
            copy_record(teams[week, team], world[0].teams[team])
    measure(world, measured)


def trajectory(timeline: np.ndarray, seed: int | str, number: int = 0, replicate: int = 0) -> dict[str, np.ndarray]:
    """Every week of one run, journal on: arrays of records by week `firm` (weeks+1), `leaders` (weeks+1, 3), `teams`
    (weeks+1, 10), `journal` (weeks+1), and `outcomes` (len(OUTCOMES)). Row 0 is the start."""
    announce()
    timeline = as_records(timeline)
    world = start_world(timeline, seed, number, replicate, journal=True)
    weeks = int(timeline["weeks"][0])
    kept = {name: np.zeros((weeks + 1, *WORLD[name].shape), WORLD[name].base) for name in KEPT}
    out = np.full(len(OUTCOMES), np.nan)
    if COMPILED:
        play_weeks(world, timeline, kept["firm"], kept["leaders"], kept["teams"], kept["journal"], by_name(out))
        return {**kept, "outcomes": out}
    row = 0
    for week in range(weeks + 1):
        if week > 0:
            row = step_week(world, timeline, row, len(timeline))
        for name in KEPT:
            kept[name][week] = world[name][0]
    measure(world, by_name(out))
    return {**kept, "outcomes": out}


# One piece of machine code: what plays many firms, what keeps one firm's weeks, and every phase for the Mesa driver. Kernels of
# other files link to it.
program(
    "model",
    (play_batch, [RECORD], [int], [int], [int], [int], [[np.uint64]], [MEASURED]),
    (play_weeks, [WORLD], [RECORD], [FIRM], [[LEADER]], [[TEAM]], [JOURNAL], [MEASURED]),
    (step_week, [WORLD], [RECORD], int, int),
    (start_firm, [WORLD]),
    (measure, [WORLD], [MEASURED]),
)
