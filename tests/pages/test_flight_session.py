"""A session with a room: what was seen broken stays mended, the bet is fair, the office shows what is in the run, one button
leads through, and a facilitator's window follows."""

import json
import urllib.request

import pytest

from tandem.sim.dashboard.words import page_texts

pytestmark = pytest.mark.slow

CASE = "founder-will-not-let-go"


def story_of(server, spec) -> dict:
    return json.loads(asked(server, "story", {"spec": spec}))


def asked(server, question, what) -> bytes:
    body = json.dumps(what).encode()
    request = urllib.request.Request(f"{server.address}api/{question}", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


@pytest.mark.parametrize("button", ["#case-silence", "#projector", "#forward", "#theme-left", "#control-levers-communication"])
def test_space_plays_whatever_was_clicked_last(flight_server, visit, button):
    visit.open(f"{flight_server.address}#case=silence&bet=1.2.3", "told")
    visit.page.locator(button).click()
    if button == "#theme-left":  # a list: choosing closes it
        visit.page.locator(button).select_option("tension")
    visit.wait("told")
    case, projector, before = visit.state["case"], visit.state.get("view"), visit.week
    visit.page.keyboard.press("Space")
    visit.page.locator("#play[aria-label=Pause]").wait_for()
    visit.page.keyboard.press("Space")
    visit.page.locator("#play[aria-label=Play]").wait_for()
    assert visit.state["case"] == case and visit.state.get("view") == projector and visit.week >= before
    if button != "#case-silence":
        assert visit.state["bet"] == "1.2.3"


def test_a_button_reached_by_the_keyboard_is_still_pressed_by_space(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence", "told")
    visit.page.locator("#forward").focus()
    visit.page.keyboard.press("Space")
    assert visit.week == 1


def test_an_address_pasted_into_an_open_tab_is_followed(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence", "told")
    visit.page.evaluate("location.hash = 'case=coo-leaves&week=40&seen=40'")
    visit.page.locator("#case-coo-leaves[aria-current=true]").wait_for()
    visit.wait("told")
    assert visit.week == 40 and visit.state["case"] == "coo-leaves"
    visit.page.evaluate("location.hash = 'case=nowhere'")
    visit.page.locator(".notice-bar:visible").wait_for()


def turning_on_its_plan(server, case, week) -> tuple[int, str, str]:
    """The first luck under which the plan changes how a case ends: luck, end untouched, end with the plan."""
    for luck in range(40):
        specs = ({"case": case, "luck": luck}, {"case": case, "luck": luck, "acts": [{"week": week, "action": "planned"}]})
        untouched, tried = (json.loads(asked(server, "run", {"spec": spec}))["verdict"] for spec in specs)
        if untouched != tried:
            return luck, untouched, tried
    raise AssertionError(f"{case} never turns on its plan")


def test_the_bet_is_pinned_and_scored_on_the_untouched_run(flight_server, visit):
    luck, untouched, tried = turning_on_its_plan(flight_server, "retail-restructuring", 53)
    hands = {"holds": "9.1.1", "drifts": "1.9.1", "breaks": "1.1.9"}[untouched]
    visit.open(
        f"{flight_server.address}#case=retail-restructuring&luck={luck}&acts=53:planned&week=20&seen=156&past=156&bet={hands}"
    )
    assert "9" in visit.page.locator("#bet-pin").inner_text()
    visit.page.keyboard.press("End")
    told = visit.page.locator("#verdict").inner_text()
    assert page_texts("en")[f"verdict.{tried}"] in told and page_texts("en")[f"bet.untouched_{untouched}"] in told
    assert "9 people of 11 called it" in told


def test_a_bet_stays_on_what_was_bet_on(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence&luck=1&bet=1.1.9&week=10&seen=10", "told")
    visit.page.locator("#other-luck").click()
    visit.wait("told")
    state = visit.state
    assert state["luck"] == "2" and state["on"].startswith("1~")
    visit.page.reload()
    visit.wait("told")
    assert visit.state["on"] == state["on"] and visit.page.locator("#bet-pin").count() == 1


def test_a_field_for_hands_takes_what_is_typed(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence", "told")
    visit.page.keyboard.press("b")
    visit.page.keyboard.type("9")
    visit.page.keyboard.press("Enter")
    assert visit.state["bet"] == "9.0.0"
    visit.page.keyboard.press("b")
    means = [visit.page.locator(f"#bet-means-{kind}").inner_text() for kind in ("holds", "drifts", "breaks")]
    assert all(means) and len(set(means)) == 3 and any(letter.isdigit() for letter in means[2])


def test_levers_stand_where_an_intervention_left_them(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence&acts=30:meet&week=29&seen=156&past=156", "told")
    lever = visit.page.locator("#control-levers-communication")
    before = float(lever.input_value())
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_timeout(100)
    assert float(visit.page.locator("#control-levers-communication").input_value()) > before
    visit.page.keyboard.press("ArrowLeft")
    visit.page.wait_for_timeout(100)
    assert float(visit.page.locator("#control-levers-communication").input_value()) == before


@pytest.mark.parametrize(("lang", "wanted", "unwanted"), [("en", "Ana and Bo", "the CEO"), ("fr", "Ana et Bo", "le PDG")])
def test_first_names_stand_in_sentences(flight_server, visit, lang, wanted, unwanted):
    story = story_of(flight_server, {"case": CASE, "luck": 1})
    week = next(int(at) for at, shown in story["stage"].items() if shown[0]["kind"] == "decision.double_directive")
    visit.open(f"{flight_server.address}#case={CASE}&luck=1&week={week}&seen={week}&names=Ana~Bo&lang={lang}", "told")
    now = visit.page.locator("#now-words").inner_text()
    assert wanted in now and unwanted not in now


def test_the_office_shows_what_is_in_the_run(flight_server, visit):
    story = story_of(flight_server, {"case": CASE, "luck": 1})
    week = next(int(at) for at, shown in story["stage"].items() if shown[0]["kind"] == "decision.double_directive")
    visit.open(f"{flight_server.address}#case={CASE}&luck=1&week={week}&seen={week}", "told")
    office = visit.page.locator(".office")
    assert office.locator(".order.clash").count() >= 2 and office.locator(".spark").count() >= 1
    assert (
        "Claude: " in office.locator(".office-line").inner_text() or "Dominique: " in office.locator(".office-line").inner_text()
    )
    words = office.locator("#office-words li").all_text_contents()
    assert len(words) == len(story["stage"][str(week)])
    visit.page.goto("about:blank")  # else what is told may still be of the case before
    visit.open(f"{flight_server.address}#case=coo-leaves&week=0&seen=156", "told")
    run = json.loads(asked(flight_server, "run", {"spec": {"case": "coo-leaves", "luck": int(visit.state["luck"])}}))
    away = run["series"]["coo_present"].index(0)
    assert "Empty chair" not in visit.page.locator(".office-picture").get_attribute("aria-label")
    visit.page.locator("#scrub").evaluate(f"(scrub) => {{ scrub.value = {away}; scrub.dispatchEvent(new Event('input')); }}")
    visit.page.wait_for_timeout(100)
    assert "Empty chair: Dominique" in visit.page.locator(".office-picture").get_attribute("aria-label")


def test_why_is_six_tabs_away(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence&week=60&seen=60", "told")
    for _ in range(6):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id") == "skip-to-why":
            visit.page.keyboard.press("Enter")
            break
    visit.page.locator(".opened .main-cause").wait_for()
    assert visit.page.evaluate("document.activeElement.id").startswith("why-")


def test_what_an_action_does_is_shown_once_the_room_has_chosen(flight_server, visit):
    visit.open(f"{flight_server.address}#case=retail-restructuring&luck=0&week=156&seen=156", "told")
    ask = visit.page.locator("button", has_text="What could have been done?").first
    ask.click()
    offered = visit.page.locator(".opened li button")
    offered.first.wait_for(timeout=60_000)
    assert not any("fail" in words for words in offered.all_text_contents())
    offered.first.click()
    visit.wait("told")
    visit.page.keyboard.press("End")
    visit.page.locator("button", has_text="What could have been done?").first.click()
    visit.page.locator(".opened li button", has_text="fail").first.wait_for(timeout=60_000)


def test_one_button_leads_through_the_session_and_a_second_window_follows(flight_server, visit):
    visit.open(f"{flight_server.address}#case=strategy-execution-drift", "told")
    aside = visit.context.new_page()
    aside.goto(f"{flight_server.address}?view=facilitator")
    step, cue = visit.page.locator("#next"), aside.locator("#cue-words")
    words = page_texts("en")
    seen = []
    for _ in range(12):
        name = next(key for key in words if key.startswith("next.") and step.inner_text() == f"Next: {words[key]}").removeprefix(
            "next."
        )
        seen.append(name)
        aside.wait_for_function("text => document.getElementById('cue-words')?.textContent === text", arg=words[f"cue.{name}"])
        if name == "sheet":
            break
        visit.page.bring_to_front()
        visit.page.keyboard.press("n")
        if name == "bet":
            visit.page.locator("#bet-breaks").fill("3")
            visit.page.locator("#bet-save").click()
        elif name == "watch":
            visit.page.locator("#play[aria-label=Pause]").wait_for()
            visit.page.locator("#play[aria-label=Play]").wait_for(timeout=60_000)
        elif name == "act":
            visit.page.locator("#action-planned").click()
            visit.wait("told")
        elif name == "compare":
            visit.page.locator(".tandem:not([data-replay])").wait_for(timeout=10_000)
            visit.page.wait_for_timeout(4500)
        elif name == "luck":
            visit.page.locator("#luck-result p").nth(1).wait_for(timeout=60_000)
    assert seen == ["bet", "watch", "why", "act", "end", "compare", "luck", "sheet"], seen
    assert cue.inner_text() and aside.locator("#cue-time").inner_text()
    aside.locator("#press-back").click()
    visit.page.wait_for_timeout(300)
    assert visit.week < 156


def test_the_tour_shows_each_part(flight_server, visit):
    visit.open(f"{flight_server.address}#case=silence", "told")
    visit.page.locator("#tour").click()
    told = set()
    for _ in range(6):
        told.add(visit.page.locator("#tour-words").inner_text())
        assert visit.page.locator(".toured").count() == 1
        visit.page.locator("#tour-next").click()
    assert len(told) == 6 and visit.page.locator(".toured").count() == 0
