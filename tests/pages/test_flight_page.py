"""The page in a real browser: weeks, interventions, undo, language, links, a dead server, a file, a sheet."""

import base64
import gzip
import json
import re
from urllib.parse import quote

import pytest
from flight import browsing

import tandem
from bench.browser import start
from bench.page_checks import pages_of
from tandem.sim.dashboard.words import page_texts

pytestmark = pytest.mark.slow

ACTED = "case=retail-restructuring&luck=0&acts=60:planned&week=100&seen=156&past=156"
PLAIN = "case=retail-restructuring&luck=0&week=100&seen=156"


def readings(visit) -> dict:
    """What the screen says of a week: labels, pair, sentence of now."""
    inner = visit.page.locator
    return {"labels": visit.labels(), "pair": inner(".pair").inner_text(), "week": visit.week, "drawn": pictures(visit)}


def pictures(visit) -> int:
    """A number for what both charts have drawn."""
    visit.page.wait_for_timeout(60)
    return hash(visit.page.evaluate("[...document.querySelectorAll('.plot canvas')].map((one) => one.toDataURL()).join()"))


def go(visit, week):
    visit.page.locator("#scrub").evaluate(f"(scrub) => {{ scrub.value = {week}; scrub.dispatchEvent(new Event('input')); }}")


def test_every_case_opens_by_its_key_and_by_a_click(flight_server, visit):
    visit.open(flight_server.address, "told")
    cases = visit.page.locator(".cases button")
    assert cases.count() >= 12
    for number in range(cases.count()):
        name, key = cases.nth(number).get_attribute("id"), cases.nth(number).get_attribute("aria-keyshortcuts")
        title = cases.nth(number).inner_text().split("\n")[-1]
        for by_key in (False, True) if key else (False,):
            visit.page.keyboard.press("ArrowRight")
            visit.page.keyboard.press(key) if by_key else cases.nth(number).click()
            visit.wait("drawn")
            assert visit.page.locator("h1").inner_text() == title and visit.week == 0
            assert visit.page.locator(f"#{name}[aria-current=true]").count() == 1


def heights_follow_values(visit) -> bool:
    """Do the labels of each chart stand in the order of their values?"""
    for chart in ("#chart-left", "#chart-right"):
        labels = visit.page.locator(f"{chart} .line-label")
        rows = [(labels.nth(n).bounding_box()["y"], float(labels.nth(n).inner_text().split()[-1])) for n in range(labels.count())]
        values = [value for _, value in sorted(rows)]
        if values != sorted(values, reverse=True):
            return False
    return True


def test_labels_stand_beside_their_lines(flight_server, visit):
    visit.open(f"{flight_server.address}#{ACTED}")
    for key in ("End", "Home", "ArrowRight", "End", "ArrowLeft"):
        visit.page.keyboard.press(key)
        visit.page.wait_for_timeout(60)
        assert heights_follow_values(visit), key
    moved = []
    for top in ("-400px", "400px"):  # one of the two is the wrong side for the first label
        visit.page.evaluate(f"document.querySelector('#chart-left .line-label').style.top = '{top}'")
        moved.append(heights_follow_values(visit))
    assert not all(moved)


def test_a_week_looks_the_same_from_either_side(flight_server, visit):
    visit.open(f"{flight_server.address}#{PLAIN}")
    seen = readings(visit)
    for week in (0, 156, 37, 100):
        go(visit, week)
        assert visit.week == week
        assert (pictures(visit) == seen["drawn"]) == (week == 100)
    assert readings(visit) == seen
    visit.page.keyboard.press("ArrowLeft")
    assert readings(visit)["week"] == 99 and readings(visit) != seen


def test_the_past_stays_and_undo_restores_everything(flight_server, visit):
    visit.open(f"{flight_server.address}#{PLAIN}")
    before_state, weeks = visit.state, (0, 31, 59)
    before = {}
    for week in (*weeks, 100):
        go(visit, week)
        before[week] = readings(visit)
    visit.intervene("planned")
    visit.wait()
    assert visit.state["acts"] == "100:planned"
    for week in weeks:
        go(visit, week)
        now = readings(visit)
        assert now["pair"] == before[week]["pair"]
        assert now["labels"] == before[week]["labels"]  # no label of a ghost: the two are one line here
    visit.page.keyboard.press("End")
    assert any("without" in label for label in visit.labels())
    visit.page.keyboard.press("u")
    visit.wait()
    assert visit.state == before_state
    assert readings(visit) == before[100]


