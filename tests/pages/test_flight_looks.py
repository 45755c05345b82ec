"""Nothing overprints, nothing is cut, nothing is too pale, and those who do not see the page can use it: at four sizes."""

import warnings

import pytest
from flight import browsing
from playwright.sync_api import TimeoutError as NotInTime

from bench.page_checks import SIZES, STATES, contrast, line_colours, slips, violations
from tandem.sim.dashboard.specification import known

pytestmark = pytest.mark.slow

FOCUSED = "document.hasFocus() + ' ' + document.activeElement.outerHTML.slice(0, 80)"

SHORT = ("crisis-overload", "department-store-history")  # of two years

LAID_OVER_EACH_OTHER = """() => {
  const place = document.querySelector('h1').getBoundingClientRect();
  Object.assign(document.querySelector('#week').style, { position: 'fixed', left: `${place.left}px`, top: `${place.top}px` });
}"""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_overlaps(flight_server, playwright_driver, size, lang):
    with browsing(playwright_driver, size, lang) as visit:
        found = {}
        for state in STATES:
            for view in ("", "&view=projector"):
                visit.page.goto("about:blank")
                visit.open(f"{flight_server.address}#{state}&lang={lang}{view}", "told")
                visit.page.wait_for_timeout(120)
                if slipped := slips(visit.page):
                    found[state[:30] + view] = slipped
        assert found == {}
        visit.page.evaluate(LAID_OVER_EACH_OTHER)
        assert slips(visit.page) != []
        assert visit.slips == []


def window_by(page, key):
    """Press a key until its window is open: on a busy machine the browser has lost one before the page saw it."""
    for _ in range(3):
        page.keyboard.press(key)
        try:
            page.locator("dialog[open]").wait_for(timeout=10_000)
            return
        except NotInTime:
            warnings.warn(f"{key} opened nothing; the focus is on {page.evaluate(FOCUSED)}", stacklevel=2)
    raise AssertionError(f"{key} opens no window")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_axe_finds_nothing(flight_server, playwright_driver, lang):
    with browsing(playwright_driver, lang=lang) as visit:
        page, everywhere = visit.page, {}
        for view in ("", "&view=projector"):
            page.goto("about:blank")
            visit.open(f"{flight_server.address}#{STATES[0]}&lang={lang}{view}")
            if found := violations(page):
                everywhere[f"page{view}"] = found
            if not view:
                page.locator("#all-levers summary").click()
                page.locator(".point .asks button").first.click()
                if found := violations(page):
                    everywhere["opened"] = found
            for key in ("b", "i", "?", "c"):
                window_by(page, key)
                if found := violations(page):
                    everywhere[f"{key}{view}"] = found
                page.keyboard.press("Escape")
                page.locator("dialog[open]").wait_for(state="detached")  # an open dialog swallows the next key
        page.goto(f"{flight_server.address}sheet#{STATES[0]}&lang={lang}")
        page.locator('.sheet[data-ready="true"]').wait_for()
        if found := violations(page):
            everywhere["sheet"] = found
        page.goto(f"{flight_server.address}nowhere")
        if found := violations(page):
            everywhere["notice"] = found
        assert everywhere == {}
        page.evaluate("document.querySelector('h1').style.color = '#CCCCCC'")
        assert any(found.startswith("color-contrast") for found in violations(page))


def test_lines_and_their_labels_are_not_pale():
    colours = line_colours()
    assert len(colours) >= 19
    pale = {name: colour for name, colour in colours.items() if contrast(colour, "#FFFFFF") < 4.5}
    assert pale == {}
    assert contrast("#E69F00", "#FFFFFF") < 4.5


def ugly(visit, server, lang) -> dict[str, list[str]]:
    """State -> slips of layout and what axe finds: every case in the middle and at its end, in both modes."""
    found = {}
    for case in known()["case"]:
        for place in (
            "week=60&seen=60",
            "week=416&seen=416" if case == "software-firm-history" else "week=104&seen=156&bet=7.8.9",
        ):
            place = place.replace("seen=156", "seen=104") if case in SHORT else place
            for view in ("", "&view=projector"):
                visit.page.goto("about:blank")
                visit.open(f"{server.address}#case={case}&{place}&lang={lang}{view}", "told")
                visit.page.wait_for_timeout(100)
                if slipped := [*slips(visit.page), *violations(visit.page)]:
                    found[f"{case} {place[:8]}{view}"] = slipped
    return found


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_case_at_every_size_in_both_modes(flight_server, playwright_driver, size, lang):
    with browsing(playwright_driver, size, lang) as visit:
        assert ugly(visit, flight_server, lang) == {}
        assert visit.slips == []
