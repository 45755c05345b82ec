"""Nothing overprints, nothing is cut, nothing is too pale, and those who do not see the page can use it: at four sizes."""

import re
from pathlib import Path

import pytest
from flight import ROOT, browsing

pytestmark = pytest.mark.slow

SIZES = [(1366, 768), (1280, 720), (1024, 768), (390, 844)]
STATES = [
    "case=retail-restructuring&luck=0&acts=60:planned;90:meet&week=156&seen=156&past=156&bet=3.4.5",
    "case=crisis-overload&week=60&seen=104&left=load&right=decisions",
    "case=coo-leaves&week=75&seen=75",
]
FOUND = """() => {
  const shown = (node) => { const style = getComputedStyle(node); const box = node.getBoundingClientRect();
    return style.visibility !== 'hidden' && box.width > 1 && box.height > 1 && !node.closest('.for-readers') && node.checkVisibility(); };
  const words = [...document.querySelectorAll('.tandem h1, .tandem h2, .tandem button, .tandem select, .tandem output, .tandem .line-label,'
    + ' .tandem .leader strong, .tandem .role, .tandem .load-line, .tandem .tie > span:last-child, .tandem .now, .tandem .unit,'
    + ' .tandem .model, .tandem .product, .tandem label')].filter(shown).filter((node) => !node.closest('dialog'));
  const slips = [];
  const visible = (node) => { // the part that is not cut by an ancestor that scrolls or hides
    let box = node.getBoundingClientRect(); let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
    for (let above = node.parentElement; above; above = above.parentElement) {
      if (getComputedStyle(above).overflowY === 'visible') continue;
      const frame = above.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, frame.left), Math.max(top, frame.top), Math.min(right, frame.right), Math.min(bottom, frame.bottom)];
    }
    return { left, top, right, bottom };
  };
  const name = (node) => `${node.className || node.id || node.tagName}: ${node.textContent.trim().slice(0, 30)}`;
  const boxes = words.map((node) => [node, visible(node)]).filter(([, box]) => box.right - box.left > 1 && box.bottom - box.top > 1);
  for (let i = 0; i < boxes.length; i += 1) for (let j = i + 1; j < boxes.length; j += 1) {
    const [[one, a], [other, b]] = [boxes[i], boxes[j]];
    if (one.contains(other) || other.contains(one)) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left); const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1.5 && high > 1.5) slips.push(`overlap: ${name(one)} | ${name(other)}`);
  }
  for (const node of words) {
    if (node.scrollWidth > node.clientWidth + 2 && getComputedStyle(node).overflowX !== 'visible' && !node.matches('select, h1')) slips.push(`cut: ${name(node)}`);
    const box = node.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) slips.push(`outside: ${name(node)}`);
  }
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) slips.push('the page is wider than the window');
  if (document.querySelector('.projector') && innerWidth >= 800 && page.scrollHeight > innerHeight + 1) slips.push('a projector must not scroll');
  for (const plot of document.querySelectorAll('.plot')) if (plot.clientHeight < 90 || plot.clientWidth < 150) slips.push(`small chart ${plot.clientWidth}x${plot.clientHeight}`);
  return slips;
}"""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_overlaps(flight_server, playwright_driver, size, lang):
    with browsing(playwright_driver, size, lang) as visit:
        slips = {}
        for state in STATES:
            for view in ("", "&view=projector"):
                visit.page.goto("about:blank")
                visit.open(f"{flight_server.address}#{state}&lang={lang}{view}", "told")
                visit.page.wait_for_timeout(120)
                if found := visit.page.evaluate(FOUND):
                    slips[state[:30] + view] = found
        assert slips == {}
        visit.page.evaluate("document.querySelector('#week').style.transform = 'translateX(70px)'")
        assert visit.page.evaluate(FOUND) != []
        assert visit.slips == []


AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def violations(page) -> list[str]:
    """What axe finds, with the places."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_axe_finds_nothing(flight_server, playwright_driver, lang):
    with browsing(playwright_driver, lang=lang) as visit:
        page, slips = visit.page, {}
        for view in ("", "&view=projector"):
            page.goto("about:blank")
            visit.open(f"{flight_server.address}#{STATES[0]}&lang={lang}{view}")
            if found := violations(page):
                slips[f"page{view}"] = found
            if not view:
                page.locator("#all-levers summary").click()
                page.locator(".point .asks button").first.click()
                if found := violations(page):
                    slips["opened"] = found
            for key in ("b", "i", "?", "c"):
                page.keyboard.press(key)
                page.locator("dialog[open]").wait_for()
                if found := violations(page):
                    slips[f"{key}{view}"] = found
                page.keyboard.press("Escape")
        page.goto(f"{flight_server.address}sheet#{STATES[0]}&lang={lang}")
        page.locator('.sheet[data-ready="true"]').wait_for()
        if found := violations(page):
            slips["sheet"] = found
        page.goto(f"{flight_server.address}nowhere")
        if found := violations(page):
            slips["notice"] = found
        assert slips == {}
        page.evaluate("document.querySelector('h1').style.color = '#CCCCCC'")
        assert any(found.startswith("color-contrast") for found in violations(page))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return sum(weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
               for weight, part in zip((0.2126, 0.7152, 0.0722), parts))  # fmt: skip


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_lines_and_their_labels_are_not_pale():
    text = (ROOT / "sim" / "dashboard" / "page" / "chart.js").read_text("utf-8")
    colours = dict(re.findall(r'(\w+): "(#[0-9A-F]{6})"', text))
    colours |= dict(re.findall(r'const (\w+) = "(#[0-9A-F]{6})"', text))
    assert len(colours) >= 19
    pale = {name: colour for name, colour in colours.items() if contrast(colour, "#FFFFFF") < 4.5}
    assert pale == {}
    assert contrast("#E69F00", "#FFFFFF") < 4.5
