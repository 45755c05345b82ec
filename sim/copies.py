"""Work that only Python does, such as drawing, in as many processes as there are processors."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tandem.sim.compile import PROCESSORS
from tandem.sim.process import ours

Answer = TypeVar("Answer")
WIDTH = 2  # bytes of a job's number
MOST_JOBS = 4096 // WIDTH  # as many numbers as any pipe holds


def side_by_side(jobs: Sequence[Callable[[], Answer]], told: Callable[[], None] = lambda: None) -> list[Answer]:
    """What each of `jobs` gives, in their order; `told` hears of each that is done.

    Copies of this process (`fork`) help with them where that is safe, elsewhere one does them all, to the same answers. A job may
    write files of its own and must give what can be pickled; what else it changes may stay in a copy. What a copy could not do,
    whether the job failed or the copy was killed, is done here: so errors are those that one process would raise.
    """
    found: dict[int, Answer] = {}
    with _queue(min(len(jobs), MOST_JOBS)) as queue, _helpers(jobs, queue, _copies(len(jobs))) as answers:
        for number in _taken(queue):
            found[number] = jobs[number]()
            told()
        for each in answers:
            for number, answer in each().items():
                found[number] = answer
                told()
    for number in (number for number in range(len(jobs)) if number not in found):
        found[number] = jobs[number]()
        told()
    return [found[number] for number in range(len(jobs))]


def _copies(jobs: int) -> int:
    """How many copies may help: only of a command's own process. On other systems than Linux libraries do not outlive a `fork`,
    and nowhere does a lock that another thread holds; the thread of a progress bar holds none that a copy asks for."""
    strangers = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.current_thread() and not type(thread).__module__.startswith("rich.")
    ]
    return 0 if not ours() or sys.platform != "linux" or strangers else min(PROCESSORS, jobs) - 1


@contextlib.contextmanager
def _queue(jobs: int) -> Any:
    """A pipe that holds the numbers of the jobs; whoever has time takes the next. Its reading end."""
    reads, writes = os.pipe()
    try:
        os.write(writes, b"".join(number.to_bytes(WIDTH, "big") for number in range(jobs)))
        os.close(writes)
        yield reads
    finally:
        os.close(reads)


def _taken(queue: int) -> Iterator[int]:
    """Numbers of jobs, one after the other, until none is left."""
    while number := os.read(queue, WIDTH):
        yield int.from_bytes(number, "big")


@contextlib.contextmanager
def _helpers(jobs: Sequence[Callable[[], Any]], queue: int, copies: int) -> Any:
    """Copies of this process at work; for each, what gives its answers by number once it is done. None outlives the block."""
    begun = [_begun(jobs, queue) for _ in range(copies)]
    try:
        yield [lambda reads=reads: _read(reads) for _, reads in begun]
    finally:
        for process, reads in begun:
            os.close(reads)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _begun(jobs: Sequence[Callable[[], Any]], queue: int) -> tuple[int, int]:
    """A copy that takes jobs: its number, and the end of a pipe from which its answers come."""
    reads, writes = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries, which outlive it
        process = os.fork()
    if process:
        os.close(writes)
        return process, reads
    try:  # the copy: it must not return from here
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.close(reads)
        # Streams of its own: a progress bar may have been writing, under a lock that nobody gives back here.
        sys.stdout, sys.stderr = (open(stream, "w", closefd=False) for stream in (1, 2))  # noqa: SIM115
        answers = {}
        for number in _taken(queue):
            with contextlib.suppress(Exception):
                answers[number] = jobs[number]()
        with open(writes, "wb") as pipe:
            pickle.dump(answers, pipe)
    finally:
        os._exit(0)


def _read(reads: int) -> dict[int, Any]:
    """The answers of a copy; none where it was killed."""
    with open(reads, "rb", closefd=False) as pipe:
        text = pipe.read()
    try:
        answers: dict[int, Any] = pickle.loads(text)
    except (EOFError, pickle.UnpicklingError):
        return {}
    return answers
