"""The server of the flight simulator: loopback only, no state, nothing from outside.

It hands out one page and answers the questions of `tandem.sim.dashboard.answers`. What a visitor sees lives in the address, so
a reload, a second window or a restarted server lose nothing. While the model is loaded, and compiled where it has not been, the
first case plays from answers made beforehand (`tandem.sim.dashboard.prepared`); whatever else is asked waits for the model.
Whatever goes wrong, a person reads one sentence in his own language. Ctrl-C ends it with exit code 130, a signal to terminate
with 143; neither waits for what is being played.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tandem.sim.dashboard.connections import LARGEST_HEAD, answering
from tandem.sim.dashboard.module import page_file, script, style
from tandem.sim.dashboard.prepared import prepared
from tandem.sim.dashboard.replies import SAFETY, as_sent, complaint, language, notice, page
from tandem.sim.dashboard.work import OTHERS, OWN_PAGE, Lane, Occupied
from tandem.sim.scenario import ScenarioError
from tandem.sim.texts import LANGUAGES

if TYPE_CHECKING:
    from tandem.sim.dashboard.answers import Answer

LOOPBACK = "127.0.0.1"
MOST_BODY = 65_536  # bytes; the longest honest question is under 2 KB
SECONDS_OF_A_BODY = 10.0  # that a question may take to come in
TERMINATED = 143  # the exit code after a signal to terminate
GETTING_READY = 202  # the status of an answer that the model will give, to whoever asks not to wait for it
BACKLOG = 256  # waiting connections: a class that reloads at once is not refused


PAGES = ("/", "/sheet", "/favicon.ico")
"""What another site may link to."""

STATIC: dict[str, tuple[Callable[[], str], str]] = {
    "simulator.js": (script, "text/javascript; charset=utf-8"),
    "start.js": (lambda: page_file("start.js"), "text/javascript; charset=utf-8"),
    "worker.js": (lambda: page_file("worker.js"), "text/javascript; charset=utf-8"),
    "simulator.css": (style, "text/css; charset=utf-8"),
    "icon.svg": (lambda: page_file("icon.svg"), "image/svg+xml"),
}
"""Files of the page: how each is made, and its kind."""


Notice = Callable[[str, str, int], Response]
"""A page with one sentence, by language, key of the notices and status."""


class Guard:
    """Turns away strangers before anything is read: other hosts, other sites, too much; adds the safety headers. `hosts`: what a
    Host header may say; `pages`: what another site may link to; `most`: bytes of a question; `told`: how it is said."""

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str], pages: tuple[str, ...] = PAGES, most: int = MOST_BODY, told: Notice = notice
    ):
        self.app, self.hosts, self.pages, self.most, self.told = app, hosts, pages, most, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def safe(message: Any) -> None:
            if message["type"] == "http.response.start":
                safety = [(name.encode(), value.encode()) for name, value in SAFETY.items()]
                message = {**message, "headers": [*message["headers"], *safety]}
            await send(message)

        headers = Headers(scope=scope)
        refusal = self.refused(scope, headers)
        if refusal is None:
            await self.app(scope, receive, safe)
        else:
            key, status = refusal
            await self.told(language(headers), key, status)(scope, receive, safe)

    def refused(self, scope: Scope, headers: Headers) -> tuple[str, int] | None:
        """Why this request is not served, if it is not: a key of the notices and a status."""
        if [host.lower() for host in headers.getlist("host")] not in [[host] for host in self.hosts]:
            return "wrong_host", 421
        # A link of another site may open the page, which plays nothing by itself; all else is for pages that we opened.
        strange = any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site"))
        if strange and (scope["path"] not in self.pages or scope["method"] not in ("GET", "HEAD")):
            return "wrong_host", 403
        if any(origin.lower() not in {f"http://{host}" for host in self.hosts} for origin in headers.getlist("origin")):
            return "wrong_host", 403
        length = headers.get("content-length", "0")
        if not length.isdigit() or len(length) > 12 or int(length) > self.most:
            return "too_large", 413
        if len(scope.get("query_string", b"")) + len(scope["path"]) > MOST_BODY:
            return "bad_address", 414
        return None


class Desk:
    """Answers what a page asks: the handlers of the routes, and the store of answers already given. `more`: answers that
    floors above this one give, by question.

    `lang`: the language before a visitor chooses; `parameters`: as in `tandem.sim.parameter_sets`, for every question. A lane
    each for what a slider waits for, for luck checks, for the rest and for exports: none waits behind those after it.
    """

    def __init__(self, lang: str | None, parameters: str | int, more: Mapping[str, Answer] | None = None):
        self.lang, self.parameters, self.more = lang, parameters, dict(more or {})
        self.light, self.luck = Lane("slider", 256), Lane("luck", 16)
        self.heavy, self.exports, self.further = Lane("futures", 32), Lane("exports", 4), Lane("further", 8)
        self._store: Any = None
        self.prepared = prepared(parameters)
        start = Lane("start", 2)
        self.model: Future[None] = start.submit(self.warm)
        self.compared: Future[bool] = start.submit(self.compare)

    @property
    def store(self) -> Any:
        """The answers given; importing it imports the model."""
        if self._store is None:
            from tandem.sim.dashboard.answers import Store

            self._store = Store(more=self.more)
        return self._store

    def respond(self, question: str, asked: Mapping[str, Any]) -> bytes:
        """The answer to a question as JSON."""
        return self.store.answer(question, {**asked, "parameters": self.parameters})

    def warm(self) -> None:
        """Load the model, compile it where that has not been done, and play the first case, so that no visitor waits for it."""
        with suppress(Exception):  # a model that cannot be loaded says why to whoever asks it
            first = json.loads(self.prepared.known("catalogue", {}) or self.respond("catalogue", {}))["cases"][0]
            self.respond("run", {"spec": {"case": first["name"], "luck": first["luck"]}})

    def compare(self) -> bool:
        """Whether what was prepared is what the model plays; the catalogue takes it longer than a run."""
        try:
            return self.prepared.same(self.respond)
        except Exception:
            return True

    async def home(self, request: Request) -> Response:
        """The simulator."""
        return self._whole_page(request, "facilitator" if request.query_params.get("view") == "facilitator" else "simulator")

    async def sheet(self, request: Request) -> Response:
        """The debrief sheet."""
        return self._whole_page(request, "sheet")

    def _whole_page(self, request: Request, kind: str) -> Response:
        chosen = self.lang or language(request.headers, request.query_params)
        if request.query_params.get("lang") in LANGUAGES:
            chosen = request.query_params["lang"]
        return Response(page(chosen, kind), media_type="text/html; charset=utf-8")

    async def static(self, request: Request) -> Response:
        """A file of the page."""
        name = request.path_params["name"]
        if name not in STATIC:
            return self.missing(request)
        content, kind = STATIC[name]
        headers = {"service-worker-allowed": "/"} if name == "worker.js" else {}
        return Response(content(), media_type=kind, headers=headers)

    async def api(self, request: Request) -> Response:
        """The answer to a question, or one key of the notices."""
        question = request.path_params["question"]
        try:
            asked = await body(request)
        except ValueError as problem:
            return complaint(str(problem), 413 if "large" in str(problem) else 400)
        except TimeoutError:
            return complaint("bad_question", 408)
        try:
            early = self.prepared.known(question, asked)
            if early is not None and not self.compared.done():
                return Response(early, media_type="application/json", headers={"tandem-answer": "prepared"})
            if not self.model.done() and request.headers.get("prefer") == "wait=0":
                return complaint("getting_ready", GETTING_READY)
            await awaited(asyncio.wrap_future(self.model), request)
            if question in ("ready", "same"):
                same = question == "ready" or await awaited(asyncio.wrap_future(self.compared), request)
                return Response(json.dumps({question: same}), media_type="application/json")
            whole = {**asked, "parameters": self.parameters}
            known = self._store.known(question, whole) if self._store is not None else None
            if known is None:
                from tandem.sim.dashboard.answers import ANSWERS, LIGHT

                if question not in ANSWERS and question not in self.more:
                    return complaint("bad_question", 404)
                lane = self.light if question in LIGHT else self.luck if question == "luck" else self.heavy
                if question in self.more:
                    lane = self.further
                known = await worked(lane, lambda: self.respond(question, asked), request)
        except (ScenarioError, RecursionError):
            return complaint("bad_question", 400)
        except Occupied:
            return complaint("occupied", 503)
        return Response(known, media_type="application/json")

    async def export(self, request: Request) -> Response:
        """One case as a file to keep."""
        gone = threading.Event()
        chosen = language(request.headers, request.query_params)
        try:
            asked = {"spec": json.loads(request.query_params.get("spec", "")), "lang": chosen, "parameters": self.parameters}
            made = await worked(self.exports, _exporting, request)  # imports the model, which nobody else shall wait for
            name = made.name_of(asked["spec"], chosen)
            file = self.store.known("export", asked) or await worked(
                self.exports,
                lambda: self.store.made(
                    "export",
                    asked,
                    lambda: made.exported_file(asked["spec"], chosen, self.parameters, lambda: not gone.is_set())[0],
                ),
                request,
                gone,
            )
        except (ScenarioError, ValueError, RecursionError):
            return self.missing(request)
        except Occupied:
            return notice(chosen, "occupied", 503)
        return Response(
            file, media_type="text/html; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'}
        )

    def missing(self, request: Request) -> Response:
        """The notice that there is no such page."""
        return notice(language(request.headers, request.query_params, self.lang or "en"), "bad_address", 404)

    async def lost(self, request: Request, error: Exception) -> Response:
        """What an unknown address gets."""
        return self.missing(request)

    async def broken(self, request: Request, error: Exception) -> Response:
        """What a visitor reads when something went wrong here."""
        if request.url.path.startswith("/api"):
            return complaint("broken", 500)
        return notice(language(request.headers, request.query_params, self.lang or "en"), "broken", 500)


def _exporting() -> Any:
    from tandem.sim.dashboard import export

    return export


def application(
    hosts: frozenset[str],
    lang: str | None = None,
    parameters: str | int = "ensemble",
    more: Mapping[str, Answer] | None = None,
) -> ASGIApp:
    """The server's application. `hosts`: what a Host header may say; `lang`, `parameters`, `more`: see `Desk`."""
    desk = Desk(lang, parameters, more)
    app = Starlette(
        routes=[
            Route("/", desk.home),
            Route("/sheet", desk.sheet),
            Route("/export", desk.export),
            Route("/static/{name}", desk.static),
            Route("/favicon.ico", lambda request: Response(page_file("icon.svg"), media_type="image/svg+xml")),
            Route("/api/{question}", desk.api, methods=["POST"]),
        ],
        exception_handlers={404: desk.lost, 405: desk.lost, 500: desk.broken, ClientDisconnect: nobody},
    )
    return Guard(app, hosts)


