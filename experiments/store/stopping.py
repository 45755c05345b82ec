"""Hears Ctrl-C and the signal to terminate for a sweep: once it ends soon and keeps what is done, twice it ends at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import Any

from tandem.experiments.store.errors import Interrupted, Stopped, SweepError

SECONDS_FOR_A_CHUNK_IN_HAND = 4.0  # with one worker: a chunk that takes longer is broken off, so that eight are never passed


class Stop:
    """Listens while it is entered (in the main thread). One press: `asked`. Two: KeyboardInterrupt at once.

    Python runs its handler only between two instructions, so that presses during one call of the kernel would count as one: the
    system notes each of them in a pipe as it comes.
    """

    def __init__(self) -> None:
        self.asked = ""
        self._before: dict[int, Any] = {}
        self._entered = 0
        self._pipe: tuple[int, int] | None = None
        self._pipe_before = -1
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Stop:
        self._entered += 1  # the command enters it first, the driver once more
        if self._entered == 1 and threading.current_thread() is threading.main_thread():
            with suppress(AttributeError, OSError, ValueError):  # a system that has no such pipe
                self._listen_closely()
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: Any) -> None:
        self._entered -= 1
        if self._entered:
            return
        self.no_hurry()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
        if self._pipe is not None:
            with suppress(ValueError):
                signal.set_wakeup_fd(self._pipe_before)
            for handle in self._pipe:
                os.close(handle)
            self._pipe = None

    def hurry(self, seconds: float = SECONDS_FOR_A_CHUNK_IN_HAND) -> None:
        """From now on, or from when a stop is asked for, what this process plays itself is broken off after so many seconds."""
        self._patience: float | None = seconds
        if self.asked:
            self._begin_to_wait()

    def no_hurry(self) -> None:
        """What is played may take its time again."""
        self._patience = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    _patience: float | None = None

    def _listen_closely(self) -> None:
        """Count presses in a pipe, unless somebody else (a notebook's loop) does so already."""
        reading, writing = os.pipe()
        for handle in (reading, writing):
            os.set_blocking(handle, False)
        self._pipe_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._pipe = (reading, writing)
        if self._pipe_before != -1:
            signal.set_wakeup_fd(self._pipe_before)
            self._pipe_before = -1
            for handle in self._pipe:
                os.close(handle)
            self._pipe = None

    def _hear(self, number: int, _: Any) -> None:
        presses = self._presses()
        if self.asked or presses > 1:
            self.asked = self.asked or "interrupt"
            raise KeyboardInterrupt
        self.asked = "terminate" if number == signal.SIGTERM else "interrupt"
        if self._patience is not None:
            self._begin_to_wait()

    def _presses(self) -> int:
        if self._pipe is None:
            return 1
        with suppress(OSError):
            return sum(one in (signal.SIGINT, signal.SIGTERM) for one in os.read(self._pipe[0], 4096))
        return 1

    def _begin_to_wait(self) -> None:
        if self._timer is None and self._patience is not None and self._before:
            self._timer = threading.Timer(self._patience, _press)
            self._timer.daemon = True
            self._timer.start()

    def error(self) -> SweepError:
        """What the caller is told."""
        return Stopped("asked to terminate") if self.asked == "terminate" else Interrupted("interrupted")


def _press() -> None:
    """The same as if somebody had pressed once more: an exception that no user's function can swallow."""
    signal.raise_signal(signal.SIGINT)
