"""What can be said of a page without taste: slips of layout, violations that axe finds, contrast of lines, pages of a PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SLIPS = (HERE / "page_slips.js").read_text("utf-8").split("\n", 2)[2]
AXE = HERE.parent / "tests" / "vendor" / "axe.min.js"  # in a checkout; not installed
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = [(1366, 768), (1280, 720), (1920, 1080), (1024, 768), (390, 844)]
STATES = [
    "case=retail-restructuring&luck=0&acts=60:planned;90:meet&week=156&seen=156&past=156&bet=3.4.5",
    "case=crisis-overload&week=60&seen=104&left=load&right=decisions",
    "case=coo-leaves&week=75&seen=75",
    "case=brand-performance-weakness&acts=20:clarify;40:meet;60:adapt;80:train;100:mediate&week=156&seen=156&past=156&bet=12.8.30",
]
"""States of the page that are looked at: much on it, another case with other charts, an empty post, five interventions."""


def slips(page: Any) -> list[str]:
    """Words that overlap, are cut or lie outside; a projector that scrolls; a chart too small."""
    return page.evaluate(SLIPS)


def violations(page: Any) -> list[str]:
    """What axe finds, with the places."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", AXE_RULES)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in zip((0.2126, 0.7152, 0.0722), parts)
    )


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def line_colours() -> dict[str, str]:
    """Name -> colour of every line that a chart draws."""
    text = (HERE.parent / "sim" / "dashboard" / "page" / "chart.js").read_text("utf-8")
    return {**dict(re.findall(r'(\w+): "(#[0-9A-F]{6})"', text)), **dict(re.findall(r'const (\w+) = "(#[0-9A-F]{6})"', text))}


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