def test_undo_survives_a_reload(flight_server, visit):
    visit.open(f"{flight_server.address}#{PLAIN}")
    before = visit.state
    visit.intervene("clarify")
    visit.wait()
    assert visit.state["acts"] == "100:clarify"
    visit.page.reload()
    visit.wait()
    assert visit.state["acts"] == "100:clarify"
    visit.page.keyboard.press("Control+z")
    visit.wait()
    assert visit.state == before


def test_another_language_loses_nothing(flight_server, visit):
    visit.open(f"{flight_server.address}#{ACTED}&bet=1.2.3&view=projector&names=Ana~Bo")
    state = visit.state
    visit.page.keyboard.press("g")
    texts = page_texts("fr")
    assert visit.page.locator(".compare th").nth(1).inner_text() == texts["compare.without"]
    assert visit.state == {**state, "lang": "fr"} and visit.page.locator("html").get_attribute("lang") == "fr"
    visit.page.keyboard.press("f")
    shown = visit.page.locator(".tandem").inner_text()
    assert "Ana" in shown and texts["story.title"].upper() in shown.upper()
    english = [
        word
        for key, word in page_texts("en").items()
        if isinstance(word, str) and len(word) > 14 and "{" not in word and word != texts[key] and word.upper() in shown.upper()
    ]
    assert english == []
    visit.page.keyboard.press("f")
    visit.page.keyboard.press("g")
    assert visit.state == state


def test_a_link_shows_another_person_the_same(flight_server, visit, playwright_driver):
    visit.open(f"{flight_server.address}#{ACTED}")
    with browsing(playwright_driver) as other:
        other.open(f"{flight_server.address}#{'&'.join(f'{key}={value}' for key, value in visit.state.items())}")
        assert readings(other) == readings(visit)
        other.page.keyboard.press("3")
        other.wait()
        other.page.keyboard.press("End")
        assert visit.state["case"] == "retail-restructuring" and visit.week == 100
        visit.page.reload()
        visit.wait()
        assert visit.state["case"] == "retail-restructuring" and visit.week == 100
        assert other.slips == []


