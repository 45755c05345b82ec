"""Before the model is ready: the first case plays from answers made beforehand, what needs the model says so and begins by
itself, nothing is lost, and from then on the model answers."""

import gzip
import http.client
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flight import browsing

from bench.browser import ROOT, Server, start
from tandem.sim import outcomes
from tandem.sim.dashboard import prepared as made_beforehand
from tandem.sim.dashboard.answers import ANSWERS, as_json
from tandem.sim.dashboard.prepared import FILE, made, prepared, questions
from tandem.sim.dashboard.words import page_texts

CASE = "retail-restructuring"
AT_ONCE = {"prefer": "wait=0"}
MOVED = {"case": CASE, "luck": 0, "set": {"levers.communication": 0.9}}


def content(file=FILE) -> dict:
    return json.loads(gzip.decompress(file.read_bytes()))


def changed(tmp_path, change):
    """The file with something changed in it."""
    found, file = content(), tmp_path / "changed.json.gz"
    change(found)
    file.write_bytes(gzip.compress(json.dumps(found).encode()))
    return file


# -- what was made beforehand ------------------------------------------------------------------


def differing(file) -> list[str]:
    """The questions to which the model that is here answers otherwise than the file."""
    there = content(file)
    played = json.loads(gzip.decompress(made()))
    answers = {one["question"]: one for one in played["answers"]}
    assert list(answers) == [one["question"] for one in there["answers"]]
    wrong = [one["question"] for one in there["answers"] if one != answers[one["question"]]]
    return wrong + (["made_from"] if there["made_from"] != played["made_from"] else [])


def another_trust(found) -> None:
    run = next(one for one in found["answers"] if one["question"] == "run")
    told = json.loads(run["answer"])
    told["series"]["trust"][7] += 0.1
    run["answer"] = as_json(told).decode()


def test_what_was_made_beforehand_is_what_the_model_plays(tmp_path):
    assert differing(FILE) == [], "results or words moved: `make first-case`, and commit sim/dashboard/prepared.json.gz"
    assert differing(changed(tmp_path, another_trust)) == ["run"]
    assert FILE.stat().st_size < 100_000


def test_it_holds_what_the_first_screen_asks_in_both_languages():
    kept = prepared("ensemble")
    first = json.loads(kept.known("catalogue", {}))["cases"][0]
    assert [question for question, _ in questions(ANSWERS["catalogue"]({}))] == [one[0] for one in kept.kept]
    story = json.loads(kept.known("story", {"spec": {"luck": first["luck"], "case": first["name"]}}))
    assert all(point["sentence"]["en"] != point["sentence"]["fr"] for point in story["points"])
    assert kept.known("run", {"spec": MOVED}) is None and kept.known("pair", {}) is None


def test_it_stands_aside_for_other_parameters_outcomes_and_scenarios(tmp_path, monkeypatch):
    assert prepared("ensemble").kept
    assert not any(prepared(other).kept for other in ("default", "declared", 3, str(tmp_path)))
    with monkeypatch.context() as declared:
        declared.setattr(made_beforehand, "OWN", {"own": object()})
        assert not prepared("ensemble").kept
    assert made_beforehand.OWN is outcomes.OWN
    monkeypatch.setenv("TANDEM_SCENARIOS", str(tmp_path))
    assert prepared("ensemble").kept  # an empty folder adds nothing
    (tmp_path / "mine.toml").write_text('title = "mine"\n', "utf-8")
    assert not prepared("ensemble").kept


def test_it_stands_aside_for_other_rules(monkeypatch):
    monkeypatch.setattr(made_beforehand, "text_digest", lambda sim: "of other rules")
    assert not prepared("ensemble").kept


