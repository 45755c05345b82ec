"""A population of firms: how they differ is declared in `scenarios/population.toml`, and firms are drawn from it.

Firm k of a seed is the same firm however many are drawn. A firm is a `Scenario` like any other; for many firms at once
`Firms.records()` goes through `tandem.sim.table` (a test holds the two equal, bit for bit).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.firms.declared import check
from tandem.experiments.firms.laws import Law, range_of
from tandem.experiments.firms.origin import origin_of_population
from tandem.experiments.firms.usual import Usual, chosen_words
from tandem.sim.given import pairs, path_like, truth, whole
from tandem.sim.own import Own, marked
from tandem.sim.parameter_sets import AS_DECLARED, ENSEMBLE, Chosen, Ensemble, chosen
from tandem.sim.parameters import DOMAINS, GOALS, MAXIMUM_TEAMS
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.catalogue import beside
from tandem.sim.scenario.reading import read
from tandem.sim.seeds import entropy, seed_of
from tandem.sim.table import FirmTable, place_of

if TYPE_CHECKING:
    import pandas as pd

MOST_FIRMS = 10**7  # each has some hundred values in memory
BLOCK = 512  # candidates drawn at once; part of what a seed means, never changed
OWN = "population."
"""Prefix of the values of a parameter set that say how firms differ, rather than how each works."""


def _from_here(tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A file's tables; role models and contexts that it names by their paths lead from the folder of the file."""
    made = dict(tables)
    for name in ("role_models", "contexts"):
        if isinstance(shares := tables.get(name), dict):
            made[name] = {beside(folder, key): share for key, share in shares.items()}
    if isinstance(coo := tables.get("coo"), dict) and "without" in coo:
        made["coo"] = {**coo, "without": beside(folder, coo["without"])}
    return made