def test_a_slider_moves_the_lines_and_the_case_can_be_put_back(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence&week=156&seen=156")
    before = visit.labels()
    slider = visit.page.locator("#control-levers-communication")
    slider.focus()
    for _ in range(12):
        visit.page.keyboard.press("ArrowRight")
    visit.wait()
    assert visit.labels() != before and "levers.communication" in visit.state["set"]
    assert "Case as written" in visit.page.locator(".difference").inner_text()
    visit.page.locator("#levers-back").click()
    visit.wait()
    assert visit.labels() == before and "set" not in visit.state


def test_single_letters_can_be_switched_off(flight_server, visit):
    visit.open(flight_server.address)
    visit.page.keyboard.press("?")
    visit.page.locator("#keys-on").uncheck()
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("3")
    visit.page.keyboard.press("g")
    assert visit.state["case"] == "retail-restructuring" and visit.state["lang"] == "en"
    visit.page.keyboard.press("ArrowRight")
    assert visit.week == 1


HOSTILE = [
    "case=<script>alert(1)</script>",
    "case=silence&names=<img src=x onerror=alert(1)>",
    "week=99999999999",
    "%00%01\x02",
    "&&&===",
    "x" * 1_000_000,
    f"case=silence&names={quote(chr(0x202E) * 30)}~{quote(chr(0))}",
    *(
        f"case=silence&{part}"
        for part in (
            "week=-1",
            "set=__proto__=1",
            "acts=5:constructor",
            "acts=5:levers.skills=NaN",
            "x=1",
            "luck=1e9",
            "bet=1.2",
            "lang=xx",
            "names=%E0%A4%A~b",
        )
    ),
]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_hostile_link_gives_one_sentence_and_the_first_case(flight_server, playwright_driver, lang):
    with browsing(playwright_driver, lang=lang) as visit:
        for link in HOSTILE:
            visit.page.goto("about:blank")
            visit.page.goto(f"{flight_server.address}#{link}")
            visit.wait("drawn")
            bar = visit.page.locator(".notice-bar")
            assert bar.inner_text().strip() == page_texts(lang)["notice.bad_link"], link[:60]
            assert visit.page.locator("h1").count() == 1 and visit.week == 0
        assert visit.slips == []


def test_markup_in_a_name_stays_text(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence&names={quote('<b>A</b>')}~{quote('<script>1')}")
    assert "<b>A</b>" in visit.page.locator(".leader").first.inner_text()


def test_a_dead_server_loses_nothing(playwright_driver):
    server = start()
    with browsing(playwright_driver, lang="fr") as visit:
        visit.open(f"{server.address}#{ACTED}&lang=fr")
        visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        visit.page.reload()
        visit.wait()
        seen, state = readings(visit), visit.state
        server.stop()
        visit.page.keyboard.press("ArrowLeft")
        assert visit.week == 99  # a run that is here plays on without a server
        visit.page.keyboard.press("ArrowRight")
        visit.page.keyboard.press("4")
        bar = visit.page.locator(".notice-bar:visible")
        bar.wait_for()
        assert bar.inner_text().strip() == page_texts("fr")["notice.server_down"]
        visit.page.keyboard.press("u")
        visit.page.reload()
        visit.page.locator(".notice-page").wait_for()
        assert visit.page.locator(".notice-page").inner_text().count(".") == 1
        sheet = visit.context.new_page()
        sheet.goto(f"{server.address}sheet#{ACTED}&lang=fr")
        assert sheet.locator(".notice-page").inner_text() == page_texts("fr")["notice.server_down"]
        sheet.close()
        again = start(server.port)
        try:
            visit.wait()
            assert readings(visit) == seen and visit.state == state
        finally:
            again.stop()
        # Whom a question reached too late is refused; whose question it was that the server took with it is reset.
        gone = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET")
        assert all("failed" in slip or any(word in slip for word in gone) for slip in visit.slips), visit.slips


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_sheet_is_one_page_and_holds_the_session(flight_server, visit, lang, tmp_path):
    page = visit.page
    for case in ("retail-restructuring", "crisis-overload", "brand-performance-weakness", "coo-leaves"):
        page.goto("about:blank")
        page.goto(f"{flight_server.address}sheet#case={case}&acts=40:clarify;60:planned&bet=4.5.6&week=104&lang={lang}")
        page.locator('.sheet[data-ready="true"]').wait_for(timeout=30_000)
        told = page.locator(".sheet").inner_text()
        for wanted in (page_texts(lang)["model"], tandem.__version__, f"#case={case}", page_texts(lang)["question.monday"]):
            assert wanted in told
        assert page.locator(".sheet-points li").count() == 5 and page.locator(".drawing").count() == 2
        assert pages_of(page.pdf(format="A4", prefer_css_page_size=True)) == 1, case
    page.evaluate("document.querySelector('.sheet footer').style.paddingTop = '160mm'")
    assert pages_of(page.pdf(format="A4", prefer_css_page_size=True)) == 2


def test_an_exported_case_plays_from_a_file(flight_server, visit, playwright_driver, tmp_path):
    visit.open(f"{flight_server.address}#{PLAIN}")
    with visit.page.expect_download(timeout=120_000) as saved:
        visit.page.locator("#export").click()
    file = tmp_path / "case.html"
    saved.value.save_as(file)
    assert file.stat().st_size < 3_000_000
    with browsing(playwright_driver) as away:
        away.open(f"file://{file}")
        away.page.keyboard.press("Space")
        away.page.locator("#play[aria-label=Pause]").wait_for()
        away.page.locator("#play[aria-label=Play]").wait_for(timeout=30_000)
        assert away.week > 0
        away.intervene("planned")
        away.wait()
        away.page.keyboard.press("End")
        acted = away.state["acts"]
        mine = away.labels()
        away.page.keyboard.press("l")
        away.page.locator("#luck-result p").nth(1).wait_for()
        away.page.keyboard.press("g")
        assert page_texts("fr")["compare.title"].upper() in away.page.locator(".compare").inner_text().upper()
        with away.context.expect_page() as opened:
            away.page.keyboard.press("p")
        opened.value.locator('.sheet[data-ready="true"]').wait_for()
        assert [address for address in away.requests if not address.startswith(("file:", "data:"))] == []
        assert away.slips == []
    visit.open(f"{flight_server.address}?x=1#case=retail-restructuring&luck=0&acts={acted}&week=156&seen=156&past=156")
    assert visit.labels() == mine
    packed = re.search(r'id="kept">(.*?)</script>', file.read_text("utf-8"), re.S)[1]
    assert json.loads(gzip.decompress(base64.b64decode(packed)))["grid"]