DAMAGE = {
    "missing": None,
    "empty": b"",
    "cut short": FILE.read_bytes()[:-4000],
    "a bit changed": FILE.read_bytes()[:30_000] + bytes([FILE.read_bytes()[30_000] ^ 1]) + FILE.read_bytes()[30_001:],
    "no gzip": b"PK\x03\x04",
    "no JSON": gzip.compress(b"{"),
    "other JSON": gzip.compress(b"[7]"),
    "too large": b"\x1f\x8b" * (made_beforehand.MOST_BYTES // 2 + 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_missing_or_damaged_file_counts_as_none(tmp_path, damage):
    file = tmp_path / "prepared.json.gz"
    if DAMAGE[damage] is not None:
        file.write_bytes(DAMAGE[damage])
    assert prepared("ensemble", file).kept == ()


# -- a server whose model is held back ---------------------------------------------------------


class Held(Server):
    """A server whose model waits for `let_go`."""

    def let_go(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ask(self, question, asked, headers=None):
        """Status, whether it was prepared, and the content of an answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("POST", f"/api/{question}", json.dumps(asked), {"content-type": "application/json", **(headers or {})})
            answer = line.getresponse()
            return answer.status, answer.getheader("tandem-answer") is not None, answer.read()
        finally:
            line.close()


@contextmanager
def held(*words):
    command = [sys.executable, str(ROOT / "tests" / "held_dashboard.py"), *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    server = Held(process, process.stdout.readline().strip())
    try:
        yield server
    finally:
        server.stop()
        process.stdin.close()
        process.stdout.close()


@pytest.mark.slow
def test_answers_before_and_after_are_the_same_bytes():
    with held() as server, ThreadPoolExecutor(2) as room:
        early = {question: server.ask(question, asked) for question, asked, _ in prepared("ensemble").kept}
        assert all(answer[:2] == (200, True) for answer in early.values())
        assert server.ask("run", {"spec": MOVED}, AT_ONCE) == (202, False, b'{"notice": "getting_ready"}')
        waits = room.submit(server.ask, "run", {"spec": MOVED})  # another program, which knows nothing of it, waits
        ready = room.submit(server.ask, "ready", {})
        assert not waits.done() and not ready.done()
        server.let_go()
        assert ready.result() == (200, False, b'{"ready": true}')
        assert server.ask("same", {}) == (200, False, b'{"same": true}')
        assert waits.result() == (200, False, as_json(ANSWERS["run"]({"spec": MOVED})))
        for question, asked, answer in prepared("ensemble").kept:
            assert server.ask(question, asked, AT_ONCE) == (200, False, answer) and early[question][2] == answer
        assert server.ask("nothing", {"spec": MOVED}, AT_ONCE)[0] == 404


def bar(visit) -> str:
    return visit.page.locator(".notice-bar").inner_text().strip()


def bet(visit, *hands) -> None:
    visit.page.keyboard.press("b")
    for kind, count in zip(("holds", "drifts", "breaks"), hands):
        visit.page.locator(f"#bet-{kind}").fill(str(count))
    visit.page.locator("#bet-save").click()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_first_case_plays_and_a_slider_begins_by_itself(playwright_driver, flight_server, lang):
    texts = page_texts(lang)
    with held() as server, browsing(playwright_driver, lang=lang) as visit:
        visit.open(f"{server.address}#case={CASE}&speed=3&motion=off")  # to its end: run, story, bands, odds
        assert visit.page.locator("html").get_attribute("lang") == lang and bar(visit) == ""
        bet(visit, 3, 2, 1)
        visit.page.keyboard.press("Space")
        visit.page.locator('.tandem:not([data-week="0"])').wait_for()
        visit.page.keyboard.press("Space")
        visit.page.keyboard.press("Shift+ArrowRight")  # to its first turning point
        week = visit.week
        assert week > 0 and visit.page.locator(".story .point").count() > 0 and bar(visit) == ""
        slider = visit.page.locator("#control-levers-communication")
        slider.focus()
        for _ in range(3):
            visit.page.keyboard.press("ArrowRight")
        assert bar(visit) == texts["notice.getting_ready"]
        visit.page.keyboard.press("Escape")
        assert visit.page.locator(".difference").count() == 0
        state = visit.state
        assert (state["bet"], state["week"], "levers.communication" in state["set"]) == ("3.2.1", str(week), True)
        server.let_go()
        visit.wait()
        visit.page.locator(".difference").wait_for()
        assert bar(visit) == "" and visit.state == state
        seen = visit.labels()
        assert visit.slips == []
        address = "&".join(f"{name}={value}" for name, value in state.items())
        visit.open(f"{flight_server.address}#{address}")
        assert visit.labels() == seen


@pytest.mark.slow
def test_another_case_opens_by_itself_and_the_language_may_change(playwright_driver):
    with held() as server, browsing(playwright_driver) as visit:
        visit.page.goto(f"{server.address}sheet")  # of the first case as it is written: prepared too
        visit.page.locator('.sheet[data-ready="true"]').wait_for()
        visit.open(server.address)
        visit.page.keyboard.press("4")
        visit.page.keyboard.press("g")
        assert bar(visit) == page_texts("fr")["notice.getting_ready"]
        visit.page.keyboard.press("Space")  # there is nothing to play yet: it begins when there is
        visit.page.wait_for_timeout(400)
        assert visit.week == 0
        visit.page.keyboard.press("1")  # back to what was prepared
        visit.wait()
        assert visit.page.locator(".line-label").count() > 0
        visit.page.keyboard.press("4")
        visit.page.keyboard.press("Space")
        server.let_go()
        visit.page.locator('.tandem:not([data-week="0"])').wait_for()
        assert visit.state["case"] == "silence" and bar(visit) == "" and visit.slips == []


@pytest.mark.slow
def test_a_server_that_dies_before_its_model_is_ready_loses_nothing(playwright_driver):
    with held() as server, browsing(playwright_driver) as visit:
        visit.open(server.address)
        bet(visit, 3, 2, 1)
        visit.page.keyboard.press("4")
        visit.page.keyboard.press("u")
        slider = visit.page.locator("#control-levers-communication")
        slider.focus()
        slider.press("ArrowRight")
        assert bar(visit) == page_texts("en")["notice.getting_ready"]
        state = visit.state
        server.stop()
        down = page_texts("en")["notice.server_down"]
        visit.page.locator(".notice-bar", has_text=down).wait_for()
        again = start(server.port)
        try:
            visit.page.locator(".difference").wait_for(timeout=60_000)
            visit.wait()
            assert bar(visit) == "" and visit.state == state and state["bet"] == "3.2.1"
        finally:
            again.stop()
        assert all("failed" in slip or "ERR_" in slip for slip in visit.slips), visit.slips


@pytest.mark.slow
def test_without_what_was_prepared_the_page_waits_as_it_did(playwright_driver, tmp_path):
    with held(tmp_path / "nowhere") as server, browsing(playwright_driver, lang="fr") as visit:
        visit.page.goto(server.address)
        visit.page.locator(".notice-page").wait_for()
        assert visit.page.locator(".notice-page").inner_text() == page_texts("fr")["notice.preparing"]
        server.let_go()
        visit.wait()
        assert visit.page.locator(".line-label").count() > 0 and visit.slips == []


@pytest.mark.slow
def test_where_the_model_plays_something_else_the_page_says_what_the_model_plays(playwright_driver, tmp_path):
    def another_label(found):
        run = next(one for one in found["answers"] if one["question"] == "run")
        told = json.loads(run["answer"])
        told["series"]["trust"] = [0.0 for _ in told["series"]["trust"]]
        run["answer"] = as_json(told).decode()

    with held(changed(tmp_path, another_label)) as server, browsing(playwright_driver) as visit:
        visit.open(server.address)
        bet(visit, 3, 2, 1)
        for _ in range(5):
            visit.page.keyboard.press("ArrowRight")
        wrong = visit.labels()
        with visit.page.expect_event("domcontentloaded"):  # loaded anew; a change of the address alone does not count
            server.let_go()
        visit.wait()
        assert visit.week == 5 and visit.state["bet"] == "3.2.1"
        right = visit.labels()
        assert right != wrong and len(right) == len(wrong) and visit.slips == []
