"""Work side by side in copies of the process: the same answers whoever helps, and whatever becomes of the helpers."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tandem.sim import copies, process
from tandem.sim.compile import PROCESSORS
from tandem.sim.copies import side_by_side

helped = pytest.mark.skipif(sys.platform != "linux" or PROCESSORS < 2, reason="one processor, or no safe copy of a process")


@pytest.fixture
def own(monkeypatch):
    """As in a command's own process."""
    monkeypatch.setattr(copies, "ours", lambda: True)
    monkeypatch.setattr(copies.threading, "enumerate", lambda: [threading.current_thread()])


def children() -> set[int]:
    """Processes of which this one is the parent."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = place.read_text("utf-8")
        except OSError:  # it has ended meanwhile
            continue
        if int(told.rpartition(")")[2].split()[1]) == os.getpid():
            found.add(int(place.parent.name))
    return found


def slow(answer):
    time.sleep(0.02)
    return answer, os.getpid()


@helped
def test_copies_help_and_answers_keep_their_order(own):
    heard = []
    found = side_by_side([partial(slow, number) for number in range(40)], lambda: heard.append(1))
    assert [answer for answer, _ in found] == list(range(40)) and len(heard) == 40
    assert len({who for _, who in found}) == min(PROCESSORS, 40) and os.getpid() in {who for _, who in found}


def test_nobody_copies_a_process_that_is_not_ours_or_has_threads_of_others(monkeypatch):
    assert not process.ours()
    assert {who for _, who in side_by_side([partial(slow, 1)] * 4)} == {os.getpid()}
    monkeypatch.setattr(copies, "ours", lambda: True)
    go_on = threading.Event()
    stranger = threading.Thread(target=go_on.wait)
    stranger.start()
    try:
        assert {who for _, who in side_by_side([partial(slow, 1)] * 4)} == {os.getpid()}
    finally:
        go_on.set()
        stranger.join()


def test_there_may_be_no_job_one_and_more_than_a_pipe_holds(own):
    assert side_by_side([]) == [] and side_by_side([lambda: "one"]) == ["one"]
    many = copies.MOST_JOBS + 5
    assert side_by_side([partial(int, number) for number in range(many)]) == list(range(many))


@helped
def test_an_error_is_the_one_that_one_process_would_raise(own):
    def fails(number):
        time.sleep(0.01)
        if number == 7:
            raise KeyError("the seventh")
        return number

    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(KeyError, match="the seventh"):
        side_by_side([partial(fails, number) for number in range(12)])
    assert len(os.listdir("/proc/self/fd")) == before


@helped
def test_what_a_killed_copy_had_taken_is_done_here(own):
    here = os.getpid()

    def dies(number):
        time.sleep(0.01)
        if os.getpid() != here and number > 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    before = children()
    assert side_by_side([partial(dies, number) for number in range(20)]) == list(range(20))
    assert children() <= before


@helped
def test_an_answer_that_cannot_be_sent_is_made_here(own):
    found = side_by_side([lambda: (time.sleep(0.02), lambda: 3)[1] for _ in range(6)])
    assert [each() for each in found] == [3] * 6


@helped
def test_an_interrupt_ends_the_copies(own):
    here = os.getpid()

    def interrupted():
        if os.getpid() == here:
            raise KeyboardInterrupt
        time.sleep(60.0)

    before = children()
    with pytest.raises(KeyboardInterrupt):
        side_by_side([interrupted, interrupted, interrupted])
    assert children() <= before  # those that slept a minute, too


COMMAND = """
import atexit, gc, os
from tandem.sim import copies, process
atexit.register(lambda: print(process.ours(), gc.get_threshold()[0] >= 100_000, "OPENBLAS_THREAD_TIMEOUT" in os.environ))
from tandem.experiments.commands.main import {name}
{name}(["--version"])
"""


def test_only_a_command_settles_its_process():
    """A notebook that calls a command's function keeps its own habits."""
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_THREAD_TIMEOUT"}
    for name, expected in (("main", "True True True"), ("status", "False False False")):
        ran = subprocess.run(
            [sys.executable, "-c", COMMAND.format(name=name)], capture_output=True, text=True, timeout=120, env=environment
        )
        assert ran.stdout.splitlines()[-1] == expected, ran.stderr
    assert gc.get_threshold()[0] < 100_000
