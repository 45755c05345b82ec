"""A session played again from its file: the same choices, and whether they come to the same bits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.sim.room.debrief import played_out
from tandem.sim.room.kept import SessionFile, read
from tandem.sim.room.session import Session
from tandem.sim.room.table import rows_of


@dataclass(frozen=True)
class Replay:
    """`rows`: the choices, a row each (`tandem.sim.room.table.COLUMNS`); `same`: whether every month and the end came to the same
    bits; `told`: that in one line."""

    rows: list[dict[str, Any]]
    same: bool
    told: str
    session: Session


def replayed(path: Path) -> Replay:
    """Play a session's file again. Raises Mistake and ScenarioError in one sentence, OSError where it cannot be read."""
    lines, _ = read(path)
    file = SessionFile(None, lines)
    file.path = path
    session = Session(file, strict=False)
    months, different = len(session.choices), [f"month {one}" for one in session.different]
    end = next((line for line in lines if line["kind"] == "end"), None)
    ended = ""
    if end is not None:
        same_end = played_out(session, session.plans).digest == end.get("digest")
        ended = ", and the end" if same_end else ""
        different += [] if same_end else ["the end"]
    if different:
        told = f"{path}: NOT the same bits: {', '.join(different)} (the session was made {session.made_by})"
    else:
        told = f"{path}: the same bits in all of {months} months{ended}; {session.parameters.told}"
    return Replay(rows_of(session), not different, told, session)
