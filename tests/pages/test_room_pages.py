"""The room's pages in a real browser, before a scripted session: what a participant, the wall and the facilitator can do and see.

`tests/pages/test_room_session.py` plays a whole session with the model behind.
"""

from contextlib import contextmanager

import pytest
from room_double import CODE, KEY, double
from room_looks import slips

from bench.browser import ARGUMENTS, browser_path
from bench.page_checks import pages_of, violations
from tandem.sim.room.page_words import room_texts

PHONE, SMALL, TABLET = (390, 844), (320, 640), (820, 1180)
LIMIT = 200_000  # bytes of a participant's page with all that it loads
SOON = 15_000  # ms


@pytest.fixture(scope="module")
def browser(playwright_driver):
    """One browser for this file; each page gets a context, that is, a memory, of its own."""
    opened = playwright_driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
    yield opened
    opened.close()


class Window:
    """A page in a context of its own, with what went wrong in it."""

    def __init__(self, browser, address, size=PHONE, lang="en", scheme="light"):
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale={"en": "en-GB", "fr": "fr-FR"}[lang], color_scheme=scheme
        )
        self.context.set_default_timeout(SOON)
        self.page, self.slips, self.base = self.context.new_page(), [], address.split("/", 3)[2]
        self.watch(self.page)
        self.page.goto(address)

    def watch(self, page):
        page.on("pageerror", lambda error: self.slips.append(f"error: {error}"))
        page.on("console", lambda said: "Content Security" in said.text and self.slips.append(said.text))
        page.on("request", lambda request: self.base not in request.url and self.slips.append(f"outside: {request.url}"))

    def phase(self, name):
        self.page.locator(f"body[data-phase={name}]").wait_for()
        return self

    def text(self, selector="main"):
        return self.page.locator(selector).inner_text()

    def has(self, text):
        self.page.get_by_text(text, exact=False).first.wait_for()


@contextmanager
def room(browser):
    """A scripted session, and what opens its pages; all is closed at the end, and nothing may have gone wrong."""
    with double() as (script, address, sent):
        opened = []

        def window(path="", **more):
            opened.append(Window(browser, address + path, **more))
            return opened[-1]

        yield script, window, sent
        for one in opened:
            assert one.slips == []
            one.context.close()


def answer_all(window, choice=0):
    """Answers each question with its first, second, … option, and sends."""
    for name in ("conflict", "decide", "first", "bet"):
        options = window.page.locator(f"input[name={name}]")
        if options.count():
            options.nth(choice).check()
    window.page.click("#send-quiz")


def last(script, question):
    return [asked for name, asked in script.asked if name == question][-1]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_participant_plays(browser, lang):
    words = room_texts(lang)
    with room(browser) as (script, window, _):
        phone = window(lang=lang)
        page = phone.page
        page.fill("#code", "abcd efgh")
        page.click("#join")
        phone.has(words["notice.wrong_code"])
        page.fill("#code", f" {CODE[:4].lower()}-{CODE[4:]} ")
        page.keyboard.press("Enter")
        phone.phase("waiting").has(words["phone.waiting_title"])
        assert last(script, "join") == {"code": CODE, "lang": lang}
        script.move("before")
        phone.phase("before")
        page.click("#send-quiz")
        phone.has(words["quiz.all"])
        answer_all(phone, 1)
        phone.has(words["quiz.until_start"])
        assert last(script, "quiz")["answers"] == {"conflict": "communication", "decide": "coo", "first": "communication"}
        assert last(script, "bet")["hands"] == "drifts"
        script.move("choosing")
        phone.phase("choosing")
        page.locator("#hours-decisions").focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.locator("[data-option=more]").click()
        page.locator("[data-matter='7'] [data-option=ask]").click()
        page.locator("[data-option=worried]").click()
        page.click("#choose")
        page.locator("#choose.done").wait_for()
        choice = last(script, "choose")["choice"]
        assert sum(choice["hours"].values()) == pytest.approx(1) and choice["hours"]["decisions"] == pytest.approx(0.55)
        assert (choice["meetings"], choice["matters"], choice["word"]) == ("more", {"7": "ask"}, "worried")
        page.locator("[data-option=more]").click()
        assert page.locator("#choose").inner_text() == words["choose.change"]
        page.click("#choose")
        page.locator("#choose.done").wait_for()
        assert last(script, "choose")["choice"]["meetings"] is None
        script.move("told")
        phone.phase("told").has(words["told.seen"])
        assert page.evaluate("document.activeElement.tagName") == "H1"  # the button that was pressed last is gone
        script.move("after")
        phone.phase("after")
        answer_all(phone)
        assert page.locator("input[name=bet]").count() == 0
        script.move("end")
        phone.phase("end").has(words["quiz.model"])
        script.seats.clear()
        script.move("end")
        phone.phase("removed").has(words["phone.removed"])


