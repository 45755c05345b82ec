"""The server under a hostile page or program: refused before any work, bounded in time and number, and there for others."""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.browser import start
from tandem.sim.dashboard.answers import Store
from tandem.sim.dashboard.connections import MOST_CONNECTIONS, SECONDS_FOR_A_HEAD
from tandem.sim.dashboard.export import Dropped, contents
from tandem.sim.dashboard.server import application
from tandem.sim.dashboard.work import OWN_PAGE, Lane, Occupied
from tandem.sim.scenario import ScenarioError
from tests.pages.test_flight_server import JSON, ask

pytestmark = pytest.mark.slow
EXPORT = "/export?lang=en&spec=%7B%22case%22%3A%22silence%22%7D"


@pytest.fixture(scope="module")
def server():
    """One of our own, since it is ill-treated."""
    made = awake()
    yield made
    made.stop()


def awake():
    """A server that has compiled what it plays."""
    made = start()
    for _ in range(4):
        with contextlib.suppress(OSError):
            ask(made)
            break
    return made


# -- who asks ----------------------------------------------------------------------------------

STRANGERS = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1:PORT"},
    {"Origin": "127.0.0.1:PORT"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1:PORT.evil.example"},
    {"Host": "evil.example"},
)


@pytest.mark.parametrize("headers", STRANGERS, ids=range(len(STRANGERS)))
@pytest.mark.parametrize(
    ("method", "path"), [("GET", EXPORT), ("POST", "/api/luck"), ("POST", "/api/run"), ("GET", "/static/simulator.js")]
)
def test_other_sites_are_refused_before_any_work(server, method, path, headers):
    given = {name: value.replace("PORT", str(server.port)) for name, value in headers.items()}
    started = time.monotonic()
    status, _, _ = ask(
        server, method, path, {"spec": {"case": "silence", "luck": 901}} if method == "POST" else None, {**JSON, **given}
    )
    assert status in (403, 421) and time.monotonic() - started < 5


