"""Firms as rows of the kernel: the one place where scenarios, design points, levers and parameter sets are written into them.

`Scenario.with_` reads, merges and checks every parameter, some milliseconds a firm. A `FirmTable` reads each scenario once and
writes single values into copies of its rows, under the same rules: what a change during the run says stays; a lever moves the
parameters that follow it and no other; a parameter set moves what nobody but the declaration has set. Where something that the
level of demand depends on has moved, demand is solved again, for all firms at once, when the rows are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, get_origin

import numpy as np

from tandem.sim.parameters import (
    DEMAND_DEPENDS_ON,
    DOMAINS,
    GOALS,
    LEVERS,
    RECORD,
    SCALAR_GROUPS,
    SKILLS,
    STACKED,
    WORDS,
    lever_value,
    solved_demand,
)
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.meant import PLAIN, all_records
from tandem.sim.scenario.paths import FIELDS, bounds, lever_of, pattern
from tandem.sim.scenario.scenario import Version

_WITH_OTHERS = ("market.start_share_",)  # scaled together with others
_CHECKED_WITH_OTHERS = ("hazards.vacancy_",)


@dataclass(frozen=True)
class Place:
    """Where a value stands in a record: its column, the index in it, the words that numbers stand for, and whether demand
    depends on it."""

    column: str
    index: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    demand: bool = False

    @property
    def everywhere(self) -> Any:
        """The index of the value in the column of all rows."""
        return (slice(None), *self.index)


@lru_cache(maxsize=1024)
def place_of(path: str) -> Place | None:
    """Where the value at `path` stands alone; None where it is scaled or checked together with others."""
    group, _, name = path.partition(".")
    field = FIELDS.get(pattern(path))
    if field is None or path.startswith(_WITH_OTHERS) or field.annotation is int:
        return None
    if group in SCALAR_GROUPS and "." not in name:
        words = WORDS[name] if get_origin(field.annotation) is Literal else ()
        return Place(f"{group}_{name}", (), words, name in DEMAND_DEPENDS_ON.get(group, ()))
    number = field.annotation is float
    first, _, last = name.partition(".")
    if group in STACKED and number:
        prefix, post = STACKED[group]
        if not last:
            return Place(f"{prefix}_{first}", (post,))
        return Place(f"{prefix}_skills", (post, SKILLS.index(last))) if first == "skills" else None
    if group == "decisions" and number and "." not in last:
        return Place(f"domain_{last}", (DOMAINS.index(first),))
    if group == "teams" and number and "." not in last:
        return Place(f"team_{last}", (int(first),))
    return None


def alone(path: str) -> bool:
    """Whether a number at `path` is one number of the record, or a lever: what a `FirmTable` writes without the long way."""
    if path.startswith("levers."):
        return path.removeprefix("levers.") in LEVERS
    number = place_of(path) is not None and FIELDS[pattern(path)].annotation in (float, float | None)
    return number and not path.startswith(_CHECKED_WITH_OTHERS)


def single(path: str) -> bool:
    """The same with words and switches: whether one value of the record stands at `path`, of whatever kind."""
    kind = FIELDS[pattern(path)].annotation if pattern(path) in FIELDS else None
    return alone(path) or (place_of(path) is not None and (kind is bool or get_origin(kind) is Literal))


@lru_cache(maxsize=16)
def followers(lever: str) -> dict[str, tuple[float, float, str]]:
    """The parameters that follow a lever: path -> (value at poorest, value at best practice, scale)."""
    ways = {path: field.json_schema_extra for path, field in FIELDS.items() if lever_of(path) == lever}
    return {path: (way["poorest"], way["best"], way["scale"]) for path, way in ways.items()}


class _Stock:
    """Scenarios read once: their rows, and who has said what in each version. Masks are bool (versions,)."""

    def __init__(self, scenarios: Sequence[Any]):
        self.scenarios = tuple(scenarios)
        self.versions: list[Version | None] = []
        parts = []
        for scenario, rows in zip(self.scenarios, all_records(self.scenarios)):
            told = getattr(type(scenario), "records", None) is Scenario.records  # else only its rows are known
            versions: Sequence[Version | None] = scenario.versions if told else (None,) * len(rows)
            if len(versions) > len(rows):  # a change that changes nothing as it is may change something in a moved firm
                rows = rows[np.cumsum([version.moves for version in scenario.versions]) - 1]
                rows["starts_week"] = [version.week for version in scenario.versions]
            parts.append(rows)
            self.versions += versions
        self.starts = np.cumsum([0, *map(len, parts)])
        self.rows = np.concatenate([rows.view(PLAIN) for rows in parts]).view(RECORD)
        self.of = np.repeat(np.arange(len(parts)), np.diff(self.starts))
        self.several = len(self.rows) > len(parts)
        self._masks: dict[tuple[str, str], np.ndarray] = {}
        self.kept = np.zeros(len(self.rows), dtype=bool)
        if self.several:  # what moved nothing that the kernel reads is kept all the same: the run tells of the change
            moves = np.array([version is None or version.moves for version in self.versions])
            self.kept = moves & _as_before(self.rows)

    @cached_property
    def spoken(self) -> tuple[frozenset[str], ...]:
        """Of each version the paths that follow a lever in it or in the version before, and not in both: a change whatever the
        number, also where a lever that is moved comes to the same."""
        found: list[frozenset[str]] = []
        for k, now in enumerate(self.versions):
            before = self.versions[k - 1] if k > 0 and self.of[k] == self.of[k - 1] else None
            if before is None or now is None:
                found.append(frozenset())
                continue
            both = before.values.keys() & now.values.keys()
            found.append(frozenset(path for path in both if (before.values[path] is None) != (now.values[path] is None)))
        return tuple(found)

    def _mask(self, kind: str, path: str, holds: Callable[[int, Version], bool], unknown: bool) -> np.ndarray:
        if (kind, path) not in self._masks:
            found = [unknown if version is None else holds(k, version) for k, version in enumerate(self.versions)]
            self._masks[kind, path] = np.array(found, dtype=bool)
        return self._masks[kind, path]

    def settable(self, path: str) -> np.ndarray:
        """Versions in which what is set by hand holds: no change has said something of it."""
        return self._mask("set", path, lambda _, version: path not in version.said, True)

    def follows(self, path: str, lever: str) -> np.ndarray:
        """Versions in which a parameter follows the master level of its lever as set at the start."""

        def holds(_: int, version: Version) -> bool:
            return version.values[path] is None and f"levers.{lever}" not in version.said

        return self._mask("lever", path, holds, True)

    def unsaid(self, path: str) -> np.ndarray:
        """Versions in which the value at `path` follows a lever: to say it is a change even where the number is the same."""
        return self._mask("unsaid", path, lambda _, version: path in version.values and version.values[path] is None, False)

    def gives_way(self, path: str) -> np.ndarray:
        """Versions in which nobody but the declaration has set the value at `path`."""

        def holds(_: int, version: Version) -> bool:
            return version.origin.get(path) == "default" and version.values[path] is not None

        return self._mask("sets", path, holds, False)


@dataclass(frozen=True, eq=False)
class _Later:
    """An intervention: its week, the rows from then on, in which firms it says what a lever had said, bool (firms,), and the
    paths that have been set by hand until then."""

    week: int
    rows: np.ndarray
    said: np.ndarray
    by_hand: frozenset[str]


class FirmTable:
    """Firms as rows of the kernel.

    `rows`: array of dtype RECORD, one row for each version of each firm; firm k has rows `starts[k]` to `starts[k + 1] - 1`
    (`starts`: int64, firms + 1), the first from its start, each later one from its `starts_week`. What is written with `set`,
    `set_lever`, `scale` and `under` is one value for all firms, or one a firm (firms,), in the parameter's own unit
    (`tandem schema`). Rows are those of `Scenario.with_` (and, after `at`, of `Scenario.at`) with the same values, bit for bit.

    >>> from tandem import Scenario
    >>> table = FirmTable([Scenario.load("silence")]).take([0, 0, 0]).set_lever("communication", np.array([0.2, 0.5, 0.8]))
    >>> table.rows["communication_transparency"].tolist()
    [0.2, 0.5, 0.8]
    """

    def __init__(self, scenarios: Sequence[Any]):
        stock = _Stock(scenarios)
        self._fill(stock, np.arange(len(stock.rows)), stock.of, set(), _copied(stock.rows))

    def _fill(self, stock: _Stock, version: np.ndarray, firm: np.ndarray, by_hand: set[str], rows: np.ndarray) -> None:
        self._stock, self._version, self._firm, self._by_hand, self._rows = stock, version, firm, by_hand, rows
        self._stale = False
        self._later: tuple[_Later, ...] = ()
        self._settled: tuple[np.ndarray, np.ndarray] | None = None

    # -- choosing firms ------------------------------------------------------------------------

    def __len__(self) -> int:
        return int(self._firm[-1]) + 1 if len(self._firm) else 0

    def take(self, which: Any) -> FirmTable:
        """Firms of this table by number, int64 (firms,), as often as named: a table of its own."""
        self._solve()
        chosen = np.asarray(which, dtype=np.int64)
        made = FirmTable.__new__(FirmTable)
        if len(self) == len(self._rows):
            rows, firm = chosen, np.arange(len(chosen))
        else:
            begins = np.searchsorted(self._firm, np.arange(len(self) + 1))
            lengths = np.diff(begins)[chosen]
            firm = np.repeat(np.arange(len(chosen)), lengths)
            first = np.cumsum(lengths) - lengths
            rows = np.arange(len(firm)) - first[firm] + begins[chosen][firm]
        taken = self._rows.view(PLAIN)[rows].view(RECORD)
        made._fill(self._stock, self._version[rows], firm, set(self._by_hand), taken)
        made._later = tuple(
            _Later(each.week, each.rows.view(PLAIN)[chosen].view(RECORD), each.said[chosen], each.by_hand) for each in self._later
        )
        return made

    # -- writing -------------------------------------------------------------------------------

    def set(self, path: str, values: Any) -> FirmTable:
        """Set a value, as by hand: it wins over levers and parameter sets, not over what a change says later."""
        place = place_of(path)
        if path.startswith("levers."):
            return self.set_lever(path.removeprefix("levers."), values)
        if place is None:
            raise ScenarioError("not a value that stands alone; Scenario.with_ sets it", key=path)
        if path.startswith("teams.") and (self._rows["team_count"] <= place.index[0]).any():
            raise ScenarioError("there is no such number", key=path)
        if place.words:
            values = np.vectorize(place.words.index, otypes=[np.int64])(values)
        self._write(place, self._stock.settable(path), values)
        self._by_hand.add(path)
        return self

    def set_goals(self, path: str, weights: np.ndarray) -> FirmTable:
        """Set the goal weights of a leader (`ceo.priorities`), float64 (firms, 5), as typed: here they are scaled."""
        prefix, post = STACKED[path.split(".")[0]]
        # Added up as the model's own declaration does, so that the last bit is the same.
        scaled = np.array([[weight / sum(row) for weight in row] for row in weights.tolist()])
        for at, goal in enumerate(GOALS):
            self._write(Place(f"{prefix}_priorities", (post, at)), self._stock.settable(f"{path}.{goal}"), scaled[:, at])
        return self

    def set_lever(self, lever: str, levels: Any) -> FirmTable:
        """Set the master level of a lever (0 to 1; not-a-number leaves a firm as it is): what follows it moves, what somebody has
        set by itself does not."""
        many = np.asarray(levels, dtype=np.float64)
        left = np.isnan(many)[self._firm] if many.ndim else np.isnan(many)
        for path, way in followers(lever).items():
            free = self._stock.follows(path, lever)
            if path in self._by_hand:
                free = free & ~self._stock.settable(path)
            place: Any = place_of(path)
            made = lever_value(many, *way)
            if left.any():
                made = np.where(left, self._rows[place.column][place.everywhere], made[self._firm] if many.ndim else made)
            self._write(place, free, made)
        return self

    def scale(self, path: str, factors: Any) -> FirmTable:
        """Multiply a value, whoever set it, within the range that is declared for it; of a team, where there is one."""
        place = place_of(path)
        if place is None or place.words:
            raise ScenarioError("not a number that stands alone", key=path)
        usual = self._rows[place.column][place.everywhere]
        many = np.asarray(factors, dtype=np.float64)
        made = np.clip(usual * (many[self._firm] if many.ndim else many), *bounds(path))
        there = self._rows["team_count"] > place.index[0] if path.startswith("teams.") else True
        may = self._stock.settable(path)[self._version] & there
        self._rows[place.column][place.everywhere] = np.where(may, made, usual)
        self._by_hand.add(path)
        self._noted(place)
        return self

    def under(self, sets: Mapping[str, np.ndarray], drawn: Any) -> FirmTable:
        """Lay parameter sets over what is merely declared. `sets`: path -> float64 (sets,); `drawn`: the set of each firm,
        int64 (firms,), or one for all. What a scenario, a hand or a change has said stays."""
        for path, values in sets.items():
            place = place_of(path)
            if place is not None and path not in self._by_hand:
                self._write(place, self._stock.gives_way(path), np.asarray(values)[drawn])
        return self

    def at(self, week: int, changes: Mapping[str, Any] | FirmTable) -> FirmTable:
        """These firms with an intervention that takes force in `week` and stays: changes (values that stand alone, levers), or
        the firms as they are from then on."""
        if self._stock.several:
            raise ScenarioError("firms that change already take no further change here; use Scenario.at")
        made = self.take(np.arange(len(self)))
        later = (changes if isinstance(changes, FirmTable) else self).take(np.arange(len(self)))
        said = np.zeros(len(self), dtype=bool)
        if not isinstance(changes, FirmTable):
            if later._later:
                last = later._later[-1]
                later._rows, later._by_hand, later._later = last.rows, set(last.by_hand), ()
            for path in sorted(changes, key=lambda path: path.startswith("levers.")):  # what is set by itself stays so
                if path not in later._by_hand:
                    said |= self._stock.unsaid(path)[self._version]
                later.set(path, changes[path])
        made._later = (*made._later, _Later(week, later._rows, said, frozenset(later._by_hand)))
        return made

    def _write(self, place: Place, may: np.ndarray, values: Any) -> None:
        if self._later:
            raise ScenarioError("set what holds from the start before `at`", key=place.column)
        column = self._rows[place.column][place.everywhere]
        many = np.asarray(values)
        if many.ndim and len(many) != len(column):
            many = many[self._firm]
        if may.all():
            column[:] = many
        elif may.any():
            np.copyto(column, many, where=may[self._version])
        self._noted(place)

    def _noted(self, place: Place) -> None:
        self._settled = None
        self._stale = self._stale or place.demand

    # -- the rows ------------------------------------------------------------------------------

    @property
    def rows(self) -> np.ndarray:
        """The rows, demand solved again where something that it depends on has moved. To be read, not written."""
        return self._whole[0]

    @property
    def starts(self) -> np.ndarray:
        """Where each firm's rows begin, int64 (firms + 1,)."""
        return self._whole[1]

    def timelines(self) -> list[np.ndarray]:
        """The rows of each firm, as `Scenario.records` gives them."""
        return np.split(self.rows, self.starts[1:-1])

    def _solve(self) -> None:
        """The level of demand is that of the start throughout."""
        if not self._stale:
            return
        if len(self) == len(self._rows):
            self._rows["demand"] = solved_demand(self._rows)
        else:
            firsts = np.searchsorted(self._firm, np.arange(len(self)))
            self._rows["demand"] = solved_demand(self._rows[firsts])[self._firm]
        self._stale = False

    @property
    def _whole(self) -> tuple[np.ndarray, np.ndarray]:
        if self._settled is None:
            self._solve()
            rows, firm, kept = self._rows, self._firm, None
            if self._later:
                for each in self._later:
                    each.rows["starts_week"], each.rows["demand"] = each.week, rows["demand"]
                kept = np.stack([np.zeros(len(rows), dtype=bool), *(each.said for each in self._later)], axis=1).ravel()
                rows = np.stack([rows, *(each.rows for each in self._later)], axis=1).ravel()
                firm = np.repeat(firm, 1 + len(self._later))
            elif self._stock.several:
                said = np.array([bool(paths - self._by_hand) for paths in self._stock.spoken])
                kept = (self._stock.kept | said)[self._version]
            if kept is not None:  # a version that differs in nothing from the one before is none
                begins = np.concatenate([[True], firm[1:] != firm[:-1]])
                there = begins | kept | ~_as_before(rows)
                rows, firm = rows.view(PLAIN)[there].view(RECORD), firm[there]
            self._settled = rows, np.searchsorted(firm, np.arange(len(self) + 1))
        return self._settled


def _copied(rows: np.ndarray) -> np.ndarray:
    return rows.view(PLAIN).copy().view(RECORD)


def _as_before(rows: np.ndarray) -> np.ndarray:
    """Whether each row equals the one before it in all but the week from which it holds, bool (rows,)."""
    plain = _copied(rows)
    plain["starts_week"] = 0
    words = plain.view(np.uint64).reshape(len(rows), -1)
    return np.concatenate([[False], (words[1:] == words[:-1]).all(axis=1)])[: len(rows)]