def test_what_is_left_alone_is_sent_as_no_wish(browser):
    with room(browser) as (script, window, _):
        phone = window(f"#room={CODE}").phase("waiting")
        script.move("choosing")
        phone.phase("choosing").page.click("#choose")
        phone.page.locator("#choose.done").wait_for()
        assert last(script, "choose")["choice"] == {"hours": None, "meetings": None, "matters": {}, "word": None}
        phone.page.locator("button.step").nth(1).click()
        phone.page.locator("#hours-back").click()
        phone.page.click("#choose")
        phone.page.locator("#choose.done").wait_for()
        assert last(script, "choose")["choice"]["hours"] is None


def test_a_reload_and_a_lost_network_come_back_to_the_same_seat(browser):
    lost = room_texts("en")["phone.lost"]
    with room(browser) as (script, window, _):
        phone = window(f"#room={CODE}").phase("waiting")
        script.move("choosing")
        phone.phase("choosing")
        phone.page.locator("[data-option=fewer]").click()
        phone.context.set_offline(True)
        phone.has(lost)
        phone.page.click("#choose")
        phone.page.locator(".problem:visible").wait_for()
        assert phone.page.locator("[data-option=fewer]").get_attribute("aria-pressed") == "true"
        phone.context.set_offline(False)
        phone.page.locator(".notice-bar").wait_for(state="hidden")
        phone.page.click("#choose")
        phone.page.locator("#choose.done").wait_for()
        phone.page.reload()
        phone.page.locator("#choose.done").wait_for()
        assert phone.page.locator("[data-option=fewer]").get_attribute("aria-pressed") == "true"
        assert len(script.seats) == 1 and sum(name == "join" for name, _ in script.asked) == 1
        phone.page.goto(f"http://{phone.base}/")  # as typed again, without the code
        phone.page.locator("#choose.done").wait_for()
        assert len(script.seats) == 1


def test_a_draft_outlives_what_others_do(browser):
    with room(browser) as (script, window, _):
        phone = window(f"#room={CODE}").phase("waiting")
        script.move("choosing")
        phone.phase("choosing").page.locator("[data-option=hurry_up]").click()
        script.crowd, script.version = 5, script.version + 1
        phone.has(room_texts("en")["choose.others"]["other"].split("{")[0].strip() or "5 of 6")
        phone.has("5 of 6")
        assert phone.page.locator("[data-option=hurry_up]").get_attribute("aria-pressed") == "true"


def test_one_seat_a_browser_and_numbered_ones_in_a_rehearsal(browser):
    with room(browser) as (script, window, _):
        first = window(f"#room={CODE}").phase("waiting")
        for path, seats in (("", 1), ("&window=2", 2), ("&window=3", 3), ("&window=2", 3)):
            other = first.context.new_page()
            other.goto(f"http://{first.base}/#room={CODE}{path}")
            other.locator("body[data-phase=waiting]").wait_for(timeout=SOON)
            assert len(script.seats) == seats, path


def test_a_participants_page_is_small_and_asks_nobody_else(browser):
    with room(browser) as (script, window, sent):
        phone = window(f"#room={CODE}", lang="fr").phase("waiting")
        script.move("end")
        phone.phase("end")
        loaded = sum(size for path, size in sent.items() if not path.startswith("/api/"))
        assert {"/", "/static/phone.js", "/static/room.css"} <= set(sent)
        assert 10_000 < loaded < LIMIT