@dataclass(frozen=True)
class Population(Own):
    """How firms differ, and the parameter set that all of them share.

    `draw(n, seed)` gives a list of n scenarios, each value in its parameter's unit (`tandem schema`). Raises ScenarioError
    (file, key, what is allowed) for a population that is not sound, Mistake for other arguments.

    >>> from tandem import Population
    >>> firms = Population.load("population").draw(5, seed=1)
    >>> len(firms), firms[0].parameters.quarters
    (5, 16)
    """

    name: str
    declared: Mapping[str, Any]
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Values by path that hold for every firm: one parameter set, or what an analysis changes."""
    sets: Chosen = AS_DECLARED
    """What parameter sets were asked for; under the ensemble each firm has its own."""

    @classmethod
    def load(
        cls, name: str | os.PathLike[str] = "population", parameters: str | int | Chosen | Mapping[str, float] = ENSEMBLE
    ) -> Population:
        """From `scenarios/NAME.toml` (`name`) or a path. `parameters` as in `tandem.sim.parameter_sets`; or values by path, a
        set that is no part of the ensemble (yet). A set also says how firms differ, and how often leaders leave."""
        text = os.fspath(path_like("name", name))
        if text.endswith(".toml") or os.sep in text:
            source: Path | Traversable = Path(text)
        else:
            source = resources.files("tandem.scenarios") / f"{text}.toml"
        if not source.is_file():
            raise ScenarioError("no such population", file=text, allowed="population, or a path to a .toml file")
        tables = read(source, text)
        if isinstance(source, Path):
            tables = _from_here(tables, source.parent)
        check(tables, text)
        title = source.name.removesuffix(".toml")
        if isinstance(parameters, Mapping):
            return cls(title, tables, dict(parameters))
        asked = chosen(parameters)
        one = asked.known is not None and asked.number is not None
        return cls(title, tables, asked.known.set(asked.number) if one else {}, asked)  # type: ignore[union-attr, arg-type]

    def with_(self, changes: Mapping[str, float]) -> Population:
        """The same with other values for every firm: `changes` by path (`population.spread.PATH` and `population.coo.threshold`
        say how firms differ)."""
        return replace(self, parameters={**self.parameters, **pairs("changes", changes)})

    # -- what is declared ----------------------------------------------------------------------

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """One law a value that differs, in the order of the file."""
        return self._laws(self.parameters)

    def _laws(self, own: Mapping[str, float | np.ndarray]) -> tuple[Law, ...]:
        """The laws with the spreads of parameter sets: one value, or one a firm, float64 (firms,)."""
        return tuple(
            Law(**{**table, "spread": own.get(f"{OWN}spread.{table['path']}", table.get("spread", 1.0))})
            for table in self.declared["differs"]
        )

    @property
    def drawn_sets(self) -> Ensemble | None:
        """The ensemble from which each firm draws a set of its own; None where all share one."""
        return self.sets.known if self.sets.number is None else None

    def own(self, numbers: np.ndarray) -> dict[str, float | np.ndarray]:
        """What sets say of each firm, float64 (firms,) by path, and what holds for every firm. `numbers`: each firm's set."""
        return {**self.of_sets(numbers), **self.parameters}

    def of_sets(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """The part of it that each firm's own set says (`numbers`: the sets); nothing where all share one."""
        known = self.drawn_sets
        return {} if known is None else known.drawn_values(numbers)

    @property
    def common(self) -> dict[str, object]:
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
        """How each value differs, a row each: path, law, mean, spread, low, high (the path's unit), shares, source, reason."""
        import pandas as pd

        return marked(pd.DataFrame([law.__dict__ for law in self.laws]), "describe", self._origin)  # type: ignore[no-any-return]

    @property
    def _origin(self) -> dict[str, Any]:
        return origin_of_population(self.name, self.declared, self.sets, self.parameters)

    # -- drawing -------------------------------------------------------------------------------

    def draw(self, n: int, seed: int | str = 0, pairs_only: bool = True) -> list[Scenario]:
        """`n` firms as scenarios, by `seed` (`tandem.sim.seeds`); `pairs_only` leaves out those whose CEO has no COO."""
        return self.firms(n, seed, pairs_only).scenarios()

    def firms(self, n: int, seed: int | str = 0, pairs_only: bool = True) -> Firms:
        """`n` firms as a table (`Firms`), of which records and scenarios are made; `seed`, `pairs_only` as in `draw`."""
        import pandas as pd

        n, seed, pairs_only = whole("n", n, 1, MOST_FIRMS), seed_of(seed), truth("pairs_only", pairs_only)
        parts, found, block = [], 0, 0
        while found < n:
            numbers = np.zeros(BLOCK, dtype=np.int64)
            if self.drawn_sets is not None:
                numbers = self.drawn_sets.at(block * BLOCK + np.arange(BLOCK), seed)
            table = self._candidates(np.random.default_rng(entropy(seed, block)), numbers)
            parts.append(table[table["coo"]] if pairs_only else table)
            found += len(parts[-1])
            block += 1
            if block > 200 + n:
                raise ScenarioError(
                    "hardly any firm has a COO",
                    file=self.name,
                    key="coo.threshold",
                    value=self.declared["coo"]["threshold"],
                    allowed="a lower threshold",
                )
        table = pd.concat(parts, ignore_index=True).iloc[:n].reset_index(drop=True)
        asked = {"call": "Population.firms", "n": n, "seed": seed, "pairs_only": pairs_only}
        return Firms(self, marked(table, "table", {**self._origin, **asked}), seed)

    def _candidates(self, draw: np.random.Generator, numbers: np.ndarray) -> pd.DataFrame:
        import pandas as pd
        from scipy.special import gammaincinv, ndtr

        sets = self.own(numbers)
        prefix = f"{OWN}coo."
        coo = {**self.declared["coo"], **{path.removeprefix(prefix): sets[path] for path in sets if path.startswith(prefix)}}
        causes = sorted({cause for law in self.laws for cause in law.shares})
        scores = draw.standard_normal((BLOCK, 4 + len(causes) + len(self.laws) + 2 * len(GOALS)))
        chance = ndtr(scores[:, :2])
        role_model = chosen_words(self.declared["role_models"], chance[:, 0])
        context = chosen_words(self.declared["contexts"], chance[:, 1])
        size = np.exp(self.declared["size"]["spread"] * scores[:, 2])
        cause = {name: scores[:, 4 + k] for k, name in enumerate(causes)}
        table: dict[str, np.ndarray] = {"role_model": role_model, "context": context, "size": size, "set": numbers}
        usual = Usual(role_model, context)
        first = 4 + len(causes)
        for k, law in enumerate(self._laws(sets)):
            own = scores[:, first + k]
            rest = 1.0 - sum(weight**2 for weight in law.shares.values())
            score = np.sqrt(rest) * own + sum(weight * cause[name] for name, weight in law.shares.items())
            table[law.path] = law.values(score, usual[law.path])
            if law.law in ("normal", "lognormal"):
                low, high = range_of(law.path)
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
                low, high = range_of(path)
                table[path] = np.clip(table.get(path, usual[path]) * factor, low, high)
        table["need_of_coo"] = self._need(table, usual) * np.exp(coo["taste"] * scores[:, 3])
        table["coo"] = table["need_of_coo"] > coo["threshold"]
        return pd.DataFrame(table)

    def _need(self, table: Mapping[str, np.ndarray], usual: Usual) -> np.ndarray:
        """Share of the CEO's hours that the firm's decisions would take of him alone, his lack of operating skill counted
        in (a decision takes longer of who is no specialist) [hambrick2004]."""
        hours = sum(usual[f"decisions.{d}.arrivals_per_week"] * usual[f"decisions.{d}.executive_hours"] for d in DOMAINS)

        def differing(path: str) -> np.ndarray:
            return table[path] if path in table else usual[path]

        load = differing("execution.load")
        slow = 1.0 + usual["judgment.specialisation"] * (0.6 - differing("ceo.skills.operations"))
        need: np.ndarray = load * hours * np.clip(slow, 0.4, 2.0) / differing("ceo.hours")
        return need


@dataclass(frozen=True)
class Firms:
    """Firms drawn from a population. `table`: one row a firm: role_model, context, size (multiple of the context's), set
    (number of its parameter set, 0 where all share one), the values that differ by path, need_of_coo, coo."""

    population: Population
    table: pd.DataFrame
    seed: int | str

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def cells(self) -> np.ndarray:
        """Context and size (small, middle, large third of its context), as words (firms,): performance is compared within."""
        import pandas as pd

        third = self.table.groupby("context")["size"].transform(
            lambda size: pd.qcut(size.rank(method="first"), 3, labels=False) if len(size) > 2 else 0 * size
        )
        return (self.table["context"] + ", size " + third.astype(int).astype(str)).to_numpy()

    def changes(self, number: int) -> dict[str, float]:
        """What firm `number` has by path beside its role model and context."""
        row = self.table.iloc[number]
        base = _base(self._role_model(row), row["context"], self._frozen_common)
        values = {path: float(row[path]) for path in self._paths}
        values |= {path: float(column[number]) for path, column in self._of_sets.items()}
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
            base = _base(self._role_model(row), row["context"], self._frozen_common)
            firm = base.with_({**self.changes(number), **quarters})
            found.append(replace(firm, name=f"firm-{self.seed}-{number}"))
        return found

    def records(
        self, changes: Mapping[str, object] | None = None, week: int = 0, quarters: int | None = None
    ) -> list[np.ndarray]:
        """Rows of the kernel, one array a firm: as drawn, with `changes` taking force in `week` (0: from the start).

        What a change says wins over what was drawn; levers move their sub-parameters as in `Scenario.with_`.
        """
        return self.rows(changes, week, quarters).timelines()

    def rows(self, changes: Mapping[str, object] | None = None, week: int = 0, quarters: int | None = None) -> FirmTable:
        """The same as a table, to which more can be done."""
        quarters = quarters or self.population.weeks // 13
        if quarters not in self._known:
            self._known[quarters] = self._table(quarters)
        plain = self._known[quarters]
        if not changes:
            return plain
        if not all(path.startswith("levers.") or place_of(path) for path in changes):
            changed = self._table(quarters, changes)
            return changed if week <= 0 else plain.at(week, changed)
        if week > 0:
            return plain.at(week, changes)
        changed = plain.take(np.arange(len(self)))
        for path, value in changes.items():
            changed.set(path, value)
        return changed

    def first(self, n: int) -> Firms:
        """The first n firms."""
        few = Firms(self.population, self.table.iloc[:n].reset_index(drop=True), self.seed)
        few._known.update({quarters: table.take(np.arange(len(few))) for quarters, table in self._known.items()})
        return few

    def with_parameters(self, parameters: Mapping[str, float]) -> Firms:
        """The same firms, drawn as they are, under another parameter set (its `population.` values are not applied)."""
        return replace(self, population=replace(self.population, parameters=dict(parameters), sets=AS_DECLARED))

    # -- inner ---------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> dict[int, FirmTable]:
        """Tables already made, by horizon."""
        return {}

    def _role_model(self, row: pd.Series) -> str:
        role_model: str = row["role_model"] if row["coo"] else self.population.declared["coo"]["without"]
        return role_model

    @cached_property
    def _paths(self) -> list[str]:
        aside = {"role_model", "context", "size", "set", "need_of_coo", "coo", "teams.headcount", *self.population.common}
        return [path for path in self.table.columns if path not in aside]

    @cached_property
    def _of_sets(self) -> dict[str, np.ndarray]:
        """What each firm's own parameter set says, float64 (firms,) by path; nothing where all share one."""
        if self.population.drawn_sets is None:
            return {}
        said = self.population.of_sets(self.table["set"].to_numpy())
        return {path: values for path, values in said.items() if path not in self.population.parameters and OWN not in path}

    @property
    def _frozen_common(self) -> tuple[tuple[str, object], ...]:
        return tuple(sorted({"quarters": self.population.weeks // 13, **self.population.common}.items()))

    def _table(self, quarters: int, changes: Mapping[str, object] | None = None) -> FirmTable:
        """The firms as drawn, or with changes that only scenarios can make."""
        import pandas as pd

        common = tuple(sorted({**dict(self._frozen_common), **(changes or {}), "quarters": quarters}.items()))
        role_model = np.where(self.table["coo"], self.table["role_model"], self.population.declared["coo"]["without"])
        keys = pd.Series(role_model, dtype=str).str.cat(self.table["context"].to_numpy(), sep="|")
        cells, which = np.unique(keys.to_numpy(dtype=str), return_inverse=True)
        table = FirmTable([_base(*cell.split("|"), common) for cell in cells.tolist()]).take(which)
        for path, values in self._of_sets.items():
            if path not in (changes or {}):
                table.set(path, values)
        paths = [path for path in self._paths if path not in (changes or {})]
        for path in paths:
            if ".priorities." not in path:
                table.set(path, self.table[path].to_numpy())
        for post in ("ceo", "coo"):
            goals = [f"{post}.priorities.{goal}" for goal in GOALS]
            if all(path in paths for path in goals):
                table.set_goals(f"{post}.priorities", self.table[goals].to_numpy())
        for team in range(MAXIMUM_TEAMS) if "teams.headcount" in self.table else ():
            table.scale(f"teams.{team}.headcount", self.table["teams.headcount"].to_numpy())
        return table


@lru_cache(maxsize=64)
def _role_model_in_context(role_model: str, context: str) -> Scenario:
    return Scenario.of(role_model=role_model, context=context)


@lru_cache(maxsize=512)
def _base(role_model: str, context: str, common: tuple[tuple[str, object], ...]) -> Scenario:
    return _role_model_in_context(role_model, context).with_(dict(common))
