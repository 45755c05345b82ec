"""Many runs at once: the compiled driver, one row a run, parallel over runs."""

from __future__ import annotations

import sys

import numpy as np

from sim.compile import LOCK, cache_is_cold, kernel, phase, prange, records
from sim.parameters import MAXIMUM_TEAMS, RECORD
from sim.phases.measures import COUNT, measure
from sim.phases.start import apply_change, start_firm
from sim.state import DECISION, DECISION_SLOTS, FIRM, JOURNAL, LEADER, PROJECT, PROJECT_SLOTS, TEAM, new_world
from sim.streams import seed_key
from sim.week import advance_week


@phase
def clear_journal(journal):
    """Empty the journal for the next week."""
    j = journal[0]
    if j.active:
        j.event_count = 0
        j.contributions[:] = 0.0


@phase
def play(timeline, first, last, weeks, key0, key1, number, replicate, firm, leaders, teams, decisions, projects, journal):
    """Play one run of `weeks` weeks through rows first..last-1 of `timeline` (dtype RECORD, sorted by starts_week)."""
    s = firm[0]
    s.key0, s.key1, s.number, s.replicate = key0, key1, number, replicate
    row = first
    start_firm(timeline[row:row + 1], firm, leaders, teams, decisions, projects, journal)
    for week in range(1, weeks + 1):
        clear_journal(journal)
        while row + 1 < last and timeline[row + 1].starts_week <= week:
            apply_change(timeline[row:row + 1], timeline[row + 1:row + 2], firm, leaders, teams, decisions, projects, journal)
            row += 1
        advance_week(timeline[row:row + 1], firm, leaders, teams, decisions, projects, journal)
    return row


@phase
def play_row(timeline, first, last, key0, key1, number, replicate, firm, leaders, teams, decisions, projects, journal, out):
    """Play one whole run and measure it; the arrays are scratch and need not be clean."""
    firm[:] = np.zeros(1, FIRM)
    leaders[:] = np.zeros(3, LEADER)
    teams[:] = np.zeros(MAXIMUM_TEAMS, TEAM)
    row = play(timeline, first, last, timeline[first].weeks, key0, key1, number, replicate, firm, leaders, teams, decisions,
               projects, journal)
    measure(timeline[row:row + 1], firm, leaders, teams, decisions, projects, journal, out)


@kernel
def play_batch(timeline, starts, arms, numbers, replicates, keys, out):
    """Outcomes of many runs, one after the other. See `run_batch`."""
    firm, leaders, teams = np.zeros(1, FIRM), np.zeros(3, LEADER), np.zeros(MAXIMUM_TEAMS, TEAM)
    decisions, projects = np.zeros(DECISION_SLOTS, DECISION), np.zeros(PROJECT_SLOTS, PROJECT)
    journal = np.zeros(1, JOURNAL)
    for r in range(arms.size):
        a = arms[r]
        play_row(timeline, starts[a], starts[a + 1], keys[r, 0], keys[r, 1], numbers[r], replicates[r], firm, leaders, teams,
                 decisions, projects, journal, out[r])


@kernel(parallel=True)
def play_batch_threads(timeline, starts, arms, numbers, replicates, keys, out):
    """The same, its chunks of runs spread over threads; each run writes only its own row."""
    chunk = 16
    chunks = (arms.size + chunk - 1) // chunk
    for c in prange(chunks):
        low = c * chunk
        high = low + chunk if low + chunk < arms.size else arms.size
        play_batch(timeline, starts, arms[low:high], numbers[low:high], replicates[low:high], keys[low:high], out[low:high])


def run_batch(timeline: np.ndarray, starts: np.ndarray, arms: np.ndarray, numbers: np.ndarray, replicates: np.ndarray,
              keys: np.ndarray, threads: bool = True) -> np.ndarray:
    """Outcomes, float64 array (runs, len(measures.NAMES)), of runs given row by row.

    `timeline`: rows of dtype RECORD; arm a uses rows starts[a] to starts[a+1]-1 (starts: int64, arms+1). `arms`,
    `numbers` (firm numbers), `replicates`: int64 (runs,). `keys`: uint64 (runs, 2). The arm never enters the luck, so
    two rows that differ only in their arm share it. Bytes do not depend on `threads` or chunking.
    """
    out = np.full((arms.size, COUNT), np.nan)
    announce()
    arguments = (timeline, starts, arms, numbers, replicates, keys, out)
    if threads and arms.size > 32:
        with LOCK:
            play_batch_threads(*arguments)
    else:
        play_batch(*arguments)
    return out


_announced = False


def announce() -> None:
    """Say once, on the error stream, that the first call compiles."""
    global _announced
    if not _announced and cache_is_cold():
        print("compiling the model once, about half a minute; later starts take under a second", file=sys.stderr, flush=True)
    _announced = True


def start_world(timeline_row: np.ndarray, seed: int, number: int = 0, replicate: int = 0, journal: bool = False) -> tuple:
    """A firm at week 0: the seven arrays of `state.WORLD`, started from a one-row timeline; journal on if asked."""
    world = new_world(timeline_row)
    key0, key1 = seed_key(seed)
    world[1]["key0"], world[1]["key1"], world[1]["number"], world[1]["replicate"] = key0, key1, number, replicate
    world[6]["active"] = int(journal)
    start_firm(*world)
    return world


def trajectory(timeline: np.ndarray, seed: int, number: int = 0, replicate: int = 0) -> dict[str, np.ndarray]:
    """Every week of one run, journal on: arrays of records `firm` (weeks+1), `leaders` (weeks+1, 3), `teams` (weeks+1,
    10), `journal` (weeks+1), and `outcomes` (len(measures.NAMES)). Row 0 is the start."""
    announce()
    weeks = int(timeline[0]["weeks"])
    world = start_world(timeline[0], seed, number, replicate, journal=True)
    parameters, firm, leaders, teams, decisions, projects, journal = world
    kept = {"firm": np.zeros(weeks + 1, FIRM), "leaders": np.zeros((weeks + 1, 3), LEADER),
            "teams": np.zeros((weeks + 1, MAXIMUM_TEAMS), TEAM), "journal": np.zeros(weeks + 1, JOURNAL)}
    row = 0
    keep_week(kept, 0, world)
    for week in range(1, weeks + 1):
        clear_journal(journal)
        while row + 1 < len(timeline) and timeline[row + 1]["starts_week"] <= week:
            before = records(1, RECORD)
            before[0] = parameters[0]
            parameters[0] = timeline[row + 1]
            apply_change(before, *world)
            row += 1
        advance_week(*world)
        keep_week(kept, week, world)
    out = np.full(COUNT, np.nan)
    measure(*world, out)
    return {**kept, "outcomes": out}


def keep_week(kept: dict[str, np.ndarray], week: int, world: tuple) -> None:
    """Copy the records of a week into the arrays kept."""
    kept["firm"][week], kept["leaders"][week] = world[1][0], world[2]
    kept["teams"][week], kept["journal"][week] = world[3], world[6][0]
