"""Connections to the server: bounded in number, in the size of what they ask, and in the time they may take to ask it."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_FOR_A_HEAD = 5.0  # from the first moment to the end of what is asked; an honest one takes milliseconds
SECONDS_TO_TAKE_AN_ANSWER = 20.0  # that a reader may stop in the middle of
MOST_CONNECTIONS = 256  # a class of twenty has six each at most
LARGEST_HEAD = 131_072  # bytes; what is longer is answered, and the rest thrown away
LARGEST_REST = 4_000_000  # bytes that are thrown away before the line is cut


class Connection(H11Protocol):
    """As uvicorn's, with bounds. `too_long`: the whole answer, headers and all, to a head that is too long."""

    too_long = b"HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _head = 0
    _thrown_away: int | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody has come; where there are too many, whoever has asked nothing for the longest time goes."""
        super().connection_made(transport)
        self._since = self.loop.time()
        alive = [one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()]
        if len(alive) > MOST_CONNECTIONS:
            silent = [one for one in alive if one.asks_nothing]
            min(silent, key=lambda one: one._since, default=self).transport.abort()
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has gone."""
        self._stop(head=True, write=True)
        super().connection_lost(exc)

    @property
    def asks_nothing(self) -> bool:
        """Whether no question is being answered on this line."""
        return self.cycle is None or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """A piece of what is asked."""
        if self._thrown_away is not None:
            self._thrown_away += len(data)
            if self._thrown_away > LARGEST_REST:
                self.transport.abort()
            return
        if self.asks_nothing:
            self._head += len(data)
            if self._head > LARGEST_HEAD and self.conn.their_state is h11.IDLE:
                self._throw_away()
                return
            self._await_head()
        super().data_received(data)
        if not self.asks_nothing:
            self._stop(head=True)
            self._head = 0

    def on_response_complete(self) -> None:
        """The next question of the same line may come, within uvicorn's own time for idle ones."""
        self._head = 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The reader does not keep up."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(SECONDS_TO_TAKE_AN_ANSWER, self.transport.abort)

    def resume_writing(self) -> None:
        """He does again."""
        self._stop(write=True)
        super().resume_writing()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(SECONDS_FOR_A_HEAD, self.transport.abort)

    def _throw_away(self) -> None:
        """Answer at once; then listen on for a while without keeping anything, or the answer would be lost with the line."""
        self._thrown_away = 0
        self._await_head()
        self.transport.write(self.too_long)

    def _stop(self, head: bool = False, write: bool = False) -> None:
        if head and self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        if write and self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def answering(too_long: bytes) -> type[Connection]:
    """The kind of connection that gives this answer to a head that is too long."""
    return type("OurConnection", (Connection,), {"too_long": too_long})