async def nobody(request: Request, error: Exception) -> Response:
    """For whoever has gone."""
    return Response(status_code=499)


async def worked(lane: Lane, call: Callable[[], Any], request: Request, gone: threading.Event | None = None) -> Any:
    """What `call` gives when its turn in the lane comes. Whoever asked and goes is not worked for: his question leaves the lane,
    and what is under way hears `gone`. Raises Occupied, and ClientDisconnect."""
    own = request.headers.get("sec-fetch-site") == "same-origin"
    job = lane.submit(call, OWN_PAGE if own else OTHERS)
    answer = asyncio.wrap_future(job)
    try:
        return await awaited(answer, request)
    finally:
        if not answer.done():
            job.cancel()
            answer.cancel()
            if gone is not None:
                gone.set()


async def awaited(answer: asyncio.Future[Any], request: Request) -> Any:
    """What comes of `answer`; ClientDisconnect where whoever asked goes before."""
    going = asyncio.ensure_future(left(request))
    try:
        await asyncio.wait({answer, going}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise ClientDisconnect
    finally:
        going.cancel()


async def left(request: Request) -> None:
    """Comes back when whoever asked has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def body(request: Request, most: int = MOST_BODY) -> dict[str, Any]:
    """The question's JSON, read no further than `most` bytes; ValueError with a key of the notices."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise ValueError("bad_question")
    content = b""
    try:
        async with asyncio.timeout(SECONDS_OF_A_BODY):
            async for part in request.stream():
                content += part
                if len(content) > most:
                    raise ValueError("too_large")
    except ClientDisconnect:
        raise ValueError("bad_question") from None
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("bad_question") from None
    if not isinstance(asked, dict):
        raise ValueError("bad_question")
    return asked


def listening(port: int, host: str = LOOPBACK) -> socket.socket:
    """A socket on `port` (0: any free one), of this computer alone unless `host` is another of its addresses."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def serve(
    bound: socket.socket,
    lang: str | None = None,
    parameters: str | int = "ensemble",
    more: Mapping[str, Answer] | None = None,
) -> None:
    """Serve on a listening socket until stopped. `more`: answers of floors above, by question."""
    answer(bound, application(hosts_of(bound), lang, parameters, more), lang)


def hosts_of(bound: socket.socket) -> frozenset[str]:
    """What a Host header may say to who reaches this socket."""
    address, port = bound.getsockname()[:2]
    names = (LOOPBACK, "localhost") if address == LOOPBACK else (address,)
    return frozenset(f"{name}{mark}" for name in names for mark in ([f":{port}"] + [""] * (port == 80)))


def answer(bound: socket.socket, app: ASGIApp, lang: str | None = None, lifespan: Literal["on", "off"] = "off") -> None:
    """Answer by an application on a listening socket until stopped: by Ctrl-C, or a signal to terminate (exit code 143).
    `lifespan`: whether the application is told of its start and end."""
    settings = uvicorn.Config(
        app,
        http=answering(as_sent(notice(lang or "en", "bad_address", 414))),
        ws="none",
        lifespan=lifespan,
        proxy_headers=False,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=2 * LARGEST_HEAD,
        timeout_graceful_shutdown=1,
    )
    alone = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED)) if alone else None
    try:
        uvicorn.Server(settings).run(sockets=[bound])
        if before is not None:
            raise KeyboardInterrupt  # nothing else ends it there; on a busy machine the signal may get lost
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
