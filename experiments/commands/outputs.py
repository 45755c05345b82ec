"""The door of `--out`: looked at before anything is played, so that no work ends before a place that cannot take it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tandem.sim.marks import refuse_strangers
from tandem.sim.mistake import Mistake


def writable(out: Path, names: Iterable[str] = ()) -> None:
    """Mistake in one sentence where `out` is a file, cannot be written, or holds a file of one of `names` that is not ours."""
    refuse_strangers(out, names)
    there = out.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        raise Mistake(f"{out}: {there} is a file; give another folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise Mistake(f"{out} cannot be written; give another folder")
