"""Chunks of rows side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tandem.sim.compiler.settings import COMPILED, PROCESSORS

_threads: int = PROCESSORS if COMPILED else 1


def set_threads(n: int) -> int:
    """The number of threads that `in_threads` uses from now on, at most `n` and at most the processors there are."""
    global _threads
    _threads = max(1, min(int(n), PROCESSORS)) if COMPILED else 1
    return _threads


def in_threads(play: Callable[[int, int], None], rows: int, chunk: int) -> None:
    """Call `play(low, high)` for chunks of `rows` rows that cover them all, side by side; each must write its own rows only.

    Plain threads: numba's own need the whole program compiled again for them, and abort a process that calls from two
    threads at once.
    """
    lows = range(0, rows, chunk)
    if _threads == 1 or len(lows) == 1:
        play(0, rows)
        return
    with ThreadPoolExecutor(min(_threads, len(lows))) as pool:
        try:
            for _ in pool.map(play, lows, (min(low + chunk, rows) for low in lows)):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
