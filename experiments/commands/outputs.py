"""The door of `--out`: looked at before anything is played, so that no work ends before a place that cannot take it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from tandem.experiments.files.kept_records import NAME, looked_at
from tandem.experiments.files.record import current
from tandem.sim.marks import refuse_strangers
from tandem.sim.mistake import Mistake


def writable(out: Path, names: Iterable[str] = ()) -> None:
    """Mistake in one sentence where `out` is a file, cannot be written, or holds a file of one of `names` that is not ours."""
    record = current()
    refuse_strangers(out, (*names, *([] if record is None else [NAME])))
    there = out.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        raise Mistake(f"{out}: {there} is a file; give another folder")
    try:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=there):
            pass
    except OSError as error:
        raise Mistake(f"{out} cannot be written ({error.strerror or error}); give another folder") from None
    if record is not None:
        looked_at(record, out)