HOURS = """async () => {
  const { PARTS, moved, partsOf } = await import("/static/hours_form.js");
  const slips = [];
  let luck = 7;
  const draw = (n) => { luck = (luck * 48271) % 2147483647; return luck % n; };
  const whole = (parts) => parts.reduce((sum, one) => sum + one, 0) === PARTS;
  for (let round = 0; round < 400; round += 1) {
    const hours = { decisions: draw(30), preparing: draw(9), following: draw(9) * draw(2), market: draw(12) / 7 };
    const plan = partsOf(hours);
    let parts = plan;
    for (let step = 0; step < 12; step += 1) {
      const [way, wanted] = [draw(4), draw(27) - 3];
      parts = moved(parts, way, wanted, plan);
      if (!whole(parts) || parts.some((one) => one < 0 || !Number.isInteger(one))) slips.push([plan, way, wanted, parts]);
      if (parts[way] !== Math.min(Math.max(wanted, 0), PARTS)) slips.push(["not as asked", way, wanted, parts]);
    }
    const way = draw(4);
    const forth = plan[way] < PARTS ? moved(plan, way, plan[way] + 1, plan) : plan;
    if (moved(forth, way, plan[way], plan).join() !== plan.join()) slips.push(["forth and back", plan, way]);
  }
  return slips;
}"""


def test_hours_always_make_the_whole(browser):
    with room(browser) as (_, window, _sent):
        assert window().page.evaluate(HOURS) == []


def test_nobody_sits_there(browser):
    with room(browser) as (script, window, _):
        phone = window(f"#room={CODE}").phase("waiting")
        script.present = False
        script.move("choosing")
        phone.phase("choosing").has(room_texts("en")["phone.empty_title"])
        assert phone.page.locator("#choose").count() == 0


def test_markup_stays_text(browser):
    hostile = dict.fromkeys(("en", "fr"), "<img src=x onerror=alert(1)>")
    with room(browser) as (script, window, _):
        whole = script.stage
        script.stage = lambda: {**whole(), "title": hostile, "month": {"series": {}, "sentences": [{"week": 1, **hostile}]}}
        script.move("told")
        wall = window(f"stage#key={KEY}", size=(1280, 720)).phase("told")
        assert wall.page.locator("img").count() == 0 and "<img" in wall.text("h1")


def test_the_facilitator_leads_by_keys(browser):
    with room(browser) as (script, window, _):
        lead = window(f"facilitator#key={KEY}", size=(1100, 760)).phase("waiting")
        phone = window(f"#room={CODE}").phase("waiting")

        def acts():
            return [asked["act"] for name, asked in script.asked if name == "lead"]

        lead.page.keyboard.press("Space")
        lead.phase("before")
        lead.page.keyboard.press("n")
        lead.phase("choosing")
        lead.page.keyboard.press("Space")
        lead.has(room_texts("en")["lead.go_on"])
        phone.has(room_texts("en")["phone.paused"])
        lead.page.keyboard.press("Space")
        lead.has(room_texts("en")["lead.pause"])
        lead.page.keyboard.press("+")
        lead.page.keyboard.press("h")
        lead.has(room_texts("en")["lead.show"])
        lead.page.keyboard.press("n")  # means nothing while all choose
        lead.page.keyboard.press("e")
        lead.phase("told")
        lead.page.wait_for_timeout(600)
        lead.page.locator("#forward").click()
        lead.phase("choosing")
        lead.page.wait_for_timeout(600)
        lead.page.locator("#forward").dblclick()  # the second tap hits another button in the same place: it is none
        lead.phase("told")
        assert acts()[7:] == ["next", "end_round"]
        del script.asked[-2:]
        assert acts() == ["start", "next", "pause", "go_on", "extend", "hide", "end_round"]
        lead.page.locator("#remove-1").click()
        assert acts()[-1] == "end_round"
        lead.page.locator("#remove-1").click()
        phone.phase("removed")
        assert acts()[-1] == "remove" and last(script, "lead")["number"] == 1
        for button, name in (("#export", "session.json"), ("#table", "choices.csv")):
            with lead.page.expect_download() as saved:
                lead.page.click(button)
            assert saved.value.suggested_filename == name


def test_a_wrong_key_gives_one_sentence(browser):
    with room(browser) as (_, window, _sent):
        for path in ("stage#key=no", "facilitator#key=no", "stage", "facilitator"):
            one = window(path, size=(1100, 760))
            one.page.locator(".notice-bar:visible").wait_for()
            assert one.text(".notice-bar") in {room_texts("en")[f"notice.{key}"] for key in ("not_yours", "wrong_code")}


