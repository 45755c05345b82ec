"""A population of firms: how they differ is declared in `scenarios/population.toml`, and firms are drawn from it.

Firm k of a seed is the same firm however many are drawn. A firm is a `Scenario` like any other; for many firms at once
`Firms.records()` writes the kernel's rows directly (a test holds the two equal, bit for bit).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv, gammaincinv, ndtr

from tandem.sim.parameters import DOMAINS, GOALS, LEVERS, RECORD, SKILLS, describe, lever_value, solved_demand
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.reading import read

BLOCK = 512  # candidates drawn at once; part of what a seed means, never changed
OWN = "population."
"""Prefix of the values of a parameter set that say how firms differ, rather than how each works."""


@dataclass(frozen=True)
class Law:
    """How one value differs between firms: a standard normal score becomes a value by `law`."""

    path: str
    law: str
    mean: float = 0.0
    spread: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    shares: Mapping[str, float] = field(default_factory=dict)
    source: str = "assumption"
    reason: str = ""

    def values(self, scores: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """Values (firms,) for standard normal scores (firms,); `usual`: what each firm's split and context say."""
        if self.law == "lognormal":
            return usual * np.exp(self.spread * scores)
        if self.law == "normal":
            return np.clip(usual + self.spread * scores, self.low, self.high)
        if self.law == "uniform":
            return self.low + (self.high - self.low) * ndtr(scores)
        weight = self.mean * (1 - self.mean) / self.spread**2 - 1
        return betaincinv(self.mean * weight, (1 - self.mean) * weight, ndtr(scores))


LAWS = ("normal", "lognormal", "uniform", "beta")


