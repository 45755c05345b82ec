"""A whole session in a real browser, with the model behind: a facilitator's window, a wall, two phones of 390x844, in English and
French, three months, to the sheet."""

from contextlib import contextmanager

import pytest
from room_looks import slips

from bench.browser import ARGUMENTS, browser_path
from bench.page_checks import pages_of, violations
from bench.room_clients import start
from tandem.sim.room.page_words import room_texts

pytestmark = pytest.mark.slow

PHONE, WALL, LAPTOP = (390, 844), (1280, 720), (1100, 760)
SOON, DEBRIEF = 20_000, 120_000  # ms
ROUNDS = 3


@contextmanager
def opened(playwright_driver, server):
    """Opens pages of the session by role, and watches them; nothing may go wrong in them, and nobody else may be asked."""
    browser = playwright_driver.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
    wrong = []

    def page(path, size, lang):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale={"en": "en-GB", "fr": "fr-FR"}[lang], accept_downloads=True
        )
        context.set_default_timeout(SOON)
        one = context.new_page()
        one.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        one.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
        one.on("request", lambda sent: f"127.0.0.1:{server.port}/" in sent.url or wrong.append(f"outside: {sent.url}"))
        one.goto(f"http://127.0.0.1:{server.port}{path}")
        return one

    try:
        yield page, wrong
    finally:
        browser.close()


def reached(pages, phase):
    for page in pages:
        page.locator(f"body[data-phase={phase}]").wait_for()


def answered(phone, when, lang, choice):
    """Answers the quiz, and the bet where there is one."""
    for name in ("conflict", "decide", "first", "bet"):
        if phone.locator(f"input[name={name}]").count():
            phone.locator(f"input[name={name}]").nth(choice).check()
    phone.click("#send-quiz")
    phone.get_by_text(room_texts(lang)["quiz.until_start" if when == "before" else "quiz.until_end"]).wait_for()


def chosen(phone, number):
    """A month's choice by thumb: some hours, more meetings, the first matter's first act, a word."""
    phone.locator("button.step:enabled").nth(1).click()
    phone.locator("[data-option=more]").click()
    acts = phone.locator(".matter button")
    if acts.count():
        acts.first.click()
    phone.locator(".words button").nth(number).click()
    phone.click("#choose")
    phone.locator("#choose.done").wait_for()


def looks(pages, thumbs=44):
    """What is wrong with the looks of the pages."""
    return [wrong for page, size in pages for wrong in [*slips(page, thumbs if size == PHONE else 0), *violations(page)]]


def test_a_session_from_the_code_to_the_sheet(playwright_driver, tmp_path):
    server = start("retail-restructuring", "--rounds", str(ROUNDS), "--session", str(tmp_path / "session.jsonl"))
    try:
        with opened(playwright_driver, server) as (page, wrong):
            lead = page(f"/facilitator#key={server.key('facilitator')}", LAPTOP, "en")
            wall = page(f"/stage#key={server.key('stage')}", WALL, "fr")
            phones = {lang: page(f"/#room={server.code}", PHONE, lang) for lang in ("en", "fr")}
            everybody = [lead, wall, *phones.values()]
            sized = [(wall, WALL), *((phone, PHONE) for phone in phones.values())]
            reached(everybody, "waiting")
            wall.get_by_text(server.code).first.wait_for()
            wall.locator(".qr path").wait_for()
            lead.keyboard.press("Space")
            reached(everybody, "before")
            for number, (lang, phone) in enumerate(phones.items()):
                answered(phone, "before", lang, number)
            assert looks(sized) == []
            for number in range(1, ROUNDS + 1):
                lead.keyboard.press("n")
                reached(everybody, "choosing")
                for phone in phones.values():
                    chosen(phone, number)
                wall.get_by_text(room_texts("fr")["stage.chosen"].replace("{n}", "1").replace("{all}", "1")).first.wait_for()
                if number == 2:
                    phones["en"].reload()
                    phones["en"].locator("#choose.done").wait_for()
                    assert looks(sized) == []
                lead.keyboard.press("e")
                reached(everybody, "told")
            assert looks(sized) == []
            assert len(server.lead()["seats"]) == 2
            lead.keyboard.press("n")
            reached(everybody, "after")
            for number, (lang, phone) in enumerate(phones.items()):
                answered(phone, "after", lang, number)
            lead.keyboard.press("n")
            reached(everybody, "end")
            for lang, phone in phones.items():
                phone.get_by_text(room_texts(lang)["quiz.model"]).wait_for(timeout=DEBRIEF)
                assert phone.locator(".lines").count() == 3
            quiz = server.lead()["end"]["quiz"]
            for question in ("conflict", "decide", "first"):
                assert [sum(quiz[question][when].values()) for when in ("before", "after")] == [2, 2]
            for at, name in enumerate(("paths", "months", "misread", "quiz")):
                wall.locator(f"#tab-{name}[aria-selected=true]").wait_for()
                assert looks(sized if at == 0 else sized[:1]) == [], name
                lead.keyboard.press("n")
            wall.locator("#tab-paths[aria-selected=true]").wait_for()
            lead.keyboard.press("b")
            wall.locator("#tab-quiz[aria-selected=true]").wait_for()
            for lang in ("en", "fr"):
                paper = page(f"/sheet?lang={lang}#key={server.key('facilitator')}", LAPTOP, lang)
                paper.locator("[data-ready]").wait_for()
                assert pages_of(paper.pdf(format="A4", prefer_css_page_size=True)) == 1
                assert room_texts(lang)["model"] in paper.locator("main").inner_text()
            for button in ("#export", "#table"):
                with lead.expect_download() as saved:
                    lead.click(button)
                saved.value.save_as(tmp_path / button[1:])
                assert (tmp_path / button[1:]).stat().st_size > 200
            assert wrong == []
    finally:
        server.stop()


