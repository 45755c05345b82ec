"""Who computes the chunks: this process, a pool of processes, or any executor that the caller owns.

An engine may call the task more than once for a chunk: commits are idempotent, so that the result is as if once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, Protocol

from tandem.experiments.store.errors import Refused, Stopped, SweepError
from tandem.experiments.store.stopping import Stop

Task = Callable[[int], dict[str, Any]]
Done = Callable[[int, dict[str, Any]], None]
TRIES = 3
PATIENCE = 8.0  # seconds that chunks in flight get after Ctrl-C
BREAKS_IN_A_ROW = 6


class Engine(Protocol):
    """Computes chunks. `done(number, receipt)` is called in the driver as each is committed."""

    name: str

    def run(self, task: Task, chunks: Iterable[int], done: Done, stop: Stop) -> None:
        """Compute all chunks. Raises a SweepError; what is committed by then stays."""
        ...


class SerialEngine:
    """One chunk after the other in this process. For small sweeps, and for debugging."""

    name = "serial"

    def run(self, task: Task, chunks: Iterable[int], done: Done, stop: Stop) -> None:
        """See `Engine`."""
        stop.hurry()
        try:
            for number in chunks:
                if stop.asked:
                    raise stop.error()
                self._chunk(task, number, done)
        except KeyboardInterrupt:
            if stop.asked:  # a chunk that took too long, or a second press: nothing of it was kept
                raise stop.error() from None
            raise
        finally:
            stop.no_hurry()
        if stop.asked:
            raise stop.error()

    @staticmethod
    def _chunk(task: Task, number: int, done: Done) -> None:
        for attempt in range(TRIES):
            try:
                done(number, task(number))
                return
            except SweepError:
                raise
            except Exception as error:
                if attempt == TRIES - 1:
                    raise Stopped(told(number, error)) from None


class FuturesEngine:
    """Any executor of the shape of `concurrent.futures` that the caller owns (mpi4py, loky, ipyparallel, threads)."""

    def __init__(self, executor: Executor, ahead: int = 8, name: str = "futures"):
        self.executor, self.ahead, self.name = executor, ahead, name

    def run(self, task: Task, chunks: Iterable[int], done: Done, stop: Stop) -> None:
        """See `Engine`."""
        left: deque[int] = deque(chunks)
        tries: Counter[int] = Counter()
        running: dict[Future, int] = {}
        try:
            while (left or running) and not stop.asked:
                while left and len(running) < self.ahead:
                    number = left.popleft()
                    running[self.executor.submit(task, number)] = number
                for future in _finished(running):
                    number = running.pop(future)
                    _settle(future, number, tries, left, done)
            if stop.asked:
                _let_finish(running, done, stop)
                raise stop.error()
        finally:
            for future in running:
                future.cancel()


class ProcessEngine:
    """A pool of processes, started afresh (spawn). Where a worker dies the pool is rebuilt and only what is missing is
    done again; a chunk at whose computing workers keep dying is tried alone, then left out, and the rest is finished."""

    def __init__(self, workers: int, note: Callable[[str], None] = lambda line: None, ahead: int | None = None):
        self.workers, self.note = workers, note
        self.ahead = ahead or 2 * workers
        self.name = "process"
        self.poison: list[int] = []
        self._pool: ProcessPoolExecutor | None = None
        self._greetings: list[Future] = []

    def begin(self) -> None:
        """Set the workers going, without waiting for them."""
        if nested():
            raise Refused("a worker of another pool may start no processes of its own: ask for one worker here")
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            # We are a worker that is reading the caller's script again. Silence: the parent says what is wrong.
            os._exit(1)
        # One call each: a pool starts a worker only when a call finds none idle, the last one seconds later.
        self._greetings = [self._started().submit(os.getpid) for _ in range(self.workers)]

    def start(self) -> None:
        """Start the workers. Raises Refused if they cannot start, before anything is written."""
        if self._pool is None:
            self.begin()
        try:
            for greeting in self._greetings:
                greeting.result(timeout=120)
        except BrokenProcessPool:
            self.close()
            raise Refused(
                "the worker processes could not start; a script that sweeps must keep its own code under "
                '`if __name__ == "__main__":` (or ask for one worker)'
            ) from None
        except BaseException:
            self.close()
            raise

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_in_worker)
        return self._pool

    def close(self) -> None:
        """End the workers, whatever they are at."""
        pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                with suppress(Exception):
                    process.kill()
            for process in processes:
                with suppress(Exception):
                    process.join(5)

    def run(self, task: Task, chunks: Iterable[int], done: Done, stop: Stop) -> None:
        """See `Engine`."""
        self.start()
        left: deque[int] = deque(chunks)
        tries: Counter[int] = Counter()
        breaks: Counter[int] = Counter()
        in_a_row = 0
        running: dict[Future, int] = {}

        def heard(number: int, receipt: dict[str, Any]) -> None:
            nonlocal in_a_row
            in_a_row = 0
            done(number, receipt)

        try:
            while (left or running) and not stop.asked:
                try:
                    alone = [number for number in left if breaks[number] >= TRIES]
                    if alone and len(alone) == len(left) and not running:
                        left.remove(alone[0])
                        running[self._started().submit(task, alone[0])] = alone[0]
                    while left and len(running) < self.ahead and len(alone) < len(left):
                        number = left.popleft()
                        if breaks[number] >= TRIES:
                            left.append(number)
                            continue
                        try:
                            running[self._started().submit(task, number)] = number
                        except BrokenProcessPool:
                            left.appendleft(number)
                            raise
                    for future in _finished(running):
                        number = running[future]
                        if isinstance(future.exception(), BrokenProcessPool):
                            raise BrokenProcessPool
                        del running[future]
                        _settle(future, number, tries, left, heard)
                except BrokenProcessPool:
                    in_a_row += not self._after_a_break(running, left, breaks, heard)
                    if in_a_row >= BREAKS_IN_A_ROW:
                        raise Stopped(
                            f"worker processes keep dying ({in_a_row} times, and no chunk was finished in between); "
                            "is there enough memory?"
                        ) from None
            if stop.asked:
                _let_finish(running, heard, stop)
                raise stop.error()
        finally:
            self.close()
        if self.poison:
            shown = ", ".join(map(str, self.poison[:5]))
            raise Stopped(f"workers died each time at chunk {shown}; all other chunks are done")

    def _after_a_break(self, running: dict[Future, int], left: deque[int], breaks: Counter[int], done: Done) -> bool:
        """Put what was lost back into the queue; True if a chunk that ran alone is to blame, which is then left out."""
        self.close()
        lost = []
        for future, number in running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                done(number, future.result())
            else:
                lost.append(number)
        alone = len(lost) == 1 and breaks[lost[0]] >= TRIES
        running.clear()
        for number in lost:
            breaks[number] += 1
        if alone:
            self.poison.append(lost[0])
            self.note(f"a worker died again at chunk {lost[0]}, which ran alone: this chunk is left out")
            return True
        self.note(f"a worker process died; its pool is started again, {len(lost)} unfinished chunks go back to the queue")
        left.extendleft(reversed(lost))
        return False


def nested() -> bool:
    """Whether this process is a worker of somebody's pool that may not start processes (`multiprocessing.Pool`, a Dask nanny)."""
    return multiprocessing.current_process().daemon