@dataclass(frozen=True)
class Population:
    """How firms differ, and the parameter set that all of them share.

    >>> from tandem import Population
    >>> firms = Population.load("population").draw(5, seed=1)
    >>> len(firms), firms[0].parameters.quarters
    (5, 16)
    """

    name: str
    declared: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values by path that hold for every firm: the calibrated parameter set, or what an analysis changes."""

    @classmethod
    def load(cls, name: str | os.PathLike = "population", parameters: Mapping[str, Any] | None = None) -> Population:
        """From `scenarios/NAME.toml` or a path. `parameters` None: the default set of the ensemble, where there is one;
        `{}`: the values declared in the model."""
        text = os.fspath(name)
        if text.endswith(".toml") or os.sep in text:
            source: Any = Path(text)
        else:
            source = resources.files("tandem.scenarios") / f"{text}.toml"
        if not source.is_file():
            raise ScenarioError("no such population", file=text, allowed="population, or a path to a .toml file")
        tables = read(source, text)
        _checked(tables, text)
        if parameters is None:
            from tandem.experiments.firms.ensemble import default_set

            parameters = default_set()
        return cls(source.name.removesuffix(".toml"), tables, dict(parameters))

    def with_(self, changes: Mapping[str, Any]) -> Population:
        """The same with other values for every firm, by path (`population.spread.PATH` and `population.coo.threshold` say
        how firms differ)."""
        return replace(self, parameters={**self.parameters, **changes})

    # -- what is declared ----------------------------------------------------------------------

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """One law a value that differs, in the order of the file."""
        own = {path.removeprefix(OWN): value for path, value in self.parameters.items() if path.startswith(OWN)}
        return tuple(
            Law(**{**table, "spread": own.get(f"spread.{table['path']}", table.get("spread", 1.0))})
            for table in self.declared["differs"]
        )

    @property
    def common(self) -> dict[str, Any]:
        """Values by path that every firm has, the parameter set last."""
        shared = {table["path"]: table["value"] for table in self.declared.get("common", ())}
        return {**shared, **{path: value for path, value in self.parameters.items() if not path.startswith(OWN)}}

    @property
    def burn_in(self) -> int:
        """Weeks in which firms settle before statistics are taken."""
        return int(self.declared["horizon"]["burn_in_weeks"])

    @property
    def weeks(self) -> int:
        """Horizon of each firm."""
        return 13 * int(self.declared["horizon"]["quarters"])

    def describe(self) -> pd.DataFrame:
        """How each value differs: path, law, mean, spread, low, high, shares, source, reason."""
        return pd.DataFrame([law.__dict__ for law in self.laws])

    # -- drawing -------------------------------------------------------------------------------

    def draw(self, n: int, seed: int = 0, pairs_only: bool = True) -> list[Scenario]:
        """n firms as scenarios; `pairs_only` leaves out those whose CEO has no COO."""
        return self.firms(n, seed, pairs_only).scenarios()

    def firms(self, n: int, seed: int = 0, pairs_only: bool = True) -> Firms:
        """n firms as a table (see `Firms`), from which records and scenarios are made."""
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise ScenarioError("not a number of firms", file=self.name, value=n, allowed="a whole number from 1")
        parts, found, block = [], 0, 0
        while found < n:
            table = self._candidates(np.random.default_rng([seed, block]))
            parts.append(table[table["coo"]] if pairs_only else table)
            found += len(parts[-1])
            block += 1
            if block > 200 + n:
                raise ScenarioError(
                    "hardly any firm has a COO",
                    file=self.name,
                    key="coo.threshold",
                    value=self._coo["threshold"],
                    allowed="a lower threshold",
                )
        return Firms(self, pd.concat(parts, ignore_index=True).iloc[:n].reset_index(drop=True), seed)

    @property
    def _coo(self) -> dict[str, float]:
        own = {path.removeprefix(f"{OWN}coo."): value for path, value in self.parameters.items() if path.startswith(f"{OWN}coo.")}
        return {**self.declared["coo"], **own}

    def _candidates(self, draw: np.random.Generator) -> pd.DataFrame:
        causes = sorted({cause for law in self.laws for cause in law.shares})
        scores = draw.standard_normal((BLOCK, 4 + len(causes) + len(self.laws) + 2 * len(GOALS)))
        chance = ndtr(scores[:, :2])
        split = _chosen(self.declared["role_models"], chance[:, 0])
        context = _chosen(self.declared["contexts"], chance[:, 1])
        size = np.exp(self.declared["size"]["spread"] * scores[:, 2])
        cause = {name: scores[:, 4 + k] for k, name in enumerate(causes)}
        table: dict[str, Any] = {"role_model": split, "context": context, "size": size}
        usual = _Usual(split, context)
        first = 4 + len(causes)
        for k, law in enumerate(self.laws):
            own = scores[:, first + k]
            rest = 1.0 - sum(weight**2 for weight in law.shares.values())
            score = np.sqrt(rest) * own + sum(weight * cause[name] for name, weight in law.shares.items())
            table[law.path] = law.values(score, usual[law.path])
            if law.law in ("normal", "lognormal"):
                low, high = _range(law.path)
                table[law.path] = np.clip(table[law.path], low, high)
        first += len(self.laws)
        for k, post in enumerate(("ceo", "coo")):
            place = first + k * len(GOALS)
            weights = np.column_stack([usual[f"{post}.priorities.{goal}"] for goal in GOALS])
            shape = self.declared["priorities"]["concentration"] * weights / weights.sum(axis=1, keepdims=True)
            drawn = np.maximum(gammaincinv(shape, ndtr(scores[:, place : place + len(GOALS)])), 1e-6)
            drawn /= drawn.sum(axis=1, keepdims=True)
            table |= {f"{post}.priorities.{goal}": drawn[:, g] for g, goal in enumerate(GOALS)}
        for item in self.declared["size"].get("scales", ()):
            path, factor = item["path"], size ** item["exponent"]
            if path == "teams.headcount":
                table[path] = factor
            else:
                low, high = _range(path)
                table[path] = np.clip(table.get(path, usual[path]) * factor, low, high)
        table["need_of_coo"] = self._need(table, usual) * np.exp(self._coo["taste"] * scores[:, 3])
        table["coo"] = table["need_of_coo"] > self._coo["threshold"]
        return pd.DataFrame(table)

    def _need(self, table: Mapping[str, Any], usual: _Usual) -> np.ndarray:
        """Share of the CEO's hours that the firm's decisions would take of him alone, his lack of operating skill counted
        in (a decision takes longer of who is no specialist) [hambrick2004]."""
        hours = sum(usual[f"decisions.{d}.arrivals_per_week"] * usual[f"decisions.{d}.executive_hours"] for d in DOMAINS)
        load = table.get("execution.load", usual["execution.load"])
        slow = 1.0 + usual["judgment.specialisation"] * (0.6 - table["ceo.skills.operations"])
        return load * hours * np.clip(slow, 0.4, 2.0) / table["ceo.hours"]


class _Usual:
    """What split and context say about a path, firm by firm, before firms differ."""

    def __init__(self, split: np.ndarray, context: np.ndarray):
        self.cells, self.place = np.unique([f"{a}|{b}" for a, b in zip(split, context)], return_inverse=True)

    def __getitem__(self, path: str) -> np.ndarray:
        return np.array([_plain(*cell.split("|")).get(path, np.nan) for cell in self.cells], dtype=float)[self.place]


@lru_cache(maxsize=256)
def _plain(split: str, context: str) -> dict[str, Any]:
    """Numbers by path of a split in a context."""
    values = Scenario.of(role_model=split, context=context).values
    return {path: value for path, value in values.items() if isinstance(value, float | int)}


@lru_cache(maxsize=1)
def _ranges() -> dict[str, tuple[float, float]]:
    return {row["path"]: (row["low"], row["high"]) for row in describe() if row["low"] is not None}


def _range(path: str) -> tuple[float, float]:
    return _ranges()[path]


def _chosen(weights: Mapping[str, Any], chance: np.ndarray) -> np.ndarray:
    """A word for each chance in [0, 1], in proportion to the weights."""
    names = [name for name, weight in weights.items() if isinstance(weight, float | int)]
    ends = np.cumsum([weights[name] for name in names])
    place = np.searchsorted(ends / ends[-1], chance, side="right")
    return np.array(names, dtype=object)[np.minimum(place, len(names) - 1)]


@dataclass(frozen=True)
class Firms:
    """Firms drawn from a population. `table`: one row a firm: role_model, context, size (multiple of the context's), the
    values that differ by path, need_of_coo, coo."""

    population: Population
    table: pd.DataFrame
    seed: int

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def cells(self) -> np.ndarray:
        """Context and size (small, middle, large third of its context), as words (firms,): performance is compared within."""
        third = self.table.groupby("context")["size"].transform(
            lambda size: pd.qcut(size.rank(method="first"), 3, labels=False) if len(size) > 2 else 0 * size
        )
        return (self.table["context"] + ", size " + third.astype(int).astype(str)).to_numpy()

    def changes(self, number: int) -> dict[str, Any]:
        """What firm `number` has by path beside its split and context."""
        row = self.table.iloc[number]
        base = _base(self._split(row), row["context"], self._frozen_common)
        values: dict[str, Any] = {path: float(row[path]) for path in self._paths}
        if "teams.headcount" in self.table:
            for k, team in enumerate(base.parameters.teams):
                values[f"teams.{k}.headcount"] = float(np.clip(team.headcount * row["teams.headcount"], 0.5, 50.0))
        return values

    def scenarios(self, horizon: int | None = None) -> list[Scenario]:
        """The firms as scenarios, over the population's horizon or `horizon` quarters."""
        quarters = {} if horizon is None else {"quarters": horizon}
        found = []
        for number in range(len(self)):
            row = self.table.iloc[number]
            base = _base(self._split(row), row["context"], self._frozen_common)
            firm = base.with_({**self.changes(number), **quarters})
            found.append(replace(firm, name=f"firm-{self.seed}-{number}"))
        return found

    def records(self, changes: Mapping[str, Any] | None = None, week: int = 0, quarters: int | None = None) -> list[np.ndarray]:
        """Rows of the kernel, one array a firm: as drawn, with `changes` taking force in `week` (0: from the start).

        What a change says wins over what was drawn; levers move their sub-parameters as in `Scenario.with_`.
        """
        quarters = quarters or self.population.weeks // 13
        if quarters not in self._known:
            self._known[quarters] = self._rows({}, quarters)
        plain = self._known[quarters]
        if not changes:
            return [plain[k : k + 1].copy() for k in range(len(self))]
        changed = self._changed(plain, changes) if all(map(_simple, changes)) else self._rows(dict(changes), quarters)
        if week <= 0:
            return [changed[k : k + 1] for k in range(len(self))]
        changed["starts_week"], changed["demand"] = week, plain["demand"]
        return list(np.stack([plain, changed], axis=1))

    def first(self, n: int) -> Firms:
        """The first n firms."""
        few = Firms(self.population, self.table.iloc[:n].reset_index(drop=True), self.seed)
        few._known.update({quarters: rows[:n] for quarters, rows in self._known.items()})
        return few

    def with_parameters(self, parameters: Mapping[str, Any]) -> Firms:
        """The same firms, drawn as they are, under another parameter set (its `population.` values are not applied)."""
        return replace(self, population=replace(self.population, parameters=dict(parameters)))

    # -- inner ---------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> dict[int, np.ndarray]:
        """Rows already made, by horizon."""
        return {}

    @cached_property
    def _values(self) -> dict[str, np.ndarray]:
        return {str(name): column.to_numpy() for name, column in self.table.items()}

    def _changed(self, plain: np.ndarray, changes: Mapping[str, Any]) -> np.ndarray:
        """The rows with single values set, and demand solved anew where it depends on them."""
        rows = plain.copy()
        for split, context, index in self._groups():
            base = _base(split, context, self._frozen_common)
            explicit = set(base.explicit_lever_parameters) | set(changes)
            part = rows[index]
            for path, value in changes.items():
                if path.startswith("levers."):
                    _move_lever(part, path.removeprefix("levers."), np.full(len(index), float(value)), explicit)
                else:
                    part[path.replace(".", "_")] = value
            rows[index] = part
            if any(path.startswith(("market.", "execution.")) for path in changes):
                self._solve(rows, index, base)
        return rows

    @staticmethod
    def _solve(rows: np.ndarray, index: np.ndarray, base: Scenario) -> None:
        goals = base.parameters.market.right_goals.vector()
        for k in index:
            rows["demand"][k] = solved_demand(as_parameters(rows[k], goals))

    def _split(self, row: Any) -> str:
        return row["role_model"] if row["coo"] else self.population.declared["coo"]["without"]

    @cached_property
    def _paths(self) -> list[str]:
        aside = {"role_model", "context", "size", "need_of_coo", "coo", "teams.headcount"}
        return [path for path in self.table.columns if path not in aside and path not in self.population.common]

    @property
    def _frozen_common(self) -> tuple[tuple[str, Any], ...]:
        return tuple(sorted({"quarters": self.population.weeks // 13, **self.population.common}.items()))

    @cached_property
    def _grouped(self) -> list[tuple[str, str, np.ndarray]]:
        split = np.where(self.table["coo"], self.table["role_model"], self.population.declared["coo"]["without"])
        keys = pd.Series(split, dtype=str).str.cat(self.table["context"].to_numpy(), sep="|")
        return [(*str(key).split("|"), np.asarray(index)) for key, index in keys.groupby(keys).groups.items()]  # type: ignore[misc]

    def _groups(self) -> Iterator[tuple[str, str, np.ndarray]]:
        yield from self._grouped

    def _rows(self, changes: dict[str, Any], quarters: int) -> np.ndarray:
        rows = np.zeros(len(self), RECORD)
        common = tuple(sorted({**dict(self._frozen_common), **changes, "quarters": quarters}.items()))
        for split, context, index in self._groups():
            base = _base(split, context, common)
            rows[index] = base.records()[0]
            explicit = set(base.explicit_lever_parameters)
            part = rows[index]
            for path in self._paths:
                if path in changes:
                    continue
                values = self._values[path][index]
                if path.startswith("levers."):
                    _move_lever(part, path.removeprefix("levers."), values, explicit)
                else:
                    _put(part, path, values)
            if "teams.headcount" in self._values:
                heads = part["team_headcount"] * self._values["teams.headcount"][index][:, None]
                there = np.arange(heads.shape[1]) < part["team_count"][:, None]
                part["team_headcount"] = np.where(there, np.clip(heads, 0.5, 50.0), part["team_headcount"])
            rows[index] = part
            self._solve(rows, index, base)
        return rows


def _simple(path: str) -> bool:
    """Whether a path is one column of the kernel's rows, or a lever."""
    return path.startswith("levers.") or (path.replace(".", "_") in (RECORD.names or ()) and path != "quarters")


@lru_cache(maxsize=64)
def _split_in_context(split: str, context: str) -> Scenario:
    return Scenario.of(role_model=split, context=context)


@lru_cache(maxsize=512)
def _base(split: str, context: str, common: tuple[tuple[str, Any], ...]) -> Scenario:
    return _split_in_context(split, context).with_(dict(common))


@lru_cache(maxsize=1)
def _levered() -> dict[str, list[dict]]:
    rows = [row for row in describe() if row.get("lever")]
    return {lever: [row for row in rows if row["lever"] == lever] for lever in LEVERS}


def _move_lever(rows: np.ndarray, lever: str, levels: np.ndarray, explicit: set[str]) -> None:
    for parameter in _levered()[lever]:
        if parameter["path"] not in explicit:
            ends = (parameter["poorest"], parameter["best"], parameter["scale"])
            rows[parameter["path"].replace(".", "_")] = [lever_value(level, *ends) for level in levels]


LEADERS = {"ceo": 0, "coo": 1, "marketing_lead": 2}


def _put(rows: np.ndarray, path: str, values: np.ndarray) -> None:
    """Write one value a firm into the kernel's rows."""
    group, *rest = path.split(".")
    if group in LEADERS:
        column, post = rows[f"leader_{rest[0]}"], LEADERS[group]
        if len(rest) == 2:
            column[:, post, (SKILLS if rest[0] == "skills" else GOALS).index(rest[1])] = values
            if path.endswith(GOALS[-1]) and rest[0] == "priorities":
                weights = column[:, post, :]
                # Added up as the model's own declaration does, so that the last bit is the same.
                column[:, post, :] = [[weight / sum(row.tolist()) for weight in row.tolist()] for row in weights]
        else:
            column[:, post] = values
    else:
        rows[path.replace(".", "_")] = values


def as_parameters(row: Any, right_goals: Sequence[float]) -> Any:
    """As much of a firm's parameters as the solved demand asks for, read from its record."""
    market = _Group(row, "market", vector=right_goals)
    return SimpleNamespace(market=market, execution=_Group(row, "execution"))


class _Group:
    """A group of parameters read from a record by name, as plain numbers."""

    def __init__(self, row: Any, group: str, vector: Sequence[float] = ()):
        self._row, self._group = row, group
        self.right_goals = SimpleNamespace(vector=lambda: list(vector))

    def __getattr__(self, name: str) -> float:
        return float(self._row[f"{self._group}_{name}"])


def _checked(tables: Mapping[str, Any], file: str) -> None:
    """Complain, in one line, about what a population file lacks or says wrongly."""
    for name in ("horizon", "role_models", "contexts", "size", "coo", "differs", "priorities"):
        if name not in tables:
            raise ScenarioError("a table is missing", file=file, key=name, allowed=f"[{name}]")
    known = _ranges()
    allowed = {"path", "law", "mean", "spread", "low", "high", "shares", "source", "reason"}
    for table in tables["differs"]:
        path = table.get("path", "")
        strange = set(table) - allowed
        if strange:
            raise ScenarioError("unknown key", file=file, key=f"{path}: {min(strange)}", allowed=", ".join(sorted(allowed)))
        if path not in known:
            raise ScenarioError(
                "unknown path", file=file, key="differs.path", value=path, allowed="a number that `tandem schema` shows"
            )
        if table.get("law") not in LAWS:
            raise ScenarioError("unknown law", file=file, key=path, value=table.get("law"), allowed=", ".join(LAWS))
        if table["law"] == "beta" and not 0 < table.get("spread", 0) ** 2 < table.get("mean", 0) * (1 - table.get("mean", 0)):
            raise ScenarioError(
                "no beta law has this mean and spread",
                file=file,
                key=path,
                value=table.get("spread"),
                allowed="spread squared below mean (1 - mean)",
            )
        if sum(weight**2 for weight in table.get("shares", {}).values()) > 1:
            raise ScenarioError(
                "shares exceed one", file=file, key=path, value=table["shares"], allowed="squares that sum to 1 at most"
            )
        if "source" not in table:
            raise ScenarioError("a source is missing", file=file, key=path, allowed="a key of sources.toml, or assumption")