def test_two_headers_of_a_kind_are_not_played_against_each_other(server):
    for name, values in (
        ("Sec-Fetch-Site", ("same-origin", "cross-site")),
        ("Origin", (f"http://127.0.0.1:{server.port}", "null")),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.putrequest("GET", EXPORT)
        for value in values:
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 403
        connection.close()


def test_our_own_page_and_a_link_to_it_are_served(server):
    own = {**JSON, "Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{server.port}"}
    assert ask(server, headers=own)[0] == 200
    assert ask(server, "GET", "/static/simulator.js", None, {"Sec-Fetch-Site": "same-origin"})[0] == 200
    assert ask(server, "GET", "/", None, {"Sec-Fetch-Site": "cross-site"})[0] == 200
    assert ask(server, "POST", "/", {}, {**JSON, "Sec-Fetch-Site": "cross-site"})[0] == 403


# -- how they ask ------------------------------------------------------------------------------


def still_open(lines):
    """How many of these connections the server has not closed."""
    left = 0
    for line in lines:
        line.setblocking(False)
        try:
            left += line.recv(1) != b""
        except BlockingIOError:
            left += 1
        except OSError:
            pass
    return left


def test_half_open_lines_and_unfinished_heads_are_closed_after_a_few_seconds(server):
    lines = []
    try:
        for number in range(MOST_CONNECTIONS // 2):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            if number % 3 == 1:
                line.sendall(b"GET / HT")
            elif number % 3 == 2:
                line.sendall(f"POST /api/run HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX: ".encode() + b"y" * 1000)
            lines.append(line)
        assert ask(server)[0] == 200  # others are answered meanwhile
        until = time.monotonic() + SECONDS_FOR_A_HEAD + 10
        while still_open(lines) and time.monotonic() < until:
            time.sleep(0.2)
        assert still_open(lines) == 0
    finally:
        for line in lines:
            line.close()


def test_a_head_that_comes_drop_by_drop_is_cut(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        started = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - started < 30:
                line.sendall(b"G")
                time.sleep(0.2)
        assert time.monotonic() - started < 20


@pytest.mark.long
def test_a_body_that_never_ends_is_cut(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        head = [
            "POST /api/run HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Content-Type: application/json",
            "Content-Length: 50",
        ]
        line.sendall("\r\n".join([*head, "", ""]).encode() + b'{"spec"')
        started = time.monotonic()
        assert b" 408 " in line.recv(1000) and time.monotonic() - started < 30


def test_more_lines_than_there_may_be_do_not_keep_others_out(server):
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(MOST_CONNECTIONS + 40)]
    try:
        assert ask(server)[0] == 200
        until = time.monotonic() + SECONDS_FOR_A_HEAD - 1  # before their time is over
        while still_open(lines) > MOST_CONNECTIONS and time.monotonic() < until:
            time.sleep(0.1)
        assert still_open(lines) <= MOST_CONNECTIONS
    finally:
        for line in lines:
            line.close()


def test_long_heads_are_answered_and_not_kept(server):
    lines = []
    try:
        for _ in range(10):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            line.sendall(b"GET /?x=" + b"y" * 300_000)
            lines.append(line)
        for line in lines:
            assert b" 414 " in line.recv(4096).split(b"\r\n")[0]
        assert ask(server)[0] == 200
    finally:
        for line in lines:
            line.close()


# -- what is answered twice --------------------------------------------------------------------


def test_junk_does_not_get_past_the_store_of_answers():
    store, made = Store(), []

    def make():
        made.append(1)
        return b"{}"

    base = {"spec": {"case": "silence", "luck": 3}}
    same = (
        base,
        {**base, "junk": 1},
        {**base, "junk": {"a": [1, 2]}, "more": "x"},
        {"spec": {"luck": 3, "case": "silence"}},
        {"spec": {"case": "silence", "luck": 3, "set": {}, "acts": []}},
        {"spec": {"case": "silence", "luck": 3, "split": None, "context": None}},
        {**base, "week": 7},
    )
    for asked in same:
        assert store.made("run", asked, make) == b"{}"
    assert len(made) == 1
    for asked in (base, {"spec": {"case": "silence", "luck": 4}}, {"spec": {"case": "silence"}, "junk": 2}):
        store.made("odds", asked, make)
    assert len(made) == 2
    for asked in ({**base, "lang": "en"}, {"spec": {**base["spec"], "set": {"levers.skills": 0.5}}, "lang": "en"}):
        store.made("export", asked, make)
    assert len(made) == 3
    for number in range(5):
        store.made("catalogue", {"junk": number}, make)
    assert len(made) == 4
    with pytest.raises(ScenarioError):
        store.known("run", {"spec": {"case": "silence", "junk": 1}})


def test_an_export_is_made_once(monkeypatch):
    from tandem.sim.dashboard import export

    made = []
    monkeypatch.setattr(export, "exported_file", lambda *asked: (made.append(asked) or b"a page", "name"))
    app = application(frozenset({"here"}), parameters="declared")
    for query in (
        b"spec=%7B%22case%22%3A%22silence%22%7D",
        b"junk=1&spec=%7B%22luck%22%3A0%2C%22case%22%3A%22silence%22%7D&more=x",
    ):
        sent = asgi(app, "/export", query, 30.0)
        assert sent[0]["status"] == 200 and sent[1]["body"] == b"a page"
    assert len(made) == 1


# -- whose turn it is --------------------------------------------------------------------------


def test_our_own_page_goes_before_others_and_a_crowd_is_told():
    lane, gate, order = Lane("test", 3), threading.Event(), []
    first = lane.submit(gate.wait)
    time.sleep(0.2)  # it is under way
    others = [lane.submit(lambda number=number: order.append(f"other {number}")) for number in range(3)]
    with pytest.raises(Occupied):
        lane.submit(lambda: None)
    own = lane.submit(lambda: order.append("own"), OWN_PAGE)
    assert others[1].cancel()
    lane.submit(lambda: order.append("in its place"))
    gate.set()
    for job in (first, own, others[2]):
        job.result(10)
    lane.submit(lambda: None).result(10)
    assert order == ["own", "other 0", "other 2", "in its place"]


def test_an_error_is_told_and_the_lane_goes_on():
    lane = Lane("test", 3)
    with pytest.raises(ZeroDivisionError):
        lane.submit(lambda: 1 // 0).result(10)
    assert lane.submit(lambda: 7).result(10) == 7


def test_an_export_that_nobody_waits_for_is_dropped(monkeypatch):
    from tandem.sim.dashboard import export, futures

    monkeypatch.setattr(export, "packed", lambda *_: {})
    monkeypatch.setattr(futures, "odds", lambda *_: {"failing": 0})
    asked = []

    def wanted():
        asked.append(1)
        return len(asked) < 2

    with pytest.raises(Dropped):
        contents({"case": "silence"}, "declared", wanted)
    assert len(asked) == 2


def asgi(app, path, query, leaves_after):
    """A client in the application's own terms, which goes after so many seconds; what was sent to it."""
    import asyncio

    async def talk():
        sent, told = [], iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive():
            for message in told:
                return message
            await asyncio.sleep(leaves_after)
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        headers = [(b"host", b"here")]
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": headers,
        }
        await app(
            {**scope, "http_version": "1.1", "scheme": "http", "server": ("here", 80), "client": None, "root_path": ""},
            receive,
            send,
        )
        return sent

    with ThreadPoolExecutor(1) as aside:  # another test may have left a loop running in this thread
        return aside.submit(lambda: asyncio.run(talk())).result()


def test_work_whose_client_has_gone_is_dropped(monkeypatch):
    """Two exports: the first one's client goes while it is made, the second one's while it waits. Neither is made to its end."""
    from tandem.sim.dashboard import export

    begun, ended = [], []

    def made(given, lang, parameters, wanted):
        begun.append(given["case"])
        while wanted():
            time.sleep(0.05)
        ended.append(given["case"])
        raise Dropped

    monkeypatch.setattr(export, "exported_file", made)
    app = application(frozenset({"here"}), parameters="declared")
    query = b"spec=%7B%22case%22%3A%22NAME%22%7D"
    with ThreadPoolExecutor(2) as room:
        first = room.submit(asgi, app, "/export", query.replace(b"NAME", b"silence"), 2.0)
        while not begun:
            time.sleep(0.05)
        second = room.submit(asgi, app, "/export", query.replace(b"NAME", b"scapegoat"), 0.5)
        first.result(60)
        second.result(60)
    until = time.monotonic() + 10
    while not ended and time.monotonic() < until:
        time.sleep(0.05)
    assert begun == ended == ["silence"]


def test_a_luck_check_waits_seconds_at_most_behind_exports_and_trials(server):
    """What was 113 seconds: exports and trials of other cases under way while somebody checks his luck."""
    own = {**JSON, "Sec-Fetch-Site": "same-origin"}
    cases = ["scapegoat", "crisis-overload", "retail-restructuring"]
    with ThreadPoolExecutor(9) as room:
        for case in cases:
            spec = json.dumps({"case": case}).replace(" ", "").replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
            room.submit(ask, server, "GET", f"/export?lang=en&spec={spec}", None, {})
            room.submit(ask, server, "POST", "/api/trials", {"spec": {"case": case}, "week": 9})
            room.submit(ask, server, "POST", "/api/bands", {"spec": {"case": case}})
        time.sleep(0.5)
        started = time.monotonic()
        status, _, _ = ask(server, "POST", "/api/luck", {"spec": {"case": "silence", "luck": 77}}, own)
        waited = time.monotonic() - started
        server.stop()  # nobody waits for the exports here
    assert status == 200 and waited < 30


# -- how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.long)])
def test_a_signal_ends_it_soon_with_a_documented_code_whatever_is_played(number, code):
    made = awake()
    try:
        with ThreadPoolExecutor(1) as room:
            asked = room.submit(ask, made, "GET", EXPORT, None, {})
            time.sleep(0.5)
            started = time.monotonic()
            made.process.send_signal(number)
            assert made.process.wait(30) == code
            assert time.monotonic() - started < 20
            with contextlib.suppress(Exception):
                asked.result(30)
    finally:
        made.stop()


def test_the_help_says_how_it_ends(capsys):
    from tandem.experiments.commands.main import status

    assert status(["dashboard", "--help"]) == 0
    told = capsys.readouterr().out
    assert "143" in told and "130" in told
