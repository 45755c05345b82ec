"""Reads a sweep plan (TOML) and says in one line what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from tandem.experiments.store.declared_factors import TABLES, by_path, check_factors, read_groups
from tandem.experiments.store.dependence import Correlation, read_correlation
from tandem.experiments.store.factors import Factor, read_factor
from tandem.experiments.store.random_designs import KINDS, RANDOM_DESIGNS
from tandem.sim.given import plain
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import HEADLINES, OUTCOMES, OWN
from tandem.sim.own_outcomes import of_table, outcomes_from
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.catalogue import beside
from tandem.sim.scenario.complaint import among
from tandem.sim.scenario.layers import SLOTS
from tandem.sim.scenario.paths import lever_of
from tandem.sim.scenario.reading import parsed, read
from tandem.sim.scenario.story import Told, checked
from tandem.sim.seeds import SEED, seed_of

MOST_RUNS = 10**10
MOST_SCENARIOS = 10_000
MOST_CROSSED = 100


class Precision(Told):
    """Play more replicates until the 95% half-width of an outcome's mean is small enough at every point."""

    outcome: str
    half_width: float = Field(gt=0, allow_inf_nan=False)
    at_most: int = Field(ge=2, le=10**7)
    at_least: int = Field(64, ge=2, le=10**7)
    """Replicates before the first look; the number then doubles from look to look."""

    @model_validator(mode="after")
    def _sound(self):
        if self.at_least > self.at_most:
            raise ValueError("at_least is above at_most")
        return self


class DesignTable(Told):
    """How points are chosen."""

    kind: Literal[*KINDS]  # type: ignore[valid-type]  # made at run time from the designs there are
    points: int | None = Field(None, ge=1, le=MOST_RUNS)
    seed: Any = 0
    second_order: bool = False
    file: str | None = None

    @model_validator(mode="after")
    def _sound(self):
        random = RANDOM_DESIGNS.get(self.kind)
        if random and self.points is None:
            raise ValueError(f"a {self.kind} design needs points = how many")
        if not random and self.points is not None:
            raise ValueError(f"a {self.kind} design has no points of its own choosing")
        if (self.kind == "table") != (self.file is not None):
            raise ValueError(
                "a table design needs file = a .csv or .parquet file"
                if self.file is None
                else f"a {self.kind} design reads no file"
            )
        if self.second_order and not (random and random.orders):
            able = " or ".join(name for name, design in RANDOM_DESIGNS.items() if design.orders)
            raise ValueError(f"second_order belongs to a {able} design")
        return self


class PlanTables(Told):
    """The keys of a plan file."""

    title: str = Field("", max_length=200)
    seed: Any = 0
    quarters: int | None = Field(None, ge=1, le=160)
    replicates: int | None = Field(None, ge=1, le=10**9)
    precision: Precision | None = None
    outcomes: list[str] | None = Field(None, min_length=1)
    own_outcomes: Any = None
    keep: Literal["all", "named"] = "all"
    trajectories: Literal["none", "quarterly", "weekly"] = "none"
    independent_luck: bool = False
    parameters: Any = ENSEMBLE
    scenarios: list[Any] = Field(min_length=1, max_length=MOST_SCENARIOS)
    factors: dict[str, Any] = Field(default_factory=dict)
    groups: dict[str, Any] = Field(default_factory=dict)
    correlation: Any = None
    design: DesignTable | None = None

    @model_validator(mode="after")
    def _sound(self):
        if (self.replicates is None) == (self.precision is None):
            raise ValueError("a plan needs replicates = how many, or a table [precision]; one of the two")
        return self


class BesideFactors(Told):
    """What a plan given for its factors says beside them, and is used where nothing else is asked for."""

    quarters: int | None = Field(None, ge=1, le=160)
    scenarios: list[Any] = Field(default_factory=list, max_length=MOST_SCENARIOS)
    outcomes: list[str] = Field(default_factory=list)
    own_outcomes: Any = None


