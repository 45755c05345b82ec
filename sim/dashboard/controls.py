"""What a trainer may move: levers, settings and rights, with their ranges; and the interventions that can be tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.sim.parameters import DOMAINS, LEVERS
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.paths import AS_LEVER, FIELDS, bounds, lever_of

FIRST_LEVERS = ("decision_clarity", "communication", "smart_goals", "adaptation")
"""Shown at once; the others open with "all levers"."""

SETTINGS = {
    "dyad.trust": (0.0, 1.0, 0.05),
    "market.drift": (0.0, 0.2, 0.01),
    "ceo.hours": (4.0, 30.0, 1.0),
    "coo.hours": (4.0, 30.0, 1.0),
}
"""Path -> lowest, highest, step; narrower than the model's own range, which a room could not read."""

CHOICES = {
    "resolution.first": ("none", "mediation", "arbitration", "expert", "decider"),
    "resolution.second": ("none", "mediation", "arbitration", "expert", "decider"),
}
RIGHTS = ("sole_ceo", "sole_coo", "and", "or", "average", "gate_ceo", "gate_coo", "vote", "team")
"""How a domain may be decided: the charter's rule, with its owner where the rule has one."""

MOST_ACTS = 6
PLANNED = "planned"
GOOD_PRACTICE = 0.9
MORE_HOURS = 8.0
MOST_HOURS = 40.0


@dataclass(frozen=True)
class Control:
    """A control of the page: where it acts, what it may be set to."""

    path: str
    kind: str
    """lever, setting, choice or right."""
    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    options: tuple[str, ...] = ()

    def accepts(self, value: Any) -> bool:
        """May this control be set to `value`?"""
        if self.options:
            return isinstance(value, str) and value in self.options
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


def _controls() -> dict[str, Control]:
    levers = (*FIRST_LEVERS, *(lever for lever in LEVERS if lever not in FIRST_LEVERS))
    made = [Control(f"levers.{lever}", "lever") for lever in levers]
    for path, (low, high, step) in SETTINGS.items():
        lowest, highest = bounds(path)
        made.append(Control(path, "setting", max(low, lowest), min(high, highest), step))
    made += [Control(path, "choice", options=options) for path, options in CHOICES.items()]
    made += [Control(f"charter.{domain}", "right", options=RIGHTS) for domain in DOMAINS]
    return {control.path: control for control in made}


CONTROLS = _controls()


def written(path: str, value: Any, scenario: Scenario) -> dict[str, Any]:
    """What setting a control to `value` sets in the model.

    A lever takes along the parts of it that the case had set by themselves: a slider that moves nothing would lie.
    """
    control = CONTROLS[path]
    if control.kind == "right":
        rule, _, owner = str(value).partition("_")
        rights = {f"{path}.rule": rule, f"{path}.consults": "nobody"}
        return rights | ({f"{path}.decides": owner} if owner else {})
    if control.kind == "lever":
        lever = path.removeprefix("levers.")
        freed = {part: AS_LEVER for part in scenario.explicit_lever_parameters if lever_of(part) == lever}
        return {path: float(value), **freed}
    return {path: float(value) if control.kind == "setting" else value}


def standing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Where every control stands, by the values of a scenario (or of one of its versions)."""
    found: dict[str, Any] = {}
    for path, control in CONTROLS.items():
        if control.kind == "right":
            rule, owner = values[f"{path}.rule"], values[f"{path}.decides"]
            found[path] = f"{rule}_{owner}" if rule in ("sole", "gate") else rule
        else:
            found[path] = values[path]
    return found


def fixed_parts(scenario: Scenario) -> dict[str, int]:
    """Lever -> how many of its parts the case sets by themselves."""
    parts = [str(lever_of(part)) for part in scenario.explicit_lever_parameters]
    return {f"levers.{lever}": parts.count(lever) for lever in LEVERS if lever in parts}


def actions(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What can be tried in the middle of a run: name -> what it sets. The case's own plan comes first."""
    firm = scenario.parameters
    offered: dict[str, dict[str, Any]] = {}
    planned = scenario.story.intervention
    if planned is not None:
        offered[PLANNED] = dict(planned.set)

    def better(lever: str) -> dict[str, Any]:
        return written(f"levers.{lever}", max(GOOD_PRACTICE, getattr(firm.levers, lever)), scenario)

    offered |= {
        "clarify": better("decision_clarity"),
        "meet": better("communication"),
        "share_goals": better("smart_goals"),
        "adapt": better("adaptation"),
        "train": better("skills"),
        "hours": {f"{leader}.hours": more_hours(getattr(firm, leader).hours) for leader in ("ceo", "coo")},
        "mediate": {"resolution.first": "mediation", "resolution.second": "decider"},
    }
    return offered


def more_hours(hours: float) -> float:
    """Hours a week of a leader who is given more: never fewer than before."""
    return max(hours, min(MOST_HOURS, hours + MORE_HOURS))


ACTIONS = (PLANNED, "clarify", "meet", "share_goals", "adapt", "train", "hours", "mediate")
assert all(path in FIELDS for path in (*SETTINGS, *CHOICES))
