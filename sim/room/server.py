"""The server of a room: one session, for phones in the same network (or, under `--local`, for this computer alone).

What every server of ours turns away, it turns away too (`tandem.sim.dashboard.server`). Beside that: participants come in by
the room's code, act by a token of their own seat, and cannot ask what the facilitator's key opens; wrong codes and hasty
questions are bounded for each address and seat. Nothing about a person is kept.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tandem.sim.dashboard.module import page_file
from tandem.sim.dashboard.replies import complaint, language
from tandem.sim.dashboard.server import Guard, body, nobody
from tandem.sim.dashboard.work import Lane
from tandem.sim.room.answers import OF_SEATS, Room
from tandem.sim.room.limits import Limit
from tandem.sim.room.pages import notice_page
from tandem.sim.room.session import Refused

MOST_QUESTION = 4096  # bytes
PAGES = {"/": "phone", "/stage": "stage", "/facilitator": "facilitator", "/sheet": "sheet"}
COOKIE = "seat"
TICK = 0.2  # seconds between two looks at the clock of the round
STATUS = {
    "bad_question": 400,
    "wrong_code": 403,
    "not_yours": 403,
    "removed": 403,
    "too_late": 409,
    "full": 409,
    "ended": 409,
    "too_fast": 429,
    "broken": 500,
}
KEYED = {"stage": "stage", "lead": "facilitator", "export": "facilitator", "table": "facilitator"}
"""Questions and the key that opens them."""


class Desk:
    """Answers what the pages ask. `clock`: seconds that do not go back."""

    def __init__(self, room: Room, clock: Callable[[], float] = time.monotonic):
        self.room, self.clock = room, clock
        self.wrong, self.joins = Limit(1 / 12, 5), Limit(4, 120)  # by address
        self.acts, self.looks = Limit(4, 12), Limit(5, 20)  # by seat
        self.keyed, self.unknown = Limit(20, 60), Limit(10, 120)  # by address
        self.debrief = Lane("debrief", 4)
        self.telling = False

    # -- time ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self, app: Any) -> AsyncIterator[None]:
        """While the server runs, rounds end when their time is over."""
        self.room.session.start_clock(self.clock())
        ticking = asyncio.create_task(self.tick())
        self.tell_end()
        try:
            yield
        finally:
            ticking.cancel()

    async def tick(self) -> None:
        """End rounds whose time is over, and look whether the debrief is there."""
        while True:
            await asyncio.sleep(TICK)
            session = self.room.session
            if session.due(self.clock()):
                session.end_round(self.clock())
                await self.month()

    async def month(self) -> None:
        """Play the month without keeping others waiting."""
        session = self.room.session
        try:
            await asyncio.to_thread(session.play)
        except Exception as error:
            print(f"tandem: the month could not be played and kept: {error}", file=sys.stderr, flush=True)
            session.not_played(self.clock())
            return
        session.tell(self.clock())

    def tell_end(self) -> None:
        """Begin to make the debrief, once the last month is played."""
        session = self.room.session
        if session.phase not in ("after", "end") or self.telling:
            return
        self.telling = True
        from tandem.sim.room.debrief import debrief_of, settled

        made = self.debrief.submit(lambda: debrief_of(session))
        loop = asyncio.get_running_loop()

        def there(done: Any) -> None:
            error = done.exception()
            if error is not None:
                print(f"tandem: the debrief could not be made: {error}", file=sys.stderr, flush=True)
            else:
                loop.call_soon_threadsafe(settled, session, done.result())

        made.add_done_callback(there)

    # -- questions -------------------------------------------------------------------------------

    async def api(self, request: Request) -> Response:
        """The answer to a question, or one key of the notices."""
        question = request.path_params["question"]
        try:
            asked = await body(request, MOST_QUESTION)
        except ValueError as problem:
            return complaint("bad_question", 413 if "large" in str(problem) else 400)
        except TimeoutError:
            return complaint("bad_question", 408)
        try:
            return await self.answered(
                question, asked, request.client.host if request.client else "", request.cookies.get(COOKIE, "")
            )
        except Refused as refusal:
            return complaint(refusal.key, STATUS[refusal.key])
        except OSError as error:
            print(f"tandem: the session's file cannot be written: {error}", file=sys.stderr, flush=True)
            return complaint("broken", 500)

    async def answered(self, question: str, asked: Mapping[str, Any], address: str, cookie: str) -> Response:
        """The answer; Refused."""
        now = self.clock()
        if question == "join" and not self.room.local and self.room.session.seats.of(asked.get("seat")) is None:
            asked = {**asked, "seat": cookie}  # whatever its page has forgotten, a browser has one seat
        if question == "join":
            return self.seated(self.join(asked, address, now))
        if question in OF_SEATS:
            return as_json(self.of_seat(question, asked, address, now))
        if question in KEYED:
            self.keyed_by(asked, KEYED[question], address, now)
            if question == "lead":
                return as_json(await self.lead(asked, now))
            if question == "stage":
                return as_json(self.room.stage(asked, now))
            return self.download(question)
        raise Refused("bad_question")

    def seated(self, told: Mapping[str, Any]) -> Response:
        """The answer to who joined, which his browser keeps in mind; not in a rehearsal, where one browser plays several."""
        answer = as_json(told)
        if not self.room.local:
            answer.set_cookie(COOKIE, told["seat"], max_age=86_400, path="/api", httponly=True, samesite="strict")
        return answer

    def join(self, asked: Mapping[str, Any], address: str, now: float) -> dict[str, Any]:
        """A seat for who knows the room's code; who guesses at it has to wait. A seat that is known is not asked for a code."""
        if self.room.session.seats.of(asked.get("seat")) is not None:
            return self.room.join(asked, now)
        if self.wrong.spent(address, now) or not self.joins.take(address, now):
            raise Refused("too_fast")
        if not self.room.right_code(asked.get("code")):
            self.wrong.take(address, now)
            raise Refused("wrong_code")
        return self.room.join(asked, now)

    def of_seat(self, question: str, asked: Mapping[str, Any], address: str, now: float) -> dict[str, Any]:
        """What a participant asks, by the token of his own seat."""
        if self.room.session.seats.of(asked.get("seat")) is None and not self.unknown.take(address, now):
            raise Refused("too_fast")
        seat = self.room.session.seat(asked.get("seat"), now)
        if not (self.looks if question == "look" else self.acts).take(str(seat.number), now):
            raise Refused("too_fast")
        return OF_SEATS[question](self.room, asked, seat, now)

    def keyed_by(self, asked: Mapping[str, Any], kind: str, address: str, now: float) -> None:
        """Refused, unless the key is right; the facilitator's opens the stage too."""
        if not (self.room.right_key(asked.get("key"), kind) or self.room.right_key(asked.get("key"), "facilitator")):
            raise Refused("wrong_code" if self.wrong.take(f"key {address}", now) else "too_fast")
        if not self.keyed.take(f"{kind} {address}", now):
            raise Refused("too_fast")

    async def lead(self, asked: Mapping[str, Any], now: float) -> dict[str, Any]:
        """What the facilitator does."""
        if asked.get("act") is not None:
            act = asked["act"]
            if not isinstance(act, str):
                raise Refused("bad_question")
            if self.room.session.act(act, now, asked.get("seconds"), asked.get("number")):
                await self.month()
            self.tell_end()
        return self.room.lead(asked, self.clock())

    def download(self, question: str) -> Response:
        """The session's file, or its table, to keep."""
        name = "session.jsonl" if question == "export" else "choices.csv"
        content = self.room.session.file.shared() if question == "export" else self.room.table()
        kind = "application/x-ndjson" if question == "export" else "text/csv; charset=utf-8"
        return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})

    # -- pages -----------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """One of the pages."""
        pages = written_pages()
        if pages is None:
            return told(language(request.headers, request.query_params), "bad_address", 404)
        chosen = language(request.headers, request.query_params)
        return Response(pages.page(PAGES[request.url.path], chosen), media_type="text/html; charset=utf-8")

    async def static(self, request: Request) -> Response:
        """A file of the pages."""
        pages = written_pages()
        found = pages.static(request.path_params["name"]) if pages is not None else None
        if found is None:
            return self.missing(request)
        return Response(found[0], media_type=found[1])

    def missing(self, request: Request) -> Response:
        """The notice that there is no such page."""
        if request.url.path.startswith("/api"):
            return complaint("bad_question", 404)
        return told(language(request.headers, request.query_params), "bad_address", 404)

    async def lost(self, request: Request, error: Exception) -> Response:
        """What an unknown address gets."""
        return self.missing(request)

    async def broken(self, request: Request, error: Exception) -> Response:
        """What somebody reads when something went wrong here."""
        print(f"tandem: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        if request.url.path.startswith("/api"):
            return complaint("broken", 500)
        return told(language(request.headers, request.query_params), "broken", 500)


def told(lang: str, key: str, status: int) -> Response:
    """One sentence, and the way back, as a page."""
    return Response(notice_page(key, lang), status, media_type="text/html; charset=utf-8")


def written_pages() -> Any:
    """The module of the pages; None where it is not there."""
    if find_spec("tandem.sim.room.pages") is None:
        return None
    from tandem.sim.room import pages

    return pages


def as_json(told: Mapping[str, Any]) -> Response:
    """An answer."""
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(content.encode("utf-8"), media_type="application/json")


def application(room: Room, hosts: frozenset[str]) -> ASGIApp:
    """The application of a room. `hosts`: what a Host header may say."""
    desk = Desk(room)
    app = Starlette(
        routes=[
            *(Route(path, desk.page) for path in PAGES),
            Route("/static/{name}", desk.static),
            Route("/favicon.ico", lambda request: Response(page_file("icon.svg"), media_type="image/svg+xml")),
            Route("/api/{question}", desk.api, methods=["POST"]),
        ],
        exception_handlers={404: desk.lost, 405: desk.lost, 500: desk.broken, ClientDisconnect: nobody},
        lifespan=desk.running,
    )
    return Guard(app, hosts, (*PAGES, "/favicon.ico"), MOST_QUESTION, told)
