"""The first line of a session's file: what is played, under which luck and parameters."""

from __future__ import annotations

from typing import Any

from tandem.sim.dashboard.specification import loaded
from tandem.sim.mistake import Mistake, shown
from tandem.sim.parameter_sets import Chosen, chosen
from tandem.sim.room.kept import Line
from tandem.sim.room.months import months_in
from tandem.sim.room.playing import SteeredModel
from tandem.sim.room.seats import fresh_code, fresh_token
from tandem.sim.version import __version__

LEAST_SECONDS, MOST_SECONDS = 5, 3600
USUAL_ROUNDS, USUAL_SECONDS = 12, 60


def fresh_codes() -> dict[str, str]:
    """A room's code and its keys."""
    return {"room": fresh_code(), "stage": fresh_token(), "facilitator": fresh_token()}


def head_of(case: str, seed: Any, luck: int, parameters: Chosen, rounds: int, seconds: int) -> Line:
    """The first line of a session's file. Raises ScenarioError and Mistake for what cannot be played."""
    firm = loaded(case)
    most = months_in(int(firm.parameters.weeks))
    if not 1 <= rounds <= most:
        raise Mistake(f"--rounds = {rounds}: allowed: 1 to {most}, the months of this case")
    return {
        "tandem": __version__,
        "case": case,
        "digest": firm.digest,
        "seed": seed,
        "luck": luck,
        "parameters": parameters.word,
        "identity": parameters.identity,
        "rounds": rounds,
        "seconds": seconds,
    }


def checked(head: Line, where: str) -> Chosen:
    """The parameter sets that a first line names, once all of it has been looked at; `where` names the line. Raises Mistake and
    ScenarioError, in one sentence, where it cannot be played here."""
    made = f"by tandem {head.get('tandem', '?')}"
    if not isinstance(head.get("case"), str) or not isinstance(head.get("rounds"), int) or head["rounds"] < 1:
        raise Mistake(f"{where} is damaged: it names no case or no months")
    if not {"seed", "luck", "parameters"} <= set(head):
        raise Mistake(f"{where} is damaged: it names no luck or no parameters")
    if not isinstance(head.get("seconds"), int | float) or not LEAST_SECONDS <= head["seconds"] <= MOST_SECONDS:
        raise Mistake(f"{where}: seconds = {shown(head.get('seconds'))}; allowed: {LEAST_SECONDS} to {MOST_SECONDS}")
    parameters = chosen(head.get("parameters", ""))
    if parameters.identity != head.get("identity"):
        raise Mistake(f"{where}: parameters = {shown(head['parameters'])}: other sets than those of this session, made {made}")
    firm = loaded(head["case"])
    if firm.digest != head.get("digest"):
        raise Mistake(f"{where}: case = {shown(head['case'])}: the case has changed since; the session was made {made}")
    if head["rounds"] > months_in(int(firm.parameters.weeks)):
        raise Mistake(f"{where}: rounds = {head['rounds']}: more months than the case has")
    return parameters


def firm_of(head: Line, parameters: Chosen) -> SteeredModel:
    """The firm of a first line, at its start."""
    return SteeredModel(loaded(head["case"]), seed=head["seed"], replicate=head["luck"], parameters=parameters)
