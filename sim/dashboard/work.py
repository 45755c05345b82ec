"""Questions that wait for a thread: what a slider waits for never waits behind an export, nobody waits behind a crowd, and work
whose client has gone is dropped."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

OWN_PAGE, OTHERS = 0, 1
"""Whose question it is: of our own page in a browser, or of any other program, which gives way."""


class Occupied(Exception):
    """Too many questions wait already."""


class Lane:
    """One thread that answers one question after the other; at most `most` of each kind of asker wait."""

    def __init__(self, name: str, most: int):
        self.name, self.most = name, most
        self._queue: queue.PriorityQueue[tuple[int, int, Future[Any], Callable[[], Any]]] = queue.PriorityQueue()
        self._waiting: dict[int, set[Future[Any]]] = {OWN_PAGE: set(), OTHERS: set()}
        self._number, self._lock, self._thread = itertools.count(), threading.Lock(), None

    _thread: threading.Thread | None

    def submit(self, call: Callable[[], Any], whose: int = OTHERS) -> Future[Any]:
        """What `call` will give. Cancelled before its turn it is never called. Raises Occupied."""
        future: Future[Any] = Future()
        with self._lock:
            if len(self._waiting[whose]) >= self.most:
                raise Occupied
            self._waiting[whose].add(future)
            self._queue.put((whose, next(self._number), future, call))
            if self._thread is None:  # a daemon: whoever ends the server does not wait for an export
                self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
                self._thread.start()
        future.add_done_callback(lambda done: self._left(whose, done))
        return future

    def _left(self, whose: int, future: Future[Any]) -> None:
        with self._lock:
            self._waiting[whose].discard(future)

    def _work(self) -> None:
        while True:
            whose, _, future, call = self._queue.get()
            self._left(whose, future)
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)
            del future, call  # an answer of megabytes is not held until the next question
