"""Chunks of rows side by side, and jobs beside each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from threading import Event
from typing import Any

from tandem.sim.compiler.settings import COMPILED, PROCESSORS

_threads: int = PROCESSORS if COMPILED else 1
_given_up: ContextVar[Event] = ContextVar("whether the jobs beside each other are given up", default=Event())  # noqa: B039


def set_threads(n: int) -> int:
    """The number of threads that `in_threads` uses from now on, at most `n` and at most the processors there are."""
    global _threads
    _threads = max(1, min(int(n), PROCESSORS)) if COMPILED else 1
    return _threads


SHARES = 4  # of a thread, of few rows: at the end none waits long for another's last chunk


def in_threads(play: Callable[[int, int], None], rows: int, chunk: int) -> None:
    """Call `play(low, high)` for chunks of at most `chunk` rows that cover all `rows`, side by side; each must write its own rows
    only.

    Plain threads: numba's own need the whole program compiled again for them, and abort a process that calls from two
    threads at once.
    """
    chunk = min(chunk, max(1, -(-rows // (SHARES * _threads))))
    lows = range(0, rows, chunk)
    if _threads == 1 or len(lows) == 1:
        play(0, rows)
        return
    with ThreadPoolExecutor(min(_threads, len(lows))) as pool:
        try:
            for _ in pool.map(play, lows, (min(low + chunk, rows) for low in lows)):
                stop_if_given_up()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def stop_if_given_up() -> None:
    """For jobs beside each other that play in processes of their own: raises KeyboardInterrupt where they are given up."""
    if _given_up.get().is_set():
        raise KeyboardInterrupt


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of `calls` gives, in their order. Two of them are at work at a time: while one is in compiled code, the other
    prepares or sums up what only Python does. None may need another's answer, nor write what another reads. Where one fails or
    the user interrupts, the others are given up at their next chunk of rows."""
    if _threads == 1:
        return [call() for call in calls]
    given_up = Event()

    def begun(call: Callable[[], Any]) -> Any:
        _given_up.set(given_up)
        return call()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(copy_context().run, begun, call) for call in calls]
        try:
            return [job.result() for job in jobs]
        except BaseException:
            given_up.set()
            pool.shutdown(cancel_futures=True)
            raise