def beside_factors(path: str | os.PathLike[str]) -> tuple[dict[str, Scenario], tuple[str, ...], tuple[str, ...]]:
    """Of a file given for its factors: its scenarios by name, the outcomes that it names (its own are known from here on), and
    the keys in it that only a sweep reads. Nothing of each where it holds factors alone. Raises ScenarioError, one line."""
    file, folder = str(path), Path(path).parent
    raw = _as_meant(plain(read(Path(path), file)), file)
    known = {name: value for name, value in raw.items() if name in BesideFactors.model_fields}
    tables: BesideFactors = checked(BesideFactors, known, file)
    _know_own(tables.own_outcomes, file, folder)
    for name in tables.outcomes:
        among(name, OUTCOMES, "no such outcome", file=file, key="outcomes", allowed="an outcome of the model")
    rest = tuple(name for name in raw if name not in (*BesideFactors.model_fields, *TABLES))
    return _scenarios(tables, file, folder), tuple(dict.fromkeys(tables.outcomes)), rest


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan that has been checked. `scenarios` by name; `factors` by path."""

    tables: PlanTables
    scenarios: dict[str, Scenario]
    factors: dict[str, Factor]
    parameters: Chosen
    folder: Path = Path()
    """Where the plan lies: the file of a table design is found from here."""
    file: str | None = None
    warnings: tuple[str, ...] = field(default=())
    correlation: Correlation | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str], more: Sequence[str] = ()) -> Plan:
        """From a file; `more`: outcomes to look at beside those that it names. Raises ScenarioError, one line, for whatever is
        wrong with it."""
        where = Path(path)
        raw = read(where, str(path))
        if more:
            named = [raw["outcomes"]] if isinstance(raw.get("outcomes"), str) else raw.get("outcomes") or list(HEADLINES)
            raw["outcomes"] = list(dict.fromkeys([*named, *more])) if isinstance(named, list) else named
        return cls._checked(raw, str(path), where.parent)

    @classmethod
    def parse(cls, text: str, folder: str | os.PathLike[str] = ".", name: str = "plan") -> Plan:
        """From the text of a plan."""
        return cls._checked(parsed(text.encode("utf-8", "surrogatepass"), name), name, Path(folder))

    @classmethod
    def of(cls, tables: Mapping[str, Any], folder: str | os.PathLike[str] = ".") -> Plan:
        """From tables as a TOML file would give them."""
        return cls._checked(dict(tables), None, Path(folder))

    @classmethod
    def _checked(cls, raw: dict[str, Any], file: str | None, folder: Path) -> Plan:
        raw = _as_meant(plain(raw), file)
        tables: PlanTables = checked(PlanTables, raw, file)
        _know_own(tables.own_outcomes, file, folder)
        for name in [*(tables.outcomes or []), *([tables.precision.outcome] if tables.precision else [])]:
            among(name, OUTCOMES, "no such outcome", file=file, key="outcomes", allowed="an outcome of the model")
        try:
            parameters = chosen(tables.parameters)
        except Mistake as mistake:
            raise ScenarioError(str(mistake), file=file) from None
        if tables.outcomes and len(set(tables.outcomes)) < len(tables.outcomes):
            raise ScenarioError("an outcome stands there twice", file=file, key="outcomes", value=tables.outcomes)
        factors = {path: read_factor(path, value, file) for path, value in tables.factors.items()}
        read_groups(plain(tables.groups), list(factors), file)
        correlation = read_correlation(plain(tables.correlation), list(factors), file)
        scenarios = _scenarios(tables, file, folder)
        plan = cls(tables, scenarios, factors, parameters, folder, file, (), correlation)
        plan._check_factors()
        plan._check_design()
        return cls(tables, scenarios, factors, parameters, folder, file, tuple(plan._overridden()), correlation)

    # -- what it comes to ----------------------------------------------------------------------

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that the digest is about: those named, or the headlines; precision's own is always among them."""
        named = tuple(self.tables.outcomes or HEADLINES)
        aimed = self.tables.precision
        return named if aimed is None or aimed.outcome in named else (*named, aimed.outcome)

    @property
    def stored(self) -> tuple[str, ...]:
        """The outcomes that are kept on disk: the named ones first."""
        rest = () if self.tables.keep == "named" else tuple(name for name in OUTCOMES if name not in self.outcomes)
        return (*self.outcomes, *rest)

    @property
    def replicates(self) -> int:
        """Replicates a point: all of them, or those before the first look."""
        aimed = self.tables.precision
        return aimed.at_least if aimed else self.tables.replicates or 1

    # -- checks --------------------------------------------------------------------------------

    def _check_factors(self) -> None:
        if "quarters" in self.factors and self.tables.quarters is not None:
            raise ScenarioError("stands in the plan twice", file=self.file, key="factors.quarters")
        check_factors(self.factors, self.scenarios, self.file)

    def _check_design(self) -> None:
        design = self.tables.design
        varying = [path for path, factor in self.factors.items() if not hasattr(factor, "values")]
        if design is None and varying:
            raise ScenarioError(
                "ranges need a table [design] that says how points are chosen",
                file=self.file,
                key="design",
                allowed=", ".join(KINDS),
            )
        if design is not None and not self.factors and design.kind != "table":
            raise ScenarioError("a design needs factors", file=self.file, key="factors", allowed="a table [factors]")
        if design is not None and self.factors and design.kind == "table":
            raise ScenarioError(
                "a table design names its factors itself", file=self.file, key="factors", allowed="no [factors] beside a table"
            )
        if design is None or design.kind == "factorial":
            for path, factor in self.factors.items():
                try:
                    factor.grid  # noqa: B018  (complains)
                except ValueError as error:
                    raise ScenarioError(str(error), file=self.file, key=f"factors.{path}") from None
        random = RANDOM_DESIGNS.get(design.kind) if design is not None else None
        if self.correlation is not None and (random is None or random.orders):
            able = " or ".join(name for name, made in RANDOM_DESIGNS.items() if not made.orders)
            raise ScenarioError(
                "factors that hang together belong to a random design; this one moves each by itself",
                file=self.file,
                key="correlation",
                allowed=f"design.kind = {able}",
            )
        if design is not None and random and random.powers_of_two and design.points and design.points & (design.points - 1):
            raise ScenarioError(
                "not a power of two", file=self.file, key="design.points", value=design.points, allowed="2, 4, 8, ... base rows"
            )

    def _overridden(self) -> list[str]:
        told = []
        for path in self.factors:
            lever = path.removeprefix("levers.")
            for name, scenario in self.scenarios.items() if lever != path else ():
                own = [other for other in scenario.explicit_lever_parameters if lever_of(other) == lever]
                if own:
                    told.append(f"{name} sets {', '.join(own)} itself: the factor {path} does not move it there")
        return told


