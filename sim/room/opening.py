"""A session begun, or gone on with: what is asked for and what its file says must agree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tandem.sim.dashboard.catalogue import telling_luck
from tandem.sim.dashboard.specification import loaded
from tandem.sim.mistake import Mistake
from tandem.sim.room.head import USUAL_ROUNDS, head_of
from tandem.sim.room.kept import SessionFile
from tandem.sim.room.months import months_in
from tandem.sim.room.session import Session


def opened(file: Path | None, asked: Mapping[str, Any]) -> tuple[Session, bool]:
    """The session of a file, and whether it is new; `file` None: one in memory. `asked`: case, seed, luck (None: the one that the
    simulator shows the case under), parameters (Chosen), rounds (None: the usual), seconds; for a file that is there the case may
    be None. Raises Mistake, ScenarioError and OSError."""
    if file is not None and file.exists():
        going = SessionFile.going_on(file)
        try:
            if asked["case"] not in (None, going.lines[0].get("case")):
                raise Mistake(
                    f"{file}: a session of {going.lines[0].get('case')}, not of {asked['case']}; give that case or another file"
                )
            return Session(going), False
        except BaseException:
            going.close()
            raise
    if asked["case"] is None:
        raise Mistake("CASE is missing: a case of the catalogue (`tandem list`), or --session FILE with a session that is there")
    case, sets = str(asked["case"]), asked["parameters"]
    firm = loaded(case)
    luck = telling_luck(case, sets) if asked["luck"] is None else int(asked["luck"])
    rounds = asked["rounds"] or min(USUAL_ROUNDS, months_in(int(firm.parameters.weeks)))
    return Session.begun(file, head_of(case, asked["seed"], luck, sets, rounds, asked["seconds"])), True
