"""What the page asks to see: a case, what was moved in it, and what was tried from which week on. Checked, frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tandem.sim.dashboard.controls import ACTIONS, CONTROLS, MOST_ACTS, actions, written
from tandem.sim.scenario import Scenario, ScenarioError, catalogue

SEED = 7
MOST_LUCK = 9_999
KEYS = {"case", "luck", "split", "context", "set", "acts"}


@lru_cache(maxsize=1)
def known() -> dict[str, tuple[str, ...]]:
    """Names of cases, splits and contexts that may be asked for: those of the catalogue and no path."""
    entries = catalogue()
    return {kind: tuple(entry.name for entry in entries if entry.kind == kind) for kind in ("case", "role_model", "context")}


@lru_cache(maxsize=64)
def loaded(case: str) -> Scenario:
    """A case of the catalogue."""
    return Scenario.load(case)


@dataclass(frozen=True)
class Act:
    """An intervention: from `week` on, an action by name, or what levers are set to."""

    week: int
    action: str = ""
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Specification:
    """One run, asked for by a page."""

    case: str
    luck: int = 0
    split: str | None = None
    context: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()
    acts: tuple[Act, ...] = ()

    @classmethod
    def read(cls, given: Any) -> Specification:
        """From what a page sent; a ScenarioError in one clear line if it is not one."""
        if not isinstance(given, Mapping):
            raise ScenarioError("not a specification", key="spec")
        for key in given:
            if key not in KEYS:
                raise ScenarioError("unknown key", key=str(key), allowed=", ".join(sorted(KEYS)))
        names = known()
        case = _one_of("case", given.get("case"), names["case"])
        split, context = given.get("split"), given.get("context")
        return cls(
            case,
            whole_number("luck", given.get("luck", 0), 0, MOST_LUCK),
            None if split is None else _one_of("split", split, names["role_model"]),
            None if context is None else _one_of("context", context, names["context"]),
            _settings(given.get("set", {}), "set"),
            _acts(given.get("acts", []), loaded(case).parameters.weeks),
        )

    @property
    def firm(self) -> Scenario:
        """The firm with what was moved from the start, nothing tried in the middle."""
        return _firm(self.case, self.split, self.context, self.settings)

    @property
    def scenario(self) -> Scenario:
        """The firm with everything tried in the middle."""
        made = firm = self.firm
        for act in sorted(self.acts, key=lambda act: act.week):
            values: dict[str, Any] = {}
            if act.action:
                offered = actions(firm)
                if act.action not in offered:
                    raise ScenarioError(
                        "this case offers no such action", key="acts", value=act.action, allowed=", ".join(offered)
                    )
                values = offered[act.action]
            for path, value in act.settings:
                values = {**values, **written(path, value, firm)}
            made = made.at(act.week, values)
        return made

    @property
    def untouched(self) -> Specification:
        """The same without what was tried in the middle; if nothing was, the case as it is written."""
        return replace(self, acts=()) if self.acts else Specification(self.case, self.luck)

    def plain(self) -> dict[str, Any]:
        """As a page sends it."""
        acts = [
            {"week": act.week, "action": act.action} if act.action else {"week": act.week, "set": dict(act.settings)}
            for act in self.acts
        ]
        made = {
            "case": self.case,
            "luck": self.luck,
            "split": self.split,
            "context": self.context,
            "set": dict(self.settings),
            "acts": acts,
        }
        return {key: value for key, value in made.items() if value not in (None, {}, [])}

    @property
    def code(self) -> str:
        """One text for one specification."""
        return json.dumps(self.plain(), sort_keys=True)


@lru_cache(maxsize=256)
def _firm(case: str, split: str | None, context: str | None, settings: tuple[tuple[str, Any], ...]) -> Scenario:
    firm = loaded(case)
    slots = {key: name for key, name in (("context", context), ("role_model", split)) if name is not None}
    if slots:
        firm = firm.with_(slots)
    values: dict[str, Any] = {}
    for path, value in settings:
        values |= written(path, value, firm)
    return firm.with_(values) if values else firm


def _one_of(key: str, value: Any, names: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in names:
        raise ScenarioError("unknown name", key=key, value=value, allowed=", ".join(names))
    return value


def whole_number(key: str, value: Any, low: int, high: int) -> int:
    """`value`, or a complaint if it is not a whole number in range."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ScenarioError("out of range", key=key, value=value, allowed=f"a whole number from {low} to {high}")
    return value


def _settings(given: Any, key: str) -> tuple[tuple[str, Any], ...]:
    if not isinstance(given, Mapping):
        raise ScenarioError("wrong type", key=key, allowed="a table of controls")
    for path, value in given.items():
        if path not in CONTROLS:
            raise ScenarioError("no such control", key=str(path), allowed="a control of the page")
        if not CONTROLS[path].accepts(value):
            raise ScenarioError("out of range", key=path, value=value, allowed="what the control offers")
    return tuple(sorted((str(path), value) for path, value in given.items()))


def _acts(given: Any, weeks: int) -> tuple[Act, ...]:
    if not isinstance(given, list) or len(given) > MOST_ACTS:
        raise ScenarioError("wrong type", key="acts", allowed=f"a list of at most {MOST_ACTS} interventions")
    acts = []
    for item in given:
        if not isinstance(item, Mapping) or not set(item) <= {"week", "action", "set"}:
            raise ScenarioError("wrong type", key="acts", allowed="week with action or set")
        week = whole_number("week", item.get("week"), 1, weeks)
        if ("action" in item) == ("set" in item):
            raise ScenarioError("wrong type", key="acts", allowed="either action or set")
        if "action" in item:
            acts.append(Act(week, _one_of("action", item["action"], ACTIONS)))
        else:
            acts.append(Act(week, settings=_settings(item["set"], "acts.set")))
    return tuple(acts)