def _as_meant(raw: dict[str, Any], file: str | None) -> dict[str, Any]:
    """The tables of a plan in the one form that is checked: factors by path, seeds as `tandem.sim.seeds` has them, one text
    where a list is meant as a list of one."""
    raw = _numbers(raw)
    if isinstance(raw.get("factors"), dict):
        raw["factors"] = by_path(raw["factors"], file)
    for name in ("outcomes", "scenarios"):
        if isinstance(raw.get(name), str) or (name == "scenarios" and isinstance(raw.get(name), dict)):
            raw[name] = [raw[name]]
    for table, key in ((raw, "seed"), (raw.get("design"), "design.seed")):
        if isinstance(table, dict) and "seed" in table:
            try:
                table["seed"] = seed_of(table["seed"])
            except Mistake:
                raise ScenarioError("not a seed", file=file, key=key, value=table["seed"], allowed=SEED) from None
    return raw


def _know_own(value: Any, file: str | None, folder: Path) -> None:
    """Outcomes of a plan's own, made known: a file that declares them, or tables of them by name."""
    if isinstance(value, str):
        outcomes_from(beside(folder, value) if not Path(value).is_absolute() else value)
    elif value is not None:
        if not isinstance(value, dict):
            raise ScenarioError("wrong type", file=file, key="own_outcomes", value=value, allowed="a file, or tables by name")
        made = [of_table(name, entry, file) for name, entry in value.items()]
        OWN.update({each.name: each for each in made})


