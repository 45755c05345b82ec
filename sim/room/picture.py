"""The room's address as a QR picture: for the terminal, and as the path of a drawing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import segno

QUIET = 4  # modules of white around it


def _made(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")


def in_terminal(address: str) -> str:
    """The picture in half blocks, for a terminal."""
    out = io.StringIO()
    _made(address).terminal(out, border=2, compact=True)
    return out.getvalue()


def _runs(line: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules of a row begin, and how many follow each other."""
    for dark, group in groupby(enumerate(line), key=lambda each: bool(each[1])):
        places = [place for place, _ in group]
        if dark:
            yield places[0], len(places)


def drawn(address: str) -> dict[str, Any]:
    """`size` (modules on each side, quiet zone included) and `path`, SVG path data of the dark modules in units of a module."""
    matrix = _made(address).matrix
    path = "".join(
        f"M{start + QUIET} {row + QUIET}h{length}v1h-{length}z"
        for row, line in enumerate(matrix)
        for start, length in _runs(line)
    )
    return {"size": len(matrix) + 2 * QUIET, "path": path}
