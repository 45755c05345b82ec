"""A room as phones meet it: thirty at once, networks that fail, a server that is killed, and those who ask what they may not."""

import http.client
import json
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.room_clients import COMMAND, JSON, ROOT, Phone, some_choice, start
from tandem.experiments.commands.main import status
from tandem.sim.room.kept import SessionFile
from tandem.sim.room.session import Session

pytestmark = pytest.mark.slow
PARTICIPANTS, ROUNDS = 30, 12


def seated(server, count):
    """Phones that have joined."""
    phones = [Phone(server.port) for _ in range(count)]
    assert [phone.join(server.code) for phone in phones] == [200] * count
    return phones


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One whose first month is to be chosen, with four phones."""
    made = start("silence", "--session", str(tmp_path_factory.mktemp("room") / "session.jsonl"), "--seconds", "3600")
    made.phones = seated(made, 4)
    made.lead("start")
    made.lead("next")
    yield made
    made.stop()


# -- a whole session ---------------------------------------------------------------------------


def test_thirty_participants_play_twelve_months_without_an_error(tmp_path):
    file = tmp_path / "table.jsonl"
    server = start("co-pilot-weakness", "--session", str(file), "--seconds", "600")
    try:
        phones = seated(server, PARTICIPANTS)
        roles = [phone.role for phone in phones]
        assert abs(roles.count("ceo") - roles.count("coo")) <= 1 and 1 <= roles.count("lead") <= PARTICIPANTS // 5
        assert roles[:8].count("lead") == 0
        server.lead("start")
        for phone in phones:
            assert phone.ask("bet", {"seat": phone.seat, "hands": "drifts"})[0] == 200
            answers = {"conflict": "decision_clarity", "decide": "both", "first": "smart_goals"}
            assert phone.ask("quiz", {"seat": phone.seat, "when": "before", "answers": answers})[0] == 200
        server.lead("next")
        taken, memory = [], []
        with ThreadPoolExecutor(PARTICIPANTS) as pool:
            for number in range(1, ROUNDS + 1):

                def act(turn, number=number):
                    phone = phones[turn]
                    if (turn + number) % 7 == 0:
                        phone.drop()
                        assert phone.join(server.code) == 200  # the same seat
                    told = phone.look()
                    assert told["phase"] == "choosing" and told["round"] == number
                    begun = time.perf_counter()
                    status, answer = phone.choose(number, some_choice(told["view"], turn + number))
                    taken.append(time.perf_counter() - begun)
                    assert status == 200, answer
                    again = phone.look(since=told["version"])
                    assert set(again) == {"version", "seconds", "others"}

                list(pool.map(act, range(PARTICIPANTS)))
                assert sum(server.lead("end_round")["chosen"].values()) == PARTICIPANTS
                told = server.until("told")
                assert told["round"] == number and len(told["month"]["series"]["trust"]) == told["week"] + 1
                server.lead("next")
                memory.append(resident(server.process.pid))
        assert server.until("after")["round"] == ROUNDS
        for phone in phones:
            assert phone.ask("quiz", {"seat": phone.seat, "when": "after", "answers": {"conflict": "skills"}})[0] == 200
        assert len({phone.seat for phone in phones}) == PARTICIPANTS == len(server.lead()["seats"])
        taken.sort()
        print(f"choose: 95 in a hundred within {1000 * taken[int(0.95 * len(taken))]:.0f} ms, under load")
        print(f"memory: {memory[0]:.0f} MB after the first month, {memory[-1]:.0f} MB after the last")
        assert memory[-1] < memory[2] + 60
        end = finished(server)
        assert len(end["months"]) == ROUNDS and end["bets"] == {"holds": 0, "drifts": PARTICIPANTS, "breaks": 0}
        assert end["quiz"]["conflict"]["before"] == {"decision_clarity": PARTICIPANTS}
        assert end["quiz"]["conflict"]["after"] == {"skills": PARTICIPANTS} and end["quiz"]["decide"]["after"] == {}
        told = phones[0].look()["end"]
        assert told["outcomes"] == end["outcomes"] and not {"causes", "misread", "months"} & set(told)
        status, table = Phone(server.port).ask("table", {"key": server.key("facilitator")})
        assert status == 200 and table.count("\n") > ROUNDS * PARTICIPANTS
    finally:
        server.stop()
    compare_with_what_they_may_know(file, phones)
    replay = subprocess.run(
        [*COMMAND, "--replay", str(file), "--out", str(tmp_path / "t.csv")], cwd=ROOT, capture_output=True, text=True
    )
    assert replay.returncode == 0 and "same bits in all of 12 months, and the end" in replay.stdout
    assert (tmp_path / "t.csv").read_text() == table


OF_A_PHONE = {
    *("version", "seconds", "others", "phase", "round", "rounds", "week", "paused", "title", "role", "number", "view", "chosen"),
    *("bet", "quiz", "end", "seat", "notice", "hands"),
}


def compare_with_what_they_may_know(file, phones):
    """Every byte that the phones were sent: nothing but these keys, and of the firm what their leader knows, worked out here."""
    lines, known = [json.loads(line) for line in file.read_text("utf-8").splitlines()], {}
    for number in (1, 2, 7, ROUNDS):
        until = next(place for place, line in enumerate(lines) if line == {"kind": "phase", "phase": "choosing", "round": number})
        known[number] = json.loads(json.dumps(Session(SessionFile(None, lines[: until + 1])).views))
    others = {phone.seat for phone in phones}
    compared = 0
    for phone in phones:
        for text in phone.received:
            told = json.loads(text)
            assert set(told) <= OF_A_PHONE
            assert not any(seat in text for seat in others if seat != phone.seat)
            if told.get("phase") == "choosing" and told["round"] in known:
                assert told["view"] == known[told["round"]][phone.role]
                compared += 1
    assert compared == 4 * PARTICIPANTS


def resident(pid):
    """Memory of a process in MB."""
    with open(f"/proc/{pid}/status") as told:
        return int(re.search(r"VmRSS:\s+(\d+)", told.read()).group(1)) / 1024


def finished(server):
    """The debrief, once it has been made."""
    server.lead("next")
    for _ in range(600):
        told = server.lead()
        if told.get("end"):
            return told["end"]
        time.sleep(0.1)
    raise AssertionError("no debrief")


def test_killed_and_started_again_it_goes_on_at_the_same_month_with_the_same_seats(tmp_path):
    file = tmp_path / "killed.jsonl"
    server = start("silence", "--session", str(file))
    phones = seated(server, 4)
    server.lead("start")
    server.lead("next")
    for number in (1, 2):
        for turn, phone in enumerate(phones):
            assert phone.choose(number, some_choice(phone.look()["view"], turn))[0] == 200
        server.lead("end_round")
        server.lead("next")
    before = [phone.look() for phone in phones]
    code = server.code
    server.stop()
    with open(file, "ab") as torn:
        torn.write(b'{"kind":"mon')  # as a crash in the middle of a line leaves it
    again = start("silence", "--session", str(file))
    try:
        assert again.code == code and "goes on: choosing, month 3" in again.told
        assert again.lead()["seconds"] > 30  # the month has its whole time
        for phone, old in zip(phones, before):
            phone.drop()
            phone.port = again.port
            new = phone.look()
            assert (new["round"], new["role"], new["view"]) == (3, old["role"], old["view"])
            assert phone.choose(3, some_choice(new["view"], 1))[0] == 200
        again.lead("end_round")
        assert again.until("told")["round"] == 3
        second = subprocess.run(
            [*COMMAND, "--local", "--port", "0", "--session", str(file)], cwd=ROOT, capture_output=True, text=True
        )
        assert second.returncode == 2 and "being played by another" in second.stderr and "Traceback" not in second.stderr
    finally:
        again.stop()


def test_the_clock_ends_a_round_and_the_facilitator_may_stop_it():
    server = start("silence", "--seconds", "5", "--rounds", "2")
    try:
        (phone,) = seated(server, 1)
        server.lead("start")
        server.lead("next")
        assert server.lead("pause")["seconds"] is None and phone.look()["paused"]
        assert server.lead("go_on")["seconds"] <= 5
        assert server.lead("extend", seconds=1)["seconds"] >= 4
        assert server.until("told", seconds=30)["round"] == 1
    finally:
        server.stop()


# -- who may ask what --------------------------------------------------------------------------


def test_only_the_facilitators_key_opens_his_functions(server):
    phone = server.phones[0]
    for key in (phone.seat, server.code, server.key("stage"), "", None, 5, "é" * 30, server.key("facilitator")[:-1]):
        for question in ("lead", "export", "table"):
            status, told = phone.ask(question, {"key": key, "act": "end_round"})
            assert status in (403, 429) and set(told) == {"notice"}
    assert server.lead()["round"] == 1 and server.lead()["phase"] == "choosing"
    assert phone.ask("stage", {"key": server.key("stage")})[0] == 200


def test_nobody_acts_for_another(server):
    one, other = server.phones[:2]
    told = one.look()
    assert one.choose(1, {"meetings": "more"})[0] == 200
    assert other.look()["chosen"] is None
    for seat in ("x" * 32, "", None, 1, [], one.seat[:-1], {"a": 1}):
        assert other.ask("choose", {"seat": seat, "round": 1, "choice": {"meetings": "fewer"}})[0] in (403, 429)
    assert one.look()["chosen"]["meetings"] == "more" and told["number"] == 1


HOSTILE = (
    {"hours": {"decisions": 2, "preparing": -1, "following": 0, "market": 0}},
    {"hours": {"decisions": 1}},
    {"hours": {"decisions": True, "preparing": 0, "following": 0, "market": 0}},
    {"hours": {"decisions": 1e308, "preparing": 1e308, "following": 0, "market": 0}},
    {"hours": [0.25] * 4},
    {"meetings": "<script>alert(1)</script>"},
    {"meetings": ["more"]},
    {"word": "a word of my own"},
    {"matters": {"1": "claim"}},
    {"matters": {"../../etc": "claim", "2": "claim", "3": "claim"}},
    {"matters": "claim"},
    {"name": "me"},
    [],
    "more",
    None,
    7,
)


@pytest.mark.parametrize("choice", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_choice_is_refused(server, choice):
    phone = server.phones[2 + HOSTILE.index(choice) % 2]
    status, told = phone.choose(1, choice)
    assert (status, told) in ((400, {"notice": "bad_question"}), (429, {"notice": "too_fast"}))
    assert phone.look()["chosen"] is None
    time.sleep(0.15)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"seat":' + b"[" * 3000, b'{"seat":"' + b"x" * 5000 + b'"}', b'{"round": NaN}'],
)
@pytest.mark.parametrize("question", ["join", "look", "choose", "lead", "stage", "nothing", "export"])
def test_what_is_no_question_is_refused(server, question, body):
    status, told = Phone(server.port).ask(question, body)
    assert status in (400, 403, 404, 413, 429) and "Traceback" not in str(told)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"content-type": "text/plain"},
    ],
)
def test_strangers_are_turned_away(server, headers):
    for question in ("join", "lead", "choose"):
        status, _ = Phone(server.port).ask(question, {"code": server.code, "key": server.key("facilitator")}, {**JSON, **headers})
        assert status in (400, 403, 421)


def test_another_month_is_too_late(server):
    for number in (0, 2, "1", None, True, 1.5):
        status, told = server.phones[1].choose(number, {"meetings": "more"})
        assert status in (409, 429), told
        time.sleep(0.3)


def test_answers_and_pages_carry_the_policies(server):
    for method, path in (
        ("POST", "/api/look"),
        ("GET", "/"),
        ("GET", "/stage"),
        ("GET", "/nowhere"),
        ("GET", "/static/../server.py"),
    ):
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        line.request(method, path, b"{}" if method == "POST" else None, JSON if method == "POST" else {})
        answer = line.getresponse()
        policy, text = answer.getheader("content-security-policy"), answer.read().decode()
        assert "default-src 'none'" in policy and "unsafe" not in policy and answer.getheader("server") is None
        assert answer.getheader("x-content-type-options") == "nosniff" and "Traceback" not in text
        line.close()


def test_guessing_at_the_code_is_slowed_down_and_a_known_seat_comes_in_all_the_same():
    server = start("silence")
    try:
        (phone,) = seated(server, 1)
        guesser = Phone(server.port)
        statuses = [guesser.join(f"AAAAAAA{sign}") for sign in "BCDEFGHJKLMN"]
        assert statuses[0] == 403 and statuses[-1] == 429 and statuses.count(403) <= 6
        assert guesser.join(server.code) == 429  # not even with the right one, for a while
        seat = phone.seat
        assert phone.join("whatever") == 200 and phone.seat == seat
        assert server.lead()["seated"] == {"ceo": 1, "coo": 0, "lead": 0}
    finally:
        server.stop()


def test_hasty_choices_are_slowed_down_and_the_removed_stay_out():
    server = start("silence")
    try:
        phones = seated(server, 3)
        server.lead("start")
        server.lead("next")
        statuses = [phones[0].choose(1, {"meetings": "more"})[0] for _ in range(60)]
        assert set(statuses) == {200, 429} and phones[1].choose(1, {})[0] == 200
        server.lead("remove", number=2)
        assert phones[1].ask("look", {"seat": phones[1].seat}) == (403, {"notice": "removed"})
        assert phones[1].ask("join", {"code": server.code, "seat": phones[1].seat}) == (403, {"notice": "removed"})
        assert [seat["number"] for seat in server.lead()["seats"]] == [1, 3]
        for number in (0, 99, -1, "1", None, True):
            assert Phone(server.port).ask("lead", {"key": server.key("facilitator"), "act": "remove", "number": number})[0] == 400
        for act in ("begin", "", 5, ["next"]):
            assert Phone(server.port).ask("lead", {"key": server.key("facilitator"), "act": act})[0] == 400
    finally:
        server.stop()


def test_sixty_find_a_seat_and_no_more():
    server = start("silence")
    try:
        phones = [Phone(server.port) for _ in range(63)]
        statuses = [phone.join(server.code) for phone in phones]
        assert statuses == [200] * 60 + [409] * 3
        for phone in phones:
            phone.drop()
    finally:
        server.stop()


def test_nothing_personal_is_kept(server, tmp_path):
    phone = server.phones[0]
    status, text = Phone(server.port).ask("export", {"key": server.key("facilitator")})
    assert status == 200
    for secret in (phone.seat, server.code, server.key("facilitator"), server.key("stage"), "127.0.0.1", "lang", "user-agent"):
        assert secret not in text
    assert {json.loads(line)["kind"] for line in text.splitlines()} <= {"session", "seat", "phase", "month", "bet", "quiz"}


# -- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_as_the_simulator_does(how):
    server = start("silence")
    server.lead()  # it answers by now
    server.process.send_signal(how)
    assert server.process.wait(timeout=30) == (130 if how == signal.SIGINT else 143)
    assert "Traceback" not in server.process.stdout.read()
    server.process.stdout.close()


BAD = (
    (["silence", "--host", "8.8.8.8"], "not an address of this computer"),
    (["silence", "--host", "0.0.0.0"], "not an address of this computer"),
    (["silence", "--host", "127.0.0.1", "--local"], "give one of the two"),
    (["silense", "--local"], "silense"),
    (["--local"], "CASE is missing"),
    (["silence", "retail-restructuring", "--local"], "allowed: one"),
    (["silence", "--local", "--rounds", "999"], "--rounds = 999"),
    (["silence", "--local", "--out", "x.csv"], "only with --replay or --league"),
    (["silence", "--replay", "x"], "not with --replay"),
    (["--league"], "no files"),
    (["--replay", "nowhere.jsonl"], "nowhere.jsonl"),
)


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=range(len(BAD)))
def test_a_mistake_is_one_line(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status(["room", *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1 and told.out == "" and not list(tmp_path.iterdir())


def test_without_an_address_it_lists_those_there_are(monkeypatch, capsys):
    from tandem.sim.room import addresses

    for there in ([], ["10.1.2.3"], ["10.1.2.3", "192.168.0.7"]):
        monkeypatch.setattr(addresses, "own_addresses", lambda there=there: there)
        assert status(["room", "silence"]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1 and "--local" in told and all(each in told for each in there)


def test_beyond_loopback_it_says_so_and_keeps_a_browser_to_one_seat():
    from tandem.sim.room.addresses import own_addresses

    there = own_addresses()
    if not there:
        pytest.skip("this computer is in no network")
    process = subprocess.Popen(
        [*COMMAND, "silence", "--host", there[0], "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        first = process.stdout.readline()
        assert "for every device in the network" in first
        port = int(re.search(rf"http://{re.escape(there[0])}:(\d+)/", first).group(1))
        code = re.search(r"Code: (\w+)", process.stdout.readline()).group(1)

        def joined(headers):
            line = http.client.HTTPConnection(there[0], port, timeout=60)
            line.request("POST", "/api/join", json.dumps({"code": code}).encode(), {**JSON, **headers})
            answer = line.getresponse()
            told = json.loads(answer.read())
            line.close()
            return told, answer.getheader("set-cookie")

        told, cookie = joined({})
        assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
        assert joined({"cookie": cookie.split(";")[0]})[0] == told
        assert joined({})[0]["seat"] != told["seat"]
        with pytest.raises(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