def _numbers(value: Any, key: str = "") -> Any:
    """Whole numbers where a plan wants a real one."""
    if isinstance(value, dict):
        return {name: _numbers(inner, name) for name, inner in value.items()}
    return float(value) if key == "half_width" and isinstance(value, int) and not isinstance(value, bool) else value


def _scenarios(tables: PlanTables | BesideFactors, file: str | None, folder: Path) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    for index, entry in enumerate(tables.scenarios):
        key = f"scenarios.{index}"
        for name, scenario in _entry(entry, key, file, folder):
            if tables.quarters is not None:
                if isinstance(entry, dict) and isinstance(entry.get("set"), dict) and "quarters" in entry["set"]:
                    raise ScenarioError("stands in the plan twice", file=file, key=f"{key}.set.quarters", allowed="quarters once")
                scenario = scenario.with_({"quarters": tables.quarters})
            if name in found:
                raise ScenarioError("this scenario stands there twice; give one a name", file=file, key=key, value=name)
            found[name] = scenario
            if len(found) > MOST_SCENARIOS:
                raise ScenarioError("too many scenarios", file=file, key="scenarios", allowed=f"at most {MOST_SCENARIOS:,}")
    return found


class ScenarioTable(Told):
    """One entry of `scenarios` as a table: a file or a name, or role models in contexts (lists are crossed)."""

    name: str | None = Field(None, min_length=1, max_length=100)
    load: str | None = None
    role_model: list[str] | None = Field(None, max_length=MOST_CROSSED)
    context: list[str] | None = Field(None, max_length=MOST_CROSSED)
    set: dict[str, Any] = Field(default_factory=dict)


def _entry(entry: Any, key: str, file: str | None, folder: Path) -> list[tuple[str, Scenario]]:
    """One entry of `scenarios`, by name. Paths in it lead from the folder of the plan."""
    try:
        if isinstance(entry, str):
            scenario = Scenario.load(beside(folder, entry))
            return [(scenario.name, scenario)]
        if not isinstance(entry, dict):
            raise ScenarioError("wrong type", value=entry, allowed="a name, or a table")
        words = {
            name: [value] if isinstance(value, str) else value
            for name, value in entry.items()
            if name in ("role_model", "context")
        }
        table: ScenarioTable = checked(ScenarioTable, {**entry, **words}, None)
        if table.load is not None:
            if table.role_model or table.context:
                raise ScenarioError("either load, or role_model and context")
            made = [Scenario.load(beside(folder, table.load))]
        else:
            nowhere: list[str | None] = [None]
            given = ([beside(folder, name) for name in said or ()] for said in (table.context, table.role_model))
            crossed: list[Any] = [found or nowhere for found in given]
            made = [Scenario.of(role_model=role_model, context=context) for context, role_model in product(*crossed)]
        if table.set:
            said = {path: beside(folder, value) if path in SLOTS else value for path, value in table.set.items()}
            made = [scenario.with_(said) for scenario in made]
        if table.name is not None and len(made) > 1:
            raise ScenarioError("one name for several scenarios", value=table.name)
        return [(table.name or scenario.name, scenario) for scenario in made]
    except ScenarioError as error:
        if error.file:  # a file that the plan names: both are told
            error.file = f"{file}: {key}: {error.file}" if file else f"{key}: {error.file}"
        else:
            error.file, error.key = file, f"{key}: {error.key}" if error.key else key
        raise