def test_a_phone_without_network_comes_back_to_its_seat(playwright_driver):
    server = start("retail-restructuring", "--rounds", "2")
    try:
        with opened(playwright_driver, server) as (page, _):
            phone = page(f"/#room={server.code}", PHONE, "fr")
            reached([phone], "waiting")
            server.lead("start")
            reached([phone], "before")
            server.lead("next")
            reached([phone], "choosing")
            phone.context.set_offline(True)
            phone.get_by_text(room_texts("fr")["phone.lost"]).wait_for()
            server.lead("end_round")
            phone.context.set_offline(False)
            reached([phone], "told")
            assert [seat["number"] for seat in server.lead()["seats"]] == [1]
            server.lead("remove", number=1)
            phone.get_by_text(room_texts("fr")["phone.removed"]).wait_for()
            phone.reload()
            phone.get_by_text(room_texts("fr")["phone.removed"]).wait_for()
            assert server.lead()["seats"] == []
            phone.get_by_text(room_texts("fr")["join.again"]).click()
            phone.fill("#code", server.code)
            phone.keyboard.press("Enter")
            reached([phone], "told")
            assert [seat["number"] for seat in server.lead()["seats"]] == [2]
    finally:
        server.stop()


@pytest.mark.long
def test_a_server_killed_and_started_again_finds_all_windows_where_they_were(playwright_driver, tmp_path):
    asked = ("silence", "--rounds", "3", "--session", str(tmp_path / "session.jsonl"))
    server = start(*asked)
    try:
        with opened(playwright_driver, server) as (page, _):
            phone = page(f"/#room={server.code}", PHONE, "en")
            wall = page(f"/stage#key={server.key('stage')}", WALL, "en")
            lead = page(f"/facilitator#key={server.key('facilitator')}", LAPTOP, "fr")
            everybody = [phone, wall, lead]
            reached(everybody, "waiting")
            for act, phase in (("start", "before"), ("next", "choosing")):
                server.lead(act)
                reached(everybody, phase)
            chosen(phone, 1)
            server.lead("end_round")
            reached(everybody, "told")
            server.lead("next")
            reached(everybody, "choosing")
            port = server.port
            server.stop()
            for one, lang in ((phone, "en"), (wall, "en"), (lead, "fr")):
                one.get_by_text(room_texts(lang)["phone.lost"]).wait_for()
            server = start(*asked, port=port)
            for one in everybody:
                one.locator(".notice-bar").wait_for(state="hidden")
            reached(everybody, "choosing")
            chosen(phone, 2)
            told = server.lead()
            assert told["round"] == 2 and [seat["chosen"] for seat in told["seats"]] == [True]
            lead.keyboard.press("e")
            reached(everybody, "told")
    finally:
        server.stop()
