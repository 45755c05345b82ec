"""The questions a page may ask, and their answers: the whole seam between page and model.

An answer is a function from what was asked (plain tables) to plain tables. It keeps nothing from one call to the next
but a store of answers already given, so any host may serve any number of pages. What was asked may say `parameters`, as in
`tandem.sim.parameter_sets`; every answer made of runs says which it was played under.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from types import MappingProxyType
from typing import Any

from tandem.sim.dashboard import catalogue as what_there_is
from tandem.sim.dashboard import futures, telling
from tandem.sim.dashboard.controls import actions, standing
from tandem.sim.dashboard.specification import Act, Specification, whole_number
from tandem.sim.dashboard.staging import office
from tandem.sim.dashboard.verdict import rules, verdict
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.scenario import ScenarioError
from tandem.sim.series import FACES, SERIES, of_run, own_series, written

KEPT_BYTES = 48_000_000


def catalogue(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Cases, controls, charts, words."""
    sets = parameter_sets(asked)
    return {**what_there_is.catalogue(sets), "parameters": telling.both(sets.tell)}


def parameter_sets(asked: Mapping[str, Any]) -> Chosen:
    """The parameter sets that a question names; a Mistake in one clear line if it names none."""
    return chosen(asked.get("parameters", ENSEMBLE))


def run(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a run: what a slider waits for."""
    specification = Specification.read(asked.get("spec"))
    sets = parameter_sets(asked)
    made = telling.played(specification, sets)
    return {
        "spec": specification.plain(),
        "digest": specification.scenario.digest[:12],
        "parameters": telling.both(sets.tell),
        "weeks": made.weeks,
        "standing": [{"week": version.week, "values": standing(version.values)} for version in specification.scenario.versions],
        "series": written({**of_run(made, (*SERIES, *FACES)), **own_series(made)}),
        "office": office(made),
        "verdict": verdict(specification.case, made.outcomes),
        "measures": telling.measures(made, specification.case),
    }


def story(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The story of a run."""
    specification = Specification.read(asked.get("spec"))
    return {"spec": specification.plain(), **telling.story(specification, telling.played(specification, parameter_sets(asked)))}


def bands(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Between what the weeks lie in four futures out of five."""
    specification = Specification.read(asked.get("spec"))
    return {"spec": specification.plain(), **futures.bands(specification, parameter_sets(asked))}


def luck(asked: Mapping[str, Any]) -> dict[str, Any]:
    """In how many of 200 futures the firm fails: as it stands, and untouched if something was changed."""
    specification, sets = Specification.read(asked.get("spec")), parameter_sets(asked)
    told = {"spec": specification.plain(), "parameters": telling.both(sets.tell), "now": futures.luck_check(specification, sets)}
    if specification.acts or specification.settings or specification.split or specification.context:
        told["untouched"] = futures.luck_check(specification.untouched, sets)
    return told


def odds(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The case as written: fails in k of 200 futures, with its intervention in l."""
    return futures.case_odds(Specification.read(asked.get("spec")), parameter_sets(asked))


def trials(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Each action tried from a week on, on the same 200 futures: in how many the firm then fails. The best first."""
    specification, sets = Specification.read(asked.get("spec")), parameter_sets(asked)
    week = whole_number("week", asked.get("week"), 1, specification.firm.parameters.weeks)
    base = Specification(
        specification.case, specification.luck, specification.split, specification.context, specification.settings
    )
    failure = rules(base.case)[0]
    found = []
    for action in actions(base.firm):
        tried = Specification(base.case, base.luck, base.split, base.context, base.settings, (Act(week, action),))
        found.append({"action": action, **futures.odds(tried.scenario, failure, futures.FUTURES, sets)})
    found.sort(key=lambda row: row["failing"])
    return {
        "spec": specification.plain(),
        "week": week,
        "trials": found,
        "untouched": futures.odds(base.scenario, failure, futures.FUTURES, sets),
    }


Answer = Callable[[Mapping[str, Any]], dict[str, Any]]
NO_MORE: Mapping[str, Answer] = MappingProxyType({})
ANSWERS: dict[str, Answer] = {
    "catalogue": catalogue,
    "run": run,
    "story": story,
    "bands": bands,
    "luck": luck,
    "odds": odds,
    "trials": trials,
}
LIGHT = ("catalogue", "run")
"""Questions that somebody moving a slider waits for."""


class Store:
    """Answers already given, as JSON bytes; the oldest make room. Nothing in it depends on who asked. `more`: as in `answer`."""

    def __init__(self, most: int = KEPT_BYTES, more: Mapping[str, Answer] = NO_MORE):
        self.more = more
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._most, self._size, self._lock = most, 0, Lock()

    def known(self, question: str, asked: Mapping[str, Any]) -> bytes | None:
        """The answer if it was given before; a ScenarioError if what is asked is not understood."""
        key = _key(question, asked)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def answer(self, question: str, asked: Mapping[str, Any]) -> bytes:
        """The answer as JSON; a ScenarioError if what was asked is not understood."""
        return self.made(question, asked, lambda: as_json(answer(question, asked, self.more)))

    def made(self, question: str, asked: Mapping[str, Any], make: Callable[[], bytes]) -> bytes:
        """What `make` gives, or what it gave for the same question before."""
        found = self.known(question, asked)
        if found is not None:
            return found
        made, key = make(), _key(question, asked)
        with self._lock:
            if key not in self._answers:
                self._answers[key] = made
                self._size += len(made)
            while self._size > self._most and len(self._answers) > 1:
                self._size -= len(self._answers.popitem(last=False)[1])
        return made


def _key(question: str, asked: Mapping[str, Any]) -> str:
    """One text for one question: what it does not ask for, or says in other words, makes no other one."""
    told: dict[str, Any] = {"parameters": asked.get("parameters", ENSEMBLE)}
    if question != "catalogue":
        specification = Specification.read(asked.get("spec"))
        if question in ("odds", "export"):  # they look at the case alone, and an export at its luck
            specification = Specification(specification.case, specification.luck if question == "export" else 0)
        elif question == "pair":  # it looks at the firm, whatever its luck and what was tried
            specification = replace(specification, luck=0, acts=())
        told["spec"] = specification.plain()
    if question == "trials":
        told["week"] = asked.get("week")
    if question == "export":
        told["lang"] = asked.get("lang")
    return question + json.dumps(told, sort_keys=True)


def answer(question: str, asked: Mapping[str, Any], more: Mapping[str, Answer] = NO_MORE) -> dict[str, Any]:
    """One answer, made now; `more`: answers beside ANSWERS, by question."""
    known = {**ANSWERS, **more}
    if question not in known:
        raise ScenarioError("no such question", key=question, allowed=", ".join(known))
    return known[question](asked)


def as_json(value: Any) -> bytes:
    """JSON as small as it gets; never a number that JSON lacks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
