"""What can be said of a page of the room without taste: words that are cut, overlap or lie outside, targets too small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

THUMB = 44  # px: the least side of what a thumb shall hit
SLIPS = (Path(__file__).parent / "room_slips.js").read_text("utf-8").split("\n", 2)[2]


def slips(page: Any, thumb: int = THUMB) -> list[str]:
    """A line for each thing that is cut, overlaps, lies outside, or is too small for a thumb (0: asked of none)."""
    return page.evaluate(SLIPS, thumb)