def test_the_wall_turns_its_pages(browser):
    with room(browser) as (script, window, _):
        wall = window(f"stage#key={KEY}", size=(1280, 720))
        script.move("end")
        wall.phase("end")
        titles = [room_texts("en")[f"debrief.{name}"] for name in ("paths", "months", "misread", "quiz")]

        def shown():
            return wall.page.locator("[aria-selected=true]").inner_text()

        assert shown() == titles[0]
        wall.page.keyboard.press("ArrowRight")
        assert shown() == titles[1]
        script.page, script.version = 2, script.version + 1
        wall.page.get_by_role("tab", selected=True, name=titles[3]).wait_for()
        wall.page.keyboard.press("ArrowRight")
        assert shown() == titles[0]
        wall.page.get_by_role("tab", name=titles[2]).click()
        assert shown() == titles[2]
        script.hidden, script.version = True, script.version + 1
        wall.has(room_texts("en")["stage.hidden"])
        assert wall.page.locator(".debrief, .lines, table").count() == 0


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_sheet_is_one_page(browser, lang):
    with room(browser) as (script, window, _):
        paper = window(f"sheet#key={KEY}", size=(900, 1200), lang=lang)
        paper.has(room_texts(lang)["sheet.waiting"])
        script.crowd = 9
        script.move("end")
        paper.page.locator("[data-ready]").wait_for()
        for key in ("model", "sheet.commitment", "question.monday", "debrief.months"):
            assert room_texts(lang)[key] in paper.text()
        assert paper.page.locator(".lines").count() == 3
        assert pages_of(paper.page.pdf(format="A4", prefer_css_page_size=True)) == 1
        paper.page.evaluate("document.querySelector('footer').style.paddingTop = '180mm'")
        assert pages_of(paper.page.pdf(format="A4", prefer_css_page_size=True)) == 2


def looked_at(script, phone, wall, lead, phase) -> dict[str, list[str]]:
    """Page -> what is wrong with its looks in a phase."""
    for one in (phone, wall, lead):
        one.phase(phase)
        one.page.wait_for_timeout(150)
    told = {"phone": (phone, 44), "stage": (wall, 0), "facilitator": (lead, 44)}
    return {
        f"{phase} {name}": wrong
        for name, (one, thumb) in told.items()
        if (wrong := [*slips(one.page, thumb), *violations(one.page)])
    }


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("scheme", "sizes"),
    [
        pytest.param("light", (PHONE, (1280, 720), PHONE), id="phone"),
        pytest.param("dark", (SMALL, (1920, 1080), (1100, 760)), id="small", marks=pytest.mark.long),
        pytest.param("light", (TABLET, (1024, 768), SMALL), id="tablet", marks=pytest.mark.long),
    ],
)
def test_nothing_is_cut_too_small_or_pale(browser, lang, scheme, sizes):
    with room(browser) as (script, window, _):
        script.crowd = 7
        phone = window(f"#room={CODE}", size=sizes[0], lang=lang, scheme=scheme)
        wall = window(f"stage#key={KEY}", size=sizes[1], lang=lang, scheme=scheme)
        lead = window(f"facilitator#key={KEY}", size=sizes[2], lang=lang, scheme=scheme)
        entry = window(size=sizes[0], lang=lang, scheme=scheme)
        found = {"join": wrong} if (wrong := [*slips(entry.page), *violations(entry.page)]) else {}
        for phase in ("waiting", "before", "choosing", "told", "choosing", "told", "playing", "after", "end"):
            if phase in ("playing", "after", "end"):
                script.move(phase)
            elif phase != "waiting":
                script.move()
            found |= looked_at(script, phone, wall, lead, phase)
        for number in (1, 2, 3):
            script.page, script.version = number, script.version + 1
            wall.page.locator(f"[role=tab]:nth-of-type({number + 1})[aria-selected=true]").wait_for()
            if wrong := [*slips(wall.page, 0), *violations(wall.page)]:
                found[f"end {number}"] = wrong
        assert found == {}
        phone.page.evaluate("document.querySelector('h1').style.color = '#CCCCCC'")
        phone.page.evaluate("document.querySelector('header button').style.minHeight = '20px'")
        phone.page.evaluate("document.querySelector('header button').style.padding = '0'")
        assert any("small" in wrong for wrong in slips(phone.page))