# -- what engines share ------------------------------------------------------------------------


def _finished(running: dict[Future, int]) -> set[Future]:
    return wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done


def _settle(future: Future, number: int, tries: Counter[int], left: deque[int], done: Done) -> None:
    try:
        receipt = future.result()
    except SweepError:
        raise
    except Exception as error:
        tries[number] += 1
        if tries[number] >= TRIES:
            raise Stopped(told(number, error)) from None
        left.append(number)
    else:
        done(number, receipt)


def _let_finish(running: dict[Future, int], done: Done, stop: Stop) -> None:
    """After Ctrl-C: chunks that are being computed may finish for a while; those that only wait may not begin."""
    for future in list(running):
        if future.cancel():
            del running[future]
    until = time.monotonic() + PATIENCE
    while running and time.monotonic() < until:
        for future in _finished(running):
            number = running.pop(future)
            if not future.cancelled() and future.exception() is None:
                done(number, future.result())


def told(number: int, error: BaseException) -> str:
    """One line about an error in a chunk."""
    return f"chunk {number} failed {TRIES} times: {type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _in_worker() -> None:
    """In a new worker: Ctrl-C is the driver's business, and a worker without a driver goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_go_with, args=(parent.sentinel,), daemon=True).start()


def _go_with(sentinel: Any) -> None:
    from multiprocessing.connection import wait as wait_for

    wait_for([sentinel])
    os._exit(1)


def cores() -> int:
    """Processors that this process may use: affinity, and the quota of a container."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = open("/sys/fs/cgroup/cpu.max").read().split()  # noqa: SIM115
        if quota != "max":
            count = max(1, min(count, round(int(quota) / int(period))))
    return max(1, count)
