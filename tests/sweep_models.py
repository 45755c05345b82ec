"""Small models for tests of sweeps, in a module of their own so that worker processes can import them."""

import os
import signal
import time
from pathlib import Path

import numpy as np


def parabola(values, firm, luck):
    """Two outcomes of x, firm and luck."""
    return {"y": values["x"] ** 2 + 0.125 * luck + firm, "z": -values["x"]}


def fails_thrice(values, firm, luck):
    """Raises in three runs."""
    if values["x"] in (3.0, 500.0, 999.0):
        raise ZeroDivisionError(f"at {values['x']}")
    return [values["x"], 1.0]


def answers_wrongly(values, firm, luck):
    """Infinite at 1, too short at 2, a word at 3, undefined at 4, complex at 5, right elsewhere."""
    wrong = {
        1.0: [float("inf"), 0.0],
        2.0: [1.0],
        3.0: ["high", 0.0],
        4.0: [float("nan"), 0.0],
        5.0: [1j, 0.0],
        6.0: None,
        7.0: {"y": 1.0},
    }
    return wrong.get(values["x"], [1.0, 2.0])


def another_each_time(values, firm, luck):
    """Not deterministic."""
    return [time.perf_counter_ns() % 1_000_003 + 0.0, os.getpid() + 0.0]


def another_each_process(values, firm, luck):
    """Deterministic in one process, not across."""
    return [float(os.getpid()), 0.0]


def kills_at_five(values, firm, luck):
    """The process dies at x = 5."""
    if values["x"] == 5.0:
        os.kill(os.getpid(), signal.SIGKILL)
    return [values["x"], 0.0]


def always_kills(values, firm, luck):
    """The process dies."""
    os.kill(os.getpid(), signal.SIGKILL)


def slow(values, firm, luck):
    """Two hundredths of a second."""
    time.sleep(0.02)
    return [values["x"], float(luck)]


def dies_once(values, firm, luck):
    """The process dies at x = 5 unless a file named by the environment is there."""
    mark = Path(os.environ["TANDEM_TEST_MARK"])
    if values["x"] == 5.0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [values["x"], 0.0]


def waves(table, keys):
    """An array function: (rows, 2) and keys to one outcome."""
    return np.floor(table[:, 0] * 8) + table[:, 1] + (keys % np.uint64(5)).astype(float)
