"""A league of tables: several rooms' sessions side by side, each against the model's own leaders on the same luck."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tandem.sim.dashboard.specification import loaded
from tandem.sim.dashboard.verdict import verdict
from tandem.sim.results import simulate
from tandem.sim.room.debrief import OUTCOMES_TOLD, finite, played_out
from tandem.sim.room.replay import replayed

COLUMNS = {
    "table": "name of the session's file",
    "case": "the case played",
    "luck": "seed and number of the luck",
    "parameters": "under which parameter sets",
    "months": "months played by the room",
    "participants": "seats",
    "growth": "room less the model's own leaders: growth of revenue (share/year)",
    "conflict": "the same: conflicts (episodes/quarter)",
    "delay": "the same: delay of decisions (weeks)",
    "trust": "the same: trust at the end (0-1)",
    "room": "how the case ended for the room: holds, drifts, breaks",
    "model": "how it ended for the model's own leaders",
    "rescued": "yes where the room ended better than the model's own leaders by the case's own rule",
    "bits": "same where playing the file again came to the same bits",
}
"""Columns of the league, with their meaning and units."""
ON_SCREEN = ("table", "case", "luck", "growth", "conflict", "delay", "trust", "room", "model", "bits")
"""The columns for which a terminal has room."""
UNITS = (
    "growth (share/year), conflict (episodes/quarter), delay (weeks), trust (0-1): the room less the model's own leaders on the "
    "same luck, at the case's end; one luck each, so this is no ranking."
)
ORDER = ("breaks", "drifts", "holds")


def league(files: Sequence[Path]) -> list[dict[str, Any]]:
    """One row a file, by COLUMNS, in the order given: one luck each is no ranking. Raises Mistake, ScenarioError, OSError."""
    return [_row(file) for file in files]


def _row(file: Path) -> dict[str, Any]:
    found = replayed(file)
    session, head = found.session, found.session.head
    room = played_out(session, session.plans).outcomes
    same = {"seed": head["seed"], "replicate": head["luck"], "parameters": session.parameters}
    model = simulate(loaded(head["case"]), **same).outcomes
    ends = {"room": verdict(head["case"], room), "model": verdict(head["case"], model)}
    return {
        "table": file.stem,
        "case": head["case"],
        "luck": f"{head['seed']}/{head['luck']}",
        "parameters": str(head["parameters"]),
        "months": len(session.plans),
        "participants": len(session.seats.all),
        **{name: finite(room[key] - model[key]) for name, key in OUTCOMES_TOLD.items()},
        **ends,
        "rescued": "yes" if ORDER.index(ends["room"]) > ORDER.index(ends["model"]) else "no",
        "bits": "same" if found.same else "other",
    }


def as_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows as a CSV file in UTF-8."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
