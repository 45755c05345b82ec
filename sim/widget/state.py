"""What stands on the screen of the widget, as plain values, and the scenario it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.sim.dashboard.controls import written
from tandem.sim.dashboard.specification import known
from tandem.sim.given import number_or_none, plain, whole_or_none
from tandem.sim.mistake import Mistake
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.complaint import nearest

KEYS = ("role_model", "context", "levers", "week", "after", "luck")
Moves = dict[str, float]


def start(base: Scenario) -> dict[str, Any]:
    """Nothing moved yet. role_model, context: ids or "" (as in the base); levers: those moved from the start (0-1); week: of the
    intervention, 0 for none; after: levers moved from that week on (0-1); luck: number of the replicate."""
    return {"role_model": "", "context": "", "levers": {}, "week": 0, "after": {}, "luck": 0}


def checked(base: Scenario, given: Mapping[str, Any]) -> dict[str, Any]:
    """A state with everything there and possible. Raises Mistake or ScenarioError in one sentence."""
    unknown = [key for key in given if key not in KEYS]
    if unknown:
        raise Mistake(f"{unknown[0]!r} is no part of a state; its parts are {', '.join(KEYS)}")
    state = {**start(base), **given}
    for kind in ("role_model", "context"):
        if state[kind] and state[kind] not in known()[kind]:
            raise Mistake(f"{kind} = {state[kind]!r} is not in the catalogue; there are {', '.join(known()[kind])}")
    week, luck = whole_or_none(state["week"]), whole_or_none(state["luck"])
    if week is None or not 0 <= week <= base.parameters.weeks:
        raise Mistake(f"week = {state['week']!r}: an intervention is in week 1 to {base.parameters.weeks}, or 0 for none")
    if luck is None or not 0 <= luck < 10**6:
        raise Mistake(f"luck = {state['luck']!r} is not a whole number from 0 to 999999")
    for lever, level in {**state["levers"], **state["after"]}.items():
        if lever not in LEVERS:
            raise ScenarioError("no such lever", key=lever, allowed=", ".join(LEVERS), suggestion=nearest(lever, LEVERS))
        if (known_level := number_or_none(level)) is None or not 0.0 <= known_level <= 1.0:
            raise Mistake(f"{lever} = {level!r}: a lever goes from 0 (poor practice) to 1 (good practice)")
    levers, after = (plain(dict(state[part])) for part in ("levers", "after"))
    return {**state, "week": week, "luck": luck, "levers": levers, "after": after}


def moved(firm: Scenario, levers: Mapping[str, float]) -> dict[str, Any]:
    """Lever levels as changes of a firm, in the order of the levers. A lever takes along the parts that the firm sets itself."""
    changes: dict[str, Any] = {}
    for lever in LEVERS:
        if lever in levers:
            changes |= written(f"levers.{lever}", levers[lever], firm)
    return changes


def slots(state: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue entries chosen instead of the base's."""
    return {kind: state[kind] for kind in ("context", "role_model") if state[kind]}


def steps(base: Scenario, state: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What makes the firm of a state out of the base: the method's call as far as its changes, and the changes."""
    found: list[tuple[str, dict[str, Any]]] = []
    firm = base
    for call, changes in (("with_(", slots(state)), ("with_(", None)):
        changes = moved(firm, state["levers"]) if changes is None else changes
        if changes:
            found.append((call, changes))
            firm = firm.with_(changes)
    if intervened(state):
        found.append((f"at(week={state['week']}, changes=", moved(firm, state["after"])))
    return found


def intervened(state: Mapping[str, Any]) -> bool:
    """Does anything change in mid-run?"""
    return bool(state["week"] and state["after"])


def untouched(base: Scenario, state: Mapping[str, Any]) -> Scenario:
    """The firm of a state without its intervention."""
    return scenario(base, {**state, "week": 0})


def scenario(base: Scenario, state: Mapping[str, Any]) -> Scenario:
    """The firm of a state."""
    firm = base
    for call, changes in steps(base, state):
        firm = firm.with_(changes) if call == "with_(" else firm.at(state["week"], changes)
    return firm


def code(base: Scenario, state: Mapping[str, Any]) -> str:
    """Python that makes `scenario` anew when executed: the equal object."""
    lines = ["from tandem import Scenario", "", f"scenario = {_source(base)}"]
    lines += [f"scenario = scenario.{call}{changes!r})" for call, changes in steps(base, state)]
    return "\n".join(lines) + "\n"


def _source(base: Scenario) -> str:
    """The shortest expression that is equal to the base."""
    if base.name in known()["case"] and Scenario.load(base.name) == base:
        return f"Scenario.load({base.name!r})"
    parts = {kind: value for kind in ("role_model", "context") if (value := getattr(base, kind)) in known()[kind]}
    if parts and Scenario.of(**parts) == base:
        return f"Scenario.of({', '.join(f'{kind}={value!r}' for kind, value in parts.items())})"
    return f"Scenario.parse({base.to_toml(layered=True)!r}, name={base.name!r})"
