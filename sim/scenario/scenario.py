"""The frozen scenario: what a firm is, what happens to it, and the records that the drivers read."""

from __future__ import annotations

import hashlib
import html
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import tomli_w

from tandem.sim.given import pairs, path_like, refused
from tandem.sim.own import Fixed
from tandem.sim.parameters import LEVERS, RECORD, Parameters, fill_record
from tandem.sim.scenario.catalogue import Found, find, known_sources
from tandem.sim.scenario.complaint import ScenarioError, among
from tandem.sim.scenario.layers import (
    SLOTS,
    STEPS,
    Change,
    Descent,
    Layer,
    Loaded,
    change,
    loaded,
    put_together,
    resolved,
    slot,
    switched,
    with_set,
)
from tandem.sim.scenario.paths import LISTS, flattened, lever_of
from tandem.sim.scenario.reading import parsed
from tandem.sim.scenario.story import Step, Story, Verdict, checked
from tandem.sim.scenario.written import as_toml, last, marked, source, steps_by_value, tables_of
from tandem.sim.units import language
from tandem.sim.writing import write_text


@dataclass(frozen=True)
class Version:
    """A firm from a week on: flat values (None: a lever decides), where each came from, the parameters that they come to, the
    paths that changes have said by then, and whether anything differs from the version before."""

    week: int
    values: dict[str, Any]
    origin: dict[str, str]
    parameters: Parameters
    said: frozenset[str]
    moves: bool


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A firm on paper. Frozen: `with_` and `at` return a new one. Equal when all values and changes are equal.

    `values` is a mapping of every parameter by path, in the unit that `tandem schema` says; `records()` gives the kernel's rows,
    one a version. Raises ScenarioError (file, key, value, what is allowed, a suggestion) for whatever is not sound.

    >>> from tandem import Scenario
    >>> firm = Scenario.load("crisis-overload").with_({"levers.communication": 0.8})
    >>> firm.at(week=60, changes={"levers.decision_clarity": 0.9}) == firm
    False
    >>> Scenario.parse(firm.to_toml()) == firm
    True
    """

    name: str
    layers: tuple[Layer, ...] = ()
    changes: tuple[Change, ...] = ()
    story: Story = field(default_factory=Story)

    # -- making one ----------------------------------------------------------------------------

    @classmethod
    def load(cls, name: str | os.PathLike[str]) -> Scenario:
        """From a name of the catalogue (`tandem list`) or a path to a .toml file."""
        found = find(name)
        return cls._from(found, loaded(found))

    @classmethod
    def parse(cls, text: str, name: str = "scenario") -> Scenario:
        """From the `text` of a scenario file; complaints name it `name`. Raises ScenarioError (line or key, what is allowed),
        Mistake for what is no text."""
        if not isinstance(text, str):
            raise refused("text", text, "no text", "the text of a scenario file")
        found = Found(name, "case", name, None)
        return cls._from(found, put_together(found, parsed(text.encode("utf-8", "surrogatepass"), name), Descent()))

    @classmethod
    def _from(cls, found: Found, parts: Loaded) -> Scenario:
        story = checked(Story, parts.told, found.label)
        return cls(found.name, parts.layers, parts.changes, story)._valid()._told_right(found.label)

    @classmethod
    def of(cls, *, role_model: str | None = None, context: str | None = None) -> Scenario:
        """A `role_model` in a `context` (names or paths; None: the default's), with equal starts: only what the two files say
        differs from the defaults."""
        layers: tuple[Layer, ...] = ()
        for kind, name in zip(SLOTS, (context, role_model)):
            if name is not None:
                layers = switched(layers, kind, slot(kind, name))
        names = [layers_name for kind in reversed(SLOTS) if (layers_name := last(layers, kind))]
        return cls("-in-".join(names) or "default", layers)._valid()

    def with_(self, changes: Mapping[str, Any]) -> Scenario:
        """The same with other values: `changes` by path, each in its parameter's unit; `role_model` and `context` switch these.
        Values win over the switch. Raises Mistake for what is no mapping, ScenarioError (path, value, what is allowed) for the
        rest."""
        values, layers = pairs("changes", changes), self.layers
        for kind in SLOTS:
            if kind in values:
                layers = switched(layers, kind, slot(kind, values.pop(kind)))
        return replace(self, layers=with_set(layers, flattened(values)))._valid()

    def at(self, week: int, changes: Mapping[str, Any]) -> Scenario:
        """The same with an intervention: `changes` take force in `week` (1 to 13 x quarters) and stay. Raises as `with_` does."""
        return replace(self, changes=(*self.changes, change(week, pairs("changes", changes))))._valid()

    def branch(self, part: str) -> Scenario:
        """What the story tells: its `part` "intervention" or "remedy" carried out, or its "cause" switched off. Raises
        ScenarioError where it tells of none."""
        among(str(part), STEPS, "no such part of a story", file=self.name, key="part", allowed=", ".join(STEPS))
        step: Step | None = getattr(self.story, part)
        if step is None:
            raise ScenarioError("this scenario tells of none", file=self.name, key=part)
        values = {**getattr(step, "off", {}), **step.set}
        return self.with_(values) if step.week is None else self.at(step.week, values)

    # -- what it comes to ----------------------------------------------------------------------

    @cached_property
    def _start(self) -> tuple[dict[str, Any], dict[str, str], Parameters]:
        flat, origin, parameters = resolved(self.layers)
        return Fixed(flat), Fixed(origin), parameters

    @property
    def parameters(self) -> Parameters:
        """The parameters at the start."""
        return self._start[2]

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """The start, then the firm after the changes of each week that has some, also those that change nothing as it is."""
        found, layers = [Version(0, *self._start, frozenset(), True)], self.layers
        weeks = self.parameters.weeks
        for item in sorted(self.changes, key=lambda item: item.week):
            if item.week > weeks:
                raise ScenarioError(
                    "the change lies after the horizon",
                    file=item.file,
                    key="week",
                    value=item.week,
                    allowed=f"a week from 1 to {weeks}, or more quarters",
                )
            if item.role_model:
                layers = switched(layers, "role_model", item.role_model)
            layers = with_set(layers, item.values)
            said = found[-1].said | item.values.keys()
            if found[-1].week == item.week:
                found.pop()
            flat, origin, parameters = resolved(layers, item.file)
            moves = parameters != found[-1].parameters
            found.append(Version(item.week, Fixed(flat), Fixed(origin), parameters, said, moves))
        return tuple(found)

    @cached_property
    def timeline(self) -> tuple[tuple[int, Parameters], ...]:
        """(week from which they hold, parameters): the start with week 0, then each change that changes something."""
        return tuple((version.week, version.parameters) for version in self.versions if version.moves)

    def moves(self) -> dict[int, dict[str, tuple[Any, Any]]]:
        """Week -> path -> (value before, value from then on), for every change that changes something."""
        flats = [(week, flattened(parameters.model_dump())) for week, parameters in self.timeline]
        return {
            week: {path: (old[path], new[path]) for path in new if new[path] != old[path]}
            for (_, old), (week, new) in pairwise(flats)
        }

    def records(self) -> np.ndarray:
        """One row of RECORD per version; horizon and level of demand are those of the start throughout."""
        return self._rows.view(f"V{RECORD.itemsize}").copy().view(RECORD)  # NumPy copies bytes faster than hundreds of fields

    @cached_property
    def _rows(self) -> np.ndarray:
        rows = np.zeros(len(self.timeline), RECORD)
        for row, (week, parameters) in zip(rows, self.timeline):
            fill_record(parameters, row, week)
        rows["weeks"], rows["demand"] = rows["weeks"][0], rows["demand"][0]
        return rows

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all values and changes, whatever files they came from and whatever the title."""
        content = [[week, as_toml(parameters.model_dump())] for week, parameters in self.timeline]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def origin(self) -> dict[str, str]:
        """Where each value at the start came from: `default`, `lever NAME`, a file, or `set`."""
        flat, origin, _ = self._start
        return Fixed({path: f"lever {lever_of(path)}" if flat[path] is None else origin[path] for path in flat})

    @property
    def values(self) -> dict[str, Any]:
        """Every value at the start by path; None where a lever decides."""
        return dict(self._start[0])

    @property
    def explicit_lever_parameters(self) -> tuple[str, ...]:
        """Sub-parameters of levers that were set by themselves, so that their lever no longer moves them."""
        flat = self._start[0]
        return tuple(path for path in flat if lever_of(path) and flat[path] is not None)

    @property
    def role_model(self) -> str | None:
        """The role model's name."""
        mark = self.story.resolved
        return last(self.layers, "role_model") or (mark.role_model if mark else None)

    @property
    def context(self) -> str | None:
        """The context's name."""
        mark = self.story.resolved
        return last(self.layers, "context") or (mark.context if mark else None)

    def title(self, lang: str = "en") -> str:
        """The title in `lang` ("en" or "fr"); without one, those of role model and context; without these, the name."""
        lang = language(lang)
        if self.story.title:
            return self.story.title[lang]
        last = {layer.kind: layer.title for layer in self.layers}
        return " · ".join(title[lang] for kind in reversed(SLOTS) if (title := last.get(kind))) or self.name

    # -- writing -------------------------------------------------------------------------------

    def to_toml(self, *, layered: bool = False) -> str:
        """A file that loads to the same digest. It holds every value and needs no other file; `layered` writes the
        short form instead: the names of role model and context, and what was set beside them."""
        # With fewer quarters than the story was told for, what would come after the end is not told.
        late = {
            part
            for part in ("intervention", "cause", "remedy")
            if (step := getattr(self.story, part)) and (step.week or 0) > self.parameters.weeks
        }
        late |= set() if self._wishes_wrong() is None else {"wishes"}
        tables = self.story.model_dump(exclude_none=True, exclude={"resolved", *late}, exclude_defaults=True)
        if layered and self.story.resolved is None:
            tables |= {kind: name for kind in reversed(SLOTS) if (name := source(self.layers, kind))}
            own: tuple[Layer, ...] = ()
            for layer in self.layers:
                if layer.kind not in SLOTS:
                    own = with_set(own, layer.values)
            tables |= tables_of(own[-1].values) if own else {}
            table_of_changes = [
                {"week": item.week, "set": marked(item.values)}
                | ({"role_model": source(item.role_model, "role_model")} if item.role_model else {})
                for item in self.changes
            ]
        else:
            marks = {"role_model": self.role_model, "context": self.context, "digest": self.digest}
            tables["resolved"] = {key: mark for key, mark in marks.items() if mark} | {"said": self._said()}
            tables |= self.parameters.model_dump(exclude_none=True) | steps_by_value(self, tables)
            table_of_changes = [
                {"week": version.week, "set": marked({path: version.values[path] for path in paths})}
                for version, paths in self._said_later()
            ]
        if table_of_changes:
            tables["change"] = table_of_changes
        return tomli_w.dumps(as_toml(tables))

    def _said(self) -> list[str]:
        """The paths that somebody has set at the start, those of lists aside, which a file holds whole."""
        flat, origin, _ = self._start
        said = [path for path, value in flat.items() if value is not None and origin[path] != "default"]
        return [path for path in said if path.split(".")[0] not in LISTS]

    def _said_later(self) -> list[tuple[Version, list[str]]]:
        """Each later version with the paths that its change says or moves."""
        found = []
        for before, version in pairwise(self.versions):
            paths = [path for path, value in version.values.items() if value != before.values[path]]
            paths += sorted(path for path in version.said - before.said if path not in paths and path in version.values)
            found += [(version, paths)] if paths else []
        return found

    def save(self, path: str | os.PathLike[str], *, layered: bool = False) -> None:
        """Write `to_toml` (`layered` as there) to a file, with a last line that marks it as ours; returns None. Mistake where
        `path` holds another's: it stays. OSError where it cannot be written."""
        write_text(path_like("path", path), self.to_toml(layered=layered), comment="toml")

    # -- checks --------------------------------------------------------------------------------

    def _valid(self) -> Scenario:
        self.timeline  # noqa: B018  (complains)
        return self

    def _told_right(self, file: str) -> Scenario:
        """What the story names must exist: parameters, outcomes, sources."""
        for part in ("intervention", "cause", "remedy"):
            if getattr(self.story, part) is not None:
                try:
                    self.branch(part)
                except ScenarioError as error:
                    error.file, error.key = file, f"{part}: {error.key}"
                    raise
        for key, outcome in self._outcomes_told():
            from tandem.sim.outcomes import OUTCOMES

            among(outcome, OUTCOMES, "no such outcome", file=file, key=key, allowed="an outcome of the model")
        if wrong := self._wishes_wrong():
            wrong.file, wrong.key = file, f"wishes.under: {wrong.key}"
            raise wrong
        known_sources(self.story.sources, file, "sources")
        return self

    def _wishes_wrong(self) -> ScenarioError | None:
        """What is wrong with the settings that wishes are judged under; None where they make a firm."""
        under = self.story.wishes.under if self.story.wishes else {}
        slot = next((slot for slot in SLOTS if slot in under), None)
        if slot is not None:  # a file that holds every value could not say so either
            problem = "wishes are judged for every role model alike, in their own context"
            return ScenarioError(problem, key=slot, value=under[slot], allowed="values of parameters")
        try:
            self.with_(under)
        except ScenarioError as error:
            return error
        return None

    def _outcomes_told(self) -> Iterator[tuple[str, str]]:
        """Keys of the story that name an outcome, and which."""
        for part in ("failure", "drift"):
            verdict: Verdict | None = getattr(self.story, part)
            for index, condition in enumerate(verdict.conditions if verdict else ()):
                yield f"{part}.conditions.{index}.outcome", condition.outcome
        for index, wish in enumerate(self.story.wishes.wants if self.story.wishes else ()):
            yield f"wishes.wants.{index}.outcome", wish.outcome

    # -- looking -------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Scenario) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        firm = self.parameters
        place = f"{self.role_model or 'own role model'} in {self.context or 'the default context'}"
        levers = ", ".join(f"{lever} {getattr(firm.levers, lever):g}" for lever in LEVERS)
        marked = "".join(f" ({len(paths)} set by themselves)" for paths in [self.explicit_lever_parameters] if paths)
        happens = [f"week {week}: change" for week, _ in self.timeline[1:]]
        happens += [f"week {event.week}: {event.kind}" for event in firm.events]
        return "\n".join(
            [
                f"Scenario {self.name} ({self.digest[:8]})",
                f"├─ {place}; {firm.quarters} quarters, {len(firm.teams)} teams",
                f"├─ levers: {levers}{marked}",
                f"└─ {'; '.join(happens) or 'nothing dated happens'}",
            ]
        )

    def _repr_html_(self) -> str:
        levels = ((lever, getattr(self.parameters.levers, lever)) for lever in LEVERS)
        rows = "".join(
            f"<tr><td>{lever.replace('_', ' ')}</td><td><code>{_bar(level)}</code></td><td>{level:g}</td></tr>"
            for lever, level in levels
        )
        told = [html.escape(line.lstrip("├─└ ")) for line in repr(self).split("\n")]
        title = html.escape(self.title())
        return f"<div><b>{title}</b><br>{told[0]}; {told[1]}<table><tbody>{rows}</tbody></table>{told[3]}</div>"


def _bar(level: float) -> str:
    """A level in [0, 1] as ten blocks, which every renderer shows."""
    full = round(10 * level)
    return "█" * full + "░" * (10 - full)
