"""The demonstration of six minutes: set the scene, bet, watch, rewind, intervene, compare, debrief."""

import pytest

pytestmark = pytest.mark.slow

CASE = "strategy-execution-drift"  # on key 2


def watch_to_a_stop(visit, start) -> int:
    """Play until the simulator stops by itself; the week it stopped at."""
    start()
    visit.page.locator("#play[aria-label=Pause]").wait_for()
    visit.page.locator("#play[aria-label=Play]").wait_for(timeout=30_000)
    return visit.week


def check_the_end(visit, sheet):
    """What the room has seen by the end of the demonstration, in the page and on the sheet."""
    assert visit.page.locator(".difference tbody tr").count() == 3
    assert "fails in" in visit.page.locator("#luck-result").inner_text()
    sheet.locator('.sheet[data-ready="true"]').wait_for(timeout=30_000)
    told = sheet.locator(".sheet").inner_text()
    assert "Strategy now and then, execution every day" in told and "holds 5, drifts 9, breaks 6" in told
    assert "Review every month" in told and "This is a model, not a forecast" in told


def test_by_keyboard_alone(flight_server, visit):
    page, press = visit.page, visit.page.keyboard.press
    visit.open(flight_server.address)
    press("2")
    visit.wait("told")
    assert visit.state["case"] == CASE and visit.week == 0
    assert "Strategy is set once" in page.locator(".setting").inner_text()
    press("b")
    for hands in ("5", "9", "6"):
        press("Control+a")
        page.keyboard.type(hands)
        press("Tab")
    press("Enter")
    assert visit.state["bet"] == "5.9.6"
    stop = watch_to_a_stop(visit, lambda: press("Space"))
    assert 0 < stop < 156 and page.locator(".point.main.now").count() >= 1
    for _ in range(3):
        press("ArrowLeft")
    assert visit.week == stop - 3
    press("Shift+ArrowRight")
    assert visit.week == stop
    page.locator(".point.main.now .asks button").first.focus()
    press("Enter")
    assert page.locator(".opened .note").inner_text().startswith("How it is found")
    press("i")
    assert page.locator("#dialog-title").inner_text() == f"Intervene from week {stop} on"
    press(page.locator("#action-planned").get_attribute("data-digit"))
    visit.wait("told")
    assert visit.state["acts"] == f"{stop}:planned" and visit.week == stop
    press("End")
    assert visit.week == 156 and "people of 20 called it" in page.locator("#verdict").inner_text()
    press("r")
    page.locator(".tandem[data-replay]").wait_for()
    page.locator(".tandem:not([data-replay])").wait_for(timeout=10_000)
    press("l")
    page.locator("#luck-result p").nth(1).wait_for(timeout=30_000)
    with visit.context.expect_page() as opened:
        press("p")
    check_the_end(visit, opened.value)


def test_by_mouse_alone(flight_server, visit):
    page = visit.page

    def click(what):
        page.locator(what).first.click()

    visit.open(flight_server.address)
    click(f"#case-{CASE}")
    visit.wait("told")
    click("#bet")
    for end, hands in (("holds", 5), ("drifts", 9), ("breaks", 6)):
        box = page.locator(f"#bet-{end}").bounding_box()
        for _ in range(hands):  # the small arrow on the field's right that adds one
            page.mouse.click(box["x"] + box["width"] - 14, box["y"] + 0.3 * box["height"])
    click("#bet-save")
    assert visit.state["bet"] == "5.9.6"
    stop = watch_to_a_stop(visit, lambda: click("#play"))
    for _ in range(3):
        click("#back")
    assert visit.week == stop - 3
    click("#next-turn")
    assert visit.week == stop
    click(".point.main.now .asks button")
    assert page.locator(".opened .note").inner_text().startswith("How it is found")
    click("#intervene")
    click("#action-planned")
    visit.wait("told")
    assert visit.state["acts"] == f"{stop}:planned"
    click("#end")
    assert "people of 20 called it" in page.locator("#verdict").inner_text()
    click("#replay")
    page.locator(".tandem[data-replay]").wait_for()
    page.locator(".tandem:not([data-replay])").wait_for(timeout=10_000)
    click("#luck")
    page.locator("#luck-result p").nth(1).wait_for(timeout=30_000)
    with visit.context.expect_page() as opened:
        click("#sheet")
    check_the_end(visit, opened.value)
