"""The server turns away what it must, whatever is sent, with one sentence; and a class at once is served."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.browser import ROOT

pytestmark = pytest.mark.slow

RUN = {"spec": {"case": "silence", "luck": 1}}
JSON = {"content-type": "application/json"}


def ask(server, method="POST", path="/api/run", body=RUN, headers=JSON):
    """One request; status, headers and text of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    try:
        with contextlib.suppress(BrokenPipeError):  # it may refuse before all is sent
            connection.request(method, path, content, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def one_sentence(page: str) -> bool:
    """A page with a single sentence and the way back, and nothing of machinery."""
    told = re.findall(r"<p>(.*?)</p>", page)
    return len(told) == 2 and told[0].count(". ") == 0 and told[0].endswith(".") and "Traceback" not in page


@pytest.fixture(scope="module")
def server(flight_server):
    ask(flight_server)
    return flight_server


def test_an_answer_carries_the_policies(server):
    status, headers, text = ask(server)
    assert status == 200 and json.loads(text)["weeks"] == 156
    for path in ("/", "/sheet", "/static/simulator.js", "/nowhere"):
        _, headers, _ = ask(server, "GET", path, None, {})
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and "server" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**JSON, "Host": "evil.example"}, 421),
        ({**JSON, "Host": "127.0.0.1"}, 421),
        ({**JSON, "Origin": "http://evil.example"}, 403),
        ({**JSON, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 400),
    ],
)
def test_strangers_are_turned_away(server, headers, status):
    assert ask(server, headers=headers)[0] == status
    assert ask(server)[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/api/run",
        "/static/../server.py",
        "/static/server.py",
        "/%00",
        "/<script>alert(1)</script>",
        "/?x=" + "y" * 70_000,
        "/export?spec=%7B",
        "/export?spec=" + "[" * 5000,
    ],
    ids=range(9),
)
@pytest.mark.parametrize(("lang", "words"), [("fr-FR,fr;q=0.9", "simulateur"), ("en", "simulator"), ("xx", "simulator")])
def test_a_bad_address_gives_a_sentence(server, path, lang, words):
    status, _, page = ask(server, "GET", path, None, {"accept-language": lang})
    assert status in (404, 405, 414), status
    assert one_sentence(page) and words in page and "<script>" not in page


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"spec":' * 5000,
        b"null",
        b"NaN",
        b'{"spec":{"case":"silence","luck":NaN}}',
    ],
    ids=range(9),
)
@pytest.mark.parametrize("question", ["run", "story", "luck", "nothing"])
def test_a_bad_question_gives_a_key_of_the_notices(server, body, question):
    status, _, text = ask(server, path=f"/api/{question}", body=body)
    assert status in (400, 404) and json.loads(text) == {"notice": "bad_question"}


def test_ten_megabytes_are_not_read(server):
    status, _, page = ask(server, body=b"x" * 10_000_000)
    assert status == 413 and one_sentence(page)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        head = [
            "POST /api/run HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            "",
            "",
        ]
        line.sendall("\r\n".join(head).encode())
        with contextlib.suppress(OSError):  # the server may hang up, which is what is wanted
            for _ in range(40):
                line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        told = b""
        with contextlib.suppress(OSError):
            told = line.recv(4096)
    assert told == b"" or b" 413 " in told.split(b"\r\n")[0]
    status, _, page = ask(server, "GET", "/?x=" + "y" * 1_500_000, None, {})
    assert status == 414 and one_sentence(page)


def test_only_this_computer_is_listened_to(server):
    with socket.socket(socket.AF_INET6) as line:
        assert line.connect_ex(("::1", server.port)) != 0
    named = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for place in {place for place in named if not place.startswith("127.")}:
        with socket.socket() as line:
            line.settimeout(2)
            assert line.connect_ex((place, server.port)) != 0


def test_twenty_clients_at_once(server):
    """Each asks for six different runs; how fast is the benchmark's matter, that all are answered is this test's."""

    def client(number: int) -> list[int]:
        replicates = range(1000 + 6 * number, 1006 + 6 * number)
        return [ask(server, body={"spec": {"case": "crisis-overload", "luck": luck}})[0] for luck in replicates]

    started = time.monotonic()
    with ThreadPoolExecutor(20) as room:
        answers = [status for statuses in room.map(client, range(20)) for status in statuses]
    assert answers == [200] * 120
    assert time.monotonic() - started < 60


def test_a_taken_port_is_one_line(server):
    command = [sys.executable, "-m", "tandem.experiments.commands.main", "dashboard", "--no-open", "--port", str(server.port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and "--port" in ended.stderr
