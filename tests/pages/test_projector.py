"""On a projector nothing has to be scrolled: the end, opened causes, offered actions, the luck check; letters stay readable."""

import pytest
from flight import browsing

from tandem.sim.dashboard.specification import known

SIZES = [(1366, 768), (1280, 720), (1024, 768)]
LEAST_LETTERS = 11.5  # px: on a wall two metres wide, some two centimetres
SOME = ("retail-restructuring", "brand-performance-weakness", "software-firm-history")

HIDDEN = """() => [...document.querySelectorAll('.story, .compare, .transport')].flatMap((panel) => {
  const found = [];
  const kind = panel.className.replace('panel ', '');
  if (panel.scrollHeight > panel.clientHeight + 1) found.push(`${kind} hides ${panel.scrollHeight - panel.clientHeight} px`);
  const letters = Math.min(...[...panel.querySelectorAll('p, li, button span')].filter((one) => one.checkVisibility())
    .map((one) => parseFloat(getComputedStyle(one).fontSize)), 99);
  if (letters < LEAST) found.push(`${kind} in letters of ${letters} px`);
  for (const one of panel.querySelectorAll('button')) {
    const box = one.getBoundingClientRect();
    const past = box.bottom > innerHeight + 1 || box.right > innerWidth + 1;
    if (past && one.checkVisibility()) found.push(`${kind}: outside: ${one.textContent}`);
  }
  return found;
})""".replace("LEAST", str(LEAST_LETTERS))


def unseen(visit, server, cases, lang) -> dict[str, list[str]]:
    """State -> what of it cannot be seen without scrolling."""
    found: dict[str, list[str]] = {}
    page = visit.page

    def look(state):
        page.wait_for_timeout(80)
        if hidden := page.evaluate(HIDDEN):
            found[state] = hidden

    for case in cases:
        page.goto("about:blank")
        planned = f"case={case}&week=400&seen=400" if case == "software-firm-history" else f"case={case}&week=100&seen=104"
        weeks = {"crisis-overload": 104, "department-store-history": 104, "software-firm-history": 416}.get(case, 156)
        visit.open(f"{server.address}#{planned}&lang={lang}&view=projector", "told")
        page.keyboard.press("w")
        page.locator(".opened").wait_for()
        look(f"{case}: why")
        page.locator(".point .asks button").nth(1).click()
        page.locator(".opened li button").first.wait_for(timeout=60_000)
        look(f"{case}: what could have been done")
        page.goto("about:blank")
        acted = f"case={case}&acts=30:clarify;60:meet&week={weeks}&seen={weeks}&past={weeks}&bet=3.4.5"
        visit.open(f"{server.address}#{acted}&lang={lang}&view=projector", "told")
        look(f"{case}: the end")
        page.keyboard.press("l")
        page.locator("#luck-result p").nth(1).wait_for(timeout=60_000)
        look(f"{case}: luck")
        page.keyboard.press("w")
        page.locator(".opened").wait_for()
        look(f"{case}: luck and why")
    return found


def hidden_in_the_window(visit, server, lang) -> int:
    """How many px of the answer on role models cannot be seen without scrolling."""
    visit.page.goto("about:blank")
    visit.open(f"{server.address}#case=retail-restructuring&lang={lang}&view=projector", "told")
    visit.page.keyboard.press("d")
    visit.page.locator("#fit-depends").wait_for(timeout=120_000)
    return visit.page.evaluate(
        "(() => { const one = document.querySelector('dialog'); return one.scrollHeight - one.clientHeight })()"
    )


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_answer_on_role_models_is_seen_without_scrolling(flight_server, playwright_driver, lang):
    for size in SIZES:
        with browsing(playwright_driver, size, lang) as visit:
            assert hidden_in_the_window(visit, flight_server, lang) <= 1, size


@pytest.mark.slow
@pytest.mark.parametrize(("size", "lang"), [(SIZES[2], "fr"), (SIZES[1], "en")], ids=["1024-fr", "1280-en"])
def test_opened_answers_are_seen_without_scrolling(flight_server, playwright_driver, size, lang):
    with browsing(playwright_driver, size, lang) as visit:
        assert unseen(visit, flight_server, SOME, lang) == {}
        visit.page.evaluate("document.querySelector('.story').append(...Array.from({length: 30}, () => new Option('x')))")
        assert visit.page.evaluate(HIDDEN) != []


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_opened_answers_of_every_case_are_seen_without_scrolling(flight_server, playwright_driver, size, lang):
    with browsing(playwright_driver, size, lang) as visit:
        assert unseen(visit, flight_server, known()["case"], lang) == {}
